//! Models that arrive compiled: hostile libraries with a sound header, and hostile headers and facts with a sound library.

use tvm_embedded_interface::{Generated, Options, generate};
use tvm_embedded_mlf::CompiledModel;

use crate::check;

/// A sound header, a byte 0, and sound facts.
const SOUND_TEXT: &[u8] = include_bytes!("../corpus/compiled/header-and-facts");
/// A sound library, made from a small archive.
const SOUND_LIBRARY: &[u8] = include_bytes!("../corpus/compiled/arm-cortex-m4");

/// The names of the files.
const NAMES: [&str; 3] = ["tvmgen_net.h", "libnet.a", "facts.json"];

/// TVM's header of a small model.
pub fn sound_header() -> String {
    String::from_utf8_lossy(SOUND_TEXT.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

/// The interface of a model. Bytes that begin as C does are a header and, after a byte 0, facts; others are a library.
///
/// # Errors
/// The refusal's text.
pub fn generate_compiled(bytes: &[u8]) -> Result<Generated, String> {
    let is_text = matches!(bytes.first(), Some(b'#' | b'/'));
    let (text, library) = if is_text { (bytes, SOUND_LIBRARY) } else { (SOUND_TEXT, bytes) };
    let mut parts = text.splitn(2, |byte| *byte == 0).map(String::from_utf8_lossy);
    let (header, facts) = (parts.next().unwrap_or_default(), parts.next());
    let model = CompiledModel {
        header: (NAMES[0], &header),
        library: (NAMES[1], library),
        facts: facts.as_deref().map(|facts| (NAMES[2], facts)),
    };
    let (archive, library) = model.read().map_err(|error| {
        let text = error.to_string();
        let is_named = NAMES.iter().any(|name| text.starts_with(&format!("{name}: ")));
        assert!(is_named, "an error without the file's name: {text}");
        text
    })?;
    let module = library.modules.first().expect("one module");
    generate(&archive, &library, module, &Options::default()).map_err(|error| error.to_string())
}

/// Checks the result for any bytes.
pub fn compiled(bytes: &[u8]) {
    match generate_compiled(bytes) {
        Ok(generated) => check::generated(&generated),
        Err(text) => check::message(&text),
    }
}
