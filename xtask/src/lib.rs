//! The code of `cargo xtask`, as a library, so that tests of other crates can run programs on the emulated boards, too.
//!
//! Four modules: [`check`] what must hold, [`measure`] what it costs, [`release`] what users get, and below them
//! [`machine`], which does not depend on the project's rules.

pub mod check;
pub mod machine;
pub mod measure;
pub mod release;

pub use check::{
    abi, attack, avr, bundle, coverage, deny, docs, exact, flags, fuzz, gates, header, misra, mutants, no_library,
    pages, proof, reach, sanitize, site, test,
};
pub use machine::{board, emulator, heartbeat, image, library, paths, process, setup, sysroot};
pub use measure::{
    bench, calls, costs, cycles, firmware, kinds, layers, models, modes, profiles, share, size, stack, unused,
};
pub use release::{crates, demo, dist, ethos_u, fresh, packages, portable, tutorials, wake_word, wheel};
