//! What the caller decides about an interface.

/// What to generate.
///
/// What the caller knows of tensors beyond the archive, such as quantisation from the `.tflite` file, goes into the
/// module first: `tvm_embedded_mlf::Module::apply_tflite_io`.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Name of the descriptor and stem of all other names; `None` takes the module's name, made fit for C.
    pub symbol: Option<String>,
    /// What the generated files call their source; `None` takes the archive's file name without its directory.
    pub source_name: Option<String>,
    /// Who brings the content of external constant pools.
    pub parameters: Parameters,
    /// The library's headers, where the files shall need no library: they are written beside the model's, and define
    /// `TVM_EMBEDDED_NO_LIBRARY`.
    pub without_library: Option<LibraryHeaders>,
}

/// The text of the library's headers.
#[derive(Debug, Clone)]
pub struct LibraryHeaders {
    /// `tvm_embedded.h`.
    pub c: String,
    /// `tvm_embedded.hpp`.
    pub cpp: String,
}

/// Who brings the content of external constant pools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Parameters {
    /// The generated C holds the data as `const` arrays; the user may still set other data with `TVMSetParameters`.
    #[default]
    Carried,
    /// The user sets all of it with `TVMSetParameters`, for example data that is updated over the air.
    User,
}
