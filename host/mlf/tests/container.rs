//! The tar container: what is accepted, and every error with its message.

mod common;

use common::{Entry, pax, tar};
use tvm_embedded_mlf::{Archive, ErrorKind, Limits};

fn read(bytes: &[u8]) -> Result<Archive, tvm_embedded_mlf::Error> {
    Archive::from_bytes("net.tar", bytes, Limits::default())
}

fn refused(bytes: &[u8], kind: ErrorKind, text: &str) {
    let error = read(bytes).expect_err(text);
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(text), "{error} does not say {text:?}");
    assert!(error.to_string().starts_with("net.tar: "), "{error} does not name the archive");
}

#[test]
fn names_lose_their_dot_and_order_stays() {
    let bytes = tar(&[
        Entry::file("./", b"").kind(b'5'),
        Entry::file("./b/", b"").kind(b'5'),
        Entry::file("./b/x.c", b"one"),
        Entry::file("a.h", b""),
        Entry::file("b//./y", b"two"),
    ]);
    let archive = read(&bytes).expect("an archive");
    let paths: Vec<&str> = archive.members().iter().map(|m| m.path.as_str()).collect();
    assert_eq!(paths, ["b/x.c", "a.h", "b/y"]);
    assert_eq!(archive.text("b/x.c").expect("text"), "one");
    assert_eq!(archive.get("a.h").expect("a member").data, b"");
    assert!(archive.get("./a.h").is_none());
    let missing = archive.text("c").expect_err("no such member");
    assert_eq!(missing.to_string(), "net.tar: c: the archive has no such member");
}

#[test]
fn long_names_of_both_kinds() {
    let long = format!("./codegen/{}/x.c", "d".repeat(200));
    let gnu =
        tar(&[Entry::file("././@LongLink", format!("{long}\0").as_bytes()).kind(b'L'), Entry::file("cut", b"data")]);
    let record = pax("path", &long);
    let posix = tar(&[Entry::file("PaxHeaders/cut", &record).kind(b'x'), Entry::file("cut", b"data")]);
    for bytes in [gnu, posix] {
        let archive = read(&bytes).expect("an archive");
        assert_eq!(archive.text(&long[2..]).expect("text"), "data");
    }
}

#[test]
fn a_global_header_may_hold_a_comment_only() {
    let comment = pax("comment", "1234");
    let bytes = tar(&[Entry::file("pax_global_header", &comment).kind(b'g'), Entry::file("a", b"1")]);
    assert_eq!(read(&bytes).expect("an archive").members().len(), 1);
    for key in ["path", "size", "linkpath"] {
        let record = pax(key, "7");
        let bytes = tar(&[Entry::file("g", &record).kind(b'g'), Entry::file("a", b"1")]);
        refused(&bytes, ErrorKind::UnsafeEntry, &format!("a global PAX header sets '{key}'"));
    }
}

#[test]
fn files_that_are_not_plain_tar_files() {
    for (magic, text) in [
        (
            &b"\x1f\x8b\x08\0"[..],
            "compressed with gzip; a model archive is a plain tar file (unpack it with `gunzip` first)",
        ),
        (b"BZh9", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PK\x03\x04", "zip"),
    ] {
        refused(&[magic, &[1; 2000]].concat(), ErrorKind::NotTar, text);
    }
    refused(b"", ErrorKind::NotTar, "0 bytes are too few");
    refused(b"hello", ErrorKind::NotTar, "5 bytes are too few");
    refused(&[b'x'; 4096], ErrorKind::NotTar, "not a valid tar file");
    refused(&[0; 511], ErrorKind::NotTar, "511 bytes are too few");
    refused(&[0; 512], ErrorKind::NotTar, "the archive is empty");
    refused(&[0; 1024], ErrorKind::NotTar, "the archive is empty");
    let mut broken = tar(&[Entry::file("a", b"1")]);
    broken[0] = b'b';
    refused(&broken, ErrorKind::NotTar, "checksum");
}

#[test]
fn sizes_that_are_wrong() {
    let entry = |size: &'static [u8]| Entry { name: b"a", kind: b'0', size, data: b"1234" };
    refused(
        &tar(&[entry(b"00000100000")]),
        ErrorKind::NotTar,
        "says it is 32768 bytes long, but the archive ends after",
    );
    let mut huge = [0xff; 12];
    huge[0] = 0x80;
    let bytes = tar(&[Entry { name: b"a", kind: b'0', size: &huge, data: b"" }]);
    assert_eq!(read(&bytes).expect_err("a huge size").kind(), ErrorKind::NotTar);
    refused(&tar(&[entry(b"0000000000x")]), ErrorKind::NotTar, "not a valid tar file");
    let record = pax("size", "18446744073709551615");
    let bytes = tar(&[Entry::file("x", &record).kind(b'x'), Entry::file("a", b"1")]);
    assert_eq!(read(&bytes).expect_err("a huge size").kind(), ErrorKind::NotTar);
    let record = pax("size", "5000000000");
    let bytes = tar(&[Entry::file("x", &record).kind(b'x'), Entry::file("a", b"1")]);
    refused(&bytes, ErrorKind::NotTar, "says it is 5000000000 bytes long");
}

#[test]
fn kinds_of_entry_that_are_not_supported() {
    for (kind, text) in [
        (b'1', "is a hard link"),
        (b'2', "is a symbolic link"),
        (b'3', "is a character device"),
        (b'4', "is a block device"),
        (b'6', "is a named pipe"),
        (b'Z', "is an entry of unknown type"),
    ] {
        refused(&tar(&[Entry::file("dir/odd", b"").kind(kind)]), ErrorKind::UnsafeEntry, text);
        refused(&tar(&[Entry::file("dir/odd", b"").kind(kind)]), ErrorKind::UnsafeEntry, "net.tar: dir/odd: ");
    }
    refused(&tar(&[Entry::file("dir", b"x").kind(b'5')]), ErrorKind::UnsafeEntry, "a directory with content");
    refused(&tar(&[Entry::file("dir/", b"x")]), ErrorKind::UnsafeEntry, "a directory with content");
    let record = pax("GNU.sparse.major", "1");
    let bytes = tar(&[Entry::file("x", &record).kind(b'x'), Entry::file("a", b"1")]);
    refused(&bytes, ErrorKind::UnsafeEntry, "is a sparse file");
    let gnu = tar(&[Entry::file("a", b"").kind(b'S')]);
    assert!(read(&gnu).is_err());
}

#[test]
fn names_that_are_not_allowed() {
    for (name, text) in [
        (&b"/etc/passwd"[..], "the name is an absolute path"),
        (b"../up", "the name contains '..'"),
        (b"C:/up", "the name begins with a drive"),
        (b"./c:up", "the name begins with a drive"),
        (b"\\\\host\\share", "the name contains '\\\\'"),
        (b"a/../../up", "the name contains '..'"),
        (b"a/..", "the name contains '..'"),
        (b"a\\..\\up", "the name contains '\\\\'"),
        (b"a\nb", "the name contains '\\n'"),
        (b"a\x1b[2J", "the name contains '\\u{1b}'"),
        (b"\xff\xfe", "the name is not UTF-8"),
        (b"././", "is a directory with content"),
        (b".", "a file without a name"),
    ] {
        let entry = Entry { name, kind: b'0', size: b"", data: b"1" };
        let error = read(&tar(&[entry])).expect_err(text);
        assert!(error.to_string().contains(text), "{error}");
        assert!(!error.to_string().contains('\u{1b}') && !error.to_string().contains('\n'), "{error:?}");
    }
    for (key, value, text) in [("path", "a\0b", "the name contains '\\0'"), ("path", "/abs", "absolute")] {
        let record = pax(key, value);
        let bytes = tar(&[Entry::file("x", &record).kind(b'x'), Entry::file("a", b"1")]);
        refused(&bytes, ErrorKind::BadName, text);
    }
    let longest = "d".repeat(1024);
    let bytes = tar(&[Entry::file("L", longest.as_bytes()).kind(b'L'), Entry::file("a", b"1")]);
    assert_eq!(read(&bytes).expect("an archive").members()[0].path, longest);
    let long = "d".repeat(2000);
    let bytes = tar(&[Entry::file("L", long.as_bytes()).kind(b'L'), Entry::file("a", b"1")]);
    refused(&bytes, ErrorKind::BadName, "a name of 2000 bytes; 1024 is the limit");
    let twice = tar(&[Entry::file("./a", b"1"), Entry::file("a", b"2")]);
    refused(&twice, ErrorKind::BadName, "net.tar: a: appears twice");
}

#[test]
fn limits_hold() {
    let many: Vec<Entry<'_>> = (0..4).map(|_| Entry::file("d/", b"").kind(b'5')).collect();
    let limits = Limits { entries: 3, ..Limits::default() };
    let error = Archive::from_bytes("net.tar", &tar(&many), limits).expect_err("too many");
    assert_eq!(error.to_string(), "net.tar: more than 3 entries");
    assert!(Archive::from_bytes("net.tar", &tar(&many[..3]), limits).is_ok());
    let limits = Limits { archive_bytes: 2048, ..Limits::default() };
    assert!(Archive::from_bytes("net.tar", &tar(&[Entry::file("a", b"1")]), limits).is_ok());
    let limits = Limits { archive_bytes: 2047, ..Limits::default() };
    let error = Archive::from_bytes("net.tar", &tar(&[Entry::file("a", b"1")]), limits).expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("larger than the limit of 2047 bytes"), "{error}");
}

#[test]
fn reading_from_disk() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("net.tar");
    let error = Archive::read(&path).expect_err("no file");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("net.tar: can't open the archive"), "{error}");
    let error = Archive::read(folder.path()).expect_err("a directory");
    assert!(error.to_string().contains("is a directory, not an archive"), "{error}");
    std::fs::write(&path, tar(&[Entry::file("a", b"1")])).expect("written");
    assert_eq!(Archive::read(&path).expect("an archive").members().len(), 1);
    let limits = Limits { archive_bytes: 100, ..Limits::default() };
    assert_eq!(Archive::read_with(&path, limits).expect_err("too large").kind(), ErrorKind::TooLarge);
}

#[test]
fn text_must_be_utf8() {
    let archive = read(&tar(&[Entry::file("a", b"one\ntwo\n\xff")])).expect("an archive");
    let error = archive.text("a").expect_err("no text");
    assert_eq!(error.to_string(), "net.tar: a: line 3: is not UTF-8 text");
}

#[test]
fn a_tar_file_cut_anywhere_is_refused() {
    let bytes = common::pack(&common::net("net"));
    let content = bytes.len() - 1024;
    for end in (0..bytes.len()).step_by(512) {
        let result = read(&bytes[..end]);
        // The first block of zeros marks the end.
        assert_eq!(result.is_ok(), end > content, "cut at {end} of {}", bytes.len());
        if end == content {
            let error = result.expect_err("no end mark");
            assert!(error.to_string().contains("ends without the end mark"), "{error}");
        }
        let _ = read(&bytes[..end.saturating_sub(3)]);
    }
}

#[test]
fn a_small_tar_file_cut_at_any_byte_is_refused() {
    let bytes = tar(&[Entry::file("a", b"12345"), Entry::file("d/", b"").kind(b'5'), Entry::file("b", b"6")]);
    let content = bytes.len() - 1024;
    for end in 0..bytes.len() {
        // The first block of zeros marks the end; a writer may have left out the rest.
        let result = read(&bytes[..end]);
        assert_eq!(result.is_ok(), end >= content + 512, "cut at {end} of {}: {result:?}", bytes.len());
    }
}

#[test]
fn nothing_may_follow_the_end() {
    let mut bytes = tar(&[Entry::file("a", b"1")]);
    let end = bytes.len();
    bytes.resize(10 * 1024, 0);
    assert_eq!(read(&bytes).expect("filled up with zeros").members().len(), 1);
    for at in [end - 512, end, 10 * 1024 - 1] {
        let mut more = bytes.clone();
        more[at] = b'x';
        refused(&more, ErrorKind::NotTar, &format!("byte {at}: goes on behind the end mark"));
    }
    // Two archives in one file: readers differ about the second.
    let twice = [bytes.clone(), tar(&[Entry::file("a", b"2")])].concat();
    refused(&twice, ErrorKind::NotTar, "goes on behind the end mark");
}

#[test]
fn a_hundred_thousand_entries() {
    let entry = Entry::file("d/", b"").kind(b'5').bytes();
    let mut bytes = entry.repeat(100_000);
    bytes.resize(bytes.len() + 1024, 0);
    refused(&bytes, ErrorKind::TooLarge, "more than 10000 entries");
}

#[test]
fn long_names_are_not_repeated_whole() {
    let name = "n".repeat(1 << 20);
    let bytes = tar(&[Entry::file("L", name.as_bytes()).kind(b'L'), Entry::file("a", b"")]);
    let error = read(&bytes).expect_err("a name of a mebibyte").to_string();
    assert!(error.contains("a name of 1048576 bytes; 1024 is the limit") && error.len() < 2000, "{}", error.len());
}
