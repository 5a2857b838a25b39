//! Between `lower` and `schedule`: layers of one operator that compute bands of the same image share arrays and functions; layers of
//! different operators share arrays, as the steps of an unrolled recurrence do.

use crate::ir::graph::{DType, Subgraph};
use crate::ir::layer::{Argument, Constant, Layer, Lowered};
use std::collections::HashMap;

/// Gives layers of the same operator in this graph one copy of equal arrays; those that are equal then get one function.
pub fn share(graph: &Subgraph, lowered: &mut [Lowered]) {
    let mut of_operator: HashMap<Vec<usize>, Shared> = HashMap::new();
    for lowered in lowered {
        if let Lowered::Layer(layer) = lowered {
            of_operator.entry(layer.operators.clone()).or_default().add(graph, layer);
        }
    }
}

/// Gives all layers one copy of equal arrays; each keeps a function of its own. Other layers of the same operator may read an array that
/// is replaced, after [`share`].
pub fn share_arrays(lowered: &mut [Lowered]) {
    let mut shared = Shared::default();
    let mut replaced: HashMap<Vec<usize>, Vec<[String; 2]>> = HashMap::new();
    for lowered in &mut *lowered {
        let Lowered::Layer(layer) = lowered else { continue };
        let names = shared.take_arrays(layer);
        if !names.is_empty() {
            replaced.entry(layer.operators.clone()).or_default().extend(names);
        }
    }
    for lowered in lowered {
        let Lowered::Layer(layer) = lowered else { continue };
        for [from, to] in replaced.get(&layer.operators).into_iter().flatten() {
            layer.body = renamed(&layer.body, from, to);
        }
    }
}

/// Layers of one operator that have a function, and their arrays.
#[derive(Default)]
struct Shared {
    functions: Vec<Layer>,
    arrays: Vec<Vec<Constant>>,
}

impl Shared {
    /// Takes a layer's arrays that are already there from it. Returns the names of each and of the one that replaces it.
    fn take_arrays(&mut self, layer: &mut Layer) -> Vec<[String; 2]> {
        let mut replaced = Vec::new();
        let mut own: Vec<Vec<Constant>> = Vec::new();
        // The same array for several builds has one name.
        for constant in std::mem::take(&mut layer.constants) {
            match own.iter_mut().find(|array| array[0].name == constant.name) {
                Some(array) => array.push(constant),
                None => own.push(vec![constant]),
            }
        }
        for array in own {
            let same = self.arrays.iter().find(|other| is_same(&array, other));
            match same {
                Some(other) => replaced.push([array[0].name.clone(), other[0].name.clone()]),
                None => {
                    layer.constants.extend(array.iter().cloned());
                    self.arrays.push(array);
                }
            }
        }
        replaced
    }

    fn add(&mut self, graph: &Subgraph, layer: &mut Layer) {
        for [from, to] in self.take_arrays(layer) {
            layer.body = renamed(&layer.body, &from, &to);
        }
        match self.functions.iter().find(|other| is_equal(graph, layer, other)) {
            Some(other) if layer.constants.is_empty() => layer.name.clone_from(&other.name),
            _ => self.functions.push(Layer { constants: Vec::new(), ..layer.clone() }),
        }
    }
}

/// Whether two arrays are equal except for their names.
fn is_same(a: &[Constant], b: &[Constant]) -> bool {
    let same = |(a, b): (&Constant, &Constant)| {
        (a.align, a.core) == (b.align, b.core) && a.data.len() == b.data.len() && a.data == b.data
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// Whether two layers have the same function. QUANTIZE to uint8 and from uint8 differ only in the types of their parameters.
fn is_equal(graph: &Subgraph, a: &Layer, b: &Layer) -> bool {
    let parameters = |layer: &Layer| -> Vec<(String, bool, DType)> {
        let described =
            |argument: &Argument| (argument.name.clone(), argument.written, graph.tensor(argument.tensor).dtype);
        layer.arguments.iter().map(described).collect()
    };
    let scratch = |layer: &Layer| layer.scratch_bytes > 0;
    (&a.body, parameters(a), scratch(a), a.fails, a.control) == (&b.body, parameters(b), scratch(b), b.fails, b.control)
}

/// C code with one identifier replaced by another.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(from) {
        let (before, after) = (&rest[..at], &rest[at + from.len()..]);
        let whole = !before.ends_with(is_part) && !after.starts_with(is_part);
        out.push_str(before);
        out.push_str(if whole { to } else { from });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::{Tensor, TensorId};
    use crate::ir::layer::{ConstantData, Core};

    fn layer(name: &str, data: &[i8], rest: &str) -> Lowered {
        let array = Constant {
            name: format!("{name}_weights"),
            data: ConstantData::I8(data.to_vec()),
            align: 1,
            row: 0,
            comment: String::new(),
            core: Core::Any,
        };
        let body = format!("    f({name}_weights, {name}_weights_2{rest});\n");
        Lowered::Layer(Layer {
            name: name.into(),
            operators: vec![7],
            constants: vec![array],
            body,
            ..Layer::default()
        })
    }

    #[test]
    fn equal_arrays_and_functions_exist_once() {
        let mut lowered = [layer("a", &[1, 2], ""), layer("b", &[1, 2], ""), layer("c", &[1, 3], "")];
        share(&Subgraph::default(), &mut lowered);
        let [Lowered::Layer(a), Lowered::Layer(b), Lowered::Layer(c)] = &lowered else { panic!("layers") };
        assert_eq!((a.constants.len(), b.constants.len(), c.constants.len()), (1, 0, 1));
        assert_eq!(b.body, "    f(a_weights, b_weights_2);\n");
        // Their second arrays differ, so the functions do.
        assert_eq!((b.name.as_str(), c.name.as_str()), ("b", "c"));
        let mut equal = [layer("a", &[1], ""), layer("b", &[1], "")];
        for lowered in &mut equal {
            let Lowered::Layer(layer) = lowered else { continue };
            layer.body = format!("    f({}_weights);\n", layer.name);
        }
        share(&Subgraph::default(), &mut equal);
        assert!(equal.iter().all(|lowered| matches!(lowered, Lowered::Layer(layer) if layer.name == "a")));
    }

    #[test]
    fn an_array_that_bands_of_another_operator_read_is_replaced_in_all_of_them() {
        let mut lowered = [layer("a", &[1, 2], ""), layer("b_0", &[1, 2], ""), layer("b_1", &[1, 2], ", 1")];
        if let Lowered::Layer(first) = &mut lowered[0] {
            first.operators = vec![6];
        }
        share(&Subgraph::default(), &mut lowered);
        share_arrays(&mut lowered);
        let [Lowered::Layer(a), Lowered::Layer(b0), Lowered::Layer(b1)] = &lowered else { panic!("layers") };
        assert_eq!((a.constants.len(), b0.constants.len(), b1.constants.len()), (1, 0, 0));
        assert_eq!(b0.body, "    f(a_weights, b_0_weights_2);\n");
        assert_eq!(b1.body, "    f(a_weights, b_1_weights_2, 1);\n");
    }

    #[test]
    fn layers_of_different_operators_share_arrays_alone() {
        let mut lowered = [layer("a", &[1, 2], ""), layer("b", &[1, 2], ""), layer("c", &[1, 3], "")];
        share_arrays(&mut lowered);
        let [Lowered::Layer(a), Lowered::Layer(b), Lowered::Layer(c)] = &lowered else { panic!("layers") };
        assert_eq!((a.constants.len(), b.constants.len(), c.constants.len()), (1, 0, 1));
        assert_eq!((b.name.as_str(), b.body.as_str()), ("b", "    f(a_weights, b_weights_2);\n"));
    }

    #[test]
    fn functions_with_other_types_of_parameters_are_not_shared() {
        let tensor = |dtype| Tensor { dtype, ..Tensor::default() };
        let graph = Subgraph { tensors: vec![tensor(DType::Int8), tensor(DType::Uint8)], ..Subgraph::default() };
        let convert = |name: &str, input, output| {
            let arguments =
                vec![Argument::input("input", TensorId(input)), Argument::output("output", TensorId(output))];
            Lowered::Layer(Layer { name: name.into(), operators: vec![7], arguments, ..Layer::default() })
        };
        let mut lowered = [convert("a", 0, 1), convert("b", 1, 0), convert("c", 0, 1)];
        share(&graph, &mut lowered);
        let names = lowered.iter().map(|lowered| match lowered {
            Lowered::Layer(layer) => layer.name.as_str(),
            _ => "",
        });
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "a"]);
    }
}
