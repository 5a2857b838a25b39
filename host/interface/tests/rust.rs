//! The Rust module of every kind of model: it runs, wrong code does not compile, and models that safe Rust can't call report it.

mod common;

use common::compiled::{adopt, library};
use common::synthetic::{Memory, Synthetic};
use common::{generate_synthetic, objects, root, runtime_headers, succeed};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tvm_embedded_interface::{LibraryHeaders, Options, Parameters, generate, write};
use tvm_embedded_mlf::{MainParameter, Module};

fn alone() -> Options {
    let header = |name: &str| std::fs::read_to_string(runtime_headers().join(name)).expect("the header");
    let headers = LibraryHeaders { c: header("tvm_embedded.h"), cpp: header("tvm_embedded.hpp") };
    Options { without_library: Some(headers), ..Options::default() }
}

fn rustc() -> Command {
    let mut command = Command::new("rustc");
    command.args(["--edition", "2024", "-O"]);
    command
}

/// The directory of the crate `tvm-embedded`, built once.
fn crates() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust");
        std::fs::create_dir_all(&out).expect("a directory");
        for (name, source) in [("tvm_embedded_core", "src/lib.rs"), ("tvm_embedded", "rust/src/lib.rs")] {
            let mut command = rustc();
            command.args(["--crate-type", "rlib", "--crate-name", name, "-L"]).arg(&out).arg("--out-dir").arg(&out);
            if name == "tvm_embedded" {
                command.args(["--extern", "tvm_embedded_core"]);
            }
            succeed(command.arg(root().join(source)));
        }
        out
    })
}

/// A program with a model, whose own code must not contain `unsafe`, and which has no warnings, undocumented items included.
fn compiler(directory: &Path, body: &str) -> Command {
    let source = directory.join("main.rs");
    let program = format!(
        "//! A program.\n#![forbid(unsafe_code)]\n#![deny(warnings, missing_docs)]\ntvm_embedded::include_model!(pub net);\n\
         use tvm_embedded::{{Aligned4, Error, Status}};\n\
         fn body() -> Result<(), Error> {{\n    let _ = (Aligned4(0), Status::Ok);\n    {body}\n    Ok(())\n}}\n\
         fn main() {{\n    body().unwrap();\n}}\n"
    );
    std::fs::write(source, program).expect("a file");
    let mut command = rustc();
    // `include_model!` looks below OUT_DIR, where the build script puts each model into a directory of its name.
    command.arg(directory.join("main.rs")).env("OUT_DIR", directory).arg("-L").arg(crates());
    command.args(["--extern", "tvm_embedded", "-o"]).arg(directory.join("program"));
    command
}

fn runs(model: &Synthetic, options: &Options, body: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    let generated = generate_synthetic(&at.join("net"), model, options);
    let mut command = compiler(at, body);
    for object in objects(&at.join("net"), &generated, &["gcc", "-std=c99", "-DTVM_EMBEDDED_NO_LIBRARY"]) {
        command.arg(format!("-Clink-arg={}", object.display()));
    }
    succeed(&mut command);
    succeed(&mut Command::new(at.join("program")));
}

/// What misuses a model is an error of the compiler that says the word.
fn does_not_compile(model: &Synthetic, begin: &str, misuses: &[(&str, &str)]) {
    let directory = tempfile::tempdir().expect("a directory");
    generate_synthetic(&directory.path().join("net"), model, &alone());
    for (rest, word) in misuses {
        let output = compiler(directory.path(), &format!("{begin}\n{rest}")).output().expect("rustc");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(word), "{rest}\n{said}");
    }
}

/// The module of a model that arrived compiled calls its library.
#[test]
fn a_model_from_a_static_library_runs() {
    let directory = tempfile::tempdir().expect("a directory");
    let (at, vendor) = (directory.path(), directory.path().join("vendor"));
    std::fs::create_dir(&vendor).expect("a directory");
    let (archive, parsed) = net(Memory::External).library();
    let module = &parsed.modules[0];
    let header = archive.text(module.header.as_ref().expect("a header")).expect("text");
    let put = |name: &str, text: &str| {
        let path = vendor.join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    put(module.included_header.as_ref().expect("a name"), header);
    let copy = |path: &String| put(path.rsplit('/').next().expect("a name"), archive.text(path).expect("text"));
    let sources: Vec<PathBuf> = module.sources.iter().map(copy).collect();
    let library = library(&vendor, "libnet.a", &sources, &[]);
    let facts = r#"{ "inputs": { "x": { "dtype": "int8", "shape": [4] } }, "outputs": { "y": { "dtype": "int8", "shape": [4] } } }"#;
    let generated = adopt(&at.join("net"), header, &library, Some(facts), &alone());
    let mut command = compiler(
        at,
        "let mut memory = [0; net::WORKSPACE_BYTES];
         let mut output = net::Output::new();
         net::Model::new(&mut memory)?.run(&net::Input { x: [10, 20, 30, 127] }, &mut output)?;
         assert_eq!(output.y, [11, 21, 31, -128]);",
    );
    for object in objects(&at.join("net"), &generated, &["gcc", "-std=c99", "-DTVM_EMBEDDED_NO_LIBRARY"]) {
        command.arg(format!("-Clink-arg={}", object.display()));
    }
    succeed(command.arg(format!("-Clink-arg={}", library.display())));
    succeed(&mut Command::new(at.join("program")));
}

fn net(memory: Memory) -> Synthetic {
    Synthetic::new("net").memory(memory)
}

#[test]
fn tensors_outside_and_the_users_memory() {
    let model = net(Memory::External);
    runs(
        &model,
        &alone(),
        "let mut memory = [0; net::WORKSPACE_BYTES + 1];
         for start in 0..2 {
             let mut net = net::Model::new(&mut memory[start..])?;
             let mut output = net::Output::new();
             net.run(&net::Input { x: [10, 20, 30, 127] }, &mut output)?;
             assert_eq!(output.y, [11, 21, 31, -128]);
         }
         let short = net::Model::new(&mut memory[..net::WORKSPACE_BYTES - net::WORKSPACE_SRAM_ALIGNMENT]);
         assert_eq!(short.err(), Some(Error::Status(Status::WorkspaceTooSmall)));",
    );
    let several = Synthetic {
        inputs: vec!["match".into(), "Self".into(), "b".into()],
        outputs: vec!["c".into(), "self".into()],
        ..model
    };
    runs(
        &several,
        &alone(),
        "let mut memory = net::Memory::new();
         let mut net = net::Model::in_memory(&mut memory);
         let mut output = net::Output::default();
         net.run(&net::Input { r#match: [1; 4], Self_: [2; 4], b: [3; 4] }, &mut output)?;
         assert_eq!((output.c, output.self_), ([2; 4], [4; 4]));
         let (mut c, mut d) = ([0; 4], [0; 4]);
         net.run_on(&[1; 4], &[2; 4], &[3; 4], &mut c, &mut d)?;
         assert_eq!((c, d), ([2; 4], [4; 4]));",
    );
}

#[test]
fn tensors_inside_a_workspace() {
    runs(
        &net(Memory::Io),
        &alone(),
        "let mut memory = net::Memory::new();
         let mut net = net::Model::in_memory(&mut memory);
         for i in 0..2 {
             *net.input_x() = [i; 4];
             net.run()?;
             assert_eq!(net.output_y(), &[i + 1; 4]);
         }
         std::thread::scope(|scope| scope.spawn(move || net.run()).join().unwrap())?;
         let mut memory = [0; net::WORKSPACE_BYTES + 1];
         for start in 0..2 {
             let mut net = net::Model::new(&mut memory[start..])?;
             *net.input_x() = [7; 4];
             net.run()?;
             assert_eq!(net.output_y(), &[8; 4]);
         }",
    );
    does_not_compile(
        &net(Memory::Io),
        "let mut memory = net::Memory::new();
         let mut net = net::Model::in_memory(&mut memory);",
        &[
            ("let x = net.input_x(); net.run()?; x[0] = 1;", "cannot borrow `net` as mutable more than once"),
            ("let y = net.output_y(); net.run()?; assert_eq!(y[0], 1);", "cannot borrow `net` as mutable"),
            ("let _ = net.input_x(); drop(net); memory = net::Memory::new(); net.run()?;", "borrow of moved value"),
            ("memory = net::Memory::new(); net.run()?;", "cannot assign to `memory` because it is borrowed"),
            (
                "let shared = &net; std::thread::scope(|s| { s.spawn(|| shared.run()); });",
                "cannot borrow `*shared` as mutable",
            ),
            ("let other = net.clone(); drop(other);", "no method named `clone`"),
        ],
    );
}

#[test]
fn state_is_reset_first_and_again() {
    let model = Synthetic { state: true, ..net(Memory::External) };
    let begin = "let mut memory = net::Memory::new();
         let net = net::Model::in_memory(&mut memory);
         let (input, mut output) = (net::Input { x: Aligned4([0; 4]) }, net::Output::new());";
    let body = format!(
        "{begin}
         let mut net = net.reset()?;
         for _ in 0..2 {{
             for run in 0..3 {{
                 net.run(&input, &mut output)?;
                 assert_eq!(*output.y, [1 + 7 + run; 4]);
             }}
             net.reset()?;
         }}"
    );
    runs(&model, &alone(), &body);
    does_not_compile(
        &model,
        begin,
        &[
            ("let mut net = net; net.run(&input, &mut output)?;", "no method named `run`"),
            (
                "let mut net = net.reset()?; net.run(&net::Input { x: Aligned4([0; 3]) }, &mut output)?;",
                "mismatched types",
            ),
            ("let mut net = net.reset()?; net.run_on(&Aligned4([0_u8; 4]), &mut output.y)?;", "mismatched types"),
            ("let mut net = net.reset()?; net.run(&input, &output)?;", "mismatched types"),
            ("let mut net = net.reset()?; net.run_on(&output.y, &mut output.y)?;", "cannot borrow `output.y`"),
            ("let mut net = net.0; net.run(&input, &mut output)?;", "field `0` of struct `NotReset` is private"),
            ("let _ = net; let other = net::Model::in_memory(&mut memory); drop(net); drop(other);", "cannot borrow"),
        ],
    );
}

#[test]
fn constants_that_the_user_provides() {
    let model = Synthetic { constants: true, ..net(Memory::External) };
    let user = Options { parameters: Parameters::User, ..alone() };
    runs(
        &model,
        &user,
        "let constants = tvm_embedded::Aligned16([11, 12, 13, 14, 15, 16, 17, 18]);
         let mut memory = [0; net::WORKSPACE_BYTES];
         let mut output = net::Output::new();
         net::Model::new(&mut memory, &constants.0)?.run(&net::Input { x: [1; 4] }, &mut output)?;
         assert_eq!(output.y, [12; 4]);
         let short = net::Model::new(&mut memory, &constants.0[..net::PARAMETER_FLASH_BYTES - 1]);
         assert_eq!(short.err(), Some(Status::ParameterTooSmall.into()));
         let odd = net::Model::new(&mut memory, &constants.0[1..]);
         assert_eq!(odd.err(), Some(Status::MisalignedParameter.into()));",
    );
    runs(
        &model,
        &alone(),
        "let (mut memory, mut output) = (net::Memory::new(), net::Output::new());
         net::Model::in_memory(&mut memory).run(&net::Input { x: [1; 4] }, &mut output)?;
         assert_eq!(output.y, [2; 4]);",
    );
}

#[test]
fn models_that_safe_rust_can_not_call_report_why() {
    for (model, word) in [
        (net(Memory::Internal), "two threads"),
        (net(Memory::Runtime), "two threads"),
        (Synthetic { devices: vec!["ethos_u".into()], ..net(Memory::External) }, "functions of a device"),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        generate_synthetic(&directory.path().join("net"), &model, &alone());
        let output = compiler(directory.path(), "").output().expect("rustc");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(word), "{said}");
    }
}

/// What no compiler of ours makes, but an archive may hold.
#[test]
fn tensors_that_safe_rust_can_not_give_are_refused() {
    let said = |memory, change: &dyn Fn(&mut Module)| {
        let (archive, library) = Synthetic { inputs: vec!["x".into(), "b".into()], ..net(memory) }.library();
        let mut module = library.modules[0].clone();
        change(&mut module);
        let directory = tempfile::tempdir().expect("a directory");
        let generated = generate(&archive, &library, &module, &alone()).expect("an interface");
        write(&directory.path().join("net"), &generated.files).expect("written files");
        let output = compiler(directory.path(), "").output().expect("rustc");
        assert!(!output.status.success());
        let header = std::fs::read_to_string(directory.path().join("net/net.h")).expect("the header");
        (String::from_utf8_lossy(&output.stderr).into_owned(), header)
    };
    for output in [false, true] {
        let (text, header) = said(Memory::Io, &|module| {
            let side = if output { &mut module.outputs } else { &mut module.inputs };
            let mut other = side[0].clone();
            (other.name, other.c_name, other.source_name) = ("o".into(), "o".into(), "o".into());
            other.placement = None;
            module.main_parameters.push(match output {
                true => MainParameter::Output(side.len()),
                false => MainParameter::Input(side.len()),
            });
            side.push(other);
        });
        assert!(text.contains("the model net has some tensors inside a workspace and some outside"), "{text}");
        // Without the library there is no table of places to find them with.
        assert!(header.contains("  return TVM_STATUS_NOT_AVAILABLE;\n"), "{header}");
    }
    let (text, _) = said(Memory::External, &|module| module.pools[0].alignment = 512);
    assert!(text.contains("requires memory aligned to 512 bytes, and the crate has types up to 256"), "{text}");
    let (text, _) = said(Memory::External, &|module| module.inputs[1].alignment = 1024);
    assert!(text.contains("requires memory aligned to 1024 bytes"), "{text}");
}

#[test]
fn elements_of_real_values_are_those_of_the_c_header() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    std::fs::write(
        at.join("q.c"),
        "#include \"tvm_embedded.h\"\n\
         int32_t q(float v, float s, int32_t z, int32_t low, int32_t high) { return TVMQuantize(v, s, z, low, high); }\n\
         float d(int32_t e, float s, int32_t z) { return TVMDequantize(e, s, z); }\n",
    )
    .expect("a file");
    let include = format!("-I{}", runtime_headers().display());
    succeed(Command::new("gcc").args(["-c", "-O1", &include]).arg(at.join("q.c")).arg("-o").arg(at.join("q.o")));
    let program = "
        unsafe extern \"C\" {
            safe fn q(value: f32, scale: f32, zero_point: i32, low: i32, high: i32) -> i32;
            safe fn d(element: i32, scale: f32, zero_point: i32) -> f32;
        }
        fn main() {
            let mut bits = 0x1234_5678_u32;
            for i in 0..3_000_000_u32 {
                bits ^= bits << 13; bits ^= bits >> 17; bits ^= bits << 5;
                let zero_point = (i % 300) as i32 - 150;
                let scale = [0.5, 0.003_921_569, 1.7, 1e-30][i as usize % 4];
                // Any float, and those near halves.
                let value = if i % 2 == 0 { f32::from_bits(bits) } else { (bits % 1024) as f32 * scale / 2.0 - 128.0 * scale };
                let quantization = tvm_embedded::Quantization::new(scale, zero_point);
                macro_rules! same {
                    ($element:ty) => {
                        let found = quantization.quantize::<$element>(value);
                        let (low, high) = (i32::from(<$element>::MIN), i32::from(<$element>::MAX));
                        assert_eq!(i32::from(found), q(value, scale, zero_point, low, high), \"{value} {scale} {zero_point}\");
                        let back = quantization.dequantize(found).to_bits();
                        assert_eq!(back, d(i32::from(found), scale, zero_point).to_bits(), \"{found} {scale} {zero_point}\");
                    };
                }
                same!(i8); same!(u8); same!(i16);
            }
        }";
    std::fs::write(at.join("main.rs"), program).expect("a file");
    let mut command = rustc();
    command
        .arg(at.join("main.rs"))
        .arg("-L")
        .arg(crates())
        .args(["--extern", "tvm_embedded", "-o"])
        .arg(at.join("program"));
    succeed(command.arg(format!("-Clink-arg={}", at.join("q.o").display())));
    succeed(&mut Command::new(at.join("program")));
}
