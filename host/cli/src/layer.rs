//! What a layer takes, from the facts that the compiler writes of it. Tensors may share bytes: one that overwrites another, or a part of
//! another. Kernels of float32 read constants as they read tensors; these are no RAM.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The bytes of the tensors that a layer reads and writes at run time, each byte counted once, and of its scratch memory.
pub fn ram(layer: &Value) -> u64 {
    // In a pool a tensor has an offset; elsewhere it has memory of its own.
    let (mut alone, mut pools) = (BTreeSet::new(), BTreeMap::<&str, Vec<(u64, u64)>>::new());
    for tensor in tensors(layer).filter(|tensor| !is_constant(tensor)) {
        let place = tensor.get("place").and_then(Value::as_str).unwrap_or_default();
        let bytes = number(tensor, "bytes");
        match tensor.get("offset").and_then(Value::as_u64) {
            Some(offset) => pools.entry(place).or_default().push((offset, offset.saturating_add(bytes))),
            None => {
                _ = alone.insert((place, number(tensor, "index"), tensor.get("name").and_then(Value::as_str), bytes))
            }
        }
    }
    let own = alone.iter().map(|(.., bytes)| *bytes).fold(number(layer, "scratch_bytes"), u64::saturating_add);
    pools.into_values().map(covered).fold(own, u64::saturating_add)
}

/// The bytes of a layer's constants; `key` is where the facts have those that the compiler made for a kind of build.
pub fn flash(layer: &Value, key: &str) -> u64 {
    let read = tensors(layer).filter(|tensor| is_constant(tensor)).map(|tensor| number(tensor, "bytes"));
    read.fold(number(layer, key), u64::saturating_add)
}

/// A layer with `ram_bytes` and `flash_bytes`, those of a portable build.
pub fn with_bytes(layer: &Value) -> Value {
    let sizes = [("ram_bytes", ram(layer)), ("flash_bytes", flash(layer, "constant_bytes"))];
    let mut layer = layer.clone();
    if let Some(object) = layer.as_object_mut() {
        object.extend(sizes.map(|(key, bytes)| (key.to_owned(), bytes.into())));
    }
    layer
}

/// The sum of a number of all layers.
pub fn sum(layers: &[Value], key: &str) -> u64 {
    layers.iter().map(|layer| number(layer, key)).fold(0, u64::saturating_add)
}

fn tensors(layer: &Value) -> impl Iterator<Item = &Value> {
    ["inputs", "outputs"].into_iter().filter_map(|key| layer.get(key)?.as_array()).flatten()
}

fn is_constant(tensor: &Value) -> bool {
    tensor.get("place").and_then(Value::as_str) == Some("constant")
}

fn number(facts: &Value, key: &str) -> u64 {
    facts.get(key).and_then(Value::as_u64).unwrap_or(0)
}

/// How many numbers are in at least one of these ranges.
fn covered(mut ranges: Vec<(u64, u64)>) -> u64 {
    ranges.sort_unstable();
    let (mut count, mut end) = (0_u64, 0);
    for (from, to) in ranges {
        count = count.saturating_add(to.saturating_sub(from.max(end)));
        end = end.max(to);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shared_bytes_count_once() {
        assert_eq!(covered(vec![(10, 20), (0, 5), (15, 30), (16, 18), (40, 40)]), 25);
        let tensor = |place: &str, offset: Option<u64>, index: u64| {
            let mut tensor = json!({ "place": place, "bytes": 100, "index": index, "name": "t" });
            if let Some(offset) = offset {
                tensor["offset"] = offset.into();
            }
            tensor
        };
        let of = |inputs: Vec<Value>, outputs: Vec<Value>| {
            Some(ram(&json!({ "inputs": inputs, "outputs": outputs, "scratch_bytes": 7 })))
        };
        let [low, high, half] = [0, 100, 50].map(|offset| tensor("workspace", Some(offset), offset));
        assert_eq!(of(vec![low.clone()], vec![high]), Some(207));
        assert_eq!(of(vec![low.clone()], vec![low.clone()]), Some(107));
        assert_eq!(of(vec![low.clone()], vec![half]), Some(157));
        assert_eq!(of(vec![low.clone()], vec![tensor("state", Some(0), 9)]), Some(207));
        // The same input twice, and another of the same size.
        let [one, two] = [1, 2].map(|index| tensor("input", None, index));
        assert_eq!(of(vec![one.clone(), one.clone()], vec![low.clone()]), Some(207));
        assert_eq!(of(vec![one, two], vec![low]), Some(307));
        assert_eq!(with_bytes(&json!({})), json!({ "ram_bytes": 0, "flash_bytes": 0 }));
    }

    #[test]
    fn constants_are_flash() {
        let tensor = |place: &str| json!({ "place": place, "bytes": 100, "index": 1, "name": place });
        let layer = json!({ "inputs": [tensor("input"), tensor("constant")], "outputs": [], "constant_bytes": 5 });
        let found = with_bytes(&layer);
        assert_eq!((&found["ram_bytes"], &found["flash_bytes"]), (&json!(100), &json!(105)));
    }
}
