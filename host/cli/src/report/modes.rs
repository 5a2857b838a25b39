//! What the model takes with each value of `--optimize`, so that a user chooses knowingly.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tvm_embedded_compiler::cost::table::{self, Estimate};
use tvm_embedded_compiler::{Optimize, Options, Report};

use crate::table::grouped;
use crate::tflite;

/// What the model takes with a value of `--optimize`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mode {
    /// The value.
    pub optimize: String,
    /// Whether the rest of the report is about this value.
    #[serde(default)]
    pub chosen: bool,
    /// The core of the figures.
    pub core: String,
    /// Bytes of constants.
    pub constants: u64,
    /// Bytes of code with runtime and startup code, estimated; nothing if no kernel was measured.
    pub code: Option<u64>,
    /// Instructions of one run, estimated; nothing if no kernel was measured.
    pub instructions: Option<u64>,
    /// Layers that `code` and `instructions` are without, since their kernels were not measured: the model takes more then.
    #[serde(default)]
    pub layers_not_counted: u64,
    /// Bytes of workspaces without state.
    pub workspace: u64,
    /// Bytes of the stack of a call, at most, if known.
    #[serde(default)]
    pub stack: Option<u64>,
}

impl Mode {
    /// Constants and code, if the code is known.
    pub fn flash(&self) -> Option<u64> {
        self.code.map(|code| code + self.constants)
    }

    /// A figure in words: more than the number if layers are not in it.
    pub fn at_least(&self, figure: u64) -> String {
        let more = if self.layers_not_counted > 0 { "at least " } else { "" };
        format!("{more}{}", grouped(figure))
    }

    /// What the figures are without.
    pub fn without(&self) -> String {
        without(self.layers_not_counted)
    }
}

/// So many layers are not in a figure, in words.
pub fn without(layers: u64) -> String {
    format!("without {layers} layer{}", if layers == 1 { "" } else { "s" })
}

/// All modes, for the core that the C is for. `report` is of the model as it is compiled with `options`; a mode in which the
/// compiler refuses the model is left out.
pub fn modes(path: &Path, content: &[u8], options: &Options, core: &str, report: &Report) -> Vec<Mode> {
    let of = |optimize: Optimize| {
        if optimize == options.optimize {
            return Some(Mode { chosen: true, ..mode(report, optimize, core) });
        }
        let prepared = tflite::prepare(path, content, Options { optimize, ..options.clone() }).ok()?;
        Some(mode(&prepared.report, optimize, core))
    };
    Optimize::ALL.into_iter().filter_map(of).collect()
}

fn mode(report: &Report, optimize: Optimize, core: &str) -> Mode {
    // Layers of an NPU are no part of what the CPU takes.
    let own = || report.layers.iter().enumerate().filter(|(_, layer)| !layer.device);
    let unknown = |estimate: &Estimate| own().filter(|(at, _)| estimate.layers[*at].is_none()).count();
    let estimate = table::estimate(report, measured_core(core));
    let missing = estimate.as_ref().map_or(0, unknown);
    let measured = estimate.filter(|_| missing == 0 || missing < own().count());
    Mode {
        optimize: optimize.name().to_owned(),
        chosen: false,
        core: measured_core(core).to_owned(),
        constants: table::constants(report, measured_core(core)) as u64,
        code: measured.as_ref().map(|estimate| estimate.code.round() as u64),
        instructions: measured.as_ref().map(|estimate| estimate.instructions.round() as u64),
        layers_not_counted: if measured.is_some() { missing as u64 } else { 0 },
        workspace: report.pools.iter().filter(|pool| !pool.state).map(|pool| pool.bytes as u64).sum(),
        stack: report.stack_bytes.map(|bytes| bytes as u64),
    }
}

/// The core of the figures: the nearest that was measured; one of them if the C is for several.
pub fn measured_core(core: &str) -> &str {
    let one = match core {
        "all" => "cortex-m4f",
        "portable" => "cortex-m3",
        core => core,
    };
    table::nearest(one).unwrap_or(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tvm_embedded_compiler::ir::options::CORES;

    #[test]
    fn every_core_has_costs() {
        let measured = table::cores();
        for (core, _) in CORES {
            assert!(measured.contains(&measured_core(core)), "{core}");
        }
    }

    #[test]
    fn layers_without_costs_are_left_out_and_counted() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/digits/digits.tflite");
        let content = fs::read(&path).unwrap();
        for optimize in Optimize::ALL {
            let options = Options { optimize, ..Options::default() };
            let mut report = tflite::prepare(&path, &content, options).unwrap().report;
            let all = mode(&report, optimize, "cortex-m4f");
            assert_eq!((all.layers_not_counted, all.at_least(1234).as_str()), (0, "1 234"));
            "tvmk_odd".clone_into(&mut report.layers[0].cost);
            let some = mode(&report, optimize, "cortex-m4f");
            assert!(some.instructions < all.instructions && some.instructions > Some(0), "{some:?}");
            assert_eq!((some.without().as_str(), some.at_least(1234).as_str()), ("without 1 layer", "at least 1 234"));
            // What an NPU does is no part of what the CPU takes.
            report.layers[0].device = true;
            let with_npu = mode(&report, optimize, "cortex-m4f");
            assert_eq!((with_npu.layers_not_counted, with_npu.instructions), (0, some.instructions));
            report.layers.iter_mut().for_each(|layer| "tvmk_odd".clone_into(&mut layer.cost));
            assert_eq!(mode(&report, optimize, "cortex-m4f").instructions, None);
        }
    }
}
