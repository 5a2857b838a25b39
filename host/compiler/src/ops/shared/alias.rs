//! Operators without code: the output is the input's bytes under another shape or name.

use crate::ir::layer::{Lowered, Lowering};
use crate::ops::checker::Operand;
use crate::ops::definition::Checked;

struct Alias<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
}

/// The operator whose output is its input's bytes.
pub fn checked<'a>(input: Operand<'a>, output: Operand<'a>) -> Box<dyn Checked + 'a> {
    Box::new(Alias { input, output })
}

impl Checked for Alias<'_> {
    fn lower(&self, _: &Lowering<'_>) -> Lowered {
        Lowered::Alias { input: self.input.id, output: self.output.id }
    }
}
