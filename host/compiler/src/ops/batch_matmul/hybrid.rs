//! A product of a matrix of float32 and a constant one of int8: `batch_matmul_hybrid.h`. TensorFlow Lite's reference kernel uses the
//! scales of wrong rows if there are several dimensions of batches: such shapes are refused.

use crate::ir::graph::DType;
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::Checked;
use crate::ops::shared::hybrid_rows::{HybridRows, Scales};
use crate::ops::shared::matrices::Matrices;
use crate::ops::shared::{hybrid, text, unit_rows};

/// A checked product.
pub struct Hybrid<'a> {
    matrices: Matrices<'a>,
    /// `[matrix][unit][element]`.
    weights: Vec<i8>,
    scales: Vec<f32>,
    asymmetric: bool,
}

/// The check of the second matrix; shapes fit.
pub fn check<'a>(checker: &mut Checker<'a>, mut matrices: Matrices<'a>, asymmetric: bool) -> Option<Hybrid<'a>> {
    let second = matrices.second;
    let [_, units, depth] = matrices.size;
    checker.dtype(second, &[DType::Int8]).then_some(())?;
    let axis = second.shape.len() - if matrices.turned[1] { 2 } else { 1 };
    let scales = hybrid::scales(checker, second, (axis, units))?;
    check_batches(checker, &matrices);
    let mut weights = second.i8_data()?;
    if !matrices.turned[1] {
        let turned = |at: usize| at / (depth * units) * depth * units + at % depth * units + at / depth % units;
        weights = (0..weights.len()).map(|at| weights[turned(at)]).collect();
    }
    // Steps of the second in matrices.
    matrices.batches.iter_mut().for_each(|(_, steps)| steps[1] /= depth * units);
    Some(Hybrid { matrices, weights, scales, asymmetric })
}

/// The reference finds rows' scales and sums of weights by one dimension of batches only.
fn check_batches(checker: &mut Checker<'_>, matrices: &Matrices<'_>) {
    let (first, second) = (matrices.first, matrices.second);
    let own = |shape: &[usize]| shape[..shape.len() - 2].to_vec();
    let (mut a, b) = (own(&first.shape), own(&second.shape));
    if !matrices.turned[0] && b.last() == Some(&1) {
        // It makes more rows of them.
        a.pop();
    }
    for (operand, batches) in [(first, a), (second, b)] {
        if batches.iter().filter(|&&count| count > 1).count() > 1 {
            let found = format!("batches of {batches:?} with int8 weights");
            checker.bad_tensor(operand.id, found, "one dimension of batches: RESHAPE joins them");
        }
    }
    if second.shape.len() == 5 && second.shape[0] > 1 {
        let found = format!("int8 weights of shape {:?}", second.shape);
        checker.bad_tensor(second.id, found, "up to four dimensions: RESHAPE joins the batches");
    }
}

impl Checked for Hybrid<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let matrices = &self.matrices;
        let [rows, units, depth] = matrices.size;
        let count = self.weights.len() / (units * depth);
        let each = self.scales.len() > 1;
        let scales = self.scales.repeat(if each { count } else { 1 });
        let columns = HybridRows {
            prefix: "",
            depth,
            weights: &self.weights,
            groups: count,
            scales: &scales,
            which: if each { Scales::Each } else { Scales::One },
            asymmetric: self.asymmetric,
            weights_first: false,
            float_offset: true,
            biases: Some(&[]),
            bound: ("TVMK_HYBRID_FREE", 0.0, 0.0),
        };
        let (constants, [to, columns], packed) = columns.lower(lowering);
        let apart = usize::from(matrices.turned[0]);
        let [row_step, element_step] = if apart == 1 { [1, rows] } else { [depth, 1] };
        let fields = [
            ("to", to),
            ("columns", columns),
            ("rows", rows.to_string()),
            ("units", units.to_string()),
            ("row_step", row_step.to_string()),
            ("element_step", element_step.to_string()),
        ];
        let scratch = depth.next_multiple_of(4) + apart * 4 * depth;
        let formula = format!("TVMK_HYBRID_MATRIX_SCRATCH({depth}, {apart})");
        let body = text::constant_struct("tvmk_hybrid_matrix_t", "layer", &fields)
            + &text::scratch(&formula, scratch)
            + &matrices.nest(["first", "0", "output"], |[first, matrix, output], indent| {
                format!("{indent}tvmk_hybrid_matrix(&layer, {first}, {matrix}, {output}, scratch);\n")
            });
        let products: usize = matrices.batches.iter().map(|(count, _)| count).product();
        let summary = format!(
            "float32 with weights of int8 BATCH_MATMUL {rows}x{depth} times a constant {depth}x{units}, {products} of them"
        );
        Lowered::Layer(Layer {
            arguments: vec![
                Argument::input("first", matrices.first.id),
                Argument::output("output", matrices.output.id),
            ],
            scratch_bytes: scratch,
            scratch_align: 4,
            constants,
            limits: if packed { Vec::new() } else { vec![unit_rows::limit()] },
            headers: vec!["batch_matmul_hybrid.h"],
            body,
            macs: (products * rows * units) as u64 * depth as u64,
            ..lowering.layer(summary)
        })
    }
}
