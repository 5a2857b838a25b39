//! Archives: many members, long members, and text that repeats what a reader has to store or to search.

use super::case::{Case, LARGEST, case};
use crate::base::{self, Members, nets};
use nets::{Entry, pax, tar};

/// Room for the other members and all headers.
const ROOM: usize = 1 << 20;

/// The cases.
pub const CASES: &[Case] = &[
    case("entries-130000", "tar", false, || {
        let names: Vec<String> = (0..(LARGEST - ROOM) / 512).map(|i| format!("m/{i}")).collect();
        tar(&names.iter().map(|name| Entry::file(name, b"")).collect::<Vec<_>>())
    }),
    case("members-of-c-9000", "tar", true, || {
        let mut members = base::members(0);
        let text = c_functions(6000);
        members.extend((0..9000).map(|i| (format!("codegen/host/src/more_{i}.c"), text.clone().into_bytes())));
        base::pack(&members)
    }),
    case("modules-many", "tar", true, || {
        let names: Vec<String> = (0..800).map(|i| format!("net{i}")).collect();
        base::texts_of(nets::nets(&names.iter().map(String::as_str).collect::<Vec<_>>()))
    }),
    case("pax-header-huge", "tar", false, || {
        let record = pax("comment", &"x".repeat(LARGEST - ROOM));
        tar(&[Entry::file("x", &record).kind(b'x'), Entry::file("a", b"1")])
    }),
    case("pax-records-many", "tar", false, || {
        let records = pax("k", "v").repeat((LARGEST - ROOM) / 6);
        tar(&[Entry::file("x", &records).kind(b'x'), Entry::file("a", b"1")])
    }),
    case("pax-headers-global", "tar", false, || {
        let records = pax("k", "v").repeat(800);
        let entries: Vec<Entry<'_>> = (0..9000).map(|_| Entry::file("g", &records).kind(b'g')).collect();
        tar(&entries)
    }),
    case("gnu-name-huge", "tar", false, || {
        let name = vec![b'n'; LARGEST - ROOM];
        tar(&[Entry { name: b"././@LongLink", kind: b'L', size: b"", data: &name }, Entry::file("a", b"1")])
    }),
    case("names-of-4-kib", "tar", false, || {
        let names: Vec<String> = (0..9000).map(|i| format!("{i}/{}", "n".repeat(4096))).collect();
        tar(&names
            .iter()
            .flat_map(|name| [Entry::file("././@LongLink", name.as_bytes()).kind(b'L'), Entry::file("a", b"")])
            .collect::<Vec<_>>())
    }),
    case("names-of-1-kib", "tar", false, || {
        let names: Vec<String> = (0..9000).map(|i| format!("{i}/{}", "n".repeat(1000))).collect();
        tar(&names
            .iter()
            .flat_map(|name| [Entry::file("././@LongLink", name.as_bytes()).kind(b'L'), Entry::file("a", b"")])
            .collect::<Vec<_>>())
    }),
    case("sparse-of-8-gib", "tar", false, || tar(&[Entry { name: b"a", kind: b'S', size: b"77777777777", data: b"" }])),
    case("pax-sparse", "tar", false, || {
        let records = [pax("GNU.sparse.major", "1"), pax("GNU.sparse.realsize", "9223372036854775807")].concat();
        tar(&[Entry::file("x", &records).kind(b'x'), Entry::file("a", b"1\n0\n0\n")])
    }),
    case("metadata-wide", "tar", false, || json(&format!("[{}0]", "0,".repeat(999_990)))),
    case("metadata-objects", "tar", false, || json(&format!("[{}{{}}]", "{\"\":{}},".repeat(99_990)))),
    case("metadata-deep", "tar", false, || json(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)))),
    case("metadata-string", "tar", false, || json(&format!("\"{}\"", "\\u0001".repeat(1 << 20)))),
    case("metadata-64-mib", "tar", false, || json(&" ".repeat(LARGEST - ROOM))),
    case("tensors-7000", "tar", true, || tensors(7000)),
    case("c-data", "tar", true, || {
        source(|text| {
            text.push_str("\nstatic const int8_t big[] = {\n");
            text.push_str(&"  +0x12, -0x34, +0x56, +0x78, -0x01, +0x7f, +0x00, +0x11,\n".repeat((LARGEST - ROOM) / 58));
            text.push_str("};\n");
        })
    }),
    case("c-one-line", "tar", true, || {
        source(|text| {
            text.push_str("\nstatic const int8_t big[] = {");
            text.push_str(&"1,".repeat((LARGEST - ROOM) / 2));
            text.push_str("};\n");
        })
    }),
    case("c-arrays", "tar", false, || {
        source(|text| {
            for i in 0..1 << 20 {
                text.push_str(&format!("static const int8_t constant_{i}[2] = {{1, 2}};\n"));
            }
        })
    }),
    case("c-functions", "tar", false, || source(|text| text.push_str(&c_functions(LARGEST - ROOM)))),
    case("c-calls", "tar", true, || {
        source(|text| {
            text.push_str("\nvoid all(void) {\n");
            (0..2 << 20).for_each(|i| text.push_str(&format!("  function_{i}(x);\n")));
            text.push_str("}\n");
        })
    }),
    case("c-braces-deep", "tar", false, || {
        source(|text| {
            text.push_str("\nvoid deep(void) ");
            text.push_str(&"{".repeat((LARGEST - ROOM) / 2));
            text.push_str(&"}".repeat((LARGEST - ROOM) / 2));
        })
    }),
    case("c-brackets-open", "tar", false, || source(|text| text.push_str(&"(".repeat(LARGEST - ROOM)))),
    case("c-comments", "tar", true, || source(|text| text.push_str(&"/**/".repeat((LARGEST - ROOM) / 4)))),
    case("c-comment-open", "tar", false, || {
        source(|text| {
            text.push_str("/*");
            text.push_str(&"*".repeat(LARGEST - ROOM));
        })
    }),
    case("c-strings", "tar", false, || source(|text| text.push_str(&"\"\\\"".repeat((LARGEST - ROOM) / 3)))),
    case("c-lines-joined", "tar", false, || source(|text| text.push_str(&"\\\n".repeat((LARGEST - ROOM) / 2)))),
    case("c-directives", "tar", false, || source(|text| text.push_str(&"#if 1\n".repeat((LARGEST - ROOM) / 6)))),
    case("c-defines", "tar", true, || {
        source(|text| {
            (0..1 << 21).for_each(|i| text.push_str(&format!("#define X_{i:07} 1\n")));
        })
    }),
    case("c-structs", "tar", false, || {
        source(|text| {
            (0..1 << 20).for_each(|i| text.push_str(&format!("struct tvmgen_s_{i} {{ void* a; }};\n")));
        })
    }),
    case("c-struct-wide", "tar", false, || {
        source(|text| {
            text.push_str("\nstruct tvmgen_net_wide {\n");
            (0..3 << 20).for_each(|i| text.push_str(&format!("  void* m{i};\n")));
            text.push_str("};\n");
        })
    }),
    case("c-long-name", "tar", false, || source(|text| text.push_str(&"n".repeat(LARGEST - ROOM)))),
    case("c-numbers", "tar", false, || source(|text| text.push_str(&"0 ".repeat((LARGEST - ROOM) / 2)))),
    case("header-structs", "tar", false, || {
        edited(".h", |text| {
            (0..1 << 20).for_each(|i| text.push_str(&format!("struct tvmgen_s_{i} {{ void* a; }};\n")));
        })
    }),
    case("header-defines", "tar", false, || {
        edited(".h", |text| {
            (0..1 << 20).for_each(|i| text.push_str(&format!("#define TVMGEN_NET_X{i:07}_SIZE 1\n")));
        })
    }),
    case("relay-statements", "tar", true, || {
        relay(|text| {
            (1..1 << 21).for_each(|i| text.push_str(&format!("  %{i} = nn.relu(%{});\n", i - 1)));
        })
    }),
    case("relay-calls-nested", "tar", true, || relay(|text| text.push_str(&"nn.relu(".repeat((LARGEST - ROOM) / 8)))),
    case("relay-shapes", "tar", true, || {
        relay(|text| {
            text.push_str("  %1 = reshape(%zeta:0, newshape=[");
            text.push_str(&"1, ".repeat((LARGEST - ROOM) / 3));
            text.push_str("]);\n");
        })
    }),
    case("relay-functions", "tar", true, || {
        relay(|text| text.push_str(&"%0 = fn (%p: Tensor[(1), int8]) {\n".repeat((LARGEST - ROOM) / 36)))
    }),
    case("relay-one-line", "tar", true, || relay(|text| text.push_str(&"x".repeat(LARGEST - ROOM)))),
    case("relay-parameters", "tar", true, || {
        let mut members = base::members(0);
        let parameters: String = (0..1 << 20).map(|i| format!("%p{i}: Tensor[(1, 2), int8], ")).collect();
        let text = format!(
            "def @main(%zeta:0: Tensor[(2, 2), int8], {parameters}%alpha: Tensor[(1, 2), float32]) {{\n  %zeta:0\n}}\n"
        );
        members.iter_mut().find(|(path, _)| path.ends_with(".relay")).expect("the text").1 = text.into_bytes();
        base::pack(&members)
    }),
    case("other-member", "tar", true, || {
        let mut members = base::members(0);
        members.push(("parameters/net.params".to_owned(), vec![0x5a; LARGEST - ROOM]));
        base::pack(&members)
    }),
    case("other-members", "tar", true, || {
        let mut members = base::members(0);
        members.extend((0..9900).map(|i| (format!("runtime/{i}/x.c"), vec![b'x'; 5 << 10])));
        base::pack(&members)
    }),
    case("cut-at-64-mib", "tar", false, || {
        let mut bytes = tar(&[Entry::file("a", &vec![0; LARGEST])]);
        bytes.truncate(LARGEST);
        bytes
    }),
    case("zeros", "tar", false, || vec![0; LARGEST]),
];

fn json(text: &str) -> Vec<u8> {
    base::pack(&vec![("metadata.json".to_owned(), text.as_bytes().to_vec())])
}

/// A sound archive with more text at the end of one member.
fn edited(suffix: &str, add: impl Fn(&mut String)) -> Vec<u8> {
    let mut members: Members = base::members(0);
    let member = members.iter_mut().find(|(path, _)| path.ends_with(suffix)).expect("the member");
    let mut text = String::from_utf8(std::mem::take(&mut member.1)).expect("text");
    add(&mut text);
    member.1 = text.into_bytes();
    base::pack(&members)
}

fn source(add: impl Fn(&mut String)) -> Vec<u8> {
    edited("lib1.c", add)
}

/// The same in the middle of the Relay text, whose end follows.
fn relay(add: impl Fn(&mut String)) -> Vec<u8> {
    edited(".relay", |text| {
        let tail = text.split_off(text.find("  %0").expect("the body"));
        add(text);
        text.push_str(&tail);
    })
}

fn c_functions(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 100);
    let mut number = 0;
    while text.len() < bytes {
        text.push_str(&format!(
            "\nTVM_DLL int32_t tvmgen_net_f{number}(int8_t* a, uint8_t* b) {{\n  for (int i = 0; i < 4; ++i) {{ b[i] = a[i]; }}\n  return tvmgen_net_g{number}(a, b);\n}}\n"
        ));
        number += 1;
    }
    text
}

/// An archive with many inputs, all of its texts consistent.
fn tensors(count: usize) -> Vec<u8> {
    let mut members = base::members(0);
    let all = |piece: &dyn Fn(usize) -> String| (0..count).map(piece).collect::<String>();
    for (path, data) in &mut members {
        let text = String::from_utf8(std::mem::take(data)).expect("text");
        let text = if path == "metadata.json" {
            text.replace(
                "\"inputs\": {",
                &format!("\"inputs\": {{{}", all(&|i| format!("\"i{i}\": {{\"dtype\": \"int8\", \"size\": 4}}, "))),
            )
        } else if path.ends_with(".relay") {
            text.replace("def @main(", &format!("def @main({}", all(&|i| format!("%i{i}: Tensor[(1, 4), int8], "))))
        } else {
            text.replace("_inputs {\n", &format!("_inputs {{\n{}", all(&|i| format!("  void* i{i};\n"))))
                .replace(
                    "#define TVMGEN_NET_ZETA",
                    &format!("{}#define TVMGEN_NET_ZETA", all(&|i| format!("#define TVMGEN_NET_I{i}_SIZE 4\n"))),
                )
                .replace("main__(void* zeta", &format!("main__({}void* zeta", all(&|i| format!("void* i{i},"))))
                .replace("main__(inputs->zeta", &format!("main__({}inputs->zeta", all(&|i| format!("inputs->i{i},"))))
                .replace("main__(int8_t* a", &format!("main__({}int8_t* a", all(&|i| format!("int8_t* i{i}, "))))
        };
        *data = text.into_bytes();
    }
    base::pack(&members)
}
