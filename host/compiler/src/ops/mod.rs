//! The operators, one directory each. This is their registry: a directory is named here twice, as a module and in
//! `DIRECTORIES`; the directory itself says which operators it defines. (A macro could make one line of both, but then rustfmt and
//! other tools would not find the files.)
//!
//! `docs/compiler.md` has the recipe.

pub mod checker;
pub mod conditions;
pub mod definition;
pub mod extents;
pub mod flow;
pub mod kernels;
pub mod linkage;
pub mod shared;
pub mod stack;

pub mod abs;
pub mod add;
pub mod add_n;
pub mod arg_max_min;
pub mod average_pool_2d;
pub mod batch_matmul;
pub mod batch_to_space_nd;
pub mod broadcast_args;
pub mod broadcast_to;
pub mod cast;
pub mod circular_buffer;
pub mod compare;
pub mod concatenation;
pub mod conv_2d;
pub mod cumsum;
pub mod custom;
pub mod densify;
pub mod depthwise_conv_2d;
pub mod dequantize;
pub mod detection_postprocess;
pub mod div;
pub mod dynamic_update_slice;
pub mod elu;
pub mod ethos_u;
pub mod expand_dims;
pub mod fill;
pub mod float_functions;
pub mod floor_div;
pub mod fully_connected;
pub mod gather;
pub mod gather_nd;
pub mod gelu;
pub mod hard_swish;
pub mod if_else;
pub mod l2_normalization;
pub mod l2_pool_2d;
pub mod leaky_relu;
pub mod log_softmax;
pub mod logical;
pub mod logistic;
pub mod max_pool_2d;
pub mod maximum_minimum;
pub mod mean;
pub mod mirror_pad;
pub mod mul;
pub mod pack;
pub mod pad;
pub mod prelu;
pub mod quantize;
pub mod range;
pub mod reduce;
pub mod reduce_prod;
pub mod relu;
pub mod relu6;
pub mod reshape;
pub mod resize_bilinear;
pub mod resize_nearest_neighbor;
pub mod reverse_v2;
pub mod rsqrt;
pub mod select_v2;
pub mod shape;
pub mod signal_delay;
pub mod signal_energy;
pub mod signal_fft_auto_scale;
pub mod signal_filter_bank;
pub mod signal_filter_bank_log;
pub mod signal_filter_bank_spectral_subtraction;
pub mod signal_filter_bank_square_root;
pub mod signal_framer;
pub mod signal_overlap_add;
pub mod signal_pcan;
pub mod signal_rfft;
pub mod signal_stacker;
pub mod signal_window;
pub mod slice;
pub mod softmax;
pub mod space_to_depth;
pub mod split;
pub mod squared_difference;
pub mod squeeze;
pub mod strided_slice;
pub mod sub;
pub mod svdf;
pub mod tanh;
pub mod tile;
pub mod transpose;
pub mod transpose_conv;
pub mod unidirectional_sequence_lstm;
pub mod unpack;
pub mod variable;
pub mod while_loop;
pub mod zeros_like;

/// An example to copy, compiled only for tests.
#[cfg(test)]
#[path = "TEMPLATE/mod.rs"]
mod template;
#[cfg(test)]
mod template_tests;

use crate::ir::graph::{OpKind, Operator, Subgraph};
use crate::ir::problem::Problem;
use checker::Checker;
use definition::{Checked, CustomReader, Definition, Definitions};
use kernels::{Kernel, includes};

/// What each directory defines: one operator, or several that share their code.
static DIRECTORIES: &[&dyn Definitions] = &[
    &abs::DEFINITION,
    &add::DEFINITION,
    &add_n::DEFINITION,
    &arg_max_min::DEFINITIONS,
    &average_pool_2d::DEFINITION,
    &batch_matmul::DEFINITION,
    &batch_to_space_nd::DEFINITIONS,
    &broadcast_args::DEFINITION,
    &broadcast_to::DEFINITION,
    &cast::DEFINITION,
    &circular_buffer::DEFINITION,
    &compare::DEFINITIONS,
    &concatenation::DEFINITION,
    &conv_2d::DEFINITION,
    &cumsum::DEFINITION,
    &custom::DEFINITION,
    &densify::DEFINITION,
    &depthwise_conv_2d::DEFINITION,
    &dequantize::DEFINITION,
    &detection_postprocess::DEFINITION,
    &div::DEFINITION,
    &dynamic_update_slice::DEFINITION,
    &elu::DEFINITION,
    &ethos_u::DEFINITION,
    &expand_dims::DEFINITION,
    &fill::DEFINITION,
    &float_functions::DEFINITIONS,
    &floor_div::DEFINITIONS,
    &fully_connected::DEFINITION,
    &gather::DEFINITIONS,
    &gather_nd::DEFINITION,
    &gelu::DEFINITION,
    &hard_swish::DEFINITION,
    &l2_normalization::DEFINITION,
    &l2_pool_2d::DEFINITION,
    &if_else::DEFINITION,
    &leaky_relu::DEFINITION,
    &log_softmax::DEFINITION,
    &logical::DEFINITIONS,
    &logistic::DEFINITION,
    &max_pool_2d::DEFINITION,
    &maximum_minimum::DEFINITIONS,
    &mean::DEFINITIONS,
    &mirror_pad::DEFINITION,
    &mul::DEFINITION,
    &pack::DEFINITION,
    &pad::DEFINITIONS,
    &prelu::DEFINITION,
    &quantize::DEFINITION,
    &range::DEFINITION,
    &reduce::DEFINITIONS,
    &reduce_prod::DEFINITION,
    &relu6::DEFINITION,
    &relu::DEFINITION,
    &reshape::DEFINITION,
    &resize_bilinear::DEFINITION,
    &resize_nearest_neighbor::DEFINITION,
    &reverse_v2::DEFINITION,
    &rsqrt::DEFINITION,
    &select_v2::DEFINITIONS,
    &shape::DEFINITIONS,
    &signal_delay::DEFINITION,
    &signal_energy::DEFINITION,
    &signal_fft_auto_scale::DEFINITION,
    &signal_filter_bank::DEFINITION,
    &signal_filter_bank_log::DEFINITION,
    &signal_filter_bank_spectral_subtraction::DEFINITION,
    &signal_filter_bank_square_root::DEFINITION,
    &signal_framer::DEFINITION,
    &signal_overlap_add::DEFINITION,
    &signal_pcan::DEFINITION,
    &signal_rfft::DEFINITIONS,
    &signal_stacker::DEFINITION,
    &signal_window::DEFINITION,
    &slice::DEFINITION,
    &softmax::DEFINITION,
    &space_to_depth::DEFINITIONS,
    &split::DEFINITIONS,
    &squared_difference::DEFINITION,
    &squeeze::DEFINITION,
    &strided_slice::DEFINITION,
    &sub::DEFINITION,
    &svdf::DEFINITION,
    &tanh::DEFINITION,
    &tile::DEFINITION,
    &transpose::DEFINITION,
    &transpose_conv::DEFINITION,
    &unidirectional_sequence_lstm::DEFINITION,
    &unpack::DEFINITION,
    &variable::DEFINITIONS,
    &while_loop::DEFINITION,
    &zeros_like::DEFINITION,
];

/// All operators the compiler knows.
pub fn definitions() -> impl Iterator<Item = &'static Definition> {
    DIRECTORIES.iter().flat_map(|directory| directory.definitions())
}

/// A custom operator by the name in the file, and how its options are read, if the compiler knows it.
pub fn custom(name: &str) -> Option<(OpKind, CustomReader)> {
    let kind = OpKind::custom(name)?;
    let defines = |directory: &&&dyn Definitions| directory.definitions().iter().any(|other| other.kind == kind);
    Some((kind, DIRECTORIES.iter().find(defines)?.custom()?))
}

/// The definition of an operator, if there is one.
pub fn definition(kind: OpKind) -> Option<&'static Definition> {
    definitions().find(|definition| definition.kind == kind)
}

/// Checks an operator whose kind, version and numbers of tensors are right.
///
/// # Errors
/// At least one problem.
pub fn check<'a>(graph: &'a Subgraph, op: &'a Operator) -> Result<Box<dyn Checked + 'a>, Vec<Problem>> {
    checked(Checker::new(graph, op))
}

/// The same for an operator on constants that is computed at compile time: some forms exist only there.
///
/// # Errors
/// At least one problem.
pub fn check_ahead<'a>(graph: &'a Subgraph, op: &'a Operator) -> Result<Box<dyn Checked + 'a>, Vec<Problem>> {
    checked(Checker { ahead: true, ..Checker::new(graph, op) })
}

fn checked(mut checker: Checker<'_>) -> Result<Box<dyn Checked + '_>, Vec<Problem>> {
    let op = checker.op;
    let checked = definition(op.kind).and_then(|definition| (definition.check)(&mut checker));
    match checked {
        Some(checked) if checker.problems.is_empty() => Ok(checked),
        None if checker.problems.is_empty() => {
            checker.bad("a form of the operator that is not supported", "");
            Err(checker.problems)
        }
        _ => Err(checker.problems),
    }
}

/// All kernel files.
pub fn kernels() -> impl Iterator<Item = Kernel> {
    shared::KERNELS.iter().chain(definitions().flat_map(|definition| definition.kernels)).copied()
}

/// The kernel files named and all those they include, each once, sorted by name. Names without a kernel are left out.
pub fn kernels_for<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Kernel> {
    let mut wanted: Vec<&str> = names.into_iter().collect();
    let mut found: Vec<Kernel> = Vec::new();
    while let Some(name) = wanted.pop() {
        let Some(kernel) = kernels().find(|kernel| kernel.name == name) else {
            continue;
        };
        if found.contains(&kernel) {
            continue;
        }
        found.push(kernel);
        wanted.extend(includes(kernel.text));
    }
    found.sort_by_key(|kernel| kernel.name);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::path::{Path, PathBuf};

    fn ops_directory() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ops")
    }

    #[test]
    fn kinds_are_defined_once_and_their_rows_are_filled_in() {
        for (i, definition) in definitions().enumerate() {
            let kind = definition.kind;
            assert!(definitions().take(i).all(|other| other.kind != kind), "{kind} is defined twice");
            assert!(!definition.support.is_empty(), "{kind} has no row for the documentation");
            assert!(!kind.to_string().starts_with("operator number"), "{} has no name", kind.0);
        }
    }

    #[test]
    fn every_directory_is_registered() {
        let text = include_str!("mod.rs");
        let folders = std::fs::read_dir(ops_directory()).unwrap().map(|entry| entry.unwrap().path());
        let names = folders.filter(|path| path.is_dir()).map(|path| path.file_name().unwrap().to_owned());
        for name in names.map(|name| name.into_string().unwrap()).filter(|name| name != "TEMPLATE" && name != "shared")
        {
            let line = format!("    &{name}::");
            assert!(text.lines().any(|other| other.starts_with(&line)), "{name} has no line in DIRECTORIES");
        }
    }

    #[test]
    fn custom_operators_have_a_name_and_read_their_options() {
        for definition in definitions() {
            let kind = definition.kind;
            let found = custom(&kind.to_string()).map(|(found, _)| found);
            assert_eq!(found, (kind.0 < 0).then_some(kind), "{kind}");
            assert!(kind.0 >= 0 || definition.options.is_none(), "{kind}");
        }
    }

    #[test]
    fn a_kernel_file_holds_code_of_one_instruction_set() {
        for kernel in kernels().filter(|kernel| kernel.name != "core.h") {
            let named = |set: &str| kernel.name.split(['_', '.']).any(|word| word == set);
            let mut open = Vec::new();
            for line in kernel.text.lines().filter(|line| line.starts_with('#')) {
                if line.starts_with("#if") {
                    open.push(line);
                }
                for (set, name) in [("TVMK_DSP", "dsp"), ("TVMK_MVE", "mve")] {
                    let code = line.starts_with("#if ") && line.contains(set) && !line.contains(&format!("!{set}"));
                    let other = line.starts_with("#el") && open.last().is_some_and(|line| line.contains(set));
                    assert!((named(name) || !code) && !other, "{}: {line}", kernel.name);
                }
                if line == "#endif" {
                    open.pop();
                }
            }
        }
    }

    /// A model may use any of them together.
    #[test]
    fn a_kernel_has_a_name_of_its_own() {
        let is_of_set = |name: &str| name.split(['_', '.']).any(|word| ["dsp", "mve", "portable"].contains(&word));
        let mut files: HashMap<&str, Vec<&str>> = HashMap::new();
        for kernel in kernels() {
            let defined =
                kernel.text.lines().filter(|line| line.starts_with("TVMK_SHARED ") || line.starts_with("TVMK_INLINE "));
            for name in defined.filter_map(|line| line.split('(').next()?.rsplit([' ', '*']).next()) {
                let others = files.entry(name).or_default();
                if !others.contains(&kernel.name) {
                    others.push(kernel.name);
                }
            }
        }
        assert!(files.contains_key("tvmk_conv_2d_scratch"));
        // A file for all cores defines what no file for their instruction sets does.
        let twice = |files: &Vec<&str>| files.iter().filter(|name| !is_of_set(name)).count() > 1;
        let clashes: Vec<_> = files.iter().filter(|(_, files)| twice(files)).collect();
        assert!(clashes.is_empty(), "{clashes:?}");
    }

    #[test]
    fn every_kernel_file_is_named_by_its_operator() {
        let mut named: HashMap<&str, Kernel> = HashMap::new();
        for kernel in kernels() {
            let text = named.insert(kernel.name, kernel);
            assert!(text.is_none_or(|other| other == kernel), "two files are called {}", kernel.name);
        }
        for kernel in named.values() {
            for include in includes(kernel.text) {
                assert!(named.contains_key(include), "{} includes {include}, which no operator names", kernel.name);
            }
        }
        let ops = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ops");
        let folders = std::fs::read_dir(ops)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir() && !path.ends_with("TEMPLATE"));
        let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        for file in files.filter(|path| path.extension().is_some_and(|extension| extension == "h")) {
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(named.contains_key(name), "{} is named by no operator", file.display());
        }
    }
}
