//! `cargo xtask mutants known [FAULT...]`: known faults are injected into a copy of the source, one after the other,
//! and each time a step of the tests must fail, for the right reason.
//!
//! Takes several minutes, and longer the first time, when the copy is built from nothing. Run it after changes of the tests
//! and before a release.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::machine::paths;
use crate::machine::process::{Cmd, Outcome};

/// A fault, where it is injected, and what must find it.
struct Fault {
    name: &'static str,
    file: &'static str,
    /// Text that is replaced, once; empty: `to` is added at the end.
    from: &'static str,
    to: &'static str,
    /// Arguments of cargo.
    gate: &'static [&'static str],
    /// What the gate's output must contain, so that it fails for this reason.
    sign: &'static str,
}

const FAULTS: [Fault; 16] = [
    Fault {
        name: "panic",
        file: "capi/src/lib.rs",
        from: "",
        to: "\n/// Injected.\n#[unsafe(no_mangle)]\npub extern \"C\" fn TVMInjected(index: usize) -> u8 {\n    [1u8, 2, 3][index]\n}\n",
        gate: &["xtask", "sanitize", "prove"],
        sign: "tvm_embedded_panic_is_reachable",
    },
    Fault {
        name: "layout",
        file: "src/descriptor.rs",
        from: "pub num_inputs: u16",
        to: "pub num_inputs: u32",
        gate: &["check", "--package", "tvm_embedded_core"],
        sign: "size_of::<TVMModel>()",
    },
    Fault {
        name: "number",
        file: "capi/include/tvm_embedded.h",
        from: "TVM_STATUS_BUSY = -7429",
        to: "TVM_STATUS_BUSY = -7430",
        gate: &["xtask", "abi"],
        sign: "TVM_STATUS_BUSY = -7429",
    },
    Fault {
        name: "leak",
        file: "capi/src/model.rs",
        from: "    u32::from(TVM_EMBEDDED_ABI_VERSION)\n",
        to: "    unsafe extern \"C\" {\n        safe fn malloc(size: usize) -> *mut u8;\n    }\n    \
             core::hint::black_box(malloc(40));\n    u32::from(TVM_EMBEDDED_ABI_VERSION)\n",
        gate: &["xtask", "sanitize", "suite"],
        sign: "LeakSanitizer",
    },
    Fault {
        name: "untested",
        file: "capi/src/model.rs",
        from: "    u32::from(TVM_EMBEDDED_ABI_VERSION)\n",
        to: "    if core::hint::black_box(false) {\n        return 0;\n    }\n    u32::from(TVM_EMBEDDED_ABI_VERSION)\n",
        gate: &["xtask", "coverage", "c"],
        sign: "capi/src/: lines  ",
    },
    Fault {
        name: "early-write",
        file: "capi/src/tensor.rs",
        from: "    let found = known(model, kind, index, TVM_TENSOR_SHAPED, shape, rank);\n",
        to: "    if raw::check_place(rank).is_ok() {\n        unsafe { raw::store(rank, 0) };\n    }\n    \
             let found = known(model, kind, index, TVM_TENSOR_SHAPED, shape, rank);\n",
        gate: &["test", "--package", "tvm_embedded_runtime", "--test", "c_suite"],
        sign: "something was written that must not be",
    },
    Fault {
        name: "out-of-bounds",
        file: "host/compiler/src/ops/add/add.h",
        from: "tvmk_add_row(&l, in1, 1, in2, 1, out, count);",
        to: "tvmk_add_row(&l, in1, 1, in2, 1, out, count + 1);",
        gate: &["xtask", "sanitize", "models"],
        sign: "AddressSanitizer: heap-buffer-overflow",
    },
    // The same bytes, but slower: the last eight positions of a convolution one by one.
    Fault {
        name: "slower",
        file: "host/compiler/src/ops/conv_2d/conv_2d_dsp.h",
        from: "if (count == 4 && channels > 1) {",
        to: "if (count == 4 && channels > 1 && positions > 8) {",
        gate: &["xtask", "test", "performance"],
        sign: "digits on cortex-m4f: Instructions",
    },
    Fault {
        name: "constant",
        file: "host/compiler/src/ops/shared/base.h",
        from: "((int64_t)1 << 30)) >> 31",
        to: "((int64_t)1 << 29)) >> 31",
        gate: &["test", "--package", "tvm_embedded_compiler", "--test", "kernels"],
        sign: "test result: FAILED",
    },
    Fault {
        name: "lifetime",
        file: "host/compiler/src/passes/schedule/mod.rs",
        from: "layer.arguments.iter().for_each(",
        to: "layer.arguments.iter().filter(|argument| argument.written).for_each(",
        gate: &["xtask", "attack", "graphs", "--seed", "1", "--count", "128"],
        sign: "models are wrong",
    },
    Fault {
        name: "unchecked-field",
        file: "host/compiler/src/ops/shared/pool_2d.rs",
        from: " || in_zero != zero",
        to: "",
        gate: &["xtask", "attack", "mutants", "--seed", "1", "--count", "600"],
        sign: "models are wrong",
    },
    Fault {
        name: "rounding",
        file: "host/compiler/src/ops/shared/unsigned.rs",
        from: "Multiplier::new(product / f64::from(output))",
        to: "Multiplier::new(f64::from(product as f32 / output))",
        gate: &["xtask", "attack", "layers", "--seed", "1", "--count", "90"],
        sign: "models are wrong",
    },
    Fault {
        name: "shape",
        file: "host/compiler/src/passes/emit/run.rs",
        from: "    if ports.is_empty() {\n        return;\n    }\n",
        to: "",
        gate: &["test", "--package", "tvm_embedded_cli", "--test", "shapes"],
        sign: "no_inputs with",
    },
    Fault {
        name: "unaligned",
        file: "host/compiler/src/ops/shared/dsp.h",
        from: "#if TVMK_DSP\n",
        to: "#if TVMK_DSP\n#define __ARM_FEATURE_UNALIGNED 1\n",
        gate: &["xtask", "flags", "cortex-m4f"],
        sign: "-DTRAP_UNALIGNED: ",
    },
    Fault {
        name: "int-16",
        file: "host/compiler/src/ops/add/add_portable.h",
        from: "(x - zero_point) * (INT32_C(1) << 20); }",
        to: "(x - zero_point) * (int)(INT32_C(1) << 20); }",
        gate: &["xtask", "avr", "^add-b"],
        sign: "on AVR, ",
    },
    Fault {
        name: "member-order",
        file: "host/compiler/src/ops/shared/window.rs",
        from: "        (\"in_channels\", window.in_channels),\n        (\"out_height\", window.out_height),\n",
        to: "        (\"out_height\", window.out_height),\n        (\"in_channels\", window.in_channels),\n",
        gate: &["test", "--package", "tvm_embedded_compiler", "--test", "dialects"],
        sign: "field designators to be specified in declaration order",
    },
];

/// Whether there is a fault of this name.
pub fn is_fault(name: &str) -> bool {
    FAULTS.iter().any(|fault| fault.name == name)
}

/// Injects the named faults; without a name, all.
///
/// # Errors
/// A fault that nothing finds, or that no longer matches the source.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(unknown) = args.iter().find(|arg| FAULTS.iter().all(|fault| fault.name != *arg)) {
        let names: Vec<&str> = FAULTS.iter().map(|fault| fault.name).collect();
        bail!("no fault '{unknown}'; there are: {}", names.join(", "));
    }
    let out = paths::target().join("gates");
    let tree = out.join("tree");
    copy(&tree)?;
    for fault in FAULTS.iter().filter(|fault| args.is_empty() || args.iter().any(|arg| arg == fault.name)) {
        let path = tree.join(fault.file);
        let sound = fs::read_to_string(&path).with_context(|| fault.file.to_owned())?;
        if !sound.contains(fault.from) {
            bail!("{}: {} no longer contains {:?}: update this list", fault.name, fault.file, fault.from);
        }
        let changed = match fault.from {
            "" => sound.clone() + fault.to,
            from => sound.replacen(from, fault.to, 1),
        };
        fs::write(&path, changed)?;
        let outcome = gate(fault, &tree, &out.join("target"));
        fs::write(&path, sound)?;
        let outcome = outcome?;
        let printed = outcome.stdout + &outcome.stderr;
        if outcome.code == 0 {
            bail!("{}: `cargo {}` does not fail", fault.name, fault.gate.join(" "));
        }
        if !printed.contains(fault.sign) {
            bail!("{}: `cargo {}` fails for another reason:\n{printed}", fault.name, fault.gate.join(" "));
        }
        println!("{:<14} injected in {}: `cargo {}` fails", fault.name, fault.file, fault.gate.join(" "));
    }
    Ok(())
}

fn gate(fault: &Fault, tree: &Path, target: &Path) -> Result<Outcome> {
    Cmd::new("cargo").args(fault.gate).dir(tree).env("CARGO_TARGET_DIR", target).outcome()
}

/// Updates the copy from the source: files that git tracks, and new ones that it does not ignore.
fn copy(tree: &Path) -> Result<()> {
    let list = Cmd::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .dir(paths::root())
        .capture()
        .context("a list of the source's files")?;
    for name in list.lines() {
        let (from, to) = (paths::root().join(name), tree.join(name));
        let Ok(bytes) = fs::read(&from) else { continue };
        // Not written if unchanged, so that it is not built again.
        if fs::read(&to).is_ok_and(|old| old == bytes) {
            continue;
        }
        fs::create_dir_all(to.parent().context("a directory")?)?;
        fs::copy(&from, &to).with_context(|| name.to_owned())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list that no longer matches is found before someone runs the verb.
    #[test]
    fn every_fault_matches_the_source() {
        for fault in &FAULTS {
            let text =
                fs::read_to_string(paths::root().join(fault.file)).unwrap_or_else(|e| panic!("{}: {e}", fault.file));
            assert!(text.contains(fault.from), "{}: {} does not contain {:?}", fault.name, fault.file, fault.from);
            assert_ne!(fault.from, fault.to);
        }
    }
}
