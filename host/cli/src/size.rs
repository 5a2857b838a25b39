//! Sizes on the command line.

/// A number of bytes with an optional K or M for 1024 and 1024 × 1024.
pub fn bytes(text: &str) -> Result<usize, String> {
    let wrong = || format!("'{text}' is not a size: expected bytes, for example 65536 or 64K");
    let (digits, unit) = match text.as_bytes() {
        [.., b'k' | b'K'] => (&text[..text.len() - 1], 1 << 10),
        [.., b'm' | b'M'] => (&text[..text.len() - 1], 1 << 20),
        _ => (text, 1),
    };
    let number: usize = digits.parse().map_err(|_| wrong())?;
    // The runtime counts a workspace's bytes in 32 bits.
    number.checked_mul(unit).filter(|&bytes| bytes > 0 && u32::try_from(bytes).is_ok()).ok_or_else(wrong)
}
