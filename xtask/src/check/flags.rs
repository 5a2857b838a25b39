//! `cargo xtask flags [BOARD...]`: compiled models with every flag a product may use, on emulated cores, compared with the host's bytes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::check::bundle::{self, Model};
use crate::machine::board::Board;
use crate::machine::{emulator, paths, setup};

const BOARDS: [&str; 4] = ["cortex-m3", "cortex-m4f", "cortex-m33", "cortex-m55"];

/// Models of one program, and the kernels in assembly that it must call on a core with the DSP extension.
struct Group {
    name: &'static str,
    models: &'static str,
    /// Options of `tvm-embedded compile`.
    options: &'static [&'static str],
    assembly: &'static [&'static str],
}

/// Together they call the kernels with the DSP extension in assembly, in `--optimize balanced` and `speed`; no case calls
/// `tvmk_dsp_tile_int4_sums`.
const GROUPS: [Group; 6] = [
    Group {
        name: "int8",
        models: "^(chain-mobilenet|chain-keyword|chain-residual|chain-dense_stack|streaming-wake_word|depthwise_conv_2d-c16-s2x2-valid)$",
        options: &[],
        assembly: &[
            "tvmk_dsp_tile",
            "tvmk_dsp_widen4",
            "tvmk_dsp_planes",
            "tvmk_dsp_rows_3x3",
            "tvmk_dsp_rows_3x3_stride2",
            "tvmk_dsp_units",
        ],
    },
    Group {
        name: "int16",
        models: "^(conv_2d-int16-c8-k3x3|fully_connected-int16-i64-o12)$",
        options: &[],
        assembly: &["tvmk_int16_tile", "tvmk_int16_tile_sums"],
    },
    // Each separately: without optimisation one takes half of the flash on a core with MVE.
    Group {
        name: "rows-int16",
        models: "^(depthwise_conv_2d-int16-c8)$",
        options: &[],
        assembly: &["tvmk_int16_rows"],
    },
    Group {
        name: "rows-stride2-int16",
        models: "^(depthwise_conv_2d-int16-s2x2-valid)$",
        options: &[],
        assembly: &["tvmk_int16_rows_stride2"],
    },
    // Images of odd and even sizes; the portable path on a core without the DSP extension.
    Group {
        name: "winograd",
        models: "^(conv_2d-winograd-5x8-c48-o24-same|conv_2d-winograd-7x10-c32-o36-valid)$",
        options: &["--optimize", "speed"],
        assembly: &["tvmk_dsp_winograd", "tvmk_winograd_input"],
    },
    Group {
        name: "sums-int4-hybrid",
        models: "^(conv_2d-bias_limit|conv_2d-int4-scales_apart|fully_connected-int4-large|fully_connected-int4-gain25.3|beyond-hybrid-conv_2d)$",
        options: &["--int4", "packed"],
        assembly: &[
            "tvmk_dsp_tile_sums",
            "tvmk_dsp_units_sums",
            "tvmk_dsp_tile_int4",
            "tvmk_dsp_int4_starts",
            "tvmk_dsp_units_int4",
            "tvmk_dsp_units_int4_sums",
            "tvmk_hybrid_tile",
        ],
    },
];

/// Flags of gcc. In `cargo xtask test` the first few, on each board.
const SETS: [&str; 20] = [
    "-O2 -fstack-protector-all",
    "-O0 -finstrument-functions",
    "-O2 -mno-unaligned-access -DTRAP_UNALIGNED",
    "-Os --coverage",
    "-O2 -flto",
    "-O3 -pg",
    "-O0",
    "-O1",
    "-Og -fno-omit-frame-pointer",
    "-Oz",
    "-O2 -finstrument-functions",
    "-O0 -fstack-protector-all",
    "-O2 -fstack-clash-protection",
    "-O2 -fprofile-arcs -ftest-coverage",
    "-O2 -fsanitize=undefined -fsanitize-undefined-trap-on-error",
    "-O2 -mpure-code",
    "-O2 -mslow-flash-data",
    "-O2 -mlong-calls",
    "-O2 -fpic",
    "-O3 -funroll-all-loops -fno-inline",
];
const SHORT: usize = 6;

/// The functions that the instrumentation calls. They only change registers that a call may change.
const HOOKS: &str = r#"#include <stdint.h>
#include <stdlib.h>
#define HOOK __attribute__((no_instrument_function, used))
uintptr_t __stack_chk_guard = 0xdeadbeef;
HOOK void __stack_chk_fail(void) { exit(77); }
#define MESS() __asm__ volatile("mov r0, #1\n mov r1, #2\n mov r2, #3\n mov r3, #4\n mov r12, #5\n" ::: "r0", "r1", "r2", "r3", "r12")
HOOK void __cyg_profile_func_enter(void *f, void *from) { (void)f; (void)from; MESS(); }
HOOK void __cyg_profile_func_exit(void *f, void *from) { (void)f; (void)from; MESS(); }
__attribute__((naked, used)) void __gnu_mcount_nc(void) { __asm__ volatile("mov r12, lr\n pop {lr}\n bx r12\n"); }
HOOK void __gcov_init(void *p) { (void)p; }
HOOK void __gcov_exit(void) {}
HOOK void __gcov_merge_add(void) {}
"#;

/// `cargo xtask flags [BOARD...]`: all flags.
///
/// # Errors
/// If tools are missing, a program does not build, or its bytes differ from the host's.
pub fn run(args: &[String]) -> Result<()> {
    let boards: Vec<&str> = if args.is_empty() { BOARDS.to_vec() } else { args.iter().map(String::as_str).collect() };
    check(&boards, SETS.len())
}

/// The part that `cargo xtask test` runs.
///
/// # Errors
/// As [`run`].
pub fn short() -> Result<()> {
    check(&BOARDS, SHORT)
}

fn check(boards: &[&str], sets: usize) -> Result<()> {
    setup::need(&["firmware"])?;
    let programs = GROUPS.len() * boards.len() * sets;
    let mut wrong = Vec::new();
    for group in &GROUPS {
        wrong.extend(check_group(group, boards, sets)?);
    }
    println!("{} of {programs} programs give the host's bytes", programs - wrong.len());
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

/// Whether a function is in what `nm` prints, or a copy of it for constant arguments, with a suffix such as `.constprop.0`.
fn calls(symbols: &str, name: &str) -> bool {
    symbols.lines().filter_map(|line| line.rsplit(' ').next()?.split('.').next()).any(|symbol| symbol.ends_with(name))
}

/// What is wrong with the programs of one group.
fn check_group(group: &Group, boards: &[&str], sets: usize) -> Result<Vec<String>> {
    let out = paths::target().join("flags").join(group.name);
    let models = bundle::models(&out, group.models, 1, group.options)?;
    let models: Vec<&Model> = models.iter().collect();
    if models.len() != group.models.split('|').count() {
        bail!("only {} models match {}", models.len(), group.models);
    }
    let (main, hooks) = (out.join("main.c"), out.join("hooks.c"));
    fs::write(&main, bundle::main_c(&models, 4)?)?;
    fs::write(&hooks, HOOKS)?;
    let expected = bundle::on_host(&models, &main, &out.join("host"))?;
    let boards = boards.iter().map(|name| Board::named(name)).collect::<Result<Vec<_>>>()?;
    let on_board = |board: &Board| -> Vec<String> {
        let sets = SETS[..sets].iter();
        let results = sets.map(|flags| (flags, compare(group, board, flags, &models, &main, &expected)));
        results.filter_map(|(flags, end)| Some(format!("{}, {flags}: {:#}", board.name, end.err()?))).collect()
    };
    let mut wrong = Vec::new();
    // Two boards at a time: building takes most of the time.
    for pair in boards.chunks(2) {
        std::thread::scope(|scope| {
            let threads: Vec<_> = pair.iter().map(|board| scope.spawn(|| on_board(board))).collect();
            for thread in threads {
                wrong.extend(thread.join().unwrap_or_else(|_| vec!["a thread panicked".to_owned()]));
            }
        });
    }
    Ok(wrong)
}

fn compare(
    group: &Group,
    board: &Board,
    flags: &str,
    models: &[&Model],
    main: &Path,
    expected: &[String],
) -> Result<()> {
    let program = main.with_file_name(format!("{}.elf", board.name));
    let hooks = main.with_file_name(format!("{}-hooks.o", board.name));
    board.compiler().args(["-O2", "-c"]).arg(main.with_file_name("hooks.c")).arg("-o").arg(&hooks).capture()?;
    board
        .compiler()
        .arg("-std=c99")
        .args(flags.split(' '))
        .args(bundle::includes(models))
        .arg(main)
        .args(models.iter().flat_map(|model| &model.sources))
        .arg(&hooks)
        .args(board.hosted())
        .args(["-lm", "-o"])
        .arg(&program)
        .dir(main.parent().context("no directory")?)
        .capture()?;
    let run = emulator::run(board, &program)?;
    let found = bundle::numbers(models, &run.text)?;
    if run.code != 0 || found != expected {
        bail!("exit code {}, {} instead of {}", run.code, found.join(" "), expected.join(" "));
    }
    // Without link-time optimisation every function keeps its name.
    if board.name == "cortex-m4f" && flags == "-O2 -fstack-protector-all" {
        let symbols = board.tool("nm").arg(&program).capture()?;
        let missing: Vec<&str> = group.assembly.iter().copied().filter(|name| !calls(&symbols, name)).collect();
        if !missing.is_empty() {
            bail!("the models no longer call {}", missing.join(", "));
        }
    }
    Ok(())
}
