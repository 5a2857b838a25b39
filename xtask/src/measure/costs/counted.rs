//! The instructions of each layer of a model on an emulated board, counted in one run, and those of the whole call.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::machine::board::Board;
use crate::machine::emulator::{self, Run};
use crate::measure::bench_image::{self, Model};
use crate::measure::bench_main;

/// Instructions of one inference.
pub struct Counted {
    /// Of each layer, in the order of the model's layers, all its runs added up.
    pub layers: Vec<u64>,
    /// How often each layer ran: once, except in loops and branches.
    pub runs: Vec<u64>,
    /// Of a call of `TVMExecute` without hooks, and flash, RAM and stack of that image.
    pub whole: [u64; 4],
}

/// Counts a model.
///
/// # Errors
/// If an image does not build, does not fit the board, or fails there.
pub fn count(board: &Board, model: &Model, out: &Path) -> Result<Counted> {
    let whole = bench_image::measure(board, model, out, false)?.figures;
    let program = build(board, model, out)?;
    let run = emulator::count(board, &program, Some(BETWEEN))?;
    let known = model.layers().len();
    let (mut layers, mut runs) = (vec![0; known], vec![0; known]);
    for (at, count) in order(board, model, &run)?.into_iter().zip(&run.counts.ranges) {
        layers[at] += count;
        runs[at] += 1;
    }
    Ok(Counted { layers, runs, whole })
}

/// The functions that mark a layer in the image of [`build`].
pub const BETWEEN: (&str, &str) = ("layer_begin", "layer_end");

/// Links the model with a program that calls it once, and marks each layer.
///
/// # Errors
/// When it does not build, or does not fit the board.
pub fn build(board: &Board, model: &Model, out: &Path) -> Result<PathBuf> {
    let folder = out.join(board.name);
    fs::create_dir_all(&folder)?;
    let main = folder.join(format!("{}-hooks.c", model.name));
    fs::write(&main, hooked(&bench_main::main_c(&model.facts)?, model)?)?;
    let program = main.with_extension("elf");
    bench_image::build(board, model, &main, &program, &board.hosted(), &["-DTVM_EMBEDDED_LAYERS"])?;
    Ok(program)
}

/// Which layer each range of a run of this image is.
///
/// # Errors
/// When the run failed, or a layer is not counted.
pub fn order(board: &Board, model: &Model, run: &Run) -> Result<Vec<usize>> {
    ensure!(run.code == 0, "{} on {}: exit code {}\n{}", model.name, board.name, run.code, run.text);
    let order: Vec<usize> = run.text.lines().filter_map(|line| line.strip_prefix("layer ")?.parse().ok()).collect();
    let (ranges, known) = (run.counts.ranges.len(), model.layers().len());
    ensure!(ranges == order.len(), "{}: {} layers ran, {ranges} counted", model.name, order.len());
    ensure!(order.iter().all(|at| *at < known), "{}: layers {order:?} of {known}", model.name);
    Ok(order)
}

/// The program of the benchmark with hooks that mark each layer, and with its layers' order printed after the run.
fn hooked(main: &str, model: &Model) -> Result<String> {
    let symbol = model.facts["symbol"].as_str().context("no symbol")?;
    let from = main.find("  count_begin();").context("no call in the program")?;
    let before = &main[..from];
    let (head, start) = before.split_once("int main(void)").context("no main in the program")?;
    let mut text = String::from("#include <stdio.h>\n") + head;
    write!(
        text,
        "void layer_begin(void);\nvoid layer_end(void);\n\
         __attribute__((noinline)) void layer_begin(void) {{ __asm__ volatile(\"\"); }}\n\
         __attribute__((noinline)) void layer_end(void) {{ __asm__ volatile(\"\"); }}\n\
         static uint16_t order[{MOST}];\nstatic unsigned count;\n\
         static int32_t before(void *user, const TVMLayer *layer) {{\n\
         \x20 (void)user;\n  if (count == {MOST}) {{ return 1; }}\n  order[count++] = (uint16_t)layer->index;\n\
         \x20 layer_begin();\n  return 0;\n}}\n\
         static int32_t after(void *user, const TVMLayer *layer) {{\n\
         \x20 layer_end();\n  (void)user;\n  (void)layer;\n  return 0;\n}}\n\n\
         int main(void){start}\
         \x20 TVMLayerHooks hooks = {{before, after, 0}};\n\
         \x20 int32_t status = TVMExecuteLayers_{symbol}(&inputs, &outputs, &context, &hooks);\n\
         \x20 for (unsigned at = 0; at < count; ++at) {{ printf(\"layer %u\\n\", (unsigned)order[at]); }}\n\
         \x20 return status != TVM_STATUS_OK;\n}}\n"
    )?;
    Ok(text.replace("void count_begin(void);\nvoid count_end(void);\n", ""))
}

/// Room for so many layers of one run. Cortex-M0's board has little memory.
const MOST: usize = 1024;
