//! Updates of constants: a good one is used, and what is not one, for another model, truncated or corrupted is refused.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{STRICT, c_file, generate_synthetic, objects, runtime, runtime_headers, succeed};
use std::path::Path;
use std::process::Command;
use tvm_embedded_interface::{Error, Options, Parameters, pack};

fn net(name: &str) -> Synthetic {
    Synthetic { constants: true, ..Synthetic::new(name).memory(Memory::External) }
}

fn packed(model: &Synthetic, content: Option<Vec<u8>>) -> Result<Vec<u8>, Error> {
    let (archive, library) = model.library();
    pack(&archive, &library, &library.modules[0], &[content])
}

/// Prints what the model's program says about each file.
fn said(directory: &Path, compiler: &[&str], options: &Options, updates: &[Vec<u8>]) -> String {
    let generated = generate_synthetic(directory, &net("net"), options);
    let objects = objects(directory, &generated, &["cc"]);
    let program = directory.join("program");
    let mut command = Command::new(compiler[0]);
    command.args(&compiler[1..]).args(STRICT).arg("-I").arg(directory).arg("-I").arg(runtime_headers());
    command.arg(c_file("update.c")).args(["-x", "none"]).args(objects).arg(runtime()).arg("-o").arg(&program);
    succeed(&mut command);
    let mut run = Command::new(&program);
    for (i, update) in updates.iter().enumerate() {
        let file = directory.join(format!("update{i}"));
        std::fs::write(&file, update).expect("written");
        run.arg(file);
    }
    String::from_utf8(succeed(&mut run).stdout).expect("text")
}

#[test]
fn good_updates_are_used_and_others_refused() {
    let first = packed(&net("net"), None).expect("an update");
    let second = packed(&net("net"), Some(vec![40; 8])).expect("an update");
    let other = packed(&Synthetic { operator_begin: "/* other */".into(), ..net("net") }, None).expect("an update");
    let changed = |at: usize| {
        let mut update = second.clone();
        update[at] ^= 0x10;
        update
    };
    let mut updates = vec![first.clone(), second.clone(), other, Vec::new(), vec![0xFF; 64]];
    updates.push([&second[..], &[0xFF; 99]].concat());
    // Every length that is too short, and every bit position of one byte after the other.
    updates.extend((1..second.len()).map(|length| second[..length].to_vec()));
    updates.extend((0..second.len()).map(changed));
    let user = Options { parameters: Parameters::User, ..Options::default() };
    for compiler in [&["gcc", "-std=c99"][..], &["g++", "-std=c++17", "-x", "c++"], &["clang", "-std=c11"]] {
        for options in [&user, &Options::default()] {
            let directory = tempfile::tempdir().expect("a directory");
            let said = said(directory.path(), compiler, options, &updates);
            let mut words = said.split(' ');
            // The model adds the sum of a pool, or an element: only the difference matters.
            let outputs: Vec<&str> = words.by_ref().take(2).collect();
            assert!(outputs.iter().all(|word| word.starts_with("0:")) && outputs[0] != outputs[1], "{said}");
            assert_eq!(words.by_ref().take(3).collect::<Vec<_>>(), ["-7439:", "-7440:", "-7438:"], "{said}");
            assert_eq!(words.next(), Some(outputs[1]), "a longer slot");
            let truncated: Vec<&str> = words.by_ref().take(second.len() - 1).collect();
            assert!(truncated.iter().all(|word| *word == "-7440:"), "{said}");
            for at in 0..second.len() {
                let word = words.next().expect("a result");
                // Padding between the pools has no checksum, and no reader.
                let head = u32::from_le_bytes(second[16..20].try_into().expect("four")) as usize;
                let padding = (32..head).contains(&at);
                let expected = match at {
                    0..6 => "-7438:",
                    // Another number of pools: a longer head than there are bytes, or another checksum.
                    6..8 if word == "-7440:" => "-7440:",
                    _ if padding => outputs[1],
                    _ => "-7441:",
                };
                assert_eq!(word, expected, "byte {at}: {said}");
            }
            assert_eq!(words.collect::<Vec<_>>(), ["-7409", "-7409", "-7414"], "{said}");
        }
    }
}

#[test]
fn updates_that_can_not_be_written_are_refused() {
    let without = Synthetic::new("net").memory(Memory::External);
    match packed(&without, None) {
        Err(error @ Error::Unsupported { .. }) => assert!(error.to_string().contains("in its code"), "{error}"),
        result => panic!("{result:?}"),
    }
    match packed(&net("net"), Some(vec![1; 7])) {
        Err(error @ Error::Contradiction { .. }) => assert!(error.to_string().contains("takes 8 bytes"), "{error}"),
        result => panic!("{result:?}"),
    }
}
