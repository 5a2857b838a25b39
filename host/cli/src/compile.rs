//! `tvm-embedded compile`: from a .tflite file to a model archive.

use std::io::Write;
use std::path::Path;

use tvm_embedded_compiler::ir::report::PoolReport;
use tvm_embedded_compiler::{Optimize, Options, Report};

use crate::apart;
use crate::args::Compile;
use crate::constants::Constants;
use crate::extension::has_extension;
use crate::failure::{Failure, Kind, Result};
use crate::foreign;
use crate::load;
use crate::message;
use crate::output::{Content, replace_with};
use crate::table::grouped;
use crate::terminal::{self, shown};
use crate::tflite;

/// Carries out the verb.
pub fn compile(args: &Compile) -> Result<()> {
    let written: Vec<&Path> = [Some(args.output.as_path()), args.report.as_deref()].into_iter().flatten().collect();
    apart::check(&[&args.path], &written)?;
    let content = load::read_bounded(&args.path, load::MAX_TFLITE)?;
    if !tflite::is_tflite(&args.path, &content) {
        return Err(foreign::refused(&args.path, &content).unwrap_or_else(|| {
            Failure::refused(format!("{}: is an archive, not a .tflite file", shown(&args.path)))
                .advise("`generate` makes the interface of an archive; `compile` takes the .tflite file")
        }));
    }
    let options = Options { module_name: args.name.clone(), ..args.building.options() };
    // Read for itself: only one copy of a large model is in memory at a time.
    let doubts = tflite::doubts(&content);
    let output = tflite::prepare(&args.path, &content, options)?;
    tflite::report_findings(&args.path, doubts, &output.report);
    // The archive comes last: an interrupted run may leave a report without its archive, not an archive with the report of another.
    let report = args.report.as_deref().map(|path| Ok((path, report(path, &output.report)?))).transpose()?;
    let mut files: Vec<(&Path, Content<'_>)> =
        report.iter().map(|(path, text)| (*path, Content::Bytes(text.as_bytes()))).collect();
    let archive = |out: &mut dyn Write| output.write(out);
    files.push((&args.output, Content::Written(&archive)));
    replace_with(&files)?;
    // Before the file is read again, for the same reason.
    let summary = summary(&args.output, &output.report);
    let same = args.building.optimize == Optimize::Speed && !has_fast_layer(&output.report);
    drop(output);
    terminal::print(&summary)?;
    if same {
        message::note(
            "--optimize speed changes nothing here: no layer would take fewer instructions than with balanced",
        );
    }
    if let Some(note) = tflite::note(&content, &args.building.shapes.chosen()) {
        message::note(&note);
    }
    Ok(())
}

/// Whether a layer has a kernel that only `--optimize speed` uses.
fn has_fast_layer(report: &Report) -> bool {
    report.layers.iter().flat_map(|layer| &layer.kernels).any(|kernel| kernel.contains("winograd"))
}

fn report(path: &Path, report: &Report) -> Result<String> {
    if !has_extension(path, "json") {
        return Ok(report.text());
    }
    let json = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::new(Kind::Refused, format!("the report can't be written as JSON: {error}")))?;
    Ok(json + "\n")
}

fn summary(path: &Path, report: &Report) -> String {
    let stored = match report.constant_pools.is_empty() {
        true => String::new(),
        false => format!("  constants in pools: {}\n", pools_text(&report.constant_pools)),
    };
    let sizes = [report.constant_bytes, report.constant_bytes_dsp, report.constant_bytes_mve];
    let constants = Constants(sizes.map(|bytes| bytes as u64));
    let removed = report.removed_text().map_or_else(String::new, |text| format!("  {text}\n"));
    format!(
        "{}: model {}, {} layers, {} multiply-accumulates\n  constants: {}\n  workspaces: {}\n{stored}{removed}",
        shown(path),
        report.module,
        report.layers.len(),
        grouped(report.macs),
        constants.text(),
        if report.pools.is_empty() { "none".to_owned() } else { pools_text(&report.pools) },
    )
}

fn pools_text(pools: &[PoolReport]) -> String {
    let pool = |pool: &PoolReport| {
        let state = if pool.state { " (state)" } else { "" };
        format!("{} {} bytes{state}", pool.name, grouped(pool.bytes as u64))
    };
    pools.iter().map(pool).collect::<Vec<_>>().join(", ")
}
