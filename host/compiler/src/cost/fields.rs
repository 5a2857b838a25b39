//! The numbers in the statements of a layer: the members of the constant structs that its kernels take, loops and sizes.

use std::collections::BTreeMap;

/// The numbers of a layer.
#[derive(Debug, Default)]
pub struct Fields {
    /// Each member's values, one for each struct that has it.
    numbers: BTreeMap<String, Vec<Vec<i64>>>,
    /// How often the loops around the calls run in all.
    pub loops: u64,
    /// The last argument of each call that copies or fills bytes.
    pub copies: Vec<u64>,
}

impl Fields {
    /// Reads the statements.
    pub fn new(body: &str) -> Self {
        let mut fields = Fields { loops: 1, ..Self::default() };
        for (at, _) in body.match_indices('.') {
            let Some((name, value)) = body[at + 1..].split_once(" = ") else { continue };
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                continue;
            }
            if let Some(numbers) = numbers(value) {
                fields.numbers.entry(name.to_owned()).or_default().push(numbers);
            }
        }
        for line in body.lines().map(str::trim) {
            if let Some(count) = line.strip_prefix("for (").and_then(|rest| rest.split_once(" < ")?.1.split(';').next())
                && let Ok(count) = count.parse::<u64>()
            {
                fields.loops = fields.loops.saturating_mul(count.max(1));
            }
            if (line.contains("tvmk_copy(") || line.contains("tvmk_fill("))
                && let Some(count) = line.strip_suffix(");").and_then(|rest| rest.rsplit_once(", ")?.1.parse().ok())
            {
                fields.copies.push(count);
            }
        }
        fields
    }

    /// A member that holds one number, in the first struct that has it.
    pub fn get(&self, name: &str) -> Option<u64> {
        match self.numbers.get(name)?.first()?.as_slice() {
            [one] => u64::try_from(*one).ok(),
            _ => None,
        }
    }

    /// The largest number that the member has in any struct; 0 if there is none.
    pub fn largest(&self, name: &str) -> i64 {
        self.numbers.get(name).into_iter().flatten().flatten().copied().max().unwrap_or(0)
    }

    /// The same as `get`, if it may be negative.
    pub fn signed(&self, name: &str) -> Option<i64> {
        self.numbers.get(name)?.first()?.first().copied()
    }

    /// Whether an activation limits the outputs to less than the element type holds.
    pub fn is_clamped(&self) -> bool {
        let low = self.signed("low").is_some_and(|low| ![-128, -32768].contains(&low));
        let high = self.signed("high").is_some_and(|high| ![127, 32767].contains(&high));
        low || high
    }

    /// A member that holds several numbers, none of them negative, in the first struct that has it.
    pub fn list(&self, name: &str) -> Option<Vec<u64>> {
        self.all(name).into_iter().next()
    }

    /// A member of all structs that have it.
    pub fn all(&self, name: &str) -> Vec<Vec<u64>> {
        let values = self.numbers.get(name).map(Vec::as_slice).unwrap_or_default();
        values.iter().map(|list| list.iter().map(|&number| u64::try_from(number).unwrap_or(0)).collect()).collect()
    }
}

/// An integer or a list of integers at the beginning of a text.
fn numbers(text: &str) -> Option<Vec<i64>> {
    if let Some(list) = text.strip_prefix('{') {
        return list.split_once('}')?.0.split(',').map(|part| part.trim().parse().ok()).collect();
    }
    let end = text.find([',', '}', ';', '\n'])?;
    Some(vec![text[..end].trim().parse().ok()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_loops_and_copies_are_found() {
        let fields = Fields::new(
            "    static const tvmk_move_t layer = {\n        .count = {1, 2, 3}, .requant = {.table = t, .low = -128},\n        \
             .scale = 1.5f, .block = 4,\n    };\n    for (int32_t b = 0; b < 7; b++) {\n        tvmk_copy(out, in, 20);\n    }\n",
        );
        assert_eq!(fields.list("count"), Some(vec![1, 2, 3]));
        assert_eq!((fields.signed("low"), fields.get("block"), fields.get("scale")), (Some(-128), Some(4), None));
        assert_eq!((fields.loops, fields.copies), (7, vec![20]));
    }
}
