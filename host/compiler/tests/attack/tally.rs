//! The results of the models of a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Number of reasons in the table.
const ROWS: usize = 24;

/// Counts, and the models that are wrong.
#[derive(Default)]
pub struct Tally {
    /// Models seen.
    pub models: usize,
    /// Models that both sides ran, with every byte compared.
    pub equal: usize,
    /// Bytes of output compared.
    pub bytes: usize,
    /// The same by kind of model, if there are kinds.
    pub kinds: BTreeMap<String, usize>,
    /// Equal models that use a documented extension, by its name.
    pub extensions: BTreeMap<String, usize>,
    /// Both refused.
    pub both_refused: usize,
    /// Accepted, but no reference has all operators.
    pub divided: usize,
    /// Models that the interpreter runs and the compiler refuses, by reason.
    pub refused: BTreeMap<String, Vec<u64>>,
    /// Wrong: number, way, what differs.
    pub wrong: Vec<(u64, &'static str, String)>,
}

impl Tally {
    /// Adds the results of another worker.
    pub fn add(&mut self, other: Tally) {
        self.models += other.models;
        self.equal += other.equal;
        self.bytes += other.bytes;
        self.both_refused += other.both_refused;
        self.divided += other.divided;
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

    /// A few lines about the comparison, and a table of the models that only the interpreter runs.
    pub fn table(&self) -> String {
        let refused: usize = self.refused.values().map(Vec::len).sum();
        let mut text = format!(
            "{} models: {} equal ({} output bytes), {} refused by both, {refused} only by the compiler, {} without a reference, {} wrong\n",
            self.models,
            self.equal,
            self.bytes,
            self.both_refused,
            self.divided,
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

/// A message without the numbers and names, which change from model to model.
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
