//! `cargo xtask tutorials [NAME...] [--with NEED]...`: every command of `docs/tutorials`, in an empty directory.
//!
//! Blocks of a tutorial are executed in their order. The first word after the fence is the language, then come attributes:
//!
//! | block | what is done |
//! | --- | --- |
//! | `sh` | executed by `bash -eu -o pipefail`; must succeed |
//! | any with `file=PATH` | written to that file |
//! | `text` | each of its lines must be in the output of the `sh` block before it, in this order |
//!
//! `needs=NAME` leaves a block out unless `--with NAME` is given; `without=NAME` leaves it out if it is. What a block needs, such
//! as TensorFlow, must be installed for the `python3` on `PATH`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::machine::process::Cmd;
use crate::machine::{heartbeat, paths, setup};

const USAGE: &str = "usage: cargo xtask tutorials [NAME...] [--with NEED]...";

/// The longest time that a block may take, including training.
const LIMIT: Duration = Duration::from_secs(600);

/// A block of a tutorial.
#[derive(Debug, PartialEq)]
struct Block {
    /// Its first line in the document, from 1.
    line: usize,
    /// After the fence: the language and attributes.
    info: String,
    text: String,
}

/// Runs the named tutorials, or all.
///
/// # Errors
/// If no tutorial has that name, a command fails, or its output differs from the tutorial.
pub fn run(args: &[String]) -> Result<()> {
    let (mut names, mut needs, mut words) = (Vec::new(), Vec::new(), args.iter());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--with" => needs.push(words.next().context(USAGE)?.as_str()),
            option if option.starts_with('-') => bail!(USAGE),
            name => names.push(name),
        }
    }
    setup::need(&["firmware"])?;
    Cmd::new("cargo")
        .args(["build", "--profile", "host", "--package", "tvm_embedded_cli"])
        .dir(paths::root())
        .capture()?;
    let documents = documents(&names)?;
    for document in &documents {
        let name = document.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        heartbeat::phase(format!("tutorial {name}"));
        let executed = tutorial(document, &paths::target().join("tutorials").join(&name), &needs)?;
        println!("{name}: {executed} blocks executed");
    }
    Ok(())
}

fn documents(names: &[&str]) -> Result<Vec<PathBuf>> {
    let folder = paths::root().join("docs/tutorials");
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "md") && !path.ends_with("README.md") {
            all.push(path);
        }
    }
    all.sort();
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|path| path.file_stem() == Some(name.as_ref()))) {
        bail!("no tutorial '{unknown}' in {}", folder.display());
    }
    all.retain(|path| names.is_empty() || names.iter().any(|name| path.file_stem() == Some(name.as_ref())));
    Ok(all)
}

/// Executes one in an empty directory; returns the number of its `sh` blocks.
fn tutorial(document: &Path, folder: &Path, needs: &[&str]) -> Result<usize> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let (mut printed, mut executed) = (String::new(), 0);
    for block in blocks(&fs::read_to_string(document)?).iter().filter(|block| block.applies(needs)) {
        let place = || format!("{}:{}", document.display(), block.line);
        if let Some(path) = block.attribute("file") {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().context("no directory")?)?;
            fs::write(path, &block.text)?;
        } else if block.language() == "sh" {
            printed = execute(&block.text, folder).with_context(place)?;
            executed += 1;
        } else if block.language() == "text" {
            compare(&block.text, &printed).with_context(place)?;
        }
    }
    ensure!(executed > 0, "{} has no sh block", document.display());
    Ok(executed)
}

/// The output of the commands, including standard error.
fn execute(commands: &str, folder: &Path) -> Result<String> {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let tool = paths::target().join("host");
    let path = std::env::join_paths(std::iter::once(tool).chain(std::env::split_paths(&inherited)))?;
    Cmd::new("bash")
        .args(["-eu", "-o", "pipefail", "-c"])
        .arg(format!("exec 2>&1\n{commands}"))
        .dir(folder)
        .env("PATH", path)
        .env("TVM_EMBEDDED_SOURCE", paths::root())
        .env("NO_COLOR", "1")
        .timeout(LIMIT)
        .capture()
}

/// Whether each line of `expected` is part of a line of `printed`, in this order; blanks count as one.
fn compare(expected: &str, printed: &str) -> Result<()> {
    let even = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines = printed.lines();
    for wanted in expected.lines().map(even).filter(|line| !line.is_empty()) {
        let found = lines.any(|line| even(line).contains(&wanted));
        ensure!(found, "expected a line with '{wanted}', found:\n{printed}");
    }
    Ok(())
}

impl Block {
    fn language(&self) -> &str {
        self.info.split(' ').next().unwrap_or_default()
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.info.split(' ').skip(1).find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn applies(&self, needs: &[&str]) -> bool {
        let given = |name| self.attribute(name).map(|need| needs.contains(&need));
        given("needs").unwrap_or(true) && !given("without").unwrap_or(false)
    }
}

fn blocks(document: &str) -> Vec<Block> {
    let (mut found, mut open) = (Vec::new(), None::<Block>);
    for (number, line) in (1..).zip(document.lines()) {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Block { line: number, info: info.to_owned(), text: String::new() }),
            (Some(_), Some("")) => found.extend(open.take()),
            (Some(block), _) => block.text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_attributes() {
        let found = blocks("a\n```sh needs=tensorflow\nls\n```\n\n```c file=src/main.c\nint x;\n```\n");
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].language(), found[0].line, found[0].text.as_str()), ("sh", 2, "ls\n"));
        assert_eq!((found[0].applies(&[]), found[0].applies(&["tensorflow"])), (false, true));
        assert_eq!((found[1].attribute("file"), found[1].applies(&[])), (Some("src/main.c"), true));
        let other = Block { info: "sh without=tensorflow".into(), ..blocks("```\n```").remove(0) };
        assert_eq!((other.applies(&[]), other.applies(&["tensorflow"])), (true, false));
    }

    #[test]
    fn lines_are_expected_in_order() {
        let printed = "one  1\ntwo 2\nthree 3\n";
        assert!(compare("one 1\n\nthree\n", printed).is_ok());
        assert!(compare("two\none\n", printed).is_err());
        let error = compare("four\n", printed).unwrap_err().to_string();
        assert!(error.starts_with("expected a line with 'four', found:\none"), "{error}");
    }

    #[test]
    fn a_tutorial_fails_where_a_command_or_its_output_is_not_as_said() {
        let folder = tempfile::tempdir().unwrap();
        let judge = |text: &str| {
            let document = folder.path().join("a.md");
            fs::write(&document, text).unwrap();
            tutorial(&document, &folder.path().join("a"), &[]).map_err(|error| format!("{error:#}"))
        };
        assert_eq!(judge("```c file=b/c\nhello\n```\n```sh\ncat b/c\n```\n```text\nhello\n```\n"), Ok(1));
        let error = judge("```sh\necho right\n```\n```text\nwrong\n```\n").unwrap_err();
        assert!(error.contains("a.md:4: expected a line with 'wrong'"), "{error}");
        let error = judge("```sh\necho reason; false; echo more\n```\n").unwrap_err();
        assert!(error.contains("a.md:1") && error.trim().ends_with("reason"), "{error}");
        assert!(judge("nothing").unwrap_err().contains("has no sh block"));
    }
}
