//! Pass 7: the C sources and header, laid out as TVM's C interface has them.

mod constants;
mod header;
mod layers;
mod listing;
mod run;

use crate::ir::model::Model;
use crate::ops;
use crate::ops::kernels::{self, Kernel};

/// A member of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path in the archive, without `./`.
    pub path: String,
    /// Contents.
    pub text: String,
}

/// All files but the metadata, in the order of the archive.
pub fn emit(model: &Model) -> Vec<File> {
    let module = &model.module;
    let file = |path: String, text: String| File { path, text };
    let mut files = vec![
        file(format!("codegen/host/include/tvmgen_{module}.h"), header::header(model)),
        file(format!("codegen/host/src/{module}_lib0.c"), run::entry(model)),
        file(format!("codegen/host/src/{module}_lib1.c"), layers::operators(model)),
        file(format!("src/{module}.tflite.txt"), listing::listing(model)),
    ];
    for kernel in used_kernels(model) {
        let path = format!("codegen/host/include/{}", kernel_file(model, kernel.name));
        files.push(file(path, localized(model, kernel.text)));
    }
    files
}

/// The kernel files that the layers need.
fn used_kernels(model: &Model) -> Vec<Kernel> {
    ops::kernels_for(model.layers.iter().flat_map(|planned| planned.layer.headers.iter().copied()))
}

/// Name of a kernel file in the archive. It carries the module's name, so that archives of several models, perhaps made by
/// several versions of the compiler, can share an include path.
fn kernel_file(model: &Model, name: &str) -> String {
    format!("tvmgen_{}_{name}", model.module)
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

/// Text fit for a C comment: on one line, not endless, and without what shows it to people in another order than to compilers.
fn comment(text: &str) -> String {
    const LONGEST: usize = 1000;
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut clean = String::with_capacity(text.len().min(LONGEST));
    for c in text.chars().take(LONGEST) {
        let c = match c {
            c if unseen(c) => ' ',
            // A backslash could end the line or, as a trigraph, hide.
            '\\' => '/',
            '?' if clean.ends_with('?') => continue,
            c => c,
        };
        // Neither the end of the comment nor the beginning of another.
        if matches!((clean.chars().last(), c), (Some('*'), '/') | (Some('/'), '*')) {
            clean.push(' ');
        }
        clean.push(c);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_comment() {
        assert_eq!(comment("a*/ b\n/* c"), "a* / b / * c");
        assert_eq!(comment("x*\\"), "x* /");
        assert_eq!(comment("line\r\nend???/"), "line  end?/");
        assert_eq!(comment("a\u{0}b\u{1b}c\n"), "a b c ");
        assert_eq!(comment("größe*//"), "größe* //");
        assert_eq!(comment("a\u{202e}b\u{2066}c"), "a b c");
        assert_eq!(comment(&"x".repeat(5000)).len(), 1000);
    }
}
