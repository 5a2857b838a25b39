//! The C side of the benchmarks: one call of a model that does nothing, in each possible way (see `calls/`).

unsafe extern "C" {
    /// Sets up the context; returns 0 on success.
    #[link_name = "bench_prepare"]
    pub safe fn prepare() -> i32;
    /// Calls the archive's own entry point.
    #[link_name = "bench_direct"]
    pub safe fn direct() -> i32;
    /// Calls the typed wrapper.
    #[link_name = "bench_typed"]
    pub safe fn typed() -> i32;
    /// Calls `TVMExecute`.
    #[link_name = "bench_generic"]
    pub safe fn generic() -> i32;
}
