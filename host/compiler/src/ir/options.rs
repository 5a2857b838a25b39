//! What a user can ask of the compiler.

/// Settings of one compilation. The default suits most models.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Module name, a C identifier in lower case; the default is `model`.
    pub module_name: Option<String>,
    /// Memory pools in order of preference. Empty: one pool called `workspace`, as large as needed.
    pub pools: Vec<Pool>,
    /// Puts inputs and outputs into the workspace instead of memory of the caller's.
    pub io_in_workspace: bool,
    /// Gives every tensor memory of its own, so that a test can read all of them after a run.
    pub keep_all_tensors: bool,
}

/// A workspace pool on request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Name, a C identifier in lower case.
    pub name: String,
    /// Size in bytes; `None` for as much as needed.
    pub bytes: Option<usize>,
}
