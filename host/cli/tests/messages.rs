//! `--message-format json`: every message of every verb is an object that `docs/messages.md` describes.
#![cfg(unix)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use common::{archive, archive_with_constants, printed, repository, tool};
use serde_json::Value;

const COPY: &str = "int i; for (i = 0; i < 4; i++) { y[i] = x[i]; } (void)sram;";

/// The fields of each reason, with their types, as the page lists them.
fn documented() -> BTreeMap<String, BTreeMap<String, String>> {
    let page = fs::read_to_string(repository("docs/messages.md")).expect("the page");
    let mut found = BTreeMap::<String, BTreeMap<String, String>>::new();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        if let ["", reason, field, kind, _, ""] = cells[..] {
            found.entry(reason.to_owned()).or_default().insert(field.to_owned(), kind.to_owned());
        }
    }
    found
}

fn fits(value: &Value, kind: &str) -> bool {
    kind.split(" or ").any(|kind| match kind {
        "string" => value.is_string(),
        "number" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the page names the type {other}"),
    })
}

/// The messages of a run, each compared with the page.
fn messages(stderr: &str) -> Vec<Value> {
    let documented = documented();
    let messages: Vec<Value> = stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    for message in &messages {
        let fields = message.as_object().expect("an object");
        let known = &documented[fields["reason"].as_str().expect("a reason")];
        let names: BTreeSet<&str> = fields.keys().map(String::as_str).filter(|name| *name != "reason").collect();
        assert_eq!(names, known.keys().map(String::as_str).collect(), "{message}");
        assert!(known.iter().all(|(name, kind)| fits(&fields[name], kind)), "{message}");
    }
    let last = messages.last().expect("a last message");
    assert_eq!(last["reason"], "finished");
    messages
}

/// Runs a command in both forms: the results are the same. Returns the messages.
fn both(folder: &Path, line: &str) -> Vec<Value> {
    let run = |form: &str| {
        let mut command = tool();
        command.args(line.split(' ')).args(["--message-format", form]).current_dir(folder);
        let assert = command.assert();
        let (stdout, stderr) = printed(&assert);
        (stdout, stderr, assert.get_output().status.code().expect("an exit code"))
    };
    // A directory of `new` is made once.
    let json = run("json");
    let _ = fs::remove_dir_all(folder.join("project"));
    let human = run("human");
    let messages = messages(&json.1);
    assert_eq!(json.2, human.2, "{line}");
    assert!(without_time(&json.0) == without_time(&human.0), "{line}:\n{}\n{}", json.0, human.0);
    let last = messages.last().expect("a last message");
    assert_eq!((&last["code"], &last["success"]), (&json.2.into(), &(json.2 == 0).into()), "{line}");
    let errors: String = messages.iter().filter(|message| message["reason"] == "error").map(as_text).collect();
    assert_eq!(errors.is_empty(), json.2 == 0, "{line}");
    // clap's own errors have another layout.
    if json.2 != 2 {
        assert!(human.1.ends_with(&errors), "{line}:\n{errors}\n{}", human.1);
    }
    messages
}

/// The text without the time of a run, which differs.
fn without_time(text: &str) -> String {
    text.lines().filter(|line| !line.contains(" µs ")).collect()
}

/// An error as people see it.
fn as_text(error: &Value) -> String {
    let advice = error["advice"].as_str().map_or_else(String::new, |advice| format!("  next: {advice}\n"));
    format!("error: {}\n{advice}", error["message"].as_str().expect("text"))
}

fn of<'a>(messages: &'a [Value], reason: &str) -> Vec<&'a Value> {
    messages.iter().filter(|message| message["reason"] == reason).collect()
}

fn scene() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    archive(folder.path(), "plain", COPY);
    archive_with_constants(folder.path(), "pools");
    for file in ["digits.tflite", "test_images.bin", "test_labels.bin"] {
        fs::copy(repository("models/digits").join(file), folder.path().join(file)).expect("a copy");
    }
    fs::write(folder.path().join("x.bin"), [1, 2, 3, 4]).expect("a file");
    fs::write(folder.path().join("y.bin"), [1, 2, 3, 5]).expect("a file");
    folder
}

#[test]
fn every_verb_writes_messages_and_the_same_result() {
    let scene = scene();
    let folder = scene.path();
    for line in ["completions bash", "man", "inspect digits.tflite", "estimate digits.tflite", "report digits.tflite"] {
        let messages = both(folder, line);
        assert!(of(&messages, "file").is_empty() && of(&messages, "error").is_empty(), "{line}");
    }
    for (line, files) in [
        ("compile digits.tflite -o out.tar --report out.json", &["out.json", "out.tar"][..]),
        ("pack pools.tar -o out.update", &["out.update"]),
        ("run plain.tar --input x.bin --output z.bin", &["z.bin"]),
        ("report digits.tflite -o out.html", &["out.html"]),
        ("new project --model digits.tflite", &["project/main.c", "project/model/digits.h"]),
    ] {
        let messages = both(folder, line);
        let named = |path: &&str| of(&messages, "file").iter().any(|file| file["path"] == **path);
        assert!(
            files.iter().all(|path| named(path) && (folder.join(path).exists() || line.starts_with("new"))),
            "{line}"
        );
    }
    let first = both(folder, "generate plain.tar -o out");
    assert!(!of(&first, "note").is_empty() || !of(&first, "file").is_empty());
    let again = both(folder, "generate plain.tar -o out");
    assert!(of(&again, "file").iter().all(|file| file["fresh"] == true), "{again:?}");
}

#[test]
fn errors_of_every_kind_have_their_exit_code() {
    let scene = scene();
    for (line, code, kind) in [
        ("inspect x.bin", 1, "refused"),
        ("inspect plain.tar --josn", 2, "usage"),
        ("frobnicate", 2, "usage"),
        ("run plain.tar --input z=x.bin", 2, "usage"),
        ("inspect missing.tar", 3, "file"),
        ("run plain.tar --input x.bin --expect y.bin", 4, "model"),
        ("run plain.tar --input x.bin --cc-arg=-no-such-option", 5, "compiler"),
    ] {
        let messages = both(scene.path(), line);
        let [error] = of(&messages, "error")[..] else { panic!("{line}: {messages:?}") };
        assert_eq!((&error["code"], &error["kind"]), (&code.into(), &kind.into()), "{line}");
    }
    let wrong = both(scene.path(), "inspect plain.tar --josn");
    let error = of(&wrong, "error")[0];
    assert_eq!(error["message"], "unexpected argument '--josn' found");
    assert!(error["advice"].as_str().expect("advice").contains("--json"), "{error}");
}

#[test]
fn findings_name_the_file_and_the_model() {
    let scene = scene();
    let messages = both(scene.path(), "inspect plain.tar");
    let findings = of(&messages, "finding");
    let shape = findings.iter().find(|finding| finding["code"] == "shape-unknown").expect("a finding");
    assert_eq!((&shape["file"], &shape["model"]), (&"plain.tar".into(), &"plain".into()), "{shape}");
    let (json, _) =
        printed(&tool().args(["inspect", "--json", "plain.tar"]).current_dir(scene.path()).assert().success());
    let facts: Value = serde_json::from_str(&json).expect("JSON");
    let shown = facts["models"][0]["findings"].as_array().expect("findings").len();
    assert_eq!(findings.len(), shown + facts["findings"].as_array().expect("findings").len());
    assert!(of(&both(scene.path(), "inspect digits.tflite"), "finding").is_empty());
}

#[test]
fn long_work_says_how_far_it_is() {
    let scene = scene();
    let line = "validate digits.tflite --inputs test_images.bin --labels test_labels.bin";
    let messages = both(scene.path(), line);
    for (stage, total) in [("compile", 1), ("build", 1), ("run", 360)] {
        let steps: Vec<u64> = of(&messages, "progress")
            .iter()
            .filter(|message| message["stage"] == stage && message["total"] == total)
            .map(|message| message["done"].as_u64().expect("a number"))
            .collect();
        assert!(steps.first() == Some(&0) && steps.last() == Some(&total) && steps.is_sorted(), "{stage}: {steps:?}");
    }
    assert!(of(&both(scene.path(), &format!("{line} --quiet")), "progress").is_empty());
    // A run that takes long reports its steps while it goes on.
    archive(
        scene.path(),
        "slow",
        "extern int usleep(unsigned); y[0] = x[0]; y[1] = y[2] = 0; y[3] = (int8_t)usleep(300000); (void)sram;",
    );
    let messages = both(scene.path(), "run slow.tar --input x.bin --repeat 4");
    let runs = of(&messages, "progress").into_iter().filter(|message| message["stage"] == "run");
    assert!(runs.filter(|message| message["done"] != 0 && message["done"] != 4).count() >= 1, "{messages:?}");
}

#[test]
fn what_the_model_writes_is_a_message() {
    let scene = scene();
    archive(
        scene.path(),
        "talks",
        "extern long write(int, const void*, unsigned long); y[0] = x[0]; y[1] = y[2] = y[3] = (int8_t)write(2, \"a \\\"b\\n\", 5);",
    );
    let messages = messages(
        &printed(
            &tool()
                .args(["run", "talks.tar", "--input", "x.bin", "--message-format", "json"])
                .current_dir(scene.path())
                .assert()
                .success(),
        )
        .1,
    );
    assert_eq!(of(&messages, "output").iter().map(|message| &message["text"]).collect::<Vec<_>>(), ["a \"b"]);
}

#[test]
fn every_documented_reason_is_known() {
    let reasons: Vec<String> = documented().into_keys().collect();
    assert_eq!(reasons, ["error", "file", "finding", "finished", "note", "output", "progress"]);
}
