//! Tables of what networks cost in variants of a file or of options, on emulated boards: `cargo xtask kinds` and `modes`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::{paths, setup};
use crate::measure::bench_image::{self, Model, is_too_large};
use crate::measure::firmware;
use crate::measure::performance::Figures;

/// A table, and the document that it becomes.
pub struct Table {
    /// The document.
    pub document: &'static str,
    /// Its text before the tables.
    pub head: &'static str,
    /// The boards of the document; each has a table.
    pub boards: [&'static str; 3],
    /// The heading of the column of variants.
    pub heading: &'static str,
    /// The variant with which others are compared. It is the first of a network, if the network has it.
    pub base: &'static str,
    /// Whether flash is compared, too.
    pub compares_flash: bool,
}

/// A network in a variant.
pub struct Variant {
    /// The network.
    pub network: &'static str,
    /// The name of the variant.
    pub name: &'static str,
    /// The model.
    pub file: PathBuf,
    /// Options of `compile`.
    pub options: Vec<String>,
    /// The directory below `target` for what is built; files of the same name need different ones.
    pub folder: PathBuf,
}

/// A variant, and its figures on each board, `None` where it does not fit.
struct Row {
    network: &'static str,
    variant: &'static str,
    cells: Vec<Option<Figures>>,
}

/// Runs the verb: prints the table of the boards in `args`, and writes the document with `--write`.
///
/// # Errors
/// When a model can't be compiled or run, or is not here.
pub fn run(args: &[String], table: &Table, variants: impl FnOnce() -> Result<Vec<Variant>>) -> Result<()> {
    let (flags, names): (Vec<_>, Vec<_>) = args.iter().cloned().partition(|arg| arg.starts_with("--"));
    let write = match flags.as_slice() {
        [] => false,
        [flag] if flag == "--write" && names.is_empty() => true,
        _ => bail!("expected [BOARD...], or --write, which measures all boards of the table"),
    };
    setup::need(&["firmware"])?;
    let names = if names.is_empty() { table.boards.map(str::to_owned).to_vec() } else { names };
    let text = table.text(&names, &rows(&variants()?, &Board::select(&names)?)?);
    println!("{text}");
    if write {
        fs::write(paths::root().join(table.document), text)?;
    }
    Ok(())
}

fn rows(variants: &[Variant], boards: &[Board]) -> Result<Vec<Row>> {
    let tool = firmware::tool()?;
    let mut rows = Vec::new();
    for variant in variants {
        let Variant { network, name, file, options, folder } = variant;
        let out = paths::target().join(folder);
        fs::create_dir_all(&out)?;
        let model = Model::compile(&tool, file, &out, options)?.with_context(|| file.display().to_string())?;
        let cell = |board: &Board| match bench_image::measure(board, &model, &out, false) {
            Ok(measured) => Ok(Some(measured.figures)),
            Err(error) if is_too_large(&format!("{error:#}")) => Ok(None),
            Err(error) => Err(error.context(format!("{network}, {name}, on {}", board.name))),
        };
        rows.push(Row { network, variant: name, cells: boards.iter().map(cell).collect::<Result<_>>()? });
    }
    Ok(rows)
}

impl Table {
    fn text(&self, boards: &[String], rows: &[Row]) -> String {
        let mut text = self.head.to_owned();
        for (at, board) in boards.iter().enumerate() {
            let _ = write!(text, "\n## {board}\n\n{}", self.title());
            let mut first: Option<&Row> = None;
            for row in rows {
                if first.is_none_or(|first| first.network != row.network) {
                    first = Some(row);
                }
                let base = first.filter(|first| first.variant == self.base).and_then(|first| first.cells[at]);
                let _ = writeln!(text, "{}", self.line(row, row.cells[at], base));
            }
        }
        text
    }

    fn title(&self) -> String {
        let times = format!("times {}", self.base);
        let flash = if self.compares_flash { format!(" {times} |") } else { String::new() };
        let rule = if self.compares_flash { " ---: |" } else { "" };
        format!(
            "| network | {} | instructions | {times} | flash |{flash} RAM |\n| --- | --- | ---: | ---: | ---: |{rule} ---: |\n",
            self.heading
        )
    }

    /// A line of a board's table; `base` are the figures that others of the network are compared with.
    fn line(&self, Row { network, variant, .. }: &Row, figures: Option<Figures>, base: Option<Figures>) -> String {
        let Some([instructions, flash, ram, _]) = figures else {
            let more = if self.compares_flash { " |" } else { "" };
            return format!("| {network} | {variant} | too large | | | |{more}");
        };
        let times =
            |now: u64, at: usize| base.map_or(String::new(), |base| format!("{:.2}", now as f64 / base[at] as f64));
        let larger = if self.compares_flash { format!(" {} |", times(flash, 1)) } else { String::new() };
        let slower = times(instructions, 0);
        format!("| {network} | {variant} | {instructions} | {slower} | {flash} |{larger} {ram} |")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(compares_flash: bool) -> Table {
        let boards = ["cortex-m0", "cortex-m3", "cortex-m55"];
        Table { document: "", head: "# Head\n", boards, heading: "file", base: "int8", compares_flash }
    }

    fn rows() -> Vec<Row> {
        let row = |network, variant, cell| Row { network, variant, cells: vec![cell] };
        vec![
            row("a", "int8", Some([100, 20, 3, 4])),
            row("a", "float32", Some([250, 50, 6, 7])),
            row("b", "int8", None),
            row("b", "float32", Some([10, 5, 6, 7])),
            row("c", "uint8", Some([10, 5, 6, 7])),
        ]
    }

    #[test]
    fn lines_compare_with_the_base_of_a_network() {
        let text = table(false).text(&["cortex-m0".to_owned()], &rows());
        let expected = "# Head\n\n## cortex-m0\n\n\
            | network | file | instructions | times int8 | flash | RAM |\n\
            | --- | --- | ---: | ---: | ---: | ---: |\n\
            | a | int8 | 100 | 1.00 | 20 | 3 |\n\
            | a | float32 | 250 | 2.50 | 50 | 6 |\n\
            | b | int8 | too large | | | |\n\
            | b | float32 | 10 |  | 5 | 6 |\n\
            | c | uint8 | 10 |  | 5 | 6 |\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn flash_is_compared_where_asked() {
        let text = table(true).text(&["cortex-m0".to_owned()], &rows());
        let expected = "# Head\n\n## cortex-m0\n\n\
            | network | file | instructions | times int8 | flash | times int8 | RAM |\n\
            | --- | --- | ---: | ---: | ---: | ---: | ---: |\n\
            | a | int8 | 100 | 1.00 | 20 | 1.00 | 3 |\n\
            | a | float32 | 250 | 2.50 | 50 | 2.50 | 6 |\n\
            | b | int8 | too large | | | | |\n\
            | b | float32 | 10 |  | 5 |  | 6 |\n\
            | c | uint8 | 10 |  | 5 |  | 6 |\n";
        assert_eq!(text, expected);
    }
}
