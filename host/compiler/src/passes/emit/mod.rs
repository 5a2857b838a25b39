//! Pass 7: the C sources and header, laid out as TVM's C interface has them.

mod constants;
mod contents;
mod header;
mod layers;
mod listing;
mod names;
mod order;
mod run;
mod share;
mod stepped;
mod stored;
mod wide;

use crate::ir::model::Model;
use crate::ops;
use crate::ops::kernels::{self, Kernel};
use names::kernel_file;
use std::fmt::{self, Write};

/// A member of the archive.
#[derive(Debug, Clone)]
pub struct File<'a> {
    /// Path in the archive, without `./`.
    pub path: String,
    contents: Contents<'a>,
}

#[derive(Debug, Clone)]
enum Contents<'a> {
    Text(String),
    /// The header, with the content of the pools of constants.
    Header(&'a Model),
    /// The operators' file, many times longer than all others: generated while it is written.
    Operators(&'a Model),
}

impl File<'_> {
    /// Writes its text.
    ///
    /// # Errors
    /// Those of what is written to.
    pub fn write(&self, out: &mut dyn Write) -> fmt::Result {
        match &self.contents {
            Contents::Text(text) => out.write_str(text),
            Contents::Header(model) => header::header(model, out),
            Contents::Operators(model) => layers::operators(model, out),
        }
    }

    /// Length of its text.
    pub fn bytes(&self) -> u64 {
        let mut length = Length(0);
        // Counting does not fail.
        let _ = self.write(&mut length);
        length.0
    }
}

/// Counts what is written to it.
struct Length(u64);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len() as u64;
        Ok(())
    }
}

/// All files except the metadata, in the order of the archive.
pub fn emit(model: &Model) -> Vec<File<'_>> {
    let module = &model.module;
    let file = |path: String, text: String| File { path, contents: Contents::Text(text) };
    let mut files = vec![
        File { path: format!("codegen/host/include/tvmgen_{module}.h"), contents: Contents::Header(model) },
        file(format!("codegen/host/src/{module}_lib0.c"), run::entry(model)),
        File { path: format!("codegen/host/src/{module}_lib1.c"), contents: Contents::Operators(model) },
        file(format!("src/{module}.tflite.txt"), listing::listing(model)),
    ];
    let kernels = used_kernels(model);
    if !kernels.is_empty() {
        files.push(file(format!("codegen/host/include/{}", share::file(model)), share::header(model, &kernels)));
    }
    for kernel in kernels {
        let path = format!("codegen/host/include/{}", kernel_file(model, kernel.name));
        files.push(file(path, localized(model, kernel.text)));
    }
    files
}

/// The kernel files that the layers need.
fn used_kernels(model: &Model) -> Vec<Kernel> {
    ops::kernels_for(model.layers.iter().flat_map(|planned| planned.layer.headers.iter().copied()))
}

/// A kernel's text with the names of other kernel files as they are in the archive.
fn localized(model: &Model, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match kernels::includes(line).next().filter(|name| ops::kernels().any(|kernel| kernel.name == *name)) {
            Some(name) => out.push_str(&format!("#include \"{}\"", kernel_file(model, name))),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
