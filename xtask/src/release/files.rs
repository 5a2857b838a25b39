//! Files, links and archives of what is released.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::machine::process::Cmd;

/// Copies a file, into directories that need not exist.
///
/// # Errors
/// If it can't be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().context("a directory above")?)?;
    fs::copy(from, to).with_context(|| format!("{} to {}", from.display(), to.display()))?;
    Ok(())
}

/// Copies a directory with all that is in it.
///
/// # Errors
/// As [`copy`].
pub fn tree(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => tree(&entry.path(), &to)?,
            false => copy(&entry.path(), &to)?,
        }
    }
    Ok(())
}

/// Packs the directory `name` of `parent`: sorted, without owners and times, so that the same content gives the same archive.
///
/// # Errors
/// If `tar` fails.
pub fn tar(parent: &Path, name: &str, archive: &Path) -> Result<()> {
    let fixed =
        ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--use-compress-program=gzip -n"];
    Cmd::new("tar").args(fixed).arg("-cf").arg(archive).arg("-C").arg(parent).arg(name).capture().map(|_| ())
}

/// Insists that each link of a Markdown file below a directory leads to a file or directory below it.
///
/// # Errors
/// The first that does not.
pub fn links(top: &Path) -> Result<()> {
    let top = top.canonicalize().with_context(|| top.display().to_string())?;
    let listed = Cmd::new("find").arg(&top).args(["-name", "*.md", "-type", "f"]).capture()?;
    for page in listed.lines().map(Path::new) {
        let text = fs::read_to_string(page)?;
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            let target = page.with_file_name(link).canonicalize();
            let inside = link.is_empty() || link.contains("://") || target.is_ok_and(|path| path.starts_with(&top));
            ensure!(inside, "{}: the link {link} leads to no file of the package", page.display());
        }
    }
    Ok(())
}

/// A page whose links to directories above it are the places of these files in the project: for a package without them.
pub fn alone(page: &str) -> String {
    let mut parts = page.split("](../");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (path, rest) = part.split_once(')').unwrap_or((part, ""));
        text.truncate(text.rfind('[').unwrap_or(text.len()));
        text += &format!("`docs/{path}` of the project tvm_embedded{rest}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_out_of_the_package_is_found() {
        let package = tempfile::tempdir().unwrap();
        let page = package.path().join("a/README.md");
        fs::create_dir(package.path().join("a")).unwrap();
        fs::write(package.path().join("other.md"), "").unwrap();
        fs::write(&page, "[a](../other.md#x) and [b](https://example.org/) and [c](#here)").unwrap();
        links(package.path()).unwrap();
        assert!(links(&package.path().join("a")).unwrap_err().to_string().contains("the link ../other.md leads"));
        fs::write(&page, alone("[a](#x): see [o](../other.md), [p](../p.md).")).unwrap();
        links(&package.path().join("a")).unwrap();
        let text = fs::read_to_string(&page).unwrap();
        let of = "of the project tvm_embedded";
        assert_eq!(text, format!("[a](#x): see `docs/other.md` {of}, `docs/p.md` {of}."));
    }
}
