//! Damaged archives: a result or an error that names the archive for any damage, never a panic.

mod common;

use common::{net, pack};
use proptest::prelude::*;
use tvm_embedded_mlf::{Archive, Library, Limits};

/// Reads any bytes; an error must name the archive.
fn probe(bytes: &[u8]) {
    let result = Archive::from_bytes("net.tar", bytes, Limits::default()).and_then(|a| Library::parse(&a));
    if let Err(error) = result {
        let text = error.to_string();
        assert!(text.starts_with("net.tar: "), "{text}");
        assert!(text.len() < 4000, "a message of {} bytes", text.len());
    }
}

#[test]
fn every_single_byte_changed() {
    let bytes = pack(&net("net"));
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= if at % 2 == 0 { 0x01 } else { 0x80 };
        probe(&damaged);
    }
}

/// Damage inside the content, which no checksum detects before the parsers.
#[test]
fn texts_cut_or_garbled_at_every_place() {
    let members = net("net");
    for (index, (_, text)) in members.iter().enumerate() {
        for at in (index % 5..text.len()).step_by(5).filter(|at| text.is_char_boundary(*at)) {
            for junk in ["", "{", "}", "\"", ")", "(", "/*", ";", "-1", "99999999999999999999", "\u{e9}"] {
                let mut damaged = members.clone();
                let (head, tail) = text.split_at(at);
                damaged[index].1 = if junk.is_empty() { head.to_owned() } else { format!("{head}{junk}{tail}") };
                let error = common::parse(&damaged).err();
                assert!(error.is_none_or(|e| e.to_string().starts_with("net.tar: ")));
            }
        }
    }
}

#[test]
fn real_archives_cut_and_garbled() {
    for path in common::real_archives().unwrap_or_default() {
        let bytes = std::fs::read(&path).expect("an archive");
        if bytes.len() > 100_000 {
            continue;
        }
        for at in (0..bytes.len()).step_by(512) {
            probe(&bytes[..at]);
        }
        for at in (0..bytes.len()).step_by(1009) {
            let mut damaged = bytes.clone();
            damaged[at] = damaged[at].wrapping_add(7);
            probe(&damaged);
        }
    }
}

#[test]
fn stored_data_is_bounded() {
    let many = |n: usize, f: fn(usize) -> String| (0..n).map(f).collect::<String>();
    for (path, text, message) in [
        ("lib1.c", "(".repeat(60_000), "more than 50000 tokens in one declaration"),
        ("lib1.c", format!("int f(){{{}", "{".repeat(20_000)), "brackets nested more than 10000 deep"),
        ("lib1.c", many(60_000, |i| format!("int f{i}(){{}}")), "more than 50000 functions"),
        ("lib1.c", many(60_000, |i| format!("int v{i};")), "more than 50000 variables"),
        (
            "lib1.c",
            format!("int f(){{{}}}", many(60_000, |i| format!("TVM{i}();"))),
            "more than 50000 called functions",
        ),
        ("net.h", many(60_000, |i| format!("#define TVMGEN_{i} 1\n")), "more than 50000 macros"),
        ("net.h", many(60_000, |i| format!("#include <{i}>\n")), "more than 50000 included files"),
        ("net.h", format!("struct a {{{}}};", "int x;".repeat(60_000)), "more than 50000 members in one struct"),
    ] {
        let mut members = net("net");
        let member = members.iter_mut().find(|(p, _)| p.ends_with(path)).expect("the member");
        member.1.push_str(&text);
        let error = common::parse(&members).expect_err(message).to_string();
        assert!(error.contains(message) && error.contains(": line "), "{error}");
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        probe(&bytes);
    }

    /// Pieces of C in any order, in the two files that are read most closely.
    #[test]
    fn any_order_of_tokens(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "struct", "tvmgen_net_inputs", "tvmgen_net_workspace_pools", "{", "}", "(", ")", "[", "]", ";", ",", "=", "&", "*", ".",
                "->", "static", "const", "uint8_t", "void", "0x10", "16", "18446744073709551615", "\"s\"", "'c'", "\n", " ", "__attribute__",
                "aligned", "inputs", "outputs", "workspace_pools", "tvmgen_net_run", "tvmgen_net_map_inputs", "tvmgen_net___tvm_main__", "args",
                "tensors", "return", "kTvmgenMetadata_inputs", "kTvmgenMetadata_inputs_0_shape", "extern", "\"C\"", "/*", "*/", "//", "\\\n",
                "\n#define TVMGEN_NET_SRAM_CONSTANT_POOL_SIZE 3\n", "\n#include <tvmgen_net.h>\n", "resource_handle", "switch", "!",
            ]),
            0..120,
        ),
        header in any::<bool>(),
    ) {
        let mut members = net("net");
        let path = if header { "net.h" } else { "lib0.c" };
        let member = members.iter_mut().find(|(p, _)| p.ends_with(path)).expect("the member");
        member.1 = pieces.concat();
        let _ = common::parse(&members);
        // Also after valid text.
        let mut members = net("net");
        let member = members.iter_mut().find(|(p, _)| p.ends_with(path)).expect("the member");
        member.1.push_str(&pieces.concat());
        let _ = common::parse(&members);
    }

    #[test]
    fn any_relay_text(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "def @main(", "%zeta:0", "%0", "%1", " = ", ": ", "Tensor[(", "1, ", "2", "), int8]", "?", ")", "(", ") {", "{", "}", ";", ";\n", ",", "[", "]",
                "\"", "reshape(", "newshape=[", "-1", "0", "nn.dense(", "units=", "qnn.conv2d(", "kernel_size=[3, 3]", "strides=[0, 1]",
                "padding=[9223372036854775807, 1]", "dilation=[2, 2]", "data_layout=\"NHWC\"", "channels=4", " -> ", "/*", "*/",
                "output_tensor_names=[", "fn (", "%0 = fn (", "%0(", "nn.relu(", "clip(", "9223372036854775807", "Tensor[(9223372036854775807, 4), int64]",
            ]),
            0..80,
        ),
        sound in any::<bool>(),
    ) {
        let mut members = net("net");
        let relay = members.iter_mut().find(|(p, _)| p.ends_with(".relay")).expect("the member");
        let start = if sound { "def @main(%zeta:0: Tensor[(2, 2), int8], %alpha: Tensor[(2), float32]) {\n" } else { "" };
        relay.1 = format!("{start}{}", pieces.concat());
        let library = common::parse(&members);
        // The Relay text only adds facts; it never makes a valid archive unusable.
        prop_assert!(library.is_ok(), "{:?}", library.err());
    }
}
