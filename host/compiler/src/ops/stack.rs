//! How much stack kernels use: figures measured on cores, for a bound that is known when a model is compiled.

/// Written by `cargo xtask stack --write`: a kernel and bytes on each line.
const MEASURED: &str = include_str!("stack.csv");

/// Name in the table for the stack of the calls that lead to a layer.
const CALLS: &str = "(calls)";

/// The most bytes of stack of a run whose layers call these kernels. `None` if one of them was not measured.
pub fn of_kernels<'a>(kernels: impl IntoIterator<Item = &'a str>) -> Option<usize> {
    let deepest = kernels.into_iter().try_fold(0, |deepest, kernel| Some(measured(kernel)?.max(deepest)))?;
    Some(measured(CALLS)? + deepest)
}

fn measured(kernel: &str) -> Option<usize> {
    let mut lines = MEASURED.lines().filter_map(|line| line.split_once(','));
    lines.find(|(name, _)| *name == kernel)?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_kernel_counts_and_an_unknown_one_gives_no_bound() {
        let calls = measured(CALLS).unwrap();
        let [small, large] = ["tvmk_mean", "tvmk_conv_2d"].map(|kernel| measured(kernel).unwrap());
        assert!(small < large, "{small} {large}");
        assert_eq!(of_kernels(["tvmk_mean", "tvmk_conv_2d"]), Some(calls + large));
        assert_eq!(of_kernels(["tvmk_mean", "tvmk_of_tomorrow"]), None);
        assert_eq!(of_kernels([]), Some(calls));
    }

    #[test]
    fn the_table_has_one_figure_for_each_kernel() {
        let rows: Vec<(&str, &str)> =
            MEASURED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(',')).collect();
        assert!(rows.len() > 30, "{}", rows.len());
        assert!(rows.is_sorted_by(|a, b| a.0 < b.0), "not in order, or a name twice");
        assert!(rows.iter().all(|(_, bytes)| bytes.parse::<u32>().is_ok_and(|bytes| bytes < 4096)), "{rows:?}");
    }
}
