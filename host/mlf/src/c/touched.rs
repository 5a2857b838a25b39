//! Which memory a main function uses: an output that its body never names is never written.

use std::collections::{BTreeMap, BTreeSet};

use super::lexer::{Kind, Token};

/// Limit for the tokens of one statement.
const LONGEST: usize = 512;

/// Limit for the variables with an address.
const MOST: usize = 50_000;

/// Follows the body of a main function, token by token.
#[derive(Debug, Default)]
pub(super) struct Touched<'a> {
    /// The function's parameters by name, with their position.
    parameters: BTreeMap<&'a str, usize>,
    /// Variables that hold packed arguments, with the argument's position.
    tensors: BTreeMap<&'a str, usize>,
    /// Variables that hold the memory of packed arguments.
    data: BTreeMap<&'a str, usize>,
    statement: Vec<Token<'a>>,
    parameters_used: BTreeSet<usize>,
    data_used: BTreeSet<usize>,
    /// Addresses in pools, by variable, and where each is used.
    places: BTreeMap<&'a str, Place<'a>>,
    /// Statements so far.
    count: usize,
}

/// `void* sid_3_let = (&(sram_0_var[80]));`
#[derive(Debug)]
struct Place<'a> {
    pool: &'a str,
    offset: u64,
    line: u32,
    /// First and last statement that names the variable: the first one writes it.
    used: Option<(usize, usize)>,
}

/// Two variables that share an address while both are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shared<'a> {
    pub names: [&'a str; 2],
    pub line: u32,
}

impl<'a> Touched<'a> {
    /// For a function whose parameters have these names.
    pub fn new(parameters: &[&'a str]) -> Self {
        let parameters = parameters.iter().enumerate().map(|(i, name)| (*name, i)).collect();
        Touched { parameters, ..Touched::default() }
    }

    /// One more token of the body.
    pub fn token(&mut self, token: &Token<'a>) {
        let ends = token.is(";") || token.is("{") || token.is("}");
        if !ends {
            self.statement.push(*token);
        }
        if ends || self.statement.len() >= LONGEST {
            self.end_statement();
        }
    }

    fn end_statement(&mut self) {
        let statement = std::mem::take(&mut self.statement);
        self.count += 1;
        for token in statement.iter().filter(|t| matches!(t.kind, Kind::Name | Kind::Number)) {
            self.parameters_used.extend(self.parameters.get(token.text));
        }
        if let Some((name, place)) = place(&statement) {
            if self.places.len() < MOST {
                self.places.insert(name, place);
            }
            return;
        }
        for token in &statement {
            if let Some(place) = self.places.get_mut(token.text) {
                place.used = Some((place.used.map_or(self.count, |(first, _)| first), self.count));
            }
        }
        let target = statement.iter().position(|t| t.is("=")).and_then(|at| at.checked_sub(1)).map(|at| statement[at]);
        if let Some((target, index)) = target.zip(packed_argument(&statement)) {
            self.tensors.insert(target.text, index);
        } else if let Some((target, (index, field))) = target.zip(self.field(&statement)) {
            if field == "data" {
                self.data.insert(target.text, index);
            }
        } else {
            for token in &statement {
                self.data_used.extend(self.data.get(token.text));
            }
        }
    }

    /// Position of the packed argument whose field a statement reads, and the field: `((DLTensor*)x)[0].data`.
    fn field(&self, statement: &[Token<'a>]) -> Option<(usize, &'a str)> {
        let at = statement.windows(4).position(|w| {
            w[0].is_name("DLTensor") && w[1].is("*") && w[2].is(")") && self.tensors.contains_key(w[3].text)
        })?;
        let rest = &statement[at + 3..];
        let dot = rest.iter().position(|t| t.is("."))?;
        Some((*self.tensors.get(rest[0].text)?, rest.get(dot + 1)?.text))
    }

    /// Two variables at one address, of which one is written before the other was read for the last time.
    pub fn shared(&self) -> Option<Shared<'a>> {
        let used = |(name, place): (&&'a str, &Place<'a>)| {
            let (first, last) = place.used?;
            Some((place.pool, place.offset, first, last, *name, place.line))
        };
        let mut users: Vec<_> = self.places.iter().filter_map(used).collect();
        // Of those at one address, a variable that overlaps any other in this order overlaps its neighbour.
        users.sort_unstable();
        users.windows(2).find_map(|pair| {
            let ((pool, offset, first, last, a, _), (other, place, next, end, b, line)) = (pair[0], pair[1]);
            // A variable that is written by the statement that reads the other for the last time may reuse its memory.
            let both = first == next && end > next || last > next;
            ((pool, offset) == (other, place) && both).then_some(Shared { names: [a, b], line })
        })
    }

    /// Positions of parameters, or of packed arguments, whose memory is never used.
    pub fn idle(&self) -> BTreeSet<usize> {
        match self.tensors.is_empty() {
            true => self.parameters.values().filter(|i| !self.parameters_used.contains(i)).copied().collect(),
            false => self.data.values().filter(|i| !self.data_used.contains(i)).copied().collect(),
        }
    }
}

/// The variable and address of `void* x = (&(pool[80]))` and `void* x = (&(((uint8_t*)pool)[80]))`.
fn place<'a>(statement: &[Token<'a>]) -> Option<(&'a str, Place<'a>)> {
    let equals = statement.iter().position(|t| t.is("="))?;
    let (target, value) = (statement.get(equals.checked_sub(1)?)?, &statement[equals + 1..]);
    if !(value.first()?.is("(") && value.get(1)?.is("&")) {
        return None;
    }
    let open = value.iter().position(|t| t.is("["))?;
    let pool = value[..open].iter().rfind(|t| t.kind == Kind::Name)?;
    let offset = super::lexer::integer(value.get(open + 1).filter(|t| t.kind == Kind::Number)?.text)?;
    let closes = value[open + 2..].iter().all(|t| t.is("]") || t.is(")"));
    closes.then_some((target.text, Place { pool: pool.text, offset, line: target.line, used: None }))
}

/// `((TVMValue*)args)[2]`
fn packed_argument(statement: &[Token<'_>]) -> Option<usize> {
    let window = statement.windows(4).find(|w| w[0].is_name("args") && w[1].is(")") && w[2].is("["))?;
    usize::try_from(super::lexer::integer(window[3].text)?).ok()
}
