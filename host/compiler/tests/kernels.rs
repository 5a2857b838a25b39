//! The kernels' own test in C, on every path: the host and emulated cores without SIMD, with the DSP extension, with MVE.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A compiler with its options (`EDGE`: where the board's memory ends), how to run the program (empty: directly), and the path the program must say it took.
struct Target {
    compiler: &'static str,
    options: &'static str,
    run: &'static str,
    path: &'static str,
}

const WARNINGS: &str = "-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Werror";
const ARM: &str = "--specs=picolibc.specs --oslib=semihost --crt0=hosted -Wl,--gc-sections,-z,noexecstack,--no-warn-rwx-segments \
                   -Wl,--defsym=__flash=0,--defsym=__flash_size=512K,--defsym=__ram=0x20000000,--defsym=__ram_size=448K";
const QEMU: &str = "-nographic -monitor none -serial none -semihosting-config enable=on,target=native -kernel";

const TARGETS: [Target; 8] = [
    Target {
        compiler: "cc",
        options: "-O1 -fsanitize=address,undefined -fno-sanitize-recover",
        run: "",
        path: "portable",
    },
    Target { compiler: "clang", options: "-O2", run: "", path: "portable" },
    Target {
        compiler: "arm-none-eabi-gcc",
        options: "-mthumb -mcpu=cortex-m3 -O2",
        run: "qemu-system-arm -M mps2-an385",
        path: "portable",
    },
    Target {
        compiler: "arm-none-eabi-gcc",
        options: "-mthumb -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2",
        run: "qemu-system-arm -M mps2-an386",
        path: "DSP",
    },
    Target {
        compiler: "arm-none-eabi-gcc",
        options: "-mthumb -mcpu=cortex-m4 -O0 -fno-omit-frame-pointer",
        run: "qemu-system-arm -M mps2-an386",
        path: "DSP",
    },
    Target {
        compiler: "arm-none-eabi-gcc",
        options: "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard -O2 -DEDGE=0x20080000",
        run: "qemu-system-arm -M mps3-an547",
        path: "MVE",
    },
    Target {
        compiler: "arm-none-eabi-gcc",
        options: "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard -O0 -fno-omit-frame-pointer -DEDGE=0x20080000",
        run: "qemu-system-arm -M mps3-an547",
        path: "MVE",
    },
    Target {
        compiler: "arm-none-eabi-gcc",
        options: "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard -O2 -DTVMK_MVE=0 -DEDGE=0x20080000",
        run: "qemu-system-arm -M mps3-an547",
        path: "DSP",
    },
];

#[test]
fn every_path_equals_the_definitions() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for (i, target) in TARGETS.iter().enumerate() {
        let what = format!("{} {}", target.compiler, target.options);
        let emulator = target.run.split(' ').next().unwrap_or_default();
        let needed = [target.compiler, emulator];
        if let Some(missing) = needed.iter().find(|name| !name.is_empty() && find(name).is_none()) {
            assert!(i > 0, "no C compiler");
            println!("SKIPPED: {missing} is not installed, so the kernels are not tested with {what}");
            continue;
        }
        let program = folder.path().join(format!("kernels{i}"));
        let mut compile = Command::new(target.compiler);
        compile.args(WARNINGS.split(' ')).args(target.options.split(' '));
        compile.args(kernel_folders(crate_dir)).arg(crate_dir.join("tests/kernels/test_kernels.c"));
        if !target.run.is_empty() {
            compile.args(ARM.split_whitespace());
        }
        let compiled = compile.arg("-o").arg(&program).output().unwrap();
        assert!(compiled.status.success(), "{what}\n{}", String::from_utf8_lossy(&compiled.stderr));
        let mut run = if target.run.is_empty() {
            Command::new(&program)
        } else {
            let mut words = target.run.split(' ');
            let mut run = Command::new(words.next().unwrap_or_default());
            run.args(words).args(QEMU.split_whitespace()).arg(&program);
            run
        };
        let output = run.stdin(Stdio::null()).output().unwrap();
        // Semihosting prints on standard error.
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success() && text.contains("PASSED"), "{what}\n{text}");
        assert!(text.contains(&format!("path: {}", target.path)), "{what} took another path:\n{text}");
    }
}

/// A program on the search path.
fn find(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// `-I` for each folder with kernel files.
fn kernel_folders(crate_dir: &Path) -> Vec<String> {
    let folders = std::fs::read_dir(crate_dir.join("src/ops")).unwrap().map(|entry| entry.unwrap().path());
    folders.filter(|path| path.is_dir()).map(|path| format!("-I{}", path.display())).collect()
}
