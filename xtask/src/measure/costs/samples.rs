//! The layers of all models by their kernels, as costs are fitted to them.

use std::collections::{BTreeMap, BTreeSet};

use super::fit::Sample;
use super::measured::Measured;

/// A name with fewer different layers than this is fitted together with the other name of its kernels.
const FEW: usize = 4;
/// The weight of the others then.
const OTHERS: f64 = 0.2;
const ONCE: &str = " once";

/// The layers that ran, by the name of their costs.
pub fn by_kernel<'a>(models: impl Iterator<Item = &'a Measured>) -> BTreeMap<&'a str, Vec<Sample>> {
    let mut groups: BTreeMap<&str, Vec<Sample>> = BTreeMap::new();
    for model in models {
        for layer in &model.layers {
            let Some(instructions) = layer.instructions else { continue };
            // Layers that are most of their model count most, so that estimates of models are good.
            let weight = 0.1 + instructions / model.whole[0] as f64;
            let sample = Sample { model: model.name.clone(), work: layer.work.clone(), instructions, weight };
            groups.entry(&layer.cost).or_default().push(sample);
        }
    }
    groups
}

/// The samples of a name, with those of the other name of its kernels if they are few.
pub fn of_kernel(groups: &BTreeMap<&str, Vec<Sample>>, name: &str) -> Vec<Sample> {
    let mut all = groups.get(name).cloned().unwrap_or_default();
    if is_few(&all) {
        let more = groups.get(other(name).as_str()).into_iter().flatten().cloned();
        all.extend(more.map(|s| Sample { weight: s.weight * OTHERS, ..s }));
    }
    all
}

/// The name of the same kernels when several layers call them, or when one does.
fn other(name: &str) -> String {
    name.strip_suffix(ONCE).map_or_else(|| format!("{name}{ONCE}"), ToOwned::to_owned)
}

fn is_few(samples: &[Sample]) -> bool {
    let works: BTreeSet<String> = samples.iter().map(|sample| format!("{:?}", sample.work)).collect();
    works.len() < FEW
}
