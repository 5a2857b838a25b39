//! Kinds of models that arrive compiled, written for these tests: devices, an accelerator that works beside the core, state, memory
//! of the library and memory that it allocates.

mod common;

use common::compiled::{adopt, library};
use common::{STRICT, program, runtime_headers, succeed};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Error, Generated, Options, generate};
use tvm_embedded_mlf::CompiledModel;

/// A header of TVM for a model `name`: `run` are the parameters of the entry, `more` is anything else.
fn header(name: &str, structs: &[(&str, &[&str])], more: &str) -> String {
    let mut text = "#include <stdint.h>\n".to_owned();
    for (what, members) in structs {
        let members: String = members.iter().map(|member| format!("  void* {member};\n")).collect();
        text.push_str(&format!("struct tvmgen_{name}_{what} {{\n{members}}};\n"));
    }
    let taken = structs.iter().filter(|(what, _)| !more.contains("_map_") || !what.ends_with("puts"));
    let parameters: Vec<String> = taken.map(|(what, _)| format!("struct tvmgen_{name}_{what}* {what}")).collect();
    text.push_str(&format!("{more}\nint32_t tvmgen_{name}_run({});\n", parameters.join(", ")));
    text
}

/// A model in a directory of its own.
struct Model {
    directory: tempfile::TempDir,
    generated: Generated,
    objects: Vec<PathBuf>,
}

/// Builds header and code as a vendor does, and the interface from them, strictly, as C and C++.
fn model(header: &str, code: &str, facts: Option<&str>, flags: &[&str]) -> Model {
    named(header, code, facts, flags, &Options::default())
}

/// The same with options, for instance another name.
fn named(header: &str, code: &str, facts: Option<&str>, flags: &[&str], options: &Options) -> Model {
    let directory = tempfile::tempdir().expect("a directory");
    let vendor = directory.path().join("vendor");
    fs::create_dir(&vendor).expect("a directory");
    fs::write(vendor.join("net.h"), header).expect("a file");
    let source = vendor.join("net.c");
    fs::write(&source, format!("#include \"net.h\"\n{code}")).expect("a file");
    let archive = library(&vendor, "libnet.a", &[source], &[]);
    let generated = adopt(directory.path(), header, &archive, facts, options);
    let mut objects = common::objects(directory.path(), &generated, &[&["gcc", "-std=c99"], flags].concat());
    objects.push(directory.path().join(ARCHIVE_DIRECTORY).join("libnet.a"));
    for source in &generated.sources {
        let mut compiler = Command::new("g++");
        compiler.args(["-std=c++17", "-x", "c++", "-c", "-o", "/dev/null"]).args(STRICT).args(flags);
        compiler.arg("-I").arg(directory.path()).arg("-I").arg(runtime_headers());
        compiler.arg("-I").arg(directory.path().join(ARCHIVE_DIRECTORY));
        succeed(compiler.arg(directory.path().join(source)));
    }
    Model { directory, generated, objects }
}

/// Builds and runs a program of these models.
fn run(models: &[&Model], main: &str) {
    let directory = models[0].directory.path();
    let path = directory.join("main.c");
    fs::write(&path, main).expect("a file");
    let flags: Vec<String> = models.iter().map(|model| format!("-I{}", model.directory.path().display())).collect();
    let objects: Vec<PathBuf> = models.iter().flat_map(|model| model.objects.clone()).collect();
    succeed(&mut Command::new(program(directory, &path, &flags, &objects)));
}

const COPY: &str = "int i;\n  for (i = 0; i < 4; i++) { ((int8_t*)outputs->y)[i] = ((int8_t*)inputs->x)[i]; }\n";
const TYPES: &str =
    r#""inputs": { "x": { "dtype": "int8", "shape": [4] } }, "outputs": { "y": { "dtype": "int8", "shape": [4] } }"#;
const TENSORS: [(&str, &[&str]); 2] = [("inputs", &["x"]), ("outputs", &["y"])];

/// Calls the model `net` with 1, 2, 3, 4 and expects a status, and the same numbers.
fn copies(before: &str, context: &str, status: &str) -> String {
    format!(
        "#include \"net.h\"\n#include <string.h>\n{before}int main(void) {{\n  static const int8_t x[4] = {{ 1, 2, 3, 4 }};\n  int8_t y[4];\n  \
         TVMInputs_net inputs = {{ x }};\n  TVMOutputs_net outputs = {{ y }};\n  int32_t status = TVMExecute(&net, &inputs, &outputs, {context});\n  \
         return status != {status} || (status == 0 && memcmp(x, y, 4) != 0);\n}}\n"
    )
}

#[test]
fn an_accelerator_that_works_beside_the_core_is_waited_for() {
    let listed = "/* The library expects:\n * Inputs:\n *    Tensor[(1, 4), int8]\n * Outputs:\n *    Tensor[(1, 4), int8]\n */\n\
                  #define TVMGEN_NET_BIAS_LEN 2\nextern const int32_t tvmgen_net_bias[] __attribute__((weak)) = {-83, -80};\n\
                  extern void NPU_start(void);\nextern volatile int32_t tvmgen_net_finished;\n";
    let code = format!(
        "volatile int32_t tvmgen_net_finished;\nstruct tvmgen_net_inputs* inputs;\nstruct tvmgen_net_outputs* outputs;\n\
         int32_t tvmgen_net_run(struct tvmgen_net_inputs* in, struct tvmgen_net_outputs* out) {{\n  inputs = in; outputs = out;\n  \
         tvmgen_net_finished = 0;\n  NPU_start();\n  return 0;\n}}\nvoid npu(void) {{\n  {COPY}  tvmgen_net_finished = 1;\n}}\n"
    );
    let directory = tempfile::tempdir().expect("a directory");
    let declared = directory.path().join("npu.h");
    let prototype = "#ifdef __cplusplus\nextern \"C\"\n#endif\nvoid npu(void);\n#define TVM_NET_WAIT npu\n";
    fs::write(&declared, prototype).expect("a file");
    let model = model(&header("net", &TENSORS, listed), &code, None, &["-include", &declared.to_string_lossy()]);
    assert_eq!(model.generated.brought, ["NPU_start"]);
    let input = &model.generated.facts.inputs[0].facts;
    assert_eq!((input.dtype.map(|d| d.to_string()), input.shape.as_deref()), (Some("int8".into()), Some(&[1, 4][..])));
    run(&[&model], &copies("void NPU_start(void);\nvoid NPU_start(void) {}\n", "NULL", "TVM_STATUS_OK"));
}

#[test]
fn devices_and_their_functions() {
    let structs = [TENSORS[0], TENSORS[1], ("devices", &["accel"][..])];
    let code = format!(
        "int32_t TVMDeviceAccelOpen(void* context);\nint32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs, \
         struct tvmgen_net_devices* devices) {{\n  {COPY}  return TVMDeviceAccelOpen(devices->accel);\n}}\n"
    );
    let model = model(&header("net", &structs, ""), &code, Some(&format!("{{ {TYPES} }}")), &[]);
    assert_eq!(model.generated.brought, ["TVMDeviceAccelOpen"]);
    let before = "static int opened;\nint32_t TVMDeviceAccelOpen(void *context) {\n  *(int *)context = 1;\n  return opened ? 0 : -1;\n}\n\
                  static const TVMDevices_net g_devices = { &opened };\nextern const TVMContext g_context;\nconst TVMContext g_context = TVM_NET_CONTEXT(g_devices);\n";
    run(&[&model], &copies(before, "&g_context", "TVM_STATUS_OK"));
    run(&[&model], &copies(before, "NULL", "TVM_STATUS_NULL_CONTEXT"));
}

/// A program whose devices are structs with hooks; `npu2` has no functions of its own.
const HOOKS: &str = "#define TVM_EMBEDDED_DEVICES
#include \"net.h\"
#include <string.h>
TVM_DEVICE_ACCEL_FUNCTIONS()
static int32_t open_it(tvm_device_accel_t *device) {
  *(int *)device->user += 1;
  return *(int *)device->user == 1 ? 0 : -19;
}
static int g_opened, g_plain;
static tvm_device_accel_t g_accel = { NULL, open_it, NULL, NULL, &g_opened };
static const TVMDevices_net g_devices = TVM_NET_DEVICES(&g_accel, &g_plain);
extern const TVMContext g_context;
const TVMContext g_context = TVM_NET_CONTEXT(g_devices);
int main(void) {
  static const int8_t x[4] = { 1, 2, 3, 4 };
  int8_t y[4];
  TVMInputs_net inputs = { x };
  TVMOutputs_net outputs = { y };
  if (TVMExecute_net(&inputs, &outputs, &g_context) != 0 || memcmp(x, y, 4) != 0 || g_opened != 1) {
    return 1;
  }
  return TVMExecute_net(&inputs, &outputs, &g_context) == -19 && g_opened == 2 ? 0 : 2;
}
";

#[test]
fn devices_as_structs_with_hooks() {
    let structs = [TENSORS[0], TENSORS[1], ("devices", &["accel", "npu2"][..])];
    let calls = ["Activate", "Open", "Close", "Deactivate"];
    let declared: String = calls.map(|call| format!("int32_t TVMDeviceAccel{call}(void* context);\n")).concat();
    let called: String = calls
        .map(|call| format!("  status = TVMDeviceAccel{call}(devices->accel);\n  if (status != 0) return status;\n"))
        .concat();
    let code = format!(
        "{declared}int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs, \
         struct tvmgen_net_devices* devices) {{\n  int32_t status;\n{called}  {COPY}  return devices->npu2 == 0;\n}}\n"
    );
    let model = model(&header("net", &structs, ""), &code, Some(&format!("{{ {TYPES} }}")), &[]);
    run(&[&model], HOOKS);
    let check = |compiler: &str, standard: &str, text: &str| {
        let path = model.directory.path().join("check.c");
        fs::write(&path, text).expect("a file");
        let language = if compiler == "g++" { "c++" } else { "c" };
        let mut command = Command::new(compiler);
        command.args([standard, "-fsyntax-only", "-x", language]).args(STRICT).arg("-I").arg(model.directory.path());
        command.arg("-I").arg(runtime_headers()).arg(path).output().expect("a compiler").status.success()
    };
    let wrong = HOOKS.replace("DEVICES(&g_accel, &g_plain)", "DEVICES(&g_plain, &g_accel)");
    for (compiler, standard) in [("gcc", "-std=c99"), ("g++", "-std=c++17")] {
        assert!(check(compiler, standard, HOOKS), "{compiler}");
        assert!(!check(compiler, standard, &wrong), "{compiler}");
        // Without the definition the header has none of it.
        assert!(!check(compiler, standard, &HOOKS.replace("#define TVM_EMBEDDED_DEVICES\n", "")), "{compiler}");
    }
}

/// The functions of a library cannot be renamed: under another name of the model, its entry and its reset are the same.
#[test]
fn state_and_constants_outside_of_the_library() {
    let pools = [TENSORS[0], TENSORS[1], ("workspace_pools", &["flash", "state"][..])];
    let more = "#define TVMGEN_NET_FLASH_CONSTANT_POOL_SIZE 4\n#define TVMGEN_NET_FLASH_CONSTANT_POOL_DATA 0x01, 0x00, \\\n  0x00, 0x02\n\
                #define TVMGEN_NET_STATE_WORKSPACE_POOL_SIZE 8\n";
    let code = "void tvmgen_net_reset(struct tvmgen_net_workspace_pools* pools) {\n  ((uint8_t*)pools->state)[4] = 7;\n}\n\
                int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs, \
                struct tvmgen_net_workspace_pools* pools) {\n  int i;\n  uint8_t* state = pools->state;\n  if (((uintptr_t)state & 31) != 0) return -2;\n  \
                for (i = 0; i < 4; i++) {\n    ((int8_t*)outputs->y)[i] = ((int8_t*)inputs->x)[i] + ((uint8_t*)pools->flash)[i] + state[4];\n  }\n  \
                state[4]++;\n  return 0;\n}\n";
    let facts = format!("{{ {TYPES}, \"pools\": {{ \"state\": {{ \"state\": true, \"alignment\": 32 }} }} }}");
    let plain = model(&header("net", &pools, more), code, Some(&facts), &[]);
    let options = Options { symbol: Some("renamed".to_owned()), ..Options::default() };
    let renamed = named(&header("net", &pools, more), code, Some(&facts), &[], &options);
    let main = "#include \"net.h\"\nTVM_NET_STATIC_CONTEXT(g_context);\nint main(void) {\n  static const int8_t x[4] = { 1, 2, 3, 4 };\n  int8_t y[4];\n  \
                int i;\n  TVMInputs_net inputs = { x };\n  TVMOutputs_net outputs = { y };\n  if (TVMReset_net(&g_context) != 0) {\n    return 1;\n  }\n  \
                for (i = 0; i < 2; i++) {\n    if (TVMExecute_net(&inputs, &outputs, &g_context) != 0 || y[0] != 9 + i || y[1] != 9 + i || y[3] != 13 + i) {\n      \
                return 2;\n    }\n  }\n  return 0;\n}\n";
    run(&[&plain], main);
    let main = main.replace("net", "renamed").replace("NET", "RENAMED");
    run(&[&renamed], &main);
}

#[test]
fn memory_inside_the_library_serves_one_run_at_a_time() {
    let code = format!(
        "static int8_t memory[4];\nvoid between(void);\nint32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs) {{\n  \
         memory[0]++;\n  between();\n  {COPY}  return 0;\n}}\n"
    );
    let model = model(&header("net", &TENSORS, ""), &code, Some(&format!("{{ {TYPES} }}")), &[]);
    let again = "static int32_t inner;\nvoid between(void);\nvoid between(void) {\n  int8_t x[4] = { 0 }, y[4];\n  \
                 TVMInputs_net inputs = { x };\n  TVMOutputs_net outputs = { y };\n  \
                 inner = TVMExecute(&net, &inputs, &outputs, NULL);\n}\n";
    run(&[&model], &copies(again, "NULL", "(inner == TVM_STATUS_BUSY ? 0 : 1)"));
}

/// Code of a model that allocates blocks of these bytes and copies through the last.
fn allocating(name: &str, blocks: &[u32]) -> String {
    let mut code = format!(
        "void* TVMBackendAllocWorkspace(int, int, uint64_t, int, int);\nint TVMBackendFreeWorkspace(int, int, void*);\n\
         int32_t tvmgen_{name}_run(struct tvmgen_{name}_inputs* inputs, struct tvmgen_{name}_outputs* outputs) {{\n  int i;\n"
    );
    for (i, bytes) in blocks.iter().enumerate() {
        code.push_str(&format!(
            "  int8_t* b{i} = TVMBackendAllocWorkspace(1, 0, {bytes}, 0, 8);\n  if (b{i} == 0) return 0;\n  if ((uintptr_t)b{i} & 15) return -3;\n"
        ));
    }
    let last = blocks.len() - 1;
    code.push_str(&format!(
        "  for (i = 0; i < 4; i++) b{last}[i] = ((int8_t*)inputs->x)[i];\n  for (i = 0; i < 4; i++) ((int8_t*)outputs->y)[i] = b{last}[i];\n"
    ));
    for i in (0..blocks.len()).rev() {
        code.push_str(&format!("  if (TVMBackendFreeWorkspace(1, 0, b{i}) != 0) return -4;\n"));
    }
    code + "  return TVMBackendFreeWorkspace(1, 0, (void*)inputs) == -1 ? 0 : -5;\n}\n"
}

#[test]
fn libraries_that_allocate_share_the_functions_but_not_the_memory() {
    let sized = |bytes: u32| format!("#define TVMGEN_NET_WORKSPACE_SIZE {bytes}\n");
    let facts = format!("{{ {TYPES} }}");
    let net = model(&header("net", &TENSORS, &sized(48)), &allocating("net", &[17, 16]), Some(&facts), &[]);
    let more = format!("{{ {TYPES}, \"workspace\": {{ \"bytes\": 64 }} }}");
    let other = model(&header("other", &TENSORS, ""), &allocating("other", &[20, 1, 16]), Some(&more), &[]);
    let small =
        model(&header("small", &TENSORS, ""), &allocating("small", &[20, 1, 16]), Some(&more.replace("64", "63")), &[]);
    assert_eq!(net.generated.facts.workspaces[0].facts.aligned_bytes, 48);
    let calls: String = [("net", "0"), ("other", "0"), ("small", "-1"), ("net", "0")]
        .iter()
        .map(|(name, status)| {
            format!(
                "  {{\n    TVMInputs_{name} inputs = {{ x }};\n    TVMOutputs_{name} outputs = {{ y }};\n    memset(y, 0, 4);\n    \
                 if (TVMExecute_{name}(&inputs, &outputs, &g_{name}) != {status} || (memcmp(x, y, 4) != 0) != ({status} != 0)) {{\n      return 1;\n    }}\n  }}\n"
            )
        })
        .collect();
    let main = format!(
        "#include \"net.h\"\n#include \"other.h\"\n#include \"small.h\"\n#include <string.h>\nTVM_NET_STATIC_CONTEXT(g_net);\nTVM_OTHER_STATIC_CONTEXT(g_other);\n\
         TVM_SMALL_STATIC_CONTEXT(g_small);\nint main(void) {{\n  static const int8_t x[4] = {{ 1, 2, 3, 4 }};\n  int8_t y[4];\n{calls}  return 0;\n}}\n"
    );
    run(&[&net, &other, &small], &main);
}

#[test]
fn tasks_of_a_library_run_one_after_the_other() {
    let code = format!(
        "struct env {{ void* sync_handle; int32_t num_task; }};\nint TVMBackendParallelLaunch(int (*)(int, struct env*, void*), void*, int);\n\
         int TVMBackendParallelBarrier(int, struct env*);\nstatic int task(int id, struct env* env, void* data) {{\n  *(int*)data += 1;\n  \
         return id != 0 || env->num_task != 1 || TVMBackendParallelBarrier(id, env) != 0;\n}}\n\
         int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs) {{\n  int done = 0;\n  {COPY}  \
         return TVMBackendParallelLaunch(task, &done, 4) != 0 || done != 1;\n}}\n"
    );
    let model = model(&header("net", &TENSORS, ""), &code, Some(&format!("{{ {TYPES} }}")), &[]);
    run(&[&model], &copies("", "NULL", "TVM_STATUS_OK"));
}

#[test]
fn places_in_a_pool_are_compared_with_those_of_the_library() {
    let structs = [TENSORS[0], TENSORS[1], ("workspace_pools", &["sram"][..])];
    let more = "struct tvmgen_net_inputs tvmgen_net_map_inputs(struct tvmgen_net_workspace_pools* pools);\n\
                struct tvmgen_net_outputs tvmgen_net_map_outputs(struct tvmgen_net_workspace_pools* pools);\n\
                #define TVMGEN_NET_WORKSPACE_SIZE 32\n";
    let code = "struct tvmgen_net_inputs tvmgen_net_map_inputs(struct tvmgen_net_workspace_pools* pools) {\n  \
                struct tvmgen_net_inputs all = { (uint8_t*)pools->sram + 16 };\n  return all;\n}\n\
                struct tvmgen_net_outputs tvmgen_net_map_outputs(struct tvmgen_net_workspace_pools* pools) {\n  \
                struct tvmgen_net_outputs all = { pools->sram };\n  return all;\n}\n\
                int32_t tvmgen_net_run(struct tvmgen_net_workspace_pools* pools) {\n  int8_t* p = pools->sram;\n  p[0] = p[16] + 1;\n  return 0;\n}\n";
    for (offset, status) in [(16, "TVM_STATUS_OK"), (8, "TVM_STATUS_TENSOR_NOT_IN_WORKSPACE")] {
        let facts = format!(
            "{{ \"inputs\": {{ \"x\": {{ \"dtype\": \"int8\", \"shape\": [4], \"pool\": \"sram\", \"offset\": {offset} }} }}, \
             \"outputs\": {{ \"y\": {{ \"dtype\": \"int8\", \"shape\": [4], \"pool\": \"sram\", \"offset\": 0 }} }} }}"
        );
        let model = model(&header("net", &structs, more), code, Some(&facts), &[]);
        let main = format!(
            "#include \"net.h\"\nTVM_NET_STATIC_CONTEXT(g_context);\nint main(void) {{\n  TVMInputs_net inputs;\n  TVMOutputs_net outputs;\n  \
             int32_t status;\n  if (TVMMapInputs_net(&g_context, &inputs) != 0 || TVMMapOutputs_net(&g_context, &outputs) != 0) {{\n    return 1;\n  }}\n  \
             inputs.x[0] = 5;\n  status = TVMExecute_net(&inputs, &outputs, &g_context);\n  return status != {status} || (status == 0 && outputs.y[0] != 6);\n}}\n"
        );
        run(&[&model], &main);
    }
}

#[test]
fn a_compiler_for_another_core_is_stopped() {
    let directory = tempfile::tempdir().expect("a directory");
    let vendor = directory.path();
    let text = header("net", &TENSORS, "");
    fs::write(vendor.join("net.h"), &text).expect("a file");
    let code = format!(
        "#include \"net.h\"\nint32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs) {{\n  {COPY}  return 0;\n}}\n"
    );
    fs::write(vendor.join("net.c"), code).expect("a file");
    let path = library(vendor, "libnet.a", &[vendor.join("net.c")], &[]);
    let mut content = fs::read(&path).expect("a library");
    let at = content.windows(4).position(|bytes| bytes == b"\x7fELF").expect("an object file");
    content[at + 18..at + 20].copy_from_slice(&[243, 0]);
    fs::write(&path, content).expect("a file");
    let generated = adopt(vendor, &text, &path, Some(&format!("{{ {TYPES} }}")), &Options::default());
    let mut compiler = Command::new("gcc");
    compiler.args(["-fsyntax-only", "-I"]).arg(vendor).arg("-I").arg(runtime_headers());
    let output = compiler.arg(vendor.join(&generated.sources[0])).output().expect("a compiler");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(
        message.contains("libnet.a is for RISC-V, 64 bits: this compiler is for a core that does not run it"),
        "{message}"
    );
}

#[test]
fn a_model_without_types_is_refused_with_the_line_that_gives_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let vendor = directory.path();
    let text = header("net", &TENSORS, "#define TVMGEN_NET_X_SIZE 4\n");
    fs::write(vendor.join("net.h"), &text).expect("a file");
    fs::write(vendor.join("net.c"), "int tvmgen_net_run(void) { return 0; }\n").expect("a file");
    let content = fs::read(library(vendor, "libnet.a", &[vendor.join("net.c")], &[])).expect("a library");
    let refused = |file: &str, facts: Option<&str>, options: &Options| -> Error {
        let facts = facts.map(|text| ("facts.json", text));
        let read = CompiledModel { header: ("tvmgen_net.h", &text), library: (file, &content), facts }.read();
        let (archive, library) = read.unwrap_or_else(|e| panic!("{e}"));
        generate(&archive, &library, &library.modules[0], options).expect_err("an error")
    };
    let usual = Options::default();
    let message = refused("libnet.a", None, &usual).to_string();
    let line = r#"for example { "inputs": { "x": { "dtype": "int8" } } }"#;
    assert!(message.contains("the element type of tensor 'x'") && message.contains(line), "{message}");
    let half = r#"{ "inputs": { "x": { "dtype": "int8" } }, "outputs": { "y": { "dtype": "int8" } } }"#;
    let message = refused("libnet.a", Some(half), &usual).to_string();
    let line = r#"{ "outputs": { "y": { "dtype": "int8", "shape": [1, 8] } } }"#;
    assert!(message.contains("the size of tensor 'y'") && message.contains(line), "{message}");
    let message = refused("lib net.a", Some(&format!("{{ {TYPES} }}")), &usual).to_string();
    assert!(message.contains("the name 'lib net.a', which build files don't take"), "{message}");
}
