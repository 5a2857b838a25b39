//! Operators that are computed at compile time: the arithmetic of shapes, and constants.

use crate::ir::graph::{Activation, Contents, DType, Tensor};
use crate::ir::layer::{Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Evaluated, Refusal};
use crate::ops::shared::binary;

/// A result that is known; such an operator makes no code.
struct Known(Evaluated);

impl Checked for Known {
    fn lower(&self, _: &Lowering<'_>) -> Lowered {
        Lowered::Nothing
    }

    fn evaluate(&self) -> Option<Evaluated> {
        Some(self.0.clone())
    }
}

/// An operator with one output that exists at compile time only: refused if it is left for a run.
pub fn only<'a>(checker: &mut Checker<'a>, contents: Vec<u8>) -> Option<Box<dyn Checked + 'a>> {
    refuse_later(checker).then(|| known(Ok(vec![contents.into()])))
}

/// The operator with this result.
pub fn known<'a>(result: Evaluated) -> Box<dyn Checked + 'a> {
    Box::new(Known(result))
}

/// Whether the operator is computed now; otherwise a problem, since there is no code for it.
pub fn refuse_later(checker: &mut Checker<'_>) -> bool {
    if !checker.ahead {
        let known = checker.op.inputs.iter().flatten().all(|&id| checker.graph.tensor(id).is_constant());
        match known {
            true => checker.bad("more than can be computed at compile time", "up to 64 MiB read and written"),
            false => checker.bad("inputs known at run time only", "inputs known at compile time"),
        }
    }
    checker.ahead
}

/// Integers as bytes of a type; `None` where one does not fit.
pub fn integers(dtype: DType, values: &[i64]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(values.len() * dtype.size());
    for &value in values {
        match dtype {
            DType::Int64 => bytes.extend(value.to_le_bytes()),
            DType::Int32 => bytes.extend(i32::try_from(value).ok()?.to_le_bytes()),
            _ => return None,
        }
    }
    Some(bytes)
}

/// The elements of a constant of integers up to 32 bits, as they are stored.
pub fn loaded(tensor: &Tensor) -> Option<Vec<i32>> {
    let data = tensor.contents()?;
    Some(match tensor.dtype {
        DType::Int8 => data.iter().map(|&byte| i32::from(byte as i8)).collect(),
        DType::Uint8 => data.iter().map(|&byte| i32::from(byte)).collect(),
        DType::Int16 => tensor.i16_data()?.into_iter().map(i32::from).collect(),
        DType::Int32 => tensor.i32_data()?,
        _ => return None,
    })
}

/// The one output of integers, if they fit its type.
pub fn stored(dtype: DType, values: impl Iterator<Item = i32>) -> Option<Evaluated> {
    let size = match dtype {
        DType::Int8 | DType::Uint8 => 1,
        DType::Int16 => 2,
        DType::Int32 => 4,
        _ => return None,
    };
    let bytes: Vec<u8> = values.flat_map(|value| value.to_le_bytes().into_iter().take(size)).collect();
    Some(Ok(vec![bytes.into()]))
}

/// Floats as bytes; NaN has the bits that arithmetic gives it.
pub fn floats(values: impl IntoIterator<Item = f32>) -> Contents {
    let bits = |value: f32| if value.is_nan() { 0x7fc0_0000 } else { value.to_bits() };
    values.into_iter().flat_map(|value| bits(value).to_le_bytes()).collect()
}

/// Types whose arithmetic is implemented here.
pub const NUMBERS: &[DType] = &[DType::Int32, DType::Int64, DType::Float32];

/// Whether an operator on two tensors is computed here: at compile time, on numbers that are not quantised.
pub fn is_arithmetic(checker: &Checker<'_>) -> bool {
    checker.ahead && checker.first_type().is_some_and(|dtype| NUMBERS.contains(&dtype))
}

/// An operator on two tensors with broadcasting, on integers, `None` if there is no result, and on floats.
pub fn arithmetic<'a>(
    checker: &mut Checker<'a>,
    on_integers: fn(i64, i64) -> Option<i64>,
    on_floats: fn(f32, f32) -> f32,
) -> Option<Box<dyn Checked + 'a>> {
    let binary = binary::check(checker, NUMBERS)?;
    let (low, high) = checker.float_activation(binary.activation)?;
    let dtype = binary.output.dtype;
    let [a, b] = binary.inputs.map(|input| input.tensor);
    if dtype == DType::Float32 {
        let (a, b) = (a.f32_data()?, b.f32_data()?);
        // As the kernels clamp: NaN stays NaN.
        let clamp = |x: f32| {
            if x < low {
                low
            } else if x > high {
                high
            } else {
                x
            }
        };
        let value = |[i, j]: [usize; 2]| Some(clamp(on_floats(*a.get(i)?, *b.get(j)?)));
        let values: Vec<f32> = binary.pairs().map(value).collect::<Option<_>>()?;
        return Some(known(Ok(vec![floats(values)])));
    }
    let (a, b) = (a.i64_data()?, b.i64_data()?);
    let (low, high) = match binary.activation {
        Activation::None => (i64::MIN, i64::MAX),
        _ => (low as i64, if high > 6.0 { i64::MAX } else { high as i64 }),
    };
    // The reference computes in this type; results that do not fit are undefined, also if the activation limits them.
    let fits = |value: i64| dtype == DType::Int64 || i32::try_from(value).is_ok();
    let value =
        |[i, j]: [usize; 2]| on_integers(*a.get(i)?, *b.get(j)?).filter(|&x| fits(x)).map(|x| x.clamp(low, high));
    let values: Option<Vec<i64>> = binary.pairs().map(value).collect();
    let bytes = values.and_then(|values| integers(dtype, &values));
    let refusal = || Refusal::new("constants without a result", format!("results that are {dtype}"));
    Some(known(bytes.map(|bytes| vec![bytes.into()]).ok_or_else(refusal)))
}
