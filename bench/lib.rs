//! The C side of the benchmarks: one call of a model that does nothing, each way there is to call it (see `calls/`).

unsafe extern "C" {
    /// Sets the context up; 0 when that worked.
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
