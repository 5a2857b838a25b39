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
