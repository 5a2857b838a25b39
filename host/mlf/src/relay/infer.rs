//! Types of `@main`'s results, as far as the program's text makes them certain.
//!
//! TVM prints a program without types, so they are derived here for the operators whose result follows from
//! their arguments by a rule without exceptions. Anything else is unknown, completely or in single dimensions,
//! and everything that depends on it is unknown too.

use std::collections::BTreeMap;

use super::signature::{TYPED, function_body, signature, stated_results, tensor_type};
use super::text::{MOST, skip_blank, split_top};
use super::types::{Main, Parameter, Partial};
use crate::model::dtype::DType;

/// Limit for the nesting of functions in functions.
const DEEPEST: usize = 3;

/// The types known so far.
#[derive(Default)]
struct Known<'a> {
    values: BTreeMap<&'a str, Partial>,
    /// Results of functions that are values themselves, as in partitioned graphs.
    functions: BTreeMap<&'a str, Partial>,
}

/// Reads a function, beginning after the bracket that opens its parameters.
pub(super) fn function(text: &str, depth: usize) -> Option<Main> {
    let (mut main, rest) = signature(text)?;
    let rest = skip_blank(rest).unwrap_or_default();
    let body = rest.find('{').and_then(|open| function_body(&rest[open + 1..]));
    if let Some(result) = rest.strip_prefix("->") {
        let stated = stated_results(result).unwrap_or_default();
        main.results = stated.into_iter().map(Partial::from).collect();
    } else if let Some(body) = body.as_ref().filter(|_| rest.starts_with('{')) {
        main.results = results(body, &main.parameters, depth);
    }
    main.repeated = body.as_deref().and_then(repeated);
    Some(main)
}

/// Types of the results of a function's body, a tuple flattened; empty when the text is not understood.
fn results(body: &str, parameters: &[Parameter], depth: usize) -> Vec<Partial> {
    let mut known = Known::default();
    for parameter in parameters {
        let ty = parameter.ty.clone();
        known.values.insert(&parameter.name, Partial::from(ty));
    }
    let mut last = "";
    for (count, statement) in split_top(body, ';').into_iter().enumerate() {
        if count > MOST {
            return Vec::new();
        }
        let statement = statement.trim();
        match statement.strip_prefix('%').and_then(|s| s.split_once(" = ")) {
            Some((name, value)) if !name.contains('(') => {
                if let Some(function) = value.strip_prefix("fn (") {
                    let inner = if depth < DEEPEST { self::function(function, depth + 1) } else { None };
                    if let Some([result]) = inner.as_ref().map(|f| f.results.as_slice()) {
                        known.functions.insert(name, result.clone());
                    }
                } else if let Some(found) = expression(value, &known) {
                    known.values.insert(name, found);
                }
            }
            _ => last = statement,
        }
    }
    let mut found = Vec::new();
    flatten(last, &known, &mut found, 0);
    found
}

/// Positions of two results of a function's body that are one variable.
fn repeated(body: &str) -> Option<(usize, usize)> {
    let last = split_top(body, ';').pop()?.trim();
    let inner = last.strip_prefix('(')?.strip_suffix(')')?;
    let mut seen = BTreeMap::new();
    split_top(inner, ',').into_iter().take(MOST).enumerate().find_map(|(i, part)| {
        let name = Some(typed(part).0).filter(|name| name.starts_with('%') && !name.contains('('))?;
        seen.insert(name, i).map(|first| (first, i))
    })
}

fn flatten(text: &str, known: &Known<'_>, found: &mut Vec<Partial>, depth: usize) {
    let text = text.trim();
    let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    match inner {
        Some(inner) if depth < 16 => {
            for part in split_top(inner, ',') {
                if !part.trim().is_empty() && found.len() < MOST {
                    flatten(part, known, found, depth + 1);
                }
            }
        }
        _ if text.is_empty() => {}
        _ => found.push(expression(text, known).unwrap_or_default()),
    }
}

/// An argument without a key.
enum Operand {
    Tensor(Partial),
    /// A literal, which is a scalar.
    Number,
    Unknown,
}

/// Arguments of a call.
struct Call<'a> {
    operands: Vec<Operand>,
    attributes: BTreeMap<&'a str, &'a str>,
}

/// An expression, and its type if the program's text states it.
fn typed(text: &str) -> (&str, Option<Partial>) {
    let text = text.trim();
    if let Some((plain, stated)) = text.rsplit_once(TYPED)
        && let Some((ty @ Some(_), "")) = tensor_type(stated)
    {
        return (plain.trim_end(), Some(Partial::from(ty)));
    }
    (text, None)
}

fn expression(text: &str, known: &Known<'_>) -> Option<Partial> {
    let (text, stated) = typed(text);
    if stated.is_some() {
        return stated;
    }
    if let Some(name) = text.strip_prefix('%') {
        let called = name.split_once('(').map(|(function, _)| function);
        return known.values.get(name).or_else(|| known.functions.get(called?)).cloned();
    }
    let open = text.find('(')?;
    let name = text[..open].trim();
    let arguments = text[open + 1..].strip_suffix(')')?;
    let mut call = Call { operands: Vec::new(), attributes: BTreeMap::new() };
    for argument in split_top(arguments, ',') {
        let argument = argument.trim();
        let attribute =
            argument.split_once('=').filter(|(key, _)| key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
        match attribute {
            Some((key, value)) => {
                call.attributes.insert(key, value);
            }
            // No operator here has more than two that matter.
            None if call.operands.len() >= 2 => {}
            None => {
                let (argument, stated) = typed(argument);
                let variable = argument.strip_prefix('%').and_then(|n| known.values.get(n)).cloned();
                let number = argument.trim_end_matches('f').parse::<f64>().is_ok();
                call.operands.push(match stated.or(variable) {
                    Some(partial) => Operand::Tensor(partial),
                    None if number => Operand::Number,
                    None => Operand::Unknown,
                });
            }
        }
    }
    apply(name, &call)
}

fn apply(name: &str, call: &Call<'_>) -> Option<Partial> {
    let data = match call.operands.first()? {
        Operand::Tensor(data) => data.clone(),
        Operand::Unknown => Partial::default(),
        Operand::Number => return None,
    };
    let same_shape = |dtype: Option<DType>| Some(Partial { dtype, shape: data.shape.clone() });
    match name {
        "nn.bias_add" | "clip" | "nn.relu" | "nn.leaky_relu" | "nn.softmax" | "nn.fast_softmax" | "tanh"
        | "sigmoid" | "exp" | "sqrt" | "negative" | "abs" | "round" => Some(data),
        "add" | "subtract" | "multiply" | "maximum" | "minimum" | "right_shift" | "left_shift" | "qnn.add"
        | "qnn.subtract" | "qnn.mul" => match call.operands.get(1)? {
            Operand::Number => Some(data),
            Operand::Tensor(other) => Some(Partial { dtype: data.dtype, shape: Some(broadcast(&data, other)?) }),
            Operand::Unknown => None,
        },
        "cast" => same_shape(call.dtype("dtype")),
        "qnn.requantize" | "qnn.quantize" => same_shape(call.dtype("out_dtype")),
        "qnn.dequantize" => same_shape(match call.attributes.get("out_dtype") {
            Some(_) => call.dtype("out_dtype"),
            None => Some(DType::FLOAT32),
        }),
        "reshape" => {
            let shape = reshape(&data, &call.numbers("newshape")?);
            Some(Partial { shape, ..data })
        }
        "nn.dense" | "qnn.dense" => {
            let mut shape = data.shape.clone()?;
            // Weights are [units, inputs].
            let fits = call.weights(1, 2) == *shape.last()?;
            *shape.last_mut()? = call.number("units").or_else(|| call.weights(0, 2).filter(|_| fits));
            Some(Partial { dtype: call.out_dtype(data.dtype), shape: Some(shape) })
        }
        "nn.conv2d" | "qnn.conv2d" => {
            let channels = call.number("channels").or_else(|| call.weights(call.kernel_axis('O')?, 4));
            let shape = window(&data, call, "kernel_size", "data_layout", channels);
            Some(Partial { dtype: call.out_dtype(data.dtype), shape })
        }
        "nn.max_pool2d" | "nn.avg_pool2d" => {
            let channels = channel_axis(call, "layout").and_then(|axis| *data.shape.as_ref()?.get(axis)?);
            let shape = window(&data, call, "pool_size", "layout", channels);
            Some(Partial { shape, ..data })
        }
        _ => None,
    }
}

impl Call<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        Some(self.attributes.get(key)?.trim().trim_matches('"'))
    }

    fn dtype(&self, key: &str) -> Option<DType> {
        DType::parse(self.text(key)?)
    }

    /// An absent or empty `out_dtype` means the type of the data.
    fn out_dtype(&self, data: Option<DType>) -> Option<DType> {
        match self.text("out_dtype") {
            None | Some("") => data,
            Some(_) => self.dtype("out_dtype"),
        }
    }

    /// A dimension of the second operand, which must have the given rank.
    fn weights(&self, axis: usize, rank: usize) -> Option<i64> {
        let Some(Operand::Tensor(weights)) = self.operands.get(1) else {
            return None;
        };
        *weights.shape.as_ref().filter(|shape| shape.len() == rank)?.get(axis)?
    }

    /// Axis of a letter in the layout of the weights, of which only plain ones without groups are interpreted.
    fn kernel_axis(&self, letter: char) -> Option<usize> {
        let layout = self.text("kernel_layout").unwrap_or("OIHW");
        let plain = matches!(layout, "OIHW" | "HWIO" | "OHWI");
        let alone = self.text("groups").is_none_or(|groups| groups == "1");
        layout.find(letter).filter(|_| plain && alone)
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.text(key)?.parse().ok().filter(|n| *n >= 0)
    }

    fn numbers(&self, key: &str) -> Option<Vec<i64>> {
        let inner = self.text(key)?.strip_prefix('[')?.strip_suffix(']')?;
        let parts = inner.split(',').map(str::trim).filter(|p| !p.is_empty());
        parts.take(64).map(|p| p.parse().ok()).collect()
    }
}

/// Shape of an operation on two tensors, element by element; a dimension that is open in both stays so.
fn broadcast(a: &Partial, b: &Partial) -> Option<Vec<Option<i64>>> {
    let (a, b) = (a.shape.as_ref()?, b.shape.as_ref()?);
    let rank = a.len().max(b.len());
    let at = |shape: &[Option<i64>], i: usize| match (i + shape.len()).checked_sub(rank) {
        Some(i) => shape[i],
        None => Some(1),
    };
    let dimension = |i: usize| match (at(a, i), at(b, i)) {
        (Some(1), other) | (other, Some(1)) => Some(other),
        (Some(a), Some(b)) if a == b => Some(Some(a)),
        (Some(_), Some(_)) => None,
        // An open dimension is this or 1.
        (Some(known), None) | (None, Some(known)) => Some(Some(known)),
        (None, None) => Some(None),
    };
    (0..rank).map(dimension).collect()
}

/// Positive dimensions are kept, one `-1` gets the rest; TVM's other codes (0, -2, …) are not interpreted.
fn reshape(data: &Partial, wanted: &[i64]) -> Option<Vec<Option<i64>>> {
    let open = wanted.iter().filter(|d| **d == -1).count();
    if open > 1 || wanted.iter().any(|d| *d < -1 || *d == 0) {
        return None;
    }
    let product = |dims: Vec<i64>| dims.into_iter().try_fold(1i64, i64::checked_mul);
    let whole: Option<Vec<i64>> = data.shape.as_ref().and_then(|s| s.iter().copied().collect());
    let rest = whole.and_then(|whole| {
        let total = product(whole)?;
        let fixed = product(wanted.iter().copied().filter(|d| *d > 0).collect())?;
        (total.checked_rem(fixed)? == 0).then(|| total / fixed)
    });
    Some(wanted.iter().map(|d| if *d == -1 { rest } else { Some(*d) }).collect())
}

/// Axis of the channels for a layout, of which only the two plain ones are interpreted.
fn channel_axis(call: &Call<'_>, layout: &str) -> Option<usize> {
    match call.text(layout).unwrap_or("NCHW") {
        "NHWC" => Some(3),
        "NCHW" => Some(1),
        _ => None,
    }
}

/// Result shape of a sliding window over two dimensions.
fn window(
    data: &Partial,
    call: &Call<'_>,
    kernel: &str,
    layout: &str,
    channels: Option<i64>,
) -> Option<Vec<Option<i64>>> {
    let axis = channel_axis(call, layout)?;
    let first = if axis == 1 { 2 } else { 1 };
    let shape = data.shape.as_ref().filter(|s| s.len() == 4)?;
    if call.text("out_layout").is_some_and(|l| !l.is_empty()) || call.text("ceil_mode").is_some_and(|c| c != "False") {
        return None;
    }
    let pair = |key: &str, default: [i64; 2]| match call.numbers(key) {
        Some(n) if n.len() == 2 => Some([n[0], n[1]]),
        Some(_) => None,
        None if call.attributes.contains_key(key) => None,
        None => Some(default),
    };
    let strides = pair("strides", [1, 1])?;
    let dilation = pair("dilation", [1, 1])?;
    let padding = match call.numbers("padding") {
        Some(p) if p.len() == 4 => [p[0].checked_add(p[2])?, p[1].checked_add(p[3])?],
        Some(p) if p.len() == 2 => [p[0].checked_mul(2)?, p[1].checked_mul(2)?],
        Some(_) => return None,
        None => [0, 0],
    };
    let weights = || {
        let axes = [call.kernel_axis('H')?, call.kernel_axis('W')?];
        axes.iter().map(|&axis| call.weights(axis, 4)).collect::<Option<Vec<i64>>>()
    };
    let stated = call.numbers(kernel).filter(|k| k.len() == 2);
    // A pool has no weights that give its size.
    let kernel = stated.or_else(|| weights().filter(|_| kernel == "kernel_size"));
    let mut result = shape.clone();
    result[axis] = channels;
    for i in 0..2 {
        result[first + i] = shape[first + i].zip(kernel.as_ref()).and_then(|(size, kernel)| {
            let reach = kernel[i].checked_sub(1)?.checked_mul(dilation[i])?.checked_add(1)?;
            let room = size.checked_add(padding[i])?.checked_sub(reach)?;
            (room >= 0 && strides[i] > 0).then(|| room / strides[i] + 1)
        });
    }
    Some(result)
}
