//! `cargo xtask site`: the documentation as a site, in `target/site/html`, made with mdBook. The pages are those that `docs/SUMMARY.md` lists,
//! with the help of every verb, reports of the bundled models and the documentation of the C header. All links in it are checked.

use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail};

use crate::check::{docs, site_links, site_search};
use crate::machine::process::Cmd;
use crate::machine::{paths, setup};

/// The version that is installed if there is no mdBook.
const MDBOOK: &str = "0.5.4";

/// Line of the summary after which the pages that are made here follow.
const TOOL: &str = "- [The tool](docs/tool.md)\n";

/// Files that pages name and that are no pages.
const FILES: [&str; 2] = ["LICENSE", "capi/include/tvm_embedded.h"];

/// Builds the site.
///
/// # Errors
/// A page that the summary lacks, a link to something that does not exist, or a program that fails.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask site");
    }
    setup::need(&["docs", "cmake"])?;
    let site = paths::target().join("site");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    let sources = site.join("src");
    let summary = from_root(&fs::read_to_string(paths::root().join("docs/SUMMARY.md"))?);
    for page in pages(&summary) {
        let text = fs::read_to_string(paths::root().join(&page)).with_context(|| format!("{page} can't be read"))?;
        write(&sources.join(indexed_name(&page)), &indexed(&text))?;
    }
    for file in FILES {
        write(&sources.join(file), &fs::read_to_string(paths::root().join(file))?)?;
    }
    let made = help(&sources)? + &reports(&sources)?;
    fs::write(sources.join("SUMMARY.md"), with_made(&indexed(&summary), &made)?)?;
    fs::copy(paths::root().join("docs/book.toml"), site.join("book.toml"))?;
    let out = site.join("html");
    mdbook(&site, &out)?;
    docs::c_header(&out.join("c-header"))?;
    let (files, links) = site_links::check(&out, &["c-header"])?;
    let parts = site_search::check(&out)?;
    println!(
        "{links} links in {files} pages lead somewhere, {parts} parts of pages can be searched: {}",
        out.join("index.html").display()
    );
    Ok(())
}

/// Builds the site with mdBook, which is installed if there is none, or one without a search.
fn mdbook(site: &Path, out: &Path) -> Result<()> {
    if paths::cargo_program("mdbook").is_none() {
        install(&[])?;
    }
    let mut said = build(site, out)?;
    if said.contains("without search support") {
        install(&["--force"])?;
        said = build(site, out)?;
    }
    if ["WARN", "ERROR"].iter().any(|word| said.contains(word)) {
        bail!("mdBook says:\n{said}");
    }
    Ok(())
}

/// Installs mdBook without the parts that serve a site while it is written.
fn install(more: &[&str]) -> Result<()> {
    println!("installing mdbook {MDBOOK}, which takes minutes");
    let install =
        ["install", "--locked", "--no-default-features", "--features", "search", "mdbook", "--version", MDBOOK];
    Cmd::new("cargo").args(install).args(more).capture()?;
    Ok(())
}

/// What mdBook prints.
fn build(site: &Path, out: &Path) -> Result<String> {
    let mdbook = paths::cargo_program("mdbook").context("mdbook is installed, but not where cargo says")?;
    let outcome = Cmd::new(mdbook).arg("build").arg("--dest-dir").arg(out).dir(site).outcome()?;
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    if outcome.code != 0 {
        bail!("mdBook ended with exit code {}:\n{said}", outcome.code);
    }
    Ok(said)
}

/// The summary with links from the root of the repository instead of `docs/`.
fn from_root(summary: &str) -> String {
    let mut text = String::new();
    for line in summary.lines() {
        match line.split_once("](").and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?))) {
            Some((name, link)) => _ = writeln!(text, "{name}]({})", normal(&Path::new("docs").join(link))),
            None => _ = writeln!(text, "{line}"),
        }
    }
    text
}

/// A path without `..`.
fn normal(path: &Path) -> String {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = parts.pop(),
            part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts.join("/")
}

/// The files that a summary names.
fn pages(summary: &str) -> Vec<String> {
    let links = summary.lines().filter_map(|line| line.split_once("](")?.1.strip_suffix(')'));
    links.map(ToOwned::to_owned).collect()
}

/// The summary with the pages that are made here.
fn with_made(summary: &str, made: &str) -> Result<String> {
    if !summary.contains(TOOL) {
        bail!("docs/SUMMARY.md does not have the line `{}`", TOOL.trim_end());
    }
    Ok(summary.replacen(TOOL, &format!("{TOOL}{made}"), 1))
}

/// The name of a page in the site: the first page of a directory is its `index`, to which mdBook does not change links.
fn indexed_name(page: &str) -> String {
    page.strip_suffix("README.md").map_or_else(|| page.to_owned(), |folder| format!("{folder}index.md"))
}

/// A page with such names in its links.
fn indexed(text: &str) -> String {
    let mut parts = text.split("](");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (link, rest) = part.split_once(')').unwrap_or((part, ""));
        let (file, place) = link.split_once('#').unwrap_or((link, ""));
        let link = match (link.contains("://"), link.contains('#')) {
            (true, _) => link.to_owned(),
            (false, true) => format!("{}#{place}", indexed_name(file)),
            (false, false) => indexed_name(file),
        };
        let _ = write!(out, "]({link}{}{rest}", if part.contains(')') { ")" } else { "" });
    }
    out
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    fs::write(path, text).with_context(|| format!("{} is not written", path.display()))
}

/// The tool, from this checkout.
fn tool(args: &[&str]) -> Result<String> {
    let program = paths::target().join("debug/tvm-embedded");
    Cmd::new(program).args(args).env("NO_COLOR", "1").dir(paths::root()).capture()
}

/// A page with what `--help` of every verb prints. Returns its line of the summary.
fn help(sources: &Path) -> Result<String> {
    Cmd::new("cargo").args(["build", "--package", "tvm_embedded_cli"]).dir(paths::root()).capture()?;
    let whole = tool(&["--help"])?;
    let mut page = format!(
        "# Command line\n\nWhat `tvm-embedded --help` and the help of each verb print.\n\n```text\n{whole}```\n"
    );
    for verb in verbs(&whole) {
        let _ = write!(page, "\n## {verb}\n\n```text\n{}```\n", tool(&[verb, "--help"])?);
    }
    fs::write(sources.join("docs/command-line.md"), page)?;
    Ok("  - [Command line](docs/command-line.md)\n".to_owned())
}

/// The verbs that the program's help lists.
fn verbs(help: &str) -> Vec<&str> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next()).collect()
}

/// A page with pictures and reports of the bundled models. Returns its line of the summary.
fn reports(sources: &Path) -> Result<String> {
    let mut page = String::from(
        "# Reports\n\nWhat `tvm-embedded report` writes about the models of this repository: the memory over time, and the whole page.\n",
    );
    for name in ["digits", "digit_rows"] {
        let model = format!("models/{name}/{name}.tflite");
        let mut report = vec!["report".to_owned(), model.clone()];
        if name == "digits" {
            let folder = "models/digits";
            let (images, labels) = (format!("{folder}/test_images.bin"), format!("{folder}/test_labels.bin"));
            let original = format!("{folder}/digits_float32.tflite");
            let found = tool(&[
                "validate",
                &model,
                "--inputs",
                &images,
                "--labels",
                &labels,
                "--against",
                &original,
                "--json",
            ])?;
            let findings = paths::target().join("site/findings.json");
            fs::write(&findings, found)?;
            report.extend(["--validation".to_owned(), findings.display().to_string()]);
        }
        for end in ["svg", "html"] {
            let file = sources.join(format!("docs/report-{name}.{end}")).display().to_string();
            let args: Vec<&str> = report.iter().map(String::as_str).chain(["-o", &file]).collect();
            tool(&args)?;
        }
        let _ = write!(
            page,
            "\n## {name}\n\n![Memory over time of {name}: layers from left to right, bytes from bottom to top](report-{name}.svg)\n\n\
             [The whole report](report-{name}.html)\n"
        );
    }
    page += "\nThe C header, with every function and status, is in [the reference of the header](../c-header/index.html).\n";
    fs::write(sources.join("docs/reports.md"), page)?;
    Ok("  - [Reports](docs/reports.md)\n".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every page of `docs/` is in the summary, once.
    #[test]
    fn the_summary_is_complete() {
        fn visit(folder: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    visit(&path, found);
                } else if path.extension().is_some_and(|end| end == "md") && !path.ends_with("SUMMARY.md") {
                    let path = path.strip_prefix(paths::root()).expect("in the repository");
                    found.push(path.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        let summary = fs::read_to_string(paths::root().join("docs/SUMMARY.md")).expect("the summary");
        let listed = pages(&from_root(&summary));
        let mut found = Vec::new();
        visit(&paths::root().join("docs"), &mut found);
        assert!(found.len() > 30, "{found:?}");
        for page in &found {
            assert_eq!(listed.iter().filter(|listed| *listed == page).count(), 1, "{page} in docs/SUMMARY.md");
        }
        assert!(with_made(&from_root(&summary), "").is_ok());
    }

    #[test]
    fn links_of_the_summary_begin_at_the_root() {
        let summary = "# A\n\n[Start](../README.md)\n  - [B](b/README.md)\n";
        assert_eq!(from_root(summary), "# A\n\n[Start](README.md)\n  - [B](docs/b/README.md)\n");
        assert_eq!(pages(&from_root(summary)), ["README.md", "docs/b/README.md"]);
        assert!(with_made("# A\n", "").is_err());
    }

    #[test]
    fn first_pages_are_called_index() {
        let text = "[A](README.md) README.md) [B](b/README.md#c) [C](https://x/README.md) [D](d.md#e) ](f";
        let expected = "[A](index.md) README.md) [B](b/index.md#c) [C](https://x/README.md) [D](d.md#e) ](f";
        assert_eq!(indexed(text), expected);
    }

    #[test]
    fn verbs_are_read_from_the_help() {
        let help = "About\n\nUsage: x\n\nCommands:\n  compile  Compile a file\n           to C\n  man      Print\n\nOptions:\n  -h\n";
        assert_eq!(verbs(help), ["compile", "man"]);
    }
}
