//! MAX_POOL_2D on int8, `max_pool_2d.h`, and float32, `max_pool_2d_float.h`.

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
    kind: OpKind::MAX_POOL_2D,
    versions: 1..=3,
    inputs: 1..=1,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels![
        "max_pool_2d.h",
        "max_pool_2d_parts.h",
        "max_pool_2d_portable.h",
        "max_pool_2d_dsp.h",
        "max_pool_2d_mve.h",
        "max_pool_2d_float.h",
    ],
    reference: "pooling.cc",
    support: &[
        Support::bytes("int16", Cores::Portable),
        Support::bytes("int8, uint8", Cores::DspMve),
        Support::bytes("float32", Cores::Portable),
    ],
};

struct MaxPool<'a> {
    pool: Pool<'a>,
    header: &'static str,
    function: &'static str,
    /// Its activation's range, as C literals.
    range: String,
    /// The same of a type with a scale.
    integers: Option<(i32, i32)>,
    /// The same of float32.
    floats: (f32, f32),
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let pool = pool_2d::check(checker, &[DType::Int8, DType::Int16, DType::Float32])?;
    if pool.input.dtype == DType::Float32 {
        let floats = checker.float_activation(pool.activation)?;
        let range = text::float_pair(floats);
        let (header, function) = ("max_pool_2d_float.h", "tvmk_float_max_pool_2d");
        return Some(Box::new(MaxPool { pool, header, function, range, integers: None, floats }));
    }
    let (low, high) = pool.quantised_range(checker)?;
    let (header, function) = match pool.input.dtype {
        DType::Int16 => ("pool_int16.h", "tvmk_max_pool_2d_int16"),
        _ => ("max_pool_2d.h", "tvmk_max_pool_2d"),
    };
    let (range, integers) = (format!("{low}, {high}"), Some((low, high)));
    Some(Box::new(MaxPool { pool, header, function, range, integers, floats: (0.0, 0.0) }))
}

impl MaxPool<'_> {
    fn structure(&self) -> &'static str {
        if self.pool.input.dtype == DType::Int16 { "tvmk_pool_int16_t" } else { "tvmk_max_pool_2d_t" }
    }
}

impl Checked for MaxPool<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let mut body = text::constant_struct(self.structure(), "layer", &pool_2d::fields(&self.pool.window));
        body += &format!("    {}(&layer, input, output, {});\n", self.function, self.range);
        Lowered::Layer(Layer { headers: vec![self.header], body, ..self.pool.layer(lowering) })
    }

    fn evaluate(&self) -> Option<Evaluated> {
        let (low, high) = self.integers.unwrap_or_default();
        let largest = |elements: &[i32]| elements.iter().fold(low, |most, &x| most.max(x)).min(high);
        // NaN does not count.
        let float = |elements: &[f32]| elements.iter().fold(f32::MIN, |most, &x| if x > most { x } else { most });
        self.pool.computed(largest, |elements| window_ahead::clamped(float(elements), self.floats))
    }

    fn flow(&self) -> Flow<'_> {
        self.integers.map_or(Flow::Opaque, |range| self.pool.flow(range))
    }
}
