//! Each known defect of TVM's output is found, and named with what it concerns.

mod common;

use common::{Members, edit, module, net};
use tvm_embedded_mlf::{Code, Finding, Module, Severity};

fn only(module: &Module, code: Code) -> Finding {
    let found: Vec<&Finding> = module.findings.iter().filter(|f| f.code == code).collect();
    assert_eq!(found.len(), 1, "{code:?} in {:?}", module.findings);
    found[0].clone()
}

#[test]
fn a_correct_module_has_no_defect() {
    let net = module(&net("net"));
    let worst = net.findings.iter().map(|f| f.severity).max();
    assert_eq!(worst, Some(Severity::Note), "{:?}", net.findings);
}

/// `net` with static pools in lib0, as USMP writes them without external pools.
fn internal(constness: &str, cast: &str) -> Members {
    let mut members = net("net");
    edit(&mut members, "net.h", "struct tvmgen_net_workspace_pools {\n  void* sram;\n};\n", "");
    let pools = format!(
        "__attribute__((section(\".rodata.tvm\"), ))\nstatic {constness}struct global_const_workspace {{\n  int16_t a_let[3] __attribute__((aligned(16))); // 6 bytes\n  \
         int32_t b_let[2] __attribute__((packed, aligned(16))); // 8 bytes, aligned offset: 16\n}} global_const_workspace = {{\n  .a_let = {{\n    +0x0001, -0x0002, +0x0003\n  }},\n  .b_let = {{ 1, 2 }},\n}};// of total size 24 bytes\n\
         __attribute__((section(\".bss.noinit.tvm\"), aligned(32)))\nstatic uint8_t global_workspace[64];\n#include <tvmgen_net.h>"
    );
    edit(&mut members, "lib0.c", "#include <tvmgen_net.h>", &pools);
    edit(
        &mut members,
        "lib0.c",
        "uint8_t* sram_0_var",
        "uint8_t* global_const_workspace_0_var,uint8_t* global_workspace_1_var",
    );
    let (constant, workspace) = (format!("{cast}&global_const_workspace"), format!("{cast}&global_workspace"));
    edit(&mut members, "lib0.c", "workspace_pools->sram", &format!("{constant},{workspace}"));
    members
}

#[test]
fn d1_function_registry() {
    let mut members = net("net");
    let registry = "static TVMBackendPackedCFunc _tvm_func_array[] = {\n    (TVMBackendPackedCFunc)tvmgen_net_add,\n};\n\
        static const TVMFuncRegistry _tvm_func_registry = {\n    \"\\0011tvmgen_net_add\\000\",    _tvm_func_array,\n};\n\
        static const TVMModule _tvm_system_lib = {\n    &_tvm_func_registry,\n};\n\
        const TVMModule* TVMSystemLibEntryPoint(void) {\n    return &_tvm_system_lib;\n}\n#include <tvmgen_net.h>";
    edit(&mut members, "lib0.c", "#include <tvmgen_net.h>", registry);
    let finding = only(&module(&members), Code::FunctionRegistry);
    assert_eq!(finding.subject, "codegen/host/src/net_lib0.c");
    assert!(finding.text.starts_with("line 5: "), "{}", finding.text);
}

#[test]
fn d2_pool_pointers_and_d3_writable_constants() {
    let old = module(&internal("", ""));
    assert_eq!(only(&old, Code::PoolPointerType).subject, "tvmgen_net_run");
    let finding = only(&old, Code::WritableConstants);
    assert_eq!((finding.subject.as_str(), finding.severity), ("global_const_workspace", Severity::Defect));
    assert_eq!(finding.text, "24 bytes of constants are not declared const");
    let pools: Vec<_> = old.internal_pools.iter().map(|p| (p.size, p.alignment, p.constant)).collect();
    assert_eq!(pools, [(24, 16, false), (64, 32, false)]);
    assert_eq!(old.embedded_constants_bytes, 24 + 6);
    let new = module(&internal("const ", "(uint8_t*)"));
    assert!(new.findings.iter().all(|f| f.severity < Severity::Defect), "{:?}", new.findings);
    assert!(new.internal_pools[0].constant);
}

#[test]
fn arguments_that_are_passed_twice() {
    let mut members = internal("", "");
    edit(&mut members, "lib0.c", "&global_const_workspace,&global_workspace", "&global_workspace,&global_workspace");
    let message = common::refusal(&members);
    assert!(
        message.contains("net_lib0.c: line ") && message.ends_with(": 'global_workspace' is passed twice"),
        "{message}"
    );
    let mut outputs = net("net");
    edit(&mut outputs, "net.h", "  void* out;", "  void* out;\n  void* more;");
    edit(&mut outputs, "lib0.c", "outputs->out", "outputs->out,outputs->out");
    let message = common::refusal(&outputs);
    assert!(message.ends_with("net_lib0.c: line 7: output 'out' is passed twice"), "{message}");
}

#[test]
fn d4_ignored_kernel_errors() {
    let mut members = net("net");
    let body = "TVMK_SCRATCH(4, 4);\n arm_cmsis_nn_status status = arm_softmax_s8(p0, 1);\n  switch (!status) {\n  case ARM_CMSIS_NN_SUCCESS: break;\n  }\n  T_add[0]";
    edit(&mut members, "lib1.c", "T_add[0]", body);
    let net = module(&members);
    let finding = only(&net, Code::IgnoredKernelErrors);
    assert_eq!(finding.subject, "codegen/host/src/net_lib1.c");
    assert!(finding.text.starts_with("line 10: "), "{}", finding.text);
    assert!(only(&net, Code::ExternalLibrary).text.contains("arm_softmax_s8"));
    assert_eq!(net.called_symbols, ["arm_softmax_s8"]);
    edit(&mut members, "lib1.c", "!status", "status");
    assert!(module(&members).findings.iter().all(|f| f.code != Code::IgnoredKernelErrors));
}

#[test]
fn d5_module_names() {
    for (name, text) in
        [("MyNet", "the header spells the module's name in lower case"), ("my-net", "makes no C identifier")]
    {
        let finding = only(&module(&net(name)), Code::ModuleName);
        assert_eq!(finding.subject, name);
        assert!(finding.text.contains(text), "{}", finding.text);
    }
    assert!(module(&net("1net")).findings.iter().all(|f| f.code != Code::ModuleName), "tvmgen_1net is an identifier");
}

#[test]
fn d6_member_names() {
    let mut members = net("net");
    edit(&mut members, "net.h", "  void* out;", "  void* output0;");
    edit(&mut members, "lib0.c", "outputs->out", "outputs->output");
    let net = module(&members);
    assert_eq!(only(&net, Code::MemberName).subject, "output0");
    assert_eq!((net.outputs[0].c_name.as_str(), net.outputs[0].source_name.as_str()), ("output0", "output"));
    assert_eq!(net.outputs[0].size_bytes, Some(4), "the only output is that output");
}

#[test]
fn d7_map_names() {
    let mut members = net("net");
    let maps = "struct tvmgen_net_inputs tvmgen_net_map_inputs(struct tvmgen_net_workspace_pools* workspace_pools){\nstruct tvmgen_net_inputs ret = {\n\
        .zeta_0 = &((uint8_t*)workspace_pools->sram)[0],\n.alpha = &((uint8_t*)workspace_pools->sram)[16],\n};\nreturn ret;\n}\n\
        struct tvmgen_net_outputs tvmgen_net_map_outputs(struct tvmgen_net_workspace_pools* workspace_pools){\nstruct tvmgen_net_outputs ret = {\n\
        .out:0 = &((uint8_t*)workspace_pools->sram)[32],\n};\nreturn ret;\n}\nint32_t tvmgen_net_run(struct tvmgen_net_workspace_pools* workspace_pools) {";
    let run = "int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs,struct tvmgen_net_outputs* outputs,struct tvmgen_net_workspace_pools* workspace_pools) {";
    edit(&mut members, "lib0.c", run, maps);
    edit(&mut members, "lib0.c", "inputs->zeta_0,inputs->alpha,outputs->out,", "");
    edit(&mut members, "lib0.c", "void* zeta_0,void* alpha,void* output0,", "");
    let net = module(&members);
    let finding = only(&net, Code::MapName);
    assert_eq!(finding.subject, "out");
    assert!(finding.text.contains("'out:0' in 'sram'"), "{}", finding.text);
    assert_eq!(net.outputs[0].placement.map(|p| p.offset), Some(32));
    // Nor does a name that is missing.
    edit(&mut members, "lib0.c", ".out:0 =", ". =");
    let finding = only(&module(&members), Code::MapName);
    assert!(finding.text.contains("'' in 'sram'"), "{}", finding.text);
}

#[test]
fn d8_size_macros() {
    let mut members = net("net");
    edit(&mut members, "net.h", "_ALPHA_SIZE 8", "_ALPHA_SIZE 94210184");
    edit(&mut members, "net.h", "_WORKSPACE_SIZE 64", "_WORKSPACE_SIZE 63");
    edit(&mut members, "net.h", "_POOL_SIZE 64", "_POOL_SIZE 48");
    let net = module(&members);
    let found: Vec<_> = net.findings.iter().filter(|f| f.code == Code::SizeMacro).map(|f| f.subject.as_str()).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    for subject in ["TVMGEN_NET_ALPHA_SIZE", "TVMGEN_NET_WORKSPACE_SIZE", "workspace_size_bytes"] {
        assert!(found.contains(&subject), "{found:?}");
    }
    assert_eq!(net.inputs[1].size_bytes, Some(8), "metadata.json is right");
}

#[test]
fn d9_macro_clashes() {
    let mut members = net("net");
    edit(&mut members, "net.h", "#define TVMGEN_NET_OUT_SIZE 4", "#define TVMGEN_NET_WORKSPACE_SIZE 4");
    edit(&mut members, "net.h", "  void* out;", "  void* workspace;");
    edit(&mut members, "lib0.c", "outputs->out", "outputs->workspace");
    let net = module(&members);
    assert_eq!(only(&net, Code::MacroClash).subject, "TVMGEN_NET_WORKSPACE_SIZE");
    assert!(net.findings.iter().all(|f| f.code != Code::SizeMacro), "{:?}", net.findings);
}

#[test]
fn d10_tensor_names() {
    for (name, text) in
        [("register", "is a keyword"), ("1st_input", "is not a C identifier"), ("class", "is a keyword")]
    {
        let mut members = net("net");
        edit(&mut members, "net.h", "  void* alpha;", &format!("  void* {name};"));
        edit(&mut members, "lib0.c", "alpha", name);
        edit(&mut members, "metadata.json", "\"alpha\"", &format!("\"{}\"", name.replace('_', " ")));
        edit(&mut members, "net.relay", "%alpha", &format!("%{}", name.replace('_', " ")));
        let net = module(&members);
        let finding = only(&net, Code::TensorName);
        assert!(finding.text.contains(text), "{}", finding.text);
        assert_eq!((finding.subject.as_str(), net.inputs[1].c_name.as_str()), (&*name.replace('_', " "), name));
        assert_eq!(net.inputs[1].shape, Some(vec![1, 2]));
    }
}

#[test]
fn symbols_without_a_prefix() {
    let mut members = net("net");
    edit(&mut members, "lib1.c", "tvmgen_net_add(int8_t* p0", "replace_add_with_subtract(int8_t* p0");
    assert_eq!(only(&module(&members), Code::UnprefixedSymbol).subject, "replace_add_with_subtract");
    // Names that some releases clean up, and a helper of TVM's that every model has, are not findings.
    let mut odd = net("my-net");
    edit(&mut odd, "lib1.c", "tvmgen_my-net_add(int8_t* p0", "tvmgen_my_net_add(int8_t* p0");
    edit(&mut odd, "lib1.c", "#define TVM_EXPORTS", "int32_t _lookup_linked_param(void* a) {\n  return 0;\n}");
    assert!(module(&odd).findings.iter().all(|f| f.code != Code::UnprefixedSymbol));
}

#[test]
fn runtime_workspace() {
    let mut members = internal("const ", "(uint8_t*)");
    let call = "void* sid = TVMBackendAllocWorkspace(1, 0, (uint64_t)16, 0, 8);\n  T_add[0]";
    edit(&mut members, "lib1.c", "T_add[0]", call);
    let net = module(&members);
    assert!(net.allocates_at_run_time);
    assert_eq!(net.workspace_mode, tvm_embedded_mlf::WorkspaceMode::UsmpInternal);
    assert_eq!(net.called_symbols, ["TVMBackendAllocWorkspace"]);
    // Memory allocated at run time is added to the pools, so their sum may differ from the total.
    edit(&mut members, "metadata.json", "\"workspace_size_bytes\": 64", "\"workspace_size_bytes\": 80");
    let larger = module(&members);
    assert!(larger.findings.iter().all(|f| f.subject != "workspace_size_bytes"), "{:?}", larger.findings);
}
