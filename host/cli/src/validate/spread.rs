//! What outputs hold where there are no labels: their range, and which elements are the greatest.

use serde::{Deserialize, Serialize};

use super::metrics::greatest;

/// The real values of an output in all samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The output.
    pub output: String,
    /// The smallest, the mean and the greatest value; nothing if no value is finite.
    pub range: Option<[f64; 3]>,
    /// Values that are infinite or not numbers.
    pub not_finite: usize,
    /// `greatest[element]`: samples in which this element is the greatest; nothing for outputs of one element.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub greatest: Vec<usize>,
}

/// More elements are hardly classes.
const MOST_CLASSES: usize = 1024;

/// `values` are those of all samples, `count` for each.
pub fn spread(output: String, values: &[f64], count: usize) -> Spread {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let found = finite().count();
    let range = (found > 0).then(|| {
        let mean = finite().sum::<f64>() / found as f64;
        [finite().fold(f64::INFINITY, f64::min), mean, finite().fold(f64::NEG_INFINITY, f64::max)]
    });
    let mut counts = if (2..=MOST_CLASSES).contains(&count) { vec![0; count] } else { Vec::new() };
    if !counts.is_empty() {
        values.chunks_exact(count).for_each(|scores| counts[greatest(scores)] += 1);
    }
    Spread { output, range, not_finite: values.len() - found, greatest: counts }
}

impl Spread {
    /// The elements that are most often the greatest, with their samples, and the samples of all others.
    pub fn most_often(&self, shown: usize) -> (Vec<(usize, usize)>, usize) {
        let mut order: Vec<(usize, usize)> =
            self.greatest.iter().copied().enumerate().filter(|(_, samples)| *samples > 0).collect();
        order.sort_by_key(|&(element, samples)| (std::cmp::Reverse(samples), element));
        let rest = order.split_off(shown.min(order.len()));
        (order, rest.iter().map(|(_, samples)| samples).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_greatest_elements() {
        let values = [0.0, 1.0, 0.5, 0.25, 0.0, 2.0, 1.0, f64::NAN, -3.0];
        let found = spread("y".into(), &values, 3);
        assert_eq!((found.range, found.not_finite), (Some([-3.0, 0.21875, 2.0]), 1));
        assert_eq!(found.greatest, [1, 1, 1]);
        assert_eq!(found.most_often(2), (vec![(0, 1), (1, 1)], 1));
        let one = spread("y".into(), &[f64::INFINITY], 1);
        assert_eq!((one.range, one.not_finite, one.greatest.len()), (None, 1, 0));
        assert_eq!(one.most_often(5), (Vec::new(), 0));
    }
}
