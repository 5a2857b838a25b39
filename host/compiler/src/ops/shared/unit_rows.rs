//! Rows of weights for the kernels of `unit_sums.h`: sums of products with one vector of int8, rounded to the type that the
//! operator continues with.

use crate::ir::layer::{Constant, ConstantData, Core, Limit, Lowering, Path};
use crate::math::pack;
use crate::math::quantize::Multiplier;
use crate::math::requantize::{Channel, Table};
use crate::ops::shared::weighted;

/// Maximum number of inputs after which the kernel separates packed sums.
const BLOCK: usize = 511;

/// The rows, a multiple of four, and how their sums are rounded.
pub struct UnitRows {
    /// `[row][input]`.
    pub weights: Vec<i8>,
    /// A channel for each row.
    pub table: Table,
}

impl UnitRows {
    /// The constants named `what` and `table`, the initialiser of `tvmk_unit_scaled_t` that names them, and whether the
    /// weights are packed for the DSP extension; a few that do not fit are packed as one more than their value.
    pub fn lower(
        &self,
        lowering: &Lowering<'_>,
        [what, table]: [&str; 2],
        inputs: usize,
        shape: &str,
    ) -> (Vec<Constant>, String, bool) {
        let (mut constants, rows, is_packed) = rows(lowering, what, &self.weights, inputs, shape);
        let table_name = lowering.constant(table);
        let fields = format!("{{{rows}, {table_name}, {}}}", i32::from(self.table.short));
        constants.push(Constant { name: table_name, ..weighted::table_constant(lowering, &self.table) });
        (constants, fields, is_packed)
    }
}

/// The constants that hold rows of this many inputs, a multiple of four, the initialiser of `tvmk_unit_rows_t` that names them, and
/// whether they are packed for the DSP extension; a few that do not fit are packed as one more than their value.
pub fn rows(
    lowering: &Lowering<'_>,
    what: &str,
    weights: &[i8],
    inputs: usize,
    shape: &str,
) -> (Vec<Constant>, String, bool) {
    let rows = weights.len() / inputs;
    let plain = |core| lowering.array(what, core, ConstantData::I8(weights.to_vec()), shape);
    let (packed, raised) = packed(weights, rows, inputs);
    let is_packed = packed.is_some();
    let mut constants = match packed {
        None => vec![plain(Core::Any)],
        Some(packed) => {
            let comment = format!("{shape}, two rows in each element: 256 * second + first, order of SXTB16");
            vec![lowering.array(what, Core::Dsp, ConstantData::I16(packed), comment), plain(Core::Plain)]
        }
    };
    let (mut raised_name, raised_count) = ("NULL".to_owned(), raised.len() / 2);
    if raised_count > 0 {
        let name = format!("{what}_raised");
        raised_name = lowering.constant(&name);
        let comment = "row and input of each weight that is one more in the packed form";
        constants.push(lowering.array(&name, Core::Any, ConstantData::I32(raised), comment));
    }
    let name = lowering.constant(what);
    let fields = format!("{{{name}, {inputs}, {}, {raised_name}, {raised_count}}}", i32::from(is_packed));
    (constants, fields, is_packed)
}

/// The weights packed for the DSP extension, and row and input of each that is one more there: a second row's -128 beside a
/// negative weight has no room. Nothing of it where that is more than every sixteenth weight, or sums are too large.
fn packed(weights: &[i8], rows: usize, inputs: usize) -> (Option<Vec<i16>>, Vec<i32>) {
    let (mut fitting, mut raised) = (weights.to_vec(), Vec::new());
    for row in (1..rows).step_by(2) {
        for input in 0..inputs {
            let at = row * inputs + input;
            if weights[at] == i8::MIN && weights[at - inputs] < 0 {
                fitting[at] += 1;
                raised.extend([row as i32, input as i32]);
            }
        }
    }
    match pack::dsp(&fitting, rows, 1, inputs, BLOCK) {
        Some(packed) if raised.len() / 2 * 16 <= weights.len() => (Some(packed), raised),
        _ => (None, Vec::new()),
    }
}

/// Why layers with unpacked weights do not use the best kernel.
pub fn limit() -> Limit {
    let reason = "too many weights of -128 pair with negative ones, which can't be packed".to_owned();
    Limit { paths: &[Path::Dsp], reason, general: true }
}

/// The largest magnitude of a row's sum with its bias, and whether it and its product with `factor` fit in 32 bits.
pub fn most(channel: &Channel, zero_point: i32, factor: &Multiplier) -> (i64, bool) {
    let reach = (channel.positive + channel.negative) * i64::from((127 - zero_point).max(zero_point + 128));
    let most = i64::from(channel.bias).abs() + reach;
    (most, i32::try_from(most).is_ok_and(|most| factor.checked_apply(most).is_some()))
}
