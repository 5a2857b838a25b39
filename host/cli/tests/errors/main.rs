//! Every error of the tool as a user sees it: `errors.txt` holds the commands, their output and their exit codes.
//!
//! `TVM_EMBEDDED_BLESS=1 cargo test -p tvm_embedded_cli --test errors` updates the file; then read the difference as
//! a user who has only this text.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;
mod compiled;
mod file;
#[path = "../common/flatbuffer.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod flatbuffer;
mod media;
mod paths;
mod sizes;
mod texts;
mod transcript;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{archive, archive_of_two, archive_with_constants, members_of, repository, streaming_archive, tool};
use file::{edit, member, npy, raw};
use flatbuffer::{operator_code, tensor_type, with_second_output};
use serde_json::json;
use transcript::{Transcript, change_metadata};

const COPY: &str = "int i; for (i = 0; i < 4; i++) { y[i] = x[i]; } (void)sram;";

fn command_lines(t: &mut Transcript) {
    t.about("Command lines");
    t.run("frobnicate");
    t.run("inspect");
    t.run("inspect net.tar --josn");
    t.run("generate net.tar");
    t.run("generate net.tar -o out --parameters mine");
    t.run("compile net.tflite -o out.tar --pool SRAM=4");
    t.run("compile net.tflite -o out.tar --pool sram=4G");
    t.run("compile net.tflite -o out.tar --name While");
    t.run("compile net.tflite -o out.tar --core z80");
    t.run("compile net.tflite -o out.tar --core cortex-a53");
    t.run("estimate net.tflite --core m7f");
    t.run("run net.tar --input a=");
    t.run("run net.tar --repeat 0");
    t.run("run net.tar --workspace-offset 4096");
    t.run("generate net.tar -o out --self-test 0");
    t.run("generate net.tar -o out --self-test 1 --tolerance -1");
    t.run("generate net.tar -o out --input x.bin");
    t.run("inspect two.tar --module middle");
    t.run("run two.tar");
    t.run("generate net.tar -o out --symbol while");
    t.run("generate net.tar -o out --symbol 1st");
}

fn archives(t: &mut Transcript) {
    t.about("What is not an archive");
    t.write("empty.tar", "");
    t.write("text.tar", "Lorem ipsum");
    t.write("long-text.tar", "Lorem ipsum ".repeat(100));
    t.write("net.tar.gz", b"\x1f\x8b\x08\0\0\0\0\0");
    t.write("net.zip", b"PK\x03\x04");
    let whole = fs::read(t.path().join("plain.tar")).expect("an archive");
    t.write("cut.tar", &whole[..700]);
    t.write("no-end.tar", &whole[..whole.len() - 1024]);
    t.write("link.tar", raw(tar::EntryType::Symlink, "metadata.json", b""));
    t.write("absolute.tar", raw(tar::EntryType::Regular, "/etc/passwd", b"x"));
    t.write("escape.tar", raw(tar::EntryType::Regular, "codegen/../../evil.c", b"x"));
    t.write("control.tar", raw(tar::EntryType::Regular, "codegen/\x1b[2J.c", b"x"));
    for name in ["empty.tar", "text.tar", "long-text.tar", "net.tar.gz", "net.zip", "cut.tar", "no-end.tar"] {
        t.run(&format!("inspect {name}"));
    }
    for name in ["link.tar", "absolute.tar", "escape.tar", "control.tar"] {
        t.run(&format!("inspect {name}"));
    }
}

fn metadata(t: &mut Transcript) {
    t.about("Archives with something wrong in metadata.json");
    let own = members_of(&t.path().join("net.tar"));
    t.changed(&own, "without.tar", |members| members.retain(|(path, _)| path != "metadata.json"));
    t.changed(&own, "no-json.tar", |members| {
        *member(members, "metadata.json") = b"{\n  \"version\": 7,\n  oops\n}".to_vec()
    });
    t.changed(&own, "no-utf8.tar", |members| *member(members, "metadata.json") = b"{\"version\": \"\xff\"}".to_vec());
    t.metadata(&own, "list.tar", |json| *json = json!([]));
    t.metadata(&own, "version-9.tar", |json| json["version"] = 9.into());
    t.metadata(&own, "version-text.tar", |json| json["version"] = "seven".into());
    t.metadata(&own, "no-modules.tar", |json| json["modules"] = json!({}));
    t.metadata(&own, "no-memory.tar", |json| {
        _ = json["modules"]["net"].as_object_mut().expect("an object").remove("memory")
    });
    t.metadata(&own, "size-text.tar", |json| {
        json["modules"]["net"]["memory"]["functions"]["main"][0]["inputs"]["first"]["size"] = "sixty".into();
    });
    t.metadata(&own, "size-negative.tar", |json| {
        json["modules"]["net"]["memory"]["functions"]["main"][0]["inputs"]["first"]["size"] = (-1).into();
    });
    t.metadata(&own, "type.tar", |json| {
        json["modules"]["net"]["memory"]["functions"]["main"][0]["inputs"]["first"]["dtype"] = "complex64".into();
    });
    t.metadata(&own, "abi.tar", |json| json["modules"]["net"]["tvm_embedded"]["abi"] = 2.into());
    t.metadata(&own, "alignment.tar", |json| {
        json["modules"]["net"]["tvm_embedded"]["inputs"][0]["alignment"] = 3.into()
    });
    t.metadata(&own, "shape.tar", |json| json["modules"]["net"]["tvm_embedded"]["inputs"][0]["shape"] = json!([1, 7]));
    t.metadata(&own, "c-name.tar", |json| {
        json["modules"]["net"]["tvm_embedded"]["inputs"][0]["c_name"] = "other".into()
    });
    t.metadata(&own, "graph.tar", |json| json["modules"]["net"]["executors"] = json!(["graph"]));
}

fn sources(t: &mut Transcript) {
    t.about("Archives with something wrong in their C");
    let own = members_of(&t.path().join("net.tar"));
    let tvm = members_of(&t.path().join("plain.tar"));
    t.changed(&own, "no-code.tar", |members| members.retain(|(path, _)| !path.ends_with(".c")));
    t.changed(&own, "no-header.tar", |members| members.retain(|(path, _)| !path.ends_with("tvmgen_net.h")));
    t.changed(&own, "no-run.tar", |members| edit(members, "net_lib0.c", "net_run", "net_walk"));
    t.changed(&own, "half-comment.tar", |members| edit(members, "net_lib0.c", "#include", "/* #include"));
    t.changed(&own, "no-text.tar", |members| *member(members, "net_lib0.c") = b"int x; /* \xff */".to_vec());
    t.changed(&tvm, "half-struct.tar", |members| edit(members, "tvmgen_plain.h", "void* x_0;\n};", "void* x_0;\n"));
    t.changed(&tvm, "pool-size.tar", |members| edit(members, "tvmgen_plain.h", "_POOL_SIZE 32", "_POOL_SIZE many"));

    t.about("Archives and .tflite files that do not fit");
    t.run("inspect net.tar --tflite empty.tar");
    t.run("generate plain.tar -o out --tflite net.tflite");
}

fn models(t: &mut Transcript) {
    t.about("What can't be compiled");
    let model = fs::read(t.path().join("net.tflite")).expect("a model");
    t.write("no.tflite", "not a model");
    t.write("empty.tflite", "");
    t.write("cut.tflite", &model[..model.len() / 2]);
    t.write("broken.tflite", b"\x1c\0\0\0TFL3\xff\xff\xff\x7f");
    for name in ["no.tflite", "empty.tflite", "cut.tflite", "broken.tflite"] {
        t.run(&format!("compile {name} -o out.tar"));
    }
    t.run("inspect broken.tflite");
    let model = fs::read(repository("models/digits/digits.tflite")).expect("a model");
    // LSH_PROJECTION, which no microcontroller runs, and another type: one byte each.
    for (name, value) in [("bad-operator", 15), ("bad-type", 5), ("float16", 1)] {
        let mut changed = model.clone();
        let at = match name {
            "bad-operator" => operator_code(&model),
            _ => tensor_type(&model),
        };
        changed[at] = value;
        t.write(&format!("{name}.tflite"), changed);
        t.run(&format!("compile {name}.tflite -o out.tar"));
    }
    for (name, content) in [("README.md", "# A network\n"), ("net.onnx", "\x08\x08\x12\x07pytorch")] {
        t.write(name, content);
        t.run(&format!("inspect {name}"));
        t.run(&format!("compile {name} -o out.tar"));
    }
    t.run("inspect plain.tar --tflite bad-type.tflite");
    fs::copy(repository("models/digits/digits.tflite"), t.path().join("digits.tflite")).expect("a model");
    t.run("compile digits.tflite -o out.tar --pool dtcm=1K");
    t.run("compile digits.tflite -o out.tar --pool a=1K --pool a=2K");
}

fn runs(t: &mut Transcript) {
    t.about("Inputs and outputs of run");
    t.write("x.bin", [0; 4]);
    t.write("long.bin", [0; 6]);
    t.write("two.bin", [0; 120]);
    t.write("one.bin", [0; 60]);
    t.write("y.bin", [1, 2, 0, 0]);
    t.run("run plain.tar");
    t.run("run net.tar");
    t.run("run plain.tar --input z=x.bin");
    t.run("run plain.tar --input x.bin --output z=y.bin");
    t.run("run plain.tar --input x.bin --input x_0=x.bin");
    t.run("run net.tar --input one.bin");
    t.run("run net.tar --input first=one.bin --input second=two.bin");
    t.run("run plain.tar --input missing.bin");
    t.run("run plain.tar --input long.bin");
    t.run("run plain.tar --input x.bin --expect long.bin");
    let big = fs::File::create(t.path().join("big.bin")).expect("a file");
    big.set_len((1 << 30) + 1).expect("a sparse file");
    t.run("run plain.tar --input big.bin");
    fs::remove_file(t.path().join("big.bin")).expect("a file");
    for (name, content) in [
        ("float.npy", npy("<f4", "False", "(4,)", &[0; 16])),
        ("complex.npy", npy("<c8", "False", "(4,)", &[0; 32])),
        ("fortran.npy", npy("|i1", "True", "(2, 2)", &[0; 4])),
        ("short.npy", npy("|i1", "False", "(4,)", &[0; 3])),
        ("python.npy", npy("|i1", "False", "__import__('os')", &[0; 4])),
        ("version.npy", b"\x93NUMPY\x09\x00".to_vec()),
        ("cut.npy", b"\x93NUMPY\x01\x00\xff\xff{".to_vec()),
        ("text.npy", b"1 2 3 4".to_vec()),
    ] {
        t.write(name, content);
        t.run(&format!("run plain.tar --input {name}"));
    }
    // Real values of an input would be quantised.
    t.run("run state.tar --input x.bin --expect float.npy");
    t.write("shape.npy", npy("|i1", "False", "(4, 2)", &[0; 8]));
    t.run("run state.tar --input shape.npy");
}

fn programs(t: &mut Transcript) {
    t.about("Building and running a model");
    t.run_with(&[("CC", "no-such-compiler")], "run plain.tar --input x.bin");
    let failing = t.path().join("failing-cc");
    t.write("failing-cc", "#!/bin/sh\necho 'plain_lib1.c:7:3: error: no such kernel' >&2\nexit 1\n");
    fs::set_permissions(&failing, fs::Permissions::from_mode(0o755)).expect("a program");
    let compiler = failing.display().to_string();
    t.run_with(&[("CC", &compiler)], "run plain.tar --input x.bin");
    t.run_with(&[("TMPDIR", "/proc/none")], "run plain.tar --input x.bin");
    archive(t.path(), "calls", "int32_t arm_add_s8(int32_t); y[0] = y[1] = y[2] = y[3] = (int8_t)arm_add_s8(x[0]);");
    t.run_with(&[("CC", &compiler)], "run calls.tar --input x.bin");
    archive(t.path(), "fails", "y[0] = x[0]; return -7;");
    t.run("run fails.tar --input x.bin");
    t.run("run fails.tar --input two.bin");
    t.run("generate fails.tar -o out --self-test 2");
    t.run("generate fails.tar -o out --self-test 1 --input x.bin");
    t.run("generate fails.tar -o out --self-test 3 --input x.bin");
    archive(t.path(), "outside", "y[0] = x[0]; sram[-1] = 1;");
    t.run("run outside.tar --input x.bin");
    archive(t.path(), "crashes", "y[0] = x[0]; *(volatile int *)0 = 1;");
    t.run("run crashes.tar --input x.bin");
    archive(t.path(), "drifts", "static int8_t n; int i; for (i = 0; i < 4; i++) { y[i] = n; } n++;");
    t.run("run drifts.tar --input x.bin --repeat 2");
    t.run("run plain.tar --input x.bin --expect y.bin");
    t.write("y8.bin", [0; 8]);
    t.run("run plain.tar --input x.bin --expect y8.bin");
    t.run("run plain.tar --input x.bin --output no/such/folder/y.bin");
    if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        tool()
            .args(["compile", "net.tflite", "-o", "m55.tar", "--core", "m55"])
            .current_dir(t.path())
            .assert()
            .success();
        t.run("run m55.tar --input first=one.bin --input second=one.bin");
        t.run("validate m55.tar --inputs first=one.bin --inputs second=one.bin");
        t.run("generate m55.tar -o out --self-test 1");
    }
}

fn updates(t: &mut Transcript) {
    t.about("Updates");
    archive_with_constants(t.path(), "pools");
    t.run("pack plain.tar -o out.bin");
    t.run("pack plain.tar -o out.bin --parameter x.bin");
    t.run("pack pools.tar -o out.bin --parameter flash=x.bin");
    t.run("pack pools.tar -o out.bin --parameter sram=x.bin");
    t.run("pack pools.tar -o out.bin --parameter sram=missing.bin");
    t.run("pack pools.tar -o no/such/folder/out.bin");
    t.run("pack pools.tar -o folder");
    t.run("pack pools.tar");
}

fn validations(t: &mut Transcript) {
    t.about("Validation");
    for name in ["mean-image", "pad-image"] {
        let model = repository(&format!("fuzz/corpus/tflite/{name}.tflite"));
        fs::copy(model, t.path().join(format!("{name}.tflite"))).expect("a model");
    }
    t.write("sixty.bin", [0; 60]);
    t.write("class.bin", [59]);
    t.write("classes.bin", [200]);
    t.write("values.csv", "0.5\n".repeat(60));
    t.write("three.csv", "1,2,3\n");
    t.write("words.csv", "1\ntwo\n");
    t.write("heading.csv", "class\n");
    t.write("sixtyfour.bin", [0; 64]);
    t.write("bytes.csv", [0xff, b'\n']);
    t.write("half.npy", npy("<f2", "False", "(1,)", &[0, 0]));
    t.write("large.csv", vec![b'\n'; (1 << 24) + 1]);
    let given = "validate net.tflite --inputs first=sixty.bin --inputs second=sixty.bin";
    for (options, inputs) in [
        ("--at-least 0.5", given),
        ("--labels class.bin", "validate net.tflite --inputs first=sixty.bin"),
        ("--labels values.csv --at-least 0.5", given),
        ("--labels classes.bin", given),
        ("--labels values.csv --task classes", given),
        ("--labels class.bin --task score", given),
        ("--labels words.csv", given),
        ("--labels heading.csv", given),
        ("--labels bytes.csv", given),
        ("--labels half.npy", given),
        ("--steps 2", given),
        ("--steps 2", "validate state.tar --inputs x.bin"),
        ("--continuous", given),
        ("--against pad-image.tflite", "validate mean-image.tflite --inputs sixty.bin"),
        ("", "validate net.tflite --inputs sixty.bin"),
        ("--output none", given),
        ("--against missing.tflite", given),
        ("--against mean-image.tflite", given),
        ("--against fails.tar", "validate plain.tar --inputs x.bin"),
        ("--against state.tar", "validate mean-image.tflite --inputs sixty.bin"),
        ("", "validate mean-image.tflite --inputs folder"),
        ("", "validate mean-image.tflite --inputs three.csv"),
    ] {
        t.run(format!("{inputs} {options}").trim_end());
    }
    let digits = fs::read(repository("models/digits/digits.tflite")).expect("a model");
    t.write("two-outputs.tflite", with_second_output(&digits));
    t.run("validate two-outputs.tflite --inputs sixtyfour.bin --labels class.bin");
    // Elements that are not read as numbers.
    let plain = members_of(&t.path().join("plain.tar"));
    for (name, side, tensor) in [("half-in", "inputs", "x/0"), ("half-out", "outputs", "y")] {
        t.write_changed(&plain, &format!("{name}.tar"), |members| {
            change_metadata(members, |json| {
                json["modules"]["plain"]["memory"]["functions"]["main"][0][side][tensor]["dtype"] = "float16".into();
            });
        });
        t.run(&format!("validate {name}.tar --inputs three.csv"));
    }
    t.run("inspect net.tflite --measured large.csv");
}

fn reports(t: &mut Transcript) {
    t.about("Reports");
    t.write("empty.json", "");
    t.write("other.json", "{}");
    t.write("future.json", "{\"format\": 2}");
    t.write("part.json", "{\"format\": 1}");
    t.run("report net.tar");
    t.run("report missing.tflite");
    t.run("report net.tflite --board rom=1");
    t.run("report net.tflite -o net.pdf");
    t.run("report net.tflite --ram 10");
    t.run("report net.tflite --ram 1K --pool sram=1K");
    for name in ["empty", "other", "future", "part"] {
        t.run(&format!("report net.tflite --against {name}.json"));
    }
    t.run("new out --model net.tar");
    t.run("man -o none");
}

fn transcript() -> String {
    let folder = tempfile::tempdir().expect("a directory");
    let mut t = Transcript {
        folder,
        text: String::from("# What tvm-embedded says when it fails. The last line is the exit code.\n"),
    };
    archive(t.path(), "plain", COPY);
    archive_of_two(t.path(), ["left", "right"], COPY);
    streaming_archive(t.path(), "state");
    fs::copy(repository("fuzz/corpus/tflite/add-c4.tflite"), t.path().join("net.tflite")).expect("a model");
    tool().args(["compile", "net.tflite", "-o", "net.tar"]).current_dir(t.path()).assert().success();
    fs::create_dir_all(t.path().join("folder")).expect("a directory");
    fs::create_dir_all(t.path().join("occupied/net.c")).expect("a directory");
    command_lines(&mut t);
    paths::paths(&mut t);
    archives(&mut t);
    metadata(&mut t);
    sources(&mut t);
    models(&mut t);
    runs(&mut t);
    programs(&mut t);
    updates(&mut t);
    validations(&mut t);
    reports(&mut t);
    media::media(&mut t);
    sizes::sizes(&mut t);
    compiled::compiled(&mut t);
    assert!(!t.path().join("out").exists() && !t.path().join("out.tar").exists(), "a failure wrote something");
    t.text
}

#[test]
fn errors_equal_the_transcript() {
    let path = repository("host/cli/tests/errors.txt");
    let now = transcript();
    if std::env::var_os("TVM_EMBEDDED_BLESS").is_some() {
        fs::write(&path, &now).expect("the transcript");
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    texts::every_text_is_brought_about(&now);
    let differing = now.lines().zip(before.lines()).position(|(now, before)| now != before);
    let line = differing.unwrap_or_else(|| now.lines().count().min(before.lines().count()));
    let show = |text: &str| text.lines().skip(line.saturating_sub(2)).take(6).collect::<Vec<_>>().join("\n");
    assert!(now == before, "errors.txt, line {}:\n{}\n--- it was:\n{}", line + 1, show(&now), show(&before));
}
