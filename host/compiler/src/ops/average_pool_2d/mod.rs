//! AVERAGE_POOL_2D: `average_pool_2d.h` on int8, `float_nn.h` on float32.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Evaluated, Support};
use crate::ops::flow::Flow;
use crate::ops::kernels::kernels;
use crate::ops::shared::pool_2d::{self, Pool, options};
use crate::ops::shared::{text, window_ahead};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::AVERAGE_POOL_2D,
    versions: 1..=3,
    inputs: 1..=1,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels![
        "average_pool_2d.h",
        "average_pool_2d_portable.h",
        "average_pool_2d_dsp.h",
        "average_pool_2d_mve.h",
    ],
    reference: "pooling.cc",
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::DspMve),
        Support::bytes("float32", Cores::Portable),
    ],
};

struct AveragePool<'a> {
    pool: Pool<'a>,
    range: (i32, i32),
}

struct FloatAveragePool<'a> {
    pool: Pool<'a>,
    range: (f32, f32),
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    if checker.first_type() == Some(DType::Float32) {
        let pool = pool_2d::check(checker, &[DType::Float32])?;
        let range = checker.float_activation(pool.activation)?;
        return Some(Box::new(FloatAveragePool { pool, range }));
    }
    let pool = pool_2d::check(checker, &[DType::Int8, DType::Int16])?;
    let range = pool.quantised_range(checker)?;
    let inside = pool.window.height.min(pool.window.in_height) * pool.window.width.min(pool.window.in_width);
    if pool.input.dtype == DType::Int16 && inside > 65535 {
        checker.bad(format!("averages of {inside} elements"), "up to 65535 for int16");
    }
    if pool.input.unsigned && inside > 1 << 22 {
        checker.bad(format!("averages of {inside} elements"), "up to 4194304 for uint8");
    }
    Some(Box::new(AveragePool { pool, range }))
}

impl Checked for AveragePool<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        if self.pool.input.dtype == DType::Int16 {
            let (low, high) = self.range;
            let mut body = text::constant_struct("tvmk_pool_int16_t", "layer", &pool_2d::fields(&self.pool.window));
            body += &format!("    tvmk_average_pool_2d_int16(&layer, input, output, {low}, {high});\n");
            return Lowered::Layer(Layer { headers: vec!["pool_int16.h"], body, ..self.pool.layer(lowering) });
        }
        let mut fields = pool_2d::fields(&self.pool.window);
        fields.extend([("low", self.range.0.to_string()), ("high", self.range.1.to_string())]);
        let mut body = text::constant_struct("tvmk_average_pool_2d_t", "layer", &fields);
        let up = if self.pool.input.unsigned { "_up" } else { "" };
        body += &format!("    tvmk_average_pool_2d{up}(&layer, input, output);\n");
        Lowered::Layer(Layer { headers: vec!["average_pool_2d.h"], body, ..self.pool.layer(lowering) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        // Halves away from zero.
        let average = |elements: &[i32]| {
            let (sum, count) = (elements.iter().sum::<i32>(), elements.len().max(1) as i32);
            let rounded = (if sum > 0 { sum + count / 2 } else { sum - count / 2 }) / count;
            rounded.clamp(self.range.0, self.range.1)
        };
        self.pool.computed(average, |_| 0.0)
    }

    fn flow(&self) -> Flow<'_> {
        self.pool.flow(self.range)
    }
}

impl Checked for FloatAveragePool<'_> {
    fn evaluate(&self) -> Option<Evaluated> {
        let average = |elements: &[f32]| {
            let sum = elements.iter().fold(0.0f32, |sum, x| sum + x);
            window_ahead::clamped(sum / elements.len() as f32, self.range)
        };
        self.pool.computed(|_| 0, average)
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (window, range) = (&self.pool.window, text::float_pair(self.range));
        let mut body = text::constant_struct("tvmk_float_pool_t", "layer", &pool_2d::fields(window));
        body += &format!("    tvmk_float_average_pool_2d(&layer, input, output, {range});\n");
        let summary = format!("float32 AVERAGE_POOL_2D {}", window.describe());
        let (input, output) = (self.pool.input.id, self.pool.output.id);
        Lowered::Layer(Layer { headers: vec!["float_nn.h"], body, ..lowering.layer_of(summary, input, output) })
    }
}
