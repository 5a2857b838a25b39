//! No layer of a known model uses a kernel of the general form unnoticed.

#[path = "../../data.rs"]
mod data;

use std::fs;
use std::path::{Path, PathBuf};
use tvm_embedded_compiler::{Options, Report, compile};

/// Layers on a kernel of the general form, with the cores and the reasons.
fn general(report: &Report) -> Vec<String> {
    let misses = report.layers.iter().flat_map(|layer| layer.misses.iter().map(move |miss| (layer, miss)));
    let general = misses.filter(|(_, miss)| miss.general);
    general.map(|(layer, miss)| format!("{} on {}: {}", layer.function, miss.cores.join(", "), miss.why)).collect()
}

fn tflite_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tflite_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "tflite") {
            files.push(path);
        }
    }
}

/// Larger files take long to compile, and show nothing more.
const MOST_BYTES: u64 = 2 << 20;

#[test]
fn no_layer_of_a_known_model_is_on_a_general_kernel() {
    let mut files = Vec::new();
    tflite_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"), &mut files);
    for part in ["models", "networks", "exporters"] {
        if let Some(folder) = data::data(part) {
            tflite_files(&folder, &mut files);
        }
    }
    files.retain(|file| fs::metadata(file).unwrap().len() <= MOST_BYTES);
    let (mut compiled, mut found) = (0, Vec::new());
    for file in &files {
        // The test `reach` checks what is refused.
        if let Ok(output) = compile(&fs::read(file).unwrap(), &Options::default()) {
            compiled += 1;
            found.extend(general(&output.report).into_iter().map(|layer| format!("{}: {layer}", file.display())));
        }
    }
    assert!(compiled >= 2, "only {compiled} of {} models compile", files.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A scale of an activation so small that factors are above 1 excludes a convolution from the fast path. The report must say so,
/// and why.
#[test]
fn a_layer_on_a_general_kernel_is_found() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/digits/digits.tflite");
    let bytes = fs::read(model).unwrap();
    let is_scale = |at: &usize| {
        let value = f32::from_le_bytes(bytes[*at..*at + 4].try_into().unwrap());
        (1e-3..0.5).contains(&value)
    };
    let sown = (0..bytes.len() - 4).step_by(4).filter(is_scale).find_map(|at| {
        let mut sown = bytes.clone();
        let value = f32::from_le_bytes(sown[at..at + 4].try_into().unwrap());
        sown[at..at + 4].copy_from_slice(&(value / 4096.0).to_le_bytes());
        let report = compile(&sown, &Options::default()).ok()?.report;
        let found = general(&report);
        (!found.is_empty()).then_some((report, found))
    });
    let (report, found) = sown.expect("no scale that makes a layer use a general kernel");
    assert!(found[0].contains("short requantisation"), "{found:?}");
    let text = report.text();
    assert!(text.contains("_general") && text.contains("short requantisation"), "{text}");
}
