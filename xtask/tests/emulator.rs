//! The emulated boards and the instruction counter, on programs whose counts are known.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::board::{self, Board};
use xtask::process::Cmd;
use xtask::{emulator, paths};

/// Ten calls of seven instructions each, then an exit code.
const PROGRAM: &str = r#"
__asm__(".text\n.globl seven\n.type seven, %function\n"
#ifdef __thumb__
        ".thumb_func\nseven: nop\nnop\nnop\nnop\nnop\nnop\nbx lr\n"
#else
        "seven: nop\nnop\nnop\nnop\nnop\nnop\nret\n"
#endif
        ".size seven, .-seven\n");
void seven(void);
int printf(const char *, ...);
int main(void) {
    volatile int i;
    for (i = 0; i < 10; i++) { seven(); }
    printf("seven ten times\n");
    return CODE;
}
"#;

fn tools_missing() -> bool {
    let missing = ["arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", "qemu-system-arm", "qemu-system-riscv32"]
        .into_iter()
        .find(|tool| paths::program(tool).is_none());
    if let Some(tool) = missing {
        eprintln!("SKIPPED: no {tool} on this machine; `cargo xtask setup firmware` installs it");
    }
    missing.is_some()
}

fn build(board: &Board, dir: &Path, source: &str, code: i32) -> PathBuf {
    let (file, program) = (dir.join("program.c"), dir.join("program.elf"));
    fs::write(&file, source).unwrap();
    let compiler = board.compiler().arg("-Os").arg(format!("-DCODE={code}")).arg(&file).args(board.hosted());
    compiler.arg("-o").arg(&program).capture().unwrap();
    program
}

#[test]
fn every_board_prints_returns_its_exit_code_and_counts_exactly() {
    if tools_missing() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for name in board::NAMES.into_iter().chain(board::MORE) {
        let board = Board::named(name).unwrap();
        let program = build(&board, dir.path(), PROGRAM, 42);
        let first = emulator::count(&board, &program, Some(("main", "exit"))).unwrap();
        assert_eq!((first.code, first.text.as_str()), (42, "seven ten times\n"), "{name}");
        let seven = first.counts.functions.iter().find(|function| function.name == "seven").unwrap();
        assert_eq!((seven.instructions, seven.entries), (70, 10), "{name}");
        assert_eq!(first.counts.ranges.len(), 1, "{name}");
        assert!(first.counts.ranges[0] > 70 && first.counts.ranges[0] < first.counts.total, "{name}");
        let again = emulator::count(&board, &program, None).unwrap();
        assert_eq!(again.counts.total, first.counts.total, "{name}");
    }
}

#[test]
fn a_program_that_hangs_or_faults_is_stopped_and_has_failed() {
    if tools_missing() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let endless = "int main(void) { for (;;) { } return CODE; }";
    // On Cortex-M, picolibc's fault handler is an endless loop, too.
    let fault = "int main(void) { __asm__ volatile(\"udf #0\"); return CODE; }";
    for (name, source) in [("cortex-m3", endless), ("rv32imac", endless), ("cortex-r5f", endless), ("cortex-m0", fault)]
    {
        let board = Board::named(name).unwrap();
        let program = build(&board, dir.path(), source, 0);
        let runner = paths::root().join("cmake/toolchains/run-on-board.sh");
        let run =
            Cmd::new(runner).arg(&board.machine).arg(&program).env("TVM_EMBEDDED_TIMEOUT", "1").outcome().unwrap();
        assert_eq!(run.code, 124, "{name}: {}", run.stdout);
        assert!(run.stdout.contains("still running"), "{name}: {}", run.stdout);
    }
}
