//! The header with external names of the model's kernels, for programs whose models share them.

use super::names::kernel_file;
use crate::ir::model::Model;
use crate::ops::kernels::Kernel;
use crate::ops::linkage;
use std::fmt::Write;

/// How functions are declared, and what the C compiler adds to their names.
const LINKAGE: &str = "
#if !TVMK_GNU || defined(_WIN32)
#error \"TVM_EMBEDDED_SHARE_KERNELS needs gcc or clang, and object files of ELF or Mach-O: do not define it here\"
#endif

/* The linker takes the first of the definitions with one name. */
#undef TVMK_SHARED
#define TVMK_SHARED __attribute__((noinline, weak, visibility(\"hidden\")))

/* There is no other declaration. */
#if defined(__clang__) || !defined(__cplusplus)
#pragma GCC diagnostic ignored \"-Wmissing-prototypes\"
#endif
#ifndef __clang__
#pragma GCC diagnostic ignored \"-Wmissing-declarations\"
#endif

/* What selects one of several definitions in the text. */
#if TVMK_SMALL
#define TVMK_SHARED_SIZE(name) name##_small
#else
#define TVMK_SHARED_SIZE(name) name
#endif
#if TVMK_WIDE
#define TVMK_SHARED_EXTENT(name) TVMK_SHARED_SIZE(name##_wide)
#else
#define TVMK_SHARED_EXTENT(name) TVMK_SHARED_SIZE(name)
#endif
#if TVMK_MVE
#define TVMK_SHARED_NAME(name) TVMK_SHARED_EXTENT(name##_mve)
#elif TVMK_DSP
#define TVMK_SHARED_NAME(name) TVMK_SHARED_EXTENT(name##_dsp)
#else
#define TVMK_SHARED_NAME(name) TVMK_SHARED_EXTENT(name##_c)
#endif

";

/// Its name in the archive.
pub fn file(model: &Model) -> String {
    kernel_file(model, "share.h")
}

/// Its text.
pub fn header(model: &Model, kernels: &[Kernel]) -> String {
    text(&format!("{}_SHARE_H", model.macro_prefix()), &kernel_file(model, "core.h"), kernels)
}

/// The same with these names of the guard and of the file that detects the core.
fn text(guard: &str, core: &str, kernels: &[Kernel]) -> String {
    let mut out = format!(
        "/* For programs that define TVM_EMBEDDED_SHARE_KERNELS: a kernel's name has a hash of its text, so that models share those of the
 * same text.
 */
#ifndef {guard}
#define {guard}

#include \"{core}\"
{LINKAGE}"
    );
    for (name, hash) in linkage::functions(kernels) {
        // Writing to a string does not fail.
        let _ = writeln!(out, "#define {name} TVMK_SHARED_NAME({name}_{hash:016x})");
    }
    out.push_str("\n#endif\n");
    out
}

/// The lines of the operators' file that include it, before all kernels.
pub fn include(model: &Model) -> String {
    match model.layers.iter().all(|planned| planned.layer.headers.is_empty()) {
        true => String::new(),
        false => format!("#ifdef TVM_EMBEDDED_SHARE_KERNELS\n#include \"{}\"\n#endif\n\n", file(model)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::process::Command;

    /// What generated code or a user may define before the kernels is in the name: it changes their code or structs, not their text.
    #[test]
    fn every_choice_is_in_the_name() {
        let mut choices = Vec::new();
        for kernel in crate::ops::kernels() {
            let asked = kernel.text.lines().filter_map(|line| line.strip_prefix("#ifndef "));
            let own = |name: &&str| !name.ends_with("_H") && kernel.text.contains(&format!("#define {name}"));
            choices.extend(asked.filter(own));
        }
        assert!(choices.contains(&"TVMK_DSP") && choices.contains(&"TVMK_SMALL"), "{choices:?}");
        // Only generated functions of layers use it, which are not shared.
        for name in choices.into_iter().filter(|name| *name != "TVMK_SCRATCH") {
            let tested = ["#if", "#elif"].iter().any(|word| LINKAGE.contains(&format!("{word} {name}\n")));
            assert!(tested, "{name} is not in the names of shared kernels");
        }
    }

    /// All kernels in one file: a compiler finds every function that `linkage` must find.
    #[test]
    fn every_kernel_has_a_hash_in_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<Kernel> = crate::ops::kernels().collect();
        let mut main = "#include \"share.h\"\n".to_owned();
        fs::write(folder.path().join("share.h"), text("SHARE_H", "core.h", &all)).unwrap();
        for kernel in &all {
            fs::write(folder.path().join(kernel.name), kernel.text).unwrap();
            let _ = writeln!(main, "#include \"{}\"", kernel.name);
        }
        fs::write(folder.path().join("all.c"), main).unwrap();
        for (compiler, flags, path) in [
            ("cc", &["-DTVMK_SMALL=1", "-Wmissing-prototypes", "-Wmissing-declarations"][..], "_c_small"),
            ("arm-none-eabi-gcc", &["-mcpu=cortex-m4", "-mthumb"], "_dsp"),
            ("arm-none-eabi-gcc", &["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard", "-DTVMK_WIDE=1"], "_mve_wide"),
        ] {
            let mut command = Command::new(compiler);
            command.current_dir(&folder).args(["-std=c99", "-O0", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]);
            command.arg("-Wno-unused-function"); // kernels that are in their caller's code
            let Ok(output) = command.args(flags).args(["-c", "all.c", "-o", "all.o"]).output() else {
                println!("SKIPPED: {compiler} is not installed");
                continue;
            };
            assert!(output.status.success(), "{compiler} {flags:?}: {}", String::from_utf8_lossy(&output.stderr));
            let output =
                Command::new("nm").current_dir(&folder).args(["-g", "--defined-only", "all.o"]).output().unwrap();
            let symbols = String::from_utf8(output.stdout).unwrap();
            let names: Vec<&str> = symbols.lines().filter_map(|line| line.split(' ').nth(2)).collect();
            assert!(names.len() > 150, "{compiler} {flags:?}: {names:?}");
            let is_hash = |word: &str| word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            for name in names {
                let own = name.strip_suffix(path).and_then(|name| name.rsplit_once('_'));
                assert!(own.is_some_and(|(_, hash)| is_hash(hash)), "{compiler} {flags:?}: {name}");
            }
        }
    }
}
