//! Constants in pools: what layers and calls say of them.

use super::constants::reference;
use super::names::comment;
use super::run::{Parameter, first_constant_pool};
use crate::ir::layer::{Constant, Layer};
use crate::ir::model::Model;
use crate::ir::stored::Stored;
use crate::math::stored::{named, without_static};
use std::collections::HashMap;
use std::fmt::Write;

/// Stops a build for a core that reads the other end of a number first.
pub const LITTLE_ENDIAN: &str = "\n#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n#error \"the pools of \
                                 constants are little-endian: compile the model again without --constants\"\n#endif\n";

/// A parameter of a layer's function for each pool that its statements need, in the order of the pools.
pub fn pools_of(model: &Model, layer: &Layer) -> Vec<usize> {
    let mut pools: Vec<usize> = named(&model.stored, &layer.body).iter().map(|(_, stored)| stored.pool).collect();
    pools.sort_unstable();
    pools.dedup();
    pools
}

/// The name of such a parameter.
pub fn parameter(model: &Model, pool: usize) -> String {
    format!("tvm_{}", model.stored.pools[pool].name)
}

/// A layer's statements, with its constants as addresses in pools.
pub fn body(model: &Model, arrays: &HashMap<&str, &Constant>, layer: &Layer) -> String {
    let used = named(&model.stored, &layer.body);
    if used.is_empty() {
        return layer.body.clone();
    }
    let mut text = String::new();
    for &(name, stored) in &used {
        let Some(array) = arrays.get(name) else { continue };
        if !array.comment.is_empty() {
            let _ = writeln!(text, "    /* {} */", comment(&array.comment));
        }
        let value = address(array, &parameter(model, stored.pool), stored);
        let _ = writeln!(text, "    const {} *const {name} = {value};", array.data.c_type());
    }
    let names: Vec<&str> = used.iter().map(|(name, _)| *name).collect();
    text + &without_static(&layer.body, &names).0
}

/// A constant that a layer takes as an argument; marks in `used` which parameter of the main function it needs.
pub fn argument(model: &Model, parameters: &[Parameter], constant: &Constant, used: &mut [bool]) -> String {
    let Some(stored) = model.stored.find(&constant.name) else { return reference(constant) };
    let index = first_constant_pool(model, parameters) + stored.pool;
    used[index] = true;
    address(constant, &parameters[index].name, stored)
}

fn address(constant: &Constant, pool: &str, stored: Stored) -> String {
    // Through `void` if the alignment grows: the pool ensures it.
    format!("(const {} *)(const void *)({pool} + {})", constant.data.c_type(), stored.offset)
}
