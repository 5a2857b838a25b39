//! The kernels' own test in C, on every path: the host and emulated cores without SIMD, with the DSP extension, with MVE.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A compiler with its options (`EDGE`: the end of the board's memory), how to run the program (empty: directly), and the path that the program must report.
struct Target {
    compiler: &'static str,
    options: &'static str,
    run: &'static str,
    path: &'static str,
}

const WARNINGS: &str = "-Wall -Wextra -Wpedantic -Wconversion -Werror";
const HOSTED: &str =
    "--specs=picolibc.specs --oslib=semihost --crt0=hosted -Wl,--gc-sections,-z,noexecstack,--no-warn-rwx-segments";
const ARM_MEMORY: &str =
    "-Wl,--defsym=__flash=0,--defsym=__flash_size=512K,--defsym=__ram=0x20000000,--defsym=__ram_size=448K";
const RISCV_MEMORY: &str =
    "-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=4M,--defsym=__ram=0x80400000,--defsym=__ram_size=4M";
const QEMU: &str = "-nographic -monitor none -serial none -semihosting-config enable=on,target=native -kernel";

const TARGETS: [Target; 13] = [
    Target {
        compiler: "cc",
        options: "-O1 -fsanitize=address,undefined -fno-sanitize-recover",
        run: "",
        path: "portable",
    },
    Target { compiler: "clang", options: "-O2", run: "", path: "portable" },
    Target {
        compiler: "cc",
        options: "-O1 -DTVMK_SMALL=1 -fsanitize=address,undefined -fno-sanitize-recover",
        run: "",
        path: "portable",
    },
    Target {
        compiler: "arm-none-eabi-gcc",
        options: "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard -O2 -DTVMK_SMALL=1 -DTVMK_DSP=0 -DTVMK_MVE=0 -DEDGE=0x20080000",
        run: "qemu-system-arm -M mps3-an547",
        path: "portable",
    },
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
        options: "-mthumb -mcpu=cortex-m4 -O2 -fstack-protector-all",
        run: "qemu-system-arm -M mps2-an386",
        path: "DSP",
    },
    Target {
        compiler: "arm-none-eabi-gcc",
        options: "-mthumb -mcpu=cortex-m4 -O2 -mno-unaligned-access -DTRAP_UNALIGNED",
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
        options: "-mthumb -mcpu=cortex-m55 -mfloat-abi=softfp -O2 -DEDGE=0x20080000",
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

/// Cores and flags for floats: with and without FMA, vectors, and float instructions. gcc fuses without a
/// strict standard, so `gnu99`.
const FLOATS: &[(&str, &str, &str)] = &[
    ("cc", "-O2", ""),
    ("cc", "-O1 -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover", ""),
    ("cc", "-O3 -flto", ""),
    ("cc", "-O3 -mfma -mavx2 -ffp-contract=fast", ""),
    ("clang", "-O3 -mfma -mavx2 -ffp-contract=fast", ""),
    ("arm-none-eabi-gcc", "-mthumb -mcpu=cortex-m0 -Os", "qemu-system-arm -M mps2-an385"),
    ("arm-none-eabi-gcc", "-mthumb -mcpu=cortex-m3 -O2", "qemu-system-arm -M mps2-an385"),
    (
        "arm-none-eabi-gcc",
        "-mthumb -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2",
        "qemu-system-arm -M mps2-an386",
    ),
    (
        "arm-none-eabi-gcc",
        "-mthumb -mcpu=cortex-m4 -mfloat-abi=softfp -mfpu=fpv4-sp-d16 -O3",
        "qemu-system-arm -M mps2-an386",
    ),
    (
        "arm-none-eabi-gcc",
        "-mthumb -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16 -Os -flto",
        "qemu-system-arm -M mps2-an500",
    ),
    ("arm-none-eabi-gcc", "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard -O3", "qemu-system-arm -M mps3-an547"),
    ("riscv64-unknown-elf-gcc", "-march=rv32imac -mabi=ilp32 -Os", "qemu-system-riscv32 -M virt -bios none"),
    ("riscv64-unknown-elf-gcc", "-march=rv32imafc -mabi=ilp32f -O2", "qemu-system-riscv32 -M virt -bios none"),
    (
        "riscv64-unknown-elf-gcc",
        "-march=rv64gc -mabi=lp64d -mcmodel=medany -O3",
        "qemu-system-riscv64 -M virt -bios none",
    ),
];

#[test]
fn every_path_equals_the_definitions() {
    let folder = tempfile::tempdir().unwrap();
    for (i, Target { compiler, options, run, path }) in TARGETS.iter().enumerate() {
        let program = folder.path().join(format!("kernels{i}"));
        let Some(text) = build_and_run("test_kernels.c", (compiler, &format!("-std=c99 {options}"), run), &program)
        else {
            assert!(i > 0, "no C compiler");
            continue;
        };
        assert!(text.contains("PASSED"), "{compiler} {options}\n{text}");
        assert!(text.contains(&format!("path: {path}")), "{compiler} {options} took another path:\n{text}");
    }
}

#[test]
fn int16_equals_the_definitions_on_every_path() {
    let folder = tempfile::tempdir().unwrap();
    for (i, Target { compiler, options, run, path }) in TARGETS.iter().enumerate() {
        let program = folder.path().join(format!("int16-{i}"));
        let options = format!("-std=c99 {options}");
        let Some(text) = build_and_run("test_int16.c", (compiler, &options, run), &program) else { continue };
        let taken = text.contains("PASSED") && text.contains(&format!("path: {path}"));
        assert!(taken, "{compiler} {options}\n{text}");
    }
}

#[test]
fn floats_are_the_same_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = None;
    for (i, (compiler, options, run)) in FLOATS.iter().enumerate() {
        if options.contains("-mfma") && !has_fma() {
            println!(
                "SKIPPED: this processor has no FMA, so the float kernels are not tested with {compiler} {options}"
            );
            continue;
        }
        let program = folder.path().join(format!("floats{i}"));
        let Some(text) = build_and_run("test_floats.c", (compiler, &format!("-std=gnu99 {options}"), run), &program)
        else {
            assert!(i > 0, "no C compiler");
            continue;
        };
        let checksum = text.lines().find(|line| line.starts_with("floats: ")).expect(&text).trim().to_owned();
        let first = first.get_or_insert_with(|| checksum.clone());
        assert_eq!(*first, checksum, "{compiler} {options}");
    }
}

#[test]
fn functions_of_floats_are_as_accurate_as_stated() {
    let folder = tempfile::tempdir().unwrap();
    // They are compared with the C library's functions of double.
    let all = std::env::var_os("TVM_EMBEDDED_ALL_FLOATS").is_some();
    let program = folder.path().join("math");
    compile("test_float_math.c", ("cc", "-std=c99 -O2", ""), &program).arg("-lm").run();
    let run = Command::new(&program).arg(if all { "1" } else { "1009" }).output().unwrap();
    let text = String::from_utf8_lossy(&run.stdout);
    println!("{text}");
    assert!(run.status.success() && text.contains("PASSED"), "{text}");
}

/// Whether this computer's processor has FMA.
fn has_fma() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("fma") && std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// The output of a test program; `None`, with a line, if tools are missing.
fn build_and_run(source: &str, target: (&str, &str, &str), program: &Path) -> Option<String> {
    let (compiler, options, run) = target;
    let needed = [compiler, run.split(' ').next().unwrap_or_default()];
    if let Some(missing) = needed.iter().find(|name| !name.is_empty() && find(name).is_none()) {
        println!("SKIPPED: {missing} is not installed, so the kernels are not tested with {compiler} {options}");
        return None;
    }
    compile(source, target, program).run();
    let mut command = if run.is_empty() {
        Command::new(program)
    } else {
        let mut words = run.split(' ');
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).args(QEMU.split_whitespace()).arg(program);
        command
    };
    let output = command.stdin(Stdio::null()).output().unwrap();
    // Semihosting prints on standard error.
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{compiler} {options}\n{text}");
    Some(text)
}

/// A call of a C compiler.
struct Compile(Command);

impl Compile {
    fn arg(mut self, argument: &str) -> Self {
        self.0.arg(argument);
        self
    }

    fn run(mut self) {
        let output = self.0.output().unwrap();
        assert!(output.status.success(), "{:?}\n{}", self.0, String::from_utf8_lossy(&output.stderr));
    }
}

/// How a test program is compiled for a target: compiler, options, emulator.
fn compile(source: &str, (compiler, options, run): (&str, &str, &str), program: &Path) -> Compile {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compile = Command::new(compiler);
    compile.args(WARNINGS.split(' ')).args(options.split(' ')).args(kernel_folders(crate_dir));
    compile.arg(crate_dir.join("tests/kernels").join(source));
    if !run.is_empty() {
        compile.args(HOSTED.split_whitespace());
        compile.arg(if compiler.starts_with("riscv") { RISCV_MEMORY } else { ARM_MEMORY });
    }
    compile.arg("-o").arg(program);
    Compile(compile)
}

/// A program on the search path.
fn find(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// `-I` for each directory with kernel files.
fn kernel_folders(crate_dir: &Path) -> Vec<String> {
    let folders = std::fs::read_dir(crate_dir.join("src/ops")).unwrap().map(|entry| entry.unwrap().path());
    folders.filter(|path| path.is_dir()).map(|path| format!("-I{}", path.display())).collect()
}
