//! Two inputs whose shapes differ, brought to common loops.

/// Number of loops in the kernels: `tvmk_broadcast_t` of `broadcast.h`.
pub const LOOPS: usize = 4;

/// Maximum number of dimensions that the reference broadcasts.
const DIMENSIONS: usize = 6;

/// Nested loops over the output, with the step of each input in elements; 0 repeats the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broadcast {
    /// Loops around the kernel's, outermost first, with the steps of both inputs; few shapes need any.
    pub outer: Vec<(usize, [usize; 2])>,
    /// Iterations of each loop, outermost first.
    pub shape: [usize; LOOPS],
    /// Steps of both inputs in each loop.
    pub steps: [[usize; LOOPS]; 2],
}

/// The shape of an operator on tensors of two shapes; `None` if they do not broadcast.
pub fn common(first: &[usize], second: &[usize]) -> Option<Vec<usize>> {
    let rank = first.len().max(second.len());
    let own = |shape: &[usize], i: usize| (i + shape.len()).checked_sub(rank).map_or(1, |i| shape[i]);
    let sizes = (0..rank).map(|i| match (own(first, i), own(second, i)) {
        (1, size) | (size, 1) => Some(size),
        (a, b) => (a == b).then_some(a),
    });
    sizes.collect()
}

/// Whether each dimension of the output equals that of an input, so that nothing is repeated without need.
pub fn covers(inputs: [&[usize]; 2], output: &[usize]) -> bool {
    let own = |input: &[usize], i: usize| if i < input.len() { input[input.len() - 1 - i] } else { 1 };
    output.iter().rev().enumerate().all(|(i, &size)| inputs.iter().any(|input| own(input, i) == size))
}

impl Broadcast {
    /// The shortest loops for two inputs and the output they give. `None` if the shapes don't broadcast or need too many loops.
    pub fn new(inputs: [&[usize]; 2], output: &[usize]) -> Option<Broadcast> {
        if !covers(inputs, output) {
            return None;
        }
        let mut loops: Vec<(usize, [usize; 2])> = Vec::new();
        let mut strides = [1usize; 2];
        // Innermost first.
        for i in 0..output.len() {
            let size = output[output.len() - 1 - i];
            let mut steps = [0; 2];
            for (k, input) in inputs.iter().enumerate() {
                let own = if i < input.len() { input[input.len() - 1 - i] } else { 1 };
                if own == size {
                    steps[k] = strides[k];
                } else if own != 1 {
                    return None;
                }
                strides[k] *= own;
            }
            if size == 1 {
                continue;
            }
            match loops.last_mut() {
                Some((inner, inner_steps)) if (0..2).all(|k| steps[k] == inner_steps[k] * *inner) => *inner *= size,
                _ => loops.push((size, steps)),
            }
        }
        let longer = inputs
            .iter()
            .any(|input| input.len() > output.len() && input[..input.len() - output.len()].iter().any(|&n| n != 1));
        let rank = inputs.iter().map(|input| input.len()).fold(output.len(), usize::max);
        if longer || loops.len() > LOOPS && rank > DIMENSIONS {
            return None;
        }
        let outer = loops.split_off(loops.len().min(LOOPS)).into_iter().rev().collect();
        let mut broadcast = Broadcast { outer, shape: [1; LOOPS], steps: [[0; LOOPS]; 2] };
        for (i, (size, steps)) in loops.into_iter().enumerate() {
            broadcast.shape[LOOPS - 1 - i] = size;
            (broadcast.steps[0][LOOPS - 1 - i], broadcast.steps[1][LOOPS - 1 - i]) = (steps[0], steps[1]);
        }
        Some(broadcast)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_a_common_one() {
        assert_eq!(common(&[2, 1, 3], &[4, 1]), Some(vec![2, 4, 3]));
        assert_eq!((common(&[], &[5]), common(&[0], &[1])), (Some(vec![5]), Some(vec![0])));
        assert_eq!(common(&[2, 3], &[2]), None);
    }

    #[test]
    fn equal_shapes_take_one_loop() {
        let all = Broadcast::new([&[1, 4, 5, 6], &[4, 5, 6]], &[1, 4, 5, 6]).unwrap();
        assert_eq!((all.shape, all.steps), ([1, 1, 1, 120], [[0, 0, 0, 1]; 2]));
    }

    #[test]
    fn a_row_is_repeated() {
        let rows = Broadcast::new([&[2, 3, 4], &[4]], &[2, 3, 4]).unwrap();
        assert_eq!((rows.shape, rows.steps), ([1, 1, 6, 4], [[0, 0, 4, 1], [0, 0, 0, 1]]));
        let scalar = Broadcast::new([&[], &[2, 3]], &[2, 3]).unwrap();
        assert_eq!(scalar.steps, [[0; 4], [0, 0, 0, 1]]);
    }

    #[test]
    fn more_than_four_loops_stand_around_the_kernel() {
        let all = Broadcast::new([&[2, 1, 2, 1, 3, 1], &[1, 4, 1, 2, 1, 5]], &[2, 4, 2, 2, 3, 5]).unwrap();
        assert_eq!(all.outer, [(2, [6, 0]), (4, [0, 10])]);
        assert_eq!((all.shape, all.steps), ([2, 2, 3, 5], [[3, 0, 1, 0], [0, 5, 0, 1]]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(Broadcast::new([&[2, 3], &[2]], &[2, 3]), None);
        assert_eq!(Broadcast::new([&[1, 3], &[3]], &[2, 3]), None);
        assert_eq!(Broadcast::new([&[1], &[]], &[2]), None);
        assert_eq!(Broadcast::new([&[2, 1, 2, 1, 2, 1, 2], &[1, 2, 1, 2, 1, 2, 1]], &[2; 7]), None);
    }
}
