//! Names in C of a model, its tensors and its pools.

use crate::error::{Error, Result};
use crate::facts::tree::{Fact, Macro};
use crate::text::shown;
use std::collections::HashSet;
use tvm_embedded_mlf::names::symbol as fit;

/// Longest symbol: it is part of file names, and a path component has at most 255 bytes on common systems.
const LONGEST_SYMBOL: usize = 128;

/// The symbol for a module: the requested one if it is valid in C, otherwise a valid name made from the module's name.
pub fn symbol(module: &str, wanted: Option<&str>) -> Result<String> {
    let found = match wanted {
        Some(wanted) => wanted.to_owned(),
        None => fit(module),
    };
    let refuse = |reason: String| Err(Error::Symbol { symbol: shown(&found), reason });
    if found.len() > LONGEST_SYMBOL {
        return refuse(format!("it has {} characters, {LONGEST_SYMBOL} are the limit", found.len()));
    }
    if wanted.is_some() && found != fit(&found) {
        return refuse("C and C++ take no such name here (letters, digits and '_'; no digit or '_' first; no keyword, standard name or name of the library)".to_owned());
    }
    Ok(found)
}

pub use tvm_embedded_mlf::names::member;

/// Macro names of one header that are in use, and keys of one JSON object.
#[derive(Debug, Default)]
pub struct Used {
    macros: HashSet<String>,
}

impl Used {
    /// Marks a macro as used.
    pub fn reserve(&mut self, name: &str) {
        self.macros.insert(name.to_owned());
    }

    /// Marks all macros of a fact as used.
    pub fn reserve_all(&mut self, macros: &[Macro]) {
        macros.iter().for_each(|m| self.reserve(&m.name));
    }

    /// The first of `name`, `name_`, `name__`, … that is not a key of the group and whose macros are all unused; marks them.
    pub fn unique(&mut self, place: &str, group_keys: &[&str], name: &str, facts: impl Fn(&str) -> Fact) -> String {
        let mut candidate = member(name);
        loop {
            let at = format!("{place}_{}", candidate.to_ascii_uppercase());
            let macros = facts(&candidate).macros(&at);
            let key = group_keys.iter().any(|key| key.eq_ignore_ascii_case(&candidate));
            if !key && !self.macros.contains(&at) && macros.iter().all(|m| !self.macros.contains(&m.name)) {
                self.reserve_all(&macros);
                // The prefix alone is not a macro, but a second entry with that name would repeat the JSON key.
                self.reserve(&at);
                return candidate;
            }
            candidate.push('_');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_become_symbols() {
        for (module, expected) in [
            ("my_model", "my_model"),
            ("default", "default_model"),
            ("main", "main_model"),
            ("1net", "m_1net"),
            ("my-net", "my_net"),
            ("math", "math_model"),
            ("_x", "m__x"),
            ("TVMExecute", "TVMExecute_model"),
            ("MyNet", "MyNet"),
            ("inputs", "inputs_model"),
            ("parameter0", "parameter0_model"),
            ("net0", "net0"),
            ("workspace", "workspace"),
            ("std", "std_model"),
            ("errno", "errno_model"),
            ("consteval", "consteval_model"),
            ("fopen64", "fopen64_model"),
            ("größe", "grosse"),
            ("深度", "ShenDu"),
            ("", "m_"),
        ] {
            assert_eq!(symbol(module, None).unwrap(), expected);
        }
        let longest = "x".repeat(128);
        assert_eq!(symbol(&longest, None).unwrap(), longest);
        assert!(symbol(&format!("{longest}y"), None).is_err());
        assert_eq!(symbol("x", Some("other")).unwrap(), "other");
        for bad in ["", "a b", "1x", "int", "_x", "printf", "x\"y", &"x".repeat(200)] {
            assert!(symbol("x", Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_is_unused_when_its_key_its_prefix_and_its_macros_are() {
        let facts = |_: &str| Fact::Object(vec![("bytes".into(), Fact::Integer(4))]);
        let mut used = Used::default();
        assert_eq!(used.unique("TVM_NET_INPUT", &["count"], "x", facts), "x");
        assert_eq!(used.unique("TVM_NET_INPUT", &["count"], "x", facts), "x_", "the place is taken");
        assert_eq!(used.unique("TVM_NET_INPUT", &["count"], "X", facts), "X__", "macros have no lower case");
        assert_eq!(used.unique("TVM_NET_INPUT", &["count"], "x_bytes", facts), "x_bytes_", "a macro of another entry");
        assert_eq!(used.unique("TVM_NET_INPUT", &["count"], "Count", facts), "Count_", "a key of the group");
        used.reserve("TVM_NET_INPUT_Y_BYTES");
        assert_eq!(used.unique("TVM_NET_INPUT", &["count"], "y", facts), "y_", "one of its macros is taken");
        assert_eq!(used.unique("TVM_NET_OUTPUT", &["count"], "x", facts), "x", "another group");
    }
}
