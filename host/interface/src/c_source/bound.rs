//! What the entry reads from a context: with the library's functions, or without the library with those of its header.

use crate::c_header::types::mapped_address;
use crate::c_source::arguments::{data_symbol, parameter_name};
use crate::checked::plan::{Argument, Plan};
use crate::facts::{Named, TensorFacts};
use std::fmt::Write;

/// What the library reads from a context and checks: parameters and devices.
pub fn fetched(arguments: &[Argument]) -> Vec<Argument> {
    let mut fetched: Vec<Argument> = Vec::new();
    fetched.extend(arguments.iter().filter(|a| matches!(a, Argument::Parameter(_))));
    fetched.extend(arguments.iter().filter(|a| matches!(a, Argument::Device(_))));
    fetched
}

/// Reads each of them.
pub fn fetch(out: &mut String, plan: &Plan<'_>, fetched: &[Argument]) {
    let (symbol, prefix) = (plan.symbol(), plan.macro_prefix());
    for &argument in fetched {
        let name = parameter_name(argument);
        match argument {
            Argument::Parameter(index) => {
                let parameter = &plan.facts.parameters[index];
                let at = format!("{prefix}_PARAMETER_{}", parameter.c_name.to_ascii_uppercase());
                let data = if parameter.facts.carried { data_symbol(plan, parameter) } else { "NULL".to_owned() };
                let alone = format!(
                    "TVMParameterOf(context, {prefix}_PARAMETER_COUNT, {index}, {data}, {at}_BYTES,\n      {at}_ALIGNMENT, &{name})"
                );
                checked(out, &alone, &format!("TVMGetParameter(&{symbol}, context, {index}, &{name})"));
            }
            Argument::Device(index) => {
                let alone = format!("TVMDeviceOf(context, {prefix}_DEVICE_COUNT, {index}, &{name})");
                checked(out, &alone, &format!("TVMGetDevice(&{symbol}, context, {index}, &{name})"));
            }
            // Workspaces and tensors are not read here.
            Argument::Workspace(_) | Argument::Input(_) | Argument::Output(_) | Argument::Internal(_) => {}
        }
    }
}

/// Checks that tensors inside a workspace have the right addresses.
pub fn check_mapped(out: &mut String, plan: &Plan<'_>) {
    let symbol = plan.symbol();
    let alone = format!("tvm_{symbol}_check_mapped(context, inputs, outputs)");
    checked(out, &alone, &format!("TVMCheckMapped(&{symbol}, context, inputs, outputs)"));
}

/// A call whose status ends the entry, without and with the library.
fn checked(out: &mut String, alone: &str, call: &str) {
    let _ = write!(
        out,
        "#ifdef TVM_EMBEDDED_NO_LIBRARY\n  status = {alone};\n#else\n  status = {call};\n#endif\n  \
         if (status != TVM_STATUS_OK) {{\n    return status;\n  }}\n"
    );
}

/// The check of `TVMCheckMapped`, for this model only.
pub fn mapped_without_library(out: &mut String, plan: &Plan<'_>) {
    if !plan.has_placed_tensors() {
        return;
    }
    let symbol = plan.symbol();
    let _ = write!(
        out,
        "\n#ifdef TVM_EMBEDDED_NO_LIBRARY\n/* Whether tensors inside a workspace are where TVMMapInputs_{symbol} and TVMMapOutputs_{symbol} say. */\n\
         static int32_t tvm_{symbol}_check_mapped(const TVMContext *context, const void *inputs, const void *outputs) {{\n"
    );
    let sides = [("Inputs", "INPUT", &plan.facts.inputs), ("Outputs", "OUTPUT", &plan.facts.outputs)];
    for (what, place, tensors) in sides {
        let lower = what.to_ascii_lowercase();
        let placed: Vec<&Named<TensorFacts>> = tensors.iter().filter(|t| t.facts.placement.is_some()).collect();
        if placed.is_empty() {
            let _ = writeln!(out, "  (void){lower};");
            continue;
        }
        let differ: Vec<String> = (placed.iter())
            .map(|tensor| {
                let address = mapped_address(plan, place, tensor);
                format!("(const void *)at->{} != (const void *)({address})", tensor.c_name)
            })
            .collect();
        let _ = write!(
            out,
            "  if ({lower} != NULL) {{\n    const TVM{what}_{symbol} *at = (const TVM{what}_{symbol} *){lower};\n    \
             if ({}) {{\n      return TVM_STATUS_TENSOR_NOT_IN_WORKSPACE;\n    }}\n  }}\n",
            differ.join(" ||\n        ")
        );
    }
    out.push_str("  return TVM_STATUS_OK;\n}\n#endif\n");
}
