//! Coefficients for amounts of work from measured instructions: least squares of relative errors, no coefficient negative, few of
//! them.

use std::collections::{BTreeMap, BTreeSet};

/// Amounts by name.
pub type Amounts = BTreeMap<String, f64>;

/// A layer that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The model that it is from.
    pub model: String,
    /// Its amounts of work.
    pub work: Amounts,
    /// Instructions that one run of it took.
    pub instructions: f64,
    /// How much its error counts.
    pub weight: f64,
}

/// The costs of a kernel, and how far layers are from them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fit {
    /// Instructions for one of each amount.
    pub coefficients: Amounts,
    /// Root mean square of the relative errors of layers whose model was left out; of all layers if they are from one model.
    pub error: f64,
    /// Different layers that it was made from.
    pub layers: usize,
}

/// Amounts that explain a single layer best come first.
const FIRST: [&str; 7] = ["macs", "products", "outputs", "inputs", "output_bytes", "run_elements", "copied_bytes"];
/// A further amount has to make the sum of squares smaller by this factor.
const WORTH: f64 = 0.97;
/// No further amount is taken below this mean square.
const ENOUGH: f64 = 1e-6;
/// The most amounts of a kernel.
const MOST: usize = 14;

/// The estimate for a layer.
pub fn estimate(coefficients: &Amounts, work: &Amounts) -> f64 {
    coefficients.iter().map(|(name, cost)| cost * work.get(name).copied().unwrap_or(0.0)).sum()
}

/// Costs of a kernel. Layers with the same work and instructions count once.
pub fn fit(samples: &[Sample]) -> Fit {
    let samples = different(samples);
    let names = chosen(&samples);
    let coefficients = solve(&samples, &names);
    let models: BTreeSet<&str> = samples.iter().map(|sample| sample.model.as_str()).collect();
    let (mut squares, mut weights) = (0.0, 0.0);
    for model in &models {
        let (tested, others): (Vec<_>, Vec<_>) = samples.iter().cloned().partition(|sample| sample.model == *model);
        let known = if others.is_empty() { coefficients.clone() } else { solve(&others, &names) };
        for sample in &tested {
            let error = estimate(&known, &sample.work) / sample.instructions - 1.0;
            squares += error * error * sample.weight;
            weights += sample.weight;
        }
    }
    Fit { coefficients, error: (squares / f64::max(weights, 1e-9)).sqrt(), layers: samples.len() }
}

/// The costs alone, without their error: empty without samples.
pub fn coefficients(samples: &[Sample]) -> Amounts {
    let samples = different(samples);
    solve(&samples, &chosen(&samples))
}

fn different(samples: &[Sample]) -> Vec<Sample> {
    let mut kept: Vec<Sample> = Vec::new();
    for sample in samples.iter().filter(|sample| sample.instructions > 0.0) {
        match kept.iter_mut().find(|known| known.work == sample.work && known.instructions == sample.instructions) {
            Some(known) => known.weight = known.weight.max(sample.weight),
            None => kept.push(sample.clone()),
        }
    }
    kept
}

/// The amounts to use: each time the one that reduces the errors most.
fn chosen(samples: &[Sample]) -> Vec<String> {
    let all: BTreeSet<&String> = samples.iter().flat_map(|sample| sample.work.keys()).collect();
    let rank = |name: &str| (name == "calls", FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len()));
    let mut names: Vec<String> = all.into_iter().cloned().collect();
    names.sort_by_key(|name| (rank(name), name.clone()));
    let kinds = samples.iter().map(|sample| format!("{:?}", sample.work)).collect::<BTreeSet<_>>().len();
    let most = if kinds < 3 { 1 } else { (kinds * 2 / 3).clamp(2, MOST) };
    let system = System::new(&rows(samples, &names), names.len());
    let weight: f64 = samples.iter().map(|sample| sample.weight).sum();
    let (mut taken, mut before): (Vec<usize>, f64) = (Vec::new(), f64::INFINITY);
    while taken.len() < most && before > ENOUGH * weight {
        let mut best: Option<(f64, usize)> = None;
        for at in (0..names.len()).filter(|at| !taken.contains(at)) {
            let tried: Vec<usize> = taken.iter().copied().chain([at]).collect();
            let square = system.square(&tried, &system.solve(&tried));
            if best.is_none_or(|(least, _)| square < least * 0.999 - 1e-9) {
                best = Some((square, at));
            }
        }
        match best {
            Some((square, at)) if square < before * WORTH => {
                taken.push(at);
                before = square;
            }
            _ => break,
        }
    }
    taken.into_iter().map(|at| names[at].clone()).collect()
}

fn rows(samples: &[Sample], names: &[String]) -> Vec<(Vec<f64>, f64)> {
    let row = |sample: &Sample| {
        let weight = sample.weight.sqrt();
        let amount = |name: &String| sample.work.get(name).copied().unwrap_or(0.0) * weight / sample.instructions;
        (names.iter().map(amount).collect(), weight)
    };
    samples.iter().map(row).collect()
}

/// Least squares of relative errors with these amounts.
fn solve(samples: &[Sample], names: &[String]) -> Amounts {
    let found = non_negative(&rows(samples, names), names.len());
    names.iter().cloned().zip(found).filter(|(_, cost)| *cost > 0.0).collect()
}

/// The x, none negative, with the least |Ax - b|², for rows of A and elements of b.
pub fn non_negative(rows: &[(Vec<f64>, f64)], columns: usize) -> Vec<f64> {
    let all: Vec<usize> = (0..columns).collect();
    let system = System::new(rows, columns);
    system.solve(&all).iter().zip(&system.scale).map(|(x, scale)| if *scale > 0.0 { x / scale } else { 0.0 }).collect()
}

/// The products of the columns of A, each scaled to length 1, with each other and with b.
struct System {
    scale: Vec<f64>,
    gram: Vec<Vec<f64>>,
    right: Vec<f64>,
    square: f64,
}

impl System {
    fn new(rows: &[(Vec<f64>, f64)], columns: usize) -> Self {
        let norm = |j: usize| rows.iter().map(|(row, _)| row[j] * row[j]).sum::<f64>().sqrt();
        let scale: Vec<f64> = (0..columns).map(norm).collect();
        let part = |row: &[f64], j: usize| if scale[j] > 0.0 { row[j] / scale[j] } else { 0.0 };
        let product = |i: usize, j: usize| rows.iter().map(|(row, _)| part(row, i) * part(row, j)).sum::<f64>();
        let gram = (0..columns).map(|i| (0..columns).map(|j| product(i, j)).collect()).collect();
        let right = (0..columns).map(|j| rows.iter().map(|(row, b)| part(row, j) * b).sum::<f64>()).collect();
        Self { gram, right, square: rows.iter().map(|(_, b)| b * b).sum(), scale }
    }

    /// For some columns, by coordinate descent.
    fn solve(&self, columns: &[usize]) -> Vec<f64> {
        let mut slope: Vec<f64> = columns.iter().map(|&j| -self.right[j]).collect();
        let mut x = vec![0.0_f64; columns.len()];
        for _ in 0..2000 {
            let mut moved = 0.0_f64;
            for j in (0..columns.len()).filter(|&j| self.scale[columns[j]] > 0.0) {
                let to = (x[j] - slope[j]).max(0.0);
                let by = to - x[j];
                if by != 0.0 {
                    columns.iter().zip(&mut slope).for_each(|(&i, slope)| *slope += self.gram[i][columns[j]] * by);
                    x[j] = to;
                    moved = moved.max(by.abs());
                }
            }
            if moved < 1e-8 {
                break;
            }
        }
        x
    }

    /// |Ax - b|²
    fn square(&self, columns: &[usize], x: &[f64]) -> f64 {
        let mut sum = self.square;
        for (&i, xi) in columns.iter().zip(x) {
            let row: f64 = columns.iter().zip(x).map(|(&j, xj)| self.gram[i][j] * xj).sum();
            sum += xi * (row - 2.0 * self.right[i]);
        }
        sum.max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(model: &str, calls: f64, macs: f64, noise: f64) -> Sample {
        let work = [("calls", calls), ("macs", macs), ("nothing", 7.0)].map(|(name, amount)| (name.to_owned(), amount));
        Sample { model: model.into(), work: work.into(), instructions: 50.0 * calls + 2.0 * macs + noise, weight: 1.0 }
    }

    #[test]
    fn costs_are_found_again() {
        let samples: Vec<Sample> = (1..9)
            .map(|i| sample(&format!("m{}", i % 4), 1.0 + f64::from(i % 2), f64::from(i * i * 100), 0.0))
            .collect();
        let fit = fit(&samples);
        assert!((fit.coefficients["macs"] - 2.0).abs() < 0.01, "{fit:?}");
        assert!((fit.coefficients["calls"] - 50.0).abs() < 3.0, "{fit:?}");
        assert!(fit.error < 0.01 && fit.layers == 8, "{fit:?}");
    }

    #[test]
    fn one_layer_is_explained_by_its_products() {
        let one = [sample("m", 1.0, 1000.0, 0.0), sample("m", 1.0, 1000.0, 0.0)];
        let fit = fit(&one);
        assert_eq!(fit.layers, 1);
        assert_eq!(fit.coefficients.keys().collect::<Vec<_>>(), ["macs"]);
    }

    #[test]
    fn no_cost_is_negative() {
        let rows = [(vec![1.0, 1.0], 1.0), (vec![1.0, 2.0], 0.5), (vec![1.0, 3.0], 0.1)];
        let x = non_negative(&rows, 2);
        assert!(x.iter().all(|x| *x >= 0.0) && x[1] == 0.0, "{x:?}");
    }
}
