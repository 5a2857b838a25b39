//! The tool's facts of real archives, compared with those that Python reads.

mod common;

use std::fs;
use std::process::Command;

use common::{real_archives, repository, tool};

#[test]
fn python_reads_the_same_in_real_archives() {
    let Some(folder) = real_archives() else { return };
    if let Err(error) = Command::new("python3").arg("--version").output() {
        eprintln!("SKIPPED: nothing is compared, there is no python3: {error}");
        return;
    }
    let script = repository("host/cli/tests/python/listing.py");
    let (mut archives, mut facts) = (0, 0);
    for entry in fs::read_dir(folder).expect("a directory") {
        let archive = entry.expect("an entry").path();
        if archive.extension().is_none_or(|extension| extension != "tar") {
            continue;
        }
        let scratch = tempfile::tempdir().expect("a directory");
        let (inspected, generated) = (scratch.path().join("inspected.json"), scratch.path().join("generated"));
        let inspect = tool().args(["inspect", "--json"]).arg(&archive).assert().success();
        fs::write(&inspected, &inspect.get_output().stdout).expect("a file");
        tool().arg("generate").arg(&archive).arg("-o").arg(&generated).assert().success();
        let output =
            Command::new("python3").arg(&script).args([&archive, &inspected, &generated]).output().expect("a run");
        let difference = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {difference}", archive.display());
        facts += String::from_utf8_lossy(&output.stdout).trim().parse::<usize>().expect("a number");
        archives += 1;
    }
    assert!(archives >= 28 && facts >= 10 * archives, "{facts} facts of {archives} archives");
    println!("{facts} facts of {archives} archives");
}
