//! `cargo xtask fresh wheel [FILE.whl]`: the Python package in a new Debian without Rust, as a new user begins with it: installed
//! by pip, a model looked at, compiled, generated, built and run, from the command line and from Python; the README's first program;
//! and the firmware project of `docs/cmake.md` with the wheel's CMake package, on an emulated board.
//!
//! Without a file, a wheel with this checkout's program is built, with libraries for this machine and for that board only.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::machine::board::Board;
use crate::machine::{heartbeat, paths, setup};
use crate::measure::firmware;
use crate::release::debian::Root;
use crate::release::{dist, wheel};

/// What a user needs beside the wheel; numpy comes from where pip gets it.
const PACKAGES: &[&str] = &["gcc", "libc6-dev", "make", "python3-venv", "ca-certificates"];

/// What a firmware needs in addition.
const FOR_FIRMWARE: &[&str] = &["cmake", "gcc-arm-none-eabi", "picolibc-arm-none-eabi", "qemu-system-arm"];

/// The core of that firmware.
const CORE: &str = "cortex-m4f";

/// Where the user works.
const HOME: &str = "root/try";

/// The commands, each as one typed it. `make run` prints what the model says to zeros, and so must Python.
const COMMANDS: [&str; 8] = [
    "python3 -m venv venv",
    "venv/bin/pip install --quiet --disable-pip-version-check ./*.whl",
    "venv/bin/tvm-embedded inspect digits.tflite",
    "venv/bin/tvm-embedded compile digits.tflite -o digits.tar",
    "venv/bin/tvm-embedded generate digits.tar --no-library -o digits",
    "venv/bin/tvm-embedded new project --model digits.tflite --board host",
    "make --silent -C project run > printed",
    "venv/bin/python try.py",
];

/// The README's program.
const README: &str = "cc -std=c99 -Wall -Wextra -Werror -I$(venv/bin/tvm-embedded --include-dir) -Idigits -Idigits/archive readme.c \
    $(sed s,^,digits/, digits/sources.txt) $(venv/bin/tvm-embedded --lib-dir x86_64-linux)/libtvm_embedded.a -lm -o readme && ./readme";

const PYTHON: &str = "\
import numpy as np
import tvm_embedded

model = tvm_embedded.compile('digits.tflite')
found = model.run(np.zeros(model.inputs[0].shape, np.float32), quantize=True)['probabilities']
line = 'probabilities: ' + ' '.join(f'{value:g}' for value in found.ravel())
printed = open('printed').read().strip()
assert printed == line, (printed, line)
print(model.report())
print(printed)
";

/// The firmware; the toolchain file is the wheel's, too.
const FIRMWARE: [&str; 3] = [
    "cmake -S firmware -B build -Dtvm_embedded_DIR=$(venv/bin/tvm-embedded --cmake-dir) \
        -DCMAKE_TOOLCHAIN_FILE=$(venv/bin/tvm-embedded --cmake-dir)/../../../share/toolchains/cortex-m4f.cmake",
    "cmake --build build",
    "timeout 300 qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none -semihosting-config enable=on,target=native \
        -kernel build/firmware 2> said; cat said",
];

/// What it prints.
const SAID: &str = "digits: success";

/// Tries a wheel.
///
/// # Errors
/// If the new Debian can't be made, or a command fails in it.
pub fn run(file: Option<&Path>) -> Result<()> {
    let wheel = match file {
        Some(file) => file.to_owned(),
        None => small()?,
    };
    let name = wheel.file_name().filter(|_| wheel.extension().is_some_and(|end| end == "whl"));
    let name = name.with_context(|| format!("{} is not a wheel", wheel.display()))?;
    ensure!(wheel.is_file(), "no file {}", wheel.display());
    let root = Root::make(paths::target().join("fresh/wheel"), &[PACKAGES, FOR_FIRMWARE].concat())?;
    let home = root.path.join(HOME);
    fs::create_dir_all(&home)?;
    fs::copy(&wheel, home.join(name))?;
    fs::copy(paths::root().join("models/digits/digits.tflite"), home.join("digits.tflite"))?;
    fs::write(home.join("try.py"), PYTHON)?;
    for command in COMMANDS {
        typed(&root, command)?;
    }
    let listed = root.shell(&format!("cd /{HOME} && venv/bin/tvm-embedded --cores"))?.capture()?;
    let has = |core: &str| listed.split_whitespace().any(|other| other == core);
    ensure!(
        has("x86_64-linux") && has(CORE),
        "a wheel of a release is needed, with libraries for this machine and {CORE}"
    );
    fs::write(home.join("readme.c"), block(&page("README.md")?, "c")?)?;
    typed(&root, "rm -r digits && venv/bin/tvm-embedded generate digits.tar -o digits")?;
    typed(&root, README)?;
    for (name, text) in project()? {
        fs::create_dir_all(home.join("firmware"))?;
        fs::write(home.join("firmware").join(name), text)?;
    }
    fs::copy(home.join("digits.tflite"), home.join("firmware/digits.tflite"))?;
    FIRMWARE.iter().try_for_each(|command| typed(&root, command))?;
    let said = fs::read_to_string(home.join("said"))?;
    ensure!(said.lines().any(|line| line == SAID), "the firmware printed {said:?}, not {SAID:?}");
    println!("{}: works on a new Debian, and in a firmware for {CORE}", name.display());
    // It holds copies of this machine's settings.
    fs::remove_dir_all(&root.path).with_context(|| root.path.display().to_string())
}

fn typed(root: &Root, command: &str) -> Result<()> {
    println!("==== {command}");
    heartbeat::phase(format!("new Debian, {command}"));
    let code = root.shell(&format!("cd /{HOME} && {command}"))?.status()?;
    if code != 0 {
        bail!("`{command}` fails on a new Debian, with exit code {code}: see {}", root.path.display());
    }
    Ok(())
}

/// A wheel of this checkout with libraries for this machine and one board.
fn small() -> Result<PathBuf> {
    setup::need(&["firmware", "cmake"])?;
    let release = paths::target().join("fresh/release");
    if release.exists() {
        fs::remove_dir_all(&release)?;
    }
    // It runs here, so it runs in the same release of Debian.
    dist::assemble(&release, &[Board::named(CORE)?], &firmware::tool()?, "this machine's")?;
    wheel::build(&release, &paths::target().join("fresh/dist"))
}

fn page(name: &str) -> Result<String> {
    fs::read_to_string(paths::root().join(name)).with_context(|| name.to_owned())
}

/// The first block of this language in a page.
fn block<'a>(page: &'a str, language: &str) -> Result<&'a str> {
    let start = format!("```{language}\n");
    let (_, rest) = page.split_once(&start).with_context(|| format!("no block of {language}"))?;
    rest.split_once("```").map(|(block, _)| block).context("a block without an end")
}

/// The files of the project with which `docs/cmake.md` begins, for the model that is tried.
fn project() -> Result<[(&'static str, String); 2]> {
    let page = page("docs/cmake.md")?;
    let ours = |language| -> Result<String> {
        let text = block(&page, language)?.replace("wake_word.tar", "digits.tflite");
        Ok(text.replace("wake_word", "digits").replace("WAKE_WORD", "DIGITS"))
    };
    Ok([("CMakeLists.txt", ours("cmake")?), ("main.c", ours("c")?)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_begins_with_a_program_for_the_model_that_is_tried() {
        let page = page("README.md").unwrap();
        let program = block(&page, "c").unwrap();
        assert!(program.contains("#include \"digits.h\"") && program.contains("int main(void)"), "{program}");
    }

    #[test]
    fn the_page_about_cmake_begins_with_a_project() {
        let [(_, cmake), (_, program)] = project().unwrap();
        assert!(cmake.contains("tvm_embedded_add_model(digits digits.tflite)"), "{cmake}");
        assert!(program.contains("#include \"digits.h\"") && program.contains("TVM_DIGITS_NAME"), "{program}");
    }
}
