//! `generate --self-test`: the recorded runs are repeated in a program of C and of C++, for every kind of archive, and what differs is
//! found.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{archive, archive_of_kind, printed, real_archives, repository, streaming_archive, tool};

/// A folder with the runtime, and models in it.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        fs::write(folder.path().join("libtvm_embedded.a"), tvm_embedded_runtime::LIBRARY).expect("written");
        fs::write(folder.path().join("tvm_embedded.h"), tvm_embedded_runtime::HEADER).expect("written");
        Scene { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Generates a model called `net` with a self-test; exit code and what was said.
    fn generate(&self, model: &Path, options: &[&str]) -> (i32, String) {
        let mut generate = tool();
        generate.arg("generate").arg(model).args(["--symbol", "net", "-o", "net", "--self-test"]).args(options);
        let assert = generate.current_dir(self.path()).assert();
        (assert.get_output().status.code().expect("it ended"), printed(&assert).1)
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.path().join("net").join(name)).expect("generated")
    }

    /// Builds a program that prints the result, and runs it. `change` is applied to the archive's C.
    fn run(&self, compiler: &[&str], change: &dyn Fn(String) -> String) -> String {
        let strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];
        let net = self.path().join("net");
        let mut objects = Vec::new();
        for source in self.file("sources.txt").lines() {
            let own = !source.starts_with("archive/");
            let path = if own { net.join(source) } else { net.join("archive/changed.c") };
            if !own {
                fs::write(&path, change(self.file(source))).expect("written");
            }
            let object = self.path().join(format!("{}.o", source.replace('/', "_")));
            let mut command = Command::new(if own { compiler[0] } else { "cc" });
            command.args(if own { &compiler[1..] } else { &["-std=c11"][..] });
            command.args(if own { &strict[..] } else { &["-w", "-ffp-contract=off", "-DTVM_EMBEDDED_LAYERS"] });
            command.args(compiler.iter().filter(|flag| !own && flag.starts_with("-f")));
            if own && compiler[0].ends_with('+') {
                command.args(["-x", "c++"]);
            }
            command.args(["-O1", "-c", "-I"]).arg(&net).arg("-I").arg(self.path()).arg("-I").arg(net.join("archive"));
            succeed(command.arg(&path).arg("-o").arg(&object));
            objects.push(object);
        }
        let main = self.path().join("main.c");
        fs::write(&main, self.main()).expect("written");
        let program = self.path().join("program");
        let mut link = Command::new(compiler[0]);
        link.args(&compiler[1..]).args(strict).args(["-x", if compiler[0].ends_with('+') { "c++" } else { "c" }]);
        link.arg("-I").arg(&net).arg("-I").arg(self.path()).arg(&main).args(["-x", "none"]).args(&objects);
        if !self.path().join("net/tvm_embedded.h").exists() {
            link.arg(self.path().join("libtvm_embedded.a"));
        }
        succeed(link.args(["-lm", "-o"]).arg(&program));
        succeed(&mut Command::new(&program))
    }

    /// The program for this model.
    fn main(&self) -> String {
        let header = self.file("net.h");
        let side = |side: &str| match header.contains(&format!("tvm_net_{side}_t;")) {
            true => (format!("static tvm_net_{side}_t g_{side};\n"), format!("&g_{side}")),
            false => (String::new(), "NULL".to_owned()),
        };
        let ((input, give_input), (output, give_output)) = (side("input"), side("output"));
        format!(
            "#include <stdio.h>\n#include \"net_self_test.h\"\nTVM_NET_STATIC_CONTEXT(g_context);\n{input}{output}\
             int main(void) {{\n  TVMSelfTestResult result;\n  \
             const int32_t status = TVMSelfTest_net({give_input}, {give_output}, &g_context, &result);\n  \
             printf(\"%d; run %u, layer %s, output %s byte %u: %u, not %u\\n\", (int)status, (unsigned)result.sample,\n    \
             result.layer ? result.layer->name : \"-\", result.output ? result.output : \"-\", (unsigned)result.offset,\n    \
             (unsigned)result.found, (unsigned)result.expected);\n  return 0;\n}}\n"
        )
    }

    fn equal(&self, compiler: &[&str]) {
        let said = self.run(compiler, &|text| text);
        assert!(said.starts_with("0; "), "{compiler:?}: {said}");
    }
}

fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// Compilers and dialects, with and without layers.
const WAYS: [&[&str]; 4] = [
    &["gcc", "-std=c99"],
    &["clang", "-std=c99", "-DTVM_EMBEDDED_LAYERS"],
    &["g++", "-std=c++17", "-DTVM_EMBEDDED_LAYERS"],
    &["clang++", "-std=c++17"],
];

fn ways() -> impl Iterator<Item = &'static [&'static str]> {
    WAYS.into_iter().filter(|way| Command::new(way[0]).arg("--version").output().is_ok())
}

#[test]
fn models_of_every_kind_pass_their_own_test() {
    let scene = Scene::new();
    let compiled = |name: &str, options: &[&str]| -> PathBuf {
        let path = scene.path().join(format!("{name}.tar"));
        let digits = repository("models/digits/digits.tflite");
        tool().arg("compile").arg(digits).args(["--name", name, "-o"]).arg(&path).args(options).assert().success();
        path
    };
    let kinds = [
        repository("models/digits/digits.tflite"),
        repository("models/digit_rows/digit_rows.tflite"),
        compiled("two", &["--pool", "fast=2K", "--pool", "slow"]),
        compiled("inside", &["--io-in-workspace", "--ram", "8K"]),
        archive_of_kind(scene.path(), "none", 1, false),
        archive_of_kind(scene.path(), "several", 3, true),
        streaming_archive(scene.path(), "stream"),
    ];
    for kind in kinds {
        let (code, said) = scene.generate(&kind, &["4"]);
        assert!(code == 0 && said.contains("self-test of 4 runs: "), "{}: {said}", kind.display());
        ways().for_each(|way| scene.equal(way));
    }
}

#[test]
fn no_library_is_needed() {
    let scene = Scene::new();
    for model in ["models/digits/digits.tflite", "models/digit_rows/digit_rows.tflite"] {
        let (code, said) = scene.generate(&repository(model), &["3", "--no-library"]);
        assert_eq!(code, 0, "{said}");
        ways().for_each(|way| scene.equal(way));
    }
}

#[test]
fn real_archives_pass_their_own_test() {
    let Some(folder) = real_archives() else { return };
    let scene = Scene::new();
    let names = [
        "hello08_c",
        "hello18_c_nousmp",
        "hello18_c_pools_const",
        "hello18_packed",
        "hello_c_io",
        "hello_float_c_pool",
        "micro_speech18_c_io",
        "kws_c_usmp",
    ];
    for name in names {
        let (code, said) = scene.generate(&folder.join(format!("{name}.tar")), &["2"]);
        assert_eq!(code, 0, "{name}: {said}");
        assert_eq!(said.contains("may differ by 0.0001"), name.contains("float"), "{name}: {said}");
        ways().take(2).for_each(|way| scene.equal(way));
    }
}

#[test]
fn what_differs_first_is_named() {
    let scene = Scene::new();
    let model = archive(scene.path(), "net", "int i; for (i = 0; i < 4; i++) { y[i] = (int8_t)(x[i] + 1); }");
    fs::write(scene.path().join("x.bin"), [1, 2, 3, 4, 10, 20, 30, 40]).expect("written");
    let (code, said) = scene.generate(&model, &["2", "--input", "x.bin"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("2 runs: 8 bytes of constants for outputs, 8 for inputs; RAM"), "{said}");
    for way in ways() {
        scene.equal(way);
        // Only in the second run, at the third element.
        let changed = |text: String| text.replace("x[i] + 1", "x[i] + 1 + (x[i] == 30)");
        assert_eq!(scene.run(way, &changed), "-7437; run 1, layer -, output y byte 2: 32, not 31\n");
        // A model that fails.
        let failing = |text: String| text.replace("int i;", "int i; if (x[0] == 10) { return -1; }");
        assert_eq!(scene.run(way, &failing), "-1; run 1, layer -, output - byte 0: 0, not 0\n");
    }
}

#[test]
fn floats_are_compared_with_a_tolerance() {
    let Some(folder) = real_archives() else { return };
    let scene = Scene::new();
    let model = folder.join("hello_float_c_pool.tar");
    for (tolerance, equal) in [("0.01", true), ("1e-6", false), ("0", false)] {
        let (code, said) = scene.generate(&model, &["3", "--tolerance", tolerance]);
        assert!(code == 0 && said.contains("may differ") == (tolerance != "0"), "{said}");
        scene.equal(WAYS[0]);
        // A little more than expected, in the recorded data itself.
        let path = scene.path().join("net/net_self_test.c");
        let text = fs::read_to_string(&path).expect("generated");
        let start = text.find("[12] TVM_NET_SELF_TEST_SECTION = {\n").expect("3 floats") + 35;
        let first: Vec<&str> = text[start..].split(',').take(4).map(str::trim).collect();
        let bytes: Vec<u8> = first.iter().map(|b| u8::from_str_radix(&b[2..], 16).expect("a byte")).collect();
        let value = f32::from_le_bytes(bytes.try_into().expect("four"));
        let other = (value + 0.001f32).to_le_bytes().map(|b| format!("0x{b:02x}")).join(", ");
        fs::write(&path, text.replacen(&first.join(", "), &other, 1)).expect("written");
        let said = scene.run(WAYS[0], &|text| text);
        assert_eq!(said.starts_with("0; "), equal, "{tolerance}: {said}");
        assert!(equal || said.starts_with("-7437; run 0, "), "{tolerance}: {said}");
    }
}

#[test]
fn what_can_not_be_recorded_is_refused() {
    let scene = Scene::new();
    let net = archive(scene.path(), "net", "y[0] = x[0]; if (x[0] != 5) { return -1; }");
    fs::write(scene.path().join("x.bin"), [5, 0, 0, 0]).expect("written");
    for (options, code, text) in [
        (&["2"][..], 4, "run 1 of 2: TVMExecute: model's own code (status -1)\n  next: the inputs were random: "),
        (&["2", "--input", "x.bin"], 3, "x.bin: has the content of 1 run, expected 2 runs"),
        (&["1", "--input", "z=x.bin"], 2, "the model has no input called z"),
        (&["0"], 2, "invalid value '0' for '--self-test <N>'"),
        (&["1", "--tolerance", "-1"], 2, "a number that is not negative"),
        (&["1", "--input", "x.bin", "--cc-arg=-fno-such-flag"], 5, "the C compiler 'cc' failed"),
        (&["1", "--input", "x.bin"], 0, "self-test of 1 run: 4 bytes"),
    ] {
        let (found, said) = scene.generate(&net, options);
        assert!(found == code && said.contains(text), "{options:?}: {found} {said}");
    }
    let mut without = tool();
    let assert =
        without.arg("generate").arg(&net).args(["-o", "net", "--input", "x.bin"]).current_dir(scene.path()).assert();
    assert!(printed(&assert.code(2)).1.contains("--self-test <N>"));
}
