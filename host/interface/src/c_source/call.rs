//! The entry, and the calls into the archive's C.

use crate::c_source::arguments::{inner_values, outer, parameter_name, parameters, types};
use crate::c_source::bound;
use crate::c_source::packed;
use crate::c_source::services;
use crate::checked::plan::{Argument, Plan};
use std::fmt::Write;
use tvm_embedded_mlf::MainParameter;

/// The function that runs the model with the memory inside the archive's C: written after that memory, in its file.
pub fn main_with_pools(plan: &Plan<'_>) -> String {
    format!("TVMMain_{}", plan.symbol())
}

/// Declares the functions that the entry calls.
pub fn prototypes(out: &mut String, plan: &Plan<'_>) {
    out.push_str("\n/* In the archive's C. */\n");
    if plan.calls_from_archive() {
        let _ = writeln!(out, "int32_t {}({});", main_with_pools(plan), types(&outer(plan)));
    } else {
        main_prototype(out, plan);
    }
    if let Some(symbol) = plan.reset_symbol() {
        let _ = writeln!(out, "struct {} {{", pools_struct(plan));
        for pool in &plan.module.pools {
            let _ = writeln!(out, "  void *{};", crate::checked::names::member(&pool.name));
        }
        let _ = writeln!(out, "}};\nvoid {symbol}(struct {} *workspace_pools);", pools_struct(plan));
    }
}

fn pools_struct(plan: &Plan<'_>) -> String {
    format!("{}_workspace_pools", plan.module.header_prefix.as_deref().unwrap_or(&plan.module.prefix))
}

/// Declares the archive's main function.
pub fn main_prototype(out: &mut String, plan: &Plan<'_>) {
    let symbol = plan.symbols.renamed(&plan.module.main_symbol);
    let parameters = match plan.is_packed() {
        true => packed::PARAMETERS.to_owned(),
        false => types(&plan.arguments),
    };
    let _ = writeln!(out, "int32_t {symbol}({parameters});");
}

/// `TVMEntry_my_model`.
pub fn entry(out: &mut String, plan: &Plan<'_>) {
    let symbol = plan.symbol();
    let packed_here = plan.is_packed() && !plan.calls_from_archive();
    bound::mapped_without_library(out, plan);
    if packed_here {
        let name = format!("tvm_{symbol}_packed");
        out.push_str("\n/* Wraps the pointers in the arguments of the archive's main function. */\n");
        packed::main(out, plan, &format!("static int32_t {name}"), &plan.arguments);
    }
    if plan.exclusive {
        let _ = write!(
            out,
            "\n/* The model works in static memory: a call from a callback or an interrupt during a run is refused. */\n\
             static volatile uint8_t tvm_{symbol}_busy;\n"
        );
    }
    let _ = write!(
        out,
        "\nint32_t TVMEntry_{symbol}(const void *inputs, const void *outputs, const TVMContext *context) {{\n"
    );
    let arguments = outer(plan);
    locals(out, plan, &arguments);
    let callee = match (plan.calls_from_archive(), packed_here) {
        (true, _) => main_with_pools(plan),
        (false, true) => format!("tvm_{symbol}_packed"),
        (false, false) => plan.symbols.renamed(&plan.module.main_symbol),
    };
    let values: Vec<String> = arguments.iter().map(|&argument| value(plan, argument)).collect();
    let call = format!("{callee}({})", values.join(",\n      "));
    if plan.exclusive {
        guarded(out, plan, &call);
    } else {
        let _ = writeln!(out, "  return {call};");
    }
    out.push_str("}\n");
}

/// The structs with their types, what the context holds in addition to workspaces, and casts for unused parameters.
pub fn locals(out: &mut String, plan: &Plan<'_>, arguments: &[Argument]) {
    let symbol = plan.symbol();
    let has = |is: fn(&Argument) -> bool| arguments.iter().any(is);
    let (inputs, outputs) = (has(|a| matches!(a, Argument::Input(_))), has(|a| matches!(a, Argument::Output(_))));
    if inputs {
        let _ = writeln!(out, "  const TVMInputs_{symbol} *in = (const TVMInputs_{symbol} *)inputs;");
    }
    if outputs {
        let _ = writeln!(out, "  const TVMOutputs_{symbol} *out = (const TVMOutputs_{symbol} *)outputs;");
    }
    let fetched = bound::fetched(arguments);
    for &argument in &fetched {
        let constant = if matches!(argument, Argument::Parameter(_)) { "const " } else { "" };
        let _ = writeln!(out, "  {constant}void *{};", parameter_name(argument));
    }
    let mapped = plan.has_placed_tensors();
    if plan.exclusive || plan.module.compiled.is_some() || mapped || !fetched.is_empty() {
        out.push_str("  int32_t status;\n");
    }
    for (name, used) in [("inputs", inputs || mapped), ("outputs", outputs || mapped)] {
        if !used {
            let _ = writeln!(out, "  (void){name};");
        }
    }
    if !has(|a| matches!(a, Argument::Workspace(_))) && plan.arena.is_none() && !mapped && fetched.is_empty() {
        out.push_str("  (void)context;\n");
    }
    bound::fetch(out, plan, &fetched);
    if mapped {
        bound::check_mapped(out, plan);
    }
}

pub fn value(plan: &Plan<'_>, argument: Argument) -> String {
    let facts = &plan.facts;
    let prefix = plan.macro_prefix();
    match argument {
        // TVM's C does not use const, although it only reads its inputs and parameters.
        Argument::Input(i) => format!("(void *)(uintptr_t)in->{}", facts.inputs[i].c_name),
        Argument::Output(i) => format!("out->{}", facts.outputs[i].c_name),
        Argument::Workspace(i) => {
            let name = facts.workspaces[i].c_name.to_ascii_uppercase();
            format!("TVMWorkspaceStart(context, {prefix}_WORKSPACE_COUNT, {i}, {prefix}_WORKSPACE_{name}_ALIGNMENT)")
        }
        Argument::Parameter(_) => format!("(uint8_t *)(uintptr_t){}", parameter_name(argument)),
        // `outer` has left internal memory out.
        Argument::Device(_) | Argument::Internal(_) => parameter_name(argument),
    }
}

/// A run with static memory.
fn guarded(out: &mut String, plan: &Plan<'_>, call: &str) {
    let symbol = plan.symbol();
    let _ = write!(
        out,
        "  if (tvm_{symbol}_busy != 0u) {{\n    return TVM_STATUS_BUSY;\n  }}\n  tvm_{symbol}_busy = 1u;\n"
    );
    if let Some(i) = plan.arena {
        let name = plan.facts.workspaces[i].c_name.to_ascii_uppercase();
        let bytes = format!("{}_WORKSPACE_{name}_ALIGNED_BYTES", plan.macro_prefix());
        services::begin(out, plan, &value(plan, Argument::Workspace(i)), &bytes);
    }
    let _ = writeln!(out, "  status = {call};");
    if plan.arena.is_some() {
        // Some releases of TVM ignore what an operator returns.
        let _ = write!(out, "  if (status == 0 && tvm_{symbol}_arena.failures != 0) {{\n    status = -1;\n  }}\n");
    }
    let _ = write!(out, "  tvm_{symbol}_busy = 0u;\n  return status;\n");
}

/// The function after the archive's static memory, written at the end of its file.
pub fn main_in_archive(plan: &Plan<'_>, declare: bool) -> String {
    let mut out = String::new();
    let name = main_with_pools(plan);
    let _ = write!(out, "\n/* Added by tvm-embedded: runs the model with the memory of this file. */\n");
    if declare {
        main_prototype(&mut out, plan);
    }
    let arguments = outer(plan);
    let _ = writeln!(out, "int32_t {name}({});", types(&arguments));
    if plan.is_packed() {
        packed::main(&mut out, plan, &format!("int32_t {name}"), &arguments);
        return out;
    }
    let main = plan.symbols.renamed(&plan.module.main_symbol);
    let values: Vec<String> = inner_values(plan);
    let _ = write!(
        out,
        "int32_t {name}({}) {{\n  return {main}({});\n}}\n",
        parameters(&arguments),
        values.join(",\n      ")
    );
    out
}

/// `TVMResetEntry_my_model`.
pub fn reset(out: &mut String, plan: &Plan<'_>) {
    let Some(reset) = plan.reset_symbol() else {
        return;
    };
    let symbol = plan.symbol();
    // Pool arguments are in the order of the pools, as in the archive's struct.
    let pools: Vec<(usize, Argument)> = (plan.module.main_parameters.iter().zip(&plan.arguments))
        .filter_map(|(parameter, argument)| match parameter {
            MainParameter::Pool(i) => Some((*i, *argument)),
            _ => None,
        })
        .collect();
    let fetched = bound::fetched(&pools.iter().map(|(_, argument)| *argument).collect::<Vec<_>>());
    let _ = write!(
        out,
        "\nint32_t TVMResetEntry_{symbol}(const TVMContext *context) {{\n  struct {} pools;\n",
        pools_struct(plan)
    );
    for &argument in &fetched {
        let _ = writeln!(out, "  const void *{};", parameter_name(argument));
    }
    if !fetched.is_empty() {
        out.push_str("  int32_t status;\n");
    }
    bound::fetch(out, plan, &fetched);
    for (i, argument) in pools {
        let name = crate::checked::names::member(&plan.module.pools[i].name);
        let _ = writeln!(out, "  pools.{name} = {};", value(plan, argument));
    }
    let _ = write!(out, "  {reset}(&pools);\n  return 0;\n}}\n");
}
