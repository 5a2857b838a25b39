//! RESIZE_NEAREST_NEIGHBOR of int8, int16 and float32: `resize_nearest_neighbor.h`. Tables say which row and column of the input
//! each one of the output comes from; they are computed here, with the reference's arithmetic.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{ConstantData, Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::resize::{self, Options, Resize, table};
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
    support: &[Support::bytes("int8, uint8, int16, float32", Cores::Portable)],
};

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Resizenearestneighbor(o)) = table else { return or_default::<Options>(table) };
    read(Options { align_corners: o.align_corners()?, half_pixel_centers: o.half_pixel_centers()? })
}

struct Nearest<'a>(Resize<'a>);

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let resize = resize::check(checker, &[DType::Int8, DType::Int16, DType::Float32])?;
    Some(Box::new(Nearest(resize)))
}

/// `GetNearestNeighbor`, in float32 as there: the position in the input that position `at` of the output comes from.
fn nearest(at: usize, from: usize, to: usize, options: Options) -> i16 {
    let scale = match options.align_corners && to > 1 {
        true => (from - 1) as f32 / (to - 1) as f32,
        false => from as f32 / to as f32,
    };
    let place = (at as f32 + if options.half_pixel_centers { 0.5 } else { 0.0 }) * scale;
    let place = if options.align_corners { place.round() } else { place.floor() };
    (place as usize).min(from - 1) as i16
}

impl Checked for Nearest<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Resize { input, output, options } = self.0;
        let places = |axis: usize| {
            let (from, to) = (input.shape[axis], output.shape[axis]);
            ConstantData::I16((0..to).map(|at| nearest(at, from, to, options)).collect())
        };
        let mut fields = self.0.fields(lowering);
        fields.push(("pixel", (input.shape[3] * input.dtype.size()).to_string()));
        let mut body = text::constant_struct("tvmk_resize_nearest_neighbor_t", "layer", &fields);
        body += "    tvmk_resize_nearest_neighbor(&layer, (const int8_t *)input, (int8_t *)output);\n";
        Lowered::Layer(Layer {
            constants: vec![table(lowering, "rows", places(1), 16), table(lowering, "columns", places(2), 16)],
            headers: vec!["resize_nearest_neighbor.h"],
            body,
            ..lowering.layer_of(self.0.summary(lowering), input.id, output.id)
        })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let Resize { input, output, options } = self.0;
        let data = input.contents()?;
        let pixel = input.shape[3] * input.dtype.size();
        let from = |axis: usize, at: usize| {
            usize::try_from(nearest(at, input.shape[axis], output.shape[axis], options)).unwrap_or(0)
        };
        let mut bytes = Vec::with_capacity(output.bytes());
        for batch in 0..output.shape[0] {
            for y in 0..output.shape[1] {
                let row = batch * input.shape[1] + from(1, y);
                for x in 0..output.shape[2] {
                    let place = (row * input.shape[2] + from(2, x)) * pixel;
                    bytes.extend_from_slice(data.get(place..place + pixel)?);
                }
            }
        }
        Some(Ok(vec![bytes.into()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(from: usize, to: usize, align_corners: bool, half_pixel_centers: bool) -> Vec<i16> {
        (0..to).map(|at| nearest(at, from, to, Options { align_corners, half_pixel_centers })).collect()
    }

    #[test]
    fn options_change_the_positions() {
        assert_eq!(places(2, 4, false, false), [0, 0, 1, 1]);
        assert_eq!(places(3, 4, true, false), [0, 1, 1, 2]);
        assert_eq!(places(4, 3, false, true), [0, 2, 3]);
        assert_eq!(places(5, 1, true, false), [0]);
    }
}
