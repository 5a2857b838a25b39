//! Inputs whose size the file leaves open.

use crate::ir::graph::{Graph, Subgraph, Tensor};
use crate::ir::problem::Errors;

/// The sizes that the shapes are compiled for.
pub fn note(main: &Subgraph) -> Option<String> {
    let notes: Vec<String> = [batch(main), size(main)].into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// How to choose the size of an input whose size is not in the file.
pub fn unknown(main: &Subgraph) -> Option<String> {
    let unknown = inputs(main).find(|tensor| tensor.unknown)?;
    Some(format!("choose its shape, for example --input-shape {}", example(unknown)))
}

/// Whether a problem may come from the size of an input.
fn is_of_shapes(errors: &Errors) -> bool {
    let words = ["shape", "window", "parts", "elements"];
    errors.0.iter().any(|problem| words.iter().any(|word| problem.found.contains(word)))
}

/// What to do where shapes do not fit that the user chose.
pub fn chosen(graph: &Graph, errors: &Errors) -> Option<String> {
    let way = "shapes follow from the one that was chosen for an input: choose one that these operators take";
    (!graph.resized.is_empty() && is_of_shapes(errors)).then(|| way.to_owned())
}

/// How to choose the size of an input, where shapes after that in the file are wrong.
pub fn open(main: &Subgraph, errors: &Errors) -> Option<String> {
    is_of_shapes(errors).then_some(())?;
    // A file without a signature may have 1 for all that is open.
    let may_be = |tensor: &Tensor| tensor.signature.is_empty() && tensor.elements() == 1 && !tensor.shape.is_empty();
    let open = inputs(main).find(|tensor| is_open(tensor)).or_else(|| inputs(main).find(|tensor| may_be(tensor)))?;
    let (name, shape) = (&open.name, &open.shape);
    Some(format!(
        "the shapes in the file are those for {shape:?} of input {name:?}, whose size is open: choose one, for example --input-shape {}",
        example(open)
    ))
}

/// The batch that the shapes are compiled for, if the file leaves the first dimension of an input open.
fn batch(main: &Subgraph) -> Option<String> {
    let open = inputs(main).find(|tensor| tensor.open().eq([0]))?;
    let (size, name) = (open.shape.first()?, &open.name);
    Some(format!(
        "a model for any batch, compiled for a batch of {size}: input {name:?} has the shape {:?}",
        open.shape
    ))
}

/// The sizes that the shapes are compiled for, if the file leaves another dimension of an input open.
fn size(main: &Subgraph) -> Option<String> {
    let open = inputs(main).find(|tensor| is_open(tensor))?;
    Some(format!(
        "a model for inputs of several sizes, compiled for those in the file: input {:?} has the shape {:?}; --input-shape {} chooses another",
        open.name,
        open.shape,
        example(open)
    ))
}

fn inputs(main: &Subgraph) -> impl Iterator<Item = &Tensor> {
    main.inputs.iter().map(|&id| main.tensor(id))
}

/// Whether the file leaves a dimension open that is not the batch.
fn is_open(tensor: &Tensor) -> bool {
    tensor.open().any(|i| i > 0)
}

/// A shape for an input whose shape is open, as an argument: a second of sound, a picture, or a sequence.
fn example(tensor: &Tensor) -> String {
    let rank = tensor.shape.len();
    let usual = match rank {
        1 | 2 => 16000,
        4 => 96,
        _ => 100,
    };
    let is_open = |i: usize, size: usize| match tensor.signature.get(i) {
        Some(&size) => size < 0,
        None => size == 1,
    };
    let size = |(i, &size): (usize, &usize)| match is_open(i, size) {
        true if i == 0 && rank > 1 => 1,
        true => usual,
        false => size,
    };
    let shape: Vec<String> = tensor.shape.iter().enumerate().map(|found| size(found).to_string()).collect();
    let shape = shape.join("x");
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:".contains(c);
    match tensor.name.chars().all(plain) {
        true => format!("{}={shape}", tensor.name),
        false => format!("'{}={shape}'", tensor.name.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::graph::TensorId;
    use crate::ir::problem::Problem;

    fn main(name: &str, shape: &[usize], signature: &[i32]) -> Subgraph {
        let (shape, signature) = (shape.to_vec(), signature.to_vec());
        let input = Tensor { name: name.into(), shape, signature, ..Tensor::default() };
        Subgraph { tensors: vec![input], inputs: vec![TensorId(0)], ..Subgraph::default() }
    }

    fn errors(found: &str) -> Errors {
        Problem::file(found, "").into()
    }

    #[test]
    fn the_batch_of_a_model_for_any_batch_is_reported() {
        let note = note(&main("x", &[1, 4], &[-1, 4])).unwrap();
        assert_eq!(note, "a model for any batch, compiled for a batch of 1: input \"x\" has the shape [1, 4]");
        assert_eq!(open(&main("x", &[1, 4], &[-1, 4]), &errors("shape [1]")), None);
    }

    #[test]
    fn an_open_size_is_reported_with_the_option_that_chooses_it() {
        let mut main = main("serving_default_x:0", &[1, 1], &[-1, -1]);
        for text in [note(&main), open(&main, &errors("shape [1]"))] {
            let text = text.unwrap();
            assert!(text.contains("--input-shape serving_default_x:0=1x16000"), "{text}");
        }
        assert_eq!(unknown(&main), None);
        for (shape, example) in [(&[1][..], "16000"), (&[1, 1], "1x16000")] {
            let way = open(&self::main("x", shape, &[]), &errors("3 elements")).unwrap();
            assert!(way.ends_with(&format!("--input-shape x={example}")), "{way}");
        }
        assert_eq!(open(&self::main("x", &[1, 2], &[]), &errors("3 elements")), None);
        assert_eq!(open(&main, &errors("no options")), None);
        (main.tensors[0].unknown, main.tensors[0].name) = (true, "the input's".into());
        let way = unknown(&main).unwrap();
        assert_eq!(way, "choose its shape, for example --input-shape 'the input'\\''s=1x16000'");
    }

    #[test]
    fn a_chosen_shape_that_does_not_fit_is_reported() {
        let resized = Graph { resized: vec![TensorId(0)], ..Graph::default() };
        assert!(chosen(&resized, &errors("a window of 3x3")).unwrap().contains("choose one that"));
        assert_eq!(chosen(&resized, &errors("scale 0")), None);
        assert_eq!(chosen(&Graph::default(), &errors("shape [1]")), None);
    }

    #[test]
    fn examples_are_of_a_usual_size() {
        for (signature, expected) in
            [(&[-1][..], "16000"), (&[-1, 40, -1], "1x40x100"), (&[1, -1, -1, 3], "1x96x96x3"), (&[7, -1], "7x16000")]
        {
            let shape: Vec<usize> = signature.iter().map(|&size| usize::try_from(size).unwrap_or(1)).collect();
            assert_eq!(example(&main("x", &shape, signature).tensors[0]), format!("x={expected}"));
        }
    }
}
