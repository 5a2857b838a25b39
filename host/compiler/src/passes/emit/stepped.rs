//! The second form of the main function: with a call before and after each layer, and a way to stop and resume.
//!
//! It exists only if the program defines `TVM_EMBEDDED_LAYERS`, beside the first form, which does not change. The
//! runtime's header has the types; `docs/layers.md` says how a program uses it.

use super::names::comment;
use super::order::{self, Around};
use super::run::{first_pool, main_parameters};
use crate::ir::layer::Layer;
use crate::ir::model::{Model, PlannedLayer};
use crate::ir::schedule::Owner;
use std::fmt::Write;

/// What the file includes for it.
pub fn include(model: &Model) -> &'static str {
    if model.layers.is_empty() { "" } else { "#ifdef TVM_EMBEDDED_LAYERS\n#include \"tvm_embedded.h\"\n#endif\n\n" }
}

/// Prefix of names that no parameter has.
struct Local {
    prefix: String,
    test: String,
    /// The table of layers.
    table: String,
}

impl Local {
    /// A call of a hook, after a label. In parentheses: readers of archives take a name before `(` as a function's.
    fn hook(&self, index: usize, name: &str, position: usize) -> String {
        let Local { prefix, table, .. } = self;
        format!(
            "{prefix}{name}_{index}:\n    {prefix}status = (*{prefix}{name})({prefix}user, &{table}[{index}]);\n    \
             if ({prefix}status != 0) {{\n        {prefix}run->position = {position}u;\n        goto {prefix}stopped;\n    }}"
        )
    }
}

impl Around for Local {
    fn before(&self, index: usize) -> String {
        self.hook(index, "before", 2 * index)
    }
    fn after(&self, index: usize) -> String {
        self.hook(index, "after", 2 * index + 1)
    }
    fn test(&self) -> Option<&str> {
        Some(&self.test)
    }
}

/// The tables, and the function.
pub fn stepped(out: &mut String, model: &Model) {
    if model.layers.is_empty() {
        return;
    }
    let mut prefix = "tvm_".to_owned();
    while main_parameters(model).iter().any(|parameter| parameter.name.starts_with(&prefix)) {
        prefix.push('_');
    }
    let test = format!("{prefix}run->test");
    let local = Local { prefix, test, table: model.symbol("__layers__") };
    out.push_str("\n#ifdef TVM_EMBEDDED_LAYERS\n");
    tables(out, model);
    function(out, model, &local);
    out.push_str("#endif /* TVM_EMBEDDED_LAYERS */\n");
}

fn tables(out: &mut String, model: &Model) {
    let mut first = 0;
    let mut outputs = String::new();
    let mut layers = String::new();
    for (index, planned) in model.layers.iter().enumerate() {
        let written = written(model, planned);
        written.iter().for_each(|output| _ = writeln!(outputs, "    {output},"));
        let place = match written.len() {
            0 => "NULL".to_owned(),
            _ => format!("&{}[{first}]", model.symbol("__outputs__")),
        };
        let Layer { name, macs, .. } = &planned.layer;
        let _ = writeln!(
            layers,
            "    {{\"{name}\", \"{}\", {place}, UINT64_C({macs}), {index}, {}}},",
            comment(&kind(planned)),
            written.len()
        );
        first += written.len();
    }
    if first > 0 {
        let _ = write!(
            out,
            "\n/* What each layer writes: bytes, where in its memory, which parameter of the function below. */\n\
             static const TVMLayerOutput {}[{first}] = {{\n{outputs}}};\n",
            model.symbol("__outputs__")
        );
    }
    let (table, count) = (model.symbol("__layers__"), model.layers.len());
    let _ = write!(
        out,
        "\n/* Name, kind, outputs, multiply-accumulates, number, number of outputs. */\n\
         static const TVMLayer {table}[{count}] = {{\n{layers}}};\n"
    );
    let get = format!("const TVMLayer *{}(uint32_t index)", model.symbol("__tvm_layer__"));
    let _ = write!(out, "\n{get};\n\n{get} {{\n    return (index < {count}u) ? &{table}[index] : NULL;\n}}\n");
}

/// What the layer computes, as the file names it.
fn kind(planned: &PlannedLayer) -> String {
    if planned.kinds.is_empty() { "COPY".to_owned() } else { planned.kinds.join("+") }
}

fn written(model: &Model, planned: &PlannedLayer) -> Vec<String> {
    let parameters = main_parameters(model);
    let first_pool = first_pool(model, &parameters);
    let outputs = planned.layer.arguments.iter().filter(|argument| argument.written);
    let places = outputs.filter_map(|argument| Some((model.places[argument.tensor.0]?, argument.tensor)));
    let entry = |(place, tensor): (crate::ir::model::Location, _)| {
        let parameter = match place.owner {
            Owner::Input(i) if !model.io_in_workspace => i,
            Owner::Output(i) if !model.io_in_workspace => model.inputs.len() + i,
            _ => first_pool + place.pool,
        };
        format!("{{{}u, {}u, {parameter}}}", model.tensor(tensor).bytes(), place.offset)
    };
    places.map(entry).collect()
}

fn function(out: &mut String, model: &Model, local: &Local) {
    let Local { prefix, .. } = local;
    let mut parameters: Vec<String> =
        main_parameters(model).into_iter().map(|parameter| parameter.declaration).collect();
    parameters.push(format!("const TVMLayerHooks *{prefix}hooks"));
    parameters.push(format!("TVMRun *{prefix}run"));
    let prototype = format!("int32_t {}({})", model.symbol("__tvm_layers__"), parameters.join(", "));
    let _ = write!(
        out,
        "\n{prototype};\n\n{prototype} {{\n    const TVMLayerHook {prefix}before = {prefix}hooks->before;\n    \
         const TVMLayerHook {prefix}after = {prefix}hooks->after;\n    void *const {prefix}user = {prefix}hooks->user;\n    \
         int32_t {prefix}status;\n"
    );
    let body = order::body(model, local);
    out.push_str(&body.opening);
    let _ = writeln!(out, "    switch ({prefix}run->position) {{");
    for index in 0..model.layers.len() {
        for (at, name) in [(2 * index, "before"), (2 * index + 1, "after")] {
            let _ = writeln!(out, "    case {at}u:\n        goto {prefix}{name}_{index};");
        }
    }
    let _ = write!(
        out,
        "    default:\n        return {RUN_NOT_BEGUN}; /* TVM_STATUS_RUN_NOT_BEGUN */\n    }}\n{}    return 0;\n\
         {prefix}stopped:\n    /* TVM_STATUS_UNFINISHED, TVM_STATUS_ABORTED */\n    \
         return ({prefix}status == {UNFINISHED}) ? {UNFINISHED} : {ABORTED};\n}}\n",
        body.calls
    );
}

/// The values of `TVM_STATUS_ABORTED`, `TVM_STATUS_UNFINISHED` and `TVM_STATUS_RUN_NOT_BEGUN`.
const ABORTED: i32 = -7432;
const UNFINISHED: i32 = -7433;
const RUN_NOT_BEGUN: i32 = -7434;
