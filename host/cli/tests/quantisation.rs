//! The header's functions between real values and elements, against the same in exact arithmetic or in Rust's `f32`.

mod common;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use common::{repository, tool};

/// An input line for the program of `c/quantisation.c`, and the expected output.
type Question = (String, i64);

#[test]
fn functions_of_the_header_round_and_limit_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    tool()
        .arg("compile")
        .arg(repository("models/digits/digits.tflite"))
        .arg("-o")
        .arg(at("digits.tar"))
        .assert()
        .success();
    tool().arg("generate").arg(at("digits.tar")).arg("-o").arg(at("out")).assert().success();
    let mut questions = Vec::new();
    for ask in [floats, integers, members] {
        ask(&mut questions);
    }
    for (compiler, standard) in [("cc", "c99"), ("c++", "c++17")] {
        let mut command = Command::new(compiler);
        command.args(["-x", if standard == "c99" { "c" } else { "c++" }]).arg(format!("-std={standard}"));
        command.args(["-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsanitize=undefined"]);
        command.arg("-fno-sanitize-recover").arg("-I").arg(repository("capi/include")).arg("-I").arg(at("out"));
        command.arg(repository("host/cli/tests/c/quantisation.c")).arg("-o").arg(at("program"));
        assert!(command.status().unwrap().success(), "{command:?}");
        let mut child = Command::new(at("program")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut text = String::new();
        questions.iter().for_each(|(question, _)| _ = writeln!(text, "{question}"));
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        assert!(output.status.success(), "{standard}");
        let answers = String::from_utf8(output.stdout).unwrap();
        assert_eq!(answers.lines().count(), questions.len(), "{standard}");
        for ((question, expected), answer) in questions.iter().zip(answers.lines()) {
            assert_eq!(answer, expected.to_string(), "{standard}: {question}");
        }
    }
}

/// Pseudo-random numbers, the same each time.
fn numbers() -> impl FnMut() -> u32 {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u32
    }
}

/// `TVMQuantize` and `TVMDequantize`, ties, neighbours of ties, infinities and NaN included.
fn floats(out: &mut Vec<Question>) {
    let mut next = numbers();
    for (low, high, zero) in [(-128, 127, -128), (-128, 127, 3), (0, 255, 128), (-32768, 32767, 0)] {
        for scale in [1.0_f32, 0.003_921_569, 0.25, 1e-30, 3.7e5, f32::from_bits(1)] {
            let mut values = vec![0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MAX, f32::MIN_POSITIVE];
            for step in -300..300_i16 {
                let tie = (f32::from(step) + 0.5) * scale;
                values.extend([tie, tie.next_up(), tie.next_down(), f32::from(step) * scale]);
            }
            values.extend((0..200).map(|_| f32::from_bits(next())));
            for value in values {
                let steps = f64::from(value / scale).round() + f64::from(zero);
                let expected = if value.is_nan() { low } else { steps.clamp(f64::from(low), f64::from(high)) as i32 };
                let question = format!("quantize {} {} {zero} {low} {high} 0", value.to_bits(), scale.to_bits());
                out.push((question, i64::from(expected)));
            }
            for element in low..=high {
                let expected = scale * (element - zero) as f32;
                out.push((
                    format!("dequantize {element} {} {zero} 0 0 0", scale.to_bits()),
                    i64::from(expected.to_bits()),
                ));
            }
        }
    }
}

/// value * multiplier / 2^shift, exact, halves away from zero, limited to 32 bits.
fn scaled(value: i32, multiplier: i32, shift: i32) -> i32 {
    let product = i128::from(value) * i128::from(multiplier);
    let size = product.unsigned_abs();
    let size = match shift {
        ..=-41 => u128::from(size > 0) << 40,
        -40..=0 => size << -shift,
        1..=100 => (size + (1 << (shift - 1))) >> shift,
        _ => 0,
    } as i128;
    (size * product.signum()).clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as i32
}

/// `TVMScale` and `TVMQuantizeInteger`.
fn integers(out: &mut Vec<Question>) {
    let mut next = numbers();
    let mut values = vec![0, 1, -1, 2, -3, i32::MAX, i32::MIN, 32767, -32768];
    values.extend((0..30).map(|_| next() as i32));
    for value in values {
        for multiplier in [0, 1, 1 << 30, i32::MAX, (next() >> 1) as i32] {
            for shift in [
                i32::MIN,
                -150,
                -64,
                -33,
                -32,
                -31,
                -30,
                -5,
                -1,
                0,
                1,
                2,
                15,
                30,
                31,
                32,
                45,
                61,
                62,
                63,
                64,
                200,
                i32::MAX,
            ] {
                let expected = scaled(value, multiplier, shift);
                out.push((format!("scale {value} {multiplier} {shift} 0 0 0"), expected.into()));
                let element = (i64::from(expected) - 5).clamp(-128, 127);
                out.push((format!("integer {value} {multiplier} {shift} -5 -128 127"), element));
            }
        }
    }
}

/// The functions of the model's tensors: scale 1/255 and 1/256, zero point -128.
fn members(out: &mut Vec<Question>) {
    let scale = 0.003_921_569_f32;
    for step in -20..300_i16 {
        let value = f32::from(step) * 0.003_7;
        let expected = ((value / scale).round() - 128.0).clamp(-128.0, 127.0);
        out.push((format!("image {} 0 0 0 0 0", value.to_bits()), expected as i64));
    }
    for value in -40_000..40_000 {
        let expected = ((f64::from(value) / 32768.0 / f64::from(scale)).round() - 128.0).clamp(-128.0, 127.0);
        out.push((format!("fixed {value} 15 0 0 0 0"), expected as i64));
    }
    for element in i8::MIN..=i8::MAX {
        let steps = i32::from(element) + 128;
        out.push((format!("back {element} 0 0 0 0 0"), i64::from((steps as f32 / 256.0).to_bits())));
        out.push((format!("back_fixed {element} 15 0 0 0 0"), i64::from(steps * 128)));
    }
}
