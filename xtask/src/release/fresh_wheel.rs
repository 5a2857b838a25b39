//! `cargo xtask fresh wheel [FILE.whl]`: the Python package in a new Debian without Rust, as a new user begins with it: installed
//! by pip, a model looked at, compiled, generated, built and run, from the command line and from Python.
//!
//! Without a file, a wheel with this checkout's program is built. With one of a release, which has libraries, the README's first
//! program is built, too.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::machine::{heartbeat, paths};
use crate::release::debian::Root;
use crate::release::wheel;

/// What a user needs beside the wheel; numpy comes from where pip gets it.
const PACKAGES: &[&str] = &["gcc", "libc6-dev", "make", "python3-venv", "ca-certificates"];

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

/// With the libraries of a release: the README's program.
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

/// Tries a wheel.
///
/// # Errors
/// If the new Debian can't be made, or a command fails in it.
pub fn run(file: Option<&Path>) -> Result<()> {
    let wheel = match file {
        Some(file) => file.to_owned(),
        None => wheel::alone()?,
    };
    let name = wheel.file_name().filter(|_| wheel.extension().is_some_and(|end| end == "whl"));
    let name = name.with_context(|| format!("{} is not a wheel", wheel.display()))?;
    ensure!(wheel.is_file(), "no file {}", wheel.display());
    let root = Root::make(paths::target().join("fresh/wheel"), PACKAGES)?;
    let home = root.path.join(HOME);
    fs::create_dir_all(&home)?;
    fs::copy(&wheel, home.join(name))?;
    fs::copy(paths::root().join("models/digits/digits.tflite"), home.join("digits.tflite"))?;
    fs::write(home.join("try.py"), PYTHON)?;
    for command in COMMANDS {
        typed(&root, command)?;
    }
    let listed = root.shell(&format!("cd /{HOME} && venv/bin/tvm-embedded --cores"))?.capture()?;
    if listed.split_whitespace().any(|core| core == "x86_64-linux") {
        fs::write(home.join("readme.c"), program(&fs::read_to_string(paths::root().join("README.md"))?)?)?;
        typed(&root, "rm -r digits && venv/bin/tvm-embedded generate digits.tar -o digits")?;
        typed(&root, README)?;
    } else {
        println!("the wheel has no libraries: the README's first program is not built");
    }
    println!("{}: works on a new Debian", name.display());
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

/// The first program in a page.
fn program(page: &str) -> Result<&str> {
    let (_, rest) = page.split_once("```c\n").context("the README has no program in C")?;
    rest.split_once("```").map(|(program, _)| program).context("the README's program has no end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_begins_with_a_program_for_the_model_that_is_tried() {
        let page = fs::read_to_string(paths::root().join("README.md")).unwrap();
        let program = program(&page).unwrap();
        assert!(program.contains("#include \"digits.h\"") && program.contains("int main(void)"), "{program}");
    }
}
