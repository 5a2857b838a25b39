//! What must hold for every result.

use std::collections::HashSet;

use tvm_embedded_interface::{Generated, Options, generate};
use tvm_embedded_mlf::{Archive, Library, Limits};

/// Longest message: it must fit on a screen, whatever names it quotes.
const LONGEST_MESSAGE: usize = 8000;

/// Reads an archive and generates the interface of each module in it. An error must name the archive.
pub fn archive(bytes: &[u8]) {
    let read = Archive::from_bytes("net.tar", bytes, Limits::default())
        .and_then(|archive| Library::parse(&archive).map(|library| (archive, library)));
    let (archive, library) = match read {
        Ok(both) => both,
        Err(error) => {
            let text = error.to_string();
            assert!(text.starts_with("net.tar: "), "an error without the archive's name: {text}");
            return message(&text);
        }
    };
    for module in &library.modules {
        match generate(&archive, &library, module, &Options::default()) {
            Ok(generated) => self::generated(&generated),
            Err(error) => message(&error.to_string()),
        }
    }
}

/// A message is not empty, fits on a screen, and does not control the terminal.
pub fn message(text: &str) {
    assert!(!text.is_empty() && text.len() <= LONGEST_MESSAGE, "a message of {} bytes", text.len());
    let odd = text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t');
    assert!(odd.is_none(), "a message with {odd:?}: {text:?}");
}

/// Paths stay below the output directory; generated text is plain ASCII without anything that C would join, replace or
/// end early; names are identifiers and distinct; the JSON holds the original names.
pub fn generated(generated: &Generated) {
    let facts = &generated.facts;
    let mut paths = HashSet::new();
    for file in &generated.files {
        let parts: Vec<&str> = file.path.split('/').collect();
        let clean = parts.iter().all(|part| {
            let plain = part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.+".contains(&b));
            plain && !part.is_empty() && !part.starts_with('.')
        });
        assert!(clean, "path {:?}", file.path);
        // File systems that ignore case would merge two files.
        assert!(paths.insert(file.path.to_ascii_lowercase()), "{:?} twice", file.path);
        let of_ours = !file.path.starts_with(tvm_embedded_interface::ARCHIVE_DIRECTORY);
        if of_ours && (file.path.ends_with(".h") || file.path.ends_with(".c")) {
            c_text(&file.path, &file.contents);
        }
    }
    assert!(identifier(&facts.symbol), "symbol {:?}", facts.symbol);
    members("inputs", facts.inputs.iter().map(|tensor| &tensor.c_name));
    members("outputs", facts.outputs.iter().map(|tensor| &tensor.c_name));
    members("workspaces", facts.workspaces.iter().map(|pool| &pool.c_name));
    members("parameters", facts.parameters.iter().map(|pool| &pool.c_name));
    members("devices", facts.devices.iter().map(|device| &device.c_name));
    let json = generated.files.iter().find(|file| file.path == format!("{}.json", facts.symbol)).expect("the JSON");
    let json: serde_json::Value = serde_json::from_slice(&json.contents).expect("valid JSON");
    assert_eq!(json["name"], facts.name.as_str());
    for tensor in &facts.inputs {
        assert_eq!(json["input"][&tensor.c_name]["name"], tensor.facts.name.as_str());
    }
}

/// Checks that no part of a name gets out of its string or comment: quotes and comments are parsed as in C.
fn c_text(path: &str, bytes: &[u8]) {
    let odd = bytes.iter().position(|b| !(b' '..=b'~').contains(b) && *b != b'\n' && *b != b'\t');
    assert!(odd.is_none(), "{path}: byte {:#x}", bytes[odd.unwrap_or(0)]);
    assert!(!bytes.windows(3).any(|w| w.starts_with(b"??") && b"=/'()!<>-".contains(&w[2])), "{path}: a trigraph");
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'/', [b'*', tail @ ..]) => {
                let end = tail.windows(2).position(|w| w == b"*/").expect("an open comment");
                assert!(!tail[..end].windows(2).any(|w| w == b"/*"), "{path}: a comment in a comment");
                &tail[end + 2..]
            }
            (b'/', [b'/', tail @ ..]) => {
                let end = tail.iter().position(|b| *b == b'\n').expect("an open comment");
                assert!(end == 0 || tail[end - 1] != b'\\', "{path}: a comment that continues on the next line");
                &tail[end + 1..]
            }
            (b'"', tail) => {
                let mut at = 0;
                while tail[at] != b'"' {
                    assert!(tail[at] != b'\n', "{path}: a string beyond the end of its line");
                    at += if tail[at] == b'\\' { 2 } else { 1 };
                }
                &tail[at + 1..]
            }
            (_, tail) => tail,
        };
    }
}

fn members<'a>(what: &str, names: impl Iterator<Item = &'a String>) {
    let mut seen = HashSet::new();
    for name in names {
        assert!(identifier(name), "{what}: {name:?}");
        assert!(seen.insert(name.to_ascii_uppercase()), "{what}: {name:?} twice");
    }
}

fn identifier(name: &str) -> bool {
    tvm_embedded_mlf::names::is_c_identifier(name)
}
