//! The C kernels, as text to copy into archives.

/// A kernel header: its name and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel {
    /// File name, such as `conv_2d.h`.
    pub name: &'static str,
    /// Contents.
    pub text: &'static str,
}

macro_rules! kernels {
    ($($folder:literal: $($name:literal),*;)*) => {
        &[$($(Kernel { name: $name, text: include_str!(concat!($folder, "/", $name)) }),*),*]
    };
}

/// All kernel files, by folder.
pub static FILES: &[Kernel] = kernels![
    "add": "add.h";
    "average_pool_2d": "average_pool_2d.h";
    "conv_2d": "conv_2d.h";
    "depthwise_conv_2d": "depthwise_conv_2d.h", "depthwise_whole.h";
    "fully_connected": "fully_connected.h";
    "logistic": "logistic_float.h";
    "max_pool_2d": "max_pool_2d.h", "max_pool_2d_float.h";
    "maximum_minimum": "maximum_minimum.h", "maximum_minimum_float.h";
    "mean": "mean.h", "mean_float.h";
    "mul": "mul.h", "mul_float.h";
    "quantize": "quantize.h", "quantize_float.h";
    "shared": "base.h", "broadcast.h", "dsp.h", "float_base.h", "float_math.h", "float_nn.h", "float_unary.h", "float_weighted.h",
              "move.h", "mve.h", "table.h";
    "softmax": "softmax.h", "softmax_float.h";
    "sub": "sub.h", "sub_float.h";
];

/// The files named and all those they include, each once, sorted by name. Names not in the folder are left out.
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
