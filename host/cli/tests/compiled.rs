//! `generate --header --library`: a model that arrives compiled, from the command line to the linked program.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{printed, tool};

const HEADER: &str = "#include <stdint.h>
#define TVMGEN_NET_X_SIZE 4
struct tvmgen_net_inputs { void* x; };
struct tvmgen_net_outputs { void* y; };
int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs);
";

const CODE: &str = "#include \"tvmgen_net.h\"
static volatile int8_t memory[16];
void dma_start(void);
int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs) {
  int i;
  dma_start();
  for (i = 0; i < 4; i++) { memory[i] = ((int8_t*)inputs->x)[i]; ((int8_t*)outputs->y)[i] = 2 * memory[i]; }
  return 0;
}
";

const FACTS: &str = r#"{
  "tvm_version": "0.12.0",
  "inputs":  { "x": { "name": "serving/x:0", "dtype": "int8", "shape": [1, 4], "scale": 0.5, "zero_point": -1 } },
  "outputs": { "y": { "dtype": "int8", "shape": [1, 4] } }
}"#;

const MAIN: &str = "#include \"net.h\"
void dma_start(void);
void dma_start(void) {}
int main(void) {
  static tvm_net_input_t input = { { 1, 2, 3, 4 } };
  static tvm_net_output_t output;
  TVMInputs_net inputs = TVM_NET_INPUTS(&input);
  TVMOutputs_net outputs = TVM_NET_OUTPUTS(&output);
  return TVMExecute_net(&inputs, &outputs, NULL) != 0 || output.y[3] != 8 || TVM_NET_INPUT_X_SHAPE_1 != 4;
}
";

fn succeeds(command: &mut Command) {
    let output = command.output().expect("a program");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Builds the library for a core; false without its compiler.
fn vendor(folder: &Path, compiler: &str, flags: &[&str]) -> bool {
    for (name, text) in [("tvmgen_net.h", HEADER), ("net.c", CODE), ("facts.json", FACTS), ("main.c", MAIN)] {
        fs::write(folder.join(name), text).expect("a file");
    }
    if Command::new(compiler).arg("--version").output().is_err() {
        println!("SKIPPED: no {compiler}");
        return false;
    }
    succeeds(Command::new(compiler).args(["-O1", "-c", "net.c", "-o", "net.o"]).args(flags).current_dir(folder));
    succeeds(Command::new("ar").args(["rcs", "libnet.a", "net.o"]).current_dir(folder));
    true
}

const GENERATE: [&str; 9] =
    ["generate", "--header", "tvmgen_net.h", "--library", "libnet.a", "--facts", "facts.json", "-o", "out"];

#[test]
fn a_compiled_model_links_and_runs() {
    let folder = tempfile::tempdir().expect("a directory");
    assert!(vendor(folder.path(), "cc", &[]));
    let (said, notes) =
        printed(&tool().args(GENERATE).arg("--no-library").current_dir(folder.path()).assert().success());
    for file in ["out/net.h", "out/net.c", "out/net.json", "out/archive/libnet.a"] {
        assert!(said.lines().any(|line| line == file), "{file}: {said}");
    }
    assert!(notes.contains("16 bytes of writable memory; link archive/libnet.a after net.c"), "{notes}");
    assert!(notes.contains("the firmware must provide dma_start"), "{notes}");
    let json = fs::read_to_string(folder.path().join("out/net.json")).expect("facts");
    assert!(json.contains("\"serving/x:0\"") && json.contains("\"scale\": 0.5"), "{json}");
    let mut link = Command::new("cc");
    link.args(["-Wall", "-Wextra", "-Werror", "-Iout", "main.c", "out/net.c", "out/archive/libnet.a", "-o", "program"]);
    succeeds(link.current_dir(folder.path()));
    succeeds(&mut Command::new(folder.path().join("program")));
}

const MODEL: [&str; 6] = ["--header", "tvmgen_net.h", "--library", "libnet.a", "--facts", "facts.json"];

#[test]
fn a_compiled_model_is_inspected_and_run() {
    let folder = tempfile::tempdir().expect("a directory");
    let at = folder.path();
    assert!(vendor(at, "cc", &[]));
    let (said, _) = printed(&tool().arg("inspect").args(MODEL).current_dir(at).assert().success());
    for line in [
        "tvmgen_net.h: C header, written by TVM 0.12.0",
        "code in libnet.a for ",
        ", with 16 bytes of writable memory",
        "memory inside the library",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(said.contains("serving/x:0") && said.contains("dma_start"), "{said}");
    let (json, _) = printed(&tool().args(["inspect", "--json"]).args(MODEL).current_dir(at).assert().success());
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["models"][0]["library"]["file"], "libnet.a");
    assert_eq!(json["models"][0]["library"]["writable_bytes"], 16);

    fs::write(at.join("dma.c"), "void dma_start(void) {}\n").expect("a file");
    fs::write(at.join("x.bin"), [1, 2, 3, 4, 5, 6, 7, 8]).expect("a file");
    fs::write(at.join("y.bin"), [2, 4, 6, 8, 10, 12, 14, 16]).expect("a file");
    let run = |arguments: &[&str]| {
        let files = ["--input", "x.bin", "--expect", "y.bin"];
        tool().arg("run").args(MODEL).args(files).args(arguments).current_dir(at).assert()
    };
    let (said, _) = printed(&run(&["--cc-arg", "dma.c"]).success());
    assert!(said.contains("all 8 bytes as expected"), "{said}");
    let (_, said) = printed(&run(&[]).code(5));
    assert!(said.contains("It needs dma_start"), "{said}");
    fs::write(at.join("y.bin"), [2, 4, 6, 8, 10, 12, 14, 15]).expect("a file");
    run(&["--cc-arg", "dma.c"]).code(4);
}

#[test]
fn a_library_for_another_core_is_inspected_and_not_run() {
    let folder = tempfile::tempdir().expect("a directory");
    let at = folder.path();
    if !vendor(at, "arm-none-eabi-gcc", &["-mcpu=cortex-m0", "-mthumb"]) {
        return;
    }
    let (said, _) = printed(&tool().arg("inspect").args(MODEL).current_dir(at).assert().success());
    assert!(said.contains("code in libnet.a for Armv6S-M, with 16 bytes"), "{said}");
    let (_, said) = printed(&tool().arg("run").args(MODEL).args(["--input", "x.bin"]).current_dir(at).assert().code(1));
    assert!(said.contains("libnet.a is for Armv6S-M, which this computer does not run"), "{said}");
}

/// An update of a pool whose constants are in the header, and the check of it on the device.
#[test]
fn an_update_of_a_compiled_model() {
    let folder = tempfile::tempdir().expect("a directory");
    let at = folder.path();
    let header = "#include <stdint.h>
#define TVMGEN_NET_X_SIZE 4
#define TVMGEN_NET_Y_SIZE 4
#define TVMGEN_NET_FLASH_CONSTANT_POOL_SIZE 4
#define TVMGEN_NET_FLASH_CONSTANT_POOL_DATA 0x01, 0x02, 0x03, 0x04,
struct tvmgen_net_inputs { void* x; };
struct tvmgen_net_outputs { void* y; };
struct tvmgen_net_workspace_pools { void* flash; };
int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs, struct tvmgen_net_workspace_pools* workspace_pools);
";
    let code = "#include \"tvmgen_net.h\"
int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs, struct tvmgen_net_workspace_pools* workspace_pools) {
  int i;
  for (i = 0; i < 4; i++) ((int8_t*)outputs->y)[i] = (int8_t)(((int8_t*)inputs->x)[i] + ADDED * ((int8_t*)workspace_pools->flash)[i]);
  return 0;
}
";
    let main = "#include <stdio.h>
#include \"net_update.h\"
static uint8_t update[256];
int main(int argc, char **argv) {
  TVMParameters_net parameters;
  FILE *file = fopen(argv[1], \"rb\");
  size_t bytes = argc == 2 && file != NULL ? fread(update, 1, sizeof(update), file) : 0;
  int32_t status = TVMReadUpdate_net(update, bytes, &parameters);
  printf(\"%ld %d\\n\", (long)status, status == 0 ? ((const uint8_t *)parameters.flash)[3] : -1);
  return 0;
}
";
    let facts = r#"{ "inputs": { "x": { "dtype": "int8" } }, "outputs": { "y": { "dtype": "int8" } } }"#;
    for (name, text) in
        [("tvmgen_net.h", header), ("net.c", code), ("facts.json", facts), ("main.c", main), ("w.bin", "abcd")]
    {
        fs::write(at.join(name), text).expect("a file");
    }
    for (library, added) in [("libother.a", "-DADDED=2"), ("libnet.a", "-DADDED=1")] {
        succeeds(Command::new("cc").args(["-O1", "-c", "net.c", "-o", "net.o", added]).current_dir(at));
        succeeds(Command::new("ar").args(["rcs", library, "net.o"]).current_dir(at));
    }
    let pack = |library: &str, more: &[&str], out: &str| {
        let model = ["pack", "--header", "tvmgen_net.h", "--library", library, "--facts", "facts.json", "-o", out];
        tool().args(model).args(more).current_dir(at).assert().success();
    };
    pack("libnet.a", &[], "own.update");
    pack("libnet.a", &["--parameter", "flash=w.bin"], "new.update");
    pack("libother.a", &[], "other.update");
    tool().args(GENERATE).arg("--no-library").current_dir(at).assert().success();
    succeeds(
        Command::new("cc").args(["-Wall", "-Wextra", "-Werror", "-Iout", "main.c", "-o", "check"]).current_dir(at),
    );
    let said = |update: &str| {
        let output = Command::new(at.join("check")).arg(at.join(update)).output().expect("the program");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!((said("own.update").as_str(), said("new.update").as_str()), ("0 4\n", "0 100\n"));
    // The code of another library may read its constants in another way: TVM_STATUS_WRONG_UPDATE.
    assert_eq!(said("other.update"), "-7439 -1\n");
}

#[test]
fn the_library_of_another_core_is_named() {
    for (flags, name) in [
        (&["-mcpu=cortex-m0", "-mthumb"][..], "Armv6S-M"),
        (&["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"], "Armv7E-M"),
        (&["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"], "Armv8.1-M Mainline with vectors"),
    ] {
        let folder = tempfile::tempdir().expect("a directory");
        if !vendor(folder.path(), "arm-none-eabi-gcc", flags) {
            return;
        }
        let run = tool().args(GENERATE).arg("--no-library").current_dir(folder.path()).assert().success();
        let notes = printed(&run).1;
        assert!(notes.contains(&format!("libnet.a is for {name} and has 16 bytes")), "{notes}");
        let compiled = |compiler: &str, flags: &[&str]| {
            let mut command = Command::new(compiler);
            command.args(flags).args(["-Wall", "-Wextra", "-Werror", "-Iout", "-c", "out/net.c", "-o", "x.o"]);
            let output = command.current_dir(folder.path()).output().expect("a compiler");
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let (_, message) = compiled("cc", &[]);
        assert!(message.contains(&format!("libnet.a is for {name}: this compiler is for a core that does not run it")));
        assert_eq!(compiled("arm-none-eabi-gcc", flags), (true, String::new()));
        let small = compiled("arm-none-eabi-gcc", &["-mcpu=cortex-m0", "-mthumb"]);
        assert_eq!(small.0, name == "Armv6S-M", "{}", small.1);
    }
}
