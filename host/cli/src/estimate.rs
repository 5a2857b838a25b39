//! `tvm-embedded estimate`: what a model will take on a core, from the measured costs of its kernels.

pub mod figures;
mod text;

use tvm_embedded_compiler::Options;
use tvm_embedded_compiler::cost::table;

use crate::args::Estimate;
use crate::failure::{Failure, Kind, Result};
use crate::foreign;
use crate::load;
use crate::terminal::{self, printable, shown};
use crate::tflite;
use figures::{Figures, Ram, of_core};

/// Carries out the verb.
pub fn estimate(args: &Estimate) -> Result<()> {
    let path = &args.path;
    let content = load::read_bounded(path, load::MAX_TFLITE)?;
    if !tflite::is_tflite(path, &content) {
        return Err(foreign::refused(path, &content).unwrap_or_else(|| {
            Failure::refused(format!("{}: is not a .tflite file", shown(path)))
                .advise("give the .tflite file that an archive was made from; archives don't name their kernels' work")
        }));
    }
    let options = Options {
        io_in_workspace: args.io_in_workspace,
        ram: args.ram,
        optimize: args.optimize,
        input_shapes: args.shapes.chosen(),
        ..Options::default()
    };
    let compiled = tflite::prepare(path, &content, options)?;
    let (inputs, outputs) = tflite::tensors_of(path, &compiled)?;
    let report = compiled.report;
    tflite::report_findings(path, tflite::doubts(&content), &report);
    let ram =
        Ram::new(&report, (tflite::outside(&report, "input", &inputs), tflite::outside(&report, "output", &outputs)));
    let all: Vec<String> = table::cores().into_iter().map(ToOwned::to_owned).collect();
    let cores = if args.cores.is_empty() { &all } else { &args.cores };
    let mut figures = Figures {
        file: printable(&path.display().to_string()),
        model: report.module.clone(),
        macs: report.macs,
        layers: report.layers.len(),
        ram,
        npu: report.layers.iter().any(|layer| layer.device),
        cores: Vec::new(),
        assumptions: ASSUMPTIONS.map(ToOwned::to_owned).into(),
    };
    if figures.npu {
        figures.assumptions.push(NPU.to_owned());
    }
    if report.loops > 0 {
        figures.assumptions.push("the model has a loop: its layers are counted for one run of it".to_owned());
    }
    if report.layers.iter().flat_map(|layer| &layer.kernels).any(|name| FLOATS.iter().any(|part| name.contains(part))) {
        figures.assumptions.push(SOFTWARE.to_owned());
    }
    figures.cores.extend(cores.iter().filter_map(|core| of_core(&report, core)));
    for core in figures.cores.iter().filter(|core| core.core != core.measured) {
        let line = format!(
            "{}: was not measured; all its figures are those of {}, the nearest core",
            core.core, core.measured
        );
        figures.assumptions.push(line);
    }
    if !args.json {
        return terminal::print(&text::text(&figures));
    }
    let json = serde_json::to_string_pretty(&figures)
        .map_err(|error| Failure::new(Kind::Refused, format!("the estimate can't be written as JSON: {error}")))?;
    terminal::print(&(json + "\n"))
}

/// What all figures rest on.
const ASSUMPTIONS: [&str; 4] = [
    "instructions: of one call of TVMExecute, code of gcc 12.2 -O2, as counted in an emulator; branches that depend on the \
     inputs as with bytes of all values",
    "error: twice the root mean square error of the kernels' layers, measured on models that were left out of the fit",
    "cycles: not measured; instructions times the assumed cycles per instruction of the core, memory without wait states",
    "flash: an image with the model, the runtime and startup code, as in docs/performance.md; constants are exact",
];

/// What estimates of models that Vela has compiled don't say.
pub const NPU: &str = "NPU: cycles and multiply-accumulates of its parts are not estimated, Vela prints its own estimate; flash counts \
     its commands and weights as constants, not the driver";

/// Parts of the names of kernels that compute with float32.
const FLOATS: [&str; 2] = ["float", "hybrid"];

/// What makes estimates of such kernels less certain.
const SOFTWARE: &str = "float32: on cortex-m0, cortex-m3, cortex-m4 and rv32imac, which have no FPU, instructions depend on \
     the values; they were measured with inputs from -1 to 1";
