//! The RAM that a layer uses. Tensors may share bytes: one that overwrites another, or a part of another.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A layer with `ram_bytes`: the bytes of the tensors that it reads and writes at run time, each byte counted once, and its scratch memory.
pub fn with_ram(layer: &Value) -> Value {
    let scratch = layer.get("scratch_bytes").and_then(Value::as_u64).unwrap_or(0);
    let ram = tensors(layer).saturating_add(scratch);
    let mut layer = layer.clone();
    if let Some(object) = layer.as_object_mut() {
        object.insert("ram_bytes".to_owned(), ram.into());
    }
    layer
}

/// The sum of a number of all layers.
pub fn sum(layers: &[Value], key: &str) -> u64 {
    layers.iter().filter_map(|layer| layer.get(key)?.as_u64()).fold(0, u64::saturating_add)
}

fn tensors(layer: &Value) -> u64 {
    let all = ["inputs", "outputs"].into_iter().filter_map(|key| layer.get(key)?.as_array()).flatten();
    // In a pool a tensor has an offset; elsewhere it has memory of its own.
    let (mut alone, mut pools) = (BTreeSet::new(), BTreeMap::<&str, Vec<(u64, u64)>>::new());
    for tensor in all {
        let number = |key: &str| tensor.get(key).and_then(Value::as_u64);
        let place = tensor.get("place").and_then(Value::as_str).unwrap_or_default();
        let bytes = number("bytes").unwrap_or(0);
        match number("offset") {
            Some(offset) => pools.entry(place).or_default().push((offset, offset.saturating_add(bytes))),
            None => _ = alone.insert((place, number("index"), tensor.get("name").and_then(Value::as_str), bytes)),
        }
    }
    let own = alone.iter().map(|(.., bytes)| *bytes).fold(0, u64::saturating_add);
    pools.into_values().map(covered).fold(own, u64::saturating_add)
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
        let ram = |inputs: Vec<Value>, outputs: Vec<Value>| {
            with_ram(&json!({ "inputs": inputs, "outputs": outputs, "scratch_bytes": 7 }))["ram_bytes"].as_u64()
        };
        let [low, high, half] = [0, 100, 50].map(|offset| tensor("workspace", Some(offset), offset));
        assert_eq!(ram(vec![low.clone()], vec![high]), Some(207));
        assert_eq!(ram(vec![low.clone()], vec![low.clone()]), Some(107));
        assert_eq!(ram(vec![low.clone()], vec![half]), Some(157));
        assert_eq!(ram(vec![low.clone()], vec![tensor("state", Some(0), 9)]), Some(207));
        // The same input twice, and another of the same size.
        let [one, two] = [1, 2].map(|index| tensor("input", None, index));
        assert_eq!(ram(vec![one.clone(), one.clone()], vec![low.clone()]), Some(207));
        assert_eq!(ram(vec![one, two], vec![low]), Some(307));
        assert_eq!(with_ram(&json!({}))["ram_bytes"], 0);
    }
}
