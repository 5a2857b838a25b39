//! What a run takes on each core that the C is for, and the words for groups of cores.

use serde::{Deserialize, Serialize};
use tvm_embedded_compiler::Report;
use tvm_embedded_compiler::cost::table;
use tvm_embedded_compiler::ir::options::Target;

use crate::cores;
use crate::estimate::figures::of_core;

/// What a run takes on a core, estimated from measured kernels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Core {
    /// Its name.
    pub core: String,
    /// The core that was measured: the same, or the nearest one.
    pub measured: String,
    /// Instructions of one run, without layers whose kernels were not measured.
    pub instructions: u64,
    /// The error of the instructions in percent.
    pub error_percent: f64,
    /// Instructions of each layer; nothing if its kernel was not measured.
    pub layers: Vec<Option<u64>>,
}

/// All cores of `--core` that have costs.
pub fn cores(report: &Report, core: &str) -> Vec<Core> {
    let measured = || table::cores().into_iter();
    let names: Vec<&str> = match core {
        "all" => measured().collect(),
        "portable" => measured().filter(|name| Target::of_core(name) == Some(Target::Portable)).collect(),
        core => vec![core],
    };
    names.into_iter().filter_map(|name| estimated(report, name)).collect()
}

fn estimated(report: &Report, core: &str) -> Option<Core> {
    let figures = of_core(report, core)?;
    Some(Core {
        core: figures.core,
        measured: figures.measured.to_owned(),
        instructions: figures.instructions,
        error_percent: figures.error_percent,
        layers: figures.layers.into_iter().map(|layer| layer.instructions).collect(),
    })
}

/// Whether something about these kinds of cores, some of `portable`, `dsp` and `mve`, concerns the C for a core.
pub fn concerns(kinds: &[&str], core: &str) -> bool {
    let own = match Target::of_core(core) {
        Some(Target::Portable) => "portable",
        Some(Target::Dsp) => "dsp",
        Some(Target::Mve) => "mve",
        _ => return true,
    };
    kinds.contains(&own)
}

/// These kinds of cores, such as `portable, dsp`, as a user knows them; only the core itself if the C is for one.
pub fn words(kinds: &str, core: &str) -> String {
    match core {
        "all" => {}
        "portable" => return group("portable"),
        core => return core.to_owned(),
    }
    let kinds: Vec<&str> = kinds.split(", ").collect();
    let groups: Vec<String> = kinds.iter().map(|kind| group(kind)).collect();
    match groups.as_slice() {
        groups if groups.len() == KINDS => "every core".to_owned(),
        [first, second] => format!("{first} and {second}"),
        groups => groups.join(", "),
    }
}

/// How many kinds of cores the compiler tells apart.
const KINDS: usize = 3;

/// Words for the compiler's name of a kind of cores.
fn group(kind: &str) -> String {
    let (what, target) = match kind {
        "portable" => ("without DSP extension", Target::Portable),
        "dsp" => ("with the DSP extension", Target::Dsp),
        "mve" => ("with Helium", Target::Mve),
        other => return other.to_owned(),
    };
    format!("cores {what} ({})", cores::listed(&[target], ", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_joined() {
        assert_eq!(words("portable, dsp, mve", "all"), "every core");
        assert!(words("dsp, mve", "all").contains("M35P) and cores with Helium (Cortex-M52"));
        assert_eq!(words("portable", "portable"), "cores without DSP extension (Cortex-M0, M0+, M3, M23, RISC-V)");
        assert_eq!(words("portable, dsp, mve", "cortex-m7"), "cortex-m7");
        assert!(concerns(&["mve"], "all") && !concerns(&["mve"], "portable") && !concerns(&["portable"], "cortex-m85"));
    }
}
