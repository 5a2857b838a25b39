//! Convolutions on parts: on groups of channels, or of interleaved positions of the output. Each part is one call of
//! `conv_2d.h`'s kernel, with the fast paths that it has; `conv_2d_parts.h` picks its input and spreads its output.

use super::{dense, fields};
use crate::ir::layer::{Constant, Layer, Lowered, Lowering};
use crate::ir::options::Scratch;
use crate::math::window::Window;
use crate::ops::shared::weighted::{self, Form, Weighted};
use crate::ops::shared::{int4, text};

/// A convolution on one part.
pub struct Part<'a> {
    /// Its window over the channels it reads.
    pub window: Window,
    /// Bias and multipliers of its channels.
    pub weighted: Weighted<'a>,
    /// Its weights `[channel][row][column][input channel]`.
    pub weights: Vec<i8>,
    /// The first channel that it reads.
    pub in_first: usize,
    /// Where its outputs are stored.
    pub place: Place,
}

/// Bytes in the output.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Where the first position starts.
    pub first: usize,
    /// From a position to its neighbour in the row.
    pub column: usize,
    /// From a row to the next.
    pub row: usize,
}

/// Elements of input and output as a whole, of one batch.
pub struct Whole {
    /// Number of batches.
    pub batches: usize,
    /// Channels of the input.
    pub in_channels: usize,
    /// Elements of the input.
    pub input: usize,
    /// Elements of the output.
    pub output: usize,
}

/// The layer of all parts; there is at least one, and all have the same numbers of channels in and out.
pub fn layer(lowering: &Lowering<'_>, whole: &Whole, parts: &[Part<'_>], summary: String) -> Lowered {
    let (constants, form) = constants(lowering, parts);
    let picked =
        |part: &Part<'_>| if part.window.in_channels == whole.in_channels { 0 } else { part.window.in_elements() };
    let made = |part: &Part<'_>| part.window.positions() * part.weighted.bias.len();
    let most = |size: &dyn Fn(&Part<'_>) -> usize| parts.iter().map(size).max().unwrap_or(0);
    let own = most(&|part| dense::scratch_bytes(&part.window, form)).next_multiple_of(4);
    let scratch_bytes = own + most(&picked) + most(&made);
    let mut body = structs(lowering, parts);
    let is_int4 = matches!(form, Form::Int4 | Form::Int4General);
    let packed = if form == Form::Unpacked { 0 } else { 1 + u8::from(is_int4) };
    let picks = u8::from(most(&picked) > 0);
    let needed = format!("tvmk_conv_2d_parts_scratch(parts, {}, {picks}, {packed})", parts.len());
    body += &text::scratch(&needed, scratch_bytes);
    body += &format!("    int8_t *made = (int8_t *)scratch + {own};\n");
    let mut source = "in".to_owned();
    if most(&picked) > 0 {
        body += &format!("    int8_t *picked = made + {};\n", most(&made));
        source = "picked".to_owned();
    }
    body += &format!("    for (int32_t b = 0; b < {}; b++) {{\n", whole.batches);
    body += &format!("        const int8_t *in = input + b * INT32_C({});\n", whole.input);
    body += &format!("        int8_t *out = output + b * INT32_C({});\n", whole.output);
    body += &format!("        for (int32_t p = 0; p < {}; p++) {{\n", parts.len());
    if most(&picked) > 0 {
        body += &format!(
            "            tvmk_conv_2d_pick(parts[p], in + places[p].in_first, {}, picked);\n",
            whole.in_channels
        );
    }
    body += &format!("            {}(parts[p], {source}, made, scratch);\n", dense::function(form));
    body += "            tvmk_conv_2d_spread(parts[p], &places[p], made, out);\n        }\n    }\n";
    let headers = if is_int4 { vec!["conv_2d_int4.h", "conv_2d_parts.h"] } else { vec!["conv_2d_parts.h"] };
    let summary = summary + int4::note(&parts[0].weighted, is_int4);
    let macs = |part: &Part<'_>| part.window.positions() as u64 * part.weights.len() as u64;
    let (input, output) = (parts[0].weighted.input.id, parts[0].weighted.output.id);
    let mut limits = Vec::new();
    if lowering.scratch != Scratch::Best {
        limits.push(weighted::thrift(Scratch::Less));
    }
    for limit in parts.iter().flat_map(|part| weighted::limits(&part.weighted, &part.weights, form)) {
        if !limits.contains(&limit) {
            limits.push(limit);
        }
    }
    Lowered::Layer(Layer {
        scratch_bytes,
        scratch_align: 4,
        limits,
        constants,
        headers,
        body,
        macs: whole.batches as u64 * parts.iter().map(macs).sum::<u64>(),
        ..lowering.layer_of(summary, input, output)
    })
}

/// The lowering of part `p`, which gives names to its constants.
fn lowering_of<'a>(lowering: &Lowering<'a>, p: usize) -> Lowering<'a> {
    Lowering { name: lowering.constant(&format!("part{p}")), ..*lowering }
}

/// The constants of all parts, in one form: the best one that all support.
fn constants(lowering: &Lowering<'_>, parts: &[Part<'_>]) -> (Vec<Constant>, Form) {
    let of = |p: usize, part: &Part<'_>, best: Form| {
        dense::constants(&lowering_of(lowering, p), &part.window, &part.weighted, part.weights.clone().into(), best)
    };
    let all = |best| -> (Vec<Vec<Constant>>, Vec<Form>) {
        parts.iter().enumerate().map(|(p, part)| of(p, part, best)).unzip()
    };
    let best = if lowering.scratch == Scratch::Best { Form::Short } else { Form::Unpacked };
    let (constants, forms) = all(best);
    let form = forms.iter().copied().max().unwrap_or(Form::Short);
    let constants = if forms.iter().all(|&other| other == form) { constants } else { all(form).0 };
    (constants.concat(), form)
}

/// The kernel's structs and places.
fn structs(lowering: &Lowering<'_>, parts: &[Part<'_>]) -> String {
    let mut body = String::new();
    for (p, part) in parts.iter().enumerate() {
        let fields = fields::fields(&lowering_of(lowering, p), &part.window, &part.weighted);
        body += &text::constant_struct("tvmk_conv_2d_t", &format!("part{p}"), &fields);
    }
    let list =
        |items: Vec<String>| items.chunks(4).map(|line| format!("        {},\n", line.join(", "))).collect::<String>();
    let pointers = list((0..parts.len()).map(|p| format!("&part{p}")).collect());
    let places = list(
        parts
            .iter()
            .map(|Part { in_first, place, .. }| {
                format!("{{{in_first}, {}, {}, {}}}", place.first, place.column, place.row)
            })
            .collect(),
    );
    body += &format!("    static const tvmk_conv_2d_t *const parts[] = {{\n{pointers}    }};\n");
    body += &format!("    static const tvmk_conv_2d_place_t places[] = {{\n{places}    }};\n");
    body
}
