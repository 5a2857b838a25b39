//! Calls of main functions that take packed arguments: every pointer wrapped in a tensor.

use crate::c_source::arguments::{inner_values, parameters};
use crate::checked::plan::{Argument, Plan};
use std::fmt::Write;

/// Parameters of such a function.
pub const PARAMETERS: &str =
    "TVMValue *args, int *type_codes, int num_args, TVMValue *out_value, int *out_type_code, void *resource";

/// A function with the outer parameters that calls a main function with packed parameters. Shapes are constant data.
pub fn main(out: &mut String, plan: &Plan<'_>, head: &str, outer: &[Argument]) {
    let count = plan.arguments.len();
    let main = plan.symbols.renamed(&plan.module.main_symbol);
    let wrap = format!("tvm_{}_wrap", plan.symbol());
    let _ = write!(
        out,
        "static void {wrap}(DLTensor *tensor, TVMValue *arg, int *type_code, void *data, const int64_t *shape, int32_t ndim,\n    \
         uint8_t code, uint8_t bits, uint16_t lanes) {{\n  \
         tensor->data = data;\n  tensor->device.device_type = kDLCPU;\n  tensor->device.device_id = 0;\n  \
         tensor->ndim = ndim;\n  tensor->dtype.code = code;\n  tensor->dtype.bits = bits;\n  \
         tensor->dtype.lanes = lanes;\n  tensor->shape = (int64_t *)(uintptr_t)shape;\n  tensor->strides = NULL;\n  \
         tensor->byte_offset = 0;\n  arg->v_handle = tensor;\n  *type_code = kTVMDLTensorHandle;\n}}\n\n\
         {head}({}) {{\n",
        parameters(outer)
    );
    for (i, &argument) in plan.arguments.iter().enumerate() {
        let values: Vec<String> = shape(plan, argument).iter().map(i64::to_string).collect();
        if !values.is_empty() {
            let _ = writeln!(out, "  static const int64_t shape{i}[{}] = {{ {} }};", values.len(), values.join(", "));
        }
    }
    let _ = write!(
        out,
        "  DLTensor tensors[{size}];\n  TVMValue args[{size}];\n  int type_codes[{size}];\n  \
         TVMValue result;\n  int result_code = 0;\n",
        size = count.max(1)
    );
    for (i, (&argument, value)) in plan.arguments.iter().zip(inner_values(plan)).enumerate() {
        let (code, bits, lanes) = dtype(plan, argument);
        let rank = shape(plan, argument).len();
        let shape = if rank == 0 { "NULL".to_owned() } else { format!("shape{i}") };
        let _ = writeln!(
            out,
            "  {wrap}(&tensors[{i}], &args[{i}], &type_codes[{i}], {value}, {shape}, {rank}, {code}, {bits}, {lanes});"
        );
    }
    let _ = write!(
        out,
        "  result.v_int64 = 0;\n  return {main}(args, type_codes, {count}, &result, &result_code, NULL);\n}}\n"
    );
}

/// Dimensions of a packed argument; memory is a row of bytes, and so is a tensor whose shape the archive does not hold.
fn shape(plan: &Plan<'_>, argument: Argument) -> Vec<i64> {
    let facts = &plan.facts;
    let tensor = match argument {
        Argument::Input(i) => &facts.inputs[i].facts,
        Argument::Output(i) => &facts.outputs[i].facts,
        Argument::Workspace(i) => return vec![facts.workspaces[i].facts.aligned_bytes.into()],
        Argument::Parameter(i) => return vec![facts.parameters[i].facts.bytes.into()],
        Argument::Internal(i) => {
            return vec![i64::try_from(plan.module.internal_pools[i].size).unwrap_or(i64::MAX)];
        }
        Argument::Device(_) => return Vec::new(),
    };
    match &tensor.shape {
        Some(shape) => shape.iter().map(|&dimension| dimension.into()).collect(),
        None => vec![tensor.elements.into()],
    }
}

fn dtype(plan: &Plan<'_>, argument: Argument) -> (u8, u8, u16) {
    let tensor = match argument {
        Argument::Input(i) => &plan.facts.inputs[i].facts,
        Argument::Output(i) => &plan.facts.outputs[i].facts,
        _ => return (1, 8, 1),
    };
    tensor.dtype.map_or((1, 8, 1), |dtype| (dtype.code, dtype.bits, dtype.lanes))
}
