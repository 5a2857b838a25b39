//! Paths that lead to no file, to a directory, through a file, to a full disk.

use std::fs;

use crate::transcript::Transcript;

/// Commands whose files can't be read or written.
pub fn paths(t: &mut Transcript) {
    t.run("new occupied --model net.tflite");
    t.run("new net.tflite/out --model net.tflite");
    t.run("new two+words --board arduino --model net.tflite");
    t.about("Files");
    t.run("inspect missing.tar");
    t.run("inspect folder");
    t.run("inspect no/such/net.tar");
    t.run("inspect net.tflite/net.tar");
    t.run("compile missing.tflite -o out.tar");
    t.run("compile folder -o out.tar");
    t.run("compile net.tflite -o no/such/folder/out.tar");
    t.run("compile net.tflite -o net.tflite/out.tar");
    t.run("compile net.tflite -o folder");
    t.run("compile net.tar -o out.tar");
    t.run("compile net.tflite -o out.tar --report /dev/full");
    t.run("generate net.tar -o net.tflite");
    t.run("generate net.tar -o net.tflite/out");
    t.run("generate net.tar -o occupied");
    t.run("generate net.tar -o /proc/out");
    t.run("compile net.tflite -o /proc/out.tar");
    let long = "x".repeat(300);
    t.run(&format!("compile net.tflite -o {long}"));
    t.run("report missing.tflite");
    t.run("report net.tflite -o folder");
    t.run("estimate folder");
    t.run("validate net.tflite --inputs first=one/such.npy --inputs second=x");
    t.run("new out --model folder");
    t.run("inspect net.tar --tflite missing.tflite");
    let huge = fs::File::create(t.path().join("huge.tar")).expect("a file");
    huge.set_len((1 << 30) + 1).expect("a sparse file");
    t.run("inspect huge.tar");
    huge.set_len((640 << 20) + 1).expect("a sparse file");
    t.run("inspect huge.tar");
}
