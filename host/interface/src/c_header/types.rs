//! The header's types: structs that hold tensors, structs of pointers.

use crate::c_header::fragments::section;
use crate::checked::plan::Plan;
use crate::facts::{Facts, Named, TensorFacts};
use std::fmt::Write;
use tvm_embedded_mlf::DType;

/// The C type of one element; bytes for types without a C name.
pub fn element_type(facts: &TensorFacts) -> &'static str {
    match facts.dtype {
        Some(DType { code: 0, bits: 8, .. }) => "int8_t",
        Some(DType { code: 0, bits: 16, .. }) => "int16_t",
        Some(DType { code: 0, bits: 32, .. }) => "int32_t",
        Some(DType { code: 0, bits: 64, .. }) => "int64_t",
        Some(DType { code: 1, bits: 16, .. } | DType { code: 2 | 4, bits: 16, .. }) => "uint16_t",
        Some(DType { code: 1, bits: 32, .. }) => "uint32_t",
        Some(DType { code: 1, bits: 64, .. }) => "uint64_t",
        Some(DType { code: 2, bits: 32, .. }) => "float",
        Some(DType { code: 2, bits: 64, .. }) => "double",
        _ => "uint8_t",
    }
}

fn element_bytes(facts: &TensorFacts) -> u32 {
    match element_type(facts) {
        "int16_t" | "uint16_t" => 2,
        "int32_t" | "uint32_t" | "float" => 4,
        "int64_t" | "uint64_t" | "double" => 8,
        _ => 1,
    }
}

/// Number of elements of that type.
pub fn element_count(facts: &TensorFacts) -> u32 {
    facts.bytes / element_bytes(facts)
}

/// `1 * 8 * 8 * 4` if the product of the dimensions is the size, else the number itself.
fn length(facts: &TensorFacts) -> String {
    let total = element_count(facts);
    match &facts.shape {
        Some(shape) if !shape.is_empty() && facts.elements == total => {
            shape.iter().map(i32::to_string).collect::<Vec<_>>().join(" * ")
        }
        _ => total.to_string(),
    }
}

/// Where a tensor inside a workspace begins, as an expression of C; `place` is INPUT or OUTPUT.
pub fn mapped_address(plan: &Plan<'_>, place: &str, tensor: &Named<TensorFacts>) -> String {
    let prefix = plan.macro_prefix();
    let at = format!("{prefix}_{place}_{}", tensor.c_name.to_ascii_uppercase());
    // Placed tensors only: others have no such macros.
    let workspace = tensor.facts.placement.map_or(0, |placement| usize::from(placement.workspace));
    let pool = plan.facts.workspaces[workspace].c_name.to_ascii_uppercase();
    format!(
        "TVMWorkspaceStart(context, {prefix}_WORKSPACE_COUNT, {at}_WORKSPACE, {prefix}_WORKSPACE_{pool}_ALIGNMENT) + {at}_OFFSET"
    )
}

/// True when a tensor of the list is inside a workspace.
pub fn placed(tensors: &[Named<TensorFacts>]) -> bool {
    tensors.iter().any(|tensor| tensor.facts.placement.is_some())
}

/// The structs that hold the tensors.
pub fn tensors(out: &mut String, plan: &Plan<'_>) {
    let Facts { symbol, inputs, outputs, .. } = &plan.facts;
    let sides = [("input", inputs), ("output", outputs)];
    if sides.iter().any(|(_, tensors)| !placed(tensors) && tensors.iter().any(over_aligned)) {
        out.push_str(ALIGNED);
    }
    for (side, tensors) in sides {
        if tensors.is_empty() || placed(tensors) {
            continue;
        }
        section(out, &format!("The {side}s themselves, to be declared where you want them"));
        out.push_str("typedef struct {\n");
        for tensor in tensors {
            let align = match over_aligned(tensor) {
                true => format!("TVM_ALIGNED({}) ", tensor.facts.alignment),
                false => String::new(),
            };
            let _ =
                writeln!(out, "  {align}{} {}[{}];", element_type(&tensor.facts), tensor.c_name, length(&tensor.facts));
        }
        let _ = writeln!(out, "}} tvm_{symbol}_{side}_t;");
    }
}

/// True when the element type alone does not give the alignment.
pub fn over_aligned(tensor: &Named<TensorFacts>) -> bool {
    // A 32-bit target may align 64-bit types to 4 bytes.
    tensor.facts.alignment > element_bytes(&tensor.facts).min(4)
}

/// Alignment in any dialect of C and C++.
pub const ALIGNED: &str = "
#ifndef TVM_ALIGNED
#if defined(__cplusplus)
#define TVM_ALIGNED(bytes) alignas(bytes)
#elif defined(__GNUC__) || defined(__clang__)
#define TVM_ALIGNED(bytes) __attribute__((aligned(bytes)))
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define TVM_ALIGNED(bytes) _Alignas(bytes)
#else
#error \"define TVM_ALIGNED(bytes) to the attribute that aligns a variable with this compiler\"
#endif
#endif
";

/// The structs of pointers.
pub fn pointers(out: &mut String, plan: &Plan<'_>) {
    let facts = &plan.facts;
    section(out, "Pointers for a run");
    let typed = |tensors: &[Named<TensorFacts>], constant: bool| -> Vec<(String, String)> {
        let pointer = |tensor: &Named<TensorFacts>| {
            let constant = if constant && tensor.facts.placement.is_none() { "const " } else { "" };
            (format!("{constant}{} *", element_type(&tensor.facts)), tensor.c_name.clone())
        };
        tensors.iter().map(pointer).collect()
    };
    structure(out, plan, "Inputs", &typed(&facts.inputs, true));
    structure(out, plan, "Outputs", &typed(&facts.outputs, false));
    let members = |names: Vec<&String>, ctype: &str| -> Vec<(String, String)> {
        names.into_iter().map(|name| (ctype.to_owned(), name.clone())).collect()
    };
    structure(out, plan, "Workspaces", &members(facts.workspaces.iter().map(|w| &w.c_name).collect(), "void *"));
    structure(out, plan, "Parameters", &members(facts.parameters.iter().map(|p| &p.c_name).collect(), "const void *"));
    structure(out, plan, "Devices", &members(facts.devices.iter().map(|d| &d.c_name).collect(), "void *"));
}

fn structure(out: &mut String, plan: &Plan<'_>, stem: &str, members: &[(String, String)]) {
    if members.is_empty() {
        return;
    }
    let name = format!("TVM{stem}_{}", plan.symbol());
    let _ = writeln!(out, "typedef struct {name} {{");
    for (ctype, member) in members {
        let _ = writeln!(out, "  {ctype}{member};");
    }
    let _ = writeln!(out, "}} {name};");
}
