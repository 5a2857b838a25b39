//! How TVM turns names into C, which results are not valid C, and valid names.

use std::collections::HashSet;
use std::sync::OnceLock;

/// TVM's `SanitizeName`: every character that is not a letter or digit of ASCII becomes `_`.
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

/// True for keywords of C up to C23 and of C++ up to C++23, since the header must serve both.
pub fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

/// Longest name of a member; longer ones are cut and made unique by a number.
const LONGEST_MEMBER: usize = 128;

/// A name in ASCII letters, digits and `_`: letters of other scripts are written in Latin letters, everything else as `_`.
pub fn latin(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        // Characters without a spelling, such as a direction mark, still distinguish names.
        match if c.is_ascii() { "" } else { any_ascii::any_ascii_char(c).trim() } {
            "" if c.is_ascii_alphanumeric() => out.push(c),
            "" => out.push('_'),
            spelled => out.extend(spelled.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })),
        }
    }
    out
}

/// A name for the member of a struct, which is valid in C and C++ after any of their headers.
pub fn member(name: &str) -> String {
    let mut out = latin(name);
    // `__x` and `_X` are reserved for the compiler, `TVM_` for our macros.
    let second = out.as_bytes().get(1).copied().unwrap_or(b'x');
    let reserved = out.starts_with('_') && (second == b'_' || second.is_ascii_uppercase()) || out.starts_with("TVM_");
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) || reserved {
        out.insert_str(0, "m_");
    }
    if out.len() > LONGEST_MEMBER {
        out.truncate(LONGEST_MEMBER);
        out.push_str(&format!("_{:08x}", digest(name)));
    }
    if is_keyword(&out) || is_taken(&out) || is_macro(&out) {
        out.push('_');
    }
    out
}

/// A name for a variable outside all functions: `m_` before a character that may not begin one, `_model` after names that C, C++,
/// their headers or generated code already use.
pub fn symbol(name: &str) -> String {
    let mut out = latin(name);
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit() || c == '_') {
        out.insert_str(0, "m_");
    }
    if is_keyword(&out) || is_taken(&out) || is_macro(&out) || is_declared(&out) || is_local(&out) {
        out.push_str("_model");
    }
    out
}

/// True for names inside the generated functions, where a descriptor of that name could not be seen.
fn is_local(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = ["in", "out", "workspace", "parameter", "device", "internal", "shape", "a"];
    let plain = ["inputs", "outputs", "context", "in", "out", "status", "pools", "devices"];
    plain.contains(&name) || stem.len() < name.len() && numbered.contains(&stem)
}

/// FNV-1a, to distinguish names that are cut at the same place, and other texts. Not secure against an attacker.
pub fn digest(name: &str) -> u32 {
    digest_of([name])
}

/// The same for several texts, as if they were one.
pub fn digest_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> u32 {
    texts
        .into_iter()
        .flat_map(str::bytes)
        .fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// True for names of the library and of generated code, for types that headers of the library use, and for functions of
/// the standard library that are often mistaken for keywords.
pub fn is_taken(name: &str) -> bool {
    let integer_type = (name.starts_with("INT") || name.starts_with("UINT") || name.starts_with("SIZE_"))
        && name.ends_with(|c: char| c == 'X' || c == 'N' || c == 'C' || c.is_ascii_digit());
    ["TVM", "tvmgen_", "DLPACK_", "DLTENSOR_"].iter().any(|start| name.starts_with(start))
        || integer_type
        || TAKEN.split(' ').any(|taken| taken == name)
}

/// Common functions and types, macros that compilers predefine, and stems of headers, which a file of that name would hide.
const TAKEN: &str = "\
    BUFSIZ CHAR_BIT EOF FILE NAN NDEBUG NULL abort abs accept access acos alarm alloca arm_math arm_nn_math_types \
    arm_nn_types arm_nnfunctions asin assert atan atan2 atexit atof atoi atol bcmp bcopy bind brk bsearch bzero calloc \
    cbrt ceil cfloat chdir clock close cmath complex connect cos cosh cstddef cstdint cstdio cstdlib cstring ctime ctype \
    difftime div dlpack double_t dup embedded end environ erf errno etext execl execv exit exp exp2 expm1 fabs fclose \
    features fenv feof ferror fflush fgetc fgets filter float_t floor fma fmax fmin fmod fopen fork fputs fread free \
    frexp fseek ftell fwrite gamma getc getchar getenv gets gmtime hypot i386 index int16_t int32_t int64_t int8_t \
    intmax_t intptr_t inttypes ioctl isalnum isalpha isdigit isinf islower isnan iso646 isprint isspace isupper j0 j1 jn \
    kill labs ldexp ldiv lgamma limits link linux listen locale localtime log log10 log1p log2 logb longjmp lrint lround \
    main malloc math max_align_t mblen memchr memcmp memcpy memmove memory memset mktime modf nan nearbyint nextafter \
    nice offsetof open pause perror pipe pow printf pthread ptrdiff_t putc putchar puts qsort raise rand random read \
    realloc recv remainder remove rename rewind rint round sbrk scalb scanf sched select send setenv setjmp setlocale \
    signal signbit significand sin sinh size_t sleep socket sprintf sqrt srand sscanf ssize_t stat stdalign stdarg \
    stdatomic stdbool stddef stderr stdin stdint stdio stdlib stdnoreturn stdout strcat strchr strcmp strcpy strdup \
    string strings strlen strncmp strncpy strstr strtod strtok strtol swab sync system tan tanh tensors tgamma tgmath \
    threads time tmpfile tmpnam tolower toupper trunc tvm tvm_embedded uchar uint16_t uint32_t uint64_t uint8_t \
    uintmax_t uintptr_t ungetc unistd unix unlink va_arg va_end va_list va_start vprintf wait wchar wctype write y0 y1 \
    yn";

/// True for a macro of the standard headers of C and C++ or of their systems, whose text would replace the
/// name. For macros with arguments see [`is_declared`].
pub fn is_macro(name: &str) -> bool {
    static LISTED: OnceLock<HashSet<&str>> = OnceLock::new();
    let listed = LISTED.get_or_init(|| include_str!("macros.txt").split_whitespace().collect());
    is_of_a_family(name) || listed.contains(name)
}

/// True for what these headers declare outside all namespaces, and for their macros with arguments: no other function,
/// type or variable can have that name.
pub fn is_declared(name: &str) -> bool {
    static LISTED: OnceLock<HashSet<&str>> = OnceLock::new();
    LISTED.get_or_init(|| include_str!("declared.txt").split_whitespace().collect()).contains(name)
}

/// Prefixes that the standards reserve for future macros, or that many macros of a system have.
const FAMILIES: [&str; 34] = [
    "ATOMIC_", "BUS_", "CLD_", "CLOCK_", "CLONE_", "DBL_", "DEC_", "DEC32_", "DEC64_", "DEC128_", "FE_", "FLT_",
    "FLT16_", "FLT32_", "FLT64_", "FLT128_", "FLT32X_", "FLT64X_", "FPE_", "ILL_", "LC_", "LDBL_", "MATH_", "PTHREAD_",
    "REG_", "SA_", "SCHED_", "SEGV_", "SI_", "SIG_", "SIGEV_", "STA_", "SYS_", "TIME_",
];

fn is_of_a_family(name: &str) -> bool {
    let begins =
        |text: &str, is: fn(u8) -> bool| name.strip_prefix(text).and_then(|r| r.bytes().next()).is_some_and(is);
    // PRIu8, SCNxMAX: a letter for the conversion, then the type.
    let format = |text: &str| {
        let rest = name.strip_prefix(text).unwrap_or_default().as_bytes();
        matches!(rest, [a, b, ..] if b"bBdiouxX".contains(a) && (b.is_ascii_uppercase() || b.is_ascii_digit()))
    };
    let limits = || {
        let unsigned = name.strip_prefix('U').unwrap_or(name);
        unsigned.starts_with("INT") && ["_MAX", "_MIN", "_C", "_WIDTH"].iter().any(|end| unsigned.ends_with(end))
    };
    FAMILIES.iter().any(|family| begins(family, |b| b.is_ascii_alphabetic()))
        || begins("SIG", |b| b.is_ascii_uppercase())
        || format("PRI")
        || format("SCN")
        || limits()
}

/// Sorted.
const KEYWORDS: [&str; 109] = [
    "_Alignas",
    "_Alignof",
    "_Atomic",
    "_BitInt",
    "_Bool",
    "_Complex",
    "_Decimal128",
    "_Decimal32",
    "_Decimal64",
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
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
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
    "requires",
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

    #[test]
    fn lists_are_sorted_lists_of_words() {
        for list in [TAKEN, include_str!("macros.txt"), include_str!("declared.txt")] {
            let words: Vec<&str> = list.split_whitespace().collect();
            assert!(words.is_sorted() && words.len() > 200);
            assert!(words.iter().all(|word| word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')));
        }
    }

    #[test]
    fn tensors_become_members() {
        for (name, expected) in [
            ("audio/left:0", "audio_left_0"),
            ("1st input", "m_1st_input"),
            ("register", "register_"),
            ("tensors", "tensors_"),
            ("INT8_MAX", "INT8_MAX_"),
            ("INT_MIN", "INT_MIN_"),
            ("UINT16_C", "UINT16_C_"),
            ("SIZE_MAX", "SIZE_MAX_"),
            ("INT8", "INT8_"),
            ("INTERVAL", "INTERVAL"),
            ("UINTS", "UINTS"),
            ("tvmgen_net_run", "tvmgen_net_run_"),
            ("TVMExecute", "TVMExecute_"),
            ("__GNUC__", "m___GNUC__"),
            ("TVM_UNSET_BINDING", "m_TVM_UNSET_BINDING"),
            ("__x", "m___x"),
            ("_X", "m__X"),
            ("_x", "_x"),
            ("_", "_"),
            ("a_B", "a_B"),
            ("APEX", "APEX"),
            ("NULL", "NULL_"),
            ("I", "I_"),
            ("errno", "errno_"),
            ("SIGUSR9", "SIGUSR9_"),
            ("PRIu128", "PRIu128_"),
            ("PRIOR", "PRIOR"),
            ("PRICES", "PRICES"),
            ("FE_NEWMODE", "FE_NEWMODE_"),
            ("SYS_CLK", "SYS_CLK_"),
            ("SYSTEM", "SYSTEM"),
            ("co_await", "co_await_"),
            ("größe", "grosse"),
            ("音声", "YinSheng"),
            ("\u{202e}x", "_x"),
            ("", "m_"),
        ] {
            assert_eq!(member(name), expected);
        }
        let longest = "x".repeat(128);
        assert_eq!(member(&longest), longest);
        assert_eq!(member(&format!("{longest}y")), format!("{longest}_{:08x}", digest(&format!("{longest}y"))));
        assert_ne!(member(&format!("{}a", "x".repeat(4096))), member(&format!("{}b", "x".repeat(4096))));
    }

    /// The values that the authors of the function publish.
    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!((digest(""), digest("a"), digest("foobar")), (0x811c_9dc5, 0xe40c_292c, 0xbf9c_f968));
    }
}
