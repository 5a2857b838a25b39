//! L2_POOL_2D on float32: `l2_pool_2d.h`.

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::pool_2d::{self, Pool, options};
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::L2_POOL_2D,
    versions: 1..=1,
    inputs: 1..=1,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["l2_pool_2d.h"],
    reference: "l2_pool_2d.cc",
    support: &[Support::bytes("float32", Cores::Portable)],
};

struct L2Pool<'a> {
    pool: Pool<'a>,
    range: (f32, f32),
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let pool = pool_2d::check(checker, &[DType::Float32])?;
    let range = checker.float_activation(pool.activation)?;
    Some(Box::new(L2Pool { pool, range }))
}

impl Checked for L2Pool<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let mut body = text::constant_struct("tvmk_max_pool_2d_t", "layer", &pool_2d::fields(&self.pool.window));
        body += &format!("    tvmk_l2_pool_2d(&layer, input, output, {});\n", text::float_pair(self.range));
        Lowered::Layer(Layer { headers: vec!["l2_pool_2d.h"], body, ..self.pool.layer(lowering) })
    }
}
