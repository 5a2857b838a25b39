//! After `check`: what the author of a model can do about it.
//!
//! Most refused files are of a known kind: the same network, exported in another way, would be accepted. The kind is
//! recognised here and reported with a solution. Accepted float32 models are recognised, too, since int8 suits devices better.

mod sizes;

use crate::ir::graph::{Custom, DType, Graph, OpKind, Operator, Subgraph, Tensor, TensorId};
use crate::ir::problem::{Errors, UNKNOWN};

/// How to make TensorFlow's converter write int8 models.
const FULL_INT8: &str = "export it with full integer quantisation: converter.optimizations = [tf.lite.Optimize.DEFAULT], a \
     representative_dataset, and inference_input_type and inference_output_type = tf.int8";

/// The cost of float32.
const SOFTWARE: &str = "a core without an FPU computes floats by software, tens of instructions each";

/// Which operators take weights of another type than their activations.
const HYBRID: &str = "weights of int8 with activations of float32 (dynamic range) are supported for BATCH_MATMUL, CONV_2D, DEPTHWISE_CONV_2D, \
     EMBEDDING_LOOKUP, FULLY_CONNECTED, TRANSPOSE_CONV and UNIDIRECTIONAL_SEQUENCE_LSTM alone, in the forms that \
     docs/operators.md lists";

/// Where weights keep the type of the file.
const KEPT: &str = "which stay so in flash where CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV, BATCH_MATMUL, GATHER, \
     EMBEDDING_LOOKUP and, as float16, UNIDIRECTIONAL_SEQUENCE_LSTM read them";

/// What to do about a model that was refused, as far as its inputs or operators are the reason.
pub fn advice(graph: &Graph, errors: &Errors) -> Option<String> {
    if let Some(way) = graph.subgraphs.first().and_then(sizes::unknown) {
        return Some(way);
    }
    errors.0.iter().any(|problem| problem.operator.is_some()).then_some(())?;
    let main = graph.subgraphs.first()?;
    let refused = |kind: OpKind| errors.0.iter().any(|problem| problem.operator.is_some_and(|(_, k)| k == kind));
    if refused(OpKind::ETHOS_U) {
        let way = "this is a file that Vela wrote for an Ethos-U NPU: give it as Vela wrote it (docs/ethos_u.md), or the .tflite file from \
                   before Vela, and the model runs on the Cortex-M core";
        return Some(way.to_owned());
    }
    if let Some(name) = custom(main) {
        return Some(without(name).to_owned());
    }
    if let Some(way) = sizes::chosen(graph, errors).or_else(|| sizes::open(main, errors)) {
        return Some(way);
    }
    // Constants of these types are supported before DEQUANTIZE: they are the reason only if an operator that reads them is refused.
    let at = |index: usize| errors.0.iter().any(|problem| problem.operator.is_some_and(|(i, _)| i == index));
    let named = |dtype: DType| {
        let reads = |op: &Operator| op.inputs.iter().flatten().any(|&id| main.tensor(id).dtype == dtype);
        main.operators.iter().any(|op| at(op.index) && reads(op))
    };
    if named(DType::Float16) {
        return Some(format!(
            "the file holds float16 weights: {FULL_INT8}; or export it as float32, without optimisation"
        ));
    }
    if main.operators.iter().any(|op| is_dynamic_range(main, op)) {
        return Some(format!("{HYBRID}: {FULL_INT8}"));
    }
    if main.operators.iter().any(|op| is_uint8(main, op)) {
        return Some(
            "the model is quantised to uint8, as TensorFlow 1 did, and not all of its operators are supported so: convert the \
             trained model again with a converter of TensorFlow 2, which quantises to int8"
                .to_owned(),
        );
    }
    if [OpKind::SHAPE, OpKind::FILL, OpKind::BROADCAST_TO, OpKind::RANGE].into_iter().any(refused) {
        return Some(
            "the model computes shapes while it runs: export it with a fixed batch size of 1, for example \
             tf.keras.Input(shape, batch_size=1), so that the converter computes them"
                .to_owned(),
        );
    }
    let unknown = errors.0.iter().any(|problem| problem.found == UNKNOWN);
    Some(match unknown {
        true => "build the model without these operators: docs/operators.md lists those that are supported, with their types",
        false => "change the model to what is supported, or export it in another way: docs/operators.md lists types and limits",
    }
    .to_owned())
}

/// What to do about a custom operator.
fn without(name: &str) -> &'static str {
    match name.starts_with("Flex") {
        true => {
            "the model calls TensorFlow's own operators: convert it with \
             converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS], without SELECT_TF_OPS, and replace \
             what the converter then refuses"
        }
        false => {
            "a C function of yours can compute a custom operator: compile --custom NAME=HEADER:FUNCTION (docs/custom.md); or \
             build the model from the operators of TensorFlow Lite"
        }
    }
}

/// Notes about an accepted model.
pub fn note(graph: &Graph) -> Option<String> {
    let main = graph.subgraphs.first()?;
    let weights = |op: &Operator| -> usize {
        let read = op.inputs.get(weights_of(op.kind)).unwrap_or_default().iter().flatten().map(|&id| main.tensor(id));
        read.filter(|tensor| tensor.is_constant() && tensor.dtype == DType::Float32).map(Tensor::bytes).sum()
    };
    let bytes: usize = main.operators.iter().map(weights).fold(0, usize::saturating_add);
    let float = (bytes > 0).then(|| {
        let quarter = bytes / 4;
        format!("a float32 model: its weights take {bytes} bytes, as int8 they would take about {quarter}, and each activation a quarter; {SOFTWARE}; {FULL_INT8}")
    });
    let notes: Vec<String> = [sizes::note(main), npu(main), mixed(main).or(float)].into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// The parts of a model that an NPU executes.
fn npu(main: &Subgraph) -> Option<String> {
    let parts = || main.operators.iter().filter(|op| op.kind == OpKind::ETHOS_U);
    let bytes = |i: usize| -> usize {
        parts().filter_map(|op| op.inputs.get(i).copied().flatten()).map(|id| main.tensor(id).bytes()).sum()
    };
    let count = parts().count();
    (count > 0).then(|| {
        let (commands, weights) = (bytes(0), bytes(1));
        let them = if count == 1 { "1 part".to_owned() } else { format!("{count} parts") };
        format!(
            "a model that Vela compiled: {them} for an Ethos-U NPU, {commands} bytes of commands and {weights} of weights, which your driver \
             executes: docs/ethos_u.md"
        )
    })
}

/// A model with weights of another type than its arithmetic.
fn mixed(main: &Subgraph) -> Option<String> {
    let constants = |op: &Operator, dtypes: &[DType]| -> usize {
        let read = op.inputs.iter().flatten().map(|&id| main.tensor(id));
        read.filter(|tensor| tensor.is_constant() && dtypes.contains(&tensor.dtype)).map(Tensor::bytes).sum()
    };
    let bytes = |kinds: &dyn Fn(&Operator) -> bool, dtypes: &[DType]| -> usize {
        main.operators.iter().filter(|op| kinds(op)).map(|op| constants(op, dtypes)).sum()
    };
    let hybrid = bytes(&|op| is_dynamic_range(main, op), &[DType::Int8, DType::Int4]);
    if hybrid > 0 {
        return Some(format!(
            "a dynamic-range model: {hybrid} bytes of weights are integers, all else is float32, and each run quantises what \
             these weights meet; {SOFTWARE}; full int8 would save that, and three quarters of each activation; {FULL_INT8}"
        ));
    }
    let unsigned = bytes(&|op| is_uint8(main, op), &[DType::Uint8]);
    if unsigned > 0 {
        return Some(format!(
            "a uint8 model, as TensorFlow 1 quantised them: {unsigned} bytes of weights with zero points, computed as int8; a model of \
             int8 would save the zero points' arithmetic in each run, and a copy of the input; {FULL_INT8}"
        ));
    }
    if main.operators.iter().any(|op| computes_uint8(main, op)) {
        return Some(format!(
            "a uint8 model, as TensorFlow 1 quantised them, without weights: computed as int8; a model of int8 would save a copy of the input; {FULL_INT8}"
        ));
    }
    let wide = bytes(&|op| is_int16(main, op), &[DType::Int8, DType::Int4]);
    if wide > 0 {
        return Some(format!(
            "a model with activations of int16: {wide} bytes of weights are integers; no floats, so no FPU is needed; full int8 would              save half of each activation, and about half of the instructions (docs/kinds.md); {FULL_INT8}"
        ));
    }
    let widened = |op: &Operator| op.kind == OpKind::DEQUANTIZE;
    let halves = bytes(&widened, &[DType::Float16]);
    if halves > 0 {
        return Some(format!(
            "a model with weights of float16: {halves} bytes, {KEPT}; {SOFTWARE}; as int8 they would take about {}, and each \
             activation a quarter; {FULL_INT8}",
            halves / 2
        ));
    }
    let integers = bytes(&widened, &[DType::Int8, DType::Int4]);
    (integers > 0).then(|| {
        format!(
            "a weight-only model: {integers} bytes of weights are integers, {KEPT}, where they become floats; {SOFTWARE}; full \
             int8 would save that, and three quarters of each activation; {FULL_INT8}"
        )
    })
}

fn custom(graph: &Subgraph) -> Option<&str> {
    graph.operators.iter().find_map(|op| Some(op.options::<Custom>()?.name.as_str()))
}

fn is_weighted(kind: OpKind) -> bool {
    matches!(
        kind,
        OpKind::CONV_2D
            | OpKind::DEPTHWISE_CONV_2D
            | OpKind::FULLY_CONNECTED
            | OpKind::TRANSPOSE_CONV
            | OpKind::BATCH_MATMUL
            | OpKind::UNIDIRECTIONAL_SEQUENCE_LSTM
    )
}

/// Which inputs of an operator are weights or a table.
fn weights_of(kind: OpKind) -> std::ops::Range<usize> {
    match kind {
        OpKind::UNIDIRECTIONAL_SEQUENCE_LSTM => 1..9,
        OpKind::GATHER => 0..1,
        OpKind::EMBEDDING_LOOKUP => 1..2,
        _ if is_weighted(kind) => 1..2,
        _ => 0..0,
    }
}

/// The data and the weights of an operator that has weights.
fn operands<'a>(graph: &'a Subgraph, op: &Operator) -> Option<(&'a Tensor, &'a Tensor)> {
    let at = |i: usize| op.inputs.get(i).copied().flatten().map(|id| graph.tensor(id));
    // TRANSPOSE_CONV has its shape first.
    let (data, weights) = if op.kind == OpKind::TRANSPOSE_CONV { (at(2)?, at(1)?) } else { (at(0)?, at(1)?) };
    is_weighted(op.kind).then_some((data, weights))
}

fn is_dynamic_range(graph: &Subgraph, op: &Operator) -> bool {
    if op.kind == OpKind::EMBEDDING_LOOKUP {
        let types = [op.inputs.get(1).copied().flatten(), op.outputs.first().copied()];
        let [table, output] = types.map(|id| id.map(|id| graph.tensor(id).dtype));
        return matches!(table, Some(DType::Int8 | DType::Int4)) && output == Some(DType::Float32);
    }
    operands(graph, op).is_some_and(|(data, weights)| {
        data.dtype == DType::Float32 && matches!(weights.dtype, DType::Int8 | DType::Uint8 | DType::Int4)
    })
}

fn is_int16(graph: &Subgraph, op: &Operator) -> bool {
    operands(graph, op)
        .is_some_and(|(data, weights)| data.dtype == DType::Int16 && matches!(weights.dtype, DType::Int8 | DType::Int4))
}

/// Whether an operator computes on uint8; a conversion of the model's input or output does not.
fn computes_uint8(graph: &Subgraph, op: &Operator) -> bool {
    let is_uint8 = |id: &TensorId| graph.tensor(*id).dtype == DType::Uint8 && graph.tensor(*id).quant.is_some();
    let converts = matches!(op.kind, OpKind::QUANTIZE | OpKind::DEQUANTIZE);
    !converts && op.inputs.iter().flatten().any(is_uint8) && op.outputs.iter().any(is_uint8)
}

fn is_uint8(graph: &Subgraph, op: &Operator) -> bool {
    operands(graph, op).is_some_and(|(data, weights)| [data.dtype, weights.dtype] == [DType::Uint8; 2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::{OpOptions, Quantization};
    use crate::ir::problem::Problem;
    use std::sync::Arc;

    /// A model of one operator that reads two tensors and writes one.
    fn model(kind: OpKind, options: Arc<dyn OpOptions>, types: [DType; 2]) -> (Graph, Errors) {
        let tensor = |dtype| Tensor { dtype, shape: vec![1, 4], ..Tensor::default() };
        let [data, weights] = types.map(tensor);
        let weights = Tensor { data: Some(vec![0; weights.bytes()].into()), ..weights };
        let inputs = vec![Some(TensorId(0)), Some(TensorId(1))];
        let op = Operator { index: 0, kind, version: 1, options, inputs, outputs: vec![TensorId(0)] };
        let graph = Subgraph { tensors: vec![data, weights], operators: vec![op], ..Subgraph::default() };
        let errors = Problem::operator(&graph, &graph.operators[0], UNKNOWN, "").into();
        (Graph { subgraphs: vec![graph], ..Graph::default() }, errors)
    }

    #[test]
    fn files_of_a_known_kind_are_recognised() {
        let custom = |name: &str| Arc::new(Custom { name: name.to_owned(), options: Vec::new() }) as Arc<dyn OpOptions>;
        let int8 = [DType::Int8; 2];
        for (kind, options, types, expected) in [
            (OpKind::CUSTOM, custom("FlexErf"), int8, "SELECT_TF_OPS"),
            (OpKind::ETHOS_U, Arc::new(()), int8, "from before Vela"),
            (OpKind::CUSTOM, custom("TFLite_Detection_PostProcess"), int8, "custom operator"),
            (OpKind::CONV_2D, Arc::new(()), [DType::Float32, DType::Float16], "float16 weights"),
            (OpKind::FULLY_CONNECTED, Arc::new(()), [DType::Float32, DType::Int8], "dynamic range"),
            (OpKind::CONV_2D, Arc::new(()), [DType::Uint8; 2], "as TensorFlow 1 did"),
            (OpKind::SHAPE, Arc::new(()), int8, "a fixed batch size"),
            (OpKind::WHERE, Arc::new(()), int8, "without these operators"),
        ] {
            let (graph, errors) = model(kind, options, types);
            let advice = advice(&graph, &errors).unwrap();
            assert!(advice.contains(expected), "{expected}: {advice}");
        }
        let (graph, _) = model(OpKind::ADD, Arc::new(()), int8);
        assert_eq!(advice(&graph, &Problem::file("no place", "").into()), None);
    }

    #[test]
    fn float_models_are_reported_with_what_int8_saves() {
        let (graph, _) = model(OpKind::FULLY_CONNECTED, Arc::new(()), [DType::Float32; 2]);
        let note = note(&graph).unwrap();
        assert!(
            note.starts_with("a float32 model: its weights take 16 bytes, as int8 they would take about 4"),
            "{note}"
        );
        let (graph, _) = model(OpKind::FULLY_CONNECTED, Arc::new(()), [DType::Float32, DType::Int8]);
        let note = super::note(&graph).unwrap();
        assert!(note.starts_with("a dynamic-range model: 4 bytes of weights are integers"), "{note}");
        for (dtype, expected) in
            [(DType::Float16, "a model with weights of float16: 8 bytes"), (DType::Int8, "a weight-only model: 4")]
        {
            let (graph, _) = model(OpKind::DEQUANTIZE, Arc::new(()), [DType::Float32, dtype]);
            let note = super::note(&graph).unwrap();
            assert!(note.starts_with(expected) && note.contains("without an FPU"), "{note}");
        }
        let unsigned = super::note(&model(OpKind::CONV_2D, Arc::new(()), [DType::Uint8; 2]).0).unwrap();
        assert!(unsigned.starts_with("a uint8 model, as TensorFlow 1 quantised them: 4 bytes"), "{unsigned}");
        let wide = super::note(&model(OpKind::CONV_2D, Arc::new(()), [DType::Int16, DType::Int8]).0).unwrap();
        assert!(wide.starts_with("a model with activations of int16: 4 bytes of weights"), "{wide}");
        assert_eq!(super::note(&model(OpKind::FULLY_CONNECTED, Arc::new(()), [DType::Int8; 2]).0), None);
        assert_eq!(super::note(&model(OpKind::ADD, Arc::new(()), [DType::Float32; 2]).0), None);
    }

    #[test]
    fn uint8_without_weights_is_reported_where_it_is_computed() {
        let noted = |kind: OpKind| {
            let (mut graph, _) = model(kind, Arc::new(()), [DType::Uint8; 2]);
            graph.subgraphs[0].tensors.iter_mut().for_each(|tensor| {
                tensor.quant = Some(Quantization { scales: vec![0.1], zero_points: vec![3], axis: 0 })
            });
            note(&graph)
        };
        assert!(noted(OpKind::ADD).unwrap().contains("uint8 model, as TensorFlow 1 quantised them, without weights"));
        assert_eq!(noted(OpKind::QUANTIZE), None);
    }
}
