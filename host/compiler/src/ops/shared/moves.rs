//! Blocks of bytes from one array to another, in steps: the common form of PAD, TRANSPOSE, SLICE and CONCATENATION.
//! The kernel is `move.h`.

use crate::ir::layer::{Argument, Block, Part};
use crate::ops::shared::text;

/// Number of loops in the kernel.
pub const LEVELS: usize = 5;

/// Repetitions of the innermost loop from which on its set-up cost is small.
const LONG: usize = 32;

/// One loop: its repetitions, and its steps in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Repetitions.
    pub count: usize,
    /// Step in the input, in bytes.
    pub input: i64,
    /// Step in the output, in bytes.
    pub output: i64,
}

/// Nested loops over blocks, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    levels: Vec<Level>,
    /// Bytes copied at a time.
    block: usize,
    /// Position of the first byte in the input.
    input: usize,
    /// Position of the first byte in the output.
    output: usize,
}

impl Move {
    /// Loops over blocks of `block` bytes, brought into their shortest form. `input` and `output` are the offsets of the first
    /// block. `None` where more than [`LEVELS`] loops are left.
    pub fn new(levels: &[Level], block: usize, input: usize, output: usize) -> Option<Move> {
        let mut short: Vec<Level> = Vec::new();
        for level in levels.iter().copied().filter(|level| level.count != 1) {
            match short.last_mut() {
                // Two loops are one if the outer one continues where the inner one ends.
                Some(outer)
                    if outer.input == level.input * level.count as i64
                        && outer.output == level.output * level.count as i64 =>
                {
                    *outer = Level { count: outer.count * level.count, ..level };
                }
                _ => short.push(level),
            }
        }
        let mut block = block;
        while let Some(last) = short.last().copied()
            && (last.input, last.output) == (block as i64, block as i64)
        {
            block *= last.count;
            short.pop();
        }
        (short.len() <= LEVELS).then_some(Move { levels: short, block, input, output })
    }

    /// Rows of one block each.
    pub fn rows(row: Level, block: usize, input: usize, output: usize) -> Move {
        if row.count == 1 || (row.input, row.output) == (block as i64, block as i64) {
            return Move { levels: Vec::new(), block: row.count * block, input, output };
        }
        Move { levels: vec![row], block, input, output }
    }

    /// The block, if there is only one.
    pub fn single(&self) -> Option<Block> {
        let Move { block: bytes, input, output, .. } = *self;
        self.levels.is_empty().then_some(Block { input, output, bytes })
    }

    /// This move as a part of an operator's work. `name` names the constants it needs.
    pub fn part(&self, name: &str, input: Argument, output: Argument) -> Part {
        let statements = self.statements(name, &input.name, &output.name);
        Part { block: self.single(), statements, input, output }
    }

    /// Does it at compile time.
    pub fn apply(&self, from: &[u8], to: &mut [u8]) {
        self.each(&self.levels, self.input as i64, self.output as i64, &mut |input, output| {
            if let (Some(from), Some(to)) =
                (from.get(input..input + self.block), to.get_mut(output..output + self.block))
            {
                to.copy_from_slice(from);
            }
        });
    }

    /// Does it at compile time, within one array.
    pub fn apply_within(&self, bytes: &mut [u8]) {
        self.each(&self.levels, self.input as i64, self.output as i64, &mut |input, output| {
            if input.max(output) + self.block <= bytes.len() {
                bytes.copy_within(input..input + self.block, output);
            }
        });
    }

    /// Calls a function with the positions of each block.
    fn each(&self, levels: &[Level], input: i64, output: i64, copy: &mut impl FnMut(usize, usize)) {
        match levels.split_first() {
            None => copy(input as usize, output as usize),
            Some((level, inner)) => {
                for i in 0..level.count as i64 {
                    self.each(inner, input + i * level.input, output + i * level.output, copy);
                }
            }
        }
    }

    /// Statements that do it, from the C array `from` to `to`. `name` names the constants they need.
    pub fn statements(&self, name: &str, from: &str, to: &str) -> String {
        let pointer = |name: &str, offset: usize, access: &str| match offset {
            0 => format!("({access}int8_t *){name}"),
            _ => format!("({access}int8_t *){name} + {offset}"),
        };
        let (from, to) = (pointer(from, self.input, "const "), pointer(to, self.output, ""));
        if self.single().is_some() {
            return format!("    tvmk_copy({to}, {from}, {});\n", self.block);
        }
        let mut levels = vec![Level { count: 1, input: 0, output: 0 }; LEVELS - self.levels.len()];
        levels.extend(&self.levels);
        // The order is free: no block is read where another was written. Rows have a cost of their own, so few long rows are best.
        let longest = levels.iter().enumerate().max_by_key(|(_, level)| level.count).map_or(0, |(i, _)| i);
        if levels[LEVELS - 1].count < LONG {
            levels.swap(longest, LEVELS - 1);
        }
        let list = |value: &dyn Fn(&Level) -> i64| {
            format!("{{{}}}", levels.iter().map(|level| value(level).to_string()).collect::<Vec<_>>().join(", "))
        };
        let fields = [
            ("count", list(&|level| level.count as i64)),
            ("in_step", list(&|level| level.input)),
            ("out_step", list(&|level| level.output)),
            ("block", self.block.to_string()),
        ];
        text::constant_struct("tvmk_move_t", name, &fields) + &format!("    tvmk_move(&{name}, {from}, {to});\n")
    }
}

/// Bytes from one element to the next along each dimension.
pub fn steps(shape: &[usize], element: usize) -> Vec<i64> {
    let mut steps = vec![0; shape.len()];
    let mut step = element as i64;
    for (slot, &dimension) in steps.iter_mut().zip(shape).rev() {
        *slot = step;
        step *= dimension as i64;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contiguous_loops_become_a_block() {
        let steps = steps(&[2, 3, 4], 1);
        let levels: Vec<Level> =
            [2, 3, 4].into_iter().zip(steps).map(|(count, s)| Level { count, input: s, output: s }).collect();
        let whole = Move::new(&levels, 1, 0, 0).unwrap();
        assert!(whole.single().is_some_and(|block| block.bytes == 24));
        assert_eq!(whole.statements("m", "a", "b"), "    tvmk_copy((int8_t *)b, (const int8_t *)a, 24);\n");
    }

    #[test]
    fn a_transposition_keeps_its_loops() {
        let levels = [Level { count: 5, input: 1, output: 3 }, Level { count: 3, input: 5, output: 1 }];
        let transposed = Move::new(&levels, 1, 0, 0).unwrap();
        assert_eq!((transposed.levels.len(), transposed.block), (2, 1));
    }
}
