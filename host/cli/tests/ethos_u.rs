//! Models that Arm's compiler Vela has compiled, on a stand-in for its driver: `c/ethos_u.c` records the calls.

mod common;

use common::{data, printed, repository, tool};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A model, and what its program prints.
struct Case<'a> {
    model: PathBuf,
    options: &'a [&'a str],
    /// Names of the input and the output in C.
    tensors: [&'a str; 2],
    /// The output's element for the input's element `x`, in C.
    expected: &'a str,
    /// How the driver is called.
    calls: &'a str,
    /// The same with a mark between layers.
    layers: &'a str,
}

/// Writes the small models; `None`, with a line `SKIPPED`, without Python.
fn models(folder: &Path) -> Option<PathBuf> {
    let script = repository("host/compiler/tests/oracle/npu.py");
    let out = folder.join("models");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let run = Command::new("python3").arg(script).arg("--out").arg(&out).env("CARGO_TARGET_DIR", target).output();
    let output = run.ok()?;
    match output.status.code() {
        Some(0) => Some(out),
        Some(3) => {
            eprintln!("SKIPPED: no environment for the models");
            None
        }
        status => panic!("npu.py ended with {status:?}: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Generates, builds and runs the program of a case with a compiler.
fn printed_by(case: &Case<'_>, compiler: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("libtvm_embedded.a"), tvm_embedded_runtime::LIBRARY).unwrap();
    fs::write(folder.join("tvm_embedded.h"), tvm_embedded_runtime::HEADER).unwrap();
    let archive = folder.join("net.tar");
    tool()
        .arg("compile")
        .arg(&case.model)
        .args(["--name", "net", "-o"])
        .arg(&archive)
        .args(case.options)
        .assert()
        .success();
    tool().arg("generate").arg(&archive).arg("-o").arg(folder.join("net")).assert().success();
    let sources = fs::read_to_string(folder.join("net/sources.txt")).unwrap();
    let program = folder.join("program");
    let [input, output] = case.tensors;
    let mut command = Command::new(compiler[0]);
    command.args(&compiler[1..]).args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-DTVM_EMBEDDED_LAYERS"]);
    command.args(["-fsanitize=undefined,address", "-fno-sanitize-recover=all", "-g1"]);
    let upper = |what: &str, name: &str| format!("TVM_NET_{what}_{}_BYTES", name.to_uppercase());
    let small = case.model.parent().is_some_and(|parent| parent.ends_with("models"));
    command
        .arg(format!("-DSMALL={}", i32::from(small)))
        .arg(format!("-DINPUT={input}"))
        .arg(format!("-DOUTPUT={output}"));
    command.arg(format!("-DTVM_NET_INPUT_BYTES={}", upper("INPUT", input)));
    command.arg(format!("-DTVM_NET_OUTPUT_BYTES={}", upper("OUTPUT", output)));
    command.arg(format!("-DEXPECTED=({})", case.expected));
    command.args(case.options.contains(&"--io-in-workspace").then_some("-DPLACED"));
    command.arg("-I").arg(folder).arg("-I").arg(folder.join("net")).arg("-I").arg(folder.join("net/archive"));
    command.arg(repository("host/cli/tests/c/ethos_u.c"));
    command.args(sources.lines().map(|source| folder.join("net").join(source)));
    command.args(["-x", "none"]).arg(folder.join("libtvm_embedded.a")).arg("-o").arg(&program);
    let built = command.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let ran = Command::new(&program).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

fn check(case: &Case<'_>, compiler: &[&str]) {
    let printed = printed_by(case, compiler);
    let (calls, layers) = (case.calls, case.layers);
    let failing = "a:a -1\no:ao -1\ni:aoi -1\nc: -1\nd: -1\n";
    let rest = "no invoke: -1\nno device: -7408\nnot set: -7420\nagain: 0 right\n";
    let expected = format!("{calls} 0 right\n{layers} 0 right\n{failing}{rest}");
    assert_eq!(printed, expected, "{} {:?}", case.model.display(), case.options);
}

/// What a program prints: commands, then the size of weights, then the size of each region, with its place in the workspace.
fn call(commands: usize, regions: &str) -> String {
    format!("oi({commands}: {regions})c")
}

#[test]
fn the_driver_gets_what_it_needs_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let Some(models) = models(folder.path()) else { return };
    let of = |name: &str| models.join(format!("{name}.tflite"));
    let part = |regions: &str| call(228, regions);
    let one = part("64 384@0 384@0 128@0 128@128");
    let apart = part("64 384@0 384@0 128@384 128@512");
    let further = part("64 384@0 384@0 128@512 128@640");
    let bare = call(72, "0 384@0 384@0 128@0 128@128");
    let fast = call(264, "64 384@0 256@384 128@0 128@128");
    let first = call(420, "64 384@256 384@256 128@256 128@384 128@512");
    let second = part("64 512@0 384@0 128@0 128@128");
    let before = part("64 384@256 384@256 128@256 128@384");
    let after = part("64 384@0 384@0 128@128 128@256");
    let [early, late] = ["64 384@0 384@0 128@0 128@128", "64 384@256 384@256 128@384 128@512"].map(part);
    let sums = "clamped(wrapped(clamped(2 * x + 3) + 11) + x + 2)";
    let (placed, pool) = (&["--io-in-workspace"][..], &["--constants", "flash"][..]);
    let (ram, lean) = (&["--ram", "2K"][..], &["--optimize", "size", "--core", "cortex-m55"][..]);
    // Copies, where there are any, are layers before and after a part.
    for (name, options, expected, [begin, between, end], parts) in [
        ("one", &[][..], "x + 1", ["|", "", "|"], vec![&one]),
        ("one", placed, "x + 1", ["", "", ""], vec![&one]),
        ("one", pool, "x + 1", ["|", "", "|"], vec![&one]),
        ("one", lean, "x + 1", ["|", "", "|"], vec![&one]),
        ("two", &[], sums, ["|", "||", "|"], vec![&first, &second]),
        ("two", placed, sums, ["", "||", "|"], vec![&first, &second]),
        ("two", ram, sums, ["|", "||", "|"], vec![&first, &second]),
        ("direct", &[], "x + 12", ["|", "||", "|"], vec![&before, &after]),
        ("direct", placed, "x + 12", ["", "||", ""], vec![&early, &late]),
        ("again", &[], "clamped(wrapped(clamped(2 * x) + 1) + clamped(2 * x))", ["||", "", "|"], vec![&one]),
        ("regions", &[], "clamped(clamped(2 * x) + 1 + x)", ["|", "", "|"], vec![&apart]),
        ("regions", placed, "clamped(clamped(2 * x) + 1 + x)", ["|", "", "|"], vec![&further]),
        ("separate", &[], "x + 1", ["|", "", "|"], vec![&apart]),
        ("separate", placed, "x + 1", ["", "", ""], vec![&apart]),
        ("fast", &[], "x + 1", ["|", "", "|"], vec![&fast]),
        ("bare", &[], "x + 1", ["|", "", "|"], vec![&bare]),
    ] {
        let parts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
        let (calls, layers) = (format!("a{}d", parts.concat()), format!("{begin}a{}d{end}", parts.join(between)));
        let case = Case { model: of(name), options, tensors: ["x", "y"], expected, calls: &calls, layers: &layers };
        check(&case, &["gcc", "-std=c99", "-Wconversion"]);
    }
}

#[test]
fn what_cpp_compilers_say() {
    let folder = tempfile::tempdir().unwrap();
    let Some(models) = models(folder.path()) else { return };
    let (model, parts) = (models.join("one.tflite"), call(228, "64 384@0 384@0 128@0 128@128"));
    let (calls, layers) = (format!("a{parts}d"), format!("|a{parts}d|"));
    let case = Case { model, options: &[], tensors: ["x", "y"], expected: "x + 1", calls: &calls, layers: &layers };
    for compiler in [
        &["clang", "-std=c99", "-Wconversion"][..],
        &["g++", "-x", "c++", "-std=c++17"],
        &["clang++", "-x", "c++", "-std=c++17"],
    ] {
        if Command::new(compiler[0]).arg("--version").output().is_err() {
            eprintln!("SKIPPED: no {}", compiler[0]);
            continue;
        }
        check(&case, compiler);
    }
}

/// A file that Vela 3.11 wrote: its input and output have the shape and the quantisation of the file from before Vela.
#[test]
fn a_network_that_vela_compiled_runs() {
    let Some(networks) = data("networks") else { return };
    let output = "MobilenetV1_Predictions_Reshape_1";
    let model = networks.join("person_detect_vela.tflite");
    let parts = call(8168, "260480 74464@0 74464@0 9216@0 2@0");
    let calls = format!("a{parts}d");
    for (options, layers) in [(&[][..], format!("|{calls}|")), (&["--io-in-workspace"], calls.clone())] {
        let (model, tensors) = (model.clone(), ["input", output]);
        check(
            &Case { model, options, tensors, expected: "x + 1", calls: &calls, layers: &layers },
            &["gcc", "-std=c99"],
        );
    }
    let facts = |name: &str| -> serde_json::Value {
        let (json, _) = printed(&tool().args(["inspect", "--json"]).arg(networks.join(name)).assert().success());
        serde_json::from_str(&json).unwrap()
    };
    let [npu, cpu] = ["person_detect_vela.tflite", "person_detect.tflite"].map(facts);
    for tensors in ["inputs", "outputs"] {
        for key in ["shape", "dtype", "scale", "zero_point", "bytes"] {
            let of = |facts: &serde_json::Value| facts["models"][0][tensors][0][key].clone();
            assert_eq!(of(&npu), of(&cpu), "{tensors} {key}");
        }
    }
    let (text, _) = printed(&tool().arg("inspect").arg(&model).assert().success());
    let said = "ethos-u: Ethos-U55-256, commands 8168 bytes, weights 260480 bytes";
    assert!(text.contains(said), "{text}");
}

/// Estimates and reports name the parts of an NPU, and say that they are not in the figures.
#[test]
fn parts_of_the_npu_have_a_name_and_no_estimate() {
    let folder = tempfile::tempdir().unwrap();
    let Some(models) = models(folder.path()) else { return };
    let said = |args: &[&str]| printed(&tool().args(args).arg(models.join("one.tflite")).assert().success()).0;
    let json = |args: &[&str]| serde_json::from_str::<serde_json::Value>(&said(args)).unwrap();
    for text in [said(&["estimate", "--core", "cortex-m55"]), said(&["report", "--core", "cortex-m55"])] {
        let row = text.lines().find(|line| line.ends_with("  ethos-u (NPU part)"));
        assert!(row.is_some_and(|row| row.contains("  not estimated  ")), "{text}");
        assert!(
            text.contains("NPU: cycles") && !text.contains("(statements)") && !text.contains("not counted"),
            "{text}"
        );
    }
    let (estimate, report) = (json(&["estimate", "--json"]), json(&["report", "--json"]));
    assert_eq!(estimate["npu"], true);
    for layers in [&estimate["cores"][0]["layers"], &report["layers"]] {
        let npu: Vec<bool> = layers.as_array().unwrap().iter().map(|layer| layer["npu"] == true).collect();
        assert_eq!(npu, [false, true, false]);
        assert_eq!(layers[1]["kernels"], serde_json::json!(["ethos-u (NPU part)"]));
    }
}

/// What is said of a file that differs from a valid one.
#[test]
fn files_that_vela_does_not_write_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let Some(models) = models(folder.path()) else { return };
    let cases = [
        ("mark", "a command stream that begins with 0x32504f43 (supported: 0x31504f43, \"COP1\")"),
        ("truncated", "a truncated command stream: its action at byte 28 has 50 words"),
        ("odd", "a command stream of 227 bytes, which are not whole words"),
        ("action", "driver action 9 in the command stream (supported: actions 1, 2 and 5)"),
        ("endless", "commands without an end at word 47 of the commands (supported: STOP as the last command)"),
        ("unset", "an operation before register 0x0112 is set at word 0 of the commands"),
        ("command", "the command 0x8000 at word 48 of the commands"),
        ("scratch", "a scratch tensor of 192 bytes: this tensor ends at byte 256 (supported: at least 256 bytes)"),
        ("reach", "commands that use 576 bytes of region 1 (scratch), which has 384"),
        ("weights", "commands that use 80 bytes of region 0 (weights), which has 64"),
        ("written", "commands that write to region 0 (weights)"),
        ("input_written", "commands that write to region 3 (an input)"),
        ("region", "commands for region 5 (supported: the 5 regions of the operator"),
        ("fast", "commands that use 128 bytes of region 2 (fast scratch), which has 64"),
        ("aligned", "at byte 8 of the NPU's memory (supported: a multiple of 16"),
        ("unknown", "a tensor whose place in the NPU's memory is not known"),
        ("no_offsets", "OfflineMemoryAllocation: Vela writes it, and editing the file can lose it"),
        ("version", "metadata OfflineMemoryAllocation of version 1"),
        ("kind", "options for kind 2 (supported: kind 1, Vela's)"),
        ("inputs", "4 inputs (supported: commands, weights, scratch, fast scratch, and at least one tensor"),
        ("overlap", "overlaps another tensor in the NPU's memory"),
    ];
    assert_eq!(fs::read_dir(models.join("bad")).unwrap().count(), cases.len());
    for (name, expected) in cases {
        let model = models.join("bad").join(format!("{name}.tflite"));
        let out = folder.path().join("out.tar");
        let (_, said) = printed(&tool().arg("compile").arg(model).arg("-o").arg(out).assert().failure());
        assert!(said.contains(expected), "{name}: {said}");
        assert!(
            name == "version" || said.contains("before Vela, and the model runs on the Cortex-M core"),
            "{name}: {said}"
        );
    }
}

/// A project would not build: only its user knows the driver.
#[test]
fn new_asks_for_a_project_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let Some(models) = models(folder.path()) else { return };
    let project = folder.path().join("project");
    let mut command = tool();
    command.arg("new").arg(&project).args(["--board", "host", "--model"]).arg(models.join("one.tflite"));
    let (_, said) = printed(&command.assert().code(1));
    assert!(said.contains("calls the device ethos_u") && said.contains("docs/ethos_u.md"), "{said}");
    assert!(!project.exists());
}

/// The type of a device is that of the model whose header comes first: one without `invoke` can't be shared.
#[test]
fn a_type_without_invoke_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let Some(models) = models(folder.path()) else { return };
    let net = folder.path().join("net");
    tool().arg("generate").arg(models.join("one.tflite")).args(["--symbol", "net", "-o"]).arg(&net).assert().success();
    let main = folder.path().join("main.c");
    for (before, refused) in [("", false), ("#define TVM_DEVICE_ETHOS_U_FUNCTIONS()\n", true)] {
        fs::write(&main, format!("{before}#define TVM_EMBEDDED_DEVICES\n#include \"net.h\"\n")).unwrap();
        let mut compiler = Command::new("gcc");
        compiler.args(["-fsyntax-only", "-I"]).arg(&net).arg("-I").arg(repository("capi/include")).arg(&main);
        let said = String::from_utf8(compiler.output().unwrap().stderr).unwrap();
        assert_eq!(said.contains("include the header of this model before those"), refused, "{said}");
    }
}

/// `run` has no NPU: it says what is missing.
#[test]
fn a_run_on_the_host_asks_for_the_device() {
    let folder = tempfile::tempdir().unwrap();
    let Some(models) = models(folder.path()) else { return };
    let input = folder.path().join("x.bin");
    fs::write(&input, [0; 128]).unwrap();
    let (_, said) =
        printed(&tool().arg("run").arg(models.join("one.tflite")).arg("--input").arg(input).assert().failure());
    assert!(said.contains("TVMDeviceEthosUInvoke"), "{said}");
}
