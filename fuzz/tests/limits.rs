//! Time and memory of the tool grow in proportion to the model, up to 4 000 layers and 64 MB of weights (`docs/security.md`, invariant 2).

#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tvm_embedded_fuzz::worst::models::{activations, even_network, network, sums};
use tvm_embedded_fuzz::worst::stored::{self, Kind, Reader};

/// What one run used.
struct Run {
    /// Peak of resident memory, in bytes.
    memory: u64,
    /// Seconds of processor time; for short runs only their sum is exact.
    seconds: f64,
}

/// Memory that a run takes for any model, in bytes.
const BASE: u64 = 8 << 20;
/// Memory for each layer besides its weights: names, plan, report, metadata.
const LAYER: u64 = 32 << 10;

fn tool() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    let build = ["build", "--quiet", "--locked", "--profile", "host", "--package", "tvm_embedded_cli", "--target-dir"];
    let status = Command::new(env!("CARGO")).args(build).arg(&target).current_dir(&root).status();
    assert!(status.expect("cargo").success(), "the tool does not build");
    target.join("host/tvm-embedded")
}

/// Runs the tool from Python, which reports the most that its child used.
fn run(tool: &Path, arguments: &[&Path]) -> Run {
    let script = "import resource, subprocess, sys\n\
                  code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n\
                  used = resource.getrusage(resource.RUSAGE_CHILDREN)\n\
                  print(code, used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)";
    let output = Command::new("python3").args(["-c", script]).arg(tool).args(arguments).output().expect("python3");
    let text = String::from_utf8_lossy(&output.stdout);
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [code, memory, seconds] = fields[..] else { panic!("{output:?}") };
    assert_eq!(code, "0", "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Run { memory: memory.parse().expect("bytes"), seconds: seconds.parse().expect("seconds") }
}

/// Compiles and generates a network; returns the seconds of both for each unit of work.
fn measure(tool: &Path, layers: u32, width: u32) -> [f64; 2] {
    let folder = tempfile::tempdir().expect("a directory");
    let path = |name: &str| folder.path().join(name);
    let (file, archive, out) = (path("net.tflite"), path("net.tar"), path("out"));
    fs::write(&file, network(layers, width)).expect("the file");
    let size = |path: &Path| fs::metadata(path).expect("a file").len();
    let compiled = run(tool, &[Path::new("compile"), &file, Path::new("-o"), &archive]);
    let generated = run(tool, &[Path::new("generate"), &archive, Path::new("-o"), &out]);
    let (model, written) = (size(&file), size(&archive));
    println!(
        "{layers} layers, {:.1} MB: compile {:.0} MB, {:.2} s; archive {:.1} MB; generate {:.0} MB, {:.2} s",
        model as f64 / 1e6,
        compiled.memory as f64 / 1e6,
        compiled.seconds,
        written as f64 / 1e6,
        generated.memory as f64 / 1e6,
        generated.seconds
    );
    let own = BASE + LAYER * u64::from(layers);
    assert!(compiled.memory <= 4 * model + own, "compile takes {} bytes for {model}", compiled.memory);
    assert!(generated.memory <= 2 * written + own, "generate takes {} bytes for {written}", generated.memory);
    [compiled.seconds / model as f64, generated.seconds / written as f64]
}

/// Time per byte may at most double from the smallest to the largest of a series.
fn is_linear(series: &[(u32, u32)]) {
    let tool = tool();
    let times: Vec<[f64; 2]> = series.iter().map(|&(layers, width)| measure(&tool, layers, width)).collect();
    for (first, last) in times[0].iter().zip(times[times.len() - 1]) {
        assert!(last <= 2.0 * first, "{first} s for a byte of the smallest, {last} of the largest");
    }
}

#[test]
fn layers() {
    is_linear(&[(500, 32), (1000, 32), (2000, 32), (4000, 32)]);
}

/// With `--core` the C contains weights once: at most 4.5 bytes of text for each, in less memory than for all cores.
#[test]
fn weights_for_one_core() {
    let (layers, width) = (16u32, 1024u32);
    let tool = tool();
    let folder = tempfile::tempdir().expect("a directory");
    let path = |name: &str| folder.path().join(name);
    let (file, archive, out) = (path("net.tflite"), path("net.tar"), path("out"));
    let weights = u64::from(layers) * u64::from(width) * u64::from(width);
    for (kind, model) in [("trained", network(layers, width)), ("even", even_network(layers, width))] {
        fs::write(&file, &model).expect("the file");
        for core in ["cortex-m4", "cortex-m55", "portable"] {
            let core_option = [Path::new("--core"), Path::new(core)];
            let compile = [Path::new("compile"), &file, Path::new("-o"), &archive];
            let compiled = run(&tool, &[&compile[..], &core_option].concat());
            let generated = run(&tool, &[Path::new("generate"), &archive, Path::new("-o"), &out]);
            let text = fs::metadata(&archive).expect("a file").len();
            let each = text as f64 / weights as f64;
            let of_file = compiled.memory as f64 / model.len() as f64;
            let of_archive = generated.memory as f64 / text as f64;
            println!("{kind}, {core}: {each:.2} bytes a weight; compile {of_file:.1}, generate {of_archive:.1} times");
            assert!(each <= 4.5, "{each} bytes of archive for a weight");
            assert!(of_file <= 4.0 && of_archive <= 2.0, "{of_file} times the file, {of_archive} times the archive");
        }
    }
}

/// Weights that are float32 in the graph and fewer bits in the file, also where flash must hold float32.
#[test]
fn stored_weights() {
    let tool = tool();
    let folder = tempfile::tempdir().expect("a directory");
    let (file, archive) = (folder.path().join("net.tflite"), folder.path().join("net.tar"));
    let cases = [
        (4, Reader::FullyConnected, Kind::Float16),
        (29, Reader::FullyConnected, Kind::Float16),
        (17, Reader::FullyConnected, Kind::Int8),
        (16, Reader::Add, Kind::Float16),
    ];
    for (layers, reader, kind) in cases {
        fs::write(&file, stored::network(layers, 1024, reader, kind)).expect("the file");
        let size = fs::metadata(&file).expect("a file").len();
        let compiled = run(&tool, &[Path::new("compile"), &file, Path::new("-o"), &archive]);
        let (of_file, own) = (compiled.memory as f64 / size as f64, BASE + LAYER * u64::from(layers));
        println!("{layers} layers, {reader:?} of {kind:?}, {:.0} MB: {of_file:.1} times the file", size as f64 / 1e6);
        assert!(compiled.memory <= 4 * size + own, "{reader:?} of {kind:?}: {of_file} times the file");
    }
}

/// Seconds of processor time of `compile`, the least of seven runs: other work on the computer makes single ones longer.
fn compile_time(tool: &Path, model: &[u8]) -> f64 {
    let folder = tempfile::tempdir().expect("a directory");
    let (file, archive) = (folder.path().join("net.tflite"), folder.path().join("net.tar"));
    fs::write(&file, model).expect("the file");
    let arguments = [Path::new("compile"), &file, Path::new("-o"), &archive];
    (0..7).map(|_| run(tool, &arguments).seconds).fold(f64::INFINITY, f64::min)
}

/// A model with this many layers.
type Network = fn(u32) -> Vec<u8>;

/// Plans, reports and text of many layers: time per layer with 4 000 layers is at most one and a half times that with 1 000.
#[test]
fn many_small_layers() {
    let tool = tool();
    let kinds: [(&str, Network); 3] =
        [("activations", activations), ("sums", sums), ("fully connected", |layers| network(layers, 8))];
    let empty = compile_time(&tool, &activations(1));
    for (kind, model) in kinds {
        let [few, many] = [1000, 4000].map(|layers| compile_time(&tool, &model(layers)) - empty);
        println!("{kind}: {:.0} µs for each of 1000 layers, {:.0} for each of 4000", few * 1e3, many * 1e3 / 4.0);
        assert!(many <= 1.5 * 4.0 * few, "{kind}: {few} s for 1000 layers, {many} s for 4000");
    }
}

#[test]
fn weights() {
    is_linear(&[(4, 1024), (16, 1024), (61, 1024)]);
}
