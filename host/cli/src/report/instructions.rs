//! The page's section about instructions, flash and RAM: each value of `--optimize`, each core, each layer.

use super::cell::{Cell, UNKNOWN};
use super::cores::Core;
use super::document::{Document, Layer};
use super::modes::{Mode, without};
use crate::table::grouped;

/// So many layers are shown for each core without a click.
const OPEN: usize = 20;
/// What stands for the figure of a layer that an NPU executes.
const NPU: &str = "not estimated";

/// The template's data.
pub struct Section<'a> {
    /// The core of the modes and of the column in the table of layers.
    pub core: &'a str,
    /// The core of `--core`, if it was not measured itself.
    pub nearest: Option<&'a str>,
    pub modes: Vec<ModeRow<'a>>,
    pub cores: Vec<CoreRow<'a>>,
    pub layers: Vec<(&'a str, Vec<(&'a str, Cell)>)>,
    pub open: bool,
    /// Whether layers are not in the sum of a core.
    pub missing: bool,
    pub npu: bool,
}

/// A value of `--optimize`.
pub struct ModeRow<'a> {
    pub mode: &'a Mode,
    pub flash: Cell,
    pub ram: Cell,
    pub instructions: Cell,
}

/// A core.
pub struct CoreRow<'a> {
    pub core: &'a Core,
    pub instructions: Cell,
    pub missing: usize,
}

impl<'a> Section<'a> {
    /// Of a report; nothing if it has neither modes nor cores.
    pub fn new(document: &'a Document) -> Option<Self> {
        let core =
            document.modes.first().map(|mode| mode.core.as_str()).or(document.cores.first().map(|c| &*c.core))?;
        let nearest = document.cores.first().filter(|own| own.core != own.measured).map(|own| own.core.as_str());
        let several = if document.cores.len() > 1 { document.layers.len() } else { 0 };
        let columns: Vec<(&Core, Vec<Cell>)> =
            document.cores.iter().map(|core| (core, cells(document, core))).collect();
        let mut columns: Vec<_> = columns.into_iter().map(|(core, cells)| (core, cells.into_iter())).collect();
        let layers = document.layers.iter().take(several).map(|layer| {
            let row = columns.iter_mut().filter_map(|(core, cells)| Some((core.core.as_str(), cells.next()?)));
            (layer.name.as_str(), row.collect())
        });
        Some(Section {
            core,
            nearest,
            modes: modes(document),
            layers: layers.collect(),
            cores: cores(document),
            open: several <= OPEN,
            missing: document.cores.iter().any(|core| missing(core) > 0),
            npu: document.layers.iter().any(|layer| layer.npu),
        })
    }

    /// Whether a mode has no estimate.
    pub fn incomplete(&self) -> bool {
        self.modes.iter().any(|row| row.mode.instructions.is_none())
    }

    /// Modes whose figures are without some layers.
    pub fn partial(&self) -> impl Iterator<Item = &Mode> {
        self.modes.iter().map(|row| row.mode).filter(|mode| mode.layers_not_counted > 0)
    }
}

/// The cells of the layers on the core of the table of layers; none if there are no costs.
pub fn column(document: &Document) -> Option<Vec<Cell>> {
    main_core(document).map(|core| cells(document, core))
}

/// The core of the figures in the table of layers: that of the modes.
pub fn main_core(document: &Document) -> Option<&Core> {
    let core = document.modes.first().map(|mode| &mode.core);
    document.cores.iter().find(|own| Some(&own.measured) == core).or(document.cores.first())
}

/// The instructions of the layer at a position, as text.
pub fn text(core: &Core, layer: &Layer, at: usize) -> String {
    let unknown = if layer.npu { NPU } else { UNKNOWN };
    core.layers.get(at).copied().flatten().map_or_else(|| unknown.to_owned(), grouped)
}

fn cells(document: &Document, core: &Core) -> Vec<Cell> {
    let most = core.layers.iter().flatten().max().copied().unwrap_or(0);
    let cell = |(at, layer): (usize, &Layer)| match core.layers.get(at).copied().flatten() {
        None if layer.npu => Cell::Unknown(NPU),
        figure => Cell::new(figure, most),
    };
    document.layers.iter().enumerate().map(cell).collect()
}

fn modes<'a>(document: &'a Document) -> Vec<ModeRow<'a>> {
    let t = &document.totals;
    let ram = |mode: &Mode| mode.workspace + t.state + t.inputs + t.outputs + mode.stack.unwrap_or(0);
    let most = |of: &dyn Fn(&Mode) -> Option<u64>| document.modes.iter().filter_map(of).max().unwrap_or(0);
    let (flash, instructions) = (most(&Mode::flash), most(&|mode| mode.instructions));
    let most_ram = most(&|mode| Some(ram(mode)));
    let row = |mode: &'a Mode| ModeRow {
        mode,
        flash: Cell::worded(Mode::flash(mode), flash, |figure| mode.at_least(figure)),
        ram: Cell::new(Some(ram(mode)), most_ram),
        instructions: Cell::worded(mode.instructions, instructions, |figure| mode.at_least(figure)),
    };
    document.modes.iter().map(row).collect()
}

fn cores(document: &Document) -> Vec<CoreRow<'_>> {
    let most = document.cores.iter().map(|core| core.instructions).max().unwrap_or(0);
    let row = |core| CoreRow { core, instructions: Cell::new(Some(core.instructions), most), missing: missing(core) };
    document.cores.iter().map(row).collect()
}

/// Layers that are not in the instructions of a core.
fn missing(core: &Core) -> usize {
    core.layers.iter().filter(|layer| layer.is_none()).count()
}

/// The instructions of a run in the summary.
pub fn fact(document: &Document) -> Option<(&'static str, String, String)> {
    let core = main_core(document)?;
    let without = match missing(core) {
        0 => String::new(),
        layers => format!(", {}", without(layers as u64)),
    };
    let note = format!("of one run on {}, estimated, ± {} %{without}", core.core, core.error_percent);
    Some(("Instructions", grouped(core.instructions), note))
}
