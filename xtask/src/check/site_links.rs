//! Links in the pages of a site: each leads to a file, and to a place in it if it names one.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// Checks all pages below `root`, except those in the directories `others`. Returns the number of pages and of links.
///
/// # Errors
/// A link that leads nowhere.
pub fn check(root: &Path, others: &[&str]) -> Result<(usize, usize)> {
    let mut pages = Vec::new();
    visit(root, &mut pages)?;
    pages.retain(|page| !others.iter().any(|other| page.starts_with(root.join(other))));
    // Its links begin at the address of the site.
    pages.retain(|page| !page.ends_with("404.html"));
    let mut texts = HashMap::new();
    for page in &pages {
        texts.insert(page.clone(), fs::read_to_string(page)?);
    }
    let ids: HashMap<&PathBuf, HashSet<&str>> =
        texts.iter().map(|(page, text)| (page, attributes(text, " id=\"").collect())).collect();
    let (mut count, mut wrong) = (0, Vec::new());
    for page in &pages {
        let text = &texts[page];
        let links = attributes(text, " href=\"").chain(attributes(text, " src=\""));
        for link in links.filter(|link| is_own(link)) {
            count += 1;
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { resolved(page, file) };
            if !target.is_file() {
                wrong.push(format!("{}: {link}: no such file", page.display()));
            } else if !place.is_empty()
                && ids.get(&target).is_some_and(|ids| !ids.contains(decoded(place).as_str()) && !ids.contains(place))
            {
                wrong.push(format!("{}: {link}: no such place", page.display()));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("{} links lead nowhere:\n{}", wrong.len(), wrong.join("\n"));
    }
    Ok((pages.len(), count))
}

fn visit(folder: &Path, pages: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            visit(&path, pages)?;
        } else if path.extension().is_some_and(|end| end == "html") {
            pages.push(path);
        }
    }
    Ok(())
}

/// The values of an attribute.
fn attributes<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(name).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0))
}

/// Whether a link stays in the site.
fn is_own(link: &str) -> bool {
    let elsewhere = ["http://", "https://", "mailto:", "data:", "javascript:"];
    !link.is_empty() && !elsewhere.iter().any(|begin| link.starts_with(begin))
}

/// The file that a link of a page names.
fn resolved(page: &Path, file: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(Path::new("")).to_owned();
    for part in file.split('?').next().unwrap_or_default().split('/') {
        match part {
            "." | "" => {}
            ".." => _ = path.pop(),
            part => path.push(decoded(part)),
        }
    }
    path
}

/// A text with `%XX` and the character references of HTML replaced.
fn decoded(text: &str) -> String {
    let bytes = text.replace("&amp;", "&").replace("&quot;", "\"").replace("&#39;", "'").into_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let code =
            bytes.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        match (bytes[at], code) {
            (b'%', Some(code)) => {
                out.push(code);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "a b.html",
            "<p id=\"µ\"><a href=\"c/d.html#e\"><a href=\"#%C2%B5\"><img src=\"x.svg\"><a href=\"https://x.y/z\">",
        );
        write("x.svg", "");
        write("c/d.html", "<h2 id=\"e\"><a href=\"../a%20b.html?q#µ\">");
        write("c-header/index.html", "<a href=\"none.html\">");
        write("404.html", "<a href=\"/none.html\">");
        assert_eq!(check(folder.path(), &["c-header"]).unwrap(), (2, 4));
        assert!(check(folder.path(), &[]).unwrap_err().to_string().contains("none.html: no such file"));
        write("c/d.html", "<h2 id=\"f\">");
        assert!(check(folder.path(), &["c-header"]).unwrap_err().to_string().contains("c/d.html#e: no such place"));
    }
}
