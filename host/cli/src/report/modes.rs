//! What the model takes with each value of `--optimize`, so that a user chooses knowingly.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tvm_embedded_compiler::cost::table;
use tvm_embedded_compiler::{Optimize, Options, Report};

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
    /// Bytes of code with runtime and startup code, estimated; nothing if the kernels were not measured.
    pub code: Option<u64>,
    /// Instructions of one run, estimated; nothing if the kernels were not measured.
    pub instructions: Option<u64>,
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
    // Costs are of the kernels of the other modes; the names of those of `size` are the same.
    let measured = if optimize == Optimize::Size { None } else { table::estimate(report, measured_core(core)) };
    let measured = measured.filter(|estimate| estimate.unknown.is_empty());
    let constants = match table::constants(report, measured_core(core)) {
        _ if optimize == Optimize::Size => report.constant_bytes,
        constants => constants,
    };
    Mode {
        optimize: optimize.name().to_owned(),
        chosen: false,
        core: measured_core(core).to_owned(),
        constants: constants as u64,
        code: measured.as_ref().map(|estimate| estimate.code.round() as u64),
        instructions: measured.as_ref().map(|estimate| estimate.instructions.round() as u64),
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
    use tvm_embedded_compiler::ir::options::CORES;

    #[test]
    fn every_core_has_costs() {
        let measured = table::cores();
        for (core, _) in CORES {
            assert!(measured.contains(&measured_core(core)), "{core}");
        }
    }
}
