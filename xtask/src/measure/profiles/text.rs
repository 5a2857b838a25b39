//! The tables of `docs/profiles.md`.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::layer::Layer;
use super::subject::{Profile, Subject};

/// The end of what is written of the document.
const END: &str = "<!-- end -->\n";

/// The table of a network: its sums, then its layers.
pub fn table(subject: &Subject, profile: &Profile) -> String {
    let counted = profile.layers.iter().map(|layer| layer.instructions).sum();
    let (found, what) = match subject.layer {
        Some(name) => (named(profile, name), format!("the layer {name}")),
        None => (profile.whole, "a run".to_owned()),
    };
    let mut text = format!(
        "{} instructions of {what}, line {}: {}\n\n",
        number(found),
        number(subject.line),
        match found.checked_sub(subject.line) {
            None | Some(0) => "reached".to_owned(),
            Some(more) => format!("{} too many ({:.1} %)", number(more), 100.0 * more as f64 / subject.line as f64),
        }
    );
    text.push_str(
        "| layer | kernel | MACs | instructions | part | per MAC | inner loop | least | slots used | requantisation | rest |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for layer in &profile.layers {
        row(&mut text, layer, counted);
    }
    text.push_str(&sums(&profile.layers));
    text
}

/// The table of sums: of the layers of each kernel, and of all.
fn sums(layers: &[Layer]) -> String {
    let mut kernels: Vec<(String, Vec<&Layer>)> = Vec::new();
    for layer in layers {
        let name = kernels_of(layer);
        match kernels.iter_mut().find(|(known, _)| *known == name) {
            Some((_, of)) => of.push(layer),
            None => kernels.push((name, vec![layer])),
        }
    }
    kernels.push(("all".to_owned(), layers.iter().collect()));
    let mut text = "\n| kernel | layers | MACs | instructions | products | least for these | requantisation | rest |\n\
                    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for (name, layers) in kernels {
        let sum = |of: fn(&Layer) -> u64| number(layers.iter().map(|layer| of(layer)).sum());
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {} | {} | {} |",
            layers.len(),
            sum(|layer| layer.macs),
            sum(|layer| layer.instructions),
            sum(|layer| layer.products),
            sum(Layer::least),
            sum(|layer| layer.requantisation),
            sum(Layer::rest)
        );
    }
    text
}

fn row(text: &mut String, layer: &Layer, counted: u64) {
    let per = |part: u64, of: u64| if of == 0 { "–".to_owned() } else { format!("{:.2}", part as f64 / of as f64) };
    let inner = layer.inner;
    // Layers that only move or look up have no products: per element that they write.
    let (each, loops) = match (layer.macs, inner.macs) {
        (0, _) => {
            (format!("{} per element", per(layer.instructions, layer.outputs)), ["–", "–", "–"].map(str::to_owned))
        }
        (macs, 0) => (per(layer.instructions, macs), ["–", "–", "–"].map(str::to_owned)),
        (macs, pass) => {
            let used = format!("{:.0} %", 100.0 * macs as f64 / layer.slots.max(1) as f64);
            (per(layer.instructions, macs), [per(inner.instructions, pass), per(inner.needed, pass), used])
        }
    };
    let [inner, least, used] = loops;
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {:.1} % | {each} | {inner} | {least} | {used} | {} | {} |",
        layer.name,
        kernels_of(layer),
        number(layer.macs),
        number(layer.instructions),
        100.0 * layer.instructions as f64 / counted.max(1) as f64,
        per(layer.requantisation, layer.outputs),
        per(layer.rest(), layer.outputs),
    );
}

/// The names of its kernels.
fn kernels_of(layer: &Layer) -> String {
    if layer.kernels.is_empty() { "plain C".to_owned() } else { layer.kernels.join(" ") }
}

/// Instructions of the layers with this in their name.
fn named(profile: &Profile, name: &str) -> u64 {
    profile.layers.iter().filter(|layer| layer.name.contains(name)).map(|layer| layer.instructions).sum()
}

/// The document with the table of a network instead of its earlier one.
///
/// # Errors
/// If it has no place for it.
pub fn replaced(document: &str, subject: &Subject, table: &str) -> Result<String> {
    let mark = format!("<!-- {} on {}, written by `cargo xtask profiles --write` -->\n", subject.model, subject.core);
    let from = document.find(&mark).with_context(|| format!("docs/profiles.md has no line {mark}"))? + mark.len();
    let to = from + document[from..].find(END).with_context(|| format!("docs/profiles.md has no end of {mark}"))?;
    Ok(format!("{}{table}{}", &document[..from], &document[to..]))
}

/// Digits in groups of three.
fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::layer::Inner;
    use super::*;

    fn profile() -> Profile {
        let inner = Inner { address: 0, instructions: 4, needed: 3, macs: 2 };
        let layer = Layer {
            name: "conv_2d_0".into(),
            kernels: vec!["conv_2d".into()],
            macs: 1000,
            outputs: 10,
            instructions: 3000,
            products: 2500,
            requantisation: 200,
            slots: 1250,
            inner,
        };
        let copy = Layer { name: "copy_1".into(), outputs: 20, instructions: 50, ..Layer::default() };
        Profile { whole: 3100, layers: vec![layer, copy] }
    }

    const SUBJECT: Subject = Subject { part: "models", model: "m", core: "cortex-m4f", line: 2000, layer: None };

    #[test]
    fn a_table_says_how_far_the_line_is_and_what_each_layer_does() {
        let text = table(&SUBJECT, &profile());
        assert!(text.starts_with("3 100 instructions of a run, line 2 000: 1 100 too many (55.0 %)\n"), "{text}");
        let row = "| conv_2d_0 | conv_2d | 1 000 | 3 000 | 98.4 % | 3.00 | 2.00 | 1.50 | 80 % | 20.00 | 30.00 |\n";
        assert!(text.contains(row), "{text}");
        assert!(text.contains("| 0 | 50 | 1.6 % | 2.50 per element | – | – | – | 0.00 | 2.50 |\n"), "{text}");
        assert!(text.contains("| conv_2d | 1 | 1 000 | 3 000 | 2 500 | 1 500 | 200 | 300 |\n"), "{text}");
        assert!(text.ends_with("| all | 2 | 1 000 | 3 050 | 2 500 | 1 500 | 200 | 350 |\n"), "{text}");
        let of_layer = table(&Subject { layer: Some("copy"), ..SUBJECT }, &profile());
        assert!(of_layer.starts_with("50 instructions of the layer copy, line 2 000: reached\n"), "{of_layer}");
    }

    #[test]
    fn only_the_table_is_replaced() {
        let mark = "<!-- m on cortex-m4f, written by `cargo xtask profiles --write` -->\n";
        let document = format!("before\n{mark}old\n{END}after\n");
        assert_eq!(replaced(&document, &SUBJECT, "new\n").unwrap(), format!("before\n{mark}new\n{END}after\n"));
        assert!(replaced("nothing", &SUBJECT, "new\n").is_err());
    }

    #[test]
    fn the_document_has_a_place_for_each_network() {
        let document =
            std::fs::read_to_string(crate::machine::paths::root().join(super::super::subject::DOCUMENT)).unwrap();
        for subject in &super::super::subject::SUBJECTS {
            replaced(&document, subject, "").unwrap();
        }
    }
}
