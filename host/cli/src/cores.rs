//! Cores as users know them, by the kind of build that they run.

use tvm_embedded_compiler::ir::options::{CORES, Target};

/// The cores of some kinds of builds, such as `Cortex-M4, M7, M33 and M35P`; RISC-V is the last. `last` is before the last name.
pub fn listed(targets: &[Target], last: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    let own = CORES.iter().filter(|(core, target)| *core != "portable" && targets.contains(target));
    for name in own.map(|(core, _)| short(core)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_by_key(|name| name == RISC_V);
    let end = names.pop().unwrap_or_default();
    match names.is_empty() {
        true => format!("Cortex-{end}"),
        false => format!("Cortex-{}{last}{end}", names.join(", ")),
    }
}

const RISC_V: &str = "RISC-V";

/// `M4` for `cortex-m4` and `cortex-m4f`.
fn short(core: &str) -> String {
    match core.strip_prefix("cortex-") {
        Some(core) => core.replace("plus", "+").trim_end_matches('f').to_uppercase(),
        None => RISC_V.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_core_is_in_one_list() {
        let lists = [Target::Portable, Target::Dsp, Target::Mve].map(|target| listed(&[target], ", "));
        let names =
            |list: &str| list.trim_start_matches("Cortex-").split(", ").map(ToOwned::to_owned).collect::<Vec<_>>();
        for (core, _) in CORES.iter().filter(|(core, _)| !["all", "portable"].contains(core)) {
            assert_eq!(lists.iter().filter(|list| names(list).contains(&short(core))).count(), 1, "{core}: {lists:?}");
        }
        assert_eq!(listed(&[Target::Portable], " and "), "Cortex-M0, M0+, M3, M23 and RISC-V");
        assert_eq!(listed(&[Target::Dsp, Target::Mve], " and "), "Cortex-M4, M7, M33, M35P, M52, M55 and M85");
    }
}
