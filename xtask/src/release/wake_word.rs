//! `cargo xtask wake-word`: a microphone front end and a wake-word model in one firmware image on an emulated Cortex-M4, from
//! 16 kHz samples, with every byte compared with TensorFlow Lite Micro.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, library, paths, setup};
use crate::release::micro_wake_word;

/// The board.
const BOARD: &str = "cortex-m4f";
/// The names of the models in C, and their files.
const MODELS: [(&str, &str, &str); 2] =
    [("front_end", "networks", "audio_preprocessor_int8"), ("wake_word", "models", "v2_okay_nabu")];

/// Samples of a step of 10 ms, and of the window of 30 ms that the front end takes.
const STEP: usize = 160;
const WINDOW: usize = 480;
/// Number of steps: 3 seconds.
const STEPS: usize = 300;
/// Bytes of the front end's output, and how many of these the wake-word model reads.
const BANDS: usize = 40;
const ROWS: usize = 3;

/// Builds `examples/wake_word`, runs it and compares; prints RAM, flash and instructions.
///
/// # Errors
/// If a step fails or a byte differs. If the two models are missing (`docs/data.md`), this is reported but is not an error.
pub fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "usage: cargo xtask wake-word");
    match compare()? {
        Some(report) => {
            print!("{report}");
            let models = paths::data("models").context("the directory of the models")?;
            let tool = paths::target().join("host/tvm-embedded");
            print!("{}", micro_wake_word::run(&tool, &models, &paths::target().join("wake-word"))?);
        }
        None => println!("SKIPPED: TVM_EMBEDDED_DATA is not a directory with both models"),
    }
    Ok(())
}

/// Does all of it; `None` if the models are missing.
fn compare() -> Result<Option<String>> {
    let mut files = Vec::new();
    for (_, folder, file) in MODELS {
        let Some(folder) = paths::data(folder) else { return Ok(None) };
        files.push(folder.join(file).with_extension("tflite"));
    }
    setup::need(&["firmware", "oracle"])?;
    let out = paths::target().join("wake-word");
    fs::create_dir_all(&out)?;
    let recording = recording();
    let mut sources = write_recording(&out, &recording)?;
    for ((name, _, _), file) in MODELS.iter().zip(&files) {
        sources.extend(generate(name, file, &out)?);
    }
    let expected = expected(&out, &files, &recording)?;

    let board = Board::named(BOARD)?;
    let program = build(&board, &out, &sources)?;
    let run = emulator::count(&board, &program, Some(("count_begin", "count_end")))?;
    ensure!(run.code == 0, "the program failed on the emulated board with exit code {}: {}", run.code, run.text);
    let (found, expected_lines) = (run.text.lines().count(), expected.lines().count());
    for (step, (line, expected)) in run.text.lines().zip(expected.lines()).enumerate() {
        ensure!(line == expected, "step {step}: the firmware gave\n{line}\nand TensorFlow Lite Micro\n{expected}");
    }
    ensure!(found == expected_lines, "expected {expected_lines} steps, found {found}");
    report(&board, &program, &run.counts.ranges).map(Some)
}

/// Three seconds of a sound that rises and falls in pitch and loudness, with noise; the same on every machine.
fn recording() -> Vec<i16> {
    let (mut phase, mut noise, mut samples) = (0_u32, 0x2545_F491_u32, Vec::new());
    for i in 0..(STEPS * STEP) as u32 {
        let second = i / 16_000;
        // Marsaglia's xorshift.
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        // 100 Hz to 4 kHz and back, each half second: a triangle, which has overtones.
        let sweep = (i % 8000).min(8000 - i % 8000);
        phase = phase.wrapping_add((100 + sweep) * 268_435);
        let triangle = (phase >> 15) as i32;
        let triangle = if triangle < 65_536 { triangle - 32_768 } else { 98_303 - triangle };
        let loud = ((i % 3200) * (second + 1) / 4) as i32;
        let hiss = (noise >> 22) as i32 - 512;
        samples.push((triangle * loud / 4096 + hiss).clamp(-32_768, 32_767) as i16);
    }
    samples
}

/// The samples for the firmware. Returns its C files besides the models'.
fn write_recording(out: &Path, samples: &[i16]) -> Result<Vec<PathBuf>> {
    let header = format!(
        "#include <stdint.h>\n\nenum {{ RECORDING_SAMPLES = {} }};\nextern const int16_t recording[RECORDING_SAMPLES];\n",
        samples.len()
    );
    fs::write(out.join("recording.h"), header)?;
    let numbers: Vec<String> = samples.iter().map(i16::to_string).collect();
    let text = format!(
        "#include \"recording.h\"\n\nconst int16_t recording[RECORDING_SAMPLES] = {{{}}};\n",
        numbers.join(",")
    );
    let file = out.join("recording.c");
    fs::write(&file, text)?;
    Ok(vec![file, paths::root().join("examples/wake_word/main.c")])
}

/// A model's C files, generated by the tool as a user would do it.
fn generate(name: &str, model: &Path, out: &Path) -> Result<Vec<PathBuf>> {
    Cmd::new("cargo")
        .args(["build", "--profile", "host", "--package", "tvm_embedded_cli"])
        .dir(paths::root())
        .capture()?;
    let tool = paths::target().join("host/tvm-embedded");
    let (archive, dir) = (out.join(format!("{name}.tar")), out.join(name));
    Cmd::new(&tool).arg("compile").arg(model).args(["--name", name, "-o"]).arg(&archive).capture()?;
    Cmd::new(&tool).arg("generate").arg(&archive).arg("-o").arg(&dir).capture()?;
    let list = fs::read_to_string(dir.join("sources.txt")).context("the generator's list of sources")?;
    Ok(list.lines().map(|line| dir.join(line)).collect())
}

fn build(board: &Board, out: &Path, sources: &[PathBuf]) -> Result<PathBuf> {
    let program = out.join("wake_word.elf");
    let mut compiler = board.compiler().args(["-std=c99", "-O2", "-Wall", "-Wextra", "-I"]).arg(out);
    for (name, _, _) in MODELS {
        compiler = compiler.arg("-I").arg(out.join(name)).arg("-I").arg(out.join(name).join("archive"));
    }
    let library = library::build(board)?;
    let compiler = compiler.arg("-I").arg(library::include_dir()).args(sources).arg(library);
    compiler.arg("-o").arg(&program).args(board.hosted()).capture()?;
    Ok(program)
}

/// The expected output of the firmware: the interpreter's bytes, one line per step.
fn expected(out: &Path, files: &[PathBuf], recording: &[i16]) -> Result<String> {
    // The first step is preceded by silence.
    let mut heard = vec![0; WINDOW - STEP];
    heard.extend_from_slice(recording);
    let windows: Vec<u8> =
        (0..STEPS).flat_map(|i| heard[i * STEP..i * STEP + WINDOW].iter().flat_map(|x| x.to_le_bytes())).collect();
    fs::write(out.join("windows.bin"), windows)?;
    let bands = interpret(&files[0], &out.join("windows.bin"), &out.join("front_end.oracle"))?;
    // The wake-word model's input is three of the front end's outputs.
    let bands_file = out.join("bands.bin");
    fs::write(&bands_file, &bands)?;
    let probabilities = interpret(&files[1], &bands_file, &out.join("wake_word.oracle"))?;
    let mut text = String::new();
    for (step, row) in bands.chunks_exact(BANDS).enumerate() {
        row.iter().try_for_each(|byte| write!(text, "{byte:02x}"))?;
        if step % ROWS == ROWS - 1 {
            write!(text, " {:02x}", probabilities.get(step / ROWS).context("too few probabilities")?)?;
        }
        text.push('\n');
    }
    Ok(text)
}

/// A model's first output on each sample of a file, one after the other without a reset.
fn interpret(model: &Path, samples: &Path, out: &Path) -> Result<Vec<u8>> {
    Cmd::new("python3")
        .arg(paths::root().join("host/compiler/tests/oracle/oracle.py"))
        .arg("run")
        .arg(model)
        .arg("--inputs")
        .arg(samples)
        .arg("--out")
        .arg(out)
        .env("CARGO_TARGET_DIR", paths::target())
        .capture()?;
    Ok(fs::read(out.join("output_0.bin"))?)
}

fn report(board: &Board, program: &Path, steps: &[u64]) -> Result<String> {
    ensure!(steps.len() == STEPS, "{} steps were counted, not {STEPS}", steps.len());
    let with: Vec<u64> = steps.iter().copied().skip(ROWS - 1).step_by(ROWS).collect();
    let without: Vec<u64> = (0..STEPS).filter(|i| i % ROWS != ROWS - 1).map(|i| steps[i]).collect();
    let sizes = board.tool("size").arg(program).capture()?;
    let figures: Vec<u64> =
        sizes.lines().nth(1).unwrap_or_default().split_whitespace().map_while(|word| word.parse().ok()).collect();
    let [text, data, bss] = figures[..3.min(figures.len())] else { bail!("size printed no figures: {sizes}") };
    let samples = 2 * STEPS * STEP;
    let mean = |steps: &[u64]| steps.iter().sum::<u64>() / steps.len() as u64;
    let most = |steps: &[u64]| steps.iter().copied().max().unwrap_or(0);
    let mut report = format!("{STEPS} steps of 10 ms on an emulated {BOARD}: the bytes of TensorFlow Lite Micro\n");
    writeln!(report, "flash                        {:>8} bytes, without the sound", text + data - samples as u64)?;
    writeln!(report, "static RAM                   {:>8} bytes", data + bss)?;
    writeln!(report, "instructions, front end only {:>8} a step, at most {}", mean(&without), most(&without))?;
    writeln!(report, "with the wake-word model     {:>8} a step, at most {}", mean(&with), most(&with))?;
    writeln!(report, "all steps                    {:>8} a step", mean(steps))?;
    Ok(report)
}
