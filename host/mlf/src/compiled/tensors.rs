//! Inputs and outputs of a compiled model, from its header and the facts file.

use std::collections::BTreeMap;

use crate::compiled::facts::TensorFacts;
use crate::compiled::header::{Header, Listed, error};
use crate::compiled::members;
use crate::error::{Error, ErrorKind, Result};
use crate::model::finding::{Code, Finding, Severity};
use crate::model::pool::Pool;
use crate::model::{Placement, Quantization, Tensor};

/// The tensors of a side, `inputs` or `outputs`. What is not known stays open: the original model may still provide it.
pub(super) fn read(
    header: &Header<'_>,
    side: &str,
    given: &BTreeMap<String, TensorFacts>,
    pools: &[Pool],
) -> Result<Vec<Tensor>> {
    let members = header.members(side);
    members::check_names(given, members, side, &format!("struct {}_{side}", header.prefix))?;
    let listed = header.listed.as_ref().map(|listed| if side == "inputs" { &listed[0] } else { &listed[1] });
    if let Some(listed) = listed
        && listed.len() != members.len()
    {
        let text =
            format!("a comment lists {} {side}, struct {}_{side} has {}", listed.len(), header.prefix, members.len());
        return Err(error(text));
    }
    let none = TensorFacts::default();
    let mut tensors = Vec::new();
    for (i, &(member, line)) in members.iter().enumerate() {
        let facts = given.get(member).unwrap_or(&none);
        let listed = listed.and_then(|listed| listed.get(i));
        let mut tensor = tensor(header, member, facts, listed).map_err(|error| error.at_line(line))?;
        if header.has_places() {
            tensor.placement = Some(placement(side, member, facts, pools)?);
        } else if facts.pool.is_some() {
            let text =
                format!("'{member}' has a 'pool' in the facts file, but is an argument of '{}_run'", header.prefix);
            return Err(Error::new(ErrorKind::Metadata, text));
        }
        tensors.push(tensor);
    }
    Ok(tensors)
}

fn tensor(header: &Header<'_>, member: &str, facts: &TensorFacts, listed: Option<&Listed>) -> Result<Tensor> {
    let mut tensor = Tensor {
        name: facts.name.clone().unwrap_or_else(|| member.to_owned()),
        c_name: member.to_owned(),
        source_name: member.to_owned(),
        dtype: facts.dtype.or(listed.map(|listed| listed.dtype)),
        shape: facts.shape.clone().or_else(|| listed.and_then(|listed| listed.shape.clone())),
        size_bytes: None,
        quantization: facts.scale.zip(facts.zero_point).map(|(scale, zero_point)| Quantization { scale, zero_point }),
        alignment: 1,
        placement: None,
    };
    let differs = |what: String| Err(error(format!("'{member}' is {what}: the facts file and the header disagree")));
    if let Some(listed) = listed {
        if let Some(dtype) = tensor.dtype.filter(|dtype| *dtype != listed.dtype) {
            return differs(format!("{dtype} in the facts file, {} in a comment of the header", listed.dtype));
        }
        if let (Some(own), Some(other)) = (&tensor.shape, &listed.shape)
            && own != other
        {
            return differs(format!("of shape {own:?} in the facts file, {other:?} in a comment of the header"));
        }
    }
    let computed =
        match (tensor.dtype, &tensor.shape) {
            (Some(dtype), Some(shape)) => Some(dtype.size_of_shape(shape).ok_or_else(|| {
                error(format!("the size of '{member}', {dtype} of shape {shape:?}, is out of range"))
            })?),
            _ => None,
        };
    // TVM 0.11 writes wrong sizes for some models: the user's own word counts more.
    let (stated, source) = match facts.bytes {
        Some(bytes) => (Some(bytes), "'bytes' in the facts file"),
        None => (header.size(&format!("{member}_SIZE"))?, "its macro in the header"),
    };
    if let (Some(stated), Some(computed)) = (stated, computed)
        && stated != computed
    {
        let error = error(format!("'{member}' has {computed} bytes by its type and shape, but {stated} by {source}"));
        return Err(match facts.bytes {
            Some(_) => error,
            None => error.advise("if the header is wrong, which TVM 0.11 is known for, give 'bytes' in the facts file"),
        });
    }
    tensor.size_bytes = stated.or(computed);
    let natural = tensor.dtype.map_or(1, |dtype| dtype.alignment());
    tensor.alignment = facts.alignment.unwrap_or(1).max(natural);
    Ok(tensor)
}

fn placement(side: &str, member: &str, facts: &TensorFacts, pools: &[Pool]) -> Result<Placement> {
    let (Some(name), Some(offset)) = (&facts.pool, facts.offset) else {
        let text = format!("'{member}' is inside a pool, and neither the header nor the library says where");
        let first = pools.first().map_or("sram", |pool| pool.name.as_str());
        return Err(members::missing(
            text,
            format!("\"{side}\": {{ \"{member}\": {{ \"pool\": \"{first}\", \"offset\": 0 }} }}"),
        ));
    };
    match pools.iter().position(|pool| pool.name == *name) {
        Some(pool) => Ok(Placement { pool, offset }),
        None => {
            let text = format!("'{member}' is in the pool '{name}' by the facts file, which the header does not have");
            Err(Error::new(ErrorKind::Metadata, text))
        }
    }
}

/// What is not known of the tensors and may stay so.
pub(super) fn findings(tensors: &[&Tensor]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut note = |code, tensor: &Tensor, what: &str| {
        let text = format!("neither the header nor the facts file holds this tensor's {what}");
        found.push(Finding::new(code, Severity::Note, tensor.name.as_str(), text, "give it in the facts file"));
    };
    for tensor in tensors {
        if tensor.shape.is_none() {
            note(Code::ShapeUnknown, tensor, "shape");
        }
        let quantized = tensor.dtype.is_some_and(|dtype| dtype.code <= 1 && matches!(dtype.bits, 8 | 16));
        if quantized && tensor.quantization.is_none() {
            note(Code::QuantizationUnknown, tensor, "scale and zero point");
        }
    }
    found
}
