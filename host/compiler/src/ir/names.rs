//! C identifiers from arbitrary names.

use std::collections::{HashMap, HashSet};

use tvm_embedded_mlf::names::{is_declared, is_keyword, is_macro, latin};

/// Gives out C identifiers, each once.
#[derive(Debug, Default)]
pub struct Names {
    taken: HashSet<String>,
    /// The last number appended to each name.
    numbers: HashMap<String, usize>,
}

impl Names {
    /// An allocator that never returns the words of C and C++ or the fixed-width types.
    pub fn new() -> Self {
        Names::default()
    }

    /// An identifier like `wanted`, made unique with a number if necessary. Names that differ only in case count as the same,
    /// since macros are made of them in upper case.
    pub fn unique(&mut self, wanted: &str) -> String {
        let mut base = identifier(wanted);
        // A name that is reserved because of its beginning stays so with a number.
        if is_reserved(&format!("{base}_2")) {
            base.insert_str(0, "t_");
        }
        let mut name = base.clone();
        let mut number = self.numbers.get(&base).copied().unwrap_or(1);
        if number > 1 {
            name = format!("{base}_{number}");
        }
        while is_reserved(&name)
            || RESERVED.contains(&&*name.to_ascii_uppercase())
            || self.taken.contains(&name)
            || !self.taken.insert(name.to_ascii_uppercase())
        {
            number += 1;
            name = format!("{base}_{number}");
        }
        self.taken.insert(name.clone());
        if number > 1 {
            self.numbers.insert(base, number);
        }
        name
    }
}

/// A C identifier like `text`: letters of other scripts are spelled in Latin, every other character becomes `_` as in
/// TVM, and the first character is never a digit or an underscore.
pub fn identifier(text: &str) -> String {
    let mut name = latin(text);
    // Long names make long symbols; linkers and C compilers guarantee less than this.
    name.truncate(96);
    let trimmed = name.trim_start_matches('_');
    if trimmed.is_empty() {
        return "tensor".to_owned();
    }
    if trimmed.starts_with(|c: char| c.is_ascii_digit()) { format!("t{trimmed}") } else { trimmed.to_owned() }
}

const LONGEST_MODULE_NAME: usize = 64;

/// A module name: an identifier in lower case, since TVM's file and macro names lose the case, of a length that
/// `is_lower_identifier` accepts.
pub fn module_name(text: &str) -> String {
    let mut name = identifier(text).to_ascii_lowercase();
    name.truncate(LONGEST_MODULE_NAME);
    if is_reserved(&name) || is_declared(&name) { format!("{name}_model") } else { name }
}

/// Whether a name from the user can be used unchanged.
pub fn is_lower_identifier(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST_MODULE_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !is_reserved(name)
        && !is_declared(name)
}

/// Whether C, C++ or their headers give the name a meaning, so that it can't name a member, a parameter or a macro part.
fn is_reserved(name: &str) -> bool {
    // TVMK_ begins the macros of the kernels.
    is_keyword(name) || is_macro(name) || name.starts_with("TVM") || RESERVED.contains(&name)
}

/// Such words other than keywords and macros: types, words of some compilers, names used by the generated code.
const RESERVED: &[&str] = &[
    "int8_t",
    "int16_t",
    "int32_t",
    "int64_t",
    "uint8_t",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "size_t",
    "intptr_t",
    "uintptr_t",
    "near",
    "far",
    "interrupt",
    "arm",
    "i386",
    "assert",
    "main",
    "inputs",
    "outputs",
    "workspace_pools",
    "devices",
    "workspace",
    "WORKSPACE",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_macros_would_clash_with_are_not_given_out() {
        let mut names = Names::new();
        for word in ["int", "concept", "workspace", "Workspace", "NULL", "size_t", "INT8_MAX", "errno"] {
            let name = names.unique(word);
            assert!(name.starts_with(word) && name.len() > word.len(), "{word}: {name}");
        }
        assert_eq!(names.unique("TVMK_INLINE"), "t_TVMK_INLINE");
        assert_eq!(names.unique("SIGUSR1"), "t_SIGUSR1");
    }

    #[test]
    fn names_become_identifiers() {
        assert_eq!(identifier("serving_default_x:0"), "serving_default_x_0");
        assert_eq!(identifier("1st input"), "t1st_input");
        assert_eq!(identifier("größe"), "grosse");
        assert_eq!(identifier("__x"), "x");
        assert_eq!(identifier(""), "tensor");
    }

    #[test]
    fn names_are_unique_whatever_their_case() {
        let mut names = Names::new();
        assert_eq!(names.unique("a:b"), "a_b");
        assert_eq!(names.unique("a;b"), "a_b_2");
        assert_eq!(names.unique("A_B"), "A_B_3");
        assert_eq!(names.unique("register"), "register_2");
        assert_eq!(names.unique("workspace"), "workspace_2");
    }

    #[test]
    fn module_names_are_lower_case() {
        assert_eq!(module_name("MyNet-v2"), "mynet_v2");
        assert_eq!(module_name("default"), "default_model");
        assert_eq!(module_name("std"), "std_model");
        assert_eq!(module_name("printf"), "printf_model");
        assert_eq!(module_name("音声认识"), "yinshengrenshi");
        assert!(is_lower_identifier(&module_name(&"A".repeat(99))));
        assert!(is_lower_identifier("kws"));
        assert!(!is_lower_identifier("Kws") && !is_lower_identifier("1a") && !is_lower_identifier("int"));
    }
}
