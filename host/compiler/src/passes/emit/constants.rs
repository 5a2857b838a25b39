//! Constant arrays as C text.

use super::names::comment;
use crate::ir::layer::{Constant, ConstantData, Core};
use crate::ops::shared::text;
use std::fmt::{self, Write};

/// Elements are broken into lines of about this many characters.
const LINE: usize = 118;

/// One array, with its comment. `place` is the macro for its section and alignment.
pub fn constant(out: &mut dyn Write, place: &str, constant: &Constant) -> fmt::Result {
    array_of(out, place, constant, constant.core)
}

/// The same for builds other than those of the constant.
fn array_of(out: &mut dyn Write, place: &str, constant: &Constant, core: Core) -> fmt::Result {
    let condition = core.condition();
    if !condition.is_empty() {
        writeln!(out, "#if {condition}")?;
    }
    if !constant.comment.is_empty() {
        writeln!(out, "/* {} */", comment(&constant.comment))?;
    }
    let (name, count, align) = (&constant.name, constant.data.len(), constant.align);
    let bits = as_bits(&constant.data);
    if bits {
        let members = format!("    uint32_t bits[{count}];\n    float {VALUES}[{count}];");
        writeln!(out, "static const union {{\n{members}\n}} {name} {place}({align}) = {{{{")?;
    } else {
        let c_type = constant.data.c_type();
        writeln!(out, "static const {c_type} {name}[{count}] {place}({align}) = {{")?;
    }
    values(out, constant, bits)?;
    out.write_str(if bits { "}};\n" } else { "};\n" })?;
    if !condition.is_empty() {
        out.write_str("#endif\n")?;
    }
    Ok(())
}

fn values(out: &mut dyn Write, constant: &Constant, bits: bool) -> fmt::Result {
    let row = constant.row;
    match &constant.data {
        ConstantData::I8(values) => elements(out, values.iter(), row, |v, line| integer(line, (*v).into())),
        ConstantData::Shared(values) => elements(out, values.iter(), row, |v, line| integer(line, (*v).into())),
        ConstantData::U8(values) => elements(out, values.iter(), row, |v, line| integer(line, (*v).into())),
        ConstantData::I16(values) => elements(out, values.iter(), row, |v, line| integer(line, (*v).into())),
        ConstantData::Bytes(bytes) => elements(out, bytes.iter(), row, |v, line| integer(line, (*v as i8).into())),
        ConstantData::Halves(bytes) => {
            let halves = bytes.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]]));
            elements(out, halves, row, |v, line| integer(line, v.into()))
        }
        ConstantData::Packed(packed) => {
            let values = (packed.pack)(packed).ok_or(fmt::Error)?;
            elements(out, values.iter(), row, |v, line| integer(line, (*v).into()))
        }
        ConstantData::I32(values) => elements(out, values.iter(), row, |v, line| line.push_str(&int32(*v))),
        ConstantData::I64(values) => elements(out, values.iter(), row, |v, line| line.push_str(&int64(*v))),
        ConstantData::F32(values) => floats(out, values.iter().copied(), row, bits),
        ConstantData::Widened(stored) => floats(out, stored.floats(), row, bits),
    }
}

/// Floats as literals, or their bits.
fn floats(out: &mut dyn Write, values: impl Iterator<Item = f32>, row: usize, bits: bool) -> fmt::Result {
    elements(out, values, row, |v, line| {
        if bits {
            let _ = write!(line, "0x{:08x}", v.to_bits());
        } else {
            line.push_str(&text::float(v));
        }
    })
}

/// The arrays of a layer, each followed by an empty line. An array that is the same for all cores is written once.
pub fn constants(out: &mut dyn Write, place: &str, arrays: &[Constant]) -> fmt::Result {
    for (i, array) in arrays.iter().enumerate() {
        let same = |other: &Constant| other.name == array.name && other.data == array.data;
        let alike = arrays.iter().filter(|other| other.name == array.name).all(same);
        if alike && arrays[..i].iter().any(same) {
            continue;
        }
        array_of(out, place, array, if alike { Core::Any } else { array.core })?;
        out.write_char('\n')?;
    }
    Ok(())
}

/// The member through which kernels read a constant that is written as bits.
const VALUES: &str = "values";

/// Whether the constant holds values without a C literal (infinite or NaN): then all of it is written as bits.
fn as_bits(data: &ConstantData) -> bool {
    data.floats().is_some_and(|mut values| values.any(|value| !value.is_finite()))
}

/// The C expression for a constant's first element's address.
pub fn reference(constant: &Constant) -> String {
    if as_bits(&constant.data) { format!("{}.{VALUES}", constant.name) } else { constant.name.clone() }
}

/// Lines of elements: large constants are most of a model's C, so no unnecessary spaces are written. A row of 0 is all of them.
fn elements<T>(
    out: &mut dyn Write,
    values: impl Iterator<Item = T>,
    row: usize,
    text: impl Fn(T, &mut String),
) -> fmt::Result {
    let (mut line, mut element) = (String::new(), String::new());
    for (i, value) in (1..).zip(values) {
        element.clear();
        text(value, &mut element);
        if !line.is_empty() && line.len() + element.len() + 1 > LINE {
            end(out, &mut line)?;
        }
        line.push_str(&element);
        line.push(',');
        if row > 0 && i % row == 0 {
            end(out, &mut line)?;
        }
    }
    if line.is_empty() { Ok(()) } else { end(out, &mut line) }
}

fn end(out: &mut dyn Write, line: &mut String) -> fmt::Result {
    line.push('\n');
    out.write_str(line)?;
    line.clear();
    Ok(())
}

/// A number of up to 16 bits: millions of them are written.
fn integer(line: &mut String, value: i32) {
    if value < 0 {
        line.push('-');
    }
    let (mut rest, mut digits, mut at) = (value.unsigned_abs(), [0u8; 10], 10);
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    digits[at..].iter().for_each(|&digit| line.push(char::from(digit)));
}

/// The smallest int32 has no literal of its own in C.
fn int32(value: i32) -> String {
    if value == i32::MIN { "INT32_MIN".to_owned() } else { value.to_string() }
}

/// The smallest int64 has none either.
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
        constant(&mut out, "P_CONSTANT", &array).unwrap();
        (out, reference(&array))
    }

    #[test]
    fn arrays_equal_for_all_cores_are_written_once() {
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
        constants(&mut out, "P_CONSTANT", &arrays).unwrap();
        let lines: Vec<&str> = out.lines().filter(|line| !line.starts_with("static") && *line != "};").collect();
        assert_eq!(lines, ["1,", "", "#if TVMK_DSP", "1,", "#endif", "", "#if !TVMK_DSP", "2,", "#endif", ""]);
    }

    #[test]
    fn values_without_a_literal_are_written_as_bits() {
        let (finite, name) = written(&[1.0, -0.0]);
        assert_eq!(
            (finite.as_str(), name.as_str()),
            ("static const float w[2] P_CONSTANT(4) = {\n1.0f,-0.0f,\n};\n", "w")
        );
        let (odd, name) = written(&[1.0, f32::from_bits(0xffc0_0001), f32::INFINITY]);
        assert!(odd.ends_with("} w P_CONSTANT(4) = {{\n0x3f800000,0xffc00001,0x7f800000,\n}};\n"), "{odd}");
        assert_eq!(name, "w.values");
    }
}
