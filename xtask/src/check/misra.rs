//! `cargo xtask misra`: Cppcheck's MISRA addon over the header and over generated C, against the deviations that
//! `docs/misra.md` lists with their reasons.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::check::{exact, misra_options};
use crate::machine::process::Cmd;
use crate::machine::{library, paths, setup};

/// The models that are checked: the bundled one, and one with state.
const MODELS: [&str; 2] = ["digits", "streaming-ring"];

/// Headings of the two tables.
const TABLES: [(&str, bool); 2] = [("## Interface", true), ("## Compiled models", false)];

/// `cargo xtask misra`.
///
/// # Errors
/// A rule that is broken and not listed. One that is listed and not broken is reported.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask misra");
    }
    setup::need(&["trust"])?;
    let out = paths::target().join("misra");
    let mut models = exact::compiled(&out, &MODELS)?;
    models.extend(misra_options::generated(&out)?);
    let mut found = Vec::new();
    for model in &models {
        let printed = Cmd::new("cppcheck")
            .args(["--quiet", "--addon=misra", "--std=c99", "--platform=unix32", "--template={file}:{line}:{id}", "-I"])
            .arg(library::include_dir())
            .arg("-I")
            .arg(&model.folder)
            .arg("-I")
            .arg(model.folder.join("archive"))
            .args(&model.sources)
            .outcome()?;
        found.extend(printed.stderr.lines().filter_map(finding));
    }
    if found.is_empty() {
        bail!("no finding at all: the addon does not work");
    }
    let document = fs::read_to_string(paths::root().join("docs/misra.md")).context("docs/misra.md")?;
    for (heading, interface) in TABLES {
        let listed = listed(&document, heading)?;
        let broken: BTreeSet<&str> = found
            .iter()
            .filter(|finding| finding.interface == interface)
            .map(|finding| finding.rule.as_str())
            .collect();
        let unlisted: Vec<String> = found
            .iter()
            .filter(|finding| finding.interface == interface && !listed.contains(finding.rule.as_str()))
            .map(|finding| format!("rule {} at {}", finding.rule, finding.place))
            .collect();
        if !unlisted.is_empty() {
            bail!("broken, and docs/misra.md does not say why under '{heading}':\n{}", unlisted.join("\n"));
        }
        for rule in listed.iter().filter(|rule| !broken.contains(*rule)) {
            println!("NOTE: docs/misra.md lists rule {rule} under '{heading}', which is no longer broken");
        }
        println!("{heading}: {} rules are broken, each with its reason", broken.len());
    }
    Ok(())
}

struct Finding {
    place: String,
    rule: String,
    /// Whether it is in the generator's output, not in the compiler's.
    interface: bool,
}

fn finding(line: &str) -> Option<Finding> {
    let (place, rule) = line.split_once(":misra-c2012-")?;
    let file = Path::new(place.split(':').next()?).file_name()?.to_string_lossy().into_owned();
    let interface = file == "tvm_embedded.h" || !file.contains("tvmgen_") && !file.contains("_lib");
    Some(Finding { place: place.to_owned(), rule: rule.trim().to_owned(), interface })
}

/// The rules in the first column of the table below a heading.
fn listed<'a>(document: &'a str, heading: &str) -> Result<BTreeSet<&'a str>> {
    let (_, section) = document.split_once(heading).with_context(|| format!("docs/misra.md has no '{heading}'"))?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let rules = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    Ok(rules.filter(|rule| rule.starts_with(|c: char| c.is_ascii_digit())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_and_tables() {
        let found = finding("out/net/net.c:17:misra-c2012-8.2").unwrap();
        assert!(found.interface && found.rule == "8.2" && found.place == "out/net/net.c:17");
        assert!(!finding("archive/net_lib1.c:1:misra-c2012-10.4").unwrap().interface);
        assert!(!finding("archive/tvmgen_net_base.h:1:misra-c2012-10.4").unwrap().interface);
        assert!(finding("x.c:1:unusedFunction").is_none());
        let document = "## One\n\n| rule | why |\n| --- | --- |\n| 8.2 | x |\n\n## Two\n| 9.9 | y |\n";
        assert_eq!(listed(document, "## One").unwrap(), BTreeSet::from(["8.2"]));
        assert!(listed(document, "## Three").is_err());
    }
}
