//! DETECTION_POSTPROCESS, the custom operator at the end of SSD networks: `detection_postprocess.h`.

use crate::format::flexbuffer::{Map, Number};
use crate::ir::graph::{DType, OpKind, OpOptions};
use crate::ir::layer::{Argument, Layer, Lowered, Lowering};
use crate::ops::checker::{Checker, Operand};
use crate::ops::definition::{Checked, Cores, Custom, Definition, ReadOptions, Support, read};
use crate::ops::kernels::kernels;
use crate::ops::shared::text;

/// The operator.
pub static DEFINITION: Custom<Definition> = Custom {
    options: |bytes, _| options(bytes),
    definitions: Definition {
        kind: OpKind::DETECTION_POSTPROCESS,
        versions: 1..=1,
        inputs: 3..=3,
        outputs: 4..=4,
        options: None,
        check,
        kernels: kernels!["detection_postprocess.h"],
        reference: "detection_postprocess.cc",
        support: &[Support::near("float32, uint8, one class of each box in the fast form", Cores::Portable)],
    },
};

/// Default number of boxes of a class that are considered.
const PER_CLASS: i64 = 100;

/// Maximum number of boxes and of classes.
const MOST: i64 = 1 << 16;

/// Its options.
#[derive(Debug, Clone)]
struct Options {
    most: i64,
    of_each: i64,
    per_class: i64,
    regular: bool,
    threshold: f32,
    overlap: f32,
    classes: i64,
    /// Of y, x, height and width.
    scales: [f32; 4],
}

impl OpOptions for Options {}

fn options(bytes: &[u8]) -> ReadOptions {
    let Some(map) = Map::read(bytes) else { return Ok(None) };
    let whole = |name: &str| match map.number(name)? {
        Number::Int(value) => Some(value),
        Number::Bool(value) => Some(value.into()),
        Number::Float(_) => None,
    };
    let float = |name: &str| match map.number(name)? {
        Number::Int(value) => Some(value as f32),
        Number::Float(value) => Some(value as f32),
        Number::Bool(_) => None,
    };
    let all = || {
        Some(Options {
            most: whole("max_detections")?,
            of_each: whole("max_classes_per_detection")?,
            per_class: whole("detections_per_class").unwrap_or(PER_CLASS),
            regular: whole("use_regular_nms").unwrap_or(0) != 0,
            threshold: float("nms_score_threshold")?,
            overlap: float("nms_iou_threshold")?,
            classes: whole("num_classes")?,
            scales: [float("y_scale")?, float("x_scale")?, float("h_scale")?, float("w_scale")?],
        })
    };
    all().map_or(Ok(None), read)
}

struct Detection<'a> {
    options: &'a Options,
    /// Encodings, scores, anchors.
    inputs: [Operand<'a>; 3],
    /// Boxes, classes, scores, their number.
    outputs: [Operand<'a>; 4],
}

fn check<'a>(checker: &mut Checker<'a>) -> Option<Box<dyn Checked + 'a>> {
    let options = checker.options::<Options>()?;
    let inputs = [checker.input(0)?, checker.input(1)?, checker.input(2)?];
    let outputs = [checker.output(0)?, checker.output(1)?, checker.output(2)?, checker.output(3)?];
    let floats = inputs.iter().chain(&outputs).filter(|&&operand| !checker.dtype(operand, &[DType::Float32])).count();
    let [encodings, scores, anchors] = inputs;
    (floats == 0 && checker.rank(encodings, 3) && checker.rank(scores, 3)).then_some(())?;
    let (boxes, columns) = (encodings.shape[1], scores.shape[2]);
    if encodings.shape[0] != 1 || encodings.shape[2] < 4 {
        checker.bad_tensor(
            encodings.id,
            format!("shape {:?}", encodings.shape),
            "a batch of 1, four numbers of each box",
        );
    }
    (checker.shape(scores, &[1, boxes, columns]) & checker.shape(anchors, &[boxes, 4])).then_some(())?;
    check_options(checker, options, boxes, columns)?;
    let most = usize::try_from(options.most).ok()?;
    for (output, elements) in outputs.into_iter().zip([4 * most, most, most, 1]) {
        // The options say how many; their dimensions are those in the file.
        checker.gives(output, &output.shape);
        if output.elements() != elements {
            checker.bad_tensor(output.id, format!("shape {:?}", output.shape), format!("{elements} elements"));
        }
    }
    Some(Box::new(Detection { options, inputs, outputs }))
}

fn check_options(checker: &mut Checker<'_>, options: &Options, boxes: usize, columns: usize) -> Option<()> {
    let before = checker.problems.len();
    let mut within = |name: &str, value: i64, low: i64, high: i64| {
        if !(low..=high).contains(&value) {
            checker.bad(format!("{name} {value}"), format!("{low} to {high}"));
        }
    };
    let columns = columns as i64;
    within("max_detections", options.most, 1, MOST);
    within("num_classes", options.classes, (columns - 1).max(1), columns);
    within("number of boxes", boxes as i64, 1, MOST);
    if options.regular {
        within("detections_per_class", options.per_class, 1, i32::MAX.into());
    } else if options.classes > 1 {
        // With more the reference writes results beyond its outputs.
        within("max_classes_per_detection", options.of_each, 1, 1);
    } else {
        within("max_classes_per_detection", options.of_each, 1, i32::MAX.into());
    }
    if !(options.overlap > 0.0 && options.overlap <= 1.0) {
        checker.bad(format!("nms_iou_threshold {}", options.overlap), "above 0, up to 1");
    }
    if options.threshold.is_nan() || options.scales.iter().any(|scale| !scale.is_normal()) {
        let found = format!("nms_score_threshold {}, scales {:?}", options.threshold, options.scales);
        checker.bad(found, "finite numbers, scales other than 0");
    }
    (checker.problems.len() == before).then_some(())
}

impl Checked for Detection<'_> {
    fn lower(&self, lowering: &Lowering<'_>) -> Lowered {
        let Options { most, per_class, classes, scales, .. } = *self.options;
        let [encodings, scores, _] = self.inputs;
        let (boxes, columns) = (encodings.shape[1], scores.shape[2]);
        let fields = [
            ("boxes", boxes.to_string()),
            ("width", encodings.shape[2].to_string()),
            ("classes", classes.to_string()),
            ("columns", columns.to_string()),
            ("offset", (columns as i64 - classes).to_string()),
            ("most", most.to_string()),
            ("per_class", per_class.to_string()),
            ("y_scale", text::float(scales[0])),
            ("x_scale", text::float(scales[1])),
            ("h_scale", text::float(scales[2])),
            ("w_scale", text::float(scales[3])),
            ("threshold", finite(self.options.threshold)),
            ("overlap", text::float(self.options.overlap)),
        ];
        let kernel = if self.options.regular { "regular" } else { "fast" };
        let scratch = 24 * boxes + 8 * most as usize;
        let names = ["encodings", "scores", "anchors", "boxes", "classes", "best", "number"];
        let body = text::constant_struct("tvmk_detection_t", "layer", &fields)
            + &text::scratch(&format!("TVMK_DETECTION_SCRATCH({boxes}, {most})"), scratch)
            + &format!("    return tvmk_detection_{kernel}(&layer, {}, scratch);\n", names.join(", "));
        let mut arguments = Vec::new();
        for (name, operand) in names.iter().zip(&self.inputs) {
            arguments.push(Argument::input(name, operand.id));
        }
        for (name, operand) in names[3..].iter().zip(&self.outputs) {
            arguments.push(Argument::output(name, operand.id));
        }
        Lowered::Layer(Layer {
            arguments,
            scratch_bytes: scratch,
            scratch_align: 4,
            fails: true,
            headers: vec!["detection_postprocess.h"],
            body,
            ..lowering.layer(format!("the best {most} of {boxes} boxes of {classes} classes"))
        })
    }
}

/// An infinite threshold as the largest float of its sign: the result is the same for all finite scores.
fn finite(threshold: f32) -> String {
    text::float(threshold.clamp(f32::MIN, f32::MAX))
}
