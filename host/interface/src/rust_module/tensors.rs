//! The types of tensors: arrays, in structs or anywhere in memory.

use crate::c_header::types::{element_count, element_type as c_type, over_aligned, placed};
use crate::facts::{Named, TensorFacts};
use crate::rust_module::names::identifier;
use std::fmt::Write;

/// The Rust type of one element; bytes for types that have no name.
pub fn element_type(facts: &TensorFacts) -> &'static str {
    match c_type(facts) {
        "int8_t" => "i8",
        "int16_t" => "i16",
        "int32_t" => "i32",
        "int64_t" => "i64",
        "uint16_t" => "u16",
        "uint32_t" => "u32",
        "uint64_t" => "u64",
        "float" => "f32",
        "double" => "f64",
        _ => "u8",
    }
}

/// `[i8; 8]`
pub fn array(facts: &TensorFacts) -> String {
    format!("[{}; {}]", element_type(facts), element_count(facts))
}

/// The type that holds a tensor: an array, or an aligned array.
pub fn holder(tensor: &Named<TensorFacts>) -> String {
    match over_aligned(tensor) {
        true => aligned(tensor.facts.alignment, &array(&tensor.facts)),
        false => array(&tensor.facts),
    }
}

/// A type that is aligned to that many bytes, a power of two.
pub fn aligned(alignment: u32, what: &str) -> String {
    format!("::tvm_embedded::Aligned{}<{what}>", alignment.max(MIN_ALIGNED))
}

/// A value of that type.
pub fn aligned_value(alignment: u32, value: &str) -> String {
    format!("::tvm_embedded::Aligned{}({value})", alignment.max(MIN_ALIGNED))
}

/// The smallest and the largest alignment for which the crate has a type.
const MIN_ALIGNED: u32 = 2;
pub const MAX_ALIGNED: u32 = 256;

/// The struct of all tensors of a side.
pub fn structure(out: &mut String, side: &str, tensors: &[Named<TensorFacts>]) {
    if placed(tensors) {
        return;
    }
    let name = if side == "input" { "Input" } else { "Output" };
    let _ = write!(out, "\n/// The model's {side}s.\n#[derive(Clone, Debug)]\npub struct {name} {{\n");
    for tensor in tensors {
        let shape = tensor.facts.shape.as_ref().map_or_else(String::new, |shape| format!(" of the shape {shape:?}"));
        let _ = write!(
            out,
            "    /// Tensor {}{shape}.\n    pub {}: {},\n",
            tensor.facts.index,
            identifier(&tensor.c_name),
            holder(tensor)
        );
    }
    let _ = write!(
        out,
        "}}\n\nimpl {name} {{\n    /// All elements zero.\n    #[must_use]\n    pub const fn new() -> Self {{\n        Self {{\n"
    );
    for tensor in tensors {
        let value = zeros(tensor);
        let _ = writeln!(out, "            {}: {value},", identifier(&tensor.c_name));
    }
    let _ = write!(
        out,
        "        }}\n    }}\n}}\n\nimpl Default for {name} {{\n    fn default() -> Self {{\n        Self::new()\n    }}\n}}\n"
    );
}

fn zeros(tensor: &Named<TensorFacts>) -> String {
    let zero = if element_type(&tensor.facts).starts_with('f') { "0.0" } else { "0" };
    let zeros = format!("[{zero}; {}]", element_count(&tensor.facts));
    match over_aligned(tensor) {
        true => aligned_value(tensor.facts.alignment, &zeros),
        false => zeros,
    }
}
