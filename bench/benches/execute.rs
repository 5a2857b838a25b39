//! The call of a model, timed on the host: the archive's entry point, the typed wrapper, `TVMExecute`.
//!
//! Times on a shared machine are not reliable; `cargo xtask calls` counts the instructions of the same calls.

use criterion::{Criterion, criterion_group, criterion_main};
use tvm_embedded_bench::{direct, generic, prepare, typed};

fn execute(criterion: &mut Criterion) {
    assert_eq!(prepare(), 0);
    let mut group = criterion.benchmark_group("call");
    let ways: [(&str, extern "C" fn() -> i32); 3] =
        [("entry point", direct), ("typed wrapper", typed), ("TVMExecute", generic)];
    for (name, call) in ways {
        assert_eq!(call(), 0, "{name}");
        group.bench_function(name, |bencher| bencher.iter(|| call()));
    }
    group.finish();
}

criterion_group!(benches, execute);
criterion_main!(benches);
