//! Models drawn and mutated at random: what the compiler accepts gives the bytes of the reference, under the sanitizers.
//!
//! `tests/oracle/attack.py` makes the models and asks the interpreter; many models are compiled to one C program, which saves
//! most of the C compiler's time. Each run draws others and prints its seed. Settings, for `cargo xtask attack`:
//!
//! | variable | is |
//! | --- | --- |
//! | `TVM_EMBEDDED_ATTACK_COUNT` | how many models |
//! | `TVM_EMBEDDED_ATTACK_SEED` | the seed of an earlier run |
//! | `TVM_EMBEDDED_ATTACK_FIRST` | number of the first model |

mod batch;
mod campaign;
mod program;
mod record;
mod tally;

use campaign::{Campaign, campaign};

#[test]
#[ignore = "`cargo xtask attack` runs it"]
fn random_graphs_equal_the_interpreter() {
    campaign(&Campaign { what: "graphs", count: 120, least_accepted: 0.6 });
}
