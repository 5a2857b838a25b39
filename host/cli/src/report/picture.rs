//! The picture of memory over time: layers from left to right, bytes from bottom to top, a rectangle for each buffer.

use askama::Template;

use super::document::{Buffer, Document, Kind, Pool};
use crate::failure::{Failure, Result};
use crate::table::{grouped, shortened};

/// Margins: at the left for numbers, at the top for the peak's, at the bottom for layers.
const LEFT: f64 = 76.0;
const TOP: f64 = 54.0;
const BOTTOM: f64 = 44.0;
const RIGHT: f64 = 16.0;
/// Height of the part with rectangles; that of state is smaller.
const HEIGHT: f64 = 300.0;
const STATE_HEIGHT: f64 = 110.0;
/// Total width of the layers, and the limits of the width of each.
const WIDTH: f64 = 880.0;
const COLUMN: (f64, f64) = (7.0, 64.0);
/// Width of a letter in the labels, in the widest of their fonts.
const LETTER: f64 = 7.4;

/// The pictures of all pools, one below the other.
#[derive(Template)]
#[template(path = "memory.svg", escape = "html")]
struct File {
    model: String,
    width: f64,
    height: f64,
    charts: Vec<Chart>,
}

/// The picture of one pool.
#[derive(Template)]
#[template(path = "pool.svg", escape = "html")]
pub struct Chart {
    id: String,
    title: String,
    description: String,
    y: f64,
    pub width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    peak: Option<Peak>,
    ticks: Vec<(f64, String)>,
    columns: Vec<(f64, String)>,
    boxes: Vec<Rectangle>,
    labels: Vec<Label>,
}

/// The layer that uses most.
struct Peak {
    x: f64,
    width: f64,
    label: String,
    label_x: f64,
    anchor: &'static str,
}

/// A buffer.
struct Rectangle {
    class: &'static str,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    title: String,
    label: String,
}

/// The name in a rectangle.
struct Label {
    x: f64,
    y: f64,
    text: String,
}

/// The picture as a separate file.
pub fn file(document: &Document) -> Result<String> {
    let mut charts = charts(document);
    let mut height = 0.0;
    for chart in &mut charts {
        chart.y = height;
        height += chart.height + 12.0;
    }
    let width = charts.iter().map(|chart| chart.width).fold(320.0, f64::max);
    let file = File { model: document.model.clone(), width, height: height.max(40.0), charts };
    rendered(&file)
}

/// Fills a template.
pub fn rendered(template: &impl Template) -> Result<String> {
    template.render().map_err(|error| Failure::refused(format!("the report can't be written: {error}")))
}

/// A picture for each pool that is not empty.
pub fn charts(document: &Document) -> Vec<Chart> {
    let mut drawn: Vec<&Pool> =
        document.pools.iter().filter(|pool| pool.bytes > 0 && !document.layers.is_empty()).collect();
    drawn.sort_by_key(|pool| pool.state);
    drawn.into_iter().enumerate().map(|(at, pool)| chart(document, pool, at)).collect()
}

fn chart(document: &Document, pool: &Pool, number: usize) -> Chart {
    let layers = document.layers.len();
    let column = (WIDTH / layers as f64).clamp(COLUMN.0, COLUMN.1);
    let height = if pool.state { STATE_HEIGHT } else { HEIGHT };
    let width = LEFT + column * layers as f64 + RIGHT;
    let scale = height / pool.bytes as f64;
    let bottom = TOP + height;
    let x = |layer: usize| LEFT + column * layer as f64;
    let boxes = document.buffers.iter().filter(|buffer| buffer.pool == pool.name && buffer.bytes > 0);
    let rectangle = |buffer: &Buffer| {
        let (left, right) = (x(buffer.first), x(buffer.last + 1));
        let (box_width, box_height) = (right - left, buffer.bytes as f64 * scale);
        let fits = ((box_width - 8.0) / LETTER).floor();
        let name = name_within(document, buffer, fits as usize);
        // A shorter part of a name is not useful.
        let shown = box_height >= 13.0 && fits >= name.chars().count().min(9) as f64;
        let label = if shown { shortened(name, fits as usize) } else { String::new() };
        Rectangle {
            class: class(buffer.kind),
            x: short(left),
            y: short(bottom - (buffer.offset + buffer.bytes) as f64 * scale),
            width: short(box_width),
            height: short(box_height.max(0.5)),
            title: title(document, buffer),
            label,
        }
    };
    let boxes: Vec<Rectangle> = boxes.map(rectangle).collect();
    let peak = pool.peak.filter(|_| !pool.state).map(|layer| peak(document, pool, layer, (x(layer), column), width));
    let kind = if pool.state { ", kept from run to run" } else { "" };
    Chart {
        id: format!("pool{number}"),
        title: format!("{}: {} bytes{kind}", pool.name, grouped(pool.bytes)),
        description: describe(document, pool),
        y: 0.0,
        // The heading of a narrow picture also needs its width.
        width: short(width.max(330.0)),
        height: bottom + BOTTOM,
        left: LEFT,
        right: short(x(layers)),
        top: TOP,
        bottom,
        peak,
        ticks: ticks(pool.bytes)
            .into_iter()
            .map(|bytes| (short(bottom - bytes as f64 * scale), grouped(bytes)))
            .collect(),
        columns: columns(layers, column).into_iter().map(|at| (short(x(at) + column / 2.0), at.to_string())).collect(),
        labels: labels(&boxes),
        boxes,
    }
}

/// The name of a buffer; if it does not fit, the name of the layer that writes it, which is shorter.
fn name_within<'a>(document: &'a Document, buffer: &'a Buffer, room: usize) -> &'a str {
    let layer = document.layers.get(buffer.first).map_or("", |layer| layer.name.as_str());
    match buffer.kind {
        Kind::Scratch => "scratch",
        Kind::Tensor | Kind::InPlace if buffer.name.chars().count() > room && layer.len() <= room => layer,
        _ => &buffer.name,
    }
}

/// Places names so that they do not overlap: in the middle of a rectangle, or else higher or lower.
fn labels(boxes: &[Rectangle]) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for one in boxes.iter().filter(|one| !one.label.is_empty()) {
        let (x, width) = (one.x + 4.0, one.label.chars().count() as f64 * LETTER);
        let apart = |y: f64| {
            labels.iter().all(|other| {
                let end = other.x + other.text.chars().count() as f64 * LETTER;
                (other.y - y).abs() >= 13.0 || other.x >= x + width || end <= x
            })
        };
        let places = [0.5, 0.25, 0.75].map(|part| one.y + one.height * part + 4.0);
        let inside = |y: &f64| *y - 10.0 >= one.y && *y + 3.0 <= one.y + one.height + 1.0;
        if let Some(y) = places.into_iter().filter(inside).find(|&y| apart(y)) {
            labels.push(Label { x: short(x), y: short(y), text: one.label.clone() });
        }
    }
    labels
}

fn peak(document: &Document, pool: &Pool, layer: usize, (x, column): (f64, f64), width: f64) -> Peak {
    let label = format!("peak: {} bytes in layer {layer}", grouped(pool.live[layer]));
    let room = label.chars().count() as f64 * LETTER;
    let half = x + column / 2.0;
    let (label_x, anchor) = match document.layers.len() {
        _ if half + room / 2.0 > width.max(330.0) - 4.0 => (half + column / 2.0, "end"),
        _ if half < LEFT + room / 2.0 => (x, "start"),
        _ => (half, "middle"),
    };
    Peak { x: short(x), width: short(column), label, label_x: short(label_x), anchor }
}

/// With one digit after the decimal point.
fn short(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// A rectangle's class in the style sheet.
pub fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Tensor => "tensor",
        Kind::InPlace => "inplace",
        Kind::Scratch => "scratch",
        Kind::State => "state",
    }
}

/// The text for a rectangle when the mouse is over it, or when it has the keyboard focus.
fn title(document: &Document, buffer: &Buffer) -> String {
    let name = |at: usize| document.layers.get(at).map_or("", |layer| layer.name.as_str());
    let (first, last) = (buffer.first, buffer.last);
    let when = if first == last {
        format!("layer {first} ({})", name(first))
    } else {
        format!("layers {first} ({}) to {last} ({})", name(first), name(last))
    };
    let mut text = format!(
        "{}: {} bytes at {} to {}, {when}",
        buffer.name,
        grouped(buffer.bytes),
        grouped(buffer.offset),
        grouped(buffer.offset + buffer.bytes)
    );
    let names: Vec<&str> = buffer.name.split(" = ").collect();
    for pair in document.in_place.iter().filter(|pair| names.contains(&pair.output.as_str())) {
        text.push_str(&format!(". Overwrites {}: {}", pair.input, pair.reason));
    }
    text
}

/// A sentence that describes the picture, for screen readers.
fn describe(document: &Document, pool: &Pool) -> String {
    let count = document.buffers.iter().filter(|buffer| buffer.pool == pool.name).count();
    let peak = pool.peak.map_or_else(String::new, |at| {
        format!(" Most are in use in layer {at}, {}: {}.", document.layers[at].name, grouped(pool.live[at]))
    });
    format!("{count} rectangles over {} layers and {} bytes.{peak}", document.layers.len(), grouped(pool.bytes))
}

/// Round numbers of bytes, up to seven of them.
fn ticks(bytes: u64) -> Vec<u64> {
    let mut step = 1u64;
    'search: for power in 0..20 {
        for factor in [1, 2, 5] {
            step = factor * 10u64.pow(power);
            if bytes / step <= 6 {
                break 'search;
            }
        }
    }
    (0..=bytes / step).map(|at| at * step).collect()
}

/// The layers whose numbers are written: as many as fit.
fn columns(layers: usize, column: f64) -> Vec<usize> {
    let step = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|&step| step as f64 * column >= 24.0).unwrap_or(200);
    (0..layers).step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_round_numbers() {
        assert_eq!(ticks(6), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(ticks(2256), [0, 500, 1000, 1500, 2000]);
        assert_eq!(ticks(1), [0, 1]);
        assert!(ticks(u64::from(u32::MAX)).len() <= 7);
        assert_eq!(columns(3, 64.0), [0, 1, 2]);
        assert_eq!(columns(7, 7.0), [0, 5]);
    }
}
