//! Written archives are read back with the same bytes and facts; and the extension is checked against the rest.

mod common;

use common::{Members, edit, module, net, refusal};
use std::io::Write;
use tvm_embedded_mlf::{
    Archive, ArchiveBuilder, ArchiveWriter, DType, Extension, ExtensionFinding, ExtensionPool, ExtensionTensor, Limits,
    MetadataModule, MetadataTensor, PoolKind, Quantization, metadata_json, write_tar,
};

fn tensor(name: &str, c_name: &str, dtype: DType, shape: &[i64]) -> ExtensionTensor {
    ExtensionTensor {
        name: name.into(),
        c_name: c_name.into(),
        dtype: dtype.to_string(),
        shape: shape.into(),
        scale: None,
        zero_point: None,
        alignment: 4,
        workspace: None,
        offset: None,
    }
}

fn facts() -> MetadataModule {
    let mut zeta = tensor("zeta:0", "zeta_0", DType::INT8, &[4, 1]);
    (zeta.scale, zeta.zero_point) = (Some(0.1), Some(-128));
    MetadataModule {
        name: "net".into(),
        targets: vec!["c".into()],
        export_datetime: "2024-01-01 00:00:00Z".into(),
        workspace_size_bytes: 64,
        constants_size_bytes: 6,
        io_size_bytes: 16,
        inputs: vec![
            MetadataTensor { name: "zeta:0".into(), size_bytes: 4, dtype: DType::INT8 },
            MetadataTensor { name: "alpha".into(), size_bytes: 8, dtype: DType::FLOAT32 },
        ],
        outputs: vec![MetadataTensor { name: "out".into(), size_bytes: 4, dtype: DType::INT8 }],
        operator_functions: vec![("tvmgen_net_add".into(), 0)],
        extension: Some(Extension {
            abi: 1,
            compiler: "tvm-embedded 0.1.0".into(),
            cores: Some("dsp".into()),
            optimize: Some("speed".into()),
            inputs: vec![zeta, tensor("alpha", "alpha", DType::FLOAT32, &[1, 2])],
            outputs: vec![tensor("out", "out", DType::INT8, &[2, 2])],
            pools: vec![ExtensionPool {
                name: "sram".into(),
                kind: PoolKind::Workspace,
                size: 64,
                alignment: 8,
                state: true,
            }],
            stack: Some(400),
            layers: vec![serde_json::json!({"name": "add", "macs": 4})],
            removed: vec![serde_json::json!({"operator": 1, "what": "all"})],
            findings: vec![ExtensionFinding {
                subject: "w".into(),
                text: "holds what is not a number".into(),
                advice: String::new(),
            }],
        }),
    }
}

fn extended() -> Members {
    let mut members = net("net");
    let json = metadata_json(&[facts()]).expect("metadata");
    members[0].1 = String::from_utf8(json).expect("text");
    // The extension's shapes replace the Relay text.
    members.retain(|(p, _)| !p.ends_with(".relay"));
    members
}

#[test]
fn the_extension_has_the_facts_that_tvm_leaves_out() {
    let net = module(&extended());
    assert_eq!(net.inputs[0].quantization, Some(Quantization { scale: 0.1, zero_point: -128 }));
    assert_eq!(net.inputs[0].shape, Some(vec![4, 1]));
    assert_eq!((net.inputs[0].alignment, net.pools[0].alignment, net.pools[0].state), (4, 8, true));
    let extension = net.extension.as_ref().unwrap();
    assert_eq!(extension.layers.len(), 1);
    assert_eq!((extension.cores.as_deref(), extension.optimize.as_deref()), (Some("dsp"), Some("speed")));
    let codes: Vec<String> = net.findings.iter().map(|f| format!("{:?} {}", f.code, f.subject)).collect();
    assert_eq!(codes, ["CompilerFinding w", "QuantizationUnknown out"]);
}

#[test]
fn an_extension_that_contradicts_the_archive() {
    for (from, to, text) in [
        (
            "\"abi\": 1",
            "\"abi\": 2",
            "modules.net.tvm_embedded.abi: version 2 of the extension is not known here, only 1",
        ),
        ("\"compiler\": \"tvm-embedded 0.1.0\",", "", "modules.net.tvm_embedded: 'compiler' is missing"),
        (
            "\"c_name\": \"zeta_0\"",
            "\"c_name\": \"zeta\"",
            "tvm_embedded.inputs lists 'zeta, alpha', the header has 'zeta_0, alpha'",
        ),
        ("\"alignment\": 4,", "\"alignment\": 3,", "alignment 3 is not a power of two up to 4096"),
        ("\"alignment\": 8,", "\"alignment\": 0,", "pool 'sram': alignment 0 is not a power of two"),
        ("\"alignment\": 4,", "\"alignment\": 8192,", "alignment 8192 is not a power of two up to 4096"),
        ("\"alignment\": 8,", "\"alignment\": 8192,", "pool 'sram': alignment 8192 is not a power of two up to 4096"),
        ("\"zero_point\": -128", "\"x\": 0", "scale and zero_point go together"),
        ("\"scale\": 0.1", "\"scale\": 1e300, \"x\": 0.1", "scale and zero_point go together, and the scale is finite"),
        ("\"name\": \"sram\"", "\"name\": \"dtcm\"", "the pools of the header are not those of metadata.json"),
        ("\"size\": 64", "\"size\": 65", "the pools of the header are not those of metadata.json"),
        ("\"size\": 64", "\"sizes\": 64", "modules.net.tvm_embedded.pools[0]: missing field `size`"),
        ("\"pools\": [", "\"no_pools\": [", "the pools of the header are not those of metadata.json"),
        (
            "\"c_name\": \"out\",\n            \"dtype\": \"int8\"",
            "\"c_name\": \"out\",\n            \"dtype\": \"uint8\"",
            "type or size contradict the rest of the archive",
        ),
        ("\"kind\": \"workspace\"", "\"kind\": \"constant\"", "the pools of the header are not those of metadata.json"),
        (
            "\"c_name\": \"out\",\n            \"dtype\": \"int8\"",
            "\"c_name\": \"out\",\n            \"dtype\": \"int16\"",
            "type or size contradict",
        ),
        (
            "\"c_name\": \"out\",\n            \"dtype\": \"int8\"",
            "\"c_name\": \"out\",\n            \"dtype\": \"i8\"",
            "unknown element type \"i8\"",
        ),
        (
            "\"c_name\": \"out\",",
            "\"c_name\": \"out\", \"workspace\": \"sram\", \"offset\": 0,",
            "its place in the workspace contradicts the map function",
        ),
        (
            "\"c_name\": \"out\",",
            "\"c_name\": \"out\", \"offset\": 0,",
            "its place in the workspace contradicts the map function",
        ),
    ] {
        let mut members = extended();
        edit(&mut members, "metadata.json", from, to);
        let message = refusal(&members);
        assert!(message.contains(text), "{message}\ndoes not say\n{text}");
    }
}

#[test]
fn scales_keep_every_bit() {
    for scale in [f32::MIN_POSITIVE, 0.1, 0.024_480_1, 1.0 / 3.0, f32::MAX] {
        let mut facts = facts();
        facts.extension.as_mut().expect("an extension").inputs[0].scale = Some(scale);
        let mut members = extended();
        members[0].1 = String::from_utf8(metadata_json(&[facts]).expect("metadata")).expect("text");
        let read = module(&members).inputs[0].quantization.expect("a scale").scale;
        assert_eq!(read.to_bits(), scale.to_bits());
    }
    let mut facts = facts();
    facts.extension.as_mut().expect("an extension").inputs[0].scale = Some(f32::NAN);
    assert!(
        metadata_json(&[facts])
            .expect_err("no number")
            .to_string()
            .contains("the scale of tensor 'zeta:0' is not finite")
    );
}

#[test]
fn the_same_members_give_the_same_bytes() {
    let build = || {
        let mut builder = ArchiveBuilder::new();
        builder.add("metadata.json", metadata_json(&[facts()]).expect("metadata"));
        builder.add(format!("codegen/{}.c", "long".repeat(50)), "int x;");
        builder.finish().expect("an archive")
    };
    let bytes = build();
    assert_eq!(bytes, build());
    assert_eq!(bytes.len() % 512, 0);
    let header = &bytes[..512];
    assert!(header.starts_with(b"./metadata.json\0"));
    assert_eq!((&header[100..107], &header[108..115]), (&b"0000644"[..], &b"0000000"[..]));
    assert_eq!(&header[136..147], b"00000000000", "no time");
    let archive = Archive::from_bytes("a", &bytes, Limits::default()).expect("readable");
    assert_eq!(archive.members().len(), 2);
    assert_eq!(archive.members()[1].data, b"int x;");
}

/// Members whose names fill the field of a header, exceed it, and are short; and with contents that end at a block, or not.
#[test]
fn a_stream_of_members_has_the_announced_size() {
    let members: Vec<(String, Vec<u8>)> = [(1, 0), (97, 511), (98, 512), (99, 513), (300, 1024)]
        .into_iter()
        .map(|(name, bytes)| ("n".repeat(name), (0..bytes).map(|i| i as u8).collect()))
        .collect();
    let mut writer = ArchiveWriter::new(Vec::new());
    for (path, data) in &members {
        let content = |out: &mut dyn Write| {
            // In parts, as encoders write.
            data.chunks(100).try_for_each(|part| out.write_all(part))?;
            out.flush()
        };
        writer.add(path, data.len() as u64, content).expect("a member");
    }
    let written = writer.finish().expect("an archive");
    let announced = ArchiveWriter::<Vec<u8>>::bytes(members.iter().map(|(path, data)| (&**path, data.len() as u64)));
    assert_eq!(written.len() as u64, announced);
    let archive = Archive::from_bytes("net.tar", &written, Limits::default()).expect("an archive");
    let read: Vec<_> = archive.members().iter().map(|member| (member.path.clone(), member.data.to_vec())).collect();
    assert_eq!(read, members);
}

#[test]
fn contents_of_another_size_end_the_stream() {
    for (size, word) in [(5, "net.c: 1 bytes are missing"), (3, "longer than its size")] {
        let mut writer = ArchiveWriter::new(Vec::new());
        let error = writer.add("net.c", size, |out| out.write_all(b"four")).expect_err("another size");
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn names_that_could_not_be_read_back_are_not_written() {
    for (name, text) in [
        ("/abs", "the name would be read back as 'abs'"),
        ("../up", "the name contains '..'"),
        ("", "is a directory with content"),
        ("a\nb", "the name contains '\\n'"),
        ("a\0b", "the name would be read back as 'a'"),
        ("a/./b", "the name would be read back as 'a/b'"),
    ] {
        let error = write_tar([(name.to_owned(), vec![1])]).expect_err("refused").to_string();
        assert!(error.contains(text), "{name:?}: {error}");
    }
    let twice = [("a".to_owned(), vec![1]), ("a".to_owned(), vec![2])];
    assert!(write_tar(twice).expect_err("refused").to_string().contains("appears twice"));
}

/// Every value of the document, one at a time, as a value of each other kind: accepted, or refused with its place.
#[test]
fn values_of_another_kind_are_refused_with_their_place() {
    let members = extended();
    let whole: serde_json::Value = serde_json::from_str(&members[0].1).expect("metadata");
    let mut pointers = Vec::new();
    walk(&whole, String::new(), &mut pointers);
    assert!(pointers.len() > 50, "{pointers:?}");
    let mut refused = 0;
    for pointer in pointers {
        for other in ["null", "true", "-1", "7.5", "\"\"", "[]", "[[]]", "{}", "{\"a\": []}"] {
            let mut changed = whole.clone();
            *changed.pointer_mut(&pointer).expect("a value") = serde_json::from_str(other).expect("JSON");
            let mut members = members.clone();
            members[0].1 = changed.to_string();
            let Err(error) = common::parse(&members) else { continue };
            refused += 1;
            let text = error.to_string();
            // The key itself, or for what stands in a list that is read at once, the list's item.
            let keys: Vec<&str> = pointer.split('/').filter(|k| k.parse::<u32>().is_err() && !k.is_empty()).collect();
            let named = keys.iter().rev().take(2).any(|key| text.contains(key)) || keys.is_empty();
            assert!(text.starts_with("net.tar: ") && named, "{pointer} as {other}: {text}");
        }
    }
    assert!(refused > 200, "{refused}");
}

fn walk(value: &serde_json::Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match value {
        serde_json::Value::Object(members) => {
            for (key, value) in members {
                walk(value, format!("{at}/{}", key.replace('/', "~1")), found);
            }
        }
        serde_json::Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                walk(value, format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
}
