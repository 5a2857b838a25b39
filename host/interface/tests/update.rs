//! Updates of constants: a good one is used, and what is not one, for another model, truncated or corrupted is refused.

mod common;

use common::synthetic::{Memory, Synthetic};
use common::{STRICT, c_file, generate_synthetic, objects, runtime, runtime_headers, succeed};
use std::path::Path;
use std::process::Command;
use tvm_embedded_interface::{Error, Options, Parameters, pack};
use tvm_embedded_mlf::{Archive, Library, Limits, write_tar};

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

/// A pool whose size is known and whose content is not: it needs a file.
#[test]
fn contents_that_the_archive_does_not_hold_are_needed() {
    let (archive, library) = net("net").library();
    let mut module = library.modules[0].clone();
    let pool = module.pools.iter_mut().find(|pool| pool.name == "flash").expect("the pool");
    pool.data = None;
    match pack(&archive, &library, &module, &[]) {
        Err(error @ Error::MissingFact { .. }) => assert!(error.to_string().contains("the pool 'flash'"), "{error}"),
        result => panic!("{result:?}"),
    }
    let given = pack(&archive, &library, &module, &[Some(vec![40; 8])]).expect("an update");
    assert_eq!(given, packed(&net("net"), Some(vec![40; 8])).expect("an update"));
}

/// Kernels determine the order of the constants that they read, so an update is for one version of them.
#[test]
fn an_update_is_for_the_kernels_that_read_it() {
    let (archive, _) = Synthetic { state: true, ..net("net") }.library();
    let digest = |kernel: &str| {
        let mut members: Vec<(String, Vec<u8>)> =
            archive.members().iter().map(|member| (member.path.clone(), member.data.to_vec())).collect();
        members.push(("codegen/host/include/tvmgen_net_kernel.h".to_owned(), kernel.as_bytes().to_vec()));
        let archive = Archive::from_bytes("net.tar", &write_tar(members).expect("a tar file"), Limits::default());
        let archive = archive.expect("an archive");
        let library = Library::parse(&archive).expect("a library");
        pack(&archive, &library, &library.modules[0], &[]).expect("an update")[8..12].to_vec()
    };
    assert_eq!(digest("/* 1 */"), digest("/* 1 */"));
    assert_ne!(digest("/* 1 */"), digest("/* 2 */"));
}

/// A pool has a section of its own, which the part of a linker script names, unless the user chooses another.
#[test]
fn pools_have_sections() {
    let directory = tempfile::tempdir().expect("a directory");
    let generated = generate_synthetic(directory.path(), &net("net"), &Options::default());
    let fragment = std::fs::read_to_string(directory.path().join("net.ld")).expect("part of a linker script");
    assert!(
        fragment.contains("\n.tvm_net_flash : ALIGN(16) {\n  tvm_net_flash_start = .;\n  *(.rodata.tvm.net.flash)\n"),
        "{fragment}"
    );
    assert!(
        fragment
            .contains("\n} > TVM_NET_FLASH AT > TVM_NET_FLASH_LOAD\ntvm_net_flash_load = LOADADDR(.tvm_net_flash);\n")
    );
    assert!(generated.sources.iter().all(|source| source.ends_with(".c")), "{:?}", generated.sources);
    let of_pool = "-DTVM_NET_PARAMETER_FLASH_SECTION=__attribute__((section(\".mine\")))";
    let of_all = "-DTVM_NET_PARAMETER_SECTION=__attribute__((section(\".all\")))";
    for (flags, section) in
        [(&[][..], ".rodata.tvm.net.flash"), (&[of_all][..], ".all"), (&[of_pool, of_all][..], ".mine")]
    {
        let object = directory.path().join("parameters.o");
        let mut command = Command::new("gcc");
        command.args(STRICT).args(flags).arg("-I").arg(directory.path()).arg("-I").arg(runtime_headers()).arg("-c");
        succeed(command.arg(directory.path().join("net_parameters.c")).arg("-o").arg(&object));
        let listed = succeed(Command::new("objdump").arg("-t").arg(&object)).stdout;
        let listed = String::from_utf8(listed).expect("text");
        let line = listed.lines().find(|line| line.ends_with("TVMData_net_flash")).expect("the data");
        assert!(line.contains(&format!(" {section}\t")), "{line}");
        let mut command = Command::new("clang++");
        command.args(["-std=c++17", "-fsyntax-only", "-x", "c++"]).args(STRICT).args(flags).arg("-I");
        command.arg(directory.path()).arg("-I").arg(runtime_headers());
        succeed(command.arg(directory.path().join("net_parameters.c")));
    }
    let user = Options { parameters: Parameters::User, ..Options::default() };
    let directory = tempfile::tempdir().expect("a directory");
    generate_synthetic(directory.path(), &net("net"), &user);
    assert!(!directory.path().join("net.ld").exists());
}
