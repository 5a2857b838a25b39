//! RESIZE_BILINEAR of int8 and int16, `resize_bilinear.h`, float32 and uint8, `resize_bilinear_float.h`. Tables say between which rows and columns of the input
//! each one of the output lies; they are computed here, with the reference's arithmetic.

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{ConstantData, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, ReadOptions, Support, or_default, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::resize::{self, Options, Resize, table};
use crate::ops::shared::{ahead, text};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::RESIZE_BILINEAR,
    versions: 1..=4,
    inputs: 2..=2,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["resize_bilinear.h", "resize_bilinear_float.h"],
    reference: "resize_bilinear.cc",
    support: &[Support::bytes("int8, uint8, int16, float32", Cores::Portable)],
};

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Resizebilinear(o)) = table else { return or_default::<Options>(table) };
    read(Options { align_corners: o.align_corners()?, half_pixel_centers: o.half_pixel_centers()? })
}

struct Bilinear<'a> {
    resize: Resize<'a>,
    /// The tables for rows, then for columns.
    places: [Vec<Place>; 2],
}

/// The two rows, or columns, of the input between which one of the output lies.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    lower: i64,
    upper: i64,
    /// The distance from the lower one: in 1024ths on int8 and int16.
    fraction: f32,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let resize = resize::check(checker, &[DType::Int8, DType::Int16, DType::Float32])?;
    if resize.options.align_corners && resize.options.half_pixel_centers {
        checker.bad("align_corners and half_pixel_centers", "at most one of them");
    }
    let places = [1, 2].map(|axis| {
        let (from, to) = (resize.input.shape[axis] as i64, resize.output.shape[axis] as i64);
        let place = if is_float(resize.input) { floating } else { quantised };
        let places: Vec<Place> = (0..to).map(|at| place(at, from, to, resize.options)).collect();
        if places.iter().any(|place| place.lower >= from) {
            checker
                .bad(format!("{from} rows or columns to {to}"), "a size whose rounded positions are within the input");
        }
        places
    });
    Some(Box::new(Bilinear { resize, places }))
}

/// The reference computes uint8 with float32, too.
fn is_float(input: Operand<'_>) -> bool {
    input.dtype == DType::Float32 || input.unsigned
}

/// `ComputeInterpolationValuesInteger`.
fn quantised(at: i64, from: i64, to: i64, options: Options) -> Place {
    let (from_steps, to_steps) = if options.align_corners && to > 1 { (from - 1, to - 1) } else { (from, to) };
    let scale = (1024 * from_steps + to_steps / 2) / to_steps;
    let scaled = at * scale + if options.half_pixel_centers { scale / 2 - 512 } else { 0 };
    let (lower, upper) = ((scaled / 1024).max(0), ((scaled + 1023) / 1024).min(from - 1));
    // Between a row and itself nothing depends on the fraction.
    Place { lower, upper, fraction: if lower == upper { 0.0 } else { (scaled - 1024 * lower) as f32 } }
}

/// `ComputeInterpolationValues`, in float32 as there.
fn floating(at: i64, from: i64, to: i64, options: Options) -> Place {
    let scale = match options.align_corners && to > 1 {
        true => (from - 1) as f32 / (to - 1) as f32,
        false => from as f32 / to as f32,
    };
    let scaled = if options.half_pixel_centers { (at as f32 + 0.5) * scale - 0.5 } else { at as f32 * scale };
    let lower = (scaled.floor() as i64).max(0);
    Place { lower, upper: (scaled.ceil() as i64).min(from - 1), fraction: scaled - lower as f32 }
}

impl Checked for Bilinear<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Resize { input, output, .. } = self.resize;
        let mut fields = self.resize.fields(lowering);
        fields.push(("channels", input.shape[3].to_string()));
        let mut constants = Vec::new();
        let float = is_float(input);
        let names = [("rows", "row_fractions"), ("columns", "column_fractions")];
        for ((what, fractions), places) in names.into_iter().zip(&self.places) {
            // Two rows, and on int8 and int16 the fraction after them.
            let entry = |place: &Place| [place.lower as i16, place.upper as i16, place.fraction as i16];
            let width = if float { 2 } else { 3 };
            let numbers = places.iter().flat_map(|place| entry(place).into_iter().take(width)).collect();
            constants.push(table(lowering, what, ConstantData::I16(numbers), 5 * width));
            if float {
                let numbers = places.iter().map(|place| place.fraction).collect();
                constants.push(table(lowering, fractions, ConstantData::F32(numbers), 8));
                fields.push((fractions, lowering.constant(fractions)));
            }
        }
        let float_structure = "tvmk_float_resize_bilinear_t";
        let (header, kernel, structure) = match input.dtype {
            _ if input.unsigned => ("resize_bilinear_float.h", "tvmk_float_resize_bilinear_unsigned", float_structure),
            DType::Float32 => ("resize_bilinear_float.h", "tvmk_float_resize_bilinear", float_structure),
            DType::Int16 => ("resize_bilinear.h", "tvmk_resize_bilinear_int16", "tvmk_resize_bilinear_t"),
            _ => ("resize_bilinear.h", "tvmk_resize_bilinear", "tvmk_resize_bilinear_t"),
        };
        let mut body = text::constant_struct(structure, "layer", &fields);
        body += &format!("    {kernel}(&layer, input, output);\n");
        let layer = lowering.layer_of(self.resize.summary(lowering), input.id, output.id);
        Lowered::Layer(Layer { constants, headers: vec![header], body, ..layer })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let Resize { input, .. } = self.resize;
        // Constants are folded before uint8 becomes int8.
        if input.unsigned {
            return None;
        }
        if input.dtype == DType::Float32 {
            let data = input.f32_data()?;
            return Some(Ok(vec![ahead::floats(
                self.pixels(|elements, weights| mean(elements.map(|i| data[i]), weights)),
            )]));
        }
        let data = ahead::loaded(input.tensor)?;
        let values = self.pixels(|elements, weights| quantised_mean(elements.map(|i| data[i]), weights));
        ahead::stored(input.dtype, values.into_iter())
    }
}

/// The kernel's mean of four elements, two of the first row, then two of the second, in float32.
fn mean([a, b, c, d]: [f32; 4], [dy, dx]: [f32; 2]) -> f32 {
    let (ey, ex) = (1.0 - dy, 1.0 - dx);
    // A negative 0 becomes a positive one.
    a * ey * ex + c * dy * ex + b * ey * dx + d * dy * dx + 0.0
}

/// The same on int8 and int16, with weights of 2^-10.
fn quantised_mean(elements: [i32; 4], weights: [f32; 2]) -> i32 {
    let ([a, b, c, d], [dy, dx]) = (elements.map(i64::from), weights.map(|weight| weight as i64));
    let [first, second] = [(a, b), (c, d)].map(|(left, right)| left * (1024 - dx) + right * dx);
    let sum = first * (1024 - dy) + second * dy;
    // Halves away from zero.
    ((sum + (1 << 19) + (sum >> 63)) >> 20) as i32
}

impl Bilinear<'_> {
    /// All elements of the output, from the positions of four elements of the input and the distances from them.
    fn pixels<T>(&self, one: impl Fn([usize; 4], [f32; 2]) -> T) -> Vec<T> {
        let &[batches, height, width, channels] = self.resize.input.tensor.shape.as_slice() else { return Vec::new() };
        let mut all = Vec::new();
        for batch in 0..batches {
            for row in &self.places[0] {
                for column in &self.places[1] {
                    let first = |y: i64, x: i64| ((batch * height + y as usize) * width + x as usize) * channels;
                    let corners = [
                        first(row.lower, column.lower),
                        first(row.lower, column.upper),
                        first(row.upper, column.lower),
                        first(row.upper, column.upper),
                    ];
                    let weights = [row.fraction, column.fraction];
                    all.extend((0..channels).map(|c| one(corners.map(|corner| corner + c), weights)));
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_follow_the_options() {
        let align = Options { align_corners: true, half_pixel_centers: false };
        let half = Options { align_corners: false, half_pixel_centers: true };
        let place = |lower, upper, fraction| Place { lower, upper, fraction };
        assert_eq!(quantised(1, 2, 4, Options::default()), place(0, 1, 512.0));
        assert_eq!(quantised(2, 3, 5, align), place(1, 1, 0.0));
        assert_eq!([0, 1].map(|at| quantised(at, 2, 4, half)), [place(0, 0, 0.0), place(0, 1, 256.0)]);
        assert_eq!([0, 1].map(|at| floating(at, 2, 4, half)), [place(0, 0, -0.25), place(0, 1, 0.25)]);
        assert_eq!(floating(3, 2, 4, align), place(1, 1, 0.0));
    }
}
