//! `new`: projects for boards and SDKs. Those without an SDK are built for their core and run in QEMU, as far as it has the board;
//! those of an SDK are built for this computer over a stub of it, and their C for the board's core.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{printed, repository, tool};

const ARM: &[&str] = &["make", "arm-none-eabi-gcc", "qemu-system-arm"];

/// Whether these programs are there; says what is skipped otherwise.
fn are_there(board: &str, programs: &[&str]) -> bool {
    let missing: Vec<&&str> = programs
        .iter()
        .filter(|program| {
            let mut command = Command::new(program);
            command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err()
        })
        .collect();
    if !missing.is_empty() {
        println!("SKIPPED: {board} needs {missing:?}");
    }
    missing.is_empty()
}

/// A project of a bundled model.
fn project(folder: &Path, model: &str, board: &str) -> PathBuf {
    let (project, model) = (folder.join(format!("{model}-{board}")), format!("models/{model}/{model}.tflite"));
    tool().arg("new").arg(&project).arg("--model").arg(repository(&model)).args(["--board", board]).assert().success();
    project
}

fn done(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !text.contains("warning:"), "{command:?}: {text}");
    text
}

/// The numbers of the output's line.
fn numbers(line: &str) -> Vec<f64> {
    let words = line.strip_prefix("probabilities: ").expect("the output's name").split_whitespace();
    words.map(|word| word.parse().expect("a number")).collect()
}

/// Lines with the outputs of a model for zeros, from a program on this computer.
fn expected(folder: &Path, model: &str) -> Vec<Vec<f64>> {
    let project = project(folder, model, "host");
    let text = done(Command::new("make").arg("-C").arg(&project).arg("run"));
    text.lines().filter(|line| line.starts_with("probabilities:")).map(numbers).collect()
}

fn assert_near(found: &[Vec<f64>], expected: &[Vec<f64>], what: &str) {
    assert!(!found.is_empty(), "{what} prints no outputs");
    for (found, expected) in found.iter().zip(expected) {
        let is_near = found.len() == 10 && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(is_near, "{what}: {found:?}, expected {expected:?}");
    }
}

/// The outputs that a program prints that does not end by itself: it is stopped after `lines` of them.
fn first_outputs(command: &mut Command, lines: usize) -> Vec<Vec<f64>> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0).spawn().expect("it starts");
    // If it prints nothing, it is stopped after a while.
    let group = format!("-{}", child.id());
    let late = format!("sleep 120; kill -KILL -- {group} 2>/dev/null");
    let mut watch = Command::new("sh").args(["-c", &late]).process_group(0).spawn().expect("sh starts");
    let text = BufReader::new(child.stdout.take().expect("an output")).lines().map_while(Result::ok);
    let outputs = text.filter(|line| line.starts_with("probabilities:")).take(lines);
    let found: Vec<Vec<f64>> = outputs.map(|line| numbers(line.trim_end())).collect();
    let stop = |group: &str| _ = Command::new("kill").args(["-KILL", "--", group]).status();
    stop(&group);
    stop(&format!("-{}", watch.id()));
    let _ = (child.wait(), watch.wait());
    found
}

#[test]
fn an_stm32_prints_through_its_serial_port() {
    if !are_there("stm32", ARM) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (model, lines) in [("digits", 1), ("digit_rows", 3)] {
        let project = project(folder.path(), model, "stm32");
        done(
            Command::new("make").arg("-C").arg(&project).arg("CFLAGS=-std=c99 -O2 -Wall -Wextra -Wconversion -Werror"),
        );
        let found = first_outputs(Command::new("make").arg("-C").arg(&project).arg("emulate"), lines);
        assert_eq!(found.len(), lines);
        assert_near(&found, &expected(folder.path(), model), "stm32");
    }
}

/// QEMU has no nRF52, but an nRF51, whose core is smaller and whose serial port is the same.
#[test]
fn an_nrf52_prints_through_its_serial_port() {
    if !are_there("nrf52", ARM) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path(), "digits", "nrf52");
    let make = || {
        let mut make = Command::new("make");
        make.arg("-C").arg(&project).arg("CFLAGS=-std=c99 -O2 -Wall -Wextra -Wconversion -Werror");
        make
    };
    done(&mut make());
    done(make().arg("clean"));
    let file = project.join("Makefile");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("__ram_size=256K"), "{text}");
    fs::write(&file, text.replace("__ram_size=256K", "__ram_size=16K")).unwrap();
    done(make().arg("CPU=-mthumb -mcpu=cortex-m0"));
    let mut qemu = Command::new("qemu-system-arm");
    qemu.args(["-M", "microbit", "-display", "none", "-monitor", "none", "-serial", "stdio", "-kernel"]);
    let found = first_outputs(qemu.arg(project.join("program.elf")), 1);
    assert_near(&found, &expected(folder.path(), "digits"), "nrf52");
}

/// Compiles a project's C for a core, as a check of types and warnings.
fn compiles(project: &Path, main: &str, compiler: &[&str]) {
    let sources = fs::read_to_string(project.join("model/sources.txt")).unwrap();
    for source in sources.lines().map(|name| project.join("model").join(name)).chain([project.join(main)]) {
        let mut command = Command::new(compiler[0]);
        command.args(&compiler[1..]).args(["--specs=picolibc.specs", "-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"]);
        command.arg("-I").arg(project.join("model")).arg("-I").arg(project.join("model/archive"));
        done(command.args(["-c", "-o", "/dev/null"]).arg(source));
    }
}

#[test]
fn projects_of_sdks_build_over_stubs() {
    if !are_there("rp2040, zephyr and esp32c3", &["cmake", "make", "cc"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (stubs, packaging) = (repository("host/cli/tests/new"), repository("packaging"));
    // A component that does nothing.
    let component = folder.path().join("component");
    fs::create_dir_all(&component).unwrap();
    fs::write(component.join("project_include.cmake"), "").unwrap();
    fs::write(component.join("CMakeLists.txt"), "idf_component_register()\n").unwrap();
    let pico = format!("-I{}", stubs.join("pico/include").display());
    let cores: [(&str, &str, &str, &[&str]); 3] = [
        ("rp2040", "main.c", "program", &["arm-none-eabi-gcc", "-mthumb", "-mcpu=cortex-m0plus", &pico]),
        ("zephyr", "src/main.c", "app", &["arm-none-eabi-gcc", "-mthumb", "-mcpu=cortex-m33"]),
        ("esp32c3", "main/main.c", "app", &["riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32"]),
    ];
    for (model, lines) in [("digits", 1), ("digit_rows", 3)] {
        let expected = expected(folder.path(), model);
        assert_eq!(expected.len(), lines);
        for (board, main, program, compiler) in cores {
            let project = project(folder.path(), model, board);
            let build = project.join("build");
            let mut cmake = Command::new("cmake");
            cmake.arg("-S").arg(&project).arg("-B").arg(&build).arg("-DCMAKE_BUILD_TYPE=Release");
            cmake.env("PICO_SDK_PATH", stubs.join("pico")).env("IDF_PATH", packaging.join("esp-idf-stub"));
            cmake.arg(format!("-DZephyr_DIR={}", packaging.join("zephyr-stub").display()));
            cmake.args(["-DSTUB_FLAGS=-O2", "-DSTUB_LINK=-lm", "--no-warn-unused-cli"]);
            done(cmake.arg(format!("-DSTUB_COMPONENT={}", component.display())));
            done(Command::new("cmake").arg("--build").arg(&build));
            let text = done(&mut Command::new(build.join(program)));
            let found: Vec<Vec<f64>> = text.lines().map(numbers).collect();
            assert_eq!(found.len(), lines, "{board}: {text}");
            assert_near(&found, &expected, board);
            if are_there(board, &compiler[..1]) {
                compiles(&project, main, compiler);
            }
        }
    }
}

/// As Arduino's builder does it: the sketch is C++11, files below its `src/` are compiled without include paths.
#[test]
fn a_sketch_builds_over_a_stub() {
    if !are_there("arduino", &["make", "cc", "g++"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path(), "digits", "arduino");
    assert!(project.join("digits-arduino.ino").is_file());
    let sources = fs::read_to_string(project.join("src/model/sources.txt")).unwrap();
    let mut objects = Vec::new();
    for source in sources.lines() {
        let object = folder.path().join(format!("{}.o", objects.len()));
        let mut cc = Command::new("cc");
        cc.args(["-O2", "-Wall", "-Wextra", "-Werror", "-c", "-o"]).arg(&object);
        done(cc.arg(project.join("src/model").join(source)));
        objects.push(object);
    }
    let main = folder.path().join("main.cpp");
    let text = "#include \"Arduino.h\"\n#include \"digits-arduino.ino\"\nint main() { setup(); for (;;) loop(); }\n";
    fs::write(&main, text).unwrap();
    let program = folder.path().join("program");
    let mut cxx = Command::new("g++");
    cxx.args(["-std=c++11", "-fno-exceptions", "-fno-rtti", "-Wall", "-Wextra", "-Werror", "-I"]).arg(&project);
    cxx.arg("-I").arg(repository("host/cli/tests/new/arduino")).arg("-o").arg(&program).arg(&main);
    done(cxx.args(&objects).arg("-lm"));
    let found: Vec<Vec<f64>> = done(&mut Command::new(&program)).lines().map(numbers).collect();
    assert_near(&found, &expected(folder.path(), "digits"), "arduino");
}

#[test]
fn a_sketch_needs_a_name_that_arduino_takes() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("two words");
    let mut new = tool();
    new.arg("new").arg(&directory).arg("--model").arg(repository("models/digits/digits.tflite"));
    let (_, error) = printed(&new.args(["--board", "arduino"]).assert().code(2));
    assert!(error.contains("two words") && error.contains("next: name a directory"), "{error}");
    assert!(!directory.exists());
}
