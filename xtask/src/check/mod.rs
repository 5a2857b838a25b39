//! What must hold before a change lands: the steps of `cargo xtask test`, and what they run.

pub mod abi;
pub mod attack;
pub mod avr;
pub mod bundle;
pub mod coverage;
pub mod deny;
pub mod docs;
pub mod exact;
pub mod flags;
pub mod fuzz;
pub mod gates;
pub mod header;
pub mod misra;
mod misra_options;
pub mod mutants;
pub mod no_library;
pub mod pages;
pub mod proof;
pub mod reach;
pub mod sanitize;
pub mod site;
mod site_links;
mod site_search;
pub mod test;
