//! Parameters, stated types and bodies of the functions of a Relay program.

use super::text::{MOST, skip_blank, skip_to_comma, top_level};
use super::types::{Main, Parameter, TensorType};
use crate::model::dtype::DType;

/// Precedes the type of the previous expression, from TVM's comments `/* ty=… */`.
pub(super) const TYPED: char = '\u{1}';

/// Reads parameters and attributes, beginning after the bracket that opens them; returns the text after the one that closes them.
pub(super) fn signature(text: &str) -> Option<(Main, &str)> {
    let mut rest = text;
    let mut main = Main::default();
    loop {
        rest = skip_blank(rest)?;
        if let Some(after) = rest.strip_prefix(')') {
            rest = after;
            break;
        }
        if let Some(after) = rest.strip_prefix(',') {
            rest = after;
            continue;
        }
        rest = if let Some(after) = rest.strip_prefix('%') {
            let (parameter, after) = parameter(after)?;
            main.parameters.push(parameter);
            after
        } else if let Some(after) = rest.strip_prefix("output_tensor_names=[") {
            let end = after.find(']')?;
            let names = after[..end].split(',').map(|n| n.trim().trim_matches('"'));
            main.output_names = names.filter(|n| !n.is_empty()).map(str::to_owned).collect();
            &after[end + 1..]
        } else {
            // Another attribute.
            skip_to_comma(rest)?
        };
        if main.parameters.len() > MOST {
            return None;
        }
    }
    Some((main, rest))
}

/// A function's body up to the brace that closes it, without comments; those that hold a type are kept as such.
pub(super) fn function_body(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/*") {
        plain.push_str(&rest[..at]);
        let comment = &rest[at + 2..];
        let end = comment.find("*/")?;
        // Other words may follow the type in the same comment.
        if let Some(typed) = comment[..end].trim().strip_prefix("ty=")
            && let Some((Some(_), behind)) = tensor_type(typed)
        {
            plain.push(TYPED);
            plain.push_str(&typed[..typed.len() - behind.len()]);
        }
        rest = &comment[end + 2..];
    }
    plain.push_str(rest);
    let end = top_level(&plain, '}').next()?;
    plain.truncate(end);
    Some(plain)
}

/// `name: Type`, without the `%`.
pub(super) fn parameter(text: &str) -> Option<(Parameter, &str)> {
    // Names may hold colons and slashes, types can't: the first `: ` before a type ends the name.
    let end = text.match_indices(": ").find_map(|(i, _)| {
        let after = &text[i + 2..];
        (after.starts_with("Tensor[") || after.starts_with('(') || scalar_type(after).is_some()).then_some(i)
    })?;
    let name = text[..end].to_owned();
    let ty = &text[end + 2..];
    if ty.starts_with('(') {
        return Some((Parameter { name, ty: None }, skip_to_comma(ty)?));
    }
    let (ty, rest) = tensor_type(ty)?;
    Some((Parameter { name, ty }, rest))
}

/// `float32`: an element type alone, which means a tensor without dimensions.
pub(super) fn scalar_type(text: &str) -> Option<(TensorType, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let dtype = DType::parse(&text[..end])?;
    let rest = &text[end..];
    let ends = rest.is_empty() || rest.starts_with([',', ')', ' ', '\n', '{']);
    ends.then(|| (TensorType { shape: Vec::new(), dtype }, rest))
}

/// `Tensor[(1, 2), int8]` or `int8`; the inner `None` means a dynamic or unknown type.
pub(super) fn tensor_type(text: &str) -> Option<(Option<TensorType>, &str)> {
    if let Some((ty, rest)) = scalar_type(text) {
        return Some((Some(ty), rest));
    }
    let inner = text.strip_prefix("Tensor[(")?;
    let close = inner.find(')')?;
    let after = inner[close + 1..].strip_prefix(',')?;
    let end = after.find(']')?;
    let rest = &after[end + 1..];
    let mut shape = Vec::new();
    for dimension in inner[..close].split(',').map(str::trim) {
        if dimension.is_empty() {
            continue;
        }
        match dimension.parse::<i64>() {
            Ok(n) if n >= 0 && shape.len() < 64 => shape.push(n),
            _ => return Some((None, rest)),
        }
    }
    let dtype = DType::parse(after[..end].trim());
    Some((dtype.map(|dtype| TensorType { shape, dtype }), rest))
}

/// The type after `->`: a tensor or a tuple of tensors, nested ones flattened as in TVM.
pub(super) fn stated_results(text: &str) -> Option<Vec<Option<TensorType>>> {
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut rest = text;
    loop {
        rest = skip_blank(rest)?;
        if rest.starts_with("Tensor[") || scalar_type(rest).is_some() {
            let (ty, after) = tensor_type(rest)?;
            found.push(ty);
            rest = after;
        } else {
            let mut chars = rest.chars();
            match chars.next()? {
                '(' => depth += 1,
                ')' => depth = depth.checked_sub(1)?,
                ',' => {}
                _ => return None,
            }
            rest = chars.as_str();
        }
        if depth == 0 || found.len() > MOST {
            return Some(found);
        }
    }
}
