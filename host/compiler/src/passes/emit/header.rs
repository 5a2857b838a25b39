//! The header that firmware includes.

use super::contents::contents;
use super::names::comment;
use crate::ir::model::{DEVICE, Model, Port, shape_text};
use std::fmt::{self, Write};

/// `tvmgen_<module>.h`, in the order of TVM's own.
pub fn header(model: &Model, out: &mut dyn Write) -> fmt::Result {
    let mut text = String::new();
    declarations(&mut text, model);
    out.write_str(&text)?;
    contents(out, model)?;
    write!(out, "\n#ifdef __cplusplus\n}}\n#endif\n\n#endif /* {}_H_ */\n", model.macro_prefix())
}

/// Everything except the content of pools.
fn declarations(out: &mut String, model: &Model) {
    let upper = model.macro_prefix();
    let _ = write!(
        out,
        "#ifndef {upper}_H_\n#define {upper}_H_\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n"
    );
    tensor_sizes(out, model);
    structure(out, model, "inputs", "Input tensor pointers", &members(&model.inputs));
    structure(out, model, "outputs", "Output tensor pointers", &members(&model.outputs));
    let constants = model.stored.pools.iter().map(|pool| pool.name.as_str());
    let pools: Vec<&str> = model.pools.iter().map(|pool| pool.name.as_str()).chain(constants).collect();
    structure(out, model, "workspace_pools", "Workspace pool pointers", &pools);
    let devices: &[&str] = if model.uses_device() { &[DEVICE] } else { &[] };
    structure(out, model, "devices", "Device context pointers", devices);
    out.push('\n');
    functions(out, model);
    pool_sizes(out, model);
}

/// Bytes of each input and output.
fn tensor_sizes(out: &mut String, model: &Model) {
    let (upper, module) = (model.macro_prefix(), &model.module);
    for (ports, what) in [(&model.inputs, "Input"), (&model.outputs, "Output")] {
        for port in ports.iter() {
            let tensor = model.tensor(port.tensor);
            let name = port.c_name.to_ascii_uppercase();
            let _ = write!(
                out,
                "/*!\n * \\brief {what} tensor {} size (in bytes) for TVM module \"{module}\"\n * {} {}\n */\n#define {upper}_{name}_SIZE {}\n",
                comment(&tensor.name),
                tensor.dtype,
                shape_text(&tensor.shape),
                tensor.bytes()
            );
        }
    }
}

/// The functions: where inputs and outputs are, the entry, the reset.
fn functions(out: &mut String, model: &Model) {
    let module = &model.module;
    if model.io_in_workspace {
        for (what, ports) in [("inputs", &model.inputs), ("outputs", &model.outputs)] {
            if ports.is_empty() {
                continue;
            }
            let _ = write!(
                out,
                "/*!\n * \\brief Where the {what} of TVM module \"{module}\" are in its workspace pools\n */\n{};\n",
                map_prototype(model, what)
            );
        }
    }
    let _ = write!(out, "/*!\n * \\brief entrypoint function for TVM module \"{module}\"\n");
    for (parameter, what) in run_parameters(model) {
        let _ = writeln!(out, " * \\param {parameter} {what} for the module");
    }
    let fails = model.layers.iter().any(|planned| planned.layer.fails && !planned.layer.device);
    if fails {
        out.push_str(
            " * \\return 0; -7431 (TVM_STATUS_VALUE_OUT_OF_RANGE) when a position lies outside of its tensor, or an integer\n \
             *   is divided by zero\n",
        );
    }
    let zero = if fails { "" } else { "0; " };
    if model.uses_device() {
        let _ = writeln!(out, " * \\return {zero}-1 when a function of a device has returned another value than 0");
    }
    let zero = if model.uses_device() { "" } else { zero };
    if model.state_pool().is_some() {
        let _ = writeln!(out, " * \\return {zero}-7430 (TVM_STATUS_STATE_NOT_RESET) when the state was not reset");
    }
    let _ = write!(out, " */\n{};\n", run_prototype(model));
    if model.state_pool().is_some() {
        let _ = write!(
            out,
            "/*!\n * \\brief Gives the state of TVM module \"{module}\" its first contents: call it before the first run,\n \
             * and before each new stream of inputs\n */\n{};\n",
            reset_prototype(model)
        );
    }
}

/// Bytes of the workspace and of its pools.
fn pool_sizes(out: &mut String, model: &Model) {
    let (upper, module) = (model.macro_prefix(), &model.module);
    let _ = write!(
        out,
        "/*!\n * \\brief Workspace size for TVM module \"{module}\"\n */\n#define {upper}_WORKSPACE_SIZE {}\n",
        model.workspace_bytes()
    );
    for pool in &model.pools {
        let what = if pool.state { "state, kept from run to run" } else { "workspace" };
        let _ = write!(
            out,
            "/*!\n * \\brief {} size for TVM module \"{module}\" ({what})\n */\n#define {upper}_{}_WORKSPACE_POOL_SIZE {}\n",
            pool.name,
            pool.name.to_ascii_uppercase(),
            pool.bytes
        );
    }
}

fn members(ports: &[Port]) -> Vec<&str> {
    ports.iter().map(|port| port.c_name.as_str()).collect()
}

fn structure(out: &mut String, model: &Model, name: &str, what: &str, members: &[&str]) {
    if members.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "/*!\n * \\brief {what} for TVM module \"{}\"\n */\nstruct {} {{\n",
        model.module,
        model.symbol(name)
    );
    for member in members {
        let _ = writeln!(out, "    void *{member};");
    }
    out.push_str("};\n\n");
}

/// Parameters of the entry point with what they are.
fn run_parameters(model: &Model) -> Vec<(&'static str, &'static str)> {
    let mut parameters = Vec::new();
    if !model.io_in_workspace {
        if !model.inputs.is_empty() {
            parameters.push(("inputs", "Input tensors"));
        }
        parameters.push(("outputs", "Output tensors"));
    }
    if !model.pools.is_empty() || !model.stored.pools.is_empty() {
        parameters.push(("workspace_pools", "Workspace memory pool pointers"));
    }
    if model.uses_device() {
        parameters.push(("devices", "Device context pointers"));
    }
    parameters
}

/// The entry point without `;`.
pub fn run_prototype(model: &Model) -> String {
    let parameters: Vec<String> =
        run_parameters(model).iter().map(|(name, _)| format!("\n    struct {} *{name}", model.symbol(name))).collect();
    format!("int32_t {}({}\n)", model.symbol("run"), parameters.join(","))
}

/// The function that reports where inputs or outputs are, without `;`.
pub fn map_prototype(model: &Model, what: &str) -> String {
    format!(
        "struct {} {}(\n    struct {} *workspace_pools\n)",
        model.symbol(what),
        model.symbol(&format!("map_{what}")),
        model.symbol("workspace_pools")
    )
}

/// The function that resets the state, without `;`.
pub fn reset_prototype(model: &Model) -> String {
    format!("void {}(\n    struct {} *workspace_pools\n)", model.symbol("reset"), model.symbol("workspace_pools"))
}
