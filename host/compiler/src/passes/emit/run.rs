//! `<module>_lib0.c`: the entry point and what goes with it.

use super::header::{map_prototype, reset_prototype, run_prototype};
use super::names::CASTS;
use crate::ir::model::{DEVICE, Model, Port};
use crate::ir::names::Names;
use std::fmt::Write;

/// The entry point's file.
pub fn entry(model: &Model) -> String {
    let mut out = CASTS.to_owned();
    let resets = model.state_pool().is_some();
    if resets {
        out.push_str("#include <string.h>\n\n");
    }
    let _ = write!(
        out,
        "#include \"tvmgen_{}.h\"\n\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n{};\n\n",
        model.module,
        main_prototype(model)
    );
    let mut arguments: Vec<String> = Vec::new();
    if !model.io_in_workspace {
        arguments.extend(model.inputs.iter().map(|port| format!("inputs->{}", port.c_name)));
        arguments.extend(model.outputs.iter().map(|port| format!("outputs->{}", port.c_name)));
    }
    arguments.extend(model.pools.iter().map(|pool| format!("(uint8_t *)workspace_pools->{}", pool.name)));
    let constants = model.stored.pools.iter();
    arguments.extend(constants.map(|pool| format!("(uint8_t *)workspace_pools->{}", pool.name)));
    arguments.extend(model.uses_device().then(|| format!("devices->{DEVICE}")));
    let _ = write!(
        out,
        "{} {{\n    return {}({});\n}}\n",
        run_prototype(model),
        model.symbol("__tvm_main__"),
        arguments.join(",\n        ")
    );
    if model.io_in_workspace {
        map(&mut out, model, "inputs", &model.inputs);
        map(&mut out, model, "outputs", &model.outputs);
    }
    if resets {
        reset(&mut out, model);
    }
    out.push_str("\n#ifdef __cplusplus\n}\n#endif\n");
    out
}

/// The function that runs the layers: inputs, outputs, pools, pools of constants, a device. Without `;`.
pub fn main_prototype(model: &Model) -> String {
    let parameters: Vec<String> = main_parameters(model).into_iter().map(|parameter| parameter.declaration).collect();
    let parameters = if parameters.is_empty() { "void".to_owned() } else { parameters.join(", ") };
    format!("int32_t {}({parameters})", model.symbol("__tvm_main__"))
}

/// A parameter of the main function.
pub struct Parameter {
    /// Type and name.
    pub declaration: String,
    /// Name.
    pub name: String,
}

/// Parameters of the main function: inputs, outputs, pools, pools of constants, a device.
pub fn main_parameters(model: &Model) -> Vec<Parameter> {
    let mut names = Names::new();
    let outputs: Vec<String> = (0..model.outputs.len()).map(|i| names.unique(&format!("output{i}"))).collect();
    let pools: Vec<String> = (0..model.pools.len()).map(|i| names.unique(&model.pool_parameter(i))).collect();
    let constants: Vec<String> =
        (0..model.stored.pools.len()).map(|i| names.unique(&model.constant_pool_parameter(i))).collect();
    let device = model.uses_device().then(|| names.unique(&format!("device_context_{DEVICE}")));
    let mut parameters = Vec::new();
    let mut push = |c_type: &str, name: String| {
        parameters.push(Parameter { declaration: format!("{c_type}{name}"), name });
    };
    if !model.io_in_workspace {
        model.inputs.iter().for_each(|port| push("void *", names.unique(&port.c_name)));
        outputs.into_iter().for_each(|name| push("void *", name));
    }
    pools.into_iter().chain(constants).for_each(|name| push("uint8_t *", name));
    device.into_iter().for_each(|name| push("void *", name));
    parameters
}

/// Index of the first workspace pool among the parameters of the main function.
pub fn first_pool(model: &Model, parameters: &[Parameter]) -> usize {
    first_constant_pool(model, parameters) - model.pools.len()
}

/// Index of the first pool of constants among them.
pub fn first_constant_pool(model: &Model, parameters: &[Parameter]) -> usize {
    parameters.len() - usize::from(model.uses_device()) - model.stored.pools.len()
}

fn map(out: &mut String, model: &Model, what: &str, ports: &[Port]) {
    if ports.is_empty() {
        return;
    }
    let _ = write!(out, "\n{} {{\n    struct {} {what};\n", map_prototype(model, what), model.symbol(what));
    for port in ports {
        if let Some(place) = model.places[port.tensor.0] {
            let _ = writeln!(
                out,
                "    {what}.{} = &((uint8_t *)workspace_pools->{})[{}];",
                port.c_name, model.pools[place.pool].name, place.offset
            );
        }
    }
    let _ = write!(out, "    return {what};\n}}\n");
}

fn reset(out: &mut String, model: &Model) {
    let Some(pool) = model.state_pool() else { return };
    let name = &model.pools[pool].name;
    for (i, state) in model.states.iter().enumerate() {
        if uniform(&state.initial).is_none() {
            let bytes: Vec<String> = state.initial.iter().map(u8::to_string).collect();
            let _ = write!(out, "\nstatic const uint8_t initial_{i}[{}] = {{\n", bytes.len());
            for line in bytes.chunks(24) {
                let _ = writeln!(out, "    {},", line.join(", "));
            }
            out.push_str("};\n");
        }
    }
    let _ = write!(out, "\n{} {{\n    uint8_t *state = (uint8_t *)workspace_pools->{name};\n", reset_prototype(model));
    for (i, state) in model.states.iter().enumerate() {
        let (offset, bytes) = (state.offset, state.initial.len());
        let _ = match uniform(&state.initial) {
            Some(byte) => writeln!(out, "    memset(state + {offset}, {byte}, {bytes}U);"),
            None => writeln!(out, "    memcpy(state + {offset}, initial_{i}, {bytes}U);"),
        };
    }
    let _ = write!(
        out,
        "    /* The mark that each run looks for. */\n    {{\n        const uint32_t mark = {};\n        memcpy(state, &mark, 4U);\n    }}\n}}\n",
        mark(model)
    );
}

/// The mark of a model with state, as a C constant.
fn mark(model: &Model) -> String {
    format!("UINT32_C(0x{:08x})", model.state_mark())
}

/// The value of `TVM_STATUS_STATE_NOT_RESET`; the archive's C can't name it, since it does not include the library's header.
const STATE_NOT_RESET: i32 = -7430;

/// A statement that ends a run on a value without a result: `TVM_STATUS_VALUE_OUT_OF_RANGE`.
pub const END_ON_VALUE: &str = "return -7431; /* TVM_STATUS_VALUE_OUT_OF_RANGE */";

/// A statement that ends a run in which a device has failed.
pub const END_ON_DEVICE: &str = "return -1;";

/// Statements that end a run on a state without the mark, for the main function's parameter `state`.
pub fn check_mark(model: &Model, state: &str) -> String {
    format!(
        "    {{\n        uint32_t tvm_mark;\n        memcpy(&tvm_mark, {state}, 4U);\n        if (tvm_mark != {}) {{\n            \
         return {STATE_NOT_RESET}; /* TVM_STATUS_STATE_NOT_RESET: call {} first */\n        }}\n    }}\n",
        mark(model),
        model.symbol("reset")
    )
}

fn uniform(bytes: &[u8]) -> Option<u8> {
    let first = bytes.first().copied().unwrap_or(0);
    bytes.iter().all(|&byte| byte == first).then_some(first)
}
