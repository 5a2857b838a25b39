//! How TVM turns names into C, and which results C can't take.

/// TVM's `SanitizeName`: every character that is no letter or digit of ASCII becomes `_`.
pub fn sanitize(name: &str) -> String {
    // TVM works on bytes, so a character of several bytes becomes several underscores.
    name.bytes().map(|b| if b.is_ascii_alphanumeric() { b as char } else { '_' }).collect()
}

/// True for a name that C and C++ accept as an identifier and do not reserve as a keyword.
pub fn is_c_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|b| b == b'_' || b.is_ascii_alphabetic());
    first && bytes.all(|b| b == b'_' || b.is_ascii_alphanumeric()) && !is_keyword(name)
}

/// True for keywords of C up to C17 and of C++ up to C++17, since the header must serve both.
pub fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

/// True for a macro of the standard headers of C and C++, whose text would stand in a name's place.
pub fn is_macro(name: &str) -> bool {
    name == "NULL"
}

/// Sorted.
const KEYWORDS: [&str; 97] = [
    "_Alignas",
    "_Alignof",
    "_Atomic",
    "_Bool",
    "_Complex",
    "_Generic",
    "_Imaginary",
    "_Noreturn",
    "_Static_assert",
    "_Thread_local",
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "class",
    "compl",
    "const",
    "const_cast",
    "constexpr",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "typeof_unqual",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_tvm_makes_them() {
        assert_eq!(sanitize("input-x::2"), "input_x__2");
        assert_eq!(sanitize("+_+ "), "____");
        assert_eq!(sanitize("serving_default_dense_input:0"), "serving_default_dense_input_0");
    }

    #[test]
    fn keywords_are_sorted_and_found() {
        assert!(KEYWORDS.is_sorted());
        for word in ["register", "class", "int", "while", "_Bool"] {
            assert!(is_keyword(word) && !is_c_identifier(word), "{word}");
        }
        for name in ["x", "_a", "final", "Register"] {
            assert!(is_c_identifier(name), "{name}");
        }
        for name in ["", "1st", "my-net", "a b", "é"] {
            assert!(!is_c_identifier(name), "{name}");
        }
    }
}
