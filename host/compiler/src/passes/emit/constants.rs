//! Constant arrays as C text.

use super::names::comment;
use crate::ir::layer::{Constant, ConstantData, Core};
use crate::ops::shared::text;
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
    let (name, count, align) = (&constant.name, constant.data.len(), constant.align);
    let bits = as_bits(&constant.data);
    if bits {
        let members = format!("    uint32_t bits[{count}];\n    float {VALUES}[{count}];");
        let _ = writeln!(out, "static const union {{\n{members}\n}} {name} {prefix}_CONSTANT({align}) = {{{{");
    } else {
        let c_type = constant.data.c_type();
        let _ = writeln!(out, "static const {c_type} {name}[{count}] {prefix}_CONSTANT({align}) = {{");
    }
    match &constant.data {
        ConstantData::I8(values) => elements(out, values, constant.row, |v| v.to_string()),
        ConstantData::U8(values) => elements(out, values, constant.row, |v| v.to_string()),
        ConstantData::I16(values) => elements(out, values, constant.row, |v| v.to_string()),
        ConstantData::I32(values) => elements(out, values, constant.row, |v| int32(*v)),
        ConstantData::I64(values) => elements(out, values, constant.row, |v| int64(*v)),
        ConstantData::F32(values) if bits => elements(out, values, constant.row, |v| format!("0x{:08x}", v.to_bits())),
        ConstantData::F32(values) => elements(out, values, constant.row, |v| text::float(*v)),
    }
    out.push_str(if bits { "}};\n" } else { "};\n" });
    if !condition.is_empty() {
        out.push_str("#endif\n");
    }
}

/// The arrays of a layer, each followed by an empty line. One that all cores pack alike stands there once.
pub fn constants(out: &mut String, prefix: &str, arrays: &[Constant]) {
    for (i, array) in arrays.iter().enumerate() {
        let same = |other: &Constant| other.name == array.name && other.data == array.data;
        let alike = arrays.iter().filter(|other| other.name == array.name).all(same);
        if alike && arrays[..i].iter().any(same) {
            continue;
        }
        let core = if alike { Core::Any } else { array.core };
        constant(out, prefix, &Constant { core, ..array.clone() });
        out.push('\n');
    }
}

/// The member of a constant that is written as bits by which kernels read it.
const VALUES: &str = "values";

/// Whether the constant holds what C has no literal for, infinite or not a number: then all of it is written as bits.
fn as_bits(data: &ConstantData) -> bool {
    matches!(data, ConstantData::F32(values) if values.iter().any(|value| !value.is_finite()))
}

/// The C expression for a constant's first element's address.
pub fn reference(constant: &Constant) -> String {
    if as_bits(&constant.data) { format!("{}.{VALUES}", constant.name) } else { constant.name.clone() }
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

/// Nor does the smallest int64.
fn int64(value: i64) -> String {
    if value == i64::MIN { "INT64_MIN".to_owned() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(values: &[f32]) -> (String, String) {
        let mut out = String::new();
        let data = ConstantData::F32(values.to_vec());
        let array = Constant { name: "w".into(), row: 0, data, align: 4, comment: String::new(), core: Core::Any };
        constant(&mut out, "P", &array);
        (out, reference(&array))
    }

    #[test]
    fn arrays_that_cores_pack_alike_stand_once() {
        let array = |name: &str, value, core| {
            let data = ConstantData::I8(vec![value]);
            Constant { name: name.into(), row: 0, data, align: 4, comment: String::new(), core }
        };
        let mut out = String::new();
        let arrays = [
            array("w", 1, Core::Mve),
            array("v", 1, Core::Dsp),
            array("w", 1, Core::NoMve),
            array("v", 2, Core::Plain),
        ];
        constants(&mut out, "P", &arrays);
        let lines: Vec<&str> = out.lines().filter(|line| !line.starts_with("static") && *line != "};").collect();
        assert_eq!(
            lines,
            ["    1,", "", "#if TVMK_DSP", "    1,", "#endif", "", "#if !TVMK_DSP", "    2,", "#endif", ""]
        );
    }

    #[test]
    fn what_has_no_literal_is_written_as_bits() {
        let (finite, name) = written(&[1.0, -0.0]);
        assert_eq!(
            (finite.as_str(), name.as_str()),
            ("static const float w[2] P_CONSTANT(4) = {\n    1.0f, -0.0f,\n};\n", "w")
        );
        let (odd, name) = written(&[1.0, f32::from_bits(0xffc0_0001), f32::INFINITY]);
        assert!(odd.ends_with("} w P_CONSTANT(4) = {{\n    0x3f800000, 0xffc00001, 0x7f800000,\n}};\n"), "{odd}");
        assert_eq!(name, "w.values");
    }
}
