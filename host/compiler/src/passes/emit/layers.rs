//! `<module>_lib1.c`: constants, one function per layer, and the function that calls them in order.

use super::constants::{constant, constants};
use super::contents::arrays;
use super::names::{CASTS, comment, kernel_file, numbers};
use super::{order, share, stepped, stored, wide};
use crate::ir::layer::{Argument, Constant, Control};
use crate::ir::model::{Model, PlannedLayer, shape_text};
use crate::ir::options::{Optimize, Target};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::{self, Write};

/// Selects small code in the kernels and, where it can be requested, in the C compiler, whatever its flags are.
const SMALL: &str = "/* Compiled for little code. */
#define TVMK_SMALL 1
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize(\"Os\")
#endif

";

/// The functions of a device that runs parts of a model, which the program defines.
const DEVICE_FUNCTIONS: &str = "
/* Functions of the device: the driver of the NPU is called in them. 0 is success. */
int32_t TVMDeviceEthosUActivate(void *context);
int32_t TVMDeviceEthosUOpen(void *context);
int32_t TVMDeviceEthosUInvoke(void *context, const void *commands, int32_t command_bytes, uint64_t *bases, size_t *sizes,
                              int32_t count);
int32_t TVMDeviceEthosUClose(void *context);
int32_t TVMDeviceEthosUDeactivate(void *context);
";

/// Where the constants of an NPU go, in sections of their own.
const NPU_CONSTANTS: &str = "
#include <stddef.h>

/* Where commands and weights of the NPU go: define these to place them elsewhere. The NPU must reach both. */
#ifndef PREFIX_NPU_COMMANDS
#if defined(__GNUC__) && !defined(__APPLE__)
#define PREFIX_NPU_COMMANDS(alignment) __attribute__((section(\".rodata.tvm.npu_commands\"), aligned(alignment)))
#elif defined(__GNUC__)
#define PREFIX_NPU_COMMANDS(alignment) __attribute__((aligned(alignment)))
#else
#define PREFIX_NPU_COMMANDS(alignment)
#endif
#endif
#ifndef PREFIX_NPU_WEIGHTS
#if defined(__GNUC__) && !defined(__APPLE__)
#define PREFIX_NPU_WEIGHTS(alignment) __attribute__((section(\".rodata.tvm.npu_weights\"), aligned(alignment)))
#elif defined(__GNUC__)
#define PREFIX_NPU_WEIGHTS(alignment) __attribute__((aligned(alignment)))
#else
#define PREFIX_NPU_WEIGHTS(alignment)
#endif
#endif
";

/// Excludes the code of other cores if the model has no weights for it.
fn before_kernels(target: Target) -> &'static str {
    match target {
        Target::All | Target::Mve => "",
        Target::Portable => "#undef TVMK_DSP\n#define TVMK_DSP 0\n#undef TVMK_MVE\n#define TVMK_MVE 0\n\n",
        Target::Dsp => "#undef TVMK_MVE\n#define TVMK_MVE 0\n\n",
    }
}

/// Stops a build for a core that the model has no weights for.
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

/// The operators' file; constants are most of its length.
pub fn operators(model: &Model, out: &mut dyn Write) -> fmt::Result {
    out.write_str(CASTS)?;
    let prefix = model.macro_prefix();
    out.write_str("#include <stdint.h>\n#include <string.h>\n\n")?;
    out.write_str(if model.optimize == Optimize::Size { SMALL } else { "" })?;
    out.write_str(wide::definition(model))?;
    out.write_str(stepped::include(model))?;
    out.write_str(before_kernels(model.target))?;
    out.write_str(&share::include(model))?;
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
    if model.uses_device() {
        out.write_str(NPU_CONSTANTS.replace("PREFIX", &prefix).as_str())?;
    }
    out.write_str(if model.stored.pools.is_empty() { "" } else { stored::LITTLE_ENDIAN })?;
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
    if model.uses_device() {
        out.write_str(DEVICE_FUNCTIONS)?;
    }
    for (_, array) in model.constants.iter().filter(|(_, array)| model.stored.find(&array.name).is_none()) {
        out.write_char('\n')?;
        constant(out, &format!("{prefix}_CONSTANT"), array)?;
    }
    let arrays = arrays(model);
    let mut written = HashSet::new();
    for planned in &model.layers {
        // Bands of one image can have one function.
        if written.insert(planned.layer.name.as_str()) {
            layer(out, model, &arrays, planned)?;
        }
    }
    let mut text = String::new();
    order::main(&mut text, model);
    stepped::stepped(&mut text, model);
    out.write_str(&text)?;
    out.write_str("\n#ifdef __cplusplus\n}\n#endif\n")
}

fn layer(out: &mut dyn Write, model: &Model, arrays: &HashMap<&str, &Constant>, planned: &PlannedLayer) -> fmt::Result {
    let layer = &planned.layer;
    out.write_char('\n')?;
    // All of a layer's constants are in one place.
    if layer.constants.iter().all(|array| model.stored.find(&array.name).is_none()) {
        let prefix = model.macro_prefix();
        match layer.device {
            false => constants(out, &format!("{prefix}_CONSTANT"), &layer.constants)?,
            true => {
                for array in layer.constants.chunks(1) {
                    let what = if array[0].name.ends_with("_commands") { "COMMANDS" } else { "WEIGHTS" };
                    constants(out, &format!("{prefix}_NPU_{what}"), array)?;
                }
            }
        }
    }
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
    parameters.extend(stored::pools_of(model, layer).iter().map(|&pool| {
        let name = stored::parameter(model, pool);
        format!("const uint8_t *{name}")
    }));
    if layer.device {
        parameters.push("void *device".to_owned());
    }
    let tests = matches!(layer.control, Some(Control::LoopTest | Control::IfBegin));
    let result = if layer.fails || tests { "int32_t" } else { "void" };
    let (name, parameters) = (model.symbol(&layer.name), parameters.join(", "));
    write!(out, "static {result} {name}({parameters}) {{\n{}}}\n", stored::body(model, arrays, layer))
}

fn parameter(model: &Model, argument: &Argument) -> String {
    let c_type = model.tensor(argument.tensor).dtype.c_type();
    let access = if argument.written { "" } else { "const " };
    format!("{access}{c_type} *{}", argument.name)
}
