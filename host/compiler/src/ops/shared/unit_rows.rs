//! Rows of weights for the kernels of `unit_sums.h`: sums of products with one vector of int8, rounded to what the operator
//! goes on with.

use crate::ir::layer::{Constant, ConstantData, Core, Limit, Lowering, Path};
use crate::math::pack;
use crate::math::quantize::Multiplier;
use crate::math::requantize::{Channel, Table};
use crate::ops::shared::weighted;

/// Inputs after which the kernel has taken packed sums apart.
const BLOCK: usize = 511;

/// The rows, a multiple of four, and how their sums are rounded.
pub struct UnitRows {
    /// `[row][input]`.
    pub weights: Vec<i8>,
    /// A channel for each row.
    pub table: Table,
}

impl UnitRows {
    /// The constants called `what` and `table`, the initialiser of `tvmk_unit_scaled_t` that names them, and whether the
    /// weights are packed for the DSP extension.
    pub fn lower(
        &self,
        lowering: &Lowering<'_>,
        [what, table]: [&'static str; 2],
        inputs: usize,
        shape: &str,
    ) -> (Vec<Constant>, String, bool) {
        let rows = self.weights.len() / inputs;
        let plain = |core| Constant {
            name: lowering.constant(what),
            data: ConstantData::I8(self.weights.clone()),
            align: 4,
            row: 0,
            comment: shape.to_owned(),
            core,
        };
        let (mut constants, packed) = match pack::dsp(&self.weights, rows, 1, inputs, BLOCK) {
            None => (vec![plain(Core::Any)], false),
            Some(packed) => {
                let comment = format!("{shape}, two rows in each element: 256 * second + first, order of SXTB16");
                let dsp = Constant { data: ConstantData::I16(packed), comment, ..plain(Core::Dsp) };
                (vec![dsp, plain(Core::Plain)], true)
            }
        };
        let table_name = lowering.constant(table);
        let (is_packed, short) = (i32::from(packed), i32::from(self.table.short));
        let fields = format!("{{{{{}, {inputs}, {is_packed}}}, {table_name}, {short}}}", lowering.constant(what));
        constants.push(Constant { name: table_name, ..weighted::table_constant(lowering, &self.table) });
        (constants, fields, packed)
    }
}

/// What layers lack where weights are not packed.
pub fn limit() -> Limit {
    let reason = "a weight of -128 pairs with a negative one, which can't be packed".to_owned();
    Limit { paths: &[Path::Dsp], reason, general: true }
}

/// The largest magnitude of a row's sum with its bias, and whether 32 bits hold it and what `factor` makes of it.
pub fn most(channel: &Channel, zero_point: i32, factor: &Multiplier) -> (i64, bool) {
    let reach = (channel.positive + channel.negative) * i64::from((127 - zero_point).max(zero_point + 128));
    let most = i64::from(channel.bias).abs() + reach;
    (most, i32::try_from(most).is_ok_and(|most| factor.checked_apply(most).is_some()))
}
