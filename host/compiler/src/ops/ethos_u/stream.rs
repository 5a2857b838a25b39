//! The commands for the NPU, as far as they say which memory is read and written.
//!
//! A command sets a register, or starts an operation on what the registers say. Commands have 16 bits of their own and 16 of a
//! parameter; those with 0x4000 are followed by another word. Addresses are relative to one of eight regions.

use super::feature_map::{self, FeatureMap, IFM, IFM2, OFM};
use super::registers::{Registers, Uses};
use crate::ops::definition::Refusal;

/// Commands that start something.
mod op {
    pub const STOP: u32 = 0;
    pub const CONV: u32 = 2;
    pub const DEPTHWISE: u32 = 3;
    pub const POOL: u32 = 5;
    pub const ELEMENTWISE: u32 = 6;
    pub const RESIZE: u32 = 7;
    pub const DMA_START: u32 = 0x10;
    pub const BRANCH: u32 = 0x4100;
}

/// Registers with parameters of 16 bits.
mod small {
    pub const OFM_PRECISION: usize = 0x114;
    pub const WEIGHT_REGION: usize = 0x128;
    pub const SCALE_REGION: usize = 0x129;
    pub const DMA_SRC_REGION: usize = 0x130;
    pub const DMA_DST_REGION: usize = 0x131;
    pub const IFM2_BROADCAST: usize = 0x180;
}

/// Registers with a word more; weights and scales are pairs of an address and a length.
mod large {
    pub const WEIGHT: usize = 0x20;
    pub const SCALE: usize = 0x22;
    pub const DMA_SRC: usize = 0x30;
    pub const DMA_DST: usize = 0x31;
    pub const DMA_LEN: usize = 0x32;
    pub const WEIGHT1: usize = 0x90;
    pub const SCALE1: usize = 0x92;
    pub const WEIGHT3: usize = 0x94;
}

/// Elementwise operations with one input.
const UNARY: [u32; 3] = [5, 6, 7];

/// Marks a second input that is a number in a register.
const SCALAR: u16 = 0x80;

/// Marks the memory inside of the NPU.
const INTERNAL: u16 = 0x100;

/// Reads commands.
///
/// # Errors
/// Commands that no version of Vela writes.
pub fn uses(words: &[u32], u85: bool) -> Result<Uses, Refusal> {
    let mut registers = Registers::new(u85);
    let mut at = 0;
    let mut stopped = false;
    while let Some(&word) = words.get(at) {
        registers.at = at;
        if stopped {
            return Err(registers.refuse("a command after the end", "STOP as the last command"));
        }
        let (code, parameter) = (word & 0xffff, word >> 16);
        match code {
            op::STOP => stopped = true,
            op::BRANCH => return Err(registers.refuse("a branch", "commands one after the other")),
            1..=0xff => registers.start(code, parameter)?,
            0x100..=0x3ff => registers.small[code as usize] = Some(parameter as u16),
            0x4000..=0x43ff => {
                at += 1;
                let Some(&low) = words.get(at) else {
                    return Err(registers.refuse("a truncated command", "another word"));
                };
                let value = u64::from(parameter & 0xff) << 32 | u64::from(low);
                registers.large[code as usize & 0x3ff] = Some(value);
            }
            _ => return Err(registers.refuse(&format!("the command 0x{code:04x}"), "those of Ethos-U")),
        }
        at += 1;
    }
    if stopped {
        Ok(registers.uses)
    } else {
        Err(registers.refuse("commands without an end", "STOP as the last command"))
    }
}

impl Registers {
    fn start(&mut self, code: u32, parameter: u32) -> Result<(), Refusal> {
        match code {
            op::DMA_START => return self.transfer(),
            op::CONV | op::DEPTHWISE | op::POOL | op::ELEMENTWISE | op::RESIZE => {}
            _ => return Ok(()),
        }
        let output = feature_map::output(self)?;
        self.map(&OFM, output, true)?;
        let input = match code {
            op::ELEMENTWISE => output,
            _ => feature_map::input(self, output)?,
        };
        self.map(&IFM, input, false)?;
        if code == op::ELEMENTWISE && !UNARY.contains(&parameter) {
            let broadcast = self.small(small::IFM2_BROADCAST)?;
            if broadcast & SCALAR == 0 {
                let along = |bit: u16, last: u64| if broadcast & bit == 0 { last } else { 0 };
                let [y, x, c] = output;
                self.map(&IFM2, [along(1, y), along(2, x), along(4, c)], false)?;
            }
        }
        if matches!(code, op::CONV | op::DEPTHWISE) {
            self.weights()?;
        }
        Ok(())
    }

    fn map(&mut self, map: &FeatureMap, last: [u64; 3], written: bool) -> Result<(), Refusal> {
        match map.end(self, last)? {
            Some(end) => self.touch(self.small(map.region)?, end, written),
            None => Ok(()),
        }
    }

    /// Weights, and the factors of the channels unless one holds for all.
    fn weights(&mut self) -> Result<(), Refusal> {
        let region = self.small(small::WEIGHT_REGION)?;
        let mut pairs = vec![(region, large::WEIGHT), (region, large::WEIGHT1), (region, large::WEIGHT3)];
        if self.small(small::OFM_PRECISION)? & 0x100 == 0 {
            pairs.push((self.small(small::SCALE_REGION)?, large::SCALE));
        }
        let second = if self.is_u85() { Some(region) } else { self.small[small::SCALE_REGION] };
        pairs.extend(second.map(|region| (region, large::SCALE1)));
        self.large(large::WEIGHT)?;
        for (region, pair) in pairs {
            if let (Some(base), Some(length)) = (self.large[pair], self.large[pair + 1]) {
                self.touch(region, base + length, false)?;
            }
        }
        Ok(())
    }

    /// A copy between regions, or to the memory inside of the NPU. Of one with gaps only the first row is counted.
    fn transfer(&mut self) -> Result<(), Refusal> {
        let length = self.large(large::DMA_LEN)?;
        let ends = [(small::DMA_SRC_REGION, large::DMA_SRC, false), (small::DMA_DST_REGION, large::DMA_DST, true)];
        for (region, address, written) in ends {
            let region = self.small(region)?;
            if region & INTERNAL == 0 {
                self.touch(region & 0xff, self.large(address)? + length, written)?;
            }
        }
        Ok(())
    }
}
