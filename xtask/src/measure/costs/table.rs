//! The table of costs as text, and the comparison of models with their estimates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use super::comparison::Comparison;
use super::fit::{self, Amounts, Fit};
use super::measured::{Layer, Measured};
use super::{samples, unseen};
use crate::machine::{board, paths};

/// A table of costs, and where the comparison of its estimates is.
pub struct Place {
    /// The file.
    pub file: &'static str,
    /// What follows the verb's name in the command that writes it.
    option: &'static str,
}

/// Kernels of models that are compiled as usual, and those that only `--optimize speed` uses.
pub const USUAL: Place = Place { file: "host/compiler/src/cost/costs.csv", option: "" };
/// Kernels of models that are compiled with `--optimize size`: they have the names of the others, and other code.
pub const SMALL: Place = Place { file: "host/compiler/src/cost/small.csv", option: " --size" };

const DOCUMENT: &str = "docs/estimate.md";
/// What is written of the document ends with this line.
const END: &str = "<!-- end -->\n";

impl Place {
    fn command(&self) -> String {
        format!("cargo xtask costs{} --write", self.option)
    }

    /// The line of the document before what is written.
    fn mark(&self) -> String {
        format!("<!-- written by `{}` -->\n", self.command())
    }

    fn head(&self) -> String {
        let more = if self.option.is_empty() { "" } else { ", with `--optimize size`" };
        format!(
            "# What kernels cost, gcc 12.2 -O2{more}, by `{}`: docs/estimate.md describes it.\n{COLUMNS}",
            self.command()
        )
    }
}

const COLUMNS: &str = "\
# instructions,core,kernels of a layer,error (root mean square, as a part),instructions for each amount of work
# code,core,kernel (again: what it has more if several layers call it),0,bytes
";
/// After the name of a kernel: what its code has more if several layers call it.
const AGAIN: &str = " again";

/// The costs of a core, and the models that they are from.
pub struct Costs {
    core: &'static str,
    models: Vec<Measured>,
    instructions: BTreeMap<String, Fit>,
    /// Bytes of each part of the code.
    code: BTreeMap<String, f64>,
}

impl Costs {
    /// Fits them.
    pub fn new(core: &'static str, models: Vec<Measured>) -> Self {
        let groups = samples::by_kernel(models.iter());
        let fits = groups.keys().map(|name| ((*name).to_owned(), fit::fit(&samples::of_kernel(&groups, name))));
        let mut instructions: BTreeMap<String, Fit> = fits.collect();
        instructions.insert("(run)".to_owned(), run(&models));
        Costs { core, code: code(&models), instructions, models }
    }

    fn layer(&self, layer: &Layer) -> f64 {
        self.instructions.get(&layer.cost).map_or(0.0, |fit| fit::estimate(&fit.coefficients, &layer.work))
    }

    /// Instructions of a call without its layers.
    fn call(&self) -> f64 {
        self.instructions["(run)"].coefficients.get("calls").copied().unwrap_or(0.0)
    }

    /// The estimates of instructions and flash of a model.
    fn estimate(&self, model: &Measured) -> [f64; 2] {
        let of = |(name, amount): (&String, &f64)| amount * self.code.get(name).copied().unwrap_or(0.0);
        let code = code_parts(model).iter().map(of).sum::<f64>();
        let layers = model.layers.iter().filter(|layer| layer.instructions.is_some());
        [self.call() + layers.map(|layer| self.layer(layer)).sum::<f64>(), model.constants as f64 + code]
    }

    fn lines(&self) -> String {
        let mut text = String::new();
        for (name, fit) in &self.instructions {
            let _ = writeln!(text, "{}", line(self.core, name, fit));
        }
        for (name, bytes) in self.code.iter().filter(|(_, bytes)| **bytes >= 0.5) {
            let _ = writeln!(text, "code,{},{name},0,calls={}", self.core, short(*bytes));
        }
        text
    }
}

/// The line of a kernel's instructions.
pub fn line(core: &str, name: &str, fit: &Fit) -> String {
    let amounts = fit.coefficients.iter().map(|(name, cost)| format!("{name}={}", short(*cost)));
    let amounts = amounts.collect::<Vec<_>>().join(" ");
    format!("instructions,{core},{name},{},{amounts}", short(fit.error))
}

/// Four digits.
pub fn short(number: f64) -> String {
    let text = format!("{number:.*}", (3 - number.abs().max(1e-4).log10().floor() as i32).clamp(0, 6) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// What a call takes without its layers: the middle of all models' values.
fn run(models: &[Measured]) -> Fit {
    let rest = |model: &Measured| {
        let layers = model.layers.iter().filter_map(|layer| layer.instructions).sum::<f64>();
        (!model.loops).then_some(model.whole[0] as f64 - layers)
    };
    let mut rests: Vec<f64> = models.iter().filter(|model| model.layers.len() < 8).filter_map(rest).collect();
    rests.sort_by(f64::total_cmp);
    let middle = rests.get(rests.len() / 2).copied().unwrap_or(0.0).max(0.0);
    Fit { coefficients: Amounts::from([("calls".to_owned(), middle)]), error: 0.0, layers: rests.len() }
}

/// Bytes of code: all but the constants of an image, spread over its parts.
fn code(models: &[Measured]) -> BTreeMap<String, f64> {
    let parts: Vec<BTreeMap<String, f64>> = models.iter().map(code_parts).collect();
    let names: BTreeSet<&String> = parts.iter().flat_map(BTreeMap::keys).collect();
    let row = |(model, parts): (&Measured, &BTreeMap<String, f64>)| {
        // Relative to the flash, of which the code is a part.
        let flash = model.whole[1] as f64;
        let amounts = names.iter().map(|name| parts.get(*name).copied().unwrap_or(0.0) / flash);
        (amounts.collect(), (flash - model.constants as f64) / flash)
    };
    let rows: Vec<(Vec<f64>, f64)> = models.iter().zip(&parts).map(row).collect();
    let bytes = fit::non_negative(&rows, names.len());
    names.iter().map(|name| (*name).clone()).zip(bytes).collect()
}

/// The parts of an image's code: startup and runtime, layers, kernels. The C compiler makes a kernel shorter if only one layer calls it.
fn code_parts(model: &Measured) -> BTreeMap<String, f64> {
    let mut parts = BTreeMap::from([("(run)".to_owned(), 1.0), ("(layer)".to_owned(), model.layers.len() as f64)]);
    for kernel in model.layers.iter().flat_map(|layer| &layer.kernels) {
        if parts.insert(kernel.clone(), 1.0).is_some() {
            parts.insert(format!("{kernel}{AGAIN}"), 1.0);
        }
    }
    parts
}

/// Prints the table and the comparison.
///
/// # Errors
/// Never; as [`write()`].
pub fn print(place: &Place, costs: &[Costs]) -> Result<()> {
    let compared = compare(Comparison::default(), costs).text();
    print!("{}{}\n{compared}", place.head(), costs.iter().map(Costs::lines).collect::<String>());
    Ok(())
}

/// Replaces what is known of these cores, in the table and in the comparison of the document.
///
/// # Errors
/// When a file can't be read or written.
pub fn write(place: &Place, costs: &[Costs]) -> Result<()> {
    let file = paths::root().join(place.file);
    fs::write(&file, place.head() + &merged(&fs::read_to_string(&file)?, costs)?)?;
    let document = paths::root().join(DOCUMENT);
    let text = fs::read_to_string(&document)?;
    let mark = place.mark();
    let from = text.find(&mark).context("docs/estimate.md has no place for the comparison")? + mark.len();
    let to = from + text[from..].find(END).context("docs/estimate.md has no end of the comparison")?;
    let compared = compare(Comparison::parse(&text[from..to]), costs);
    fs::write(&document, format!("{}{}{}", &text[..from], compared.text(), &text[to..]))?;
    Ok(())
}

/// The lines of the table, those of these cores replaced; cores in the order of the boards.
fn merged(text: &str, costs: &[Costs]) -> Result<String> {
    let mut cores: BTreeMap<(usize, String), String> = BTreeMap::new();
    let key = |core: &str| (board::NAMES.iter().position(|name| *name == core).unwrap_or(usize::MAX), core.to_owned());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let core = line.split(',').nth(1).context("a line without a core")?;
        let lines = cores.entry(key(core)).or_default();
        let _ = writeln!(lines, "{line}");
    }
    cores.extend(costs.iter().map(|costs| (key(costs.core), costs.lines())));
    Ok(cores.into_values().collect())
}

/// By how much the estimates of these cores differ from what was measured, beside what is known of others.
fn compare(mut compared: Comparison, costs: &[Costs]) -> Comparison {
    for costs in costs {
        compared.forget(costs.core);
        let call = costs.call();
        let mut unseen = unseen::estimates(&costs.models, call);
        for model in &costs.models {
            let [instructions, flash] = costs.estimate(model);
            let percent = |estimate: f64, measured: u64| 100.0 * (estimate / measured as f64 - 1.0);
            let errors =
                [instructions, flash].into_iter().zip(&model.whole).map(|(of, measured)| percent(of, *measured));
            let left_out = unseen.remove(model.name.as_str()).map(|instructions| percent(instructions, model.whole[0]));
            compared.insert(&model.name, costs.core, errors.map(Some).chain([left_out]));
        }
    }
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits() {
        let texts = [(12345.6, "12346"), (12.3456, "12.35"), (0.012345, "0.01235"), (2.0, "2"), (0.0, "0")];
        texts.iter().for_each(|(number, text)| assert_eq!(short(*number), *text));
    }

    #[test]
    fn lines_of_other_cores_stay() {
        let text = "# head\ncode,rv32imac,(run),0,calls=1\ncode,cortex-m3,(run),0,calls=2\n";
        let costs = Costs::new("cortex-m3", Vec::new());
        let merged = merged(text, &[costs]).unwrap();
        let lines: Vec<&str> = merged.lines().collect();
        assert_eq!(lines, ["instructions,cortex-m3,(run),0,calls=0", "code,rv32imac,(run),0,calls=1"]);
    }

    #[test]
    fn each_table_names_the_command_that_writes_it() {
        for place in [USUAL, SMALL] {
            let text = fs::read_to_string(paths::root().join(place.file)).unwrap();
            assert!(text.starts_with(&place.head()), "{}", place.file);
            let document = fs::read_to_string(paths::root().join(DOCUMENT)).unwrap();
            assert_eq!(document.matches(&place.mark()).count(), 1, "{}", place.mark());
        }
    }

    #[test]
    fn a_kernel_that_several_layers_call_has_a_part_more() {
        let layer = |kernel: &str| Layer {
            cost: kernel.to_owned(),
            kernels: vec![kernel.to_owned()],
            work: Amounts::new(),
            instructions: None,
        };
        let layers = ["a", "b", "a", "a"].map(layer).into();
        let model = Measured { name: "m".into(), layers, constants: 0, whole: [0; 4], loops: false };
        let parts = code_parts(&model);
        let parts: Vec<(&str, f64)> = parts.iter().map(|(name, amount)| (name.as_str(), *amount)).collect();
        assert_eq!(parts, [("(layer)", 4.0), ("(run)", 1.0), ("a", 1.0), ("a again", 1.0), ("b", 1.0)]);
    }
}
