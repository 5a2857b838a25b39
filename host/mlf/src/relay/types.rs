//! Facts of a Relay program: types of `@main`'s parameters and results.

use crate::model::dtype::DType;

/// A tensor type as Relay writes it: `Tensor[(1, 49, 10, 1), int8]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TensorType {
    pub shape: Vec<i64>,
    pub dtype: DType,
}

/// A parameter of `@main`: an input of the model, or weights that are bound before compilation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub name: String,
    /// `None` for tuples, dynamic shapes and other types that C does not have.
    pub ty: Option<TensorType>,
}

/// Certain facts about `@main`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Main {
    pub parameters: Vec<Parameter>,
    /// `output_tensor_names`, which the TFLite frontend sets.
    pub output_names: Vec<String>,
    /// Types of the results, as far as the text states or implies them; flattened tuple.
    pub results: Vec<Partial>,
    /// Positions of two results that are one value.
    pub repeated: Option<(usize, usize)>,
}

/// Known parts of a tensor's type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Partial {
    pub dtype: Option<DType>,
    /// Dimensions; `None` inside for one that is not known.
    pub shape: Option<Vec<Option<i64>>>,
}

impl Partial {
    /// The shape, if at most one dimension is open and follows from the tensor's size.
    pub fn settle(&self, dtype: DType, size_bytes: u64) -> Option<Vec<i64>> {
        let shape = self.shape.as_ref()?;
        let open = shape.iter().filter(|d| d.is_none()).count();
        let whole: Vec<i64> = shape.iter().map(|d| d.unwrap_or(1)).collect();
        let unit = dtype.size_of_shape(&whole)?;
        if open == 0 {
            return (unit == size_bytes).then_some(whole);
        }
        if open > 1 || unit == 0 || !size_bytes.is_multiple_of(unit) {
            return None;
        }
        let rest = i64::try_from(size_bytes / unit).ok()?;
        Some(shape.iter().map(|d| d.unwrap_or(rest)).collect())
    }
}

impl From<Option<TensorType>> for Partial {
    fn from(ty: Option<TensorType>) -> Self {
        ty.map_or_else(Partial::default, |ty| Partial {
            dtype: Some(ty.dtype),
            shape: Some(ty.shape.into_iter().map(Some).collect()),
        })
    }
}
