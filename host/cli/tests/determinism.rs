//! The output of the tool depends only on its input and options: not on time, directory, user, language, umask, or the order of
//! an archive's members.
#![cfg(unix)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{archive, real_archives, repository, streaming_archive};

const COPY: &str = "int i; for (i = 0; i < 4; i++) { y[i] = x[i]; } (void)sram;";

/// An environment for a run, with everything that must not matter.
struct Surroundings {
    umask: &'static str,
    environment: &'static [(&'static str, &'static str)],
    /// Whether paths are given relative to the directory the run starts in.
    relative: bool,
}

const SURROUNDINGS: [Surroundings; 4] = [
    Surroundings { umask: "022", environment: &[], relative: false },
    Surroundings {
        umask: "077",
        environment: &[
            ("TZ", "Pacific/Kiritimati"),
            ("LANG", "tr_TR.UTF-8"),
            ("LC_ALL", "tr_TR.UTF-8"),
            ("USER", "nobody"),
        ],
        relative: true,
    },
    Surroundings {
        umask: "000",
        environment: &[("TZ", "America/Adak"), ("LANG", "C"), ("SOURCE_DATE_EPOCH", "1"), ("HOME", "/nowhere")],
        relative: true,
    },
    Surroundings { umask: "027", environment: &[("LC_ALL", "de_DE.ISO-8859-1"), ("COLUMNS", "20")], relative: false },
];

/// Files by their path in a directory.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                found.insert(
                    path.strip_prefix(root).expect("a path below").to_owned(),
                    fs::read(&path).expect("a file"),
                );
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

/// The output of `verb` for `input` in such an environment: its files and its JSON or table.
fn made(verb: &[&str], input: &Path, surroundings: &Surroundings) -> (BTreeMap<PathBuf, Vec<u8>>, Vec<u8>) {
    let place = tempfile::tempdir().expect("a directory");
    let given = place.path().join("some folder");
    fs::create_dir(&given).expect("a directory");
    let name = input.file_name().expect("a name");
    fs::copy(input, given.join(name)).expect("a copy");
    fs::create_dir(place.path().join("out")).expect("a directory");
    let below = |path: &str| if surroundings.relative { PathBuf::from(path) } else { place.path().join(path) };
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("umask {}; exec \"$0\" \"$@\"", surroundings.umask));
    shell.arg(assert_cmd::cargo::cargo_bin("tvm-embedded")).arg(verb[0]).arg(below("some folder").join(name));
    for word in &verb[1..] {
        match word.strip_prefix("OUT/") {
            Some(path) => shell.arg(below("out").join(path)),
            None => shell.arg(word),
        };
    }
    shell.current_dir(place.path()).env("NO_COLOR", "1").envs(surroundings.environment.iter().copied());
    let output = shell.output().expect("a shell");
    assert!(output.status.success(), "{verb:?} {}: {}", input.display(), String::from_utf8_lossy(&output.stderr));
    let files = files(&place.path().join("out"));
    // Given paths appear only in printed text.
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let prefix = place.path().display().to_string();
    for (path, content) in &files {
        let path_inside = content.windows(prefix.len()).any(|part| part == prefix.as_bytes());
        assert!(
            !path_inside && !content.windows(11).any(|part| part == b"some folder"),
            "{}: names a path",
            path.display()
        );
    }
    (files, printed.replace(&format!("{prefix}/"), "").into_bytes())
}

fn same_everywhere(verb: &[&str], input: &Path) {
    let first = made(verb, input, &SURROUNDINGS[0]);
    // Also run twice: hash tables have another order in each run.
    for surroundings in SURROUNDINGS.iter().chain(&SURROUNDINGS[..1]) {
        assert!(
            made(verb, input, surroundings) == first,
            "{verb:?} {} under umask {}",
            input.display(),
            surroundings.umask
        );
    }
    if verb[0] != "inspect" {
        assert!(!first.0.is_empty());
    }
}

/// The same members in another order, by another user, at another time, with other rights.
fn reordered(input: &Path, output: &Path, turn: usize) {
    let mut archive = tar::Archive::new(fs::File::open(input).expect("an archive"));
    let mut members: Vec<(tar::Header, Vec<u8>)> = archive
        .entries()
        .expect("entries")
        .map(|entry| {
            let mut entry = entry.expect("an entry");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("its content");
            (entry.header().clone(), content)
        })
        .collect();
    members.reverse();
    let half = members.len() / 2;
    members.rotate_left(turn * half);
    let mut builder = tar::Builder::new(fs::File::create(output).expect("a file"));
    for (mut header, content) in members {
        header.set_mtime(turn as u64 * 1_000_000);
        header.set_uid(4711);
        header.set_gid(4711);
        header.set_mode(0o600);
        header.set_cksum();
        builder.append(&header, content.as_slice()).expect("an entry");
    }
    builder.finish().expect("an archive");
}

fn same_in_any_order(input: &Path) {
    let scratch = tempfile::tempdir().expect("a directory");
    let other = scratch.path().join(input.file_name().expect("a name"));
    for verb in [&["generate", "-o", "OUT/net"][..], &["inspect", "--json"]] {
        let first = made(verb, input, &SURROUNDINGS[0]);
        for turn in 0..2 {
            reordered(input, &other, turn);
            assert!(fs::read(&other).expect("a file") != fs::read(input).expect("a file"));
            assert!(made(verb, &other, &SURROUNDINGS[0]) == first, "{verb:?} {} in order {turn}", input.display());
        }
    }
}

#[test]
fn generate_gives_the_same_bytes_everywhere() {
    let folder = tempfile::tempdir().expect("a directory");
    for input in [
        archive(folder.path(), "plain", COPY),
        streaming_archive(folder.path(), "state"),
        repository("models/digits/digits.tflite"),
    ] {
        same_everywhere(&["generate", "-o", "OUT/net"], &input);
    }
}

#[test]
fn compile_gives_the_same_bytes_everywhere() {
    let input = repository("models/digits/digits.tflite");
    same_everywhere(&["compile", "-o", "OUT/net.tar", "--report", "OUT/net.json"], &input);
    same_everywhere(&["compile", "-o", "OUT/net.tar", "--report", "OUT/net.txt", "--io-in-workspace"], &input);
}

#[test]
fn inspect_prints_the_same_everywhere() {
    let folder = tempfile::tempdir().expect("a directory");
    let input = streaming_archive(folder.path(), "state");
    for verb in [&["inspect"][..], &["inspect", "--json"]] {
        // The path is printed as it was given; relative ones differ only in that.
        for surroundings in [&SURROUNDINGS[0], &SURROUNDINGS[3]] {
            assert!(made(verb, &input, surroundings) == made(verb, &input, &SURROUNDINGS[0]), "{verb:?}");
        }
        assert!(made(verb, &input, &SURROUNDINGS[1]) == made(verb, &input, &SURROUNDINGS[2]), "{verb:?}");
    }
}

#[test]
fn the_order_of_members_does_not_matter() {
    let folder = tempfile::tempdir().expect("a directory");
    let digits = folder.path().join("digits.tar");
    common::tool()
        .arg("compile")
        .arg(repository("models/digits/digits.tflite"))
        .arg("-o")
        .arg(&digits)
        .assert()
        .success();
    let mut inputs = vec![archive(folder.path(), "plain", COPY), streaming_archive(folder.path(), "state"), digits];
    if let Some(real) = real_archives() {
        let names = ["hello_c_pools_const", "duo_packed", "duo_c_pool", "hello08_c", "dev_usmp", "hello_c_io"];
        inputs.extend(names.iter().map(|name| real.join(format!("{name}.tar"))));
    }
    inputs.iter().for_each(|input| same_in_any_order(input));
}
