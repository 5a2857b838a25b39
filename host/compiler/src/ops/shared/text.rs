//! Pieces of C text that operators share.

/// Lines of generated code are kept within this many columns.
const COLUMNS: usize = 120;

/// `static const <c_type> <name> = { .a = 1, .b = 2 };` as statements of a layer's body.
pub fn constant_struct(c_type: &str, name: &str, fields: &[(&str, String)]) -> String {
    let mut text = format!("    static const {c_type} {name} = {{\n");
    let mut line = String::new();
    for (field, value) in fields {
        let item = format!(".{field} = {value},");
        if line.is_empty() {
            line = format!("        {item}");
        } else if line.len() + 1 + item.len() > COLUMNS {
            text.push_str(&line);
            text.push('\n');
            line = format!("        {item}");
        } else {
            line.push(' ');
            line.push_str(&item);
        }
    }
    text.push_str(&line);
    text.push_str("\n    };\n");
    text
}

/// A kernel call, repeated for each batch where there are several. Pointers advance by their bytes for each batch; other arguments don't.
pub fn call(function: &str, batches: usize, pointers: &[(&str, usize)], scratch: bool) -> String {
    call_with(function, batches, pointers, if scratch { &["scratch"] } else { &[] })
}

/// The same with other arguments after the pointers.
pub fn call_with(function: &str, batches: usize, pointers: &[(&str, usize)], others: &[&str]) -> String {
    let mut arguments = vec!["&layer".to_owned()];
    for (name, bytes) in pointers {
        arguments.push(if batches > 1 { format!("{name} + b * {bytes}") } else { (*name).to_owned() });
    }
    arguments.extend(others.iter().map(|&other| other.to_owned()));
    let call = format!("{function}({});\n", arguments.join(", "));
    if batches > 1 {
        format!("    for (int32_t b = 0; b < {batches}; b++) {{\n        {call}    }}\n")
    } else {
        format!("    {call}")
    }
}

/// A statement with which tests compare the kernel's formula for scratch memory with the bytes a layer is given; otherwise nothing.
pub fn scratch(needed: &str, given: usize) -> String {
    format!("    TVMK_SCRATCH({needed}, {given});\n")
}

/// The initialiser of a struct within another.
pub fn members(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!(".{name} = {value}")).collect();
    format!("{{{}}}", fields.join(", "))
}

/// The shortest decimal that reads back as the same float32; for numbers without one, a call of a function of `float_base.h`, which is not a
/// constant expression.
pub fn float(value: f32) -> String {
    if value.is_finite() { format!("{value:?}f") } else { format!("tvmk_float_of_bits(0x{:08x})", value.to_bits()) }
}

/// Two float32 literals.
pub fn float_pair((low, high): (f32, f32)) -> String {
    format!("{}, {}", float(low), float(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_initialisers_are_broken_into_lines() {
        let fields: Vec<(&str, String)> = (0..30).map(|i| ("window_height", i.to_string())).collect();
        let text = constant_struct("tvmk_t", "layer", &fields);
        assert!(text.lines().all(|line| line.len() <= COLUMNS));
        assert_eq!(text.matches("window_height").count(), 30);
    }

    #[test]
    fn batches_become_a_loop() {
        assert_eq!(call("f", 1, &[("input", 3)], true), "    f(&layer, input, scratch);\n");
        assert!(call("f", 2, &[("input", 3)], false).contains("f(&layer, input + b * 3);"));
    }

    #[test]
    fn numbers_without_a_literal_are_a_call() {
        assert_eq!(float(-0.0), "-0.0f");
        assert_eq!(float(f32::NEG_INFINITY), "tvmk_float_of_bits(0xff800000)");
    }
}
