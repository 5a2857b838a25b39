//! Input files of the tool, made and changed: archives, arrays, models.

use crate::common::Members;

pub fn member<'a>(members: &'a mut Members, end: &str) -> &'a mut Vec<u8> {
    &mut members.iter_mut().find(|(path, _)| path.ends_with(end)).expect("the member").1
}

/// Replaces text in a member.
pub fn edit(members: &mut Members, end: &str, old: &str, new: &str) {
    let content = member(members, end);
    let text = String::from_utf8(content.clone()).expect("text");
    assert!(text.contains(old), "{end} has no {old}");
    *content = text.replace(old, new).into_bytes();
}

/// A tar file with one entry, unchanged.
pub fn raw(kind: tar::EntryType, name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header, content).expect("an entry");
    builder.into_inner().expect("a tar file")
}

pub fn npy(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// Where a flatbuffer's vector or field is: enough of the format to find one byte of a small model.
fn u32_at(file: &[u8], at: usize) -> usize {
    u32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize
}

fn field(file: &[u8], table: usize, index: usize) -> usize {
    let back = i32::from_le_bytes(file[table..table + 4].try_into().expect("four bytes"));
    let vtable = (table as i64 - i64::from(back)) as usize;
    let slot = vtable + 4 + 2 * index;
    table + usize::from(u16::from_le_bytes(file[slot..slot + 2].try_into().expect("two bytes")))
}

fn first_of(file: &[u8], vector: usize) -> usize {
    let start = vector + u32_at(file, vector) + 4;
    start + u32_at(file, start)
}

/// The first operator's code.
pub fn operator_code(file: &[u8]) -> usize {
    let root = u32_at(file, 0);
    let code = first_of(file, field(file, root, 1));
    field(file, code, 0)
}

/// The first tensor's type.
pub fn tensor_type(file: &[u8]) -> usize {
    let root = u32_at(file, 0);
    let graph = first_of(file, field(file, root, 2));
    let tensor = first_of(file, field(file, graph, 0));
    field(file, tensor, 1)
}
