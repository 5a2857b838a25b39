//! Names of files, and text from elsewhere, as the archive has them.

use crate::ir::model::{Model, PlannedLayer};
use tvm_embedded_mlf::foreign_text;

/// The start of a C file of the archive: disables a warning that C++ projects often enable, and that C code can't avoid.
pub const CASTS: &str = "#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic ignored \"-Wold-style-cast\"
#endif

";

/// Name of a kernel file in the archive. It contains the module's name, so that archives of several models, perhaps made by
/// several versions of the compiler, can share an include path.
pub fn kernel_file(model: &Model, name: &str) -> String {
    format!("tvmgen_{}_{name}", model.module)
}

/// Text fit for a C comment.
pub fn comment(text: &str) -> String {
    foreign_text::comment(text, 1000)
}

/// The operators of the file that a layer computes, by number, with their names except one that its summary begins with.
pub fn numbers(planned: &PlannedLayer) -> String {
    let layer = &planned.layer;
    let named = |(index, kind): (&usize, &String)| {
        let said = layer.summary.split(' ').next() == Some(kind.as_str());
        if said { index.to_string() } else { format!("{index} {kind}") }
    };
    let operators: Vec<String> = layer.operators.iter().zip(&planned.kinds).map(named).collect();
    if operators.is_empty() { "made by the compiler".to_owned() } else { format!("operator {}", operators.join(", ")) }
}
