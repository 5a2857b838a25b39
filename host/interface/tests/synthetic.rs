//! Models like TVM's with its known defects: each is repaired in the copies, and runs.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{c_file, generate_synthetic, model_definitions, objects, program, succeed};
use std::process::Command;
use tvm_embedded_interface::{Generated, Options, generate, write};
use tvm_embedded_mlf::{Archive, Code, Library, write_tar};

const MODES: [Memory; 4] = [Memory::Internal, Memory::External, Memory::Io, Memory::Runtime];

/// Generates, compiles, links and runs a model.
fn runs(model: &Synthetic, options: &Options) -> Generated {
    let directory = tempfile::tempdir().expect("a directory");
    let generated = generate_synthetic(directory.path(), model, options);
    let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
    succeed(&mut Command::new(program(directory.path(), &c_file("plus.c"), &model_definitions(&generated), &objects)));
    generated
}

fn repaired(generated: &Generated, code: Code) -> bool {
    generated.repairs.iter().any(|repair| repair.code == Some(code))
}

#[test]
fn every_mode_runs() {
    for memory in MODES {
        let mut model = Synthetic::new("net").memory(memory);
        model.inputs = vec!["zeta:0".into(), "alpha".into()];
        model.outputs = vec!["one".into(), "two".into(), "three".into()];
        let generated = runs(&model, &Options::default());
        let names: Vec<&str> = generated.facts.inputs.iter().map(|tensor| tensor.c_name.as_str()).collect();
        assert_eq!(names, ["zeta_0", "alpha"]);
    }
}

#[test]
fn packed_arguments_are_what_tvm_would_give() {
    for memory in [Memory::Internal, Memory::Runtime] {
        let mut model = Synthetic::new("net").memory(memory);
        model.packed = true;
        model.inputs = vec!["serving:0".into(), "b".into()];
        model.outputs = vec!["one".into(), "two".into(), "three".into()];
        runs(&model, &Options::default());
    }
}

#[test]
fn constants_inside_the_model() {
    let mut model = Synthetic::new("net");
    model.constants = true;
    model.outputs = vec!["one".into(), "two".into()];
    let generated = runs(&model, &Options::default());
    assert!(generated.facts.parameters[0].facts.carried && generated.sources.contains(&"net_parameters.c".to_owned()));
}

#[test]
fn state_lasts_from_run_to_run_until_it_is_reset() {
    for constants in [false, true] {
        let mut model = Synthetic::new("net");
        model.state = true;
        model.constants = constants;
        let directory = tempfile::tempdir().expect("a directory");
        let generated = generate_synthetic(directory.path(), &model, &Options::default());
        let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
        succeed(&mut Command::new(program(directory.path(), &c_file("state.c"), &[], &objects)));
    }
}

#[test]
fn d1_a_registry_is_left_out() {
    for memory in MODES {
        let mut model = Synthetic::new("net").memory(memory);
        model.registry = true;
        assert!(repaired(&runs(&model, &Options::default()), Code::FunctionRegistry));
    }
}

#[test]
fn d2_addresses_of_pools_get_their_type() {
    let model = Synthetic::new("net").memory(Memory::Internal);
    let generated = runs(&model, &Options::default());
    assert!(repaired(&generated, Code::PoolPointerType));
    let wrapper = generated.files.iter().find(|file| file.path == "archive/net_lib0.c").expect("the wrapper");
    let text = String::from_utf8_lossy(&wrapper.contents);
    assert!(!text.contains(",&global_workspace"), "{text}");
}

#[test]
fn d5_names_in_upper_case_and_names_that_are_not_identifiers() {
    for memory in MODES {
        assert_eq!(runs(&Synthetic::new("MyNet").memory(memory), &Options::default()).facts.symbol, "MyNet");
        assert_eq!(runs(&Synthetic::new("my-net").memory(memory), &Options::default()).facts.symbol, "my_net");
        assert_eq!(runs(&Synthetic::new("1net").memory(memory), &Options::default()).facts.symbol, "m_1net");
        assert_eq!(runs(&Synthetic::new("default").memory(memory), &Options::default()).facts.symbol, "default_model");
    }
}

#[test]
fn d6_outputs_with_two_names() {
    for memory in [Memory::Internal, Memory::External, Memory::Runtime] {
        let mut model = Synthetic::new("net").memory(memory);
        model.wrong_outputs = true;
        runs(&model, &Options::default());
    }
}

/// An archive with one text of a model replaced by another.
fn edited(model: &Synthetic, path: &str, edit: impl Fn(&str) -> String) -> (Archive, Library) {
    let (archive, _) = model.library();
    let members = archive.members().iter().map(|member| {
        let text = String::from_utf8_lossy(&member.data);
        let data = if member.path.ends_with(path) { edit(&text).into_bytes() } else { member.data.to_vec() };
        (member.path.clone(), data)
    });
    let bytes = write_tar(members).expect("a tar file");
    let archive = Archive::from_bytes("edited.tar", &bytes, Default::default()).expect("an archive");
    let library = Library::parse(&archive).unwrap_or_else(|e| panic!("{e}"));
    (archive, library)
}

/// Generates, compiles, links and runs the first module of an archive.
fn library_runs(archive: &Archive, library: &Library) -> Generated {
    let directory = tempfile::tempdir().expect("a directory");
    let generated =
        generate(archive, library, &library.modules[0], &Options::default()).unwrap_or_else(|e| panic!("{e}"));
    write(directory.path(), &generated.files).expect("written files");
    let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
    let program = program(directory.path(), &c_file("plus.c"), &model_definitions(&generated), &objects);
    succeed(&mut Command::new(program));
    generated
}

#[test]
fn d7_map_functions_with_names_that_do_not_exist() {
    let mut model = Synthetic::new("net").memory(Memory::Io);
    model.outputs = vec!["y:0".into()];
    let (archive, library) = edited(&model, "codegen/host/src/net_lib0.c", |text| text.replace(".y_0 = &", ".y:0 = &"));
    let generated = library_runs(&archive, &library);
    assert!(!generated.sources.contains(&"archive/net_lib0.c".to_owned()));
}

#[test]
fn d8_size_macros_with_wrong_values() {
    let model = Synthetic::new("net");
    let header = "codegen/host/include/tvmgen_net.h";
    let (archive, library) = edited(&model, header, |text| text.replace("_X_SIZE 4", "_X_SIZE 94351"));
    assert_eq!(library_runs(&archive, &library).facts.inputs[0].facts.bytes, 4);
}

#[test]
fn planned_memory_and_memory_allocated_at_run_time_together() {
    for memory in [Memory::Internal, Memory::External] {
        let mut model = Synthetic::new("net").memory(memory);
        model.operator_begin = "  void* a = TVMBackendAllocWorkspace(1, 0, (uint64_t)40, 0, 8);\n  \
                                if (a == NULL) return -1;\n  for (int i = 0; i < 40; i++) ((char*)a)[i] = 1;\n  \
                                if (TVMBackendFreeWorkspace(1, 0, a) != 0) return -1;\n"
            .into();
        let generated = runs(&model, &Options::default());
        let last = generated.facts.workspaces.last().expect("a workspace");
        assert_eq!((last.c_name.as_str(), last.facts.aligned_bytes), ("workspace", 48));
        assert_eq!(generated.facts.workspaces.len(), if memory == Memory::Internal { 1 } else { 2 });
    }
}

#[test]
fn d9_and_d10_names_of_tensors_that_are_not_valid_c() {
    for memory in MODES {
        let mut model = Synthetic::new("net").memory(memory);
        model.inputs = vec!["register".into(), "1st input".into(), "count".into(), "y".into()];
        model.outputs = vec!["y".into(), "workspace".into(), "int".into(), "tensors".into()];
        let generated = runs(&model, &Options::default());
        let names: Vec<&str> = generated.facts.inputs.iter().map(|tensor| tensor.c_name.as_str()).collect();
        assert_eq!(names, ["register_", "m_1st_input", "count_", "y"]);
        let names: Vec<&str> = generated.facts.outputs.iter().map(|tensor| tensor.c_name.as_str()).collect();
        assert_eq!(names, ["y", "workspace", "int_", "tensors_"]);
    }
}

#[test]
fn d10_and_d11_variables_whose_names_begin_with_a_digit() {
    for memory in [Memory::Runtime, Memory::Internal, Memory::External] {
        let mut model = Synthetic::new("net").memory(memory);
        model.inputs = vec!["1st input".into()];
        let edit = |text: &str| text.replace("in0_buffer_var", "1st_input_buffer_var");
        let (archive, library) = edited(&model, "lib1.c", edit);
        let generated = library_runs(&archive, &library);
        let repaired = generated.repairs.iter().any(|repair| repair.text.contains("begin with a digit"));
        assert!(repaired, "{:?}", generated.repairs);
    }
    let model = Synthetic::new("net").memory(Memory::External);
    let (archive, library) = edited(&model, "", |text| text.replace("sram", "2nd").replace("SRAM", "2ND"));
    assert!(repaired(&library_runs(&archive, &library), Code::PoolName));
    let (archive, library) = edited(&model, "", |text| text.replace("sram", "NULL").replace("SRAM", "NULL"));
    assert!(repaired(&library_runs(&archive, &library), Code::PoolName));
}

#[test]
fn constants_that_are_not_numbers_include_their_header() {
    let model = Synthetic::new("net").memory(Memory::Runtime);
    let constants = "static const float odd[3] = {\n  INFINITY, -INFINITY, NAN\n};\nconst float* tvmgen_net_odd(void);\n\
                     const float* tvmgen_net_odd(void) {\n  return odd;\n}\n";
    let (archive, library) = edited(&model, "lib0.c", |text| format!("{text}\n{constants}"));
    let generated = library_runs(&archive, &library);
    assert!(generated.repairs.iter().any(|repair| repair.text.contains("<math.h>")), "{:?}", generated.repairs);
    // A file that includes it is left as it is.
    let (archive, library) = edited(&model, "lib1.c", |text| format!("{text}\n{constants}"));
    let generated = library_runs(&archive, &library);
    assert!(!generated.repairs.iter().any(|repair| repair.text.contains("<math.h>")), "{:?}", generated.repairs);
}

/// Functions of devices that a file calls are declared in it, except those that it declares itself.
#[test]
fn functions_of_devices_are_declared_once() {
    let declared = |text: &str, hook: &str| text.matches(&format!("int32_t TVMDeviceNpu{hook}(")).count();
    let model = Synthetic { devices: vec!["npu".into()], ..Synthetic::new("net").memory(Memory::External) };
    let (archive, library) = edited(&model, "lib1.c", |text| {
        text.replacen("#include <math.h>\n", "#include <math.h>\nint32_t TVMDeviceNpuOpen(void*);\n", 1)
    });
    let generated = generate(&archive, &library, &library.modules[0], &Options::default()).expect("an interface");
    let copy = generated.files.iter().find(|file| file.path.ends_with("net_lib1.c")).expect("the copy");
    let text = std::str::from_utf8(&copy.contents).expect("text");
    for hook in ["Activate", "Open", "Close", "Deactivate"] {
        assert_eq!(declared(text, hook), 1, "{hook}: {text}");
    }
}

/// A device that gets commands has a hook for them, whose function has other parameters than the rest.
#[test]
fn a_device_that_gets_commands_has_a_hook_for_them() {
    let model = Synthetic { devices: vec!["npu".into()], ..Synthetic::new("net").memory(Memory::External) };
    let call = "  if (TVMDeviceNpuInvoke(resource, n ? p0 : T_add, 4, NULL, NULL, 0) != 0) return -1;\n";
    let (archive, library) = edited(&model, "lib1.c", |text| {
        let from = text.find("  for (int32_t i = 0").expect("a loop");
        format!("{}{call}{}", &text[..from], &text[from..])
    });
    let generated = generate(&archive, &library, &library.modules[0], &Options::default()).expect("an interface");
    let file = |name: &str| {
        let file = generated.files.iter().find(|file| file.path.rsplit('/').next() == Some(name)).expect("a file");
        std::str::from_utf8(&file.contents).expect("text")
    };
    let parameters = "const void *commands, int32_t command_bytes, uint64_t *bases, size_t *sizes, int32_t count";
    assert!(file("net_lib1.c").contains(&format!("int32_t TVMDeviceNpuInvoke(void *context, {parameters});")));
    let header = file("net.h");
    for expected in [
        &format!("int32_t (*invoke)(tvm_device_npu_t *device, {parameters});")[..],
        &format!("int32_t TVMDeviceNpuInvoke(void *context, {parameters}) {{"),
        "#define TVM_DEVICE_NPU_FUNCTIONS_INVOKE\n",
        "#error \"include the header of this model before those of other models with a device npu\"",
    ] {
        assert!(header.contains(expected), "{expected}: {header}");
    }
}

#[test]
fn operators_through_tvms_own_runtime_are_refused_by_name() {
    let mut model = Synthetic::new("net");
    model.operator_begin = "  TVMBackendGetFuncFromEnv(NULL, \"tvm.contrib.sort.argsort\", NULL);\n".to_owned();
    let (archive, library) = model.library();
    let error = generate(&archive, &library, &library.modules[0], &Options::default()).expect_err("a refusal");
    let expected = "its C calls 'tvm.contrib.sort.argsort' by name, a function of TVM's own runtime; build the model without \
                    the operator argsort";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_failing_operator_fails_the_run_and_the_next_run_has_all_memory() {
    // Each run would lose one block if the arena were not reset after a failure.
    let mut model = Synthetic::new("net").memory(Memory::Runtime);
    model.operator_begin = "  static int calls; if (++calls % 2) return -1;\n".into();
    let directory = tempfile::tempdir().expect("a directory");
    let generated = generate_synthetic(directory.path(), &model, &Options::default());
    let main = directory.path().join("main.c");
    std::fs::write(
        &main,
        "#include \"net.h\"\nstatic uint8_t memory[TVM_NET_WORKSPACE_BYTES];\nint main(void) {\n  \
         TVMContext context;\n  tvm_net_input_t in = { { 1, 2, 3, 4 } };\n  tvm_net_output_t out;\n  \
         TVMInputs_net inputs = TVM_NET_INPUTS(&in);\n  TVMOutputs_net outputs = TVM_NET_OUTPUTS(&out);\n  int i;\n  \
         TVMSetWorkspaces(&context, memory);\n  for (i = 0; i < 20; i++) {\n    \
         if (TVMExecute(&net, &inputs, &outputs, &context) != (i % 2 ? 0 : -1)) {\n      return 1 + i;\n    }\n  }\n  \
         return out.y[3] == 5 ? 0 : 100;\n}\n",
    )
    .expect("a main file");
    let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
    succeed(&mut Command::new(program(directory.path(), &main, &[], &objects)));
    assert_eq!(generated.facts.workspaces[0].facts.aligned_bytes, 32);
}

#[test]
fn functions_that_can_not_be_provided_are_refused_by_name() {
    for (call, word) in [
        ("TVMFuncCall(NULL, NULL, NULL, 0, NULL, NULL)", "TVMFuncCall"),
        ("TVMBackendGetFuncFromEnv(NULL, NULL, NULL)", "TVMBackendGetFuncFromEnv"),
        ("TVMBackendRegisterSystemLibSymbol(NULL, NULL)", "TVMBackendRegisterSystemLibSymbol"),
        ("TVMSomething(1)", "TVMSomething"),
    ] {
        let mut model = Synthetic::new("net");
        model.operator_begin = format!("  (void){call};\n");
        let (archive, library) = model.library();
        let error = generate(&archive, &library, &library.modules[0], &Options::default()).expect_err("a refusal");
        assert!(error.to_string().contains(word) && error.to_string().contains("'net'"), "{error}");
    }
}

#[test]
fn memory_that_can_not_be_sized_is_refused() {
    for (text, word) in [
        ("  void* a = TVMBackendAllocWorkspace(1, 0, (uint64_t)n, 0, 8);\n", "'a'"),
        (
            "  void* a = TVMBackendAllocWorkspace(1, 0, (uint64_t)8, 0, 8);\n  \
             void* b = TVMBackendAllocWorkspace(1, 0, (uint64_t)8, 0, 8);\n  \
             TVMBackendFreeWorkspace(1, 0, a);\n  TVMBackendFreeWorkspace(1, 0, b);\n",
            "frees 'a'",
        ),
    ] {
        let mut model = Synthetic::new("net").memory(Memory::Runtime);
        model.operator_begin = text.to_owned();
        let (archive, library) = model.library();
        let error = generate(&archive, &library, &library.modules[0], &Options::default()).expect_err("a refusal");
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn memory_of_operators_counts() {
    let mut model = Synthetic::new("net").memory(Memory::Runtime);
    model.operator_begin = "  void* a = TVMBackendAllocWorkspace(1, 0, (uint64_t)100, 0, 8);\n  \
                            void* b = TVMBackendAllocWorkspace(1, 0, (uint64_t)1, 0, 8);\n  \
                            if (a == NULL || b == NULL) return -1;\n  \
                            TVMBackendFreeWorkspace(1, 0, b);\n  TVMBackendFreeWorkspace(1, 0, a);\n"
        .into();
    let generated = runs(&model, &Options::default());
    assert_eq!(generated.facts.workspaces[0].facts.aligned_bytes, 16 + 112 + 16);
}

#[test]
fn tasks_run_one_after_the_other() {
    let mut model = Synthetic::new("net");
    model.operator_begin = "  struct { int8_t* p0; int tasks; } work = { p0, 0 };\n  \
                            if (TVMBackendParallelLaunch(net_task, &work, 4) != 0 || work.tasks != 1) return -1;\n"
        .into();
    // A separate task before the operators.
    let (archive, library) = edited(&model, "codegen/host/src/net_lib1.c", |text| {
        text.replace("#include <stdbool.h>\n",
        "#include <stdbool.h>\nstatic int net_task(int task_id, TVMParallelGroupEnv* env, void* data) {\n  \
         struct { int8_t* p0; int tasks; }* work = data;\n  if (TVMBackendParallelBarrier(task_id, env) != 0) return -1;\n  \
         work->tasks += env->num_task == 1 && task_id == 0;\n  return 0;\n}\n",
    )
    });
    library_runs(&archive, &library);
}

#[test]
fn devices_are_passed_through_and_their_hooks_called() {
    let mut model = Synthetic::new("net");
    model.devices = vec!["ethos_u".into()];
    model.operator_begin = "  if (resource == NULL) return -1;\n".into();
    let directory = tempfile::tempdir().expect("a directory");
    let generated = generate_synthetic(directory.path(), &model, &Options::default());
    assert_eq!(generated.brought.len(), 4);
    let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
    succeed(&mut Command::new(program(directory.path(), &c_file("devices.c"), &[], &objects)));
}

#[test]
fn a_nested_run_is_refused_if_memory_is_static() {
    for memory in [Memory::Internal, Memory::Runtime] {
        let mut model = Synthetic::new("net").memory(memory);
        model.operator_begin = "  { extern int nested(void); if (nested() != 0) return -1; }\n".into();
        let directory = tempfile::tempdir().expect("a directory");
        let generated = generate_synthetic(directory.path(), &model, &Options::default());
        let objects = objects(directory.path(), &generated, &["gcc", "-std=c99"]);
        succeed(&mut Command::new(program(directory.path(), &c_file("nested.c"), &[], &objects)));
    }
}

#[test]
fn the_output_depends_on_nothing_else() {
    let model = Synthetic::new("net").memory(Memory::Runtime);
    let generate_once = || {
        let (archive, library) = model.library();
        generate(&archive, &library, &library.modules[0], &Options::default()).expect("an interface").files
    };
    let first = generate_once();
    assert_eq!(first, generate_once());
    assert!(first.windows(2).all(|pair| pair[0].path < pair[1].path));
    let text: String = first.iter().map(|file| String::from_utf8_lossy(&file.contents).into_owned()).collect();
    assert!(!text.contains(env!("CARGO_MANIFEST_DIR")));
}
