//! The facts file: what neither the header nor the library of a model holds, from its user.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::metadata::json::{self, Node};
use crate::model::TvmVersion;
use crate::model::dtype::DType;
use crate::model::pool::PoolKind;

/// Everything in the file; all of it is optional.
#[derive(Debug, Default)]
pub(super) struct FactsFile {
    pub tvm_version: Option<TvmVersion>,
    /// By the member's name in the header's struct.
    pub inputs: BTreeMap<String, TensorFacts>,
    pub outputs: BTreeMap<String, TensorFacts>,
    pub pools: BTreeMap<String, PoolFacts>,
    /// The memory that the library allocates while it runs.
    pub workspace: PoolFacts,
}

/// Facts of a tensor.
#[derive(Debug, Default, Clone)]
pub(super) struct TensorFacts {
    pub name: Option<String>,
    pub dtype: Option<DType>,
    pub shape: Option<Vec<i64>>,
    pub bytes: Option<u64>,
    pub scale: Option<f32>,
    pub zero_point: Option<i32>,
    pub alignment: Option<u64>,
    pub pool: Option<String>,
    pub offset: Option<u64>,
}

/// Facts of a pool.
#[derive(Debug, Default, Clone)]
pub(super) struct PoolFacts {
    pub kind: Option<PoolKind>,
    pub bytes: Option<u64>,
    pub alignment: Option<u64>,
    pub state: bool,
}

/// Reads the file.
pub(super) fn read(text: &str) -> Result<FactsFile> {
    let document = json::parse(text)?;
    let root = Node::root(&document);
    known(&root, &["tvm_version", "inputs", "outputs", "pools", "workspace"])?;
    let mut facts = FactsFile::default();
    if let Some(node) = root.find("tvm_version")? {
        let version = TvmVersion::parse(node.text()?);
        facts.tvm_version = Some(version.ok_or_else(|| node.error("expected a version such as \"0.12.0\""))?);
    }
    for (key, tensors) in [("inputs", &mut facts.inputs), ("outputs", &mut facts.outputs)] {
        for (name, node) in entries(&root, key)? {
            tensors.insert(name.to_owned(), tensor(&node)?);
        }
    }
    for (name, node) in entries(&root, "pools")? {
        known(&node, &["kind", "bytes", "alignment", "state"])?;
        facts.pools.insert(name.to_owned(), pool(&node)?);
    }
    if let Some(node) = root.find("workspace")? {
        known(&node, &["bytes", "alignment"])?;
        facts.workspace = pool(&node)?;
    }
    Ok(facts)
}

fn entries<'a>(root: &Node<'a>, key: &str) -> Result<Vec<(&'a str, Node<'a>)>> {
    root.find(key)?.map_or(Ok(Vec::new()), |node| node.entries())
}

/// Refuses a key that would be read by nobody.
fn known(node: &Node<'_>, keys: &[&str]) -> Result<()> {
    match node.object()?.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(node.error(format!("the key '{key}' is not known (known are {})", keys.join(", ")))),
        None => Ok(()),
    }
}

fn tensor(node: &Node<'_>) -> Result<TensorFacts> {
    known(node, &["name", "dtype", "shape", "bytes", "scale", "zero_point", "alignment", "pool", "offset"])?;
    let text = |key: &str| node.find(key)?.map(|value| value.text().map(str::to_owned)).transpose();
    let dtype = match node.find("dtype")? {
        None => None,
        Some(value) => Some(
            DType::parse(value.text()?)
                .ok_or_else(|| value.error("expected a type such as \"int8\", \"uint8\", \"int32\" or \"float32\""))?,
        ),
    };
    let shape = match node.find("shape")? {
        None => None,
        Some(value) => Some(value.items()?.iter().map(dimension).collect::<Result<Vec<i64>>>()?),
    };
    let facts = TensorFacts {
        name: text("name")?,
        dtype,
        shape,
        bytes: size(node, "bytes")?,
        scale: node.find("scale")?.as_ref().map(scale).transpose()?,
        zero_point: node.find("zero_point")?.as_ref().map(zero_point).transpose()?,
        alignment: alignment(node)?,
        pool: text("pool")?,
        offset: size(node, "offset")?,
    };
    if facts.scale.is_some() != facts.zero_point.is_some() {
        return Err(node.error("'scale' and 'zero_point' belong together: expected both or none"));
    }
    if facts.pool.is_some() != facts.offset.is_some() {
        return Err(node.error("'pool' and 'offset' belong together: expected both or none"));
    }
    Ok(facts)
}

fn pool(node: &Node<'_>) -> Result<PoolFacts> {
    let kind = match node.find("kind")? {
        None => None,
        Some(value) => Some(match value.text()? {
            "workspace" => PoolKind::Workspace,
            "constant" => PoolKind::Constant,
            _ => return Err(value.error("expected \"workspace\" or \"constant\"")),
        }),
    };
    let state = match node.find("state")? {
        None => false,
        Some(value) => value.value.as_bool().ok_or_else(|| value.error("expected true or false"))?,
    };
    Ok(PoolFacts { kind, bytes: size(node, "bytes")?, alignment: alignment(node)?, state })
}

fn size(node: &Node<'_>, key: &str) -> Result<Option<u64>> {
    node.find(key)?.map(|value| value.size()).transpose()
}

fn dimension(value: &Node<'_>) -> Result<i64> {
    let found = value.value.as_i64().filter(|dimension| *dimension > 0);
    found.ok_or_else(|| value.error("expected a dimension: an integer from 1 on"))
}

fn scale(value: &Node<'_>) -> Result<f32> {
    #[expect(clippy::cast_possible_truncation, reason = "a scale is a float32; too large ones become infinite")]
    let found = value.value.as_f64().map(|scale| scale as f32).filter(|scale| scale.is_finite() && *scale > 0.0);
    found.ok_or_else(|| value.error("expected a scale: a number above 0 that fits into a float32"))
}

fn zero_point(value: &Node<'_>) -> Result<i32> {
    let found = value.value.as_i64().and_then(|point| i32::try_from(point).ok());
    found.ok_or_else(|| value.error("expected a zero point: an integer of 32 bits"))
}

fn alignment(node: &Node<'_>) -> Result<Option<u64>> {
    let Some(value) = node.find("alignment")? else {
        return Ok(None);
    };
    match value.size()? {
        size if size.is_power_of_two() && size <= 4096 => Ok(Some(size)),
        _ => Err(value.error("expected an alignment: a power of two up to 4096")),
    }
}
