//! SignalRfft and SignalIrfft: `fft_int16.h`, `fft_int32.h`, `fft_float.h`. Twiddle factors are in flash; the transform is computed
//! in the memory of its output.

mod tables;

use crate::ir::graph::{DType, OpKind};
use crate::ir::layer::{Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, Support};
use crate::ops::kernels::kernels;
use crate::ops::shared::{signal, text};
use tables::Tables;

/// The operators.
pub static DEFINITIONS: Custom<[Definition; 2]> = Custom {
    options: |bytes, _| signal::numbers(bytes, ["T", "fft_length"]),
    definitions: [
        // From samples to the lower half of their spectrum.
        Definition {
            kind: OpKind::SIGNAL_RFFT,
            versions: 1..=1,
            inputs: 1..=1,
            outputs: 1..=1,
            options: None,
            check,
            kernels: kernels!["fft_int16.h", "fft_int32.h", "fft_float.h", "fft_stages.h"],
            reference: "signal/micro/kernels/rfft.cc",
            support: SUPPORT,
        },
        // From a spectrum to samples.
        Definition {
            kind: OpKind::SIGNAL_IRFFT,
            versions: 1..=1,
            inputs: 1..=1,
            outputs: 1..=1,
            options: None,
            check,
            kernels: &[],
            reference: "signal/micro/kernels/irfft.cc",
            support: SUPPORT,
        },
    ],
};

const SUPPORT: &[Support] =
    &[Support::bytes("int16, int32, float32; lengths of factors 2, 3 and 5, up to 65536", Cores::Portable)];
/// The element types, with their number in the file format.
const TYPES: [(DType, i32); 3] = [(DType::Int16, 7), (DType::Int32, 2), (DType::Float32, 0)];

struct Fft<'a> {
    input: Operand<'a>,
    output: Operand<'a>,
    tables: Tables,
    inverse: bool,
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let [number, length] = signal::options(checker)?;
    let (input, output) = (checker.input(0)?, checker.output(0)?);
    let Some(&(dtype, _)) = TYPES.iter().find(|(_, other)| *other == number) else {
        checker.bad(format!("transforms of type {number}"), "int16 (7), int32 (2), float32 (0)");
        return None;
    };
    (checker.dtype(input, &[dtype]) & checker.dtype(output, &[dtype])).then_some(())?;
    let tables = usize::try_from(length).ok().and_then(|length| Tables::new(length, dtype));
    let Some(tables) = tables else {
        checker.bad(
            format!("a transform of {length}"),
            "an even length from 4 to 65536 whose only factors are 2, 3 and 5",
        );
        return None;
    };
    if let Some((_, outer)) = input.shape.split_last() {
        let last = tables.length() + if checker.op.kind == OpKind::SIGNAL_IRFFT { 0 } else { 2 };
        checker.gives(output, &[outer, &[last]].concat());
    }
    let inverse = checker.op.kind == OpKind::SIGNAL_IRFFT;
    let (samples, spectrum) = if inverse { (output, input) } else { (input, output) };
    let (count, bins) = (signal::innermost(checker, samples)?, signal::innermost(checker, spectrum)?);
    let outer = |operand: Operand<'_>| operand.shape[..operand.shape.len() - 1].to_vec();
    let short = if inverse { count != tables.length() } else { count > tables.length() };
    if short || bins != tables.length() + 2 || outer(samples) != outer(spectrum) {
        let found = format!("shapes {:?} to {:?} with a transform of {length}", input.shape, output.shape);
        checker.bad(found, "samples that fit the length, and two numbers more in the spectrum");
        return None;
    }
    Some(Box::new(Fft { input, output, tables, inverse }))
}

impl Checked for Fft<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let (header, suffix) = match self.input.dtype {
            DType::Int16 => ("fft_int16.h", "int16"),
            DType::Int32 => ("fft_int32.h", "int32"),
            _ => ("fft_float.h", "float"),
        };
        let (tables, c_type, size) = (&self.tables, self.input.dtype.c_type(), self.input.dtype.size());
        let (constants, mut fields) = tables.constants(lowering, self.inverse);
        fields.push(("inverse", u8::from(self.inverse).to_string()));
        let mut body = text::constant_struct(&format!("tvmk_fft_t_{suffix}"), "layer", &fields);
        let (from, to) = (self.input.shape.last().copied(), self.output.shape.last().copied());
        let (from, to) = (from.unwrap_or(1), to.unwrap_or(1));
        let call = if self.inverse {
            format!("tvmk_irfft_{suffix}(&layer, input + b * {from}, output + b * {to}, ({c_type} *)(void *)scratch);")
        } else {
            format!("tvmk_rfft_{suffix}(&layer, input + b * {from}, {from}, output + b * {to});")
        };
        let (scratch_bytes, scratch_align) = if self.inverse { (tables.length() * size, size as u32) } else { (0, 0) };
        if self.inverse {
            body += &text::scratch(&format!("tvmk_irfft_scratch_{suffix}(&layer)"), scratch_bytes);
        }
        let rows = self.input.elements() / from;
        body += &format!("    for (int32_t b = 0; b < {rows}; b++) {{\n        {call}\n");
        if self.inverse && self.input.dtype == DType::Float32 {
            body += &format!("        tvmk_fft_divide(output + b * {to}, {to});\n");
        }
        body += "    }\n";
        let summary = format!("transform of {} {}", tables.length(), self.input.dtype);
        Lowered::Layer(Layer {
            constants,
            scratch_bytes,
            scratch_align,
            headers: vec![header],
            body,
            ..lowering.layer_of(summary, self.input.id, self.output.id)
        })
    }
}
