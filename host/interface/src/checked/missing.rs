//! Facts that a model must have, and how its user can give them.

use crate::error::{Error, Result};
use crate::text::shown;
use tvm_embedded_mlf::{Module, Tensor};

/// The size of a tensor, `place` being `INPUT` or `OUTPUT`; an error if it is not known, and for a model that arrived compiled
/// also if its type is not: no C code shows how its bytes are meant.
pub fn size(module: &Module, place: &str, tensor: &Tensor) -> Result<u64> {
    let what = match (tensor.size_bytes, tensor.dtype) {
        (_, None) if module.compiled.is_some() => "element type",
        (None, _) => "size",
        (Some(size), _) => return Ok(size),
    };
    let name = shown(&tensor.name);
    let what = match &module.compiled {
        None => {
            format!("the archive does not hold the {what} of tensor '{name}'; give the original model with --tflite")
        }
        Some(_) => {
            let fact = if tensor.size_bytes.is_some() { "" } else { ", \"shape\": [1, 8]" };
            format!(
                "the header does not hold the {what} of tensor '{name}'; give the original model with --tflite, or the fact with \
                 --facts, for example {{ \"{}s\": {{ \"{}\": {{ \"dtype\": \"int8\"{fact} }} }} }}",
                place.to_ascii_lowercase(),
                shown(&tensor.c_name)
            )
        }
    };
    Err(Error::MissingFact { module: shown(&module.name), what })
}
