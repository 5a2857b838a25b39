//! What RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR share: options, shapes, and tables of positions in the input.

use crate::ir::graph::{DType, OpOptions};
use crate::ir::layer::{Constant, ConstantData, Core, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::shared::moved;

/// Rows and columns are numbered by int16.
const MOST: usize = 32767;

/// Options of both.
#[derive(Debug, Default, Clone, Copy)]
#[allow(missing_docs, reason = "named as in the file format")]
pub struct Options {
    pub align_corners: bool,
    pub half_pixel_centers: bool,
}

impl OpOptions for Options {}

/// A checked image and its size.
pub struct Resize<'a> {
    /// The input: batches, height, width, channels.
    pub input: Operand<'a>,
    /// The output, of another height and width.
    pub output: Operand<'a>,
    /// How positions are computed.
    pub options: Options,
}

/// Checks types and shapes.
pub fn check<'a>(checker: &mut Checker<'a>, types: &[DType]) -> Option<Resize<'a>> {
    let options = *checker.options::<Options>()?;
    let (input, size, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(input, types).then_some(())?;
    (checker.dtype(output, &[input.dtype]) & checker.rank(input, 4)).then_some(())?;
    let given = checker.constant_i32(size)?;
    let &[batches, height, width, channels] = input.tensor.shape.as_slice() else { return None };
    let (1, Some(&[rows, columns])) = (size.shape.len(), moved::sizes(&given).as_deref()) else {
        checker.bad_tensor(size.id, format!("size {given:?}"), "a height and a width of at least 1");
        return None;
    };
    if [height, width, rows, columns].into_iter().any(|n| n > MOST) {
        let found = format!("an image of {height}x{width} to {rows}x{columns}");
        checker.bad(found, format!("heights and widths up to {MOST}"));
    }
    checker.shape(output, &[batches, rows, columns, channels]).then_some(())?;
    Some(Resize { input, output, options })
}

/// A table of positions in the input for the rows, or columns, of the output.
pub fn table(lowering: &Lowering<'_>, what: &str, data: ConstantData, row: usize) -> Constant {
    let align = if matches!(data, ConstantData::F32(_)) { 4 } else { 2 };
    let comment = format!("{} of the input for each of the output", what.replace('_', " "));
    Constant { name: lowering.constant(what), data, align, row, comment, core: Core::Any }
}

impl Resize<'_> {
    /// The members that both kernels' structs have.
    pub fn fields(&self, lowering: &Lowering<'_>) -> Vec<(&'static str, String)> {
        let (from, to) = (&self.input.shape, &self.output.shape);
        vec![
            ("rows", lowering.constant("rows")),
            ("columns", lowering.constant("columns")),
            ("batches", from[0].to_string()),
            ("in_height", from[1].to_string()),
            ("in_width", from[2].to_string()),
            ("out_height", to[1].to_string()),
            ("out_width", to[2].to_string()),
        ]
    }

    /// One line about it.
    pub fn summary(&self, lowering: &Lowering<'_>) -> String {
        format!("{} {:?} to {:?}", lowering.op.kind, self.input.shape, self.output.shape)
    }
}
