//! Facts that our own compiler recorded, checked against the rest of the archive.

use crate::error::{Error, ErrorKind, Result};
use crate::metadata::extension::{EXTENSION_KEY, ExtensionTensor};
use crate::model::dtype::DType;
use crate::model::pool::Pool;
use crate::model::{Placement, Quantization, Tensor};

use super::side::Side;

/// Facts that our own compiler recorded; they must agree with the header.
pub(super) fn add_extension(
    module: &str,
    side: Side,
    tensors: &mut [Tensor],
    known: &[ExtensionTensor],
    pools: &[Pool],
) -> Result<()> {
    let error = |text: String| Err(Error::new(ErrorKind::Metadata, text).in_member(crate::metadata::MEMBER));
    let shown = |dtype: Option<DType>, size: Option<u64>| {
        let dtype = dtype.map_or_else(|| "an unknown type".to_owned(), |dtype| dtype.to_string());
        size.map_or_else(|| dtype.clone(), |size| format!("{dtype} of {size} bytes"))
    };
    let names = |list: Vec<&str>| list.join(", ");
    let header: Vec<&str> = tensors.iter().map(|t| t.c_name.as_str()).collect();
    let listed: Vec<&str> = known.iter().map(|t| t.c_name.as_str()).collect();
    if header != listed {
        return error(format!(
            "modules.{module}.{EXTENSION_KEY}.{} lists '{}', the header has '{}'",
            side.name(),
            names(listed),
            names(header)
        ));
    }
    for (index, (tensor, known)) in tensors.iter_mut().zip(known).enumerate() {
        let at = format!("modules.{module}.{EXTENSION_KEY}.{}[{index}]: tensor '{}'", side.name(), known.name);
        let Some(dtype) = DType::parse(&known.dtype) else {
            return error(format!("{at}: unknown element type {:?}", known.dtype));
        };
        let Some(size) = dtype.size_of_shape(&known.shape) else {
            return error(format!("{at}: shape {:?} is negative or too large", known.shape));
        };
        if tensor.size_bytes.is_some_and(|s| s != size) || tensor.dtype.is_some_and(|d| d != dtype) {
            return error(format!(
                "{at}: type or size contradict the rest of the archive: {} here, {} there",
                shown(Some(dtype), Some(size)),
                shown(tensor.dtype, tensor.size_bytes)
            ));
        }
        if !known.alignment.is_power_of_two() || known.alignment > 4096 {
            return error(format!("{at}: alignment {} is not a power of two up to 4096", known.alignment));
        }
        let Some(quantization) = quantization(known) else {
            return error(format!("{at}: scale and zero_point go together, and the scale is finite"));
        };
        let placement = placement(known, size, pools);
        let placed = known.workspace.is_some() || known.offset.is_some();
        if placement != tensor.placement || placed != placement.is_some() {
            return error(format!("{at}: its place in the workspace contradicts the map function"));
        }
        tensor.name = known.name.clone();
        tensor.dtype = Some(dtype);
        tensor.shape = Some(known.shape.clone());
        tensor.size_bytes = Some(size);
        tensor.alignment = known.alignment;
        tensor.quantization = quantization;
    }
    Ok(())
}

/// Scale and zero point, `Some(None)` without them; `None` for a contradiction.
fn quantization(known: &ExtensionTensor) -> Option<Option<Quantization>> {
    match (known.scale, known.zero_point) {
        (Some(scale), Some(zero_point)) if scale.is_finite() => Some(Some(Quantization { scale, zero_point })),
        (None, None) => Some(None),
        _ => None,
    }
}

/// Where a tensor of this size is in the workspace; `None` if it is not there, or does not fit.
fn placement(known: &ExtensionTensor, size: u64, pools: &[Pool]) -> Option<Placement> {
    let (name, offset) = (known.workspace.as_ref()?, known.offset?);
    pools
        .iter()
        .position(|p| p.name == *name && offset.checked_add(size).is_some_and(|end| end <= p.size))
        .map(|pool| Placement { pool, offset })
}
