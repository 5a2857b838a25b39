//! Inputs and outputs: order from the sources, types and shapes from any source where they are certain.

mod compiler_facts;
mod names;
mod placements;
mod side;
mod types;

use crate::error::Result;
use crate::model::Tensor;
use crate::model::finding::Finding;
use crate::model::pool::Pool;
use crate::relay;

use self::compiler_facts::add_extension;
use self::names::{from_header, from_packed};
use self::placements::{check_overlaps, place};
use self::side::Side;
use self::types::{add_metadata, add_parameters, add_result, complete_last, tell_unknown};
use super::module_files::Input;

/// Inputs and outputs in ABI order.
pub(super) fn read(
    input: &Input<'_>,
    pools: &[Pool],
    findings: &mut Vec<Finding>,
) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    let relay = relay_main(input);
    let mut inputs = named(input, Side::Inputs, relay.as_ref(), findings)?;
    let mut outputs = named(input, Side::Outputs, relay.as_ref(), findings)?;
    if let Some(main) = &relay {
        add_parameters(main, &mut inputs, findings);
        complete_last(input, &mut inputs, &mut outputs);
        if main.results.len() == outputs.len() {
            for (tensor, result) in outputs.iter_mut().zip(&main.results) {
                add_result(tensor, result);
            }
        }
    }
    for (side, tensors) in [(Side::Inputs, &mut inputs), (Side::Outputs, &mut outputs)] {
        place(input, side, tensors, pools, findings)?;
        if let Some(extension) = &input.metadata.extension {
            let known = match side {
                Side::Inputs => &extension.inputs,
                Side::Outputs => &extension.outputs,
            };
            add_extension(&input.metadata.name, side, tensors, known, pools)?;
        }
    }
    check_overlaps(input, &inputs, &outputs, pools)?;
    for tensor in inputs.iter().chain(&outputs) {
        tell_unknown(tensor, findings);
    }
    Ok((inputs, outputs))
}

pub(super) fn relay_main(input: &Input<'_>) -> Option<relay::Main> {
    let own = format!("src/{}.relay", input.metadata.name);
    let path = if input.version >= 7 { own.as_str() } else { "src/relay.txt" };
    relay::main_function(input.archive.text(path).ok()?)
}

/// The tensors of one side by name, with size and type from the metadata.
fn named(
    input: &Input<'_>,
    side: Side,
    relay: Option<&relay::Main>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Tensor>> {
    let mut tensors = match input.run.packed {
        false => from_header(input, side, findings)?,
        true => from_packed(input, side, relay)?,
    };
    for tensor in &mut tensors {
        add_metadata(input, side, tensor)?;
    }
    Ok(tensors)
}
