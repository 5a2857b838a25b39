use super::*;
use crate::ir::graph::{DType, OpOptions, Quantization};

fn tensor(dtype: DType, shape: &[usize], scale: Option<f32>) -> Tensor {
    let quant = scale.map(|scale| Quantization { scales: vec![scale], zero_points: vec![3], axis: 0 });
    Tensor { dtype, shape: shape.to_vec(), quant, ..Tensor::default() }
}

fn operator(index: usize, kind: OpKind, inputs: &[usize], output: usize) -> Operator {
    let options: Arc<dyn OpOptions> = Arc::new(());
    let inputs = inputs.iter().map(|&id| Some(TensorId(id))).collect();
    Operator { index, kind, version: 1, options, inputs, outputs: vec![TensorId(output)] }
}

/// int8 0, DEQUANTIZE to 1, TRANSPOSE by the constant 2 to 3, `function` to 4, QUANTIZE to 5 of this scale.
fn graph(function: OpKind, scale: f32) -> Graph {
    let order: Vec<u8> = [1, 0].iter().flat_map(|n: &i32| n.to_le_bytes()).collect();
    let order = Tensor { data: Some(order.into()), ..tensor(DType::Int32, &[2], None) };
    let main = Subgraph {
        tensors: vec![
            tensor(DType::Int8, &[2, 3], Some(0.5)),
            tensor(DType::Float32, &[2, 3], None),
            order,
            tensor(DType::Float32, &[3, 2], None),
            tensor(DType::Float32, &[3, 2], None),
            tensor(DType::Int8, &[3, 2], Some(scale)),
        ],
        inputs: vec![TensorId(0)],
        outputs: vec![TensorId(5)],
        operators: vec![
            operator(0, OpKind::DEQUANTIZE, &[0], 1),
            operator(1, OpKind::TRANSPOSE, &[1, 2], 3),
            operator(2, function, &[3], 4),
            operator(3, OpKind::QUANTIZE, &[4], 5),
        ],
        ..Subgraph::default()
    };
    Graph { subgraphs: vec![main], ..Graph::default() }
}

/// The types that the operators after the DEQUANTIZE read, and the table of the last.
fn types(graph: &Graph) -> (Vec<DType>, Option<&[u8]>) {
    let main = &graph.subgraphs[0];
    let read = main.operators[1..].iter().map(|op| main.tensor(op.inputs[0].unwrap()).dtype).collect();
    (read, main.operators[3].options::<Looked>().map(|looked| &*looked.0))
}

#[test]
fn moves_and_a_function_become_moves_and_a_table() {
    let mut graph = graph(OpKind::RELU, 0.25);
    through_float(&mut graph);
    let (read, table) = types(&graph);
    assert_eq!(read, [DType::Int8; 3]);
    // (byte - 3) / 2 as steps of a quarter: twice as many, from the zero point on.
    let expected = |x: i32| (2 * (x - 3).max(0) + 3).min(127);
    let table = table.unwrap();
    for x in -128..=127 {
        assert_eq!(i32::from(table[usize::from(x as i8 as u8)] as i8), expected(x), "{x}");
    }
    let main = &graph.subgraphs[0];
    assert_eq!(main.operators[1].inputs[0], Some(TensorId(0)));
    assert_eq!(main.tensor(TensorId(4)).per_tensor(), Some((0.5, 3)));
}

#[test]
fn the_same_integers_need_no_table() {
    // A second TRANSPOSE instead of a function.
    let mut graph = graph(OpKind::RELU, 0.5);
    let main = &mut graph.subgraphs[0];
    main.operators[2] = operator(2, OpKind::TRANSPOSE, &[3, 2], 4);
    (main.tensors[4].shape, main.tensors[5].shape) = (vec![2, 3], vec![2, 3]);
    through_float(&mut graph);
    assert_eq!(types(&graph), (vec![DType::Int8; 3], None));
}

#[test]
fn what_can_not_be_computed_ahead_stays() {
    // The last bits of LOGISTIC are not known here, and an output of float32 is needed as it is.
    let mut logistic = graph(OpKind::LOGISTIC, 0.25);
    let mut output = graph(OpKind::RELU, 0.25);
    output.subgraphs[0].outputs.push(TensorId(3));
    for graph in [&mut logistic, &mut output] {
        through_float(graph);
        assert_eq!(types(graph), (vec![DType::Float32; 3], None));
    }
}
