//! Estimates of models with costs in which no model of their network had a part: what a user's model can expect.

use std::collections::{BTreeMap, BTreeSet};

use super::fit::{self, Amounts};
use super::measured::Measured;
use super::samples;

/// Instructions by model. `call` are those of a call without its layers. Models with a kernel that no other network has are left out:
/// the tool does not count such a layer either, and says so.
pub fn estimates(models: &[Measured], call: f64) -> BTreeMap<&str, f64> {
    let networks: BTreeSet<&str> = models.iter().map(|model| network(&model.name)).collect();
    networks.into_iter().flat_map(|name| of_network(models, name, call)).collect()
}

/// A network's name: exporters write it in several kinds, whose names have it before the first dot.
fn network(model: &str) -> &str {
    model.split('.').next().unwrap_or(model)
}

fn of_network<'a>(models: &'a [Measured], name: &str, call: f64) -> Vec<(&'a str, f64)> {
    let (left_out, others): (Vec<_>, Vec<_>) = models.iter().partition(|model| network(&model.name) == name);
    let groups = samples::by_kernel(others.into_iter());
    let mut known: BTreeMap<&str, Amounts> = BTreeMap::new();
    for layer in left_out.iter().flat_map(|model| &model.layers) {
        let cost = layer.cost.as_str();
        if !known.contains_key(cost) {
            known.insert(cost, fit::coefficients(&samples::of_kernel(&groups, cost)));
        }
    }
    let estimate = |model: &'a Measured| {
        let layers = model.layers.iter().filter(|layer| layer.instructions.is_some());
        let layers = layers.map(|layer| {
            let costs = &known[layer.cost.as_str()];
            (!costs.is_empty()).then(|| fit::estimate(costs, &layer.work))
        });
        Some((model.name.as_str(), call + layers.sum::<Option<f64>>()?))
    };
    left_out.into_iter().filter_map(estimate).collect()
}

#[cfg(test)]
mod tests {
    use super::super::measured::Layer;
    use super::*;

    fn model(name: &str, cost: &str, work: f64, instructions: f64) -> Measured {
        let work = Amounts::from([("macs".to_owned(), work)]);
        let layer = Layer { cost: cost.to_owned(), kernels: Vec::new(), work, instructions: Some(instructions) };
        Measured {
            name: name.to_owned(),
            layers: vec![layer],
            constants: 0,
            whole: [instructions as u64; 4],
            loops: false,
        }
    }

    #[test]
    fn a_network_has_no_part_in_its_own_estimate() {
        let models = [
            model("a.int8", "conv", 10.0, 20.0),
            model("a.float32", "conv", 10.0, 20.0),
            model("b", "conv", 100.0, 500.0),
            model("c", "rare", 1.0, 1.0),
        ];
        let found = estimates(&models, 7.0);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), ["a.float32", "a.int8", "b"]);
        assert!((found["a.int8"] - 57.0).abs() < 0.1, "{found:?}");
        assert!((found["b"] - 207.0).abs() < 0.1, "{found:?}");
    }
}
