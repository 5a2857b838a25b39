//! Values that have no result, in models compiled from `.tflite`: a run returns the library's status for it.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{printed, repository, tool};

/// An operator, bytes of its inputs, and the second of its `values`: without and with a result.
struct Case {
    operator: &'static str,
    data: usize,
    values: usize,
    bad: &'static [i32],
    good: &'static [i32],
}

const CASES: [Case; 5] = [
    Case { operator: "gather", data: 30, values: 12, bad: &[-1, 6, i32::MAX], good: &[0, 5] },
    Case { operator: "embedding_lookup", data: 30, values: 12, bad: &[i32::MIN, -1, 6], good: &[0, 5] },
    Case { operator: "gather_nd", data: 30, values: 16, bad: &[-1, 5, i32::MIN], good: &[0, 4] },
    Case { operator: "div", data: 12, values: 12, bad: &[0], good: &[-1, 3, i32::MIN] },
    Case { operator: "rsqrt", data: 12, values: 12, bad: &[i32::MIN, 0xfd], good: &[-1, -2, 0x7f] },
];

#[test]
fn a_value_without_a_result_is_a_status() {
    let folder = tempfile::tempdir().unwrap();
    if !write_models(folder.path()) {
        return;
    }
    for case in &CASES {
        for (value, code) in case.bad.iter().map(|bad| (*bad, 4)).chain(case.good.iter().map(|good| (*good, 0))) {
            let mut values: Vec<u8> = 1i32.to_le_bytes().into_iter().cycle().take(case.values).collect();
            values[4..8].copy_from_slice(&value.to_le_bytes());
            fs::write(folder.path().join("values.bin"), values).unwrap();
            fs::write(folder.path().join("data.bin"), vec![3; case.data]).unwrap();
            let mut run = tool();
            run.arg("run").arg(format!("{}.tflite", case.operator)).current_dir(folder.path());
            let assert = run.args(["--input", "values=values.bin", "--input", "data=data.bin"]).assert();
            let (_, stderr) = printed(&assert);
            assert_eq!(assert.get_output().status.code(), Some(code), "{} with {value}: {stderr}", case.operator);
            let said = stderr.contains("TVMExecute: value out of range (status -7431)");
            assert_eq!(said, code != 0, "{} with {value}: {stderr}", case.operator);
        }
    }
}

/// Writes the models; `false`, with a line `SKIPPED`, if Python or its packages are not available.
fn write_models(folder: &Path) -> bool {
    let mut python = Command::new("python3");
    python.arg(repository("host/cli/tests/python/values.py")).arg(folder);
    python.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap());
    match python.status() {
        Ok(status) if status.code() == Some(3) => eprintln!("SKIPPED: the oracle can't run here"),
        Ok(status) if status.success() => return true,
        Ok(status) => panic!("values.py ends with {status}"),
        Err(_) => eprintln!("SKIPPED: no python3 for the oracle"),
    }
    false
}
