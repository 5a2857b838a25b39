//! How much of a pool is in use in each layer, and advice for a lower peak.

use super::document::{Buffer, Document, Kind, Pool};
use crate::table::grouped;

/// Bytes of a pool in use during each layer. Bytes that two buffers share count once.
pub fn live(buffers: &[&Buffer], layers: usize) -> Vec<u64> {
    let mut live = vec![0; layers];
    for (at, live) in live.iter_mut().enumerate() {
        let mut used: Vec<(u64, u64)> = buffers
            .iter()
            .filter(|buffer| buffer.first <= at && at <= buffer.last)
            .map(|buffer| (buffer.offset, buffer.offset + buffer.bytes))
            .collect();
        used.sort_unstable();
        let mut end = 0;
        for (from, to) in used {
            *live += to.saturating_sub(from.max(end));
            end = end.max(to);
        }
    }
    live
}

/// The first layer with the most bytes in use; none for an empty pool.
pub fn peak(live: &[u64]) -> Option<usize> {
    let most = *live.iter().max().filter(|&&most| most > 0)?;
    live.iter().position(|&bytes| bytes == most)
}

/// Advice for a model with less RAM. `inside` is the workspace with inputs and outputs in it, if that was tried; `free` is true
/// if no limit of memory was given, so that the compiler took the fastest schedule.
pub fn advice(document: &Document, inside: Option<u64>, free: bool) -> Vec<String> {
    let mut advice = Vec::new();
    for pool in document.pools.iter().filter(|pool| !pool.state && pool.bytes > 0) {
        if let Some(peak) = pool.peak {
            advice.extend(advice_of_pool(document, pool, peak));
        }
    }
    if free && !advice.is_empty() {
        advice.push(
            "With --ram BYTES the compiler takes the fastest schedule found that needs no more: images in bands of rows, kernels with \
             less scratch memory. Where it finds none, the error names the fewest bytes that were reached."
                .to_owned(),
        );
    }
    let totals = document.totals;
    let outside = totals.workspace + totals.inputs + totals.outputs;
    if let Some(inside) = inside.filter(|&inside| inside < outside && totals.inputs + totals.outputs > 0) {
        advice.push(format!(
            "With --io-in-workspace, workspace, inputs and outputs take {} bytes together instead of {}: they share memory with other tensors.",
            grouped(inside),
            grouped(outside),
        ));
    }
    advice
}

/// What a pool's size comes from, and how to reduce it.
fn advice_of_pool(document: &Document, pool: &Pool, peak: usize) -> Vec<String> {
    let mut there: Vec<&Buffer> =
        document.buffers.iter().filter(|b| b.pool == pool.name && b.first <= peak && peak <= b.last).collect();
    there.sort_by_key(|buffer| std::cmp::Reverse(buffer.bytes));
    let parts: Vec<String> =
        there.iter().take(3).map(|b| format!("{} ({} bytes)", shortened(&b.name), grouped(b.bytes))).collect();
    let more = match there.len().saturating_sub(3) {
        0 => String::new(),
        1 => " and a smaller one".to_owned(),
        more => format!(" and {more} smaller ones"),
    };
    let mut advice = vec![format!(
        "{}: layer {} ({}) uses most, {} bytes at once: {}{more}.",
        pool.name,
        peak,
        document.layers[peak].name,
        grouped(pool.live[peak]),
        parts.join(", "),
    )];
    // Layers that use the same buffers would also get smaller.
    let apart = |at: usize| there.iter().all(|b| b.kind == Kind::Scratch || at < b.first || b.last < at);
    let next = (0..pool.live.len()).filter(|&at| apart(at)).max_by_key(|&at| (pool.live[at], std::cmp::Reverse(at)));
    if let Some(next) = next.filter(|&next| pool.live[next] < pool.live[peak]) {
        advice.push(format!(
            "Smaller tensors there (fewer channels, a coarser input, a larger stride before it) lower that, to no less than the {} bytes of layer {next} ({}).",
            grouped(pool.live[next]),
            document.layers[next].name,
        ));
    }
    if let Some(scratch) = there.iter().find(|buffer| buffer.kind == Kind::Scratch) {
        advice.push(format!(
            "{} bytes of that are scratch memory, which makes the layer faster. The compiler uses none if it would make a workspace more than a tenth larger than the largest input and output of a layer.",
            grouped(scratch.bytes),
        ));
    }
    if pool.bytes > pool.live[peak] {
        advice.push(format!(
            "{} bytes of {} are never in use at the peak: tensors can't be moved while they are in use.",
            grouped(pool.bytes - pool.live[peak]),
            pool.name,
        ));
    }
    advice
}

/// The beginning and end of a long name.
pub fn shortened(name: &str) -> String {
    crate::table::shortened(name, 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(offset: u64, bytes: u64, first: usize, last: usize) -> Buffer {
        Buffer { name: "b".into(), kind: Kind::Tensor, pool: "p".into(), offset, bytes, first, last }
    }

    #[test]
    fn bytes_in_use_count_once() {
        let buffers = [buffer(0, 10, 0, 1), buffer(5, 10, 1, 2), buffer(20, 4, 1, 1)];
        let live = live(&buffers.iter().collect::<Vec<_>>(), 4);
        assert_eq!(live, [10, 19, 10, 0]);
        assert_eq!((peak(&live), peak(&[0, 0]), peak(&[]), peak(&[3, 3])), (Some(1), None, None, Some(0)));
    }
}
