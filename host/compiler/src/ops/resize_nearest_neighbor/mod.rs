//! RESIZE_NEAREST_NEIGHBOR of int8, int16 and float32: `resize_nearest_neighbor.h`. Which row and column each one of the output
//! comes from is computed here, with the reference's arithmetic, and stands in tables.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ir::layer::{Constant, ConstantData, Core, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::RESIZE_NEAREST_NEIGHBOR,
    versions: 1..=4,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["resize_nearest_neighbor.h"],
    reference: "resize_nearest_neighbor.cc",
    support: &[Support::bytes("int8, int16, float32", Cores::Portable)],
};

/// Rows and columns are numbered by int16.
const MOST: usize = 32767;

/// Its options.
#[derive(Debug, Default, Clone, Copy)]
struct Options {
    align_corners: bool,
    half_pixel_centers: bool,
}

impl OpOptions for Options {}

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Resizenearestneighbor(o)) = table else { return or_default::<Options>(table) };
    read(Options { align_corners: o.align_corners()?, half_pixel_centers: o.half_pixel_centers()? })
}

struct Resize<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    options: Options,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = *checker.options::<Options>()?;
    let (input, size, output) = (checker.input(0)?, checker.input(1)?, checker.output(0)?);
    checker.dtype(input, &[DType::Int8, DType::Int16, DType::Float32]).then_some(())?;
    (checker.dtype(output, &[input.dtype]) & checker.rank(input, 4)).then_some(())?;
    let given = checker.constant_i32(size)?;
    let &[batches, height, width, channels] = input.tensor.shape.as_slice() else { return None };
    let wanted: Vec<usize> = given.iter().filter_map(|&n| usize::try_from(n).ok().filter(|&n| n > 0)).collect();
    let (1, &[rows, columns]) = (size.shape.len(), wanted.as_slice()) else {
        checker.bad_tensor(size.id, format!("size {given:?}"), "a height and a width from 1");
        return None;
    };
    if [height, width, rows, columns].into_iter().any(|n| n > MOST) {
        let found = format!("an image of {height}x{width} to {rows}x{columns}");
        checker.bad(found, format!("heights and widths up to {MOST}"));
    }
    checker.shape(output, &[batches, rows, columns, channels]);
    Some(Box::new(Resize { input, output, options }))
}

/// `GetNearestNeighbor`, in float32 as there: the place in the input that place `at` of the output comes from.
fn nearest(at: usize, from: usize, to: usize, options: Options) -> i16 {
    let scale = match options.align_corners && to > 1 {
        true => (from - 1) as f32 / (to - 1) as f32,
        false => from as f32 / to as f32,
    };
    let place = (at as f32 + if options.half_pixel_centers { 0.5 } else { 0.0 }) * scale;
    let place = if options.align_corners { place.round() } else { place.floor() };
    (place as usize).min(from - 1) as i16
}

impl Checked for Resize<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (from, to) = (&self.input.shape, &self.output.shape);
        let table = |what: &str, axis: usize| Constant {
            name: lowering.constant(what),
            data: ConstantData::I16((0..to[axis]).map(|at| nearest(at, from[axis], to[axis], self.options)).collect()),
            align: 2,
            row: 16,
            comment: format!("{what} of the input for each of the output"),
            core: Core::Any,
        };
        let fields = [
            ("rows", lowering.constant("rows")),
            ("columns", lowering.constant("columns")),
            ("batches", from[0].to_string()),
            ("in_height", from[1].to_string()),
            ("in_width", from[2].to_string()),
            ("out_height", to[1].to_string()),
            ("out_width", to[2].to_string()),
            ("pixel", (from[3] * self.input.dtype.size()).to_string()),
        ];
        let mut body = text::constant_struct("tvmk_resize_nearest_neighbor_t", "layer", &fields);
        body += "    tvmk_resize_nearest_neighbor(&layer, (const int8_t *)input, (int8_t *)output);\n";
        Lowered::Layer(Layer {
            constants: vec![table("rows", 1), table("columns", 2)],
            headers: vec!["resize_nearest_neighbor.h"],
            body,
            ..lowering.layer_of(format!("RESIZE_NEAREST_NEIGHBOR {from:?} to {to:?}"), self.input.id, self.output.id)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(from: usize, to: usize, align_corners: bool, half_pixel_centers: bool) -> Vec<i16> {
        (0..to).map(|at| nearest(at, from, to, Options { align_corners, half_pixel_centers })).collect()
    }

    #[test]
    fn options_move_the_places() {
        assert_eq!(places(2, 4, false, false), [0, 0, 1, 1]);
        assert_eq!(places(3, 4, true, false), [0, 1, 1, 2]);
        assert_eq!(places(4, 3, false, true), [0, 2, 3]);
        assert_eq!(places(5, 1, true, false), [0]);
    }
}
