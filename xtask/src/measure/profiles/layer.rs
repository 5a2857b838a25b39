//! What the instructions of one layer are for.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::code::Code;

/// How often instructions ran, by their addresses.
pub type Places = BTreeMap<u64, u64>;

/// A layer with what was counted.
#[derive(Debug, Default, PartialEq)]
pub struct Layer {
    /// Its C function, without the model's prefix.
    pub name: String,
    /// The kernels that it calls.
    pub kernels: Vec<String>,
    /// Multiply-accumulates, as its shapes give them.
    pub macs: u64,
    /// Elements that it writes.
    pub outputs: u64,
    /// Instructions of its run.
    pub instructions: u64,
    /// Those of blocks that multiply.
    pub products: u64,
    /// Those that requantise.
    pub requantisation: u64,
    /// Products that its instructions could add up: more than needed where lanes of a vector or halves of a word are 0.
    pub slots: u64,
    /// The loop that does most products.
    pub inner: Inner,
}

/// A loop over products, of one pass.
#[derive(Debug, Default, PartialEq, Clone, Copy)]
pub struct Inner {
    /// The address of its first instruction.
    pub address: u64,
    /// Instructions.
    pub instructions: u64,
    /// Of these, the ones that it can't do without.
    pub needed: u64,
    /// Multiply-accumulates.
    pub macs: u64,
}

impl Layer {
    /// `report` is the layer in the report of `compile`, `prefix` the beginning of its model's C names; `places` say how often each
    /// instruction of the image ran.
    ///
    /// # Errors
    /// If a fact is missing.
    pub fn new(report: &Value, prefix: &str, instructions: u64, code: &Code, places: &Places) -> Result<Self> {
        let function = report["function"].as_str().context("a layer without a function")?;
        let kernels = report["kernels"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut layer = Layer {
            name: function.strip_prefix(prefix).unwrap_or(function).to_owned(),
            kernels: kernels.map(|name| name.trim_start_matches("tvmk_").to_owned()).collect(),
            macs: report["macs"].as_u64().unwrap_or(0),
            outputs: report["work"]["outputs"].as_u64().unwrap_or(0),
            instructions,
            ..Layer::default()
        };
        // Products of each block, by its first address.
        let mut summed: BTreeMap<u64, (u64, Inner)> = BTreeMap::new();
        for (address, times) in places {
            let Some((block, at)) = code.place(*address) else { continue };
            if at < block.products {
                layer.products += times;
            } else if block.requantises {
                layer.requantisation += times;
            }
            let (instructions, macs) = (block.products as u64, block.macs.iter().sum());
            let address = block.addresses[0];
            let pass = Inner { address, instructions, needed: block.needed, macs };
            summed.entry(address).or_insert((0, pass)).0 += times * block.macs[at];
        }
        layer.slots = summed.values().map(|(macs, _)| macs).sum();
        let most = summed.into_values().max_by_key(|(macs, _)| *macs);
        layer.inner = most.filter(|(macs, _)| *macs > 0).map(|(_, pass)| pass).unwrap_or_default();
        Ok(layer)
    }

    /// What is neither products nor requantisation: setup, borders, copies, loops around.
    pub fn rest(&self) -> u64 {
        self.instructions.saturating_sub(self.products + self.requantisation)
    }

    /// The least that the products take with the instructions of the inner loop, without its counter and branch.
    pub fn least(&self) -> u64 {
        (self.macs * self.inner.needed).checked_div(self.inner.macs).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_added_up_by_what_they_are_for() {
        let code = Code::parse(
            " 100:\tmov\tr1, r2\n 102:\tcbz\tr1, 112 <f>\n 106:\tldr\tr2, [r0], #4\n 10a:\tsmlad\tr6, r3, r4, r6\n 10e:\tsubs\tr1, #1\n \
             110:\tbne.n\t106 <f+0x6>\n 112:\tssat\tr2, #8, r2\n 116:\tbx\tlr\n",
        );
        let places =
            [(0x100, 1), (0x102, 1), (0x106, 10), (0x10a, 10), (0x10e, 10), (0x110, 10), (0x112, 1), (0x116, 1)];
        let report =
            serde_json::json!({"function": "tvmgen_m_conv", "kernels": ["tvmk_a"], "macs": 15, "work": {"outputs": 1}});
        let layer = Layer::new(&report, "tvmgen_m_", 50, &code, &places.into()).unwrap();
        assert_eq!((layer.name.as_str(), layer.kernels.join(" ").as_str()), ("conv", "a"));
        assert_eq!((layer.products, layer.requantisation, layer.rest(), layer.slots), (40, 2, 8, 20));
        assert_eq!((layer.inner, layer.least()), (Inner { address: 0x106, instructions: 4, needed: 2, macs: 2 }, 15));
    }
}
