//! Packed interfaces, as TVM 0.8 and TVM 0.12 write them.

mod common;

use common::{Members, edit, module, net};
use tvm_embedded_mlf::{Interface, MainParameter as P, Operators, WorkspaceMode};

/// TVM 0.8 describes packed tensors only in the Relay text.
fn packed_of_0_8() -> Members {
    let mut members = net("net");
    members.retain(|(p, _)| !p.ends_with(".h"));
    for (path, text) in &mut members {
        match path.as_str() {
            "metadata.json" => {
                *text = r#"{"version": 5, "executors": ["aot"], "model_name": "net", "style": "full-model", "target": {"1": "c"},
                    "memory": {"functions": {"main": [{"device": 1, "workspace_size_bytes": 64, "io_size_bytes": 16}]}}}"#
                    .into();
            }
            path if path.ends_with("lib0.c") => {
                *text = "int32_t tvmgen_net_run(void* args, void* type_code, int num_args, void* out_value, void* out_type_code, void* resource_handle) {\n\
                    return tvmgen_net_run_model(args, type_code, num_args, out_value, out_type_code, resource_handle);\n}\n".into();
            }
            path if path.ends_with("lib1.c") => {
                let argument = |i: usize| format!("  void* arg{i} = (((TVMValue*)args)[{i}].v_handle);\n");
                let all: String = (0..3).map(argument).collect();
                *text = format!(
                    "int32_t tvmgen_net_run_model(void* args, void* t, int32_t n, void* o, void* c, void* r) {{\n{all}  return 0;\n}}\n"
                );
            }
            _ => {}
        }
    }
    edit(&mut members, "net.relay", "%w: ", "%v_param_1: ");
    for member in &mut members {
        if member.0.ends_with(".relay") {
            member.0 = "src/relay.txt".into();
        }
    }
    members
}

/// With unpacked operators, the wrapper unpacks the arguments.
fn unpack(members: &mut Members) {
    let data = |i: usize| format!("((DLTensor*)(((TVMValue*)args)[{i}].v_handle))[0].data");
    let call = format!("tvmgen_net_run_model({},{},{})", data(0), data(1), data(2));
    edit(
        members,
        "lib0.c",
        "tvmgen_net_run_model(args, type_code, num_args, out_value, out_type_code, resource_handle)",
        &call,
    );
    edit(
        members,
        "lib1.c",
        "(void* args, void* t, int32_t n, void* o, void* c, void* r)",
        "(void* a, void* b, void* c)",
    );
}

#[test]
fn packed_interfaces_of_0_8() {
    let mut members = packed_of_0_8();
    let facts = |members: &Members| {
        let net = module(members);
        let tensors: Vec<_> = net.tensors().map(|t| (t.name.clone(), t.size_bytes)).collect();
        (net.operators, net.main_parameters, tensors)
    };
    let tensors = vec![("zeta:0".to_owned(), Some(4)), ("alpha".to_owned(), Some(8)), ("output".to_owned(), Some(4))];
    let order = vec![P::Input(0), P::Input(1), P::Output(0)];
    assert_eq!(facts(&members), (Operators::Packed, order.clone(), tensors.clone()));
    // Two outputs.
    let mut two = members.clone();
    edit(&mut two, "relay.txt", "  nn.relu(%0)", "  (%0, %0)");
    let message = common::refusal(&two);
    assert!(message.contains("are not described"), "three arguments are not two inputs and two outputs: {message}");
    edit(&mut two, "lib1.c", "  return 0", "  void* arg3 = (((TVMValue*)args)[3].v_handle);\n  return 0");
    let names: Vec<String> = module(&two).outputs.iter().map(|t| t.c_name.clone()).collect();
    assert_eq!(names, ["output0", "output1"]);
    // A weight that cannot be distinguished from an input: nothing is guessed.
    let mut unclear = members.clone();
    edit(&mut unclear, "relay.txt", "%v_param_1", "%weight");
    let message = common::refusal(&unclear);
    assert!(message.contains("the inputs of this packed interface are not described"), "{message}");
    assert!(message.ends_with("(build the model again with TVM 0.9 or later, or with --interface-api=c)"), "{message}");
    // A program without a body has no results.
    let mut open = members.clone();
    let start = open.iter().position(|(p, _)| p.ends_with("relay.txt")).expect("the program");
    let brace = open[start].1.find(") {").expect("a body") + 2;
    open[start].1.truncate(brace);
    let message = common::refusal(&open);
    assert!(message.contains("the inputs of this packed interface are not described"), "{message}");
    unpack(&mut members);
    assert_eq!(facts(&members), (Operators::Unpacked, order, tensors));
}

/// A packed module as TVM 0.12 writes it.
fn packed() -> Members {
    let mut members = net("net");
    members.retain(|(p, _)| !p.ends_with(".h"));
    let lib0 = "#include \"tvm/runtime/c_runtime_api.h\"\n__attribute__((section(\".bss.noinit.tvm\"), aligned(16)))\nstatic uint8_t global_workspace[64];\n\
        TVM_DLL int32_t tvmgen_net___tvm_main__(TVMValue* args, int* type_code, int num_args, TVMValue* out_value, int* out_type_code, void* resource_handle);\n\
        int32_t tvmgen_net_run(TVMValue* args, int* type_code, int num_args, TVMValue* out_value, int* out_type_code, void* resource_handle) {\n\
        TVMValue tensors[4];\ntensors[0] = ((TVMValue*)args)[0];\ntensors[1] = ((TVMValue*)args)[1];\ntensors[2] = ((TVMValue*)args)[2];\n\
        DLTensor global_workspace_dltensor = {\n.data = &global_workspace\n};\nTVMValue global_workspace_tvm_value = {\n.v_handle = &global_workspace_dltensor\n};\n\
        tensors[3] = global_workspace_tvm_value;\n\
        return tvmgen_net___tvm_main__((void*)tensors, type_code, num_args, out_value, out_type_code, resource_handle);\n}\n";
    let infos = "#include <tvm/runtime/metadata_types.h>\nstatic const int64_t kTvmgenMetadata_inputs_0_shape[2] = {\n2L, \n2L};\nstatic const int64_t kTvmgenMetadata_inputs_1_shape[0] = {\n};\n\
        static const struct TVMTensorInfo kTvmgenMetadata_inputs[2] = {\n{\n\"zeta_0\" /* name*/, \nkTvmgenMetadata_inputs_0_shape, \n2L /* num_shape*/, \n{0, 8, 1} /* dtype*/}\n, \n\
        {\n\"alpha\", \nkTvmgenMetadata_inputs_1_shape, \n0L, \n{2, 64, 1}}\n};\nstatic const int64_t kTvmgenMetadata_outputs_0_shape[1] = {4L};\n\
        static const struct TVMTensorInfo kTvmgenMetadata_outputs[1] = {\n{\n\"output0\", \nkTvmgenMetadata_outputs_0_shape, \n1L, \n{0, 8, 1}}\n};\n\
        TVM_DLL int32_t tvmgen_net_get_c_metadata(TVMValue* arg_values, int* arg_tcodes, int num_args, TVMValue* ret_values, int* ret_tcodes, void* resource_handle) {\n    return 0;\n};\n";
    for (path, text) in &mut members {
        if path.ends_with("lib0.c") {
            *text = lib0.into();
        }
    }
    members.push(("codegen/host/src/net_lib2.c".into(), infos.into()));
    edit(&mut members, "metadata.json", "\"float32\", \"size\": 8", "\"float64\", \"size\": 8");
    members
}

/// A file, what is changed to what in it, and what is said of it; nothing where it is taken all the same.
const BROKEN: [(&str, &str, &str, &str); 22] = [
    ("lib2.c", "2L /* num_shape*/", "3L", "net_lib2.c: line 11: expected 2 (the shape's length), found '3L'"),
    ("lib2.c", "{2, 64, 1}", "{2, 64}", "a type of three numbers"),
    ("lib2.c", "{2, 64, 1}", "{2, 640, 1}", "tensor 'alpha' has an unknown type"),
    ("lib2.c", "\"zeta_0\"", "zeta_0", "expected a tensor's name, found 'zeta_0'"),
    ("lib2.c", "{4L}", "{9L}", "tensor 'out' is int8 in 4 bytes here, but int8 in 9 bytes in the sources"),
    ("lib2.c", "{4L}", "{9223372036854775808L}", "tensor 'output0' has a dimension that is too large"),
    ("lib0.c", "tensors[1] =", "tensors[2] =", "line 8: expected index 1, found '2'"),
    // A statement that is not an assignment to one of `tensors` is skipped, and the tensor is missing later.
    ("lib0.c", "tensors[1] =", "tensors(1] =", "line 9: expected index 1, found '2'"),
    ("lib0.c", "tensors[1] =", "tensors[1) =", "line 9: expected index 1, found '2'"),
    ("lib0.c", "((TVMValue*)args)[1];", "5;", "line 8: expected a known value for this tensor, found '1'"),
    ("lib0.c", "((TVMValue*)args)[1];", "((TVMValue*)args(1));", "expected a known value for this tensor, found '1'"),
    ("lib0.c", "((TVMValue*)args)[1];", "(TVMValue*)args,[1];", "expected a known value for this tensor, found '1'"),
    ("lib0.c", "= global_workspace_tvm_value", "= other", "expected a tensor's value, found 'other'"),
    ("lib2.c", "{\n\"zeta_0\"", "zeta_0, {\n\"zeta_0\"", "expected '{', found 'zeta_0'"),
    ("lib2.c", "kTvmgenMetadata_inputs_0_shape, \n2L /*", "no_shape, \n2L /*", "the name of a shape above"),
    ("lib2.c", "{0, 8, 1} /*", "{256, 8, 1} /*", "tensor 'zeta_0' has an unknown type"),
    ("lib2.c", "{0, 8, 1} /*", "{0, 0, 1} /*", "tensor 'zeta_0' has an unknown type"),
    ("lib2.c", "{0, 8, 1} /*", "{0, 8, 0} /*", "tensor 'zeta_0' has an unknown type"),
    ("lib2.c", "{4L}", "{9223372036854775807L}", "tensor 'output0' has a size that is too large"),
    // A scalar needs no shape.
    ("lib2.c", "kTvmgenMetadata_inputs_1_shape, ", "NULL, ", ""),
    (
        "lib0.c",
        "tensors[2] = ((TVMValue*)args)[2];\n",
        "tensors[2] = ((TVMValue*)args)[5];\n",
        "args[5] is neither input nor output: pools given as packed arguments are not supported",
    ),
    ("lib0.c", "global_workspace[64]", "global_workspace[N]", "the size of 'global_workspace' is not understood"),
];

#[test]
fn packed_interfaces() {
    let net = module(&packed());
    assert_eq!((net.interface, net.operators), (Interface::Packed, Operators::Packed));
    assert_eq!(net.workspace_mode, WorkspaceMode::UsmpInternal);
    assert_eq!(net.main_parameters, [P::Input(0), P::Input(1), P::Output(0), P::InternalPool(0)]);
    let facts: Vec<_> =
        net.tensors().map(|t| (t.name.as_str(), t.c_name.as_str(), t.shape.clone().expect("a shape"))).collect();
    assert_eq!(facts, [("zeta:0", "zeta_0", vec![2, 2]), ("alpha", "alpha", vec![]), ("out", "output0", vec![4])]);
    for (path, from, to, text) in BROKEN {
        let mut broken = packed();
        edit(&mut broken, path, from, to);
        if text.is_empty() {
            assert!(common::parse(&broken).is_ok(), "{from} → {to}");
            continue;
        }
        let message = common::refusal(&broken);
        assert!(message.contains(text), "{message}\ndoes not say\n{text}");
    }
    let mut short = packed();
    edit(&mut short, "lib0.c", "tensors[2] = ((TVMValue*)args)[2];\n", "");
    edit(&mut short, "lib0.c", "tensors[3] =", "tensors[2] =");
    let message = common::refusal(&short);
    assert!(message.contains("2 tensors are passed to the main function, but the model has 3"), "{message}");
    // Pools are not allowed in a packed interface, even if our own compiler listed them.
    let mut pools = packed();
    let extension = "\"tvm_embedded\": {\"abi\": 1, \"compiler\": \"test\", \"inputs\": [], \"outputs\": [], \
        \"pools\": [{\"name\": \"sram\", \"kind\": \"workspace\", \"size\": 4, \"alignment\": 4}]}, \"executors\"";
    edit(&mut pools, "metadata.json", "\"executors\"", extension);
    let message = common::refusal(&pools);
    assert!(message.contains("net_lib0.c: the pools of the header are not those of metadata.json"), "{message}");
    let mut bare = packed();
    bare.retain(|(p, _)| !p.ends_with("lib2.c"));
    let message = common::refusal(&bare);
    assert!(message.contains("the inputs of this packed interface are not described in the archive"), "{message}");
}
