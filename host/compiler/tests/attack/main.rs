//! Models drawn and mutated at random: what the compiler accepts gives the bytes of the reference, with the sanitizers.
//!
//! `tests/oracle/attack.py` makes the models and runs the interpreter; many models are compiled to one C program, which saves
//! most of the C compiler's time. Each run draws others and prints its seed. Settings, for `cargo xtask attack`:
//!
//! | variable | meaning |
//! | --- | --- |
//! | `TVM_EMBEDDED_ATTACK_COUNT` | how many models |
//! | `TVM_EMBEDDED_ATTACK_SEED` | the seed of an earlier run |
//! | `TVM_EMBEDDED_ATTACK_FIRST` | number of the first model |

mod batch;
mod campaign;
#[path = "../common/floats.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod floats;
mod program;
mod record;
mod tally;

use campaign::{Campaign, campaign};

#[test]
#[ignore = "`cargo xtask attack` runs it"]
fn random_graphs_equal_the_interpreter() {
    campaign(&Campaign { what: "graphs", count: 120, least_accepted: 0.6, kinds: (0, 0) });
}

#[test]
#[ignore = "`cargo xtask attack` runs it"]
fn random_graphs_of_uint8_equal_the_interpreter() {
    campaign(&Campaign { what: "uint8", count: 120, least_accepted: 0.6, kinds: (0, 0) });
}

#[test]
#[ignore = "`cargo xtask attack` runs it"]
fn mutants_equal_the_interpreter() {
    campaign(&Campaign { what: "mutants", count: 200, least_accepted: 0.2, kinds: (0, 0) });
}

#[test]
#[ignore = "`cargo xtask attack` runs it"]
fn a_million_bytes_of_each_weighted_layer_equal_the_interpreter() {
    campaign(&Campaign { what: "layers", count: 200, least_accepted: 0.6, kinds: (6, 1_000_000) });
}
