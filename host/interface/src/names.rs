//! Names in C: what a model, its tensors and its pools are called.

use crate::error::{Error, Result};
use crate::text::shown;
use crate::tree::{Fact, Macro};
use std::collections::HashSet;
use tvm_embedded_mlf::names::is_keyword;

/// Longest symbol: file names are made of it, and a path component has at most 255 bytes on common systems.
const LONGEST_SYMBOL: usize = 128;
/// Longest member name; longer ones are cut and told apart by a number.
const LONGEST_MEMBER: usize = 128;

/// The symbol for a module: what the caller asks for if C takes it, otherwise the module's name made fit.
pub fn symbol(module: &str, wanted: Option<&str>) -> Result<String> {
    let found = match wanted {
        Some(wanted) => wanted.to_owned(),
        None => fit(module, "_model"),
    };
    let refuse = |reason: String| Err(Error::Symbol { symbol: shown(&found), reason });
    if found.len() > LONGEST_SYMBOL {
        return refuse(format!("it has {} characters, {LONGEST_SYMBOL} are the limit", found.len()));
    }
    if wanted.is_some() && found != fit(&found, "_model") {
        return refuse("C and C++ take no such name here (letters, digits and '_'; no digit or '_' first; no keyword, standard name or name of the library)".to_owned());
    }
    Ok(found)
}

/// A name as an identifier: other characters become `_`, `m_` before what may not begin one, the suffix behind what is taken.
fn fit(name: &str, suffix: &str) -> String {
    let mut out: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit() || c == '_') {
        out.insert_str(0, "m_");
    }
    if is_keyword(&out) || is_taken(&out) || is_local(&out) {
        out.push_str(suffix);
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

/// The member for a tensor, pool or device.
pub fn member(name: &str) -> String {
    let mut out: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    // `__x` and `_X` belong to the compiler, TVM_ to macros of ours.
    let second = out.as_bytes().get(1).copied().unwrap_or(b'x');
    let reserved = out.starts_with('_') && (second == b'_' || second.is_ascii_uppercase()) || out.starts_with("TVM_");
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) || reserved {
        out.insert_str(0, "m_");
    }
    if out.len() > LONGEST_MEMBER {
        out.truncate(LONGEST_MEMBER);
        out.push_str(&format!("_{:08x}", digest(name)));
    }
    if is_keyword(&out) || is_taken(&out) {
        out.push('_');
    }
    out
}

/// FNV-1a, to tell apart names that are cut at the same place.
fn digest(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// True for names that headers of the standard or of the library use, as functions, types, macros or files.
fn is_taken(name: &str) -> bool {
    let integer_macro = (name.starts_with("INT") || name.starts_with("UINT") || name.starts_with("SIZE_"))
        && name.ends_with(|c: char| c == 'X' || c == 'N' || c == 'C' || c.is_ascii_digit());
    name.starts_with("TVM")
        || name.starts_with("tvmgen_")
        || integer_macro
        || TAKEN.split(' ').any(|taken| taken == name)
}

/// Common libc functions and types, macros that compilers predefine, and stems of headers, which a file of the model's name
/// would hide.
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

    /// The first of `name`, `name_`, `name__`, … that is no key of the group and whose macros are all free; marks them.
    pub fn unique(&mut self, place: &str, group_keys: &[&str], name: &str, facts: impl Fn(&str) -> Fact) -> String {
        let mut candidate = member(name);
        loop {
            let at = format!("{place}_{}", candidate.to_ascii_uppercase());
            let macros = facts(&candidate).macros(&at);
            let key = group_keys.iter().any(|key| key.eq_ignore_ascii_case(&candidate));
            if !key && !self.macros.contains(&at) && macros.iter().all(|m| !self.macros.contains(&m.name)) {
                self.reserve_all(&macros);
                // The bare place is no macro, but a second entry of that name would repeat the JSON key.
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
    fn the_list_is_a_list_of_words() {
        assert!(TAKEN.split(' ').all(|word| word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')));
        assert!(TAKEN.split(' ').all(|word| !word.is_empty()) && TAKEN.split(' ').count() > 200);
    }

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
    fn a_name_is_free_when_its_key_its_place_and_its_macros_are() {
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
