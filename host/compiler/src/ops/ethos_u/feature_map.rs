//! Where the NPU finds the elements of a tensor: an address for each of up to four tiles, and steps along rows, columns, channels.

use super::registers::Registers;
use crate::ops::definition::Refusal;

/// The registers of one tensor.
pub struct FeatureMap {
    /// The region.
    pub region: usize,
    precision: usize,
    /// How far to the right of `precision` the size of an element is.
    element: u32,
    /// Last column of the left tiles.
    width: usize,
    /// Last rows of the upper tiles.
    heights: [usize; 2],
    /// First of the four addresses; behind them the steps along columns, rows and blocks of channels.
    base: usize,
}

/// The input.
pub const IFM: FeatureMap =
    FeatureMap { region: 0x10f, precision: 0x105, element: 2, width: 0x10a, heights: [0x10b, 0x10c], base: 0 };
/// The second input.
pub const IFM2: FeatureMap =
    FeatureMap { region: 0x18f, precision: 0x185, element: 2, width: 0x18a, heights: [0x18b, 0x18c], base: 0x80 };
/// The output.
pub const OFM: FeatureMap =
    FeatureMap { region: 0x11f, precision: 0x114, element: 1, width: 0x11a, heights: [0x11b, 0x11c], base: 0x10 };

/// Channels of a block, where a tensor is stored in blocks of them.
const BLOCK: u64 = 16;

/// Marks a tensor of the Ethos-U85 that is not in memory.
const CHAINED: u16 = 2;

impl FeatureMap {
    /// The position behind the last byte, if the last element is in this row, column and channel. `None` for a tensor that is not in
    /// memory; that of the first address for an Ethos-U85, which has more ways to store tensors.
    pub fn end(&self, registers: &Registers, [y, x, c]: [u64; 3]) -> Result<Option<u64>, Refusal> {
        let precision = registers.small(self.precision)?;
        if registers.is_u85() {
            let first = registers.large(self.base);
            return if precision >> 14 == CHAINED { Ok(None) } else { Ok(Some(first? + 1)) };
        }
        let size = 1u64 << (precision >> self.element & 3);
        let width = u64::from(registers.small(self.width)?);
        let mut end = 0;
        for x in [x.min(width), x] {
            let column = usize::from(x > width);
            let height = u64::from(registers.small(self.heights[column])?);
            for y in [y.min(height), y] {
                let row = usize::from(y > height);
                let base = registers.large(self.base + column + 2 * row)?;
                let (x, y) = (x - column as u64 * (width + 1), y - row as u64 * (height + 1));
                let step = |i: usize| registers.large(self.base + 4 + i);
                let at = match precision >> 6 & 3 {
                    0 => x * step(0)? + c * size,
                    1 => c / BLOCK * step(2)? + (BLOCK * x + c % BLOCK) * size,
                    _ => return Err(registers.refuse("a tensor in an unknown format", "NHWC or NHCWB16")),
                };
                end = end.max(base + y * step(1)? + at + size);
            }
        }
        Ok(Some(end))
    }
}

/// The last row, column and channel of the output.
pub fn output(registers: &Registers) -> Result<[u64; 3], Refusal> {
    let [y, x, c] = [0x112, 0x111, 0x113].map(|register| registers.small(register).map(u64::from));
    Ok([y?, x?, c?])
}

/// The last row, column and channel of the input that a window over it needs.
pub fn input(registers: &Registers, [y, x, _]: [u64; 3]) -> Result<[u64; 3], Refusal> {
    let strides = u64::from(registers.small(0x122)?);
    let depth = u64::from(registers.small(0x104)?);
    // Steps are stored as two bits in two places, less 1; windows as their last row and column, with gaps included.
    let step_x = (strides & 1 | strides >> 5 & 2) + 1;
    let step_y = (strides >> 1 & 1 | strides >> 8 & 2) + 1;
    let enlarged = registers.or_zero(0x107) != 0;
    let last = |outputs: u64, step: u64, window: usize, around: [usize; 2]| -> Result<u64, Refusal> {
        let reached = outputs * step + u64::from(registers.small(window)?);
        let padding: u64 = around.iter().map(|&register| registers.or_zero(register)).sum();
        let last = reached.saturating_sub(padding);
        // Each element counts twice.
        Ok(if enlarged { last / 2 } else { last })
    };
    Ok([last(y, step_y, 0x121, [0x100, 0x103])?, last(x, step_x, 0x120, [0x101, 0x102])?, depth])
}
