//! TRANSPOSE_CONV on int16: a convolution of the input for each phase, which writes its outputs to their positions.

use super::phases::{self, Geometry};
use crate::ir::graph::{Activation, DType};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::Checker;
use crate::ops::definition::Checked;
use crate::ops::shared::text;
use crate::ops::shared::weighted::Types;
use crate::ops::shared::window_int16::{self, Sums};

/// Element types.
pub const TYPES: Types =
    Types { activations: DType::Int16, weights: &[DType::Int8], bias: &[DType::Int64, DType::Int16] };

struct Int16<'a> {
    sums: Sums<'a>,
    geometry: Geometry,
}

/// Checks weights, bias, output and activation.
pub fn check<'a>(
    checker: &mut Checker<'a>,
    geometry: Geometry,
    activation: Activation,
) -> Option<Box<dyn Checked + 'a>> {
    let numbers = [phases::INPUT, phases::WEIGHTS, phases::BIAS];
    let sums = window_int16::check_sums(checker, numbers, &TYPES, (0, geometry.channels), activation)?;
    Some(Box::new(Int16 { sums, geometry }))
}

impl Checked for Int16<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Int16 { sums, geometry: g } = self;
        let weighted = &sums.weighted;
        let places =
            [g.stride[1] * g.channels, g.stride[0] * g.output[1] * g.channels, g.output[0] * g.output[1] * g.channels];
        let (mut constants, mut structs, mut calls) = (Vec::new(), String::new(), String::new());
        let (mut scratch_bytes, mut macs) = (0, 0);
        for (p, phase) in phases::phases(g, &weighted.weights_as_given()).into_iter().enumerate() {
            let (name, depth) = (lowering.constant(&format!("part{p}_weights")), phase.weights.len() / g.channels);
            let names = (name.clone(), lowering.constant("table"));
            let fields = sums.fields(names, &phase.window, 1, places);
            structs += &text::constant_struct("tvmk_int16_window_t", &format!("part{p}"), &fields);
            calls += &format!(
                "    tvmk_conv_2d_int16{}(&part{p}, input, output + {}, (int16_t *)(void *)scratch);\n",
                sums.form.suffix(),
                phase.first
            );
            scratch_bytes = scratch_bytes.max(window_int16::scratch_bytes(&phase.window, depth, 1));
            macs += (g.batches * phase.window.positions() * phase.weights.len()) as u64;
            constants.extend(window_int16::constants(&name, phase.weights, depth, 1, "a phase's weights"));
        }
        constants.push(sums.table(lowering));
        Lowered::Layer(Layer {
            // The calls name the scratch memory.
            scratch_bytes: scratch_bytes.max(4),
            scratch_align: 4,
            constants,
            headers: vec!["weighted_int16.h"],
            body: structs + &calls,
            macs,
            ..lowering.layer_of(
                format!("int16 {}, activation {:?}", g.describe(), weighted.activation),
                weighted.input.id,
                weighted.output.id,
            )
        })
    }
}
