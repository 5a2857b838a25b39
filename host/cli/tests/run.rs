//! `run` and `generate` on models whose C the tests write: every possible outcome of a run.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{archive, archive_of_two, printed, streaming_archive, tool};

/// Copies the input through the workspace, each byte one more.
const NEXT: &str = "int i; for (i = 0; i < 32; i++) { sram[i] = 0; } for (i = 0; i < 4; i++) { sram[i] = (uint8_t)(x[i] + 1); } \
    for (i = 0; i < 4; i++) { y[i] = (int8_t)sram[i]; }";

struct Fixture {
    folder: tempfile::TempDir,
    archive: PathBuf,
}

impl Fixture {
    fn new(main: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = archive(folder.path(), "net", main);
        Fixture { folder, archive }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        fs::write(self.path().join(name), content).unwrap();
        name.to_owned()
    }

    /// Runs the model in the fixture's directory; exit code, standard output, standard error.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let assert = tool().arg("run").arg(&self.archive).args(args).current_dir(self.path()).assert();
        let (stdout, stderr) = printed(&assert);
        (assert.get_output().status.code().unwrap(), stdout, stderr)
    }
}

fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

#[test]
fn outputs_are_shown_written_and_compared() {
    let f = Fixture::new(NEXT);
    f.file("x.bin", &[1, 2, 3, 255]);
    let (code, stdout, stderr) = f.run(&["--input", "x/0=x.bin"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.starts_with("output y, int8") && stdout.contains("values   2 3 4 0\n"), "{stdout}");

    let (code, stdout, stderr) = f.run(&["--input", "x_0=x.bin", "--output", "y=y.bin", "--output", "y=z.bin"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("output y is given twice"), "{stderr}");

    for offset in ["0", "1", "2", "3", "7"] {
        let (code, stdout, stderr) = f.run(&["--input", "x.bin", "--output", "y.bin", "--workspace-offset", offset]);
        assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", ""));
        assert_eq!(fs::read(f.path().join("y.bin")).unwrap(), [2, 3, 4, 0]);
    }

    let (code, stdout, _) = f.run(&["--input", "x.bin", "--expect", "y=y.bin", "--repeat", "3"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("3 runs, ") && stdout.contains("all 4 bytes as expected"), "{stdout}");

    // Unexpected outputs are written, so that the user can inspect them.
    f.file("wrong.bin", &[2, 9, 4, 9]);
    let (code, ..) = f.run(&["--input", "x.bin", "--expect", "wrong.bin", "--output", "unexpected.bin"]);
    assert_eq!((code, fs::read(f.path().join("unexpected.bin")).unwrap()), (4, vec![2, 3, 4, 0]));

    let (code, stdout, stderr) = f.run(&["--input", "x.bin", "--expect", "wrong.bin"]);
    assert_eq!((code, stdout.as_str()), (4, ""));
    assert!(stderr.contains("output y differs in 2 of 4 bytes; the first is byte 1: 0x03, expected 0x09"), "{stderr}");
}

#[test]
fn several_tensors_in_a_file_are_several_runs() {
    let f = Fixture::new(NEXT);
    f.file("x.bin", &[0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]);
    let (code, stdout, _) = f.run(&["--input", "x.bin"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("run 1   values   1 2 3 4") && stdout.contains("run 3   values   21 22 23 24"), "{stdout}");
    let (code, ..) = f.run(&["--input", "x.bin", "--output", "y.bin"]);
    assert_eq!(code, 0);
    assert_eq!(fs::read(f.path().join("y.bin")).unwrap(), [1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24]);
}

#[test]
fn state_is_kept_from_run_to_run_and_reset_first() {
    let folder = tempfile::tempdir().unwrap();
    let archive = streaming_archive(folder.path(), "sums");
    let f = Fixture { folder, archive };
    f.file("x.bin", &[1, 2, 3, 4, 10, 10, 10, 10, 0, 0, 0, 255]);
    let (code, stdout, stderr) = f.run(&["--input", "x.bin", "--repeat", "3", "--workspace-offset", "5"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for line in ["run 1   values   1 2 3 4", "run 2   values   11 12 13 14", "run 3   values   11 12 13 13"] {
        assert!(stdout.contains(line), "{stdout}");
    }
    assert!(stdout.contains("real     1 1.5 2 2.5") && stdout.contains("largest  index 3: 4, real 2.5"), "{stdout}");
    let (code, ..) = f.run(&["--input", "x.bin", "--output", "y.npy"]);
    assert_eq!(code, 0);
    let written = fs::read(f.path().join("y.npy")).unwrap();
    let header = String::from_utf8_lossy(&written[10..]).into_owned();
    assert!(header.contains("'shape': (3, 4), }"), "{header}");

    f.file("float.npy", &npy("<f4", "(1, 4)", &[0; 16]));
    // Real values of an input are quantised with its scale and zero point; those of an output would be compared inexactly.
    let (code, stdout, stderr) = f.run(&["--input", "float.npy"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    f.file("zero.npy", &npy("|i1", "(1, 4)", &[0xff; 4]));
    assert_eq!(f.run(&["--input", "zero.npy"]).1, stdout);
    f.file("wide.npy", &npy("<f8", "(2, 4)", &[0; 64]));
    assert_eq!(f.run(&["--input", "wide.npy"]).0, 0);
    f.file("shape.npy", &npy("<f4", "(4, 2)", &[0; 32]));
    let (code, _, stderr) = f.run(&["--input", "shape.npy"]);
    assert!(code == 3 && stderr.contains("shape [4, 2]"), "{stderr}");
    let (code, _, stderr) = f.run(&["--input", "zero.npy", "--expect", "float.npy"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("quantise it first") && stderr.contains(").astype(\"int8\")"), "{stderr}");
    for shape in ["(4,)", "(1, 4)", "(2, 4)", "(2, 1, 4)"] {
        f.file("x.npy", &npy("|i1", shape, &[0; 8][..if shape.starts_with("(2") { 8 } else { 4 }]));
        assert_eq!(f.run(&["--input", "x.npy"]).0, 0, "{shape}");
    }
    f.file("x.npy", &npy("|i1", "(4, 2)", &[0; 8]));
    let (code, _, stderr) = f.run(&["--input", "x.npy"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("shape [4, 2]") && stderr.contains("[1, 4]"), "{stderr}");
}

#[test]
fn npy_files_are_read_and_written() {
    let f = Fixture::new(NEXT);
    f.file("x.npy", &npy("|i1", "(4,)", &[1, 2, 3, 4]));
    let (code, _, stderr) = f.run(&["--input", "x.npy", "--output", "y.npy"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let written = fs::read(f.path().join("y.npy")).unwrap();
    assert!(written.starts_with(b"\x93NUMPY\x01\x00") && written.ends_with(&[2, 3, 4, 5]));
    let header = String::from_utf8_lossy(&written[10..]).into_owned();
    assert!(header.starts_with("{'descr': '|i1', 'fortran_order': False, 'shape': (4,), }"), "{header}");

    for (name, content, part) in [
        ("float.npy", npy("<f4", "(4,)", &[0; 16]), "the file holds float32"),
        ("unsigned.npy", npy("|u1", "(4,)", &[0; 4]), "the file holds uint8"),
        ("short.npy", npy("|i1", "(3,)", &[0; 3]), "takes 4 bytes, the file holds 3"),
        ("cut.npy", npy("|i1", "(4,)", &[0; 3]), "takes 4 bytes, the file holds 3"),
        ("python.npy", npy("|i1", "__import__('os')", &[0; 4]), ".npy header, byte"),
        ("no.npy", b"1 2 3 4".to_vec(), "is not a .npy file"),
    ] {
        f.file(name, &content);
        let (code, stdout, stderr) = f.run(&["--input", name]);
        assert_eq!((code, stdout.as_str()), (3, ""), "{name}: {stderr}");
        assert!(stderr.contains(part) && stderr.contains(name), "{name}: {stderr}");
    }
}

#[test]
fn every_standard_of_c_is_accepted() {
    let f = Fixture::new(NEXT);
    f.file("x.bin", &[1, 2, 3, 4]);
    f.file("y.bin", &[2, 3, 4, 5]);
    for standard in ["c99", "gnu99", "c11", "gnu17"] {
        let standard = format!("--cc-arg=-std={standard}");
        let arguments =
            ["--input", "x.bin", "--expect", "y.bin", "--repeat", "50", &standard, "--cc-arg=-Werror=implicit"];
        let (code, stdout, stderr) = f.run(&arguments);
        assert_eq!((code, stderr.as_str()), (0, ""), "{standard}");
        assert!(!stdout.contains("mean 0 ns"), "{stdout}");
    }
}

#[test]
fn inputs_are_checked_before_anything_is_compiled() {
    let f = Fixture::new("y[0] = 0; this is no C");
    f.file("x.bin", &[0; 4]);
    f.file("long.bin", &[0; 6]);
    for (args, code, part) in [
        (&[][..], 2, "no content is given for input tensor x/0, int8"),
        (&["--input", "z=x.bin"], 2, "no input called z"),
        (&["--input", "x.bin", "--output", "z=y.bin"], 2, "no output called z"),
        (&["--input", "x.bin", "--input", "x_0=x.bin"], 2, "input x/0 is given twice"),
        (&["--input", "missing.bin"], 3, "missing.bin: can't be read"),
        (&["--input", "long.bin"], 3, "takes 4 bytes, the file holds 6"),
        (&["--input", "x.bin", "--expect", "long.bin"], 3, "takes 4 bytes, the file holds 6"),
    ] {
        let (found, stdout, stderr) = f.run(args);
        assert_eq!((found, stdout.as_str()), (code, ""), "{args:?}: {stderr}");
        assert!(stderr.contains(part), "{args:?}: {stderr}");
    }
    let (_, _, stderr) = f.run(&["--input", "z=x.bin"]);
    assert!(stderr.contains("next: inputs: x/0 (in C: x_0)"), "{stderr}");
    let (code, _, stderr) = f.run(&["--input", "x.bin"]);
    assert_eq!(code, 5);
    assert!(stderr.contains("C compiler 'cc' failed") && stderr.contains("net_lib1.c"), "{stderr}");
}

#[test]
fn a_missing_compiler_and_a_missing_library_end_with_5() {
    let f = Fixture::new(NEXT);
    f.file("x.bin", &[0; 4]);
    let run = |compiler: &str| {
        tool().env("CC", compiler).arg("run").arg(&f.archive).args(["--input", "x.bin"]).current_dir(f.path()).assert()
    };
    let (_, stderr) = printed(&run("no-such-compiler").code(5));
    assert!(stderr.contains("'no-such-compiler' can't be started") && stderr.contains("next: install one"), "{stderr}");
    run("cc -g").success();

    let f = Fixture::new("int32_t kernel(int32_t); y[0] = y[1] = y[2] = y[3] = (int8_t)kernel(x[0]);");
    f.file("x.bin", &[5; 4]);
    let (code, _, stderr) = f.run(&["--input", "x.bin"]);
    assert_eq!(code, 5);
    assert!(stderr.contains("--cc-arg"), "{stderr}");
    f.file("kernel.c", b"#include <stdint.h>\nint32_t kernel(int32_t x) { return 2 * x; }\n");
    let (code, stdout, _) = f.run(&["--input", "x.bin", "--cc-arg", "kernel.c"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("values   10 10 10 10"), "{stdout}");
}

#[test]
fn failures_of_the_model_end_with_4() {
    for (main, part) in [
        ("return -7;", "TVMExecute: model's own code (status -7)"),
        ("*(volatile int *)0 = 1;", "ended early"),
        ("sram[-1] = 1;", "wrote outside its workspace"),
        ("sram[48] = 1;", "wrote outside its workspace"),
        ("y[4] = 1;", "wrote outside its output y"),
        ("x[-1] = 1;", "wrote outside its input x/0"),
        ("static int8_t n; int i; for (i = 0; i < 4; i++) { y[i] = n; } n++;", "output y of repetition 2 differs"),
    ] {
        // An archive whose output is never written is refused when it is read.
        let f = Fixture::new(&format!("y[0] = 0; {main}"));
        f.file("x.bin", &[0; 4]);
        let (code, stdout, stderr) = f.run(&["--input", "x.bin", "--output", "y.bin", "--repeat", "2"]);
        assert_eq!((code, stdout.as_str()), (4, ""), "{main}: {stderr}");
        assert!(stderr.contains(part), "{main}: {stderr}");
        assert!(!f.path().join("y.bin").exists(), "{main}: a failed run writes nothing");
    }
}

#[test]
fn each_model_of_an_archive_runs() {
    let folder = tempfile::tempdir().unwrap();
    let archive = archive_of_two(folder.path(), ["left", "right"], NEXT);
    let f = Fixture { folder, archive };
    f.file("x.bin", &[1, 2, 3, 4]);
    for module in ["left", "right"] {
        let (code, stdout, stderr) = f.run(&["--module", module, "--input", "x.bin"]);
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert!(stdout.contains("values   2 3 4 5"), "{stdout}");
    }
}

#[test]
fn generate_writes_what_it_lists_and_c_compiles_it() {
    let f = Fixture::new(NEXT);
    let generate = |args: &[&str]| {
        let assert = tool().arg("generate").arg(&f.archive).args(args).current_dir(f.path()).assert();
        let (stdout, stderr) = printed(&assert);
        (assert.get_output().status.code().unwrap(), stdout, stderr)
    };
    let (code, stdout, stderr) = generate(&["-o", "out/net", "--symbol", "counter"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.lines().all(|line| f.path().join(line).is_file()), "{stdout}");
    for name in ["counter.h", "counter.c", "counter.json"] {
        assert!(stdout.lines().any(|line| Path::new(line).ends_with(name)), "{name}: {stdout}");
    }
    let header = fs::read_to_string(f.path().join("out/net/counter.h")).unwrap();
    assert!(header.contains("#define TVM_COUNTER_INPUT_X_0_BYTES 4"), "{header}");

    let (code, _, stderr) = generate(&["-o", "out", "--symbol", "while"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("'while'") && stderr.contains("--symbol"), "{stderr}");
    f.file("occupied", b"");
    let (code, _, stderr) = generate(&["-o", "occupied"]);
    assert_eq!(code, 3, "{stderr}");
}
