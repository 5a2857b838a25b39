//! Runs with hooks and in parts, of models whose C has the second form of the main function.

use crate::c_source::arguments::{outer, types};
use crate::c_source::call;
use crate::checked::plan::{Argument, Plan};
use std::fmt::Write;

/// The functions, for programs that define `TVM_EMBEDDED_LAYERS`.
pub fn functions(out: &mut String, plan: &Plan<'_>) {
    let Some(main) = plan.layers_symbol() else { return };
    let symbol = plan.symbol();
    let get = plan.layer_symbol();
    let hooks = "const TVMLayerHooks *hooks, TVMRun *run";
    let _ = write!(
        out,
        "\n#ifdef TVM_EMBEDDED_LAYERS\n/* In the archive's C. */\nint32_t {main}({}, {hooks});\nconst TVMLayer *{get}(uint32_t index);\n",
        types(&plan.arguments)
    );
    let _ = write!(
        out,
        "\nstatic int32_t tvm_{symbol}_layers(const void *inputs, const void *outputs, const TVMContext *context,\n    {hooks}) {{\n"
    );
    let arguments = outer(plan);
    call::locals(out, plan, &arguments);
    let values: Vec<String> = arguments.iter().map(|&argument| call::value(plan, argument)).collect();
    let _ = writeln!(out, "  return {main}({},\n      hooks, run);\n}}", values.join(",\n      "));
    memory(out, plan);
    begin(out, plan);
    step(out, plan);
    whole(out, plan);
    let _ = write!(out, "\nconst TVMLayer *TVMGetLayer_{symbol}(uint32_t index) {{\n  return {get}(index);\n}}\n");
    data(out, plan, &arguments);
    out.push_str("#endif /* TVM_EMBEDDED_LAYERS */\n");
}

/// A number derived from the addresses of the workspaces.
fn memory(out: &mut String, plan: &Plan<'_>) {
    let (symbol, prefix) = (plan.symbol(), plan.macro_prefix());
    let _ = write!(
        out,
        "\n/* A number derived from the addresses of the workspaces. */\nstatic uintptr_t tvm_{symbol}_memory(const TVMContext *context) {{\n  \
         uintptr_t memory = 0u;\n"
    );
    for (i, workspace) in plan.facts.workspaces.iter().enumerate() {
        let name = workspace.c_name.to_ascii_uppercase();
        let _ = writeln!(
            out,
            "  memory = (memory * 31u) + TVM_CAST(uintptr_t, TVMWorkspaceStart(context, {prefix}_WORKSPACE_COUNT, {i}, \
             {prefix}_WORKSPACE_{name}_ALIGNMENT));"
        );
    }
    if plan.facts.workspaces.is_empty() {
        out.push_str("  (void)context;\n");
    }
    out.push_str("  return memory;\n}\n");
}

/// The checks of `TVMExecute_my_model`.
fn checks(out: &mut String, plan: &Plan<'_>) {
    let wanted = |tensors: &[crate::facts::Named<crate::facts::TensorFacts>]| {
        tensors.iter().any(|tensor| tensor.facts.placement.is_none())
    };
    let all = [
        (wanted(&plan.facts.inputs), "inputs", "INPUTS"),
        (wanted(&plan.facts.outputs), "outputs", "OUTPUTS"),
        (!plan.facts.workspaces.is_empty(), "context", "CONTEXT"),
    ];
    for (_, name, status) in all.iter().filter(|(needed, ..)| *needed) {
        let _ = write!(out, "  if ({name} == NULL) {{\n    return TVM_STATUS_NULL_{status};\n  }}\n");
    }
}

fn begin(out: &mut String, plan: &Plan<'_>) {
    let symbol = plan.symbol();
    let _ = write!(
        out,
        "\n{} {{\n  if (run == NULL) {{\n    return TVM_STATUS_NULL_ARGUMENT;\n  }}\n",
        crate::c_header::layers::begin_prototype(plan)
    );
    checks(out, plan);
    let _ = write!(
        out,
        "  run->entry = tvm_{symbol}_layers;\n  run->inputs = inputs;\n  run->outputs = outputs;\n  run->context = context;\n  \
         run->memory = tvm_{symbol}_memory(context);\n  run->hooks = TVMBothHooks(hooks);\n  run->remaining = 0u;\n  \
         run->position = 0u;\n  run->test = 0;\n  return TVM_STATUS_OK;\n}}\n"
    );
}

fn step(out: &mut String, plan: &Plan<'_>) {
    let symbol = plan.symbol();
    let _ = write!(
        out,
        "\nint32_t TVMStep_{symbol}(TVMRun *run, uint32_t layers) {{\n  if (run == NULL) {{\n    return TVM_STATUS_NULL_ARGUMENT;\n  }}\n  \
         if (run->entry == NULL) {{\n    return TVM_STATUS_RUN_NOT_BEGUN;\n  }}\n  \
         if (run->entry != tvm_{symbol}_layers) {{\n    return TVM_STATUS_WRONG_RUN;\n  }}\n  \
         if (run->memory != tvm_{symbol}_memory(run->context)) {{\n    return TVM_STATUS_WORKSPACE_CHANGED;\n  }}\n  \
         return TVMStepRun(run, layers);\n}}\n"
    );
}

fn whole(out: &mut String, plan: &Plan<'_>) {
    let symbol = plan.symbol();
    let _ = write!(
        out,
        "\n{} {{\n  const TVMLayerHooks both = TVMBothHooks(hooks);\n  TVMRun run;\n  int32_t status;\n",
        crate::c_header::layers::execute_prototype(plan)
    );
    checks(out, plan);
    let _ = write!(
        out,
        "  run.position = 0u;\n  run.test = 0;\n  status = tvm_{symbol}_layers(inputs, outputs, context, &both, &run);\n  \
         return (status == TVM_STATUS_UNFINISHED) ? TVM_STATUS_ABORTED : status;\n}}\n"
    );
}

/// The address of the bytes that a layer wrote.
fn data(out: &mut String, plan: &Plan<'_>, arguments: &[Argument]) {
    let _ = write!(out, "\n{} {{\n  const uint8_t *memory = NULL;\n", crate::c_header::layers::data_prototype(plan));
    let has = |is: fn(&Argument) -> bool| arguments.iter().any(is);
    let unused = [
        (!has(|a| matches!(a, Argument::Input(_))), "inputs"),
        (!has(|a| matches!(a, Argument::Output(_))), "outputs"),
        (!has(|a| matches!(a, Argument::Workspace(_))), "context"),
    ];
    for (_, name) in unused.iter().filter(|(unused, _)| *unused) {
        let _ = writeln!(out, "  (void){name};");
    }
    out.push_str("  switch (output->memory) {\n");
    for (i, &argument) in arguments.iter().enumerate() {
        let facts = &plan.facts;
        let place = match argument {
            Argument::Input(i) => format!("TVM_CAST(const uint8_t *, inputs->{})", facts.inputs[i].c_name),
            Argument::Output(i) => format!("TVM_CAST(const uint8_t *, outputs->{})", facts.outputs[i].c_name),
            Argument::Workspace(_) => call::value(plan, argument),
            // No layer writes to these.
            Argument::Parameter(_) | Argument::Device(_) | Argument::Internal(_) => continue,
        };
        let _ = write!(out, "    case {i}u:\n      memory = {place};\n      break;\n");
    }
    out.push_str("    default:\n      break;\n  }\n  return (memory != NULL) ? &memory[output->offset] : NULL;\n}\n");
}
