//! Weights of float32 stored in flash as in the file: float16, int8 or int4. `float_stored.h`.

use crate::ir::graph::{DType, Quantization, Stored};
use crate::ir::layer::{Constant, ConstantData, Core, Lowering};
use crate::ops::checker::Operand;

/// How kernels read them.
pub struct StoredWeights {
    /// Their type in the file.
    pub dtype: DType,
    /// The suffix of the kernel's name.
    pub form: &'static str,
    /// The weights, and the scales of integers.
    pub constants: Vec<Constant>,
    /// Statements that set the members of `layer`.
    pub fields: String,
}

/// The weights in the form of the file, if a DEQUANTIZE converts them; `axis` is the dimension of the channels.
pub fn stored(lowering: &Lowering<'_>, weights: Operand<'_>, axis: usize, channels: usize) -> Option<StoredWeights> {
    of(lowering, weights.tensor.stored()?, &weights.shape, (axis, channels))
}

/// The same of weights in this form.
pub fn of(
    lowering: &Lowering<'_>,
    stored: &Stored,
    shape: &[usize],
    (axis, channels): (usize, usize),
) -> Option<StoredWeights> {
    let plain = |what: &str, data, comment: String| lowering.array(what, Core::Any, data, comment);
    let (form, data) = match stored.dtype {
        DType::Float16 => ("half", ConstantData::Halves(stored.data.clone())),
        DType::Int8 => ("byte", ConstantData::Bytes(stored.data.clone())),
        _ => ("nibble", ConstantData::U8(stored.data.to_vec())),
    };
    let name = lowering.constant("weights");
    let mut constants = vec![plain("weights", data, format!("{} {shape:?}", stored.dtype))];
    let (mut scales_name, mut step) = ("NULL".to_owned(), 0);
    if stored.dtype != DType::Float16 {
        let Quantization { scales, zero_points, axis: along } = stored.quant.as_ref()?;
        let each = scales.len() == channels && *along == axis;
        if zero_points.iter().any(|&zero| zero != 0) || !(scales.len() == 1 || each) {
            return None;
        }
        step = i32::from(scales.len() > 1);
        scales_name = lowering.constant("scales");
        constants.push(plain("scales", ConstantData::F32(scales.clone()), "scales of the weights".to_owned()));
    }
    let fields =
        format!("    layer.weights = {name};\n    layer.scales = {scales_name};\n    layer.scale_step = {step};\n");
    Some(StoredWeights { dtype: stored.dtype, form, constants, fields })
}
