//! The example of a device in Zephyr's style: generated from a compiled model, built and run.

mod common;

use common::compiled::{adopt, library};
use common::{STRICT, objects, program, root, runtime_headers, succeed};
use std::fs;
use std::process::Command;
use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Options};

/// What the example prints: the first run fails when it opens the device, and the second one puts its power back first.
const PRINTED: &str = "scaler0: power on
mutex: not free after 100 ms
busy: -1
scaler0: power off
scaler0: power on
scaler0: power off
free: 0, 2 -4 6 8
";

#[test]
fn the_example_runs_and_a_wrong_device_does_not_compile() {
    let folder = tempfile::tempdir().expect("a directory");
    let folder = folder.path();
    let example = root().join("examples/device");
    let text = |name: &str| fs::read_to_string(example.join(name)).expect("a file of the example");
    let (header, facts) = (text("model/tvmgen_scale.h"), text("model/facts.json"));
    fs::write(folder.join("tvmgen_scale.h"), &header).expect("a file");
    fs::write(folder.join("model.c"), text("model/scale.c")).expect("a file");
    let model = library(folder, "libscale.a", &[folder.join("model.c")], &[]);
    let generated = adopt(folder, &header, &model, Some(&facts), &Options::default());
    let functions = ["Activate", "Close", "Deactivate", "Open"].map(|end| format!("TVMDeviceScaler{end}"));
    assert_eq!(generated.brought, [&functions[..], &["scaler_add".to_owned()]].concat());
    let mut linked = objects(folder, &generated, &["gcc", "-std=c99"]);
    linked.push(folder.join(ARCHIVE_DIRECTORY).join("libscale.a"));
    let stand_in = [format!("-I{}", example.display())];
    let program = program(folder, &example.join("main.c"), &stand_in, &linked);
    assert_eq!(String::from_utf8_lossy(&succeed(&mut Command::new(program)).stdout), PRINTED);
    for (device, compiles) in [("g_device", true), ("g_scaler", false)] {
        let main = text("main.c").replace("TVM_SCALE_DEVICES(&g_device)", &format!("TVM_SCALE_DEVICES(&{device})"));
        fs::write(folder.join("main.c"), main).expect("a file");
        let mut compiler = Command::new("gcc");
        compiler.args(["-std=c99", "-fsyntax-only", "-I"]).arg(folder).arg("-I").arg(runtime_headers()).args(&stand_in);
        let output = compiler.args(STRICT).arg(folder.join("main.c")).output().expect("a compiler");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // `g_device` is then not used, which is not what is looked for.
        let mismatch = said.contains("pointer type mismatch in conditional expression");
        assert_eq!((output.status.success(), mismatch), (compiles, !compiles), "{said}");
    }
}
