//! C of archives whose layout or behaviour differs from TVM's.

use crate::common::synthetic::Memory;
use crate::modules::{changed, edited, edited_at, net, text};
use tvm_embedded_interface::{Options, generate};
use tvm_embedded_mlf::{Archive, Code, Library, PoolKind};

#[test]
fn an_archive_without_its_own_c() {
    let mut model = net(Memory::External);
    model.wrong_outputs = true;
    let (archive, _) = model.library();
    let members = archive.members().iter().filter(|member| !member.path.ends_with("lib1.c"));
    let bytes = tvm_embedded_mlf::write_tar(members.map(|m| (m.path.clone(), m.data.clone()))).expect("a tar file");
    let archive = Archive::from_bytes("bare.tar", &bytes, Default::default()).expect("an archive");
    let library = Library::parse(&archive).expect("a library");
    let generated = generate(&archive, &library, &library.modules[0], &Options::default()).expect("C");
    assert_eq!(generated.sources, ["net.c"]);
    assert!(!text(&generated, "CMakeLists.txt").contains("What the archive's C warns of"));
    assert_eq!(generated.repairs.len(), 1);
    assert_eq!(generated.repairs[0].code, Some(Code::MemberName));
}

#[test]
fn a_wrapper_whose_layout_is_not_tvms() {
    let mut model = net(Memory::Internal);
    model.wrong_outputs = true;
    let declaration = "TVM_DLL int32_t tvmgen_net___tvm_main__(";
    // Without the include, the declaration shows where the wrapper begins; without both nothing does.
    let generated = edited(&model, "lib0.c", "#include <tvmgen_net.h>", "").expect("C");
    assert!(!text(&generated, "archive/net_lib0.c").contains("tvmgen_net_run"));
    let both = |text: &str| text.replace(declaration, "TVM_DLL  int32_t tvmgen_net___tvm_main__(");
    let from = format!("#include <tvmgen_net.h>\n{declaration}");
    let message = edited(&model, "lib0.c", &from, &both(declaration)).expect_err("a refusal");
    assert_eq!(message, "module 'net': 'net_lib0.c' is not laid out as TVM does");
    // A header that the wrapper does not include by its name: no known defect, and the same repair.
    let generated = changed(&net(Memory::Internal), |m| m.included_header = Some("tvmgen_other.h".into())).expect("C");
    assert!(generated.repairs.iter().any(|repair| repair.code.is_none() && repair.text.contains("left out")));
}

#[test]
fn names_that_only_begin_like_a_pool() {
    let comment = "#include <tvmgen_net.h>\n/* &global_workspace2 &global_workspace_too */";
    let generated = edited(&net(Memory::Internal), "lib0.c", "#include <tvmgen_net.h>", comment).expect("C");
    let copy = text(&generated, "archive/net_lib0.c");
    assert!(copy.contains("/* &global_workspace2 &global_workspace_too */"), "{copy}");
    assert!(copy.contains("(uint8_t *)&global_workspace"), "{copy}");
    // Constants that are not declared as by TVM are not changed.
    let generated = changed(&net(Memory::Internal), |m| m.internal_pools[0].kind = PoolKind::Constant).expect("C");
    assert!(generated.repairs.iter().all(|repair| repair.code != Some(Code::WritableConstants)));
}

#[test]
fn constants_that_could_be_written_become_const() {
    let constants = "static struct global_const_workspace {\n  int16_t a_let[2] __attribute__((aligned(16)));\n} \
        global_const_workspace = {\n  .a_let = { 1, 2 },\n};\n#include <tvmgen_net.h>";
    let generated = edited_at(
        &net(Memory::Internal),
        &[
            ("lib0.c", "#include <tvmgen_net.h>", constants),
            ("lib0.c", "uint8_t* workspace_0_var", "uint8_t* workspace_0_var,uint8_t* constants_1_var"),
            ("lib0.c", "&global_workspace)", "(uint8_t*)&global_workspace,&global_const_workspace)"),
            ("lib1.c", "uint8_t* workspace_0_var)", "uint8_t* workspace_0_var, uint8_t* constants_1_var)"),
        ],
    );
    let generated = generated.expect("C");
    let copy = text(&generated, "archive/net_lib0.c");
    assert!(copy.contains("static const struct global_const_workspace {"), "{copy}");
    // An existing cast is not changed.
    assert!(copy.contains("(uint8_t*)&global_workspace,(uint8_t *)&global_const_workspace)"), "{copy}");
    let repairs: Vec<_> = generated.repairs.iter().filter_map(|repair| repair.code).collect();
    assert_eq!(repairs, [Code::WritableConstants, Code::PoolPointerType]);
}

#[test]
fn symbols_without_a_prefix_get_it() {
    let functions = "#define TVM_EXPORTS\nint32_t one(void) { return 1; }\nint32_t two(void) { return 2; }";
    let generated = edited(&net(Memory::External), "lib1.c", "#define TVM_EXPORTS", functions).expect("C");
    let copy = text(&generated, "archive/net_lib1.c");
    assert!(copy.contains("#define one tvmgen_net_one\n#define two tvmgen_net_two\n"), "{copy}");
    let repair = generated.repairs.iter().find(|repair| repair.code == Some(Code::UnprefixedSymbol)).expect("a repair");
    assert_eq!(repair.text, "'one' and 1 more have the model's prefix");
}

#[test]
fn a_registry_with_nothing_after_it() {
    let mut model = net(Memory::External);
    model.registry = true;
    let message = edited(&model, "lib0.c", "#include \"tvm/runtime/c_runtime_api.h\"", "").expect_err("a refusal");
    assert!(message.ends_with("build the model without system-lib") && message.contains("'net_lib0.c'"), "{message}");
}

#[test]
fn switches_over_a_status() {
    for (body, wanted) in [
        (
            "switch (!status) {\n  case 0: break;\n  }",
            "switch (status) {\n  default: return -1;\n  case 0: break;\n  }",
        ),
        ("switch (!status) { case 0: break; default: break; }", "switch (status) { case 0: break; default: break; }"),
        (
            "switch (!status) { default: break; }\n  switch (!status) { default: break; }",
            "switch (status) { default: break; }\n  switch (status) { default: break; }",
        ),
        ("if (n) { switch (!status) case 0: break; } if (n) { n = 1; }", "{ switch (status) case 0: break; }"),
    ] {
        let mut model = net(Memory::External);
        model.operator_begin = format!("  int status = 0;\n  {body}\n");
        let generated = changed(&model, |_| {}).expect("C");
        let copy = text(&generated, "archive/net_lib1.c");
        assert!(copy.contains(wanted), "{copy}");
        assert!(generated.repairs.iter().any(|repair| repair.code == Some(Code::IgnoredKernelErrors)));
    }
}

#[test]
fn statuses_that_are_ignored() {
    let call = "tvmgen_net_add(p0, T_add, n, scratch, resource)";
    for (line, wanted) in [
        (format!("(void){call};"), format!("  if ({call} != 0) return -1;\n")),
        // Only complete calls of functions that the archive defines.
        (format!("(void){call} + 1;"), format!("(void){call} + 1;\n")),
        ("(void)printf(0);".to_owned(), "(void)printf(0);\n".to_owned()),
        ("(void)resource;".to_owned(), "(void)resource;\n".to_owned()),
        (format!("(void){call}"), format!("(void){call}\n")),
    ] {
        let mut model = net(Memory::External);
        model.operator_begin = format!("  {line}\n");
        let generated = changed(&model, |_| {}).expect("C");
        let copy = text(&generated, "archive/net_lib1.c");
        assert!(copy.contains(&wanted), "{copy}");
    }
}

#[test]
fn calls_whose_memory_can_not_be_bounded() {
    let mut model = net(Memory::Runtime);
    model.operator_begin = "  if (n < 0) return tvmgen_net_add(p0, T_add, n, scratch, resource);\n".into();
    let message = changed(&model, |_| {}).expect_err("a refusal");
    assert!(message.starts_with("module 'net': ") && message.contains("'tvmgen_net_add' calls itself"), "{message}");

    let chain = |length: usize| {
        let mut model = net(Memory::Runtime);
        model.operator_begin = format!("  f{length}();\n");
        let mut functions = String::from("{}\nstatic void f0(void) {}\n");
        for i in 1..=length {
            functions += &format!("static void f{i}(void) {{ f{}(); }}\n", i - 1);
        }
        edited(&model, "lib1.c", "// tvm target: c -keys=cpu \n", &functions)
    };
    // The main function, the operator and f62 to f0.
    assert!(chain(62).is_ok());
    let message = chain(63).expect_err("a refusal");
    assert!(message.contains("'f0' is called more than 64 calls deep"), "{message}");
}
