//! Declarations of runs with hooks and in parts.

use crate::checked::plan::Plan;
use crate::facts::{Named, TensorFacts};
use std::fmt::Write;

/// The section, for programs that define `TVM_EMBEDDED_LAYERS`.
pub fn layers(out: &mut String, plan: &Plan<'_>) {
    if plan.layers_symbol().is_none() {
        return;
    }
    let symbol = plan.symbol();
    let _ = write!(
        out,
        "\n#ifdef TVM_EMBEDDED_LAYERS\n\
         /* TVMExecute_{symbol} with a call before and after each layer; hooks may be NULL. TVM_STATUS_ABORTED when one of them\n \
         * did not return 0: the outputs are then undefined, and the next run is not affected. */\n{};\n\n\
         /* Begins a run in parts. Do not change the structs, the context and the memory they point at until the last step. Checks\n \
         * for NULL. */\n{};\n\n\
         /* Runs up to `layers` layers. TVM_STATUS_OK: the run is complete, and the outputs are valid.\n \
         * TVM_STATUS_UNFINISHED: call it again. TVM_STATUS_RUN_NOT_BEGUN, TVM_STATUS_WRONG_RUN, TVM_STATUS_WORKSPACE_CHANGED:\n \
         * nothing ran. Anything else ends the run, as it ends TVMExecuteLayers_{symbol}. */\n\
         int32_t TVMStep_{symbol}(TVMRun *run, uint32_t layers);\n\n\
         /* Layer number `index`; NULL after the last one. */\nconst TVMLayer *TVMGetLayer_{symbol}(uint32_t index);\n\n\
         /* The bytes that a layer has written: in its hook `after`, before another layer reuses the memory. */\n{};\n#endif\n",
        execute_prototype(plan),
        begin_prototype(plan),
        data_prototype(plan)
    );
}

fn tensors(what: &str, tensors: &[Named<TensorFacts>], symbol: &str) -> String {
    match tensors {
        [] => "void".to_owned(),
        _ => format!("TVM{what}_{symbol}"),
    }
}

/// Parameters of all these functions.
fn given(plan: &Plan<'_>) -> String {
    let (symbol, facts) = (plan.symbol(), &plan.facts);
    format!(
        "const {} *inputs, const {} *outputs,\n    const TVMContext *context",
        tensors("Inputs", &facts.inputs, symbol),
        tensors("Outputs", &facts.outputs, symbol)
    )
}

/// `TVMBegin_my_model` without `;`.
pub fn begin_prototype(plan: &Plan<'_>) -> String {
    format!("int32_t TVMBegin_{}(TVMRun *run, {}, const TVMLayerHooks *hooks)", plan.symbol(), given(plan))
}

/// `TVMExecuteLayers_my_model` without `;`.
pub fn execute_prototype(plan: &Plan<'_>) -> String {
    format!("int32_t TVMExecuteLayers_{}({}, const TVMLayerHooks *hooks)", plan.symbol(), given(plan))
}

/// `TVMLayerData_my_model` without `;`.
pub fn data_prototype(plan: &Plan<'_>) -> String {
    format!("const uint8_t *TVMLayerData_{}({}, const TVMLayerOutput *output)", plan.symbol(), given(plan))
}
