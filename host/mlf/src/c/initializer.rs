//! `kTvmgenMetadata`: the tensors of a model with a packed interface, in order, with shapes.

use std::collections::BTreeMap;

use super::cursor::{Cursor, bound, number, unexpected};
use super::lexer::Kind;
use crate::error::Result;

/// Arrays of the metadata file, as far as they describe tensors and pools.
#[derive(Debug, Default)]
pub(crate) struct TensorInfos<'a> {
    shapes: BTreeMap<&'a str, Vec<u64>>,
    pub inputs: Option<Vec<Info<'a>>>,
    pub outputs: Option<Vec<Info<'a>>>,
}

/// One `struct TVMTensorInfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Info<'a> {
    pub name: &'a str,
    pub shape: Vec<u64>,
    /// DLPack code, bits, lanes.
    pub dtype: [u64; 3],
    pub line: u32,
}

const ROOT: &str = "kTvmgenMetadata_";

/// Whether [`read`] needs the value of the variable with this name.
pub(crate) fn is_wanted(name: &str) -> bool {
    name.strip_prefix(ROOT).is_some_and(|rest| {
        rest == "inputs" || rest == "outputs" || rest.ends_with("_shape") && !rest.starts_with("workspace")
    })
}

/// Reads the value of a variable, after its `=`, up to but without the closing `;`.
pub(crate) fn read<'a>(cursor: &mut Cursor<'a>, name: &'a str, infos: &mut TensorInfos<'a>) -> Result<()> {
    cursor.expect("{")?;
    let rest = name.strip_prefix(ROOT).unwrap_or(name);
    match rest {
        "inputs" => infos.inputs = Some(tensors(cursor, &infos.shapes)?),
        "outputs" => infos.outputs = Some(tensors(cursor, &infos.shapes)?),
        _ => {
            let shape = numbers(cursor)?;
            infos.shapes.insert(name, shape);
            bound(infos.shapes.len(), "shapes", 0)?;
        }
    }
    Ok(())
}

/// `1L, 2L }`
fn numbers(cursor: &mut Cursor<'_>) -> Result<Vec<u64>> {
    let mut found = Vec::new();
    loop {
        let token = cursor.need("'}'")?;
        if token.is("}") {
            return Ok(found);
        }
        if !token.is(",") {
            found.push(number(&token)?);
            bound(found.len(), "dimensions", token.line)?;
        }
    }
}

/// `{ "name", shape, 2L, {0, 8, 1} } , … }`
fn tensors<'a>(cursor: &mut Cursor<'a>, shapes: &BTreeMap<&'a str, Vec<u64>>) -> Result<Vec<Info<'a>>> {
    let mut found = Vec::new();
    loop {
        let token = cursor.need("'}'")?;
        if token.is("}") {
            return Ok(found);
        }
        if token.is(",") {
            continue;
        }
        if !token.is("{") {
            return Err(unexpected(&token, "'{'"));
        }
        let name = cursor.need("a tensor's name")?;
        if name.kind != Kind::String {
            return Err(unexpected(&name, "a tensor's name"));
        }
        cursor.expect(",")?;
        let array = cursor.need("a shape's name")?;
        cursor.expect(",")?;
        let rank = cursor.need("the number of dimensions")?;
        let rank_value = number(&rank)?;
        cursor.expect(",")?;
        cursor.expect("{")?;
        let dtype = numbers(cursor)?;
        cursor.expect("}")?;
        let shape = match shapes.get(array.text) {
            Some(shape) => shape.clone(),
            None if rank_value == 0 => Vec::new(),
            None => return Err(unexpected(&array, "the name of a shape above")),
        };
        if shape.len() as u64 != rank_value {
            return Err(unexpected(&rank, &format!("{} (the shape's length)", shape.len())));
        }
        let Ok(dtype) = <[u64; 3]>::try_from(dtype) else {
            return Err(unexpected(&array, "a type of three numbers"));
        };
        found.push(Info { name: name.text, shape, dtype, line: name.line });
        bound(found.len(), "tensors", name.line)?;
    }
}
