//! Options of the caller for an interface.

use crate::self_test::record::SelfTest;

/// What to generate.
///
/// Facts of tensors that are not in the archive, such as quantisation from the `.tflite` file, are added to the
/// module before: `tvm_embedded_mlf::Module::apply_tflite_io`.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Name of the descriptor and stem of all other names; `None` uses the module's name, as a valid C name.
    pub symbol: Option<String>,
    /// Name of the source in the generated files; `None` uses the archive's file name without its directory.
    pub source_name: Option<String>,
    /// Who provides the content of external constant pools.
    pub parameters: Parameters,
    /// The library's headers, for files that need no library: they are written beside the model's, and define
    /// `TVM_EMBEDDED_NO_LIBRARY`.
    pub without_library: Option<LibraryHeaders>,
    /// Runs that were recorded on the host: `my_model_self_test.h` and `.c` are written, which repeat them on the device.
    pub self_test: Option<SelfTest>,
}

/// The text of the library's headers.
#[derive(Debug, Clone)]
pub struct LibraryHeaders {
    /// `tvm_embedded.h`.
    pub c: String,
    /// `tvm_embedded.hpp`.
    pub cpp: String,
}

/// Who provides the content of external constant pools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Parameters {
    /// The generated C holds the data as `const` arrays; the user may still set other data with `TVMSetParameters`.
    #[default]
    Carried,
    /// The user sets all of it with `TVMSetParameters`, for example data that is updated over the air.
    User,
}
