//! Fits a model into a number of bytes with the cheapest schedule that fits; images are computed in bands of rows if necessary.

use crate::ir::model::Model;
use crate::ir::problem::{Errors, Problem};
use crate::passes::bands::choose::{Choice, Choices};

/// Plans a model with a choice.
pub type Planned<'a> = dyn Fn(&Choice) -> Result<Model, Errors> + 'a;

/// How many times a smaller target is tried after a plan missed its target.
const TRIALS: usize = 8;
/// The last targets, in hundredths of the fewest bytes in use at once: each leads to another plan.
const LAST: [usize; 4] = [112, 106, 102, 100];

/// The model unchanged if it fits, otherwise planned in the cheapest way found that fits.
///
/// # Errors
/// If none fits; the message gives the smallest size reached.
pub fn fit<'a>(
    model: Model,
    bytes: usize,
    choices: impl FnOnce() -> Choices<'a>,
    planned: &Planned<'_>,
) -> Result<Model, Errors> {
    if model.ram_bytes() <= bytes {
        return Ok(model);
    }
    // The part that no schedule changes.
    let state: usize = model.pools.iter().filter(|pool| pool.state).map(|pool| pool.bytes).sum();
    let fixed = model.caller_bytes() + state;
    let (mut least, choices) = (model.ram_bytes(), choices());
    let fewest = choices.fewest();
    let mut tried: Vec<Choice> = Vec::new();
    let mut aim = bytes.saturating_sub(fixed);
    for trial in 0..TRIALS + LAST.len() {
        if trial >= TRIALS {
            aim = fewest * LAST[trial - TRIALS] / 100;
        } else if aim < fewest {
            continue;
        }
        let Some(choice) = choices.cheapest(aim).filter(|choice| !tried.contains(choice)) else {
            aim = aim * 97 / 100;
            continue;
        };
        let found = planned(&choice)?;
        tried.push(choice);
        least = least.min(found.ram_bytes());
        if found.ram_bytes() <= bytes {
            return Ok(found);
        }
        aim = aim.saturating_sub((found.ram_bytes() - bytes).max(aim / 50));
    }
    let found = format!("{bytes} bytes of RAM, workspaces, inputs and outputs together");
    Err(Problem::file(found, format!("at least {least} bytes for this model")).into())
}
