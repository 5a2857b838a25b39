//! The report as text.

use std::fmt::Write;

use serde_json::Value;
use tvm_embedded_compiler::ir::options::Target;
use tvm_embedded_mlf::{Finding, Interface, Operators, PoolKind, Severity, WorkspaceMode};

use super::report::{Model, Repair, Report, Tensor, Totals};
use crate::constants::Constants;
use crate::cores;
use crate::layer::sum;
use crate::table::{Align, Table, grouped, wrapped};
use crate::terminal::{defect, heading, printable, sentence, warning};

/// The whole report.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let tvm = report.tvm_version.as_deref().map_or_else(|| "TVM, version not recorded".into(), |v| format!("TVM {v}"));
    let written = match report.models.iter().find_map(|m| m.compiler.as_deref()) {
        Some(compiler) => compiler.to_owned(),
        None => tvm,
    };
    let (archive, version) = (printable(&report.archive), report.metadata_version);
    let arrived_compiled = report.models.iter().any(|model| model.library.is_some());
    let _ = match report.compiled {
        true => writeln!(out, "{archive}: compiled in memory by {}", printable(&written)),
        false if arrived_compiled => writeln!(out, "{archive}: C header, written by {}", printable(&written)),
        false => writeln!(out, "{archive}: Model Library Format {version}, written by {}", printable(&written)),
    };
    if let Some(note) = &report.note {
        let _ = writeln!(out, "  {}", sentence(note));
    }
    for model in &report.models {
        out.push('\n');
        self::model(&mut out, model);
    }
    findings(&mut out, "Archive", &report.findings, &[]);
    wrapped(&out)
}

fn model(out: &mut String, model: &Model) {
    let _ = writeln!(out, "{}", heading(&format!("Model {}", printable(&model.name))));
    // Archives of this compiler are all of the same kind.
    match model.compiler {
        Some(_) => _ = writeln!(out, "  {}", mode(model)),
        None => _ = writeln!(out, "  {}; {}", interface(model), mode(model)),
    }
    if let Some(optimize) = &model.optimize {
        let _ = writeln!(out, "  {}; --optimize {}", code(model), printable(optimize));
    }
    if let Some(library) = &model.library {
        library.text(out);
    }
    match (&model.symbol, &model.refused) {
        (Some(symbol), _) => _ = writeln!(out, "  in C: {symbol}"),
        (None, Some(reason)) => _ = writeln!(out, "  {} no interface: {}", defect("refused"), sentence(reason)),
        (None, None) => {}
    }
    if model.compiler.is_none() && !model.targets.is_empty() {
        let _ = writeln!(out, "  target {}", printable(model.targets.join(", ").trim_end()));
    }
    tensors(out, "Inputs", &model.inputs);
    tensors(out, "Outputs", &model.outputs);
    memory(out, model);
    if !model.layers.is_empty() {
        layers(out, &model.name, &model.layers);
        if !constants(&model.totals).are_equal() {
            let portable = cores::listed(&[Target::Portable], " and ");
            let _ = writeln!(out, "  flash: on {portable}; others: constant_bytes_dsp, constant_bytes_mve in --json");
        }
        kernels(out, &format!("tvmgen_{}_", model.name), &model.layers);
    }
    removed(out, &model.removed);
    findings(out, "Findings", &model.findings, &model.repairs);
    repairs(out, &model.repairs);
}

fn interface(model: &Model) -> &'static str {
    match (model.interface, model.operators) {
        (Interface::C, _) => "interface c",
        (Interface::Packed, Operators::Unpacked) => "interface packed, operators unpacked",
        (Interface::Packed, Operators::Packed) => "interface packed, operators packed",
    }
}

/// The cores that the C is for.
fn code(model: &Model) -> String {
    match model.cores.as_deref().map(|word| (word, Target::named(word))) {
        None => "code for every core".to_owned(),
        Some((_, Some(Target::Portable))) => "portable code".to_owned(),
        Some((_, Some(target))) => format!("code for {} only (--core)", cores::listed(&[target], " and ")),
        Some((word, None)) => format!("code for cores of the kind {} only", printable(word)),
    }
}

fn mode(model: &Model) -> &'static str {
    match model.workspace_mode {
        WorkspaceMode::UsmpInternal if model.library.is_some() => "memory inside the library",
        WorkspaceMode::UsmpInternal => "memory planned by TVM, inside the model's C",
        WorkspaceMode::UsmpExternal => "memory planned ahead, provided by the firmware",
        WorkspaceMode::Runtime => "memory allocated during the run (TVMBackendAllocWorkspace), from a workspace",
        WorkspaceMode::None => "no memory for intermediate tensors",
    }
}

fn tensors(out: &mut String, title: &str, tensors: &[Tensor]) {
    let _ = writeln!(out, "\n{}", heading(title));
    if tensors.is_empty() {
        out.push_str("  none\n");
        return;
    }
    let mut table = Table::new(&[
        ("C name", Align::Name),
        ("own name", Align::Left),
        ("type", Align::Whole),
        ("shape", Align::Whole),
        ("bytes", Align::Right),
        ("align", Align::Right),
        ("scale", Align::Whole),
        ("zero point", Align::Right),
        ("where", Align::Whole),
    ]);
    for t in tensors {
        let number = |n: Option<u64>| n.map_or_else(|| "?".into(), grouped);
        table.row([
            printable(&t.c_name),
            printable(&t.name),
            t.dtype.clone().unwrap_or_else(|| "?".into()),
            t.shape.as_ref().map_or_else(|| "?".into(), |shape| format!("{shape:?}")),
            number(t.bytes),
            // Most accept any address.
            if tensors.iter().all(|t| t.alignment == 1) { String::new() } else { grouped(t.alignment) },
            t.scale.map_or_else(String::new, |scale| scale.to_string()),
            t.zero_point.map_or_else(String::new, |zero| zero.to_string()),
            match (&t.workspace, t.offset) {
                (Some(workspace), Some(offset)) => format!("{}+{}", printable(workspace), grouped(offset)),
                _ => "caller".into(),
            },
        ]);
    }
    out.push_str(&table.text());
}

fn memory(out: &mut String, model: &Model) {
    let _ = writeln!(out, "\n{}", heading("Memory"));
    let mut table = Table::new(&[
        ("what", Align::Left),
        ("name", Align::Whole),
        ("bytes", Align::Right),
        ("align", Align::Right),
        ("", Align::Whole),
    ]);
    for w in &model.workspaces {
        let slack = format!("{} as a plain byte array", grouped(w.bytes));
        let note = if w.state { format!("{slack}; keeps state between runs") } else { slack };
        let name = printable(&w.name);
        table.row(["workspace to give".into(), name, grouped(w.aligned_bytes), grouped(w.alignment), note]);
    }
    for p in &model.parameters {
        let note = if p.in_archive { "data in the archive" } else { "data must be provided" };
        table.row(["parameters".into(), printable(&p.name), grouped(p.bytes), grouped(p.alignment), note.into()]);
    }
    for s in &model.static_memory {
        let (what, note) = match s.kind {
            PoolKind::Workspace => ("static RAM", "in the model's C: don't allocate it again"),
            PoolKind::Constant => ("static constants", "in the model's C"),
        };
        table.row([what.into(), printable(&s.name), grouped(s.bytes), grouped(s.alignment), note.into()]);
    }
    if model.workspaces.is_empty() && model.static_memory.iter().all(|s| s.kind != PoolKind::Workspace) {
        out.push_str("  no workspace\n");
    }
    if !(model.workspaces.is_empty() && model.parameters.is_empty() && model.static_memory.is_empty()) {
        out.push_str(&table.text());
    }
    if let (true, Some(symbol)) = (model.workspaces.iter().any(|w| w.state), &model.symbol) {
        let _ = writeln!(out, "  state: TVMReset_{symbol} before the first run, and before each new stream");
    }
    for device in &model.devices {
        let _ = writeln!(out, "  device {}: set its handle with TVMSetDevices", printable(device));
    }
    if !model.needs.is_empty() {
        let names: Vec<String> = model.needs.iter().map(|name| printable(name)).collect();
        let _ = writeln!(out, "  functions to link with the model: {}", names.join(", "));
    }
    let t = &model.totals;
    let known = |bytes: Option<u64>| bytes.map_or_else(|| "?".into(), grouped);
    let _ = writeln!(
        out,
        "  RAM: {} bytes of workspace, {} of inputs, {} of outputs. Flash: {}",
        grouped(t.workspace_bytes),
        known(t.input_bytes),
        known(t.output_bytes),
        flash(constants(t)),
    );
    if let Some(bytes) = model.stack_bytes {
        let _ = writeln!(out, "  stack: at most {} bytes, measured on Arm cores with gcc 12.2 -O2", grouped(bytes));
    }
}

/// What is known of the flash.
fn flash(constants: Constants) -> String {
    let text = constants.text();
    if constants.are_equal() {
        format!("{text} of constants, and the code")
    } else {
        format!("code, and constants of {text}")
    }
}

/// Bytes of constants by cores.
fn constants(totals: &Totals) -> Constants {
    Constants([totals.constant_bytes, totals.constant_bytes_dsp, totals.constant_bytes_mve])
}

/// The compiler's facts of its layers: those of its keys that exist.
fn layers(out: &mut String, name: &str, layers: &[Value]) {
    let _ = writeln!(out, "\n{}", heading("Layers"));
    let unit = layers.iter().find_map(|layer| layer.get("measured")?.get("unit")?.as_str()).map(printable);
    let mut columns = vec![("layer", Align::Name), ("operators", Align::Left), ("MACs", Align::Right)];
    columns.extend(unit.as_deref().map(|unit| (unit, Align::Right)));
    columns.extend([
        ("flash", Align::Right),
        ("RAM", Align::Right),
        ("scratch", Align::Right),
        ("output", Align::Whole),
        ("place", Align::Whole),
    ]);
    let mut table = Table::new(&columns);
    let text = |value: Option<&Value>| value.map_or_else(String::new, cell);
    let prefix = format!("tvmgen_{name}_");
    for layer in layers {
        let output = layer.get("outputs").and_then(|outputs| outputs.get(0));
        let of_output = |key: &str| text(output.and_then(|output| output.get(key)));
        let offset =
            output.and_then(|o| o.get("offset")).map_or_else(String::new, |offset| format!("+{}", cell(offset)));
        let shape = output.and_then(|o| o.get("shape")).map_or_else(String::new, Value::to_string);
        let function = text(layer.get("function")).replacen(&prefix, "", 1);
        let kinds = text(layer.get("kinds"));
        // A function has the name of its operator, unless several are fused in it.
        let is_named_so = function.trim_end_matches(|c: char| c.is_ascii_digit()) == kinds.to_lowercase() + "_";
        let mut row = vec![function, if is_named_so { String::new() } else { kinds }, text(layer.get("macs"))];
        row.extend(unit.as_ref().map(|_| text(layer.get("measured").and_then(|measured| measured.get("value")))));
        row.extend([
            text(layer.get("flash_bytes")),
            text(layer.get("ram_bytes")),
            text(layer.get("scratch_bytes")),
            format!("{} {}", of_output("dtype"), printable(&shape)),
            format!("{}{offset}", of_output("place")),
        ]);
        table.row(row);
    }
    let measured =
        layers.iter().filter_map(|layer| layer.get("measured")?.get("value")?.as_u64()).fold(0, u64::saturating_add);
    let mut total = vec!["total".into(), String::new(), grouped(sum(layers, "macs"))];
    total.extend(unit.as_ref().map(|_| grouped(measured)));
    total.push(grouped(sum(layers, "flash_bytes")));
    table.row(total);
    out.push_str(&table.text());
}

/// Which kernels the layers call, and why they are not the best ones on some cores.
fn kernels(out: &mut String, prefix: &str, layers: &[Value]) {
    if layers.iter().all(|layer| layer.get("kernels").is_none()) {
        return;
    }
    let _ = writeln!(out, "\n{}", heading("Kernels"));
    let mut table = Table::new(&[
        ("layer", Align::Name),
        ("kernel", Align::Whole),
        ("not the best on", Align::Whole),
        ("because", Align::Whole),
    ]);
    let text = |value: Option<&Value>| value.map_or_else(String::new, cell);
    for layer in layers {
        let mut first = [text(layer.get("function")).replacen(prefix, "", 1), text(layer.get("kernels"))];
        // What an NPU executes.
        let summary = text(layer.get("summary"));
        if first[1].is_empty() && summary.starts_with("ethos-u") {
            first[1] = summary;
        }
        let misses = layer.get("misses").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for miss in misses {
            let [function, kernel] = std::mem::take(&mut first);
            table.row([function, kernel, text(miss.get("cores")), text(miss.get("why"))]);
        }
        if misses.is_empty() {
            table.row(first);
        }
    }
    out.push_str(&table.text());
}

/// What the compiler left out.
fn removed(out: &mut String, removed: &[Value]) {
    if removed.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", heading("Left out, since no result depends on it"));
    let mut table =
        Table::new(&[("operator", Align::Right), ("kind", Align::Left), ("what is left out of it", Align::Whole)]);
    let text = |value: Option<&Value>| value.map_or_else(String::new, cell);
    for removed in removed {
        table.row(["operator", "kind", "what"].map(|key| text(removed.get(key))));
    }
    out.push_str(&table.text());
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), grouped),
        Value::String(text) => printable(text),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => printable(&other.to_string()),
    }
}

fn repairs(out: &mut String, repairs: &[Repair]) {
    if repairs.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", heading("Changed in the copies that generate and run build"));
    for repair in repairs {
        let _ = writeln!(out, "  {}: {}", printable(&repair.file), sentence(&repair.text));
    }
}

fn findings(out: &mut String, title: &str, findings: &[Finding], repairs: &[Repair]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", heading(title));
    // Findings that differ only in their subject share a line.
    let mut groups: Vec<(&Finding, Vec<String>)> = Vec::new();
    for finding in findings {
        let same = |(f, _): &&mut (&Finding, Vec<String>)| {
            (f.code, f.severity, &f.text, &f.advice) == (finding.code, finding.severity, &finding.text, &finding.advice)
        };
        match groups.iter_mut().find(same) {
            Some((_, subjects)) => subjects.push(printable(&finding.subject)),
            None => groups.push((finding, vec![printable(&finding.subject)])),
        }
    }
    groups.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
    for (finding, subjects) in groups {
        let severity = match finding.severity {
            Severity::Defect => defect("defect "),
            Severity::Warning => warning("warning"),
            Severity::Note => "note   ".to_owned(),
        };
        let subjects = match subjects.as_slice() {
            [first, second, third, rest @ ..] if rest.len() > 1 => {
                format!("{first}, {second}, {third} and {} more", rest.len())
            }
            few => few.join(", "),
        };
        let _ = writeln!(out, "  {severity}  {subjects}: {}", sentence(&finding.text));
        if repairs.iter().any(|repair| repair.code == Some(finding.code)) {
            out.push_str("           repaired in the copies, see below\n");
        } else if !finding.advice.is_empty() {
            let _ = writeln!(out, "           {}", sentence(&finding.advice));
        }
    }
}
