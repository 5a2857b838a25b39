//! The registers that commands set, and what the operations so far use of each region.

use crate::ops::definition::Refusal;

/// How many regions there are.
pub const REGIONS: usize = 8;

/// The bytes of a region that commands use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Position behind the last one; 0 if none is used.
    pub end: u64,
    /// Whether some of them are written.
    pub written: bool,
}

/// What commands use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// Of each region.
    pub regions: [Span; REGIONS],
}

/// Registers while commands are read.
pub struct Registers {
    /// Those with parameters of 16 bits.
    pub small: Vec<Option<u16>>,
    /// Those with a word more.
    pub large: Vec<Option<u64>>,
    /// What was used so far.
    pub uses: Uses,
    /// Position of the current command.
    pub at: usize,
    /// Whether the NPU is an Ethos-U85.
    u85: bool,
}

impl Registers {
    /// Nothing is set.
    pub fn new(u85: bool) -> Self {
        let (small, large) = (vec![None; 0x400], vec![None; 0x400]);
        Registers { small, large, uses: Uses::default(), at: 0, u85 }
    }

    /// Refuses the current command.
    pub fn refuse(&self, what: &str, supported: &str) -> Refusal {
        Refusal::new(format!("{what} at word {} of the commands", self.at), supported)
    }

    /// A register that the current operation needs.
    pub fn small(&self, register: usize) -> Result<u16, Refusal> {
        self.small[register].ok_or_else(|| self.unset(register))
    }

    /// The same with a word more.
    pub fn large(&self, register: usize) -> Result<u64, Refusal> {
        self.large[register].ok_or_else(|| self.unset(0x4000 | register))
    }

    /// A register, 0 before it is set.
    pub fn or_zero(&self, register: usize) -> u64 {
        self.small[register].unwrap_or_default().into()
    }

    /// Whether the NPU is an Ethos-U85.
    pub fn is_u85(&self) -> bool {
        self.u85
    }

    fn unset(&self, register: usize) -> Refusal {
        self.refuse(&format!("an operation before register 0x{register:04x} is set"), "registers set first")
    }

    /// Adds bytes up to `end` to what is used of a region.
    pub fn touch(&mut self, region: u16, end: u64, written: bool) -> Result<(), Refusal> {
        let Some(span) = self.uses.regions.get_mut(usize::from(region)) else {
            return Err(self.refuse(&format!("region {region}"), "regions 0 to 7"));
        };
        span.end = span.end.max(end);
        span.written |= written;
        Ok(())
    }
}
