//! Places in small `.tflite` files, which tests change: enough of the format to find a byte.

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

/// The file with one more output of the graph: what its last operator reads.
pub fn with_second_output(file: &[u8]) -> Vec<u8> {
    let graph = first_of(file, field(file, u32_at(file, 0), 2));
    let outputs = field(file, graph, 2);
    let operators = {
        let place = field(file, graph, 3);
        place + u32_at(file, place)
    };
    let last = operators + 4 * u32_at(file, operators);
    let operator = last + u32_at(file, last);
    let number = |vector: usize| u32_at(file, vector + u32_at(file, vector) + 4);
    let list = [2, number(outputs), number(field(file, operator, 1))];
    let mut changed = file.to_vec();
    changed.resize(file.len().next_multiple_of(4), 0);
    let distance = (changed.len() - outputs) as u32;
    changed[outputs..outputs + 4].copy_from_slice(&distance.to_le_bytes());
    changed.extend(list.iter().flat_map(|&entry| (entry as u32).to_le_bytes()));
    changed
}

/// The file without names of tensors.
pub fn without_names(file: &[u8]) -> Vec<u8> {
    let graph = first_of(file, field(file, u32_at(file, 0), 2));
    let place = field(file, graph, 0);
    let tensors = place + u32_at(file, place);
    let mut changed = file.to_vec();
    for number in 0..u32_at(file, tensors) {
        let entry = tensors + 4 + 4 * number;
        let name = field(file, entry + u32_at(file, entry), 3);
        let text = name + u32_at(file, name);
        changed[text..text + 4].fill(0);
    }
    changed
}

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
