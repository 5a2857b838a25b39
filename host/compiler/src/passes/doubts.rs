//! Independent of `check`: what is accepted because the reference accepts it, but is probably a mistake.

use crate::ir::graph::{DType, Graph, OpKind, Operator, Subgraph, TensorId};

/// Largest difference between the scales of a bias and of the products, in steps of the output, that is not reported.
/// The reference requires it of FULLY_CONNECTED.
const TOLERANCE: f64 = 0.02;

/// A probable mistake in an accepted model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Name of the tensor concerned.
    pub tensor: String,
    /// What was found, in a sentence.
    pub found: String,
}

/// The doubts about a model that passed its check.
pub fn doubts(graph: &Graph) -> Vec<Doubt> {
    let Some(main) = graph.subgraphs.first() else { return Vec::new() };
    main.operators.iter().filter_map(|op| bias(main, op).or_else(|| compared(main, op))).collect()
}

/// A convolution whose bias has another scale than input · weights.
fn bias(graph: &Subgraph, op: &Operator) -> Option<Doubt> {
    if ![OpKind::CONV_2D, OpKind::DEPTHWISE_CONV_2D].contains(&op.kind) {
        return None;
    }
    let [input, weights, bias] = [0, 1, 2].map(|i| op.inputs.get(i).copied().flatten().map(|id| graph.tensor(id)));
    let (input, weights, bias) = (input?, &weights?.quant.as_ref()?.scales, bias?);
    let (input_scale, output_scale) = (input.per_tensor()?.0, graph.tensor(*op.outputs.first()?).per_tensor()?.0);
    let given = &bias.quant.as_ref()?.scales;
    let of = |scales: &[f32], i: usize| scales.get(i).or(scales.first()).copied().unwrap_or(0.0);
    (0..weights.len().max(given.len())).find_map(|i| {
        let (scale, product) = (of(given, i), f64::from(input_scale) * f64::from(of(weights, i)));
        let far = (product - f64::from(scale)).abs() / f64::from(output_scale) > TOLERANCE;
        far.then(|| Doubt {
            tensor: bias.name.clone(),
            found: format!(
                "the bias of {} has scale {scale} in channel {i}, and is added to products of scale {}",
                op.kind, product as f32
            ),
        })
    })
}

/// MAXIMUM or MINIMUM of tensors that are quantised in different ways.
fn compared(graph: &Subgraph, op: &Operator) -> Option<Doubt> {
    let quant = |id: TensorId| graph.tensor(id).per_tensor();
    let (&[Some(first), Some(second)], &[output]) = (op.inputs.as_slice(), op.outputs.as_slice()) else { return None };
    let kind = [OpKind::MAXIMUM, OpKind::MINIMUM].contains(&op.kind) && graph.tensor(output).dtype == DType::Int8;
    let other = [second, output].into_iter().find(|&id| quant(id) != quant(first))?;
    let ((scale, zero), (other_scale, other_zero)) = (quant(first)?, quant(other)?);
    kind.then(|| Doubt {
        tensor: graph.tensor(other).name.clone(),
        found: format!(
            "{} compares what is stored: scale {scale} and zero point {zero} with {other_scale} and {other_zero}",
            op.kind
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::{Quantization, Tensor};
    use std::sync::Arc;

    fn doubts_of(kind: OpKind, quants: &[(f32, i64)]) -> Vec<String> {
        let tensor = |&(scale, zero): &(f32, i64)| {
            let quant = Quantization { scales: vec![scale], zero_points: vec![zero], axis: 0 };
            Tensor { quant: Some(quant), ..Tensor::default() }
        };
        let last = quants.len() - 1;
        let op = Operator {
            index: 0,
            kind,
            version: 1,
            options: Arc::new(()),
            inputs: (0..last).map(|id| Some(TensorId(id))).collect(),
            outputs: vec![TensorId(last)],
        };
        let subgraph =
            Subgraph { tensors: quants.iter().map(tensor).collect(), operators: vec![op], ..Subgraph::default() };
        let graph = Graph { subgraphs: vec![subgraph], ..Graph::default() };
        doubts(&graph).into_iter().map(|doubt| doubt.found).collect()
    }

    #[test]
    fn a_bias_of_another_scale_is_reported() {
        assert!(doubts_of(OpKind::CONV_2D, &[(0.5, 0), (0.25, 0), (0.125, 0), (1.0, 0)]).is_empty());
        let found = doubts_of(OpKind::CONV_2D, &[(0.5, 0), (0.25, 0), (12.5, 0), (1.0, 0)]);
        assert!(found[0].contains("scale 12.5 in channel 0") && found[0].contains("0.125"), "{found:?}");
    }

    #[test]
    fn comparing_bytes_of_different_scales_is_reported() {
        assert!(doubts_of(OpKind::MINIMUM, &[(0.5, 1), (0.5, 1), (0.5, 1)]).is_empty());
        assert_eq!(doubts_of(OpKind::MAXIMUM, &[(0.5, 1), (0.5, 2), (0.5, 1)]).len(), 1);
        assert!(doubts_of(OpKind::RELU, &[(0.5, 1), (0.25, 1)]).is_empty());
    }
}
