//! What a part computes, tried with all values of its source.

use super::part::{Part, ends};
use crate::ir::graph::{Contents, DType, Operator, Subgraph, Tensor, TensorId};
use crate::ops;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Elements as they are stored.
type Bytes = Arc<[u8]>;

/// What a QUANTIZE operator makes of each byte of the source; `None` for the same integers.
pub type Table = Option<Bytes>;

/// What all DEQUANTIZE operators read, and what each QUANTIZE operator makes of it: a byte for each byte, or `None` for the same
/// integers. `None` if there is no such thing.
pub fn tables(part: &Part, graph: &Subgraph) -> Option<(Tensor, BTreeMap<usize, Table>)> {
    let mut sources = part.first.iter().map(|&at| Some(graph.tensor(ends(&graph.operators[at])?.0)));
    let source = sources.next()??;
    source.per_tensor()?;
    let alike =
        |other: &Tensor| other.dtype == source.dtype && other.per_tensor() == source.per_tensor() && !other.unsigned;
    if !alike(source) || !sources.all(|other| other.is_some_and(alike)) {
        return None;
    }
    let first = &graph.operators[*part.first.first()?];
    let mut tables = BTreeMap::new();
    for &at in &part.last {
        let last = &graph.operators[at];
        let to = graph.tensor(ends(last)?.1);
        // A table of int16 would have 65536 elements.
        let has_table = source.dtype == DType::Int8 && to.dtype == DType::Int8 && !to.unsigned;
        (has_table || alike(to)).then_some(())?;
        let steps: Vec<&Operator> = [first].into_iter().chain(part.functions(graph)).chain([last]).collect();
        let (all, results) = evaluated(graph, source, &steps)?;
        let same = all == results && alike(to);
        (same || has_table).then_some(())?;
        tables.insert(at, (!same).then_some(results));
    }
    let source = Tensor { dtype: source.dtype, quant: source.quant.clone(), ..Tensor::default() };
    Some((source, tables))
}

/// All values of a tensor's type, from 0 to the highest and from the lowest to -1, and what these operators in a row make of them.
fn evaluated(graph: &Subgraph, source: &Tensor, steps: &[&Operator]) -> Option<(Bytes, Bytes)> {
    let all: Bytes = match source.dtype {
        DType::Int8 => (0..=u8::MAX).collect(),
        DType::Int16 => (0..=u16::MAX).flat_map(u16::to_le_bytes).collect(),
        _ => return None,
    };
    let count = all.len() / source.dtype.size();
    let like = |tensor: &Tensor, data| Tensor {
        shape: vec![count],
        dtype: tensor.dtype,
        quant: tensor.quant.clone(),
        data,
        ..Tensor::default()
    };
    let mut results = Contents::Plain(all.clone());
    let mut from = source;
    for op in steps {
        let to = graph.tensor(ends(op)?.1);
        let tensors = vec![like(from, Some(results)), like(to, None)];
        let row = Subgraph { tensors, ..Subgraph::default() };
        let op = Operator { inputs: vec![Some(TensorId(0))], outputs: vec![TensorId(1)], ..(*op).clone() };
        results = ops::check_ahead(&row, &op).ok()?.evaluate()?.ok()?.pop()?;
        from = to;
    }
    let results = results.plain()?.clone();
    Some((all, results))
}
