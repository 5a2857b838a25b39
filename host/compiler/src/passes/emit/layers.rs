//! `<module>_lib1.c`: constants, one function per layer, and the function that calls them in order.

use super::constants::{constant, constants, reference};
use super::names::{CASTS, comment, kernel_file};
use super::run::{END_ON_VALUE, Parameter, check_mark, main_parameters, main_prototype};
use crate::ir::graph::TensorId;
use crate::ir::layer::{Argument, Constant, Control};
use crate::ir::model::{Location, Model, PlannedLayer, shape_text};
use crate::ir::options::{Optimize, Target};
use crate::ir::schedule::Owner;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::{self, Write};

/// Longest line of a call.
const COLUMNS: usize = 120;

/// Asks kernels for little code, and a compiler that can be asked: whatever the flags say of speed.
const SMALL: &str = "/* Compiled for little code. */
#define TVMK_SMALL 1
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize(\"Os\")
#endif

";

/// Keeps the code of other cores out, where a model has no weights for it.
fn before_kernels(target: Target) -> &'static str {
    match target {
        Target::All | Target::Mve => "",
        Target::Portable => "#undef TVMK_DSP\n#define TVMK_DSP 0\n#undef TVMK_MVE\n#define TVMK_MVE 0\n\n",
        Target::Dsp => "#undef TVMK_MVE\n#define TVMK_MVE 0\n\n",
    }
}

/// Stops a build for a core whose weights are not there.
fn behind_kernels(model: &Model) -> &'static str {
    // Kernels define the macros.
    let any = model.layers.iter().any(|planned| !planned.layer.headers.is_empty());
    match model.target {
        Target::Dsp if any => {
            "\n#if !TVMK_DSP\n#error \"this model is for cores with Arm's DSP extension: compile it again without --core, or for another core\"\n#endif\n"
        }
        Target::Mve if any => {
            "\n#if !TVMK_MVE\n#error \"this model is for cores with MVE: compile it again without --core, or for another core\"\n#endif\n"
        }
        _ => "",
    }
}

/// The operators' file, which is as long as the constants make it.
pub fn operators(model: &Model, out: &mut dyn Write) -> fmt::Result {
    out.write_str(CASTS)?;
    let prefix = model.macro_prefix();
    out.write_str("#include <stdint.h>\n#include <string.h>\n\n")?;
    out.write_str(if model.optimize == Optimize::Size { SMALL } else { "" })?;
    out.write_str(before_kernels(model.target))?;
    let mut headers: Vec<&str> =
        model.layers.iter().flat_map(|planned| planned.layer.headers.iter().copied()).collect();
    headers.sort_unstable();
    headers.dedup();
    for header in headers {
        writeln!(out, "#include \"{}\"", kernel_file(model, header))?;
    }
    let includes: BTreeSet<&String> = model.layers.iter().flat_map(|planned| &planned.layer.includes).collect();
    for header in includes {
        writeln!(out, "#include \"{header}\"")?;
    }
    out.write_str(behind_kernels(model))?;
    write!(
        out,
        "
/* Where constants go: define {prefix}_CONSTANT(alignment) to place them elsewhere. */
#ifndef {prefix}_CONSTANT
#if defined(__GNUC__) && !defined(__APPLE__)
#define {prefix}_CONSTANT(alignment) __attribute__((section(\".rodata.tvm\"), aligned(alignment)))
#elif defined(__GNUC__)
#define {prefix}_CONSTANT(alignment) __attribute__((aligned(alignment)))
#else
#define {prefix}_CONSTANT(alignment)
#endif
#endif

#ifdef __cplusplus
extern \"C\" {{
#endif
"
    )?;
    for (_, array) in &model.constants {
        out.write_char('\n')?;
        constant(out, &prefix, array)?;
    }
    let mut written = HashSet::new();
    for planned in &model.layers {
        // Bands of one image can have one function.
        if written.insert(planned.layer.name.as_str()) {
            layer(out, model, planned)?;
        }
    }
    let mut text = String::new();
    main(&mut text, model);
    out.write_str(&text)?;
    out.write_str("\n#ifdef __cplusplus\n}\n#endif\n")
}

fn layer(out: &mut dyn Write, model: &Model, planned: &PlannedLayer) -> fmt::Result {
    let layer = &planned.layer;
    out.write_char('\n')?;
    constants(out, &model.macro_prefix(), &layer.constants)?;
    writeln!(out, "/* {}: {}", comment(&numbers(planned)), comment(&layer.summary))?;
    for argument in &layer.arguments {
        let tensor = model.tensor(argument.tensor);
        writeln!(
            out,
            " * {}: {} {} \"{}\"",
            argument.name,
            tensor.dtype,
            shape_text(&tensor.shape),
            comment(&tensor.name)
        )?;
    }
    if layer.macs > 0 {
        writeln!(out, " * {} multiply-accumulates", layer.macs)?;
    }
    out.write_str(" */\n")?;
    let mut parameters: Vec<String> = layer.arguments.iter().map(|argument| parameter(model, argument)).collect();
    if layer.scratch_bytes > 0 {
        parameters.push("uint8_t *scratch".to_owned());
    }
    let tests = matches!(layer.control, Some(Control::LoopTest | Control::IfBegin));
    let result = if layer.fails || tests { "int32_t" } else { "void" };
    let (name, parameters) = (model.symbol(&layer.name), parameters.join(", "));
    write!(out, "static {result} {name}({parameters}) {{\n{}}}\n", layer.body)
}

/// The operators of the file that a layer computes, by number; with their names, but for one that its summary begins with.
fn numbers(planned: &PlannedLayer) -> String {
    let layer = &planned.layer;
    let named = |(index, kind): (&usize, &String)| {
        let said = layer.summary.split(' ').next() == Some(kind.as_str());
        if said { index.to_string() } else { format!("{index} {kind}") }
    };
    let operators: Vec<String> = layer.operators.iter().zip(&planned.kinds).map(named).collect();
    if operators.is_empty() { "made by the compiler".to_owned() } else { format!("operator {}", operators.join(", ")) }
}

/// What a layer is called where the entry calls it: the tensor it writes, as the file names it.
fn written(model: &Model, planned: &PlannedLayer) -> String {
    let outputs = planned.layer.arguments.iter().filter(|argument| argument.written);
    let names: Vec<String> = outputs.map(|argument| format!("\"{}\"", model.tensor(argument.tensor).name)).collect();
    comment(&format!("{} to {}", numbers(planned), names.join(", ")))
}

fn parameter(model: &Model, argument: &Argument) -> String {
    let c_type = model.tensor(argument.tensor).dtype.c_type();
    let access = if argument.written { "" } else { "const " };
    format!("{access}{c_type} *{}", argument.name)
}

/// What calls of layers name.
struct Names<'a> {
    /// Parameters of the main function.
    parameters: Vec<Parameter>,
    constants: HashMap<TensorId, &'a Constant>,
}

fn main(out: &mut String, model: &Model) {
    let constants = model.constants.iter().map(|(id, constant)| (*id, constant)).collect();
    let names = Names { parameters: main_parameters(model), constants };
    let parameters = &names.parameters;
    let mut used = vec![false; parameters.len()];
    let (mut calls, mut depth) = (String::new(), 0);
    for planned in &model.layers {
        let mut lines = |depth: usize, text: &str| {
            for line in text.lines() {
                let _ = writeln!(calls, "{}{line}", "    ".repeat(depth));
            }
        };
        lines(depth, &format!("    /* {} */\n{}", written(model, planned), call(model, &names, planned, &mut used)));
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
    let first_pool = parameters.len() - model.pools.len();
    let state = model.state_pool().map(|pool| first_pool + pool);
    state.into_iter().for_each(|index| used[index] = true);
    let _ = write!(out, "\n{};\n\n{} {{\n", main_prototype(model), main_prototype(model));
    for (parameter, _) in parameters.iter().zip(&used).filter(|(_, used)| !**used) {
        let _ = writeln!(out, "    (void){};", parameter.name);
    }
    if let Some(index) = state {
        out.push_str(&check_mark(model, &parameters[index].name));
    }
    out.push_str(&calls);
    out.push_str("    return 0;\n}\n");
}

/// The call of a layer.
fn call(model: &Model, names: &Names<'_>, planned: &PlannedLayer, used: &mut [bool]) -> String {
    let mut arguments: Vec<String> = Vec::new();
    for argument in &planned.layer.arguments {
        let c_type = model.tensor(argument.tensor).dtype.c_type();
        let access = if argument.written { "" } else { "const " };
        let place = model.places[argument.tensor.0];
        // By way of `void` where the alignment grows: the plan sees to it.
        let by = if model.tensor(argument.tensor).dtype.size() > 1 { "(void *)" } else { "" };
        arguments.push(match names.constants.get(&argument.tensor) {
            Some(constant) => reference(constant),
            None => format!("({access}{c_type} *){by}{}", address(model, &names.parameters, place, used)),
        });
    }
    if planned.scratch.is_some() {
        let scratch = address(model, &names.parameters, planned.scratch, used);
        arguments.push(scratch.trim_matches(['(', ')']).to_owned());
    }
    let failed = format!(") != 0) {{\n        {END_ON_VALUE}\n    }}");
    let (before, after) = match planned.layer.control {
        Some(Control::LoopTest) => ("if (", ") == 0) {\n        break;\n    }"),
        Some(Control::IfBegin) => ("if (", ") != 0) {"),
        _ if planned.layer.fails => ("if (", &*failed),
        _ => ("", ");"),
    };
    let call = format!("    {before}{}(", model.symbol(&planned.layer.name));
    let one_line = format!("{call}{}{after}\n", arguments.join(", "));
    if one_line.len() <= COLUMNS {
        return one_line;
    }
    format!("{call}\n        {}{after}\n", arguments.join(",\n        "))
}

/// A C expression for a place; `used` learns which parameter of the main function it needs.
fn address(model: &Model, parameters: &[Parameter], place: Option<Location>, used: &mut [bool]) -> String {
    // Every argument of a layer has a place; a missing one would not compile as C and so can't go unnoticed.
    let Some(place) = place else { return "missing".to_owned() };
    let first_pool = parameters.len() - model.pools.len();
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
