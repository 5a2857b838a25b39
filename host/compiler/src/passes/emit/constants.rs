//! Constant arrays as C text.

use super::comment;
use crate::ir::layer::{Constant, ConstantData};
use std::fmt::Write;

/// Elements are broken into lines of about this many characters.
const LINE: usize = 110;

/// One array, with its comment. `prefix` is the prefix of the model's macros.
pub fn constant(out: &mut String, prefix: &str, constant: &Constant) {
    let condition = constant.core.condition();
    if !condition.is_empty() {
        let _ = writeln!(out, "#if {condition}");
    }
    if !constant.comment.is_empty() {
        let _ = writeln!(out, "/* {} */", comment(&constant.comment));
    }
    let _ = writeln!(
        out,
        "static const {} {}[{}] {prefix}_CONSTANT({}) = {{",
        constant.data.c_type(),
        constant.name,
        constant.data.len(),
        constant.align
    );
    match &constant.data {
        ConstantData::I8(values) => elements(out, values, constant.row, |v| v.to_string()),
        ConstantData::U8(values) => elements(out, values, constant.row, |v| v.to_string()),
        ConstantData::I16(values) => elements(out, values, constant.row, |v| v.to_string()),
        ConstantData::I32(values) => elements(out, values, constant.row, |v| int32(*v)),
        ConstantData::F32(values) => elements(out, values, constant.row, |v| float(*v)),
    }
    out.push_str("};\n");
    if !condition.is_empty() {
        out.push_str("#endif\n");
    }
}

/// How long the text of an array is, about: a line's break and indent stand for a few characters in a hundred.
pub fn text_bytes(data: &ConstantData) -> usize {
    let digits = |value: i32| value.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1 + usize::from(value < 0);
    let characters: usize = match data {
        ConstantData::I8(values) => values.iter().map(|&v| digits(v.into()) + 2).sum(),
        ConstantData::U8(values) => values.iter().map(|&v| digits(v.into()) + 2).sum(),
        ConstantData::I16(values) => values.iter().map(|&v| digits(v.into()) + 2).sum(),
        ConstantData::I32(values) => values.iter().map(|&v| digits(v) + 2).sum(),
        // -1.2345678e-38f, and its like.
        ConstantData::F32(values) => values.len() * 17,
    };
    characters + characters / 16
}

fn elements<T>(out: &mut String, values: &[T], row: usize, text: impl Fn(&T) -> String) {
    let rows = if row == 0 { values.len().max(1) } else { row };
    for row in values.chunks(rows) {
        let mut column = 0;
        for value in row {
            let value = text(value);
            if column > 0 && column + value.len() + 2 > LINE {
                out.push('\n');
                column = 0;
            }
            out.push_str(if column == 0 { "    " } else { " " });
            out.push_str(&value);
            out.push(',');
            column += value.len() + 2;
        }
        out.push('\n');
    }
}

/// The smallest int32 has no literal of its own in C.
fn int32(value: i32) -> String {
    if value == i32::MIN { "INT32_MIN".to_owned() } else { value.to_string() }
}

/// The shortest decimal that reads back as the same float32.
pub fn float(value: f32) -> String {
    format!("{value:?}f")
}
