//! SVDF: `svdf.h` on int8 with a state of int8 or int16, `svdf_float.h` on float32. Its state, the last features of each filter, is
//! a variable tensor of the file; here it is what the layer keeps from run to run.

mod float;
mod int8;
mod operands;

use crate::format::reading::Budget;
use crate::format::schema::BuiltinOptionsRef;
use crate::ir::graph::{DType, OpKind};
use crate::ops::checker::Checker;
use crate::ops::definition::{Checked, Cores, Definition, ReadOptions, Support, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::kept;
use operands::{Operands, Options, Sizes};

/// The operator.
pub static DEFINITION: Definition = Definition {
    kind: OpKind::SVDF,
    versions: 1..=4,
    inputs: 5..=5,
    outputs: 1..=1,
    options: Some(options),
    check,
    kernels: kernels!["svdf.h", "svdf_dsp.h", "svdf_float.h", "svdf_mve.h", "svdf_portable.h"],
    reference: "svdf.cc",
    support: &[
        Support::bytes(
            "int8, weights of int8, bias of int32, state and weights of time both of int8 or int16",
            Cores::DspMve,
        ),
        Support::bytes("float32", Cores::Portable),
    ],
};

/// Longest row for which sums of products of any bytes fit int32.
const LONGEST: usize = 1 << 16;

fn options(table: Option<&BuiltinOptionsRef<'_>>, _: &mut Budget) -> ReadOptions {
    let Some(BuiltinOptionsRef::Svdf(o)) = table else { return Ok(None) };
    read(Options { rank: o.rank()?, activation: o.fused_activation_function()?.into() })
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    if checker.optional_input(3).is_none() {
        // The reference reads the bias's scale.
        checker.bad("no bias", "a bias of zeros");
        return None;
    }
    let operands = Operands {
        input: checker.input(0)?,
        features: checker.input(1)?,
        time: checker.input(2)?,
        bias: checker.input(3)?,
        state: checker.input(4)?,
        output: checker.output(0)?,
    };
    if !kept::keeps(checker.graph, operands.state.id) {
        checker.bad_tensor(operands.state.id, "a state that is not this operator's own", "a variable tensor");
    }
    let sizes = sizes(checker, options, &operands)?;
    match operands.input.dtype {
        DType::Float32 => float::check(checker, options, operands, sizes),
        _ => int8::check(checker, operands, sizes),
    }
}

/// The sizes; `None` if shapes do not fit together.
fn sizes(checker: &mut Checker<'_>, options: &Options, operands: &Operands<'_>) -> Option<Sizes> {
    let Operands { input, features, time, bias, state, output } = *operands;
    (checker.rank(input, 2) & checker.rank(features, 2) & checker.rank(time, 2)).then_some(())?;
    let (&[batches, inputs], &[filters, _]) = (input.shape.as_slice(), features.shape.as_slice()) else { return None };
    let memory = time.shape[1];
    let Some(rank) = usize::try_from(options.rank).ok().filter(|&rank| rank > 0 && filters.is_multiple_of(rank)) else {
        checker.bad(format!("rank {} of {filters} filters", options.rank), "a rank that divides them");
        return None;
    };
    if inputs.max(memory) > LONGEST {
        checker.bad(format!("{inputs} inputs and {memory} steps"), format!("up to {LONGEST} of each"));
        return None;
    }
    let fits = checker.shape(features, &[filters, inputs])
        & checker.shape(time, &[filters, memory])
        & checker.shape(bias, &[filters / rank])
        & checker.shape(state, &[batches, memory * filters])
        & checker.shape(output, &[batches, filters / rank]);
    fits.then_some(Sizes { batches, inputs, filters, rank, memory })
}
