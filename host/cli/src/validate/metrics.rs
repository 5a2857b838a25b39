//! Accuracy of scores. Pure functions on numbers.

use std::cmp::Ordering;

/// The index of the greatest score; of equal ones the first.
pub fn greatest(scores: &[f64]) -> usize {
    let mut best = 0;
    for (at, score) in scores.iter().enumerate() {
        if score.partial_cmp(&scores[best]) == Some(Ordering::Greater) {
            best = at;
        }
    }
    best
}

/// Whether a class is among the `k` greatest scores. Of equal scores the first counts as greater.
pub fn among(scores: &[f64], class: usize, k: usize) -> bool {
    let Some(own) = scores.get(class) else { return false };
    let before = scores.iter().enumerate().filter(|&(at, score)| score > own || (score == own && at < class)).count();
    before < k
}

/// The fraction of pairs of a positive and a negative sample in which the positive one has the greater score; equal scores count
/// half. Nothing if one kind is missing.
pub fn area_under_curve(scores: &[f64], positive: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let (mut ranks, mut at) = (0.0, 0);
    while at < order.len() {
        let mut end = at + 1;
        while end < order.len() && scores[order[end]] == scores[order[at]] {
            end += 1;
        }
        // Equal scores share the mean of their ranks, which begin with 1.
        let rank = (at + 1 + end) as f64 / 2.0;
        ranks += rank * order[at..end].iter().filter(|&&sample| positive[sample]).count() as f64;
        at = end;
    }
    let yes = positive.iter().filter(|&&yes| yes).count() as f64;
    let no = positive.len() as f64 - yes;
    (yes > 0.0 && no > 0.0).then(|| (ranks - yes * (yes + 1.0) / 2.0) / (yes * no))
}

/// Differences of values from the expected ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors {
    /// Mean of the absolute differences.
    pub mean_absolute: f64,
    /// Square root of the mean of their squares.
    pub root_mean_square: f64,
    /// The greatest.
    pub greatest: f64,
}

/// The differences of two rows of the same length, which is not 0.
pub fn errors(found: &[f64], wanted: &[f64]) -> Errors {
    let differences = || found.iter().zip(wanted).map(|(found, wanted)| (found - wanted).abs());
    let count = found.len().max(1) as f64;
    Errors {
        mean_absolute: differences().sum::<f64>() / count,
        root_mean_square: (differences().map(|d| d * d).sum::<f64>() / count).sqrt(),
        // What is not a number is the greatest of all.
        greatest: differences().max_by(f64::total_cmp).unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_scores_counts() {
        assert_eq!((greatest(&[1.0, 3.0, 3.0]), greatest(&[f64::NAN, 1.0]), greatest(&[2.0])), (1, 0, 0));
        let scores = [0.5, 0.1, 0.5, 0.3];
        assert!(among(&scores, 0, 1) && !among(&scores, 2, 1) && among(&scores, 2, 2));
        assert!(!among(&scores, 1, 3) && among(&scores, 1, 4) && !among(&scores, 9, 4));
    }

    #[test]
    fn area_by_pairs() {
        let area = |scores: &[f64], positive: &[u8]| {
            area_under_curve(scores, &positive.iter().map(|&yes| yes == 1).collect::<Vec<_>>())
        };
        assert_eq!(area(&[0.1, 0.2, 0.8, 0.9], &[0, 0, 1, 1]), Some(1.0));
        assert_eq!(area(&[0.9, 0.1], &[0, 1]), Some(0.0));
        assert_eq!(area(&[0.5, 0.5, 0.5], &[0, 1, 1]), Some(0.5));
        // Of six pairs, four in order and one equal.
        assert_eq!(area(&[0.2, 0.7, 0.1, 0.7, 0.9], &[0, 0, 1, 1, 1]), Some(3.5 / 6.0));
        assert_eq!(area(&[0.2], &[1]), None);
    }

    #[test]
    fn errors_of_values() {
        let errors = errors(&[1.0, 2.0], &[1.0, 4.0]);
        assert_eq!((errors.mean_absolute, errors.greatest), (1.0, 2.0));
        assert!((errors.root_mean_square - 2.0f64.sqrt()).abs() < 1e-12);
        assert!(super::errors(&[1.0, f64::NAN, 2.0], &[1.0, 4.0, 9.0]).greatest.is_nan());
    }
}
