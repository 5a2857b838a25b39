//! The estimate as text.

use std::fmt::Write as _;

use super::figures::{Core, Figures};
use crate::table::{Align, Table, grouped, wrapped};
use crate::terminal::heading;

/// All of it; layers only for one core.
pub fn text(figures: &Figures) -> String {
    let mut out = format!("{}\n", heading(&format!("{} ({})", figures.model, figures.file)));
    let _ = writeln!(out, "  {} layers, {} multiply-accumulates", figures.layers, grouped(figures.macs));
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
    let _ = writeln!(out, "\n{}", heading("Estimates"));
    out.push_str(&cores(&figures.cores));
    if let [core] = &figures.cores[..] {
        let _ = writeln!(out, "\n{}", heading("Layers"));
        out.push_str(&layers(core));
    }
    for core in figures.cores.iter().filter(|core| !core.not_measured.is_empty()) {
        let _ = writeln!(out, "\n  not counted on {}, not measured: {}", core.core, core.not_measured.join(", "));
    }
    let _ = writeln!(out, "\n{}", heading("Assumptions"));
    figures.assumptions.iter().for_each(|line| _ = writeln!(out, "  {line}"));
    wrapped(&out)
}

fn cores(cores: &[Core]) -> String {
    let mut table = Table::new(&[
        ("core", Align::Whole),
        ("instructions", Align::Right),
        ("error", Align::Right),
        ("cycles, projected", Align::Right),
        ("per instruction", Align::Right),
        ("flash", Align::Right),
        ("code", Align::Right),
        ("constants", Align::Right),
    ]);
    for core in cores {
        table.row([
            if core.core == core.measured {
                core.core.clone()
            } else {
                format!("{} (as {})", core.core, core.measured)
            },
            grouped(core.instructions),
            format!("{} %", core.error_percent),
            format!("{} … {}", grouped(core.cycles[0]), grouped(core.cycles[1])),
            format!("{} … {}", core.cycles_per_instruction[0], core.cycles_per_instruction[1]),
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
            layer.instructions.map_or_else(|| "not measured".to_owned(), grouped),
            layer.instructions.map_or_else(String::new, part),
            layer.error_percent.map_or_else(String::new, |error| format!("{error} %")),
            layer.kernels.join(" "),
        ]);
    }
    table.text()
}
