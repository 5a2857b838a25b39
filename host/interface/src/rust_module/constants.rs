//! The facts as constants, with the names of the header's macros after `TVM_MY_MODEL_`.

use crate::c_header::types::element_count;
use crate::facts::{Facts, Named, TensorFacts};
use crate::rust_module::names::string;
use crate::rust_module::tensors::element_type;
use std::fmt::Write;

/// All constants of a model.
pub fn constants(out: &mut String, facts: &Facts) {
    let _ = write!(
        out,
        "\n/// The model's own name.\npub const NAME: &str = {};\n/// The most bytes of stack that a run takes, if known.\n\
         pub const STACK_BYTES: Option<usize> = {:?};\n",
        string(&facts.name),
        facts.stack_bytes
    );
    facts.inputs.iter().for_each(|tensor| self::tensor(out, "INPUT", tensor));
    facts.outputs.iter().for_each(|tensor| self::tensor(out, "OUTPUT", tensor));
    for workspace in &facts.workspaces {
        let (at, own) = (format!("WORKSPACE_{}", workspace.c_name.to_ascii_uppercase()), &workspace.facts);
        let what = if own.state { "the model's state" } else { "this workspace" };
        size(out, &format!("{at}_BYTES"), own.bytes(), &format!("Bytes of {what}, at any address."));
        size(out, &format!("{at}_ALIGNED_BYTES"), own.aligned_bytes, "The same at an aligned address.");
        size(out, &format!("{at}_ALIGNMENT"), own.alignment, "Alignment of its beginning.");
    }
    if let [one] = &facts.workspaces[..] {
        size(out, "WORKSPACE_BYTES", one.facts.bytes(), "Bytes of the only workspace, at any address.");
    }
    for parameter in facts.parameters.iter().filter(|parameter| !parameter.facts.carried) {
        let at = format!("PARAMETER_{}", parameter.c_name.to_ascii_uppercase());
        size(out, &format!("{at}_BYTES"), parameter.facts.bytes, "Bytes of these constants, which the user provides.");
        size(out, &format!("{at}_ALIGNMENT"), parameter.facts.alignment, "Alignment of their address.");
    }
}

fn size(out: &mut String, name: &str, value: u32, about: &str) {
    let _ = write!(out, "/// {about}\npub const {name}: usize = {value};\n");
}

fn tensor(out: &mut String, side: &str, tensor: &Named<TensorFacts>) {
    let (at, facts) = (format!("{side}_{}", tensor.c_name.to_ascii_uppercase()), &tensor.facts);
    let about = format!("Number of elements of the {} `{}`.", side.to_ascii_lowercase(), tensor.c_name);
    size(out, &format!("{at}_ELEMENTS"), element_count(facts), &about);
    if let Some(shape) = &facts.shape {
        let _ = write!(
            out,
            "/// Its dimensions, outermost first.\npub const {at}_SHAPE: [usize; {}] = {shape:?};\n",
            shape.len()
        );
    }
    if let Some(quantization) = &facts.quantization
        && matches!(element_type(facts), "i8" | "u8" | "i16")
    {
        let _ = write!(
            out,
            "/// The quantisation of its elements.\npub const {at}_QUANTIZATION: ::tvm_embedded::Quantization = \
             ::tvm_embedded::Quantization::new({:?}, {});\n",
            quantization.scale, quantization.zero_point
        );
    }
}
