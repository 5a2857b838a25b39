//! The C kernels, as text to copy into archives.

/// A kernel header: its name within `kernels/` and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel {
    /// File name, such as `conv_2d.h`.
    pub name: &'static str,
    /// Contents.
    pub text: &'static str,
}

macro_rules! kernels {
    ($($name:literal),* $(,)?) => {
        &[$(Kernel { name: $name, text: include_str!(concat!("../kernels/", $name)) }),*]
    };
}

/// All kernel files, sorted by name.
pub static FILES: &[Kernel] = kernels![
    "add.h",
    "average_pool_2d.h",
    "base.h",
    "broadcast.h",
    "conv_2d.h",
    "depthwise_conv_2d.h",
    "depthwise_whole.h",
    "dsp.h",
    "float_nn.h",
    "float_unary.h",
    "float_weighted.h",
    "fully_connected.h",
    "max_pool_2d.h",
    "maximum_minimum.h",
    "mean.h",
    "move.h",
    "mul.h",
    "quantize.h",
    "mve.h",
    "softmax.h",
    "sub.h",
    "table.h",
];

/// The files named and all those they include from this folder, each once, sorted by name. Names not in the folder are left out.
pub fn closure<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Kernel> {
    let mut wanted: Vec<&str> = names.into_iter().collect();
    let mut found: Vec<Kernel> = Vec::new();
    while let Some(name) = wanted.pop() {
        let Some(kernel) = FILES.iter().find(|kernel| kernel.name == name) else {
            continue;
        };
        if found.contains(kernel) {
            continue;
        }
        found.push(*kernel);
        wanted.extend(includes(kernel.text));
    }
    found.sort_by_key(|kernel| kernel.name);
    found
}

/// Names in the `#include "…"` lines of a C file.
pub fn includes(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.trim().strip_prefix("#include \"")?.strip_suffix('"'))
}
