//! Products of two matrices that a run computes: BATCH_MATMUL, and FULLY_CONNECTED whose weights are no constant. The kernels
//! are `matrices.h` and `float_matrices.h`.

use crate::ir::graph::DType;
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::Checked;
use crate::ops::shared::text;
use crate::ops::shared::window_int16::reduced;

/// A product of two matrices, or of several pairs.
pub struct Matrices<'a> {
    /// The first: rows of `depth` elements.
    pub first: Operand<'a>,
    /// The second: `columns` of them.
    pub second: Operand<'a>,
    /// One element for each column.
    pub bias: Option<Operand<'a>>,
    /// The results.
    pub output: Operand<'a>,
    /// Rows, columns, and how many products make a result.
    pub size: [usize; 3],
    /// Whether the first lies column by column, and the second row by row.
    pub turned: [bool; 2],
    /// Loops around it: how often, and steps of both in elements.
    pub batches: Vec<(usize, [usize; 2])>,
}

/// How sums become outputs.
pub struct Scaling {
    multiplier: Multiplier,
    /// Of both inputs and the output.
    zero_points: [i32; 3],
    range: (i32, i32),
}

/// A checked product.
pub struct Product<'a> {
    matrices: Matrices<'a>,
    /// None on float32.
    scaling: Option<Scaling>,
}

impl<'a> Product<'a> {
    /// Checks how the sums of a product on int8 or int16 become outputs; its types and shapes have been checked.
    pub fn quantised(checker: &mut Checker<'a>, matrices: Matrices<'a>, range: (i32, i32)) -> Option<Product<'a>> {
        let (first, second, output) = (matrices.first, matrices.second, matrices.output);
        let parameters = [checker.per_tensor(first)?, checker.per_tensor(second)?, checker.per_tensor(output)?];
        let [a, b, to] = parameters.map(|(scale, _)| f64::from(scale));
        let multiplier = Multiplier::new(a * b / to);
        let zero_points = parameters.map(|(_, zero_point)| zero_point);
        let depth = matrices.size[2];
        let wide = output.dtype == DType::Int16;
        if wide {
            for (operand, zero_point) in [first, second, output].into_iter().zip(zero_points) {
                if zero_point != 0 {
                    checker.bad_tensor(operand.id, format!("zero point {zero_point}"), "0, as int16 has it");
                }
            }
        }
        // The largest magnitudes of elements less their zero points.
        let most = |i: usize, operand: Operand<'_>| {
            let (low, high) = operand.dtype.range().unwrap_or((0, 0));
            i128::from((zero_points[i] - low).max(high - zero_points[i]))
        };
        let sum = most(0, first) * most(1, second) * depth as i128;
        let bits = if wide { 47 } else { 31 };
        if sum >= 1 << bits {
            checker.bad(format!("sums of {depth} products, up to {sum}"), format!("sums below 2^{bits}"));
        }
        let shift = multiplier.shift;
        let fits = match wide {
            true => shift < 8 && (sum * i128::from(reduced(multiplier))) >> (15 - shift) < (1 << 31) - 1,
            false => shift <= 30,
        };
        if !fits {
            checker.bad(format!("a scale factor of 2^{} or more", shift - 1), "scales of similar size");
        }
        Some(Product { matrices, scaling: Some(Scaling { multiplier, zero_points, range }) })
    }

    /// On float32.
    pub fn float(matrices: Matrices<'a>) -> Product<'a> {
        Product { matrices, scaling: None }
    }
}

/// What a kernel is called with: rows that lie one after the other, and columns that lie in any way.
struct Sides {
    /// The number of rows and of columns.
    size: [usize; 2],
    /// Elements from a column to the next, and along one.
    column: [usize; 2],
    /// Elements of the output from a row to the next, and from a column to the next.
    output: [usize; 2],
    /// Whether the rows have to be brought into their order first.
    turn: bool,
    /// Whether rows are those of the second matrix.
    exchanged: bool,
}

impl Matrices<'_> {
    fn sides(&self) -> Sides {
        let [rows, columns, depth] = self.size;
        // Where only the second lies as the kernel wants its rows, or neither does and it is the smaller one.
        let exchanged = self.turned[0] && (self.turned[1] || columns < rows);
        let along = |contiguous: bool, count: usize| if contiguous { [depth, 1] } else { [1, count] };
        if exchanged {
            Sides {
                size: [columns, rows],
                column: along(!self.turned[0], rows),
                output: [1, columns],
                turn: !self.turned[1],
                exchanged,
            }
        } else {
            Sides {
                size: [rows, columns],
                column: along(self.turned[1], columns),
                output: [columns, 1],
                turn: self.turned[0],
                exchanged,
            }
        }
    }

    /// Loops over the batches around `inner`, a call of both inputs and the output by their places.
    fn nest(&self, inner: impl Fn([String; 3], &str) -> String) -> String {
        let mut places = ["first", "second", "output"].map(str::to_owned);
        let (mut head, mut indent) = (String::new(), "    ".to_owned());
        let mut step: usize =
            self.size[0] * self.size[1] * self.batches.iter().map(|(count, _)| count).product::<usize>();
        for (i, (count, steps)) in self.batches.iter().enumerate() {
            step /= count;
            head += &format!("{indent}for (int32_t b{i} = 0; b{i} < {count}; b{i}++) {{\n");
            indent += "    ";
            for (place, step) in places.iter_mut().zip([steps[0], steps[1], step]).filter(|(_, step)| *step > 0) {
                *place += &format!(" + b{i} * {step}");
            }
        }
        head += &inner(places, &indent);
        for depth in (1..=self.batches.len()).rev() {
            head += &format!("{}}}\n", "    ".repeat(depth));
        }
        head
    }

    fn layer(&self, lowering: &Lowering<'_>, header: &'static str, body: String, scratch: usize) -> Layer {
        let mut arguments = vec![Argument::input("first", self.first.id), Argument::input("second", self.second.id)];
        arguments.extend(self.bias.map(|bias| Argument::input("bias", bias.id)));
        arguments.push(Argument::output("output", self.output.id));
        let [rows, columns, depth] = self.size;
        let count: usize = self.batches.iter().map(|(count, _)| count).product();
        let kind = lowering.op.kind;
        let summary = format!("{} {kind} {rows}x{depth} times {depth}x{columns}, {count} of them", self.output.dtype);
        Layer {
            arguments,
            scratch_bytes: scratch,
            scratch_align: 4,
            headers: vec![header],
            body,
            macs: (count * rows * columns) as u64 * depth as u64,
            ..lowering.layer(summary)
        }
    }
}

/// Bytes of scratch memory that a tile takes: `TVMK_MATRICES_SCRATCH`.
fn tile(depth: usize) -> usize {
    8 * depth.next_multiple_of(8)
}

impl Checked for Product<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Some(scaling) = &self.scaling else { return self.lower_float(lowering) };
        let matrices = &self.matrices;
        let (sides, depth) = (matrices.sides(), matrices.size[2]);
        let wide = matrices.output.dtype == DType::Int16;
        let Multiplier { mantissa, shift } = scaling.multiplier;
        let factor = if wide { (reduced(scaling.multiplier), 15 - shift) } else { (mantissa, shift) };
        let zero = |second: bool| scaling.zero_points[usize::from(second)].to_string();
        let fields = [
            ("rows", sides.size[0].to_string()),
            ("columns", sides.size[1].to_string()),
            ("depth", depth.to_string()),
            ("row_zero", zero(sides.exchanged)),
            ("column_zero", zero(!sides.exchanged)),
            ("column_step", sides.column[0].to_string()),
            ("depth_step", sides.column[1].to_string()),
            ("out_row", sides.output[0].to_string()),
            ("out_column", sides.output[1].to_string()),
            ("mantissa", factor.0.to_string()),
            ("shift", factor.1.to_string()),
            ("zero_point", scaling.zero_points[2].to_string()),
            ("low", scaling.range.0.to_string()),
            ("high", scaling.range.1.to_string()),
        ];
        let (suffix, element, size) = match (wide, matrices.second.dtype) {
            (true, DType::Int8) => ("_int16x8", "int16_t", 2),
            (true, _) => ("_int16", "int16_t", 2),
            (false, _) => ("", "int8_t", 1),
        };
        let turned = if sides.turn { sides.size[0] * depth * size } else { 0 };
        let scratch = tile(depth) + turned;
        let bias = if matrices.bias.is_some() { "bias" } else { "0" };
        let body = text::constant_struct("tvmk_matrices_t", "layer", &fields)
            + &text::scratch(&format!("TVMK_MATRICES_SCRATCH({depth}) + {turned}"), scratch)
            + &matrices.nest(|[first, second, output], indent| {
                let [mut rows, columns] = if sides.exchanged { [second, first] } else { [first, second] };
                let mut text = String::new();
                if sides.turn {
                    let to = format!("({element} *)(void *)(scratch + {})", tile(depth));
                    let turn = if wide { "tvmk_turn_int16" } else { "tvmk_turn" };
                    text += &format!("{indent}{turn}({rows}, {to}, {}, {depth});\n", sides.size[0]);
                    rows = to;
                }
                let arguments = format!("{rows}, {columns}, {bias}, {output}, scratch");
                text + &format!("{indent}tvmk_matrices{suffix}(&layer, {arguments});\n")
            });
        Lowered::Layer(matrices.layer(lowering, "matrices.h", body, scratch))
    }
}

impl Product<'_> {
    fn lower_float(&self, lowering: &Lowering<'_>) -> Lowered {
        let matrices = &self.matrices;
        let [rows, columns, depth] = matrices.size;
        let step = |contiguous: bool, count: usize| if contiguous { [depth, 1] } else { [1, count] };
        let (row, column) = (step(!matrices.turned[0], rows), step(matrices.turned[1], columns));
        let fields = [
            ("rows", rows),
            ("columns", columns),
            ("depth", depth),
            ("row_step", row[0]),
            ("row_depth_step", row[1]),
            ("column_step", column[0]),
            ("depth_step", column[1]),
        ]
        .map(|(name, value)| (name, value.to_string()));
        let body = text::constant_struct("tvmk_float_matrices_t", "layer", &fields)
            + &matrices.nest(|[first, second, output], indent| {
                format!("{indent}tvmk_float_matrices(&layer, {first}, {second}, {output});\n")
            });
        Lowered::Layer(matrices.layer(lowering, "float_matrices.h", body, 0))
    }
}
