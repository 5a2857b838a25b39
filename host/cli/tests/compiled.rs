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
