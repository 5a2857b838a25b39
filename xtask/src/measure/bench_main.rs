//! The C program of the benchmark's images.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::Value;

/// The program for a model with these facts of `inspect --json`: memory, input with all values, one call. Values of float32 are from -1
/// to 1: bytes of all values would hold numbers that are none, with which software is quick. Values of int32 and int64 are 0 or 1: they
/// are indices of rows, mostly.
///
/// # Errors
/// If a fact about the model is missing.
pub fn main_c(facts: &Value) -> Result<String> {
    let symbol = facts["symbol"].as_str().context("no symbol")?;
    let upper = symbol.to_uppercase();
    let workspaces = facts["workspaces"].as_array().context("no workspaces")?;
    let mut text = format!("#include \"{symbol}.h\"\n\n");
    for (index, workspace) in workspaces.iter().enumerate() {
        let bytes = workspace["bytes"].as_u64().context("no size")?;
        writeln!(text, "static uint8_t workspace_{index}[{bytes}];")?;
    }
    let pointers: Vec<String> = (0..workspaces.len()).map(|index| format!("workspace_{index}")).collect();
    write!(
        text,
        "static void *const workspaces[] = {{ {} }};\n\
         static tvm_{symbol}_input_t input;\n\
         static tvm_{symbol}_output_t output;\n\
         void count_begin(void);\nvoid count_end(void);\n\
         __attribute__((noinline)) void count_begin(void) {{ __asm__ volatile(\"\"); }}\n\
         __attribute__((noinline)) void count_end(void) {{ __asm__ volatile(\"\"); }}\n\n\
         int main(void) {{\n\
         \x20 TVMInputs_{symbol} inputs = TVM_{upper}_INPUTS(&input);\n\
         \x20 TVMOutputs_{symbol} outputs = TVM_{upper}_OUTPUTS(&output);\n\
         \x20 TVMContext context;\n\
         \x20 uint32_t random = 1;\n\
         \x20 for (size_t at = 0; at < sizeof input; ++at) {{\n\
         \x20   random = random * 1664525u + 1013904223u;\n\
         \x20   ((unsigned char *)&input)[at] = (unsigned char)(random >> 24);\n\
         \x20 }}\n",
        pointers.join(", ")
    )?;
    for input in facts["inputs"].as_array().context("no inputs")? {
        let (name, bytes) = (input["c_name"].as_str().context("no name")?, input["bytes"].as_u64().context("no size")?);
        match input["dtype"].as_str() {
            Some("float32") => text.push_str(&floats(name, bytes / 4)),
            Some(kind @ ("int32" | "int64")) => {
                text.push_str(&indices(name, if kind == "int32" { bytes / 4 } else { bytes / 8 }))
            }
            _ => {}
        }
    }
    match workspaces.len() {
        1 => text.push_str("  TVMSetWorkspaces(&context, workspace_0);\n  (void)workspaces;\n"),
        _ => text.push_str("  TVMSetWorkspaceTable(&context, workspaces, sizeof workspaces);\n"),
    }
    if workspaces.iter().any(|workspace| workspace["state"].as_bool() == Some(true)) {
        writeln!(text, "  if (TVMReset(&{symbol}, &context) != TVM_STATUS_OK) {{ return 2; }}")?;
    }
    write!(
        text,
        "  count_begin();\n\
         \x20 int32_t status = TVMExecute(&{symbol}, &inputs, &outputs, &context);\n\
         \x20 count_end();\n\
         \x20 return status != TVM_STATUS_OK;\n}}\n"
    )?;
    Ok(text)
}

/// C that sets `count` values of an input to 0 or 1.
fn indices(name: &str, count: u64) -> String {
    format!(
        "  for (size_t at = 0; at < {count}; ++at) {{\n\
         \x20   random = random * 1664525u + 1013904223u;\n\
         \x20   input.{name}[at] = random >> 31;\n\
         \x20 }}\n"
    )
}

/// C that sets `count` values of an input to numbers from -1 to 1, all equally likely. Without arithmetic on floats, which would add
/// functions of the compiler's library to the image.
fn floats(name: &str, count: u64) -> String {
    format!(
        "  for (size_t at = 0; at < {count}; ++at) {{\n\
         \x20   random = random * 1664525u + 1013904223u;\n\
         \x20   uint32_t bits = random & 0x80000000u;\n\
         \x20   uint32_t part = (random >> 7) & 0xffffffu;\n\
         \x20   uint32_t exponent = 126;\n\
         \x20   for (; part != 0 && part < 0x800000u; part <<= 1) {{ --exponent; }}\n\
         \x20   if (part != 0) {{ bits |= exponent << 23 | (part & 0x7fffffu); }}\n\
         \x20   for (size_t byte = 0; byte < 4; ++byte) {{\n\
         \x20     ((unsigned char *)&input.{name})[4 * at + byte] = (unsigned char)(bits >> 8 * byte);\n\
         \x20   }}\n\
         \x20 }}\n"
    )
}
