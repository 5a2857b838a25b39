//! What changed between two reports, and whether a model fits a board.

use std::collections::BTreeMap;

use super::document::{Change, Changes, Document, Fit, Layer, Totals};
use crate::args::Board;

/// What differs between an earlier report and a later one. Layers are matched by name.
pub fn changes(before: &Document, now: &Document) -> Changes {
    let sums = |t: &Totals| {
        [
            ("multiply-accumulates", Some(t.macs)),
            ("constants in flash, bytes", Some(t.constants)),
            ("workspace, bytes", Some(t.workspace)),
            ("state, bytes", Some(t.state)),
            ("inputs, bytes", Some(t.inputs)),
            ("outputs, bytes", Some(t.outputs)),
            ("stack, bytes", t.stack),
        ]
    };
    let totals = sums(&before.totals)
        .into_iter()
        .zip(sums(&now.totals))
        .filter(|((_, before), (_, now))| before != now)
        .map(|((what, before), (_, now))| Change { what: what.to_owned(), before, now })
        .collect();
    let names =
        |document: &Document| document.layers.iter().map(|l| (l.name.clone(), l.clone())).collect::<BTreeMap<_, _>>();
    let (old, new) = (names(before), names(now));
    let mut layers = Vec::new();
    let gone = before.layers.iter().filter(|layer| !new.contains_key(&layer.name));
    for name in now.layers.iter().chain(gone).map(|layer| &layer.name) {
        let figures = |layer: Option<&Layer>| layer.map(|l| [l.macs, l.flash, l.ram]);
        let (old, new) = (figures(old.get(name)), figures(new.get(name)));
        for (at, what) in ["multiply-accumulates", "flash", "RAM"].into_iter().enumerate() {
            let change =
                Change { what: format!("{name}: {what}"), before: old.map(|f| f[at]), now: new.map(|f| f[at]) };
            if change.before != change.now
                && (change.before, change.now) != (None, Some(0))
                && (change.before, change.now) != (Some(0), None)
            {
                layers.push(change);
            }
        }
    }
    Changes { file: before.file.clone(), totals, layers }
}

/// How much of the memories of a board a model takes.
pub fn fits(board: Board, document: &Document) -> Vec<Fit> {
    let totals = &document.totals;
    let fit = |memory: &str, available: Option<u64>, needed: u64, counted: &str| {
        available.map(|available| Fit {
            memory: memory.to_owned(),
            available,
            needed,
            fits: needed <= available,
            counted: counted.to_owned(),
        })
    };
    let ram = match totals.stack {
        Some(_) => "workspace, state, inputs, outputs and the stack of a call",
        None => "workspace, state, inputs and outputs; the stack is not known",
    };
    // Code of kernels that were not measured would be missing.
    let chosen = document.modes.iter().find(|mode| mode.chosen && mode.layers_not_counted == 0);
    let (needed, flash) = match chosen.and_then(|mode| Some((mode, mode.code?))) {
        Some((mode, code)) => (
            mode.constants + code,
            format!("the constants, and the code of model, runtime and startup, estimated for {}", mode.core),
        ),
        None => (
            totals.constants,
            "the constants; the code of model and runtime is additional, usually 3 to 20 KiB".to_owned(),
        ),
    };
    [fit("flash", board.flash, needed, &flash), fit("RAM", board.ram, totals.ram(), ram)]
        .into_iter()
        .flatten()
        .collect()
}
