//! How much stack kernels use: figures measured on cores, for a bound that is known when a model is compiled.

use crate::math::stored::Variable;
use crate::ops::kernels_for;

/// Written by `cargo xtask stack --write`: a kernel and bytes on each line.
const MEASURED: &str = include_str!("stack.csv");

/// Name in the table for the stack of the calls that lead to a layer.
const CALLS: &str = "(calls)";

/// The most bytes of stack of a run whose layers call these kernels. `None` if one of them was not measured.
pub fn of_kernels<'a>(kernels: impl IntoIterator<Item = &'a str>) -> Option<usize> {
    let deepest = kernels.into_iter().try_fold(0, |deepest, kernel| Some(measured(kernel)?.max(deepest)))?;
    Some(measured(CALLS)? + deepest)
}

/// Bytes of these variables on a core with pointers of 32 bits, whose types the kernel files define. `None` for a type that they do
/// not.
pub fn of_variables(headers: &[&'static str], variables: &[Variable]) -> Option<usize> {
    let files: Vec<&str> = kernels_for(headers.iter().copied()).iter().map(|kernel| kernel.text).collect();
    variables.iter().try_fold(0, |sum, variable| {
        let (bytes, _) = size_of(&files, &variable.c_type)?;
        Some(sum + (bytes * variable.elements).next_multiple_of(8))
    })
}

/// Size and alignment of a type.
fn size_of(files: &[&str], c_type: &str) -> Option<(usize, usize)> {
    let plain = |bytes| Some((bytes, bytes));
    match c_type.trim().trim_start_matches("const ") {
        pointer if pointer.ends_with('*') => plain(4),
        // Of a wide model, with images of more than 65535 lines, the structs are larger; none is a variable.
        "int8_t" | "uint8_t" | "tvmk_stride_t" => plain(1),
        "int16_t" | "uint16_t" | "tvmk_extent_t" => plain(2),
        "int32_t" | "uint32_t" | "float" => plain(4),
        "int64_t" | "uint64_t" | "double" => plain(8),
        name => {
            let text = files.iter().find_map(|text| members(text, name))?;
            text.split(';').try_fold((0, 1), |(end, align), member| {
                let (bytes, own) = if member.trim().is_empty() { (0, 1) } else { size_of_member(files, member)? };
                Some((usize::next_multiple_of(end, own) + bytes, align.max(own)))
            })
        }
    }
    .map(|(bytes, align)| (bytes.next_multiple_of(align), align))
}

/// The members of a struct that one of the files defines, without comments.
fn members(text: &str, name: &str) -> Option<String> {
    let end = text.find(&format!("\n}} {name};"))?;
    let start = text[..end].rfind("typedef struct")?;
    let mut members = String::new();
    let mut rest = text[start..end].split_once('{')?.1;
    while let Some((before, comment)) = rest.split_once("/*") {
        members.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
    }
    Some(members + rest)
}

/// Size and alignment of `int32_t a, b[2]` or `const int8_t *c`.
fn size_of_member(files: &[&str], member: &str) -> Option<(usize, usize)> {
    let member = member.trim();
    let names = member.find(',').map_or(member, |at| &member[..at]);
    let first = names.split('[').next()?.trim_end();
    let c_type = first[..first.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')? + 1].trim();
    let (bytes, align) = size_of(files, c_type)?;
    let elements = member.split(',').try_fold(0, |sum, name| {
        let count = name.split_once('[').map_or(Some(1), |(_, n)| n.trim_end().trim_end_matches(']').parse().ok())?;
        Some(sum + count)
    })?;
    Some((bytes * elements, align))
}

fn measured(kernel: &str) -> Option<usize> {
    let mut lines = MEASURED.lines().filter_map(|line| line.split_once(','));
    lines.find(|(name, _)| *name == kernel)?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_kernel_counts_and_an_unknown_one_gives_no_bound() {
        let calls = measured(CALLS).unwrap();
        let [small, large] = ["tvmk_mean", "tvmk_conv_2d"].map(|kernel| measured(kernel).unwrap());
        assert!(small < large, "{small} {large}");
        assert_eq!(of_kernels(["tvmk_mean", "tvmk_conv_2d"]), Some(calls + large));
        assert_eq!(of_kernels(["tvmk_mean", "tvmk_of_tomorrow"]), None);
        assert_eq!(of_kernels([]), Some(calls));
    }

    #[test]
    fn structs_have_the_size_that_a_compiler_gives_them() {
        let of = |header, c_type: &str| of_variables(&[header], &[Variable { c_type: c_type.into(), elements: 1 }]);
        // sizeof on a Cortex-M4, as of the compiler, in steps of 8.
        assert_eq!(of("conv_2d.h", "tvmk_conv_2d_t"), Some(40));
        assert_eq!(of("depthwise_conv_2d.h", "tvmk_depthwise_conv_2d_t"), Some(64));
        assert_eq!(of("conv_2d.h", "tvmk_of_tomorrow_t"), None);
        let pointers = Variable { c_type: "tvmk_conv_2d_t *".into(), elements: 5 };
        assert_eq!(of_variables(&[], &[pointers]), Some(24));
    }

    #[test]
    fn the_table_has_one_figure_for_each_kernel() {
        let rows: Vec<(&str, &str)> =
            MEASURED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(',')).collect();
        assert!(rows.len() > 30, "{}", rows.len());
        assert!(rows.is_sorted_by(|a, b| a.0 < b.0), "not in order, or a name twice");
        assert!(rows.iter().all(|(_, bytes)| bytes.parse::<u32>().is_ok_and(|bytes| bytes < 4096)), "{rows:?}");
    }
}
