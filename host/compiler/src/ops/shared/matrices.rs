//! Products of two matrices that a run computes: BATCH_MATMUL, and FULLY_CONNECTED whose weights are not constant. The kernels
//! are `matrices.h` and `float_matrices.h`.

use crate::ir::graph::DType;
use crate::ir::layer::{Argument, Constant, ConstantData, Core, Layer, Lowered, Lowering};
use crate::math::quantize::Multiplier;
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Evaluated};
use crate::ops::shared::window_int16::reduced;
use crate::ops::shared::{ahead, text, window_ahead};

/// A product of two matrices, or of several pairs.
pub struct Matrices<'a> {
    /// The first matrix: rows of `depth` elements.
    pub first: Operand<'a>,
    /// The second matrix: `columns` columns of `depth` elements.
    pub second: Operand<'a>,
    /// One element for each column.
    pub bias: Option<Operand<'a>>,
    /// The results.
    pub output: Operand<'a>,
    /// Rows, columns, and the number of products in each result.
    pub size: [usize; 3],
    /// Whether the first is stored column by column, and the second row by row.
    pub turned: [bool; 2],
    /// Loops around it: the number of iterations, and the steps of both in elements.
    pub batches: Vec<(usize, [usize; 2])>,
}

/// How sums become outputs.
pub struct Scaling {
    /// One for all columns, or one for each.
    multipliers: Vec<Multiplier>,
    /// Of both inputs and the output.
    zero_points: [i32; 3],
    range: (i32, i32),
    /// What is added to the sums.
    bias: Option<DType>,
}

/// The operands of a scaling: both inputs, the bias, the output, products of a sum, and the range of the output.
pub struct Scaled<'a> {
    /// The activations.
    pub first: Operand<'a>,
    /// The columns; there may be a scale for each.
    pub second: Operand<'a>,
    /// The bias.
    pub bias: Option<Operand<'a>>,
    /// The results.
    pub output: Operand<'a>,
    /// Products of each sum.
    pub depth: usize,
    /// The range of the output.
    pub range: (i32, i32),
}

impl Scaling {
    /// Checks that sums and factors do not overflow in the reference's arithmetic.
    pub fn check(checker: &mut Checker<'_>, scaled: &Scaled<'_>) -> Option<Scaling> {
        let &Scaled { first, second, bias, output, depth, range } = scaled;
        let ((a, first_zero), (to, output_zero)) = (checker.per_tensor(first)?, checker.per_tensor(output)?);
        let Some(quant) = second.tensor.quant.as_ref().filter(|quant| !quant.scales.is_empty()) else {
            checker.bad_tensor(second.id, "no quantisation", "one scale, or one for each channel");
            return None;
        };
        let second_zero = if quant.scales.len() == 1 { checker.per_tensor(second)?.1 } else { 0 };
        let factor = |&b: &f32| Multiplier::new(f64::from(a) * f64::from(b) / f64::from(to));
        let scaling = Scaling {
            multipliers: quant.scales.iter().map(factor).collect(),
            zero_points: [first_zero, second_zero, output_zero],
            range,
            bias: bias.map(|bias| bias.dtype),
        };
        scaling.check_sums(checker, scaled, depth);
        Some(scaling)
    }

    fn check_sums(&self, checker: &mut Checker<'_>, scaled: &Scaled<'_>, depth: usize) {
        let operands = [scaled.first, scaled.second, scaled.output];
        let wide = scaled.output.dtype == DType::Int16;
        for (operand, zero_point) in operands.into_iter().zip(self.zero_points).filter(|_| wide) {
            if zero_point != 0 {
                checker.bad_tensor(operand.id, format!("zero point {zero_point}"), "0, as for int16");
            }
        }
        // The largest magnitudes of elements less their zero points.
        let most = |i: usize| {
            let (low, high) = operands[i].dtype.range().unwrap_or((0, 0));
            i128::from((self.zero_points[i] - low).max(high - self.zero_points[i]))
        };
        let sum = most(0) * most(1) * depth as i128;
        let narrow = !wide || self.is_narrow();
        let bits = if narrow { 31 } else { 47 };
        if sum >= 1 << bits {
            checker.bad(format!("sums of {depth} products, up to {sum}"), format!("sums below 2^{bits}"));
        }
        let fits = |multiplier: &&Multiplier| {
            let shift = multiplier.shift;
            let left = shift < 8 && (sum * i128::from(reduced(**multiplier))) >> (15 - shift) < (1 << 31) - 1;
            if narrow { shift <= 30 } else { left }
        };
        if let Some(multiplier) = self.multipliers.iter().find(|multiplier| !fits(multiplier)) {
            checker.bad(format!("a scale factor of 2^{} or more", multiplier.shift - 1), "scales of similar size");
        }
    }

    /// Whether sums of int16 have 32 bits, as in the reference with such a bias.
    fn is_narrow(&self) -> bool {
        self.bias == Some(DType::Int32)
    }

    /// Mantissa and shift of a factor as the kernel for these outputs takes them.
    fn words(&self, output: DType, multiplier: Multiplier) -> [i32; 2] {
        match output == DType::Int16 && !self.is_narrow() {
            true => [reduced(multiplier), 15 - multiplier.shift],
            false => [multiplier.mantissa, multiplier.shift],
        }
    }

    /// The members after the steps in `tvmk_matrices_t`, and the constant that they name.
    pub fn fields(&self, lowering: &Lowering<'_>, output: DType) -> (Vec<(&'static str, String)>, Option<Constant>) {
        let words = |&multiplier: &Multiplier| self.words(output, multiplier);
        let [mantissa, shift] = self.multipliers.first().map_or([0, 0], words);
        let own = (self.multipliers.len() > 1).then(|| Constant {
            name: lowering.constant("factors"),
            row: 8,
            data: ConstantData::I32(self.multipliers.iter().flat_map(words).collect()),
            align: 4,
            comment: "mantissa and shift of each channel".to_owned(),
            core: Core::Any,
        });
        let factors = own.as_ref().map_or("0".to_owned(), |constant| constant.name.clone());
        let fields = vec![
            ("mantissa", mantissa.to_string()),
            ("shift", shift.to_string()),
            ("zero_point", self.zero_points[2].to_string()),
            ("low", self.range.0.to_string()),
            ("high", self.range.1.to_string()),
            ("factors", factors),
        ];
        (fields, own)
    }

    /// Zero points of both inputs.
    pub fn zero_points(&self) -> [i32; 2] {
        [self.zero_points[0], self.zero_points[1]]
    }
}

/// A checked product.
pub struct Product<'a> {
    matrices: Matrices<'a>,
    /// `None` on float32.
    scaling: Option<Scaling>,
}

impl<'a> Product<'a> {
    /// Checks how the sums of a product on int8 or int16 become outputs; its types and shapes have been checked.
    pub fn quantised(checker: &mut Checker<'a>, matrices: Matrices<'a>, range: (i32, i32)) -> Option<Product<'a>> {
        let Matrices { first, second, bias, output, size: [_, _, depth], .. } = matrices;
        let scaling = Scaling::check(checker, &Scaled { first, second, bias, output, depth, range })?;
        Some(Product { matrices, scaling: Some(scaling) })
    }

    /// On float32.
    pub fn float(matrices: Matrices<'a>) -> Product<'a> {
        Product { matrices, scaling: None }
    }
}

/// The arguments of a kernel: contiguous rows, and columns with any steps.
struct Sides {
    /// The number of rows and of columns.
    size: [usize; 2],
    /// Elements from a column to the next, and along one.
    column: [usize; 2],
    /// Elements of the output from a row to the next, and from a column to the next.
    output: [usize; 2],
    /// Whether the rows must be copied into their order first.
    turn: bool,
    /// Whether rows are those of the second matrix.
    exchanged: bool,
}

/// The arguments of a layer.
const NAMES: [&str; 3] = ["first", "second", "output"];

impl Matrices<'_> {
    fn sides(&self) -> Sides {
        let [rows, columns, depth] = self.size;
        // If only the second is stored as the kernel reads its rows, or neither is and it is the smaller one.
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

    /// Loops over the batches around `inner`, a call with what these names stand for at their positions: both inputs and the output.
    pub fn nest(&self, names: [&str; 3], inner: impl Fn([String; 3], &str) -> String) -> String {
        let mut places = names.map(str::to_owned);
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

/// Bytes of scratch memory of a tile: `TVMK_MATRICES_SCRATCH`.
pub fn tile(depth: usize) -> usize {
    8 * depth.next_multiple_of(8)
}

impl Checked for Product<'_> {
    fn evaluate(&self) -> Option<Evaluated> {
        if self.scaling.is_some() || self.matrices.bias.is_some() {
            return None;
        }
        let matrices = &self.matrices;
        let [first, second, output] = [matrices.first, matrices.second, matrices.output];
        let ([rows, columns, depth], [by_column, by_row]) = (matrices.size, matrices.turned);
        let elements = output.elements() + first.elements() + second.elements();
        window_ahead::is_short(output.elements() * depth, elements).then_some(())?;
        let (a, b) = (first.f32_data()?, second.f32_data()?);
        let one = |n: usize| {
            let (mut matrix, row, column) = (n / (rows * columns), n / columns % rows, n % columns);
            let mut starts = [0, 0];
            for &(count, steps) in matrices.batches.iter().rev() {
                let at = matrix % count;
                matrix /= count;
                starts = [starts[0] + at * steps[0], starts[1] + at * steps[1]];
            }
            let x = |k: usize| a[starts[0] + if by_column { k * rows + row } else { row * depth + k }];
            let y = |k: usize| b[starts[1] + if by_row { column * depth + k } else { k * columns + column }];
            (0..depth).fold(0.0f32, |sum, k| sum + x(k) * y(k))
        };
        Some(Ok(vec![ahead::floats((0..output.elements()).map(one))]))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Some(scaling) = &self.scaling else { return self.lower_float(lowering) };
        let matrices = &self.matrices;
        let (sides, depth) = (matrices.sides(), matrices.size[2]);
        let wide = matrices.output.dtype == DType::Int16;
        let zero = |second: bool| scaling.zero_points[usize::from(second)].to_string();
        let mut fields = vec![
            ("rows", sides.size[0].to_string()),
            ("columns", sides.size[1].to_string()),
            ("depth", depth.to_string()),
            ("row_zero", zero(sides.exchanged)),
            ("column_zero", zero(!sides.exchanged)),
            ("column_step", sides.column[0].to_string()),
            ("depth_step", sides.column[1].to_string()),
            ("out_row", sides.output[0].to_string()),
            ("out_column", sides.output[1].to_string()),
        ];
        let (more, factors) = scaling.fields(lowering, matrices.output.dtype);
        fields.extend(more);
        let (suffix, element, size) = match (wide, matrices.second.dtype) {
            (true, DType::Int8) if scaling.is_narrow() => ("_int16x8_bias32", "int16_t", 2),
            (true, DType::Int8) => ("_int16x8", "int16_t", 2),
            (true, _) => ("_int16", "int16_t", 2),
            (false, _) => ("", "int8_t", 1),
        };
        let turned = if sides.turn { sides.size[0] * depth * size } else { 0 };
        let scratch = tile(depth) + turned;
        let bias = if matrices.bias.is_some() { "bias" } else { "0" };
        let body = text::constant_struct("tvmk_matrices_t", "layer", &fields)
            + &text::scratch(&format!("TVMK_MATRICES_SCRATCH({depth}) + {turned}"), scratch)
            + &matrices.nest(NAMES, |[first, second, output], indent| {
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
        let constants = factors.into_iter().collect();
        Lowered::Layer(Layer { constants, ..matrices.layer(lowering, "matrices.h", body, scratch) })
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
            + &matrices.nest(NAMES, |[first, second, output], indent| {
                format!("{indent}tvmk_float_matrices(&layer, {first}, {second}, {output});\n")
            });
        Lowered::Layer(matrices.layer(lowering, "float_matrices.h", body, 0))
    }
}
