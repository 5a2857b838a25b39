//! The first input of `ethos-u`: actions for Arm's driver, one of which holds the commands for the NPU.

use crate::ops::definition::Refusal;

/// The first word: "COP1", Custom Operator Payload 1.
const MARK: u32 = u32::from_le_bytes(*b"COP1");

/// The actions that current drivers know.
const OPTIMIZER_CONFIG: u32 = 1;
const COMMAND_STREAM: u32 = 2;
const NOP: u32 = 5;

/// The driver requires commands at multiples of so many words.
const ALIGN: usize = 4;

/// The products, by the number that the configuration has for them.
const PRODUCTS: [&str; 3] = ["Ethos-U55", "Ethos-U65", "Ethos-U85"];

/// The Ethos-U85 has ways to store tensors of its own.
const U85: u32 = 2;

/// What the payload holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The NPU that Vela compiled for, such as `Ethos-U55-256`.
    pub npu: String,
    /// Whether it is an Ethos-U85.
    pub u85: bool,
    /// The commands.
    pub commands: Vec<u32>,
}

/// Reads the payload.
///
/// # Errors
/// What the driver would refuse.
pub fn parse(bytes: &[u8]) -> Result<Payload, Refusal> {
    let again = "the file as Vela wrote it";
    if !bytes.len().is_multiple_of(4) {
        return Err(Refusal::new(
            format!("a command stream of {} bytes, which are not whole words", bytes.len()),
            again,
        ));
    }
    let words: Vec<u32> =
        bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
    if words.first() != Some(&MARK) {
        let found = format!("a command stream that begins with 0x{:08x}", words.first().unwrap_or(&0));
        return Err(Refusal::new(found, format!("0x{MARK:08x}, \"COP1\"")));
    }
    let mut payload = Payload { npu: "Ethos-U".to_owned(), u85: false, commands: Vec::new() };
    let mut at = 1;
    while let Some(&word) = words.get(at) {
        let length = match word & 0xff {
            OPTIMIZER_CONFIG => 3,
            COMMAND_STREAM => 1 + ((word >> 8 & 0xff) << 16 | word >> 16) as usize,
            NOP => 1,
            action => {
                return Err(Refusal::new(
                    format!("driver action {action} in the command stream"),
                    "actions 1, 2 and 5",
                ));
            }
        };
        let Some(content) = words.get(at + 1..at + length) else {
            let found = format!("a truncated command stream: its action at byte {} has {length} words", 4 * at);
            return Err(Refusal::new(found, again));
        };
        match word & 0xff {
            OPTIMIZER_CONFIG => configure(&mut payload, content[0]),
            COMMAND_STREAM => {
                if !(at + 1).is_multiple_of(ALIGN) {
                    let found = format!("commands at byte {} of the command stream", 4 * (at + 1));
                    return Err(Refusal::new(found, "a multiple of 16, as the driver requires"));
                }
                if !payload.commands.is_empty() {
                    return Err(Refusal::new("several sequences of commands in one command stream", "one"));
                }
                payload.commands = content.to_vec();
            }
            _ => {}
        }
        at += length;
    }
    if payload.commands.is_empty() {
        return Err(Refusal::new("a command stream without commands", again));
    }
    Ok(payload)
}

/// Takes the NPU's name from its configuration.
fn configure(payload: &mut Payload, word: u32) {
    let (macs, product) = (1u32 << (word & 0xf), word >> 28);
    if let Some(name) = PRODUCTS.get(product as usize) {
        payload.npu = format!("{name}-{macs}");
    }
    payload.u85 = product == U85;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn commands_and_the_npu_are_found() {
        let words = [MARK, 1, 0x1000_3009, 0x1006_0000, 5, 5, 5, 0x0001_0002, 0xffff_0000];
        let payload = Payload { npu: "Ethos-U65-512".into(), u85: false, commands: vec![0xffff_0000] };
        assert_eq!(parse(&bytes(&words)), Ok(payload));
        assert_eq!(
            parse(&bytes(&[MARK, 1, 0x2000_0008, 0, 5, 5, 5, 0x0001_0002, 0])).map(|p| (p.npu, p.u85)),
            Ok(("Ethos-U85-256".into(), true))
        );
    }

    #[test]
    fn what_the_driver_refuses_is_refused() {
        for (words, expected) in [
            (vec![], "begins with 0x00000000"),
            (vec![0x1234, 5], "begins with 0x00001234"),
            (vec![MARK, 5, 5], "without commands"),
            (vec![MARK, 5, 5, 3], "driver action 3"),
            (vec![MARK, 5, 5, 0x0002_0002, 0], "truncated command stream: its action at byte 12 has 3 words"),
            (vec![MARK, 1, 0], "truncated command stream: its action at byte 4 has 3 words"),
            (vec![MARK, 0x0001_0002, 0], "commands at byte 8"),
            (vec![MARK, 5, 5, 0x0001_0002, 0, 5, 5, 0x0001_0002, 0], "several sequences"),
        ] {
            let found = parse(&bytes(&words)).unwrap_err().found;
            assert!(found.contains(expected), "{found}");
        }
        assert!(parse(&[0; 5]).unwrap_err().found.contains("5 bytes, which are not whole words"));
    }
}
