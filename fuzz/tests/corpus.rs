//! Replays the committed corpus: every input that found a fault once, and one of each kind that must be accepted.

use std::time::{Duration, Instant};

use tvm_embedded_fuzz::corpus::inputs;
use tvm_embedded_fuzz::{TARGETS, run};

/// An input may take this long, in a build without optimisation on a busy machine.
const LONGEST: Duration = Duration::from_secs(30);

#[test]
fn every_input_of_the_corpus_is_accepted_or_refused() {
    for (name, target) in TARGETS {
        let inputs = inputs(name);
        assert!(inputs.len() >= 10, "{name}: only {} inputs", inputs.len());
        for (input, bytes) in inputs {
            let start = Instant::now();
            println!("{name}/{input}");
            run(target, &bytes);
            assert!(start.elapsed() < LONGEST, "{name}/{input} took {:?}", start.elapsed());
        }
        // Also inputs that any tool may get by mistake.
        for bytes in [&b""[..], b"\0", &[0xff; 1024], &[0; 4096]] {
            run(target, bytes);
        }
    }
}

/// A target that refuses every input in its first check would test nothing.
#[test]
fn the_targets_reach_the_code_they_test() {
    let mut names = tvm_embedded_fuzz::Names::from_bytes(b"\0left\0right\0result\0arena");
    let generated = tvm_embedded_fuzz::generate_named(&names).expect("plain names");
    assert_eq!(generated.facts.inputs[0].facts.name, "left");
    assert_eq!(generated.facts.workspaces[0].c_name, "arena");
    for library in
        ["arm-cortex-m4", "arm-cortex-m55", "riscv32", "x86-64", "object-big-endian", "names-long", "names-bsd"]
    {
        let bytes = inputs("compiled").into_iter().find(|(name, _)| name == library).expect("an input").1;
        let generated = tvm_embedded_fuzz::generate_compiled(&bytes).unwrap_or_else(|e| panic!("{library}: {e}"));
        assert_eq!(generated.facts.inputs[0].facts.name, "in:0");
    }
    names.symbol = Some("int".to_owned());
    assert!(tvm_embedded_fuzz::generate_named(&names).is_err());
}
