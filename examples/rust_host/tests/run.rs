//! The example gives the results of the reference interpreter.

use std::process::Command;

#[test]
fn the_example_is_right_as_often_as_the_reference() {
    let output = Command::new(env!("CARGO_BIN_EXE_rust_host_example")).output().expect("the example starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for line in [
        "digits: right in 357 of 360",
        "digit_rows: right in 356 of 360",
        "placed: the same 360 answers",
        "pooled: the same 360 answers",
    ] {
        assert!(text.contains(line), "no '{line}' in\n{text}");
    }
}
