//! The function that calls the layers in their order.

use super::names::{comment, numbers};
use super::run::{
    END_ON_DEVICE, END_ON_VALUE, Parameter, check_mark, first_constant_pool, first_pool, main_parameters,
    main_prototype,
};
use super::stored;
use crate::ir::graph::TensorId;
use crate::ir::layer::{Constant, Control};
use crate::ir::model::{Location, Model, PlannedLayer};
use crate::ir::schedule::Owner;
use std::collections::HashMap;
use std::fmt::Write;

/// Longest line of a call.
const COLUMNS: usize = 120;

/// What is written around the call of a layer.
pub trait Around {
    /// Lines before it.
    fn before(&self, index: usize) -> String;
    /// Lines after it.
    fn after(&self, index: usize) -> String;
    /// A variable that keeps the result of a test, if lines after the call come before its use.
    fn test(&self) -> Option<&str>;
}

/// Nothing.
struct Bare;

impl Around for Bare {
    fn before(&self, _: usize) -> String {
        String::new()
    }
    fn after(&self, _: usize) -> String {
        String::new()
    }
    fn test(&self) -> Option<&str> {
        None
    }
}

/// What calls of layers name.
struct Names<'a> {
    /// Parameters of the main function.
    parameters: Vec<Parameter>,
    constants: HashMap<TensorId, &'a Constant>,
}

/// `__tvm_main__`.
pub fn main(out: &mut String, model: &Model) {
    let _ = write!(out, "\n{};\n\n{} {{\n", main_prototype(model), main_prototype(model));
    let body = body(model, &Bare);
    let _ = write!(out, "{}{}    return 0;\n}}\n", body.opening, body.calls);
}

/// The statements of the main function.
pub struct Body {
    /// The beginning: parameters that are not used, and the check of the state.
    pub opening: String,
    /// The calls.
    pub calls: String,
}

/// All calls, with the lines around them.
pub fn body(model: &Model, around: &dyn Around) -> Body {
    let constants = model.constants.iter().map(|(id, constant)| (*id, constant)).collect();
    let names = Names { parameters: main_parameters(model), constants };
    let parameters = &names.parameters;
    let mut used = vec![false; parameters.len()];
    let (mut calls, mut depth) = (String::new(), 0);
    for (index, planned) in model.layers.iter().enumerate() {
        let mut lines = |depth: usize, text: &str| {
            for line in text.lines() {
                let _ = writeln!(calls, "{}{line}", "    ".repeat(depth));
            }
        };
        lines(depth, &format!("    /* {} */", written(model, planned)));
        lines(depth, &around.before(index));
        let (call, behind) = call(model, &names, planned, around.test(), &mut used);
        lines(depth, &call);
        lines(depth, &around.after(index));
        lines(depth, &behind);
        match planned.layer.control {
            Some(Control::LoopBegin) => lines(depth, "    for (;;) {"),
            Some(Control::IfElse) => lines(depth - 1, "    } else {"),
            Some(Control::LoopEnd | Control::IfEnd) => lines(depth - 1, "    }"),
            _ => {}
        }
        match planned.layer.control {
            Some(Control::LoopBegin | Control::IfBegin) => depth += 1,
            Some(Control::LoopEnd | Control::IfEnd) => depth -= 1,
            _ => {}
        }
    }
    let first_pool = first_pool(model, parameters);
    let state = model.state_pool().map(|pool| first_pool + pool);
    state.into_iter().for_each(|index| used[index] = true);
    let mut opening = String::new();
    for (parameter, _) in parameters.iter().zip(&used).filter(|(_, used)| !**used) {
        let _ = writeln!(opening, "    (void){};", parameter.name);
    }
    if let Some(index) = state {
        opening.push_str(&check_mark(model, &parameters[index].name));
    }
    Body { opening, calls }
}

/// The comment at the call of a layer: the tensor it writes, as the file names it.
fn written(model: &Model, planned: &PlannedLayer) -> String {
    let outputs = planned.layer.arguments.iter().filter(|argument| argument.written);
    let names: Vec<String> = outputs.map(|argument| format!("\"{}\"", model.tensor(argument.tensor).name)).collect();
    comment(&format!("{} to {}", numbers(planned), names.join(", ")))
}

/// The call of a layer, and the test of its result if that is kept in a variable first.
fn call(
    model: &Model,
    names: &Names<'_>,
    planned: &PlannedLayer,
    test: Option<&str>,
    used: &mut [bool],
) -> (String, String) {
    let mut arguments: Vec<String> = Vec::new();
    for argument in &planned.layer.arguments {
        let c_type = model.tensor(argument.tensor).dtype.c_type();
        let access = if argument.written { "" } else { "const " };
        let place = model.places[argument.tensor.0];
        // Through `void` if the alignment grows: the plan ensures it.
        let by = if model.tensor(argument.tensor).dtype.size() > 1 { "(void *)" } else { "" };
        arguments.push(match names.constants.get(&argument.tensor) {
            Some(constant) => stored::argument(model, &names.parameters, constant, used),
            None => format!("({access}{c_type} *){by}{}", address(model, &names.parameters, place, used)),
        });
    }
    if planned.scratch.is_some() {
        let scratch = address(model, &names.parameters, planned.scratch, used);
        arguments.push(scratch.trim_matches(['(', ')']).to_owned());
    }
    for pool in stored::pools_of(model, &planned.layer) {
        let index = first_constant_pool(model, &names.parameters) + pool;
        used[index] = true;
        arguments.push(names.parameters[index].name.clone());
    }
    if planned.layer.device {
        let index = names.parameters.len() - 1;
        used[index] = true;
        arguments.push(names.parameters[index].name.clone());
    }
    let end = if planned.layer.device { END_ON_DEVICE } else { END_ON_VALUE };
    let failed = format!(") != 0) {{\n        {end}\n    }}");
    let (before, after) = match planned.layer.control {
        Some(Control::LoopTest) => ("if (", ") == 0) {\n        break;\n    }"),
        Some(Control::IfBegin) => ("if (", ") != 0) {"),
        _ if planned.layer.fails => ("if (", &*failed),
        _ => ("", ");"),
    };
    let (before, after, behind) = match test {
        Some(kept) if matches!(planned.layer.control, Some(Control::LoopTest | Control::IfBegin)) => {
            (format!("{kept} = "), ");", format!("    if ({kept}{}", &after[1..]))
        }
        _ => (before.to_owned(), after, String::new()),
    };
    let call = format!("    {before}{}(", model.symbol(&planned.layer.name));
    let one_line = format!("{call}{}{after}\n", arguments.join(", "));
    if one_line.len() <= COLUMNS {
        return (one_line, behind);
    }
    (format!("{call}\n        {}{after}\n", arguments.join(",\n        ")), behind)
}

/// A C expression for a place; marks in `used` which parameter of the main function it needs.
pub fn address(model: &Model, parameters: &[Parameter], place: Option<Location>, used: &mut [bool]) -> String {
    // Every argument of a layer has a place; a missing one would be a compile error in C.
    let Some(place) = place else { return "missing".to_owned() };
    let first_pool = first_pool(model, parameters);
    let (index, offset) = match place.owner {
        Owner::Input(i) if !model.io_in_workspace => (i, None),
        Owner::Output(i) if !model.io_in_workspace => (model.inputs.len() + i, None),
        _ => (first_pool + place.pool, Some(place.offset)),
    };
    used[index] = true;
    match offset {
        None if place.offset > 0 => format!("((uint8_t*){} + {})", parameters[index].name, place.offset),
        None => parameters[index].name.clone(),
        Some(offset) => format!("({} + {offset})", parameters[index].name),
    }
}
