//! The search of a site: mdBook's index is there, and leads from words to pages.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Words, as the index holds them (lower case, without endings), and the page that must be among those with the word.
const WORDS: [(&str, &str); 3] =
    [("softmax", "docs/operators.html"), ("qemu", "docs/firmware.html"), ("microtvm", "docs/comparison.html")];

/// Checks that the index below `root` finds pages. Returns the number of parts of pages in it.
///
/// # Errors
/// No index, one that can't be read, or one that does not find a page by its word.
pub fn check(root: &Path) -> Result<usize> {
    let index = index(root)?;
    for (word, page) in WORDS {
        let found = find(&index, word)?;
        if !found.iter().any(|url| url.split('#').next() == Some(page)) {
            bail!("the site's search finds {} parts of pages for `{word}`, none in {page}", found.len());
        }
    }
    Ok(index["doc_urls"].as_array().map_or(0, Vec::len))
}

/// The index, which is a string in a script: pages opened from files can't load anything else.
fn index(root: &Path) -> Result<Value> {
    let mut files = fs::read_dir(root)?.filter_map(Result::ok).map(|entry| entry.path());
    let is_index = |path: &Path| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
            name.starts_with("searchindex") && Path::new(name).extension().is_some_and(|end| end == "js")
        })
    };
    let path = files.find(|path| is_index(path)).context("the site has no index to search: no searchindex*.js")?;
    let script = fs::read_to_string(&path)?;
    let text = script.split_once("JSON.parse('").and_then(|(_, rest)| Some(rest.rsplit_once("')")?.0));
    let text = text.with_context(|| format!("{} does not hold a string of JSON", path.display()))?;
    serde_json::from_str(&unescaped(text)).with_context(|| format!("{} is not JSON", path.display()))
}

/// The content of a string in JavaScript in which backslashes and quotes are escaped.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        out.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    out
}

/// The addresses of the parts of pages whose text has a word. The index is a tree with a character at each edge.
fn find<'a>(index: &'a Value, word: &str) -> Result<Vec<&'a str>> {
    let mut node = &index["index"]["index"]["body"]["root"];
    for character in word.chars() {
        node = &node[character.to_string()];
    }
    let Some(found) = node["docs"].as_object() else { return Ok(Vec::new()) };
    let address = |number: &String| index["doc_urls"][number.parse::<usize>().ok()?].as_str();
    found.keys().map(|number| address(number).with_context(|| format!("part {number} has no address"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_without_a_page_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check(folder.path()).unwrap_err().to_string().contains("no searchindex*.js"));
        let write = |word: &str, urls: &str| {
            let mut tree = String::from("{\"docs\":{\"1\":{\"tf\":1}}}");
            for letter in word.chars().rev() {
                tree = format!("{{\"docs\":{{}},\"{letter}\":{tree}}}");
            }
            let json = format!("{{\"doc_urls\":{urls},\"index\":{{\"index\":{{\"body\":{{\"root\":{tree}}}}}}}}}");
            let script = format!("x = Object.assign(x, JSON.parse('{}'));", json.replace('\\', "\\\\"));
            fs::write(folder.path().join("searchindex-1a.js"), script).unwrap();
        };
        write("softmax", "[\"a.html\",\"docs/operators.html#it\\\"s\"]");
        let index = index(folder.path()).unwrap();
        assert_eq!(find(&index, "softmax").unwrap(), ["docs/operators.html#it\"s"]);
        assert!(find(&index, "soft").unwrap().is_empty() && find(&index, "sofa").unwrap().is_empty());
        // The second word is missing.
        assert!(check(folder.path()).unwrap_err().to_string().contains("0 parts of pages for `qemu`"));
        write("softmax", "[\"a.html\",\"b.html\"]");
        assert!(check(folder.path()).unwrap_err().to_string().contains("none in docs/operators.html"));
        write("softmax", "[\"a.html\"]");
        assert!(check(folder.path()).unwrap_err().to_string().contains("part 1 has no address"));
    }
}
