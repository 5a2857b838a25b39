//! Operators without code: the output is the input's bytes under another shape or name.

use crate::ir::layer::{Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::flow::{self, Flow};

struct Alias<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
}

/// The operator whose output is its input's bytes.
pub fn checked<'a>(input: Operand<'a>, output: Operand<'a>) -> Box<dyn Checked + 'a> {
    Box::new(Alias { input, output })
}

/// The same, once both have one type that has a size, and as many elements.
pub fn of_any_type<'a>(
    checker: &mut Checker<'a>,
    input: Operand<'a>,
    output: Operand<'a>,
) -> Option<Box<dyn Checked + 'a>> {
    if input.dtype != output.dtype || input.elements() != output.elements() || input.dtype.size() == 0 {
        let found = format!("{} of shape {:?}", output.dtype, output.shape);
        let expected = format!("{} with {} elements as the input", input.dtype, input.elements());
        checker.bad_tensor(output.id, found, expected);
        return None;
    }
    Some(checked(input, output))
}

impl Checked for Alias<'_> {
    fn lower(&self, _: &Lowering<'_>) -> Lowered {
        Lowered::Alias { input: self.input.id, output: self.output.id }
    }

    fn evaluate(&self) -> Option<Evaluated> {
        Some(Ok(vec![self.input.data.clone()?]))
    }

    fn flow(&self) -> Flow<'_> {
        flow::copies(self.input, self.output)
    }
}
