//! Which member belongs to which module.

use std::collections::BTreeMap;

use crate::container::archive::Archive;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::Metadata;

const SOURCES: &str = "codegen/host/src/";
const OBJECTS: &str = "codegen/host/lib/";

/// Member paths by module.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    /// C files of each module, in the order of their numbers.
    pub sources: BTreeMap<&'a str, Vec<&'a str>>,
    /// C files of no module.
    pub stray: Vec<&'a str>,
}

impl<'a> Layout<'a> {
    pub fn of(archive: &'a Archive, metadata: &Metadata) -> Result<Self> {
        let mut layout = Layout { sources: BTreeMap::new(), stray: Vec::new() };
        for member in archive.members() {
            let path = member.path.as_str();
            if path.starts_with(OBJECTS) {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "holds machine code for the computer it was built on (target 'llvm'), not C",
                )
                .advise("build the model again with --target=c")
                .in_member(path));
            }
            let Some(file) = path.strip_prefix(SOURCES) else {
                continue;
            };
            match owner(file).filter(|m| metadata.modules.iter().any(|known| known.name == *m)) {
                Some(module) => layout.sources.entry(module).or_default().push(path),
                None if is_code(file) => layout.stray.push(path),
                None => {}
            }
        }
        for paths in layout.sources.values_mut() {
            paths.sort_by_key(|path| (number(path), *path));
        }
        Ok(layout)
    }

    pub fn of_module(&self, name: &str) -> &[&'a str] {
        self.sources.get(name).map_or(&[], Vec::as_slice)
    }
}

/// `<module>_lib<N>.<extension>`: the module is everything before the last `_lib`, so that a module whose name
/// begins like another's, or ends in `_lib0`, keeps its own files.
fn owner(file: &str) -> Option<&str> {
    let stem = file.rsplit_once('.').filter(|_| is_code(file))?.0;
    let (module, number) = stem.rsplit_once("_lib")?;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (numbered && !module.is_empty()).then_some(module)
}

/// `<N>` of `…_lib<N>.c`; a number too long for its type comes last.
fn number(path: &str) -> u64 {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem.rsplit_once("_lib").and_then(|(_, n)| n.parse().ok()).unwrap_or(u64::MAX)
}

fn is_code(file: &str) -> bool {
    matches!(file.rsplit_once('.'), Some((_, "c" | "cc" | "cpp")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_to_the_module_of_exactly_that_name() {
        for (file, module) in [
            ("net_lib0.c", Some("net")),
            ("net_lib0_lib12.c", Some("net_lib0")),
            ("my-net_lib1.cc", Some("my-net")),
            ("net_lib.c", None),
            ("net_lib1x.c", None),
            ("lib0.c", None),
            ("_lib0.c", None),
            ("net_lib0.h", None),
        ] {
            assert_eq!(owner(file), module, "{file}");
        }
    }
}
