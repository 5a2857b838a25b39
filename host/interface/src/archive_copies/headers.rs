//! TVM's headers that generated C includes: our minimal versions, embedded in the tool.

use crate::archive_copies::adapt::includes;
use crate::error::{Error, Result};
use crate::text::shown;

/// Path and content of each header.
pub const HEADERS: [(&str, &str); 5] = [
    ("dlpack/dlpack.h", include_str!("../../headers/dlpack/dlpack.h")),
    ("tvm/runtime/c_backend_api.h", include_str!("../../headers/tvm/runtime/c_backend_api.h")),
    ("tvm/runtime/c_runtime_api.h", include_str!("../../headers/tvm/runtime/c_runtime_api.h")),
    ("tvm/runtime/crt/module.h", include_str!("../../headers/tvm/runtime/crt/module.h")),
    ("tvm/runtime/metadata_types.h", include_str!("../../headers/tvm/runtime/metadata_types.h")),
];

/// The headers that some texts need, directly or through each other.
pub fn needed(module: &str, texts: &[&str]) -> Result<Vec<(&'static str, &'static str)>> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut open: Vec<&str> = texts.to_vec();
    while let Some(text) = open.pop() {
        for name in includes(text) {
            let known = HEADERS.iter().find(|(path, _)| *path == name);
            match known {
                Some(header) if !found.contains(header) => {
                    found.push(*header);
                    open.push(header.1);
                }
                None if name.starts_with("tvm/") => {
                    let what = format!(
                        "its C includes <{}>, which belongs to a part of TVM's own runtime; build the model with --executor=aot --runtime=crt for target c",
                        shown(name)
                    );
                    return Err(Error::Unsupported { module: shown(module), what });
                }
                _ => {}
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}
