//! Lists of bytes in macros: the contents of constant pools.

use super::lexer::integer;

/// `0x00, 0x1f, \` … as bytes.
pub(crate) fn bytes(value: &str) -> std::result::Result<Vec<u8>, String> {
    let mut data = Vec::new();
    for item in value.split(',') {
        let item = item.trim_matches(|c: char| c.is_whitespace() || c == '\\');
        if item.is_empty() {
            continue;
        }
        match integer(item).and_then(|n| u8::try_from(n).ok()) {
            Some(byte) => data.push(byte),
            None => {
                let shown: String = item.chars().take(20).collect();
                return Err(format!("'{shown}' after {} bytes is not a byte", data.len()));
            }
        }
    }
    Ok(data)
}
