//! The estimate as text.

use std::fmt::Write as _;

use tvm_embedded_compiler::cost::work::NPU;

use super::figures::{Core, Figures, Layer};
use crate::table::{Align, Table, grouped, wrapped};
use crate::terminal::heading;

/// All of it; layers only for one core.
pub fn text(figures: &Figures) -> String {
    let mut out = format!("{}\n", heading(&format!("{} ({})", figures.model, figures.file)));
    let npu = if figures.npu { ", without those of the NPU" } else { "" };
    let _ = writeln!(out, "  {} layers, {} multiply-accumulates{npu}", figures.layers, grouped(figures.macs));
    let ram = &figures.ram;
    let stack = ram.stack.map_or_else(|| "not known".to_owned(), |bytes| format!("at most {}", grouped(bytes)));
    let _ = writeln!(
        out,
        "  RAM: {} bytes: workspace {}, state {}, inputs {}, outputs {}, stack {stack}",
        grouped(ram.total()),
        grouped(ram.workspace),
        grouped(ram.state),
        grouped(ram.inputs),
        grouped(ram.outputs)
    );
    let _ = writeln!(out, "\n{}", heading("Instructions and cycles of one run"));
    out.push_str(&instructions(&figures.cores));
    let _ = writeln!(out, "\n{}", heading("Flash, bytes"));
    out.push_str(&flash(&figures.cores));
    if let [core] = &figures.cores[..] {
        let _ = writeln!(out, "\n{}", heading("Layers"));
        out.push_str(&layers(core));
    }
    missing(&mut out, figures);
    let _ = writeln!(out, "\n{}", heading("Assumptions"));
    figures.assumptions.iter().for_each(|line| _ = writeln!(out, "  {line}"));
    wrapped(&out)
}

/// What the instructions don't count, the same cores in one line.
fn missing(out: &mut String, figures: &Figures) {
    if figures.npu {
        let _ =
            writeln!(out, "\n  not estimated: cycles of the NPU, {NPU}; instructions are those of the CPU's layers");
    }
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for core in &figures.cores {
        let kernels: Vec<&str> = core.not_measured.iter().map(String::as_str).filter(|name| *name != NPU).collect();
        match lines.iter_mut().find(|(_, known)| *known == kernels) {
            Some((cores, _)) => _ = write!(cores, ", {}", core.core),
            None => lines.push((core.core.clone(), kernels)),
        }
    }
    for (cores, kernels) in lines.iter().filter(|(_, kernels)| !kernels.is_empty()) {
        let _ = writeln!(out, "\n  not counted on {cores}, not measured: {}", kernels.join(", "));
    }
}

/// The core whose figures these are, if it is another one.
fn figures_of(core: &Core) -> String {
    if core.core == core.measured { String::new() } else { core.measured.to_owned() }
}

fn instructions(cores: &[Core]) -> String {
    let mut table = Table::new(&[
        ("core", Align::Whole),
        ("figures of", Align::Whole),
        ("instructions", Align::Right),
        ("error", Align::Right),
        ("cycles, projected", Align::Right),
        ("per instruction", Align::Right),
    ]);
    for core in cores {
        table.row([
            core.core.clone(),
            figures_of(core),
            grouped(core.instructions),
            format!("{} %", core.error_percent),
            format!("{} … {}", grouped(core.cycles[0]), grouped(core.cycles[1])),
            format!("{} … {}", core.cycles_per_instruction[0], core.cycles_per_instruction[1]),
        ]);
    }
    table.text()
}

fn flash(cores: &[Core]) -> String {
    let mut table = Table::new(&[
        ("core", Align::Whole),
        ("figures of", Align::Whole),
        ("flash", Align::Right),
        ("code", Align::Right),
        ("constants", Align::Right),
    ]);
    for core in cores {
        table.row([
            core.core.clone(),
            figures_of(core),
            grouped(core.code + core.constants),
            grouped(core.code),
            grouped(core.constants),
        ]);
    }
    table.text()
}

fn layers(core: &Core) -> String {
    let mut table = Table::new(&[
        ("", Align::Right),
        ("layer", Align::Left),
        ("MACs", Align::Right),
        ("instructions", Align::Right),
        ("part", Align::Right),
        ("error", Align::Right),
        ("kernel", Align::Left),
    ]);
    for (at, layer) in core.layers.iter().enumerate() {
        let part = |count: u64| format!("{:.1} %", 100.0 * count as f64 / core.instructions.max(1) as f64);
        table.row([
            at.to_string(),
            layer.layer.clone(),
            grouped(layer.macs),
            layer.instructions.map_or_else(|| unknown(layer).to_owned(), grouped),
            layer.instructions.map_or_else(String::new, part),
            layer.error_percent.map_or_else(String::new, |error| format!("{error} %")),
            layer.kernels.join(" "),
        ]);
    }
    table.text()
}

/// Why a layer has no instructions.
fn unknown(layer: &Layer) -> &'static str {
    if layer.npu { "not estimated" } else { "not measured" }
}

#[cfg(test)]
mod tests {
    use super::super::figures::Ram;
    use super::*;
    use crate::table::COLUMNS;

    /// The widest figures that a model has: 10 digits, on a core with a long name that was not measured.
    #[test]
    fn long_names_and_large_figures_fit() {
        let core = |name: &str, not_measured: &[&str]| Core {
            core: name.to_owned(),
            measured: "cortex-m0",
            instructions: 5_381_708_498,
            error_percent: 100.5,
            cycles: [6_458_050_197, 9_687_075_296],
            cycles_per_instruction: [1.2, 1.8],
            code: 123_456,
            constants: 12_345_678,
            layers: Vec::new(),
            not_measured: not_measured.iter().map(|&name| name.to_owned()).collect(),
        };
        let mut figures = Figures {
            file: "big.tflite".to_owned(),
            model: "big".to_owned(),
            macs: 470_834_520,
            layers: 74,
            ram: Ram {
                workspace: 12_345_678,
                state: 1_234_567,
                inputs: 9_876_543,
                outputs: 1_111_111,
                stack: Some(1_234),
            },
            npu: false,
            cores: vec![core("cortex-m0plus", &["odd"]), core("cortex-m23", &["odd"]), core("cortex-m0", &[])],
            assumptions: Vec::new(),
        };
        let plain = |figures: &Figures| anstream::adapter::strip_str(&text(figures)).to_string();
        let found = plain(&figures);
        assert!(found.lines().all(|line| line.chars().count() <= COLUMNS), "{found}");
        for whole in ["5 381 708 498", "6 458 050 197 … 9 687 075 296", "12 345 678", "9 876 543", "1.2 … 1.8"] {
            assert!(found.contains(whole), "{whole}: {found}");
        }
        assert!(found.lines().any(|line| line.starts_with("  cortex-m0plus  cortex-m0   5 381")), "{found}");
        assert!(found.contains("not counted on cortex-m0plus, cortex-m23, not measured: odd\n"), "{found}");
        assert!(!found.contains("NPU"), "{found}");
        figures.npu = true;
        figures.cores = vec![core("cortex-m0", &[NPU])];
        let found = plain(&figures);
        assert!(found.contains("not estimated: cycles of the NPU, ethos-u (NPU part)"), "{found}");
        assert!(!found.contains("not counted") && !found.contains("figures of"), "{found}");
    }
}
