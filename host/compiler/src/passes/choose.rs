//! After `import`: inputs whose shape the file leaves open get the shape that the user chose. `fold` computes the shapes after them.

use crate::ir::graph::{Graph, Subgraph, Tensor, TensorId};
use crate::ir::options::InputShape;
use crate::ir::problem::{Errors, Problem};

/// Gives inputs of the main graph the chosen shapes.
///
/// # Errors
/// Shapes for inputs that the model does not have, or that the file does not allow; an input of unknown size that is not chosen; without
/// a chosen shape, any tensor of unknown size: TensorFlow Lite Micro takes all sizes from the file.
pub fn choose(graph: &mut Graph, chosen: &[InputShape]) -> Result<(), Errors> {
    let Some(main) = graph.subgraphs.first_mut() else { return Ok(()) };
    let mut problems = Vec::new();
    for InputShape { input, shape } in chosen {
        let found = find(main, input.as_deref()).and_then(|id| match graph.resized.contains(&id) {
            true => Err(problem(main.tensor(id), "two shapes for one input", "one")),
            false => allowed(main.tensor(id), shape).map(|()| id),
        });
        match found {
            Ok(id) => {
                let tensor = &mut main.tensors[id.0];
                (tensor.unknown, tensor.signature) = (false, Vec::new());
                tensor.shape.clone_from(shape);
                graph.resized.push(id);
            }
            Err(problem) => problems.push(problem),
        }
    }
    let unknown = |id: &&TensorId| main.tensor(**id).unknown;
    problems.extend(main.inputs.iter().filter(unknown).map(|&id| {
        let tensor = main.tensor(id);
        let shape = sizes(&tensor.signature);
        problem(tensor, format!("an input of unknown shape {shape}"), "a shape chosen for it")
    }));
    if problems.is_empty() && graph.resized.is_empty() {
        let unknown = main.tensors.iter().filter(|tensor| tensor.unknown);
        problems.extend(unknown.map(|tensor| problem(tensor, "dimension -1", "dimensions known at compile time")));
    }
    if problems.is_empty() { Ok(()) } else { Err(Errors(problems)) }
}

/// The dimensions whose size the user may choose: those that the file leaves open, or, where it says nothing about that, those of 1.
pub fn choosable(tensor: &Tensor) -> Vec<usize> {
    match tensor.signature.is_empty() {
        false => tensor.open().collect(),
        true => (0..tensor.shape.len()).filter(|&i| tensor.shape[i] == 1).collect(),
    }
}

/// The input of a name, or the only one.
fn find(main: &Subgraph, name: Option<&str>) -> Result<TensorId, Problem> {
    let names = || main.inputs.iter().map(|&id| format!("{:?}", main.tensor(id).name)).collect::<Vec<_>>().join(", ");
    let Some(name) = name else {
        return match main.inputs.as_slice() {
            &[only] => Ok(only),
            inputs => {
                let found = format!("a shape without the name of an input, of which the model has {}", inputs.len());
                Err(Problem::file(found, names()))
            }
        };
    };
    let found = main.inputs.iter().copied().find(|&id| main.tensor(id).name == name);
    found.ok_or_else(|| Problem::file(format!("a shape for input {name:?}, which the model does not have"), names()))
}

/// Whether the file allows a shape.
fn allowed(tensor: &Tensor, shape: &[usize]) -> Result<(), Problem> {
    let dimensions = shown(shape);
    let elements = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    let bytes = elements.and_then(|count| tensor.dtype.bytes(count)).filter(|&bytes| bytes <= i32::MAX as usize);
    if shape.contains(&0) || bytes.is_none() {
        let found = format!("{dimensions} of {} chosen for an input", tensor.dtype);
        return Err(problem(tensor, found, "dimensions of at least 1, up to 2147483647 bytes"));
    }
    let choosable = choosable(tensor);
    let own = tensor.shape.len() == shape.len();
    if own && (0..shape.len()).all(|i| shape[i] == tensor.shape[i] && !tensor.unknown || choosable.contains(&i)) {
        return Ok(());
    }
    let file: Vec<i32> = (0..tensor.shape.len())
        .map(|i| if choosable.contains(&i) { -1 } else { i32::try_from(tensor.shape[i]).unwrap_or(i32::MAX) })
        .collect();
    let which = match choosable.as_slice() {
        [] => "no dimension may be chosen".to_owned(),
        [one] => format!("dimension {one} may be chosen"),
        several => format!("dimensions {} may be chosen", list(several)),
    };
    let found = format!("{dimensions} chosen for an input of shape {}", sizes(&file));
    Err(problem(tensor, found, which))
}

fn list(numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match numbers.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => numbers.join(""),
    }
}

/// `1x16000`.
fn shown(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

/// `[1, ?]`.
fn sizes(signature: &[i32]) -> String {
    let size = |&size: &i32| if size < 0 { "?".to_owned() } else { size.to_string() };
    format!("[{}]", signature.iter().map(size).collect::<Vec<_>>().join(", "))
}

fn problem(tensor: &Tensor, found: impl Into<String>, supported: impl Into<String>) -> Problem {
    Problem { tensor: Some(tensor.name.clone()), ..Problem::file(found, supported) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str, shape: &[usize], signature: &[i32]) -> Tensor {
        let unknown = shape.contains(&0);
        let shape = shape.iter().map(|&size| size.max(1)).collect();
        Tensor { name: name.into(), shape, signature: signature.to_vec(), unknown, ..Tensor::default() }
    }

    fn graph(inputs: &[Tensor]) -> Graph {
        let ids = (0..inputs.len()).map(TensorId).collect();
        let main = Subgraph { tensors: inputs.to_vec(), inputs: ids, ..Subgraph::default() };
        Graph { subgraphs: vec![main], ..Graph::default() }
    }

    fn chosen(input: &str, shape: &[usize]) -> InputShape {
        InputShape { input: (!input.is_empty()).then(|| input.to_owned()), shape: shape.to_vec() }
    }

    #[test]
    fn open_dimensions_get_the_chosen_sizes() {
        let mut graph = graph(&[input("x", &[1, 1, 3], &[-1, -1, 3]), input("y", &[1, 4], &[])]);
        choose(&mut graph, &[chosen("x", &[2, 9, 3]), chosen("y", &[7, 4])]).unwrap();
        let shapes: Vec<_> = graph.subgraphs[0].tensors.iter().map(|tensor| tensor.shape.clone()).collect();
        assert_eq!(shapes, [vec![2, 9, 3], vec![7, 4]]);
        assert_eq!(graph.resized, [TensorId(0), TensorId(1)]);
        // Without a name.
        let mut graph = self::graph(&[input("x", &[1], &[])]);
        choose(&mut graph, &[chosen("", &[16000])]).unwrap();
        assert_eq!(graph.subgraphs[0].tensors[0].shape, [16000]);
    }

    #[test]
    fn sizes_are_unknown_only_where_a_shape_was_chosen() {
        let [inner, x] = [input("sum", &[0, 5], &[-1, 5]), input("x", &[1, 5], &[-1, 5])];
        let refused = |chosen: &[InputShape]| {
            let mut graph = graph(&[x.clone(), inner.clone()]);
            graph.subgraphs[0].inputs.pop();
            choose(&mut graph, chosen).map_err(|errors| errors.to_string())
        };
        let dimension = "tensor \"sum\": dimension -1 (supported: dimensions known at compile time)";
        assert_eq!(refused(&[]), Err(dimension.to_owned()));
        assert_eq!(refused(&[chosen("x", &[3, 5])]), Ok(()));
        let batch = choose(&mut graph(std::slice::from_ref(&inner)), &[]).unwrap_err().to_string();
        assert_eq!(batch, "tensor \"sum\": an input of unknown shape [?, 5] (supported: a shape chosen for it)");
    }

    #[test]
    fn what_the_file_does_not_allow_is_refused() {
        let two = [input("x", &[1, 1, 3], &[-1, -1, 3]), input("y", &[1, 4], &[1, 4])];
        for (inputs, chosen, expected) in [
            (
                &two[..],
                chosen("z", &[1]),
                "a shape for input \"z\", which the model does not have (supported: \"x\", \"y\")",
            ),
            (&two, chosen("", &[1]), "a shape without the name of an input, of which the model has 2"),
            (
                &two,
                chosen("x", &[1, 2]),
                "1x2 chosen for an input of shape [?, ?, 3] (supported: dimensions 0 and 1 may",
            ),
            (&two, chosen("x", &[1, 2, 4]), "1x2x4 chosen for an input of shape [?, ?, 3]"),
            (
                &two,
                chosen("y", &[2, 4]),
                "2x4 chosen for an input of shape [1, 4] (supported: no dimension may be chosen)",
            ),
            (&two, chosen("x", &[1, 0, 3]), "1x0x3 of int8 chosen for an input (supported: dimensions of at least 1"),
            (&two, chosen("x", &[1 << 20, 1 << 20, 3]), "up to 2147483647 bytes"),
            (&two, chosen("x", &[usize::MAX, 2, 3]), "up to 2147483647 bytes"),
            (&[input("x", &[1, 0], &[1, -1])], chosen("x", &[2, 5]), "[1, ?] (supported: dimension 1 may be chosen)"),
        ] {
            let refused = choose(&mut graph(inputs), &[chosen]).unwrap_err().to_string();
            assert!(refused.contains(expected), "{expected}: {refused}");
        }
        let twice = [chosen("x", &[1, 5, 3]), chosen("x", &[1, 6, 3])];
        assert!(choose(&mut graph(&two), &twice).unwrap_err().to_string().contains("two shapes for one input"));
        let refused = choose(&mut graph(&[input("x", &[1, 0], &[1, -1])]), &[]).unwrap_err().to_string();
        assert_eq!(refused, "tensor \"x\": an input of unknown shape [1, ?] (supported: a shape chosen for it)");
        assert!(choose(&mut graph(&[input("x", &[0], &[-1])]), &[]).is_err());
    }
}
