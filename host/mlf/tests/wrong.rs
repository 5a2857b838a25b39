//! Faults of TVM itself, with which a run would give wrong or unwritten outputs: refused, with what to do.

mod common;

use common::{Entry, Members, edit, module, net, nets, refusal, tar};
use tvm_embedded_mlf::{Archive, Code, Limits, Severity};

/// A module whose inputs and outputs are at these offsets.
fn placed(zeta: u64, alpha: u64, out: u64) -> Members {
    let mut members = net("net");
    let at = |name: &str, offset: u64| format!(".{name} = &((uint8_t*)workspace_pools->sram)[{offset}],\n");
    let maps = format!(
        "struct tvmgen_net_inputs tvmgen_net_map_inputs(struct tvmgen_net_workspace_pools* workspace_pools){{\n\
         struct tvmgen_net_inputs ret = {{\n{}{}}};\nreturn ret;\n}}\n\
         struct tvmgen_net_outputs tvmgen_net_map_outputs(struct tvmgen_net_workspace_pools* workspace_pools){{\n\
         struct tvmgen_net_outputs ret = {{\n{}}};\nreturn ret;\n}}\n\
         int32_t tvmgen_net_run(struct tvmgen_net_workspace_pools* workspace_pools) {{",
        at("zeta_0", zeta),
        at("alpha", alpha),
        at("out", out)
    );
    let run = "int32_t tvmgen_net_run(struct tvmgen_net_inputs* inputs,struct tvmgen_net_outputs* outputs,struct tvmgen_net_workspace_pools* workspace_pools) {";
    edit(&mut members, "lib0.c", run, &maps);
    edit(&mut members, "lib0.c", "inputs->zeta_0,inputs->alpha,outputs->out,", "");
    edit(&mut members, "lib0.c", "void* zeta_0,void* alpha,void* output0,", "");
    members
}

#[test]
fn inputs_that_share_bytes() {
    // An output may overwrite an input, and a place may begin where another ends.
    assert!(module(&placed(0, 4, 0)).io_in_workspace);
    for (zeta, alpha) in [(0, 0), (0, 3), (7, 0)] {
        let message = refusal(&placed(zeta, alpha, 32));
        assert!(
            message.contains("share bytes of pool 'sram' (build the model without tir.usmp.use_workspace_io"),
            "{message}"
        );
    }
}

#[test]
fn an_input_and_an_output_of_one_name_in_the_workspace() {
    let of_one_name = |out: u64| {
        let mut members = placed(0, 16, out);
        for (path, from) in [("net.h", "void* zeta_0;"), ("lib0.c", ".zeta_0 =")] {
            edit(&mut members, path, from, &from.replace("zeta_0", "out"));
        }
        members
    };
    assert_eq!(module(&of_one_name(32)).outputs[0].placement.map(|place| place.offset), Some(32));
    let members = of_one_name(0);
    let message = refusal(&members);
    assert!(message.contains("an input and an output are called 'out', which TVM gives one place"), "{message}");
    // Outside the workspace they are two.
    let mut members = net("net");
    edit(&mut members, "net.h", "void* zeta_0;", "void* out;");
    edit(&mut members, "lib0.c", "inputs->zeta_0", "inputs->out");
    assert_eq!(module(&members).inputs[0].c_name, "out");
}

/// A module with two outputs, whose main function has this body.
fn two_outputs(body: &str) -> Members {
    let mut members = net("net");
    edit(&mut members, "net.h", "  void* out;", "  void* output0;\n  void* output1;");
    edit(&mut members, "net.h", "#define TVMGEN_NET_OUT_SIZE 4\n", "");
    let outputs = "\"output0\": {\"dtype\": \"int8\", \"size\": 4}, \"output1\": {\"dtype\": \"int8\", \"size\": 4}";
    edit(&mut members, "metadata.json", "\"out\": {\"dtype\": \"int8\", \"size\": 4}", outputs);
    edit(&mut members, "lib0.c", "void* output0,", "void* output0,void* output1,");
    edit(&mut members, "lib0.c", "outputs->out,", "outputs->output0,outputs->output1,");
    edit(&mut members, "lib1.c", "(int8_t* a, float* b, int8_t* c, ", "(int8_t* a, float* b, int8_t* c, int8_t* d, ");
    edit(&mut members, "lib1.c", "  if (tvmgen_net_add(a, b, c, sram_0_var) != 0 ) return -1;\n", body);
    members
}

#[test]
fn outputs_that_are_never_written() {
    let members = two_outputs("  if (tvmgen_net_add(a, b, c, sram_0_var) != 0 ) return -1;\n");
    let message = refusal(&members);
    assert!(message.contains("output 'output1' is never written by 'tvmgen_net___tvm_main__'"), "{message}");
    assert!(message.contains("return each value once"), "{message}");
    let copied = "  for (int32_t i = 0; i < 4; ++i) {\n    ((uint8_t*)d)[i] = c[i];\n  }\n";
    assert_eq!(module(&two_outputs(copied)).outputs.len(), 2);
    // Inputs may be unused.
    assert_eq!(module(&two_outputs("  if (tvmgen_net_add(c, d) != 0 ) return -1;\n")).outputs.len(), 2);
}

#[test]
fn outputs_of_one_value_in_the_workspace() {
    let mut members = placed(0, 16, 32);
    edit(&mut members, "net.h", "  void* out;", "  void* out;\n  void* out2;");
    edit(&mut members, "lib0.c", "[32],\n", "[32],\n.out2 = &((uint8_t*)workspace_pools->sram)[48],\n");
    edit(&mut members, "metadata.json", "\"out\": {", "\"out2\": {\"dtype\": \"int8\", \"size\": 4}, \"out\": {");
    edit(&mut members, ".relay", "  nn.relu(%0)", "  (%0, %zeta:0)");
    assert_eq!(module(&members).outputs.len(), 2);
    edit(&mut members, ".relay", "(%0, %zeta:0)", "(%0 /* ty=Tensor[(2, 2), int8] */, %0)");
    let message = refusal(&members);
    assert!(message.contains("outputs 'out' and 'out2' are one value, of which only one copy is written"), "{message}");
}

/// A packed module with an output and this many packed arguments in its main function, the last of them never read.
fn packed(body: &str) -> Members {
    let mut members = net("net");
    members.retain(|(p, _)| !p.ends_with(".h"));
    let parameters = "void* args, int32_t* arg_type_ids, int32_t num_args, void* out_ret_value, int32_t* out_ret_tcode, void* resource_handle";
    for (path, text) in &mut members {
        if path.ends_with("lib0.c") {
            *text = "int32_t tvmgen_net_run(TVMValue* args, int* type_code, int num_args, TVMValue* out_value, int* out_type_code, void* resource_handle) {\n\
                     TVMValue tensors[3];\ntensors[0] = ((TVMValue*)args)[0];\ntensors[1] = ((TVMValue*)args)[1];\n\
                     return tvmgen_net___tvm_main__((void*)tensors, type_code, num_args, out_value, out_type_code, resource_handle);\n}\n"
                .into();
        }
        if path.ends_with("lib1.c") {
            *text = format!("TVM_DLL int32_t tvmgen_net___tvm_main__({parameters}) {{\n{body}  return 0;\n}}\n");
        }
    }
    let info = |what: &str, name: &str| {
        format!(
            "static const int64_t kTvmgenMetadata_{what}_0_shape[1] = {{4L}};\nstatic const struct TVMTensorInfo kTvmgenMetadata_{what}[1] = {{\n\
             {{\n\"{name}\", \nkTvmgenMetadata_{what}_0_shape, \n1L, \n{{0, 8, 1}}}}\n}};\n"
        )
    };
    members.push(("codegen/host/src/net_lib2.c".into(), info("inputs", "zeta:0") + &info("outputs", "out")));
    edit(&mut members, "metadata.json", "\"alpha\": {\"dtype\": \"float32\", \"size\": 8}, ", "");
    members
}

const TAKEN_APART: &str = "  int32_t x_code = arg_type_ids[0];\n  void* x = (((TVMValue*)args)[0].v_handle);\n  void* y = (((TVMValue*)args)[1].v_handle);\n  \
    void* x_buffer_var = (((DLTensor*)x)[0].data);\n  void* x_shape = (((DLTensor*)x)[0].shape);\n  void* y_buffer_var = (((DLTensor*)y)[0].data);\n  \
    void* y_strides = (((DLTensor*)y)[0].strides);\n  if (!(y_strides == NULL)) {\n  }\n";

#[test]
fn packed_outputs_that_are_never_written() {
    let written = format!("{TAKEN_APART}  (((DLTensor*)stack_array)[1].data) = y_buffer_var;\n");
    assert_eq!(module(&packed(&written)).outputs.len(), 1);
    let message = refusal(&packed(TAKEN_APART));
    assert!(message.contains("output 'out' is never written by"), "{message}");
}

#[test]
fn a_pool_that_a_packed_entry_does_not_pass_on() {
    let third = format!("{TAKEN_APART}  f(y_buffer_var);\n  void* sram_0_var = (((TVMValue*)args)[2].v_handle);\n");
    let message = refusal(&packed(&third));
    assert!(message.contains("reads 3 packed arguments but is given 2: a memory pool is never passed"), "{message}");
    assert!(message.contains("(build the model with --interface-api=c, or without pools of its own)"), "{message}");
}

/// A module whose main function puts three tensors at these offsets, and passes them on in two steps.
fn planned(offsets: [u32; 3], cast: &str) -> Members {
    let place = |i: usize| format!("  void* sid_{i}_let = (&({cast}[{}]));\n", offsets[i]);
    let mut body: String = (0..3).map(place).collect();
    body.push_str(
        "  if (tvmgen_net_add(a, sid_0_let) != 0 ) return -1;\n  if (tvmgen_net_add(a, sid_1_let) != 0 ) return -1;\n  \
         if (tvmgen_net_add(sid_0_let, sid_1_let, sid_2_let) != 0 ) return -1;\n  if (tvmgen_net_add(sid_2_let, c, d) != 0 ) return -1;\n",
    );
    two_outputs(&body)
}

#[test]
fn a_plan_that_overwrites_what_is_still_read() {
    for cast in ["sram_0_var", "((uint8_t*)sram_0_var)"] {
        let message = refusal(&planned([16, 16, 0], cast));
        assert!(
            message.contains("net_lib1.c: line 13: 'sid_0_let' and 'sid_1_let' have one place in memory while both are in use (TVM's greedy"),
            "{message}"
        );
        // The third reuses the memory of the first in the operator that reads it last.
        module(&planned([0, 16, 0], cast));
        module(&planned([0, 16, 32], cast));
    }
}

#[test]
fn float16() {
    for (from, to) in [
        ("int8_t* p0", "half* p0"),
        ("T_add[0] = p0[0];", "half v = p0[0];"),
        ("static const int16_t", "static const half"),
    ] {
        let mut members = net("net");
        edit(&mut members, "lib1.c", from, to);
        let message = refusal(&members);
        assert!(
            message.contains("net_lib1.c: line ") && message.contains("uses float16 ('half'), for which C has no type"),
            "{message}"
        );
    }
    // A tensor may have that name.
    let mut members = net("net");
    edit(&mut members, "net.h", "void* alpha;", "void* half;");
    edit(&mut members, "lib0.c", "alpha", "half");
    assert_eq!(module(&members).inputs[1].c_name, "half");
}

#[test]
fn two_modules_whose_names_differ_in_case_only() {
    let members = nets(&["Net", "net"]);
    let entries: Vec<Entry<'_>> = members.iter().map(|(path, text)| Entry::file(path, text.as_bytes())).collect();
    let error = Archive::from_bytes("net.tar", &tar(&entries), Limits::default()).expect_err("a refusal").to_string();
    assert!(
        error.contains("tvmgen_net.h: appears twice in the archive (TVM gives models whose names differ in case only"),
        "{error}"
    );
}

#[test]
fn a_blank_in_the_modules_name() {
    let mut members = net("my net");
    edit(&mut members, "my net_lib0.c", "workspace_pools->sram", "workspace_pools->sram,workspace_pools->dtcm");
    edit(&mut members, "my net_lib0.c", "uint8_t* sram_0_var", "uint8_t* sram_0_var,uint8_t* dtcm_0_var");
    edit(&mut members, "tvmgen_my net.h", "  void* sram;", "  void* sram;\n  void* dtcm;");
    edit(&mut members, "tvmgen_my net.h", "#endif //", "#define TVMGEN_MY NET_DTCM_WORKSPACE_POOL_SIZE 96\n#endif //");
    let sizes: Vec<u64> = module(&members).pools.iter().map(|p| p.size).collect();
    assert_eq!(sizes, [64, 96]);
}

#[test]
fn operators_that_tvms_own_runtime_computes() {
    let mut members = net("net");
    let call = "TVMBackendGetFuncFromEnv(ctx, \"tvm.contrib.sort.argsort\", &f);\n  T_add[0]";
    edit(&mut members, "lib1.c", "T_add[0]", call);
    assert_eq!(module(&members).looked_up, ["tvm.contrib.sort.argsort"]);
}

#[test]
fn pools_with_names_that_are_not_valid_c() {
    for (pool, parameter, text) in [
        ("int", "int_0_var", "its member name 'int' is a keyword of C or C++"),
        ("2nd", "2nd_0_var", "its member name '2nd' is not a C identifier"),
        ("slow_mem", "slow-mem_0_var", "a parameter of the main function has a name that is not a C identifier"),
        ("NULL", "NULL_0_var", "its member name 'NULL' is a macro of C's headers"),
    ] {
        let mut members = net("net");
        edit(&mut members, "net.h", "void* sram;", &format!("void* {pool};"));
        edit(&mut members, "net.h", "NET_SRAM_WORKSPACE", &format!("NET_{}_WORKSPACE", pool.to_ascii_uppercase()));
        edit(&mut members, "lib0.c", "uint8_t* sram_0_var", &format!("uint8_t* {parameter}"));
        let passed = pool.replace("slow_mem", "slow-mem");
        edit(&mut members, "lib0.c", "workspace_pools->sram", &format!("workspace_pools->{passed}"));
        let net = module(&members);
        assert_eq!((net.pools[0].name.as_str(), net.pools[0].size), (pool, 64));
        let found: Vec<_> = net.findings.iter().filter(|f| f.code == Code::PoolName).collect();
        assert!(found.iter().all(|f| f.severity == Severity::Defect), "{found:?}");
        assert!(found.iter().any(|f| f.text.contains(text)), "{found:?}");
    }
}
