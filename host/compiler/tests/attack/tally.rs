//! What became of the models of a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Reasons that the table distinguishes.
const ROWS: usize = 24;

/// Counts, and what went wrong.
#[derive(Default)]
pub struct Tally {
    /// Models seen.
    pub models: usize,
    /// Both sides ran, and every byte was compared.
    pub equal: usize,
    /// Bytes of output compared.
    pub bytes: usize,
    /// The same by kind of model, where there are kinds.
    pub kinds: BTreeMap<String, usize>,
    /// Of the equal ones: under a documented extension, by its name.
    pub extensions: BTreeMap<String, usize>,
    /// Both refused.
    pub both_refused: usize,
    /// The interpreter runs them, the compiler does not: by reason.
    pub refused: BTreeMap<String, Vec<u64>>,
    /// Wrong: number, way, what differs.
    pub wrong: Vec<(u64, &'static str, String)>,
}

impl Tally {
    /// Adds what another worker found.
    pub fn add(&mut self, other: Tally) {
        self.models += other.models;
        self.equal += other.equal;
        self.bytes += other.bytes;
        self.both_refused += other.both_refused;
        for (kind, bytes) in other.kinds {
            *self.kinds.entry(kind).or_default() += bytes;
        }
        for (name, count) in other.extensions {
            *self.extensions.entry(name).or_default() += count;
        }
        for (reason, numbers) in other.refused {
            self.refused.entry(reason).or_default().extend(numbers);
        }
        self.wrong.extend(other.wrong);
    }

    /// A few lines on what was compared, and a table of what only the interpreter runs.
    pub fn table(&self) -> String {
        let refused: usize = self.refused.values().map(Vec::len).sum();
        let mut text = format!(
            "{} models: {} equal ({} output bytes), {} refused by both, {refused} only by the compiler, {} wrong\n",
            self.models,
            self.equal,
            self.bytes,
            self.both_refused,
            self.wrong.len()
        );
        for (kind, bytes) in &self.kinds {
            let _ = writeln!(text, "  {bytes:>9} bytes of {kind}");
        }
        for (name, count) in &self.extensions {
            let _ = writeln!(text, "  {count:>5} equal by an extension: {name}");
        }
        let mut reasons: Vec<_> = self.refused.iter().collect();
        reasons.sort_by_key(|(_, numbers)| std::cmp::Reverse(numbers.len()));
        for (reason, numbers) in reasons.iter().take(ROWS) {
            let _ = writeln!(text, "  {:>5} refused, such as number {}: {reason}", numbers.len(), numbers[0]);
        }
        if reasons.len() > ROWS {
            let rest: usize = reasons[ROWS..].iter().map(|(_, numbers)| numbers.len()).sum();
            let _ = writeln!(text, "  {rest:>5} refused for {} further reasons", reasons.len() - ROWS);
        }
        text
    }
}

/// A message without what changes from model to model: numbers and names.
pub fn kind_of(message: &str) -> String {
    let mut kind = String::new();
    let mut quoted = false;
    for c in message.lines().next().unwrap_or_default().chars() {
        if c == '"' {
            quoted = !quoted;
            if quoted {
                kind.push('_');
            }
        } else if quoted {
        } else if c.is_ascii_digit() || (c == '.' && kind.ends_with('#')) {
            if !kind.ends_with('#') {
                kind.push('#');
            }
        } else {
            kind.push(c);
        }
    }
    kind
}
