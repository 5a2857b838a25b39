//! One model's facts in three forms: the JSON is read here, and compared with the output of C programs.

use super::{c_file, model_definitions, objects, program, succeed};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Generated};

/// Compares JSON, macros and accessors of a model whose files are in a directory.
pub fn agree(directory: &Path, generated: &Generated) {
    let symbol = &generated.facts.symbol;
    let json = std::fs::read_to_string(directory.join(format!("{symbol}.json"))).expect("the JSON");
    let document: Value = serde_json::from_str(&json).expect("JSON");
    assert!(json.is_ascii());
    let mut macros = BTreeMap::new();
    walk(&document, &format!("TVM_{}", symbol.to_ascii_uppercase()), &mut macros);
    let header = std::fs::read_to_string(directory.join(format!("{symbol}.h"))).expect("the header");
    names_agree(symbol, &header, &macros);
    values_agree(directory, generated, &macros);
    accessors_agree(directory, generated, &document);
}

/// The rule: keys joined by `_`, in upper case; of an array the whole, and each element.
fn walk(value: &Value, place: &str, found: &mut BTreeMap<String, Value>) {
    let mut add = |name: String, value: Value| {
        assert!(found.insert(name.clone(), value).is_none(), "{name} belongs to two facts");
    };
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                walk(value, &format!("{place}_{}", key.to_ascii_uppercase()), found);
            }
        }
        Value::Array(values) => {
            if !values.is_empty() {
                add(place.to_owned(), value.clone());
            }
            values.iter().enumerate().for_each(|(i, value)| add(format!("{place}_{i}"), value.clone()));
        }
        _ => add(place.to_owned(), value.clone()),
    }
}

/// Every fact has its macro, and every macro its fact, except those that are documented as not being facts.
fn names_agree(symbol: &str, header: &str, macros: &BTreeMap<String, Value>) {
    let prefix = format!("TVM_{}_", symbol.to_ascii_uppercase());
    let mut defined = BTreeSet::new();
    for line in header.lines() {
        let Some(rest) = line.strip_prefix("#define ") else {
            continue;
        };
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let function = rest[name.len()..].starts_with('(');
        let linked = format!("TVMEntry_{symbol}");
        // Those of a device belong to all models with it.
        let of_device = function && name.starts_with("TVM_DEVICE_") && name.ends_with("_FUNCTIONS");
        if name == format!("{prefix}H") || name == "TVM_ALIGNED" || name == linked || of_device {
            continue;
        }
        assert!(name.starts_with(&prefix), "{name} does not have the model's prefix");
        if function {
            let known = ["INPUTS", "OUTPUTS", "WORKSPACES", "PARAMETERS", "DEVICES", "CONTEXT", "STATIC_CONTEXT"];
            assert!(known.contains(&&name[prefix.len()..]), "{name} is not documented");
            continue;
        }
        assert!(defined.insert(name.clone()), "{name} is defined twice");
    }
    let facts: BTreeSet<String> = macros.keys().cloned().collect();
    assert_eq!(defined, facts);
}

/// The value of each macro in C is the JSON's value.
fn values_agree(directory: &Path, generated: &Generated, macros: &BTreeMap<String, Value>) {
    let mut code = format!(
        "#include <stdio.h>\n#include <string.h>\n#include \"{}.h\"\n\
         static void text(const char *name, const char *value) {{\n  printf(\"%s \", name);\n  \
         for (; *value != '\\0'; value++) {{\n    printf(\"%02x\", (unsigned)(unsigned char)*value);\n  }}\n  printf(\"\\n\");\n}}\n\
         int main(void) {{\n  size_t i;\n  uint32_t bits;\n  (void)i;\n  (void)bits;\n",
        generated.facts.symbol
    );
    let mut expected = String::new();
    for (name, value) in macros {
        let _ = match value {
            Value::String(_) => writeln!(code, "  text(\"{name}\", {name});"),
            Value::Array(values) => writeln!(
                code,
                "  {{\n    static const long long list[{}] = {name};\n    printf(\"{name}\");\n    \
                 for (i = 0; i < sizeof list / sizeof list[0]; i++) {{\n      printf(\" %lld\", list[i]);\n    }}\n    printf(\"\\n\");\n  }}",
                values.len()
            ),
            Value::Number(n) if n.is_f64() => writeln!(
                code,
                "  {{\n    const float number = {name};\n    memcpy(&bits, &number, 4);\n    printf(\"{name} %u\\n\", (unsigned)bits);\n  }}"
            ),
            _ => writeln!(code, "  printf(\"{name} %lld\\n\", (long long)({name}));"),
        };
        let _ = writeln!(expected, "{name} {}", printed(value));
    }
    code.push_str("  return 0;\n}\n");
    let main = directory.join("macros.c");
    std::fs::write(&main, code).expect("a main file");
    let program = program(directory, &main, &[], &[]);
    let output = succeed(&mut Command::new(program));
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

/// A value as the C programs print it.
fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        Value::Bool(truth) => u8::from(*truth).to_string(),
        Value::Number(n) if n.is_f64() => (n.as_f64().expect("a float") as f32).to_bits().to_string(),
        Value::Array(values) => values.iter().map(printed).collect::<Vec<_>>().join(" "),
        _ => value.to_string(),
    }
}

/// The accessors return the values of the JSON.
fn accessors_agree(directory: &Path, generated: &Generated, document: &Value) {
    // Nothing runs, so nothing of the archive's C is needed.
    let mut own = generated.clone();
    own.sources.retain(|source| !source.starts_with(ARCHIVE_DIRECTORY));
    let objects = objects(directory, &own, &["gcc", "-std=c11", "-O0"]);
    let mut flags = model_definitions(generated);
    flags.extend(
        ["-no-pie", "-static", "-fno-sanitize=undefined", "-Wl,--unresolved-symbols=ignore-all"].map(str::to_owned),
    );
    let program = program(directory, &c_file("accessors.c"), &flags, &objects);
    let output = succeed(&mut Command::new(program));
    let returned: BTreeMap<String, String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| {
            line.split_once(' ').map_or((line.to_owned(), String::new()), |(k, v)| (k.to_owned(), v.to_owned()))
        })
        .collect();
    let mut expected = BTreeMap::new();
    flatten(document, "", &mut expected);
    // Facts about all workspaces of a single one, counts of elements, places in a workspace and the stack have no accessor.
    expected.retain(|key, _| {
        let parts: Vec<&str> = key.split('.').collect();
        let last = parts.last().copied().unwrap_or_default();
        let whole = parts.len() == 2 && parts[0] == "workspace" && last != "count";
        !(whole || parts[0] == "stack" || matches!(last, "elements" | "offset" | "workspace"))
    });
    assert_eq!(returned, expected);
}

/// Facts by path, with the index of an entry in place of its name.
fn flatten(value: &Value, place: &str, found: &mut BTreeMap<String, String>) {
    let Value::Object(entries) = value else {
        found.insert(place.to_owned(), printed(value));
        return;
    };
    for (key, value) in entries {
        let key = match value.get("index") {
            Some(index) => index.to_string(),
            None => key.clone(),
        };
        let at = if place.is_empty() { key } else { format!("{place}.{key}") };
        flatten(value, &at, found);
    }
}
