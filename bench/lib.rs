//! Benchmarks of the runtime and of compiled models.
