//! The findings of a validation, in the structure of its JSON.

use serde::{Deserialize, Serialize};

use super::metrics::{self, among, greatest};
use super::spread::Spread;

/// Everything found.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The model's file, as given.
    pub model: String,
    /// The output that was evaluated; empty if all were only described.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// Number of samples.
    pub samples: usize,
    /// Runs for each.
    pub steps: usize,
    /// Mean time of a run on this computer.
    pub microseconds: f64,
    /// Of classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Classes>,
    /// Of one score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// Of values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Values>,
    /// Of each output, if there are no labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Spread>,
    /// Comparison with another model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Agreement>,
}

impl Findings {
    /// Adds the file of each sample that is listed; `files` has one for each sample, or none.
    pub fn name_files(&mut self, files: &[String]) {
        let classes = self.classes.iter_mut().flat_map(|classes| &mut classes.worst);
        classes.for_each(|wrong| wrong.file = files.get(wrong.sample).cloned());
        let values = self.values.iter_mut().flat_map(|values| &mut values.worst);
        let against = self.against.iter_mut().flat_map(|against| &mut against.worst);
        values.chain(against).for_each(|off| off.file = files.get(off.sample).cloned());
    }
}

/// How often the right class has the greatest score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classes {
    /// Samples whose class has the greatest score.
    pub right: usize,
    /// The same as a fraction of all.
    pub accuracy: f64,
    /// How many of the greatest scores [`Classes::top_right`] looks at.
    pub top: usize,
    /// Samples whose class is among those.
    pub top_right: usize,
    /// For two classes, the area under the curve of the second one's score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_under_curve: Option<f64>,
    /// The names of the classes, if they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// `confusion[label][found]`
    pub confusion: Vec<Vec<usize>>,
    /// For each class, recall and precision; nothing without any sample.
    pub of_class: Vec<OfClass>,
    /// Samples with the largest errors.
    pub worst: Vec<Wrong>,
}

impl Classes {
    /// A class by number, with its name if that is known.
    pub fn name(&self, class: usize) -> String {
        self.names.get(class).map_or_else(|| class.to_string(), |name| format!("{class} {name}"))
    }
}

/// One class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfClass {
    /// Its samples.
    pub samples: usize,
    /// Recall: the fraction of them that is assigned to this class.
    pub recall: Option<f64>,
    /// Precision: the fraction of the samples assigned to this class that belong to it.
    pub precision: Option<f64>,
}

/// A sample in the wrong class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wrong {
    /// Its number, from 0.
    pub sample: usize,
    /// The file that it is from, if it is from a directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its class.
    pub label: usize,
    /// The class that the model assigns.
    pub found: usize,
    /// By how much the score of that class is greater.
    pub margin: f64,
}

/// How well a score separates class 1 from class 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Fraction of the pairs in the right order.
    pub area_under_curve: Option<f64>,
    /// Samples of class 1.
    pub positive: usize,
    /// Mean score of class 0 and of class 1.
    pub means: [Option<f64>; 2],
}

/// Errors of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// Mean of the absolute differences.
    pub mean_absolute_error: f64,
    /// Square root of the mean of their squares.
    pub root_mean_square_error: f64,
    /// The greatest.
    pub greatest_error: f64,
    /// Samples with the greatest differences.
    pub worst: Vec<Off>,
}

/// A sample with errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Off {
    /// Its number, from 0.
    pub sample: usize,
    /// The file that it is from, if it is from a directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The greatest difference in it.
    pub error: f64,
}

/// Two models on the same samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// The other's file.
    pub model: String,
    /// Samples in which the same element is the greatest; nothing for outputs of one element.
    pub same: Option<usize>,
    /// Samples of the right class in the other model.
    pub right: Option<usize>,
    /// Mean of the absolute differences of real values.
    pub mean_absolute_difference: f64,
    /// The greatest.
    pub greatest_difference: f64,
    /// Samples that agree least.
    pub worst: Vec<Off>,
}

/// `scores` are the elements of all samples, `count` for each.
pub fn classes(scores: &[f64], count: usize, labels: &[usize], top: Option<usize>, worst: usize) -> Classes {
    let top = top.unwrap_or(if count > 5 { 5 } else { 1 }).min(count);
    let mut confusion = vec![vec![0; count]; count];
    let (mut top_right, mut wrong) = (0, Vec::new());
    for (sample, (scores, &label)) in scores.chunks_exact(count).zip(labels).enumerate() {
        let found = greatest(scores);
        confusion[label][found] += 1;
        top_right += usize::from(among(scores, label, top));
        if found != label {
            wrong.push(Wrong { sample, file: None, label, found, margin: scores[found] - scores[label] });
        }
    }
    let right: usize = (0..count).map(|class| confusion[class][class]).sum();
    let part = |of: usize, all: usize| (all > 0).then(|| of as f64 / all as f64);
    let of_class = (0..count).map(|class| {
        let samples = confusion[class].iter().sum();
        let taken = confusion.iter().map(|row| row[class]).sum();
        OfClass {
            samples,
            recall: part(confusion[class][class], samples),
            precision: part(confusion[class][class], taken),
        }
    });
    let of_class = of_class.collect();
    wrong.sort_by(|a, b| b.margin.total_cmp(&a.margin).then(a.sample.cmp(&b.sample)));
    wrong.truncate(worst);
    let area_under_curve = (count == 2).then(|| {
        let second: Vec<f64> = scores.chunks_exact(2).map(|pair| pair[1]).collect();
        metrics::area_under_curve(&second, &labels.iter().map(|&label| label == 1).collect::<Vec<_>>())
    });
    Classes {
        right,
        accuracy: right as f64 / labels.len().max(1) as f64,
        top,
        top_right,
        area_under_curve: area_under_curve.flatten(),
        names: Vec::new(),
        confusion,
        of_class,
        worst: wrong,
    }
}

/// A score for each sample, and whether it is of class 1.
pub fn score(scores: &[f64], positive: &[bool]) -> Score {
    let mean = |of: bool| {
        let own: Vec<f64> =
            scores.iter().zip(positive).filter(|(_, yes)| **yes == of).map(|(score, _)| *score).collect();
        (!own.is_empty()).then(|| own.iter().sum::<f64>() / own.len() as f64)
    };
    Score {
        area_under_curve: metrics::area_under_curve(scores, positive),
        positive: positive.iter().filter(|&&yes| yes).count(),
        means: [mean(false), mean(true)],
    }
}

/// Values of all samples, `count` for each, and what they should be.
pub fn values(found: &[f64], count: usize, wanted: &[f64], worst: usize) -> Values {
    let errors = metrics::errors(found, wanted);
    Values {
        mean_absolute_error: errors.mean_absolute,
        root_mean_square_error: errors.root_mean_square,
        greatest_error: errors.greatest,
        worst: off(found, count, wanted, worst),
    }
}

/// The samples with the greatest differences.
fn off(found: &[f64], count: usize, wanted: &[f64], worst: usize) -> Vec<Off> {
    let samples = found.chunks_exact(count).zip(wanted.chunks_exact(count));
    let mut off: Vec<Off> = samples
        .enumerate()
        .map(|(sample, (found, wanted))| Off { sample, file: None, error: metrics::errors(found, wanted).greatest })
        .filter(|off| off.error != 0.0)
        .collect();
    off.sort_by(|a, b| b.error.total_cmp(&a.error).then(a.sample.cmp(&b.sample)));
    off.truncate(worst);
    off
}

/// Two models' values of all samples.
pub fn agreement(
    model: String,
    ours: &[f64],
    others: &[f64],
    count: usize,
    labels: Option<&[usize]>,
    worst: usize,
) -> Agreement {
    let pairs = || ours.chunks_exact(count).zip(others.chunks_exact(count));
    let errors = metrics::errors(ours, others);
    let right = labels.map(|labels| {
        others.chunks_exact(count).zip(labels).filter(|(scores, label)| greatest(scores) == **label).count()
    });
    Agreement {
        model,
        same: (count > 1).then(|| pairs().filter(|(a, b)| greatest(a) == greatest(b)).count()),
        right,
        mean_absolute_difference: errors.mean_absolute,
        greatest_difference: errors.greatest,
        worst: off(ours, count, others, worst),
    }
}
