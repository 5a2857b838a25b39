//! The descriptions in a release: the components of the program, and the changes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::machine::paths;
use crate::machine::process::Cmd;

/// The program whose components are listed. The device library has no dependencies.
const PROGRAM: &str = "tvm_embedded_cli";

/// Writes the bill of materials of the program `tvm-embedded`, as CycloneDX 1.5.
///
/// # Errors
/// If cargo can't report it.
pub fn write(dist: &Path) -> Result<PathBuf> {
    let printed =
        Cmd::new("cargo").args(["metadata", "--locked", "--format-version", "1"]).dir(paths::root()).capture()?;
    let metadata: Value = serde_json::from_str(&printed)?;
    let components: Vec<Value> = parts(&metadata)?.iter().map(component).collect();
    let text = |value: &Value| serde_json::to_string_pretty(value);
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {
            "type": "application", "name": "tvm-embedded", "version": env!("CARGO_PKG_VERSION"),
            "licenses": [{"expression": "Apache-2.0"}],
        }},
        "components": components,
    });
    let file = dist.join(format!("tvm_embedded-{}.cdx.json", env!("CARGO_PKG_VERSION")));
    fs::write(&file, text(&bill)? + "\n")?;
    Ok(file)
}

/// The packages that the program is linked from, sorted by name and version.
fn parts(metadata: &Value) -> Result<Vec<Value>> {
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let nodes = metadata["resolve"]["nodes"].as_array().context("cargo metadata resolves nothing")?;
    let root = packages.iter().find(|package| package["name"] == PROGRAM).context(PROGRAM)?;
    let (mut seen, mut next) = (Vec::new(), vec![root["id"].clone()]);
    while let Some(id) = next.pop() {
        if seen.contains(&id) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id).context("a package that is not resolved")?;
        for dependency in node["deps"].as_array().into_iter().flatten() {
            // Dependencies of tests and build scripts are not in the program.
            let kinds = dependency["dep_kinds"].as_array();
            if kinds.into_iter().flatten().any(|kind| kind["kind"].is_null()) {
                next.push(dependency["pkg"].clone());
            }
        }
        seen.push(id);
    }
    let mut parts: Vec<Value> = packages.iter().filter(|package| seen.contains(&package["id"])).cloned().collect();
    parts.sort_by_key(|package| (package["name"].to_string(), package["version"].to_string()));
    ensure!(parts.len() > 1, "{PROGRAM} depends on nothing");
    Ok(parts)
}

fn component(package: &Value) -> Value {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    // The form of old manifests: MIT/Apache-2.0.
    let license = text("license").replace('/', " OR ");
    let mut component = json!({
        "type": "library",
        "name": text("name"),
        "version": text("version"),
        "licenses": [{"expression": license}],
    });
    if package["source"].is_string() {
        component["purl"] = format!("pkg:cargo/{}@{}", text("name"), text("version")).into();
    }
    component
}

/// Writes the changelog's section of this version, or of the unreleased changes.
///
/// # Errors
/// If the changelog has neither.
pub fn changes(dist: &Path) -> Result<PathBuf> {
    let log = fs::read_to_string(paths::root().join("CHANGELOG.md"))?;
    let version = env!("CARGO_PKG_VERSION");
    let file = dist.join(format!("tvm_embedded-{version}-changes.md"));
    let section = section(&log, version).or_else(|| section(&log, "Unreleased"));
    fs::write(&file, section.context("CHANGELOG.md has no section for this version")?)?;
    Ok(file)
}

fn section(log: &str, title: &str) -> Option<String> {
    let (_, rest) = log.split_once(&format!("\n## [{title}]"))?;
    let (_, body) = rest.split_once('\n')?;
    Some(body.split("\n## [").next().unwrap_or(body).trim().to_owned() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let log = "# Log\n\n## [Unreleased]\n\n- a\n\n## [0.1.0] - 2026-01-01\n\n- b\n";
        assert_eq!(section(log, "Unreleased").unwrap(), "- a\n");
        assert_eq!(section(log, "0.1.0").unwrap(), "- b\n");
        assert!(section(log, "9.9.9").is_none());
    }

    #[test]
    fn parts_are_the_linked_packages() {
        let dep = |id: &str, kind: Value| json!({"pkg": id, "dep_kinds": [{"kind": kind}]});
        let package = |id: &str, name: &str| json!({"id": id, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "source": "r"});
        let metadata = json!({
            "packages": [package("p", PROGRAM), package("a", "a"), package("b", "b"), package("c", "c")],
            "resolve": {"nodes": [
                {"id": "p", "deps": [dep("a", Value::Null), dep("c", "dev".into())]},
                {"id": "a", "deps": [dep("b", Value::Null)]}, {"id": "b", "deps": []}, {"id": "c", "deps": []},
            ]},
        });
        let names: Vec<String> = parts(&metadata).unwrap().iter().map(|part| part["name"].to_string()).collect();
        assert_eq!(names, ["\"a\"", "\"b\"", "\"tvm_embedded_cli\""]);
        assert_eq!(component(&package("a", "a"))["licenses"][0]["expression"], "MIT OR Apache-2.0");
    }
}
