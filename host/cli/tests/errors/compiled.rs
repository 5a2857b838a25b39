//! Models that arrive compiled.

use crate::transcript::Transcript;

const HEADER: &str = "struct tvmgen_net_inputs { void* x; };\nstruct tvmgen_net_outputs { void* y; };\n\
                      int tvmgen_net_run(struct tvmgen_net_inputs* inputs, struct tvmgen_net_outputs* outputs);\n";

/// An object file for x86-64 that defines one function.
fn object(name: &str) -> Vec<u8> {
    let section = |kind: u8, offset: usize, size: usize| {
        let mut header = [0; 64];
        header[4] = kind;
        // Both are shorter than 256 bytes.
        (header[24], header[32], header[40]) = (offset as u8, size as u8, 1);
        header
    };
    let names = [b"\0".as_slice(), name.as_bytes(), b"\0"].concat();
    let mut symbols = [0; 48];
    (symbols[24], symbols[28], symbols[30]) = (1, 0x12, 1);
    let at = 64 + names.len() + symbols.len();
    let mut header = [0; 64];
    header[..20].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x01\0\x3e\0");
    (header[40], header[58], header[60]) = (at as u8, 64, 3);
    let sections = [section(0, 0, 0), section(3, 64, names.len()), section(2, 64 + names.len(), 48)];
    [&header[..], &names, &symbols, &sections.concat()].concat()
}

/// Headers, libraries and facts that are refused.
pub fn compiled(t: &mut Transcript) {
    t.about("Models that arrive compiled");
    t.write("tvmgen_net.h", HEADER);
    t.write("net.o", object("tvmgen_net_run"));
    t.write("other.o", object("tvmgen_other_run"));
    t.write("binary.h", b"\xff\xfe");
    t.write("broken.h", format!("{HEADER}int x(;"));
    t.write("size.json", r#"{ "inputs": { "x": { "dtype": "int8", "shape": [4], "bytes": 5 } } }"#);
    t.write("typo.json", r#"{ "inputs": { "x": { "dtyp": "int8" } } }"#);
    t.run("generate -o out");
    t.run("generate --header tvmgen_net.h -o out");
    t.run("generate net.tar --header tvmgen_net.h --library net.o -o out");
    t.run("generate net.tar --facts size.json -o out");
    t.run("generate --header tvmgen_net.h --library net.o --self-test 1 -o out");
    t.run("generate --header missing.h --library net.o -o out");
    t.run("generate --header tvmgen_net.h --library missing.a -o out");
    t.run("generate --header binary.h --library net.o -o out");
    t.run("generate --header broken.h --library net.o -o out");
    t.run("generate --header tvmgen_net.h --library net.tar -o out");
    t.run("generate --header tvmgen_net.h --library other.o -o out");
    t.run("generate --header tvmgen_net.h --library net.o -o out");
    t.run("generate --header tvmgen_net.h --library net.o --facts typo.json -o out");
    t.run("generate --header tvmgen_net.h --library net.o --facts size.json -o out");
}
