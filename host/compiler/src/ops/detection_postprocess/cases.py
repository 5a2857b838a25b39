"""DETECTION_POSTPROCESS: both forms, with a background class or none, few boxes and many, scores that are equal."""

import numpy as np

from builder import FLOAT, Model, options

BASE = {
    "max_detections": 5,
    "max_classes_per_detection": 1,
    "num_classes": 3,
    "nms_score_threshold": 0.3,
    "nms_iou_threshold": 0.5,
    "y_scale": 10.0,
    "x_scale": 10.0,
    "h_scale": 5.0,
    "w_scale": 5.0,
}


def cases():
    """See the package."""
    for regular in (False, True):
        form = "regular" if regular else "fast"
        for boxes, background, more in (
            (6, 1, {}),
            (6, 0, {"num_classes": 1}),
            (25, 1, {"max_detections": 10}),
            (40, 0, {"nms_iou_threshold": 0.2, "max_detections": 20}),
            (40, 1, {"nms_score_threshold": 0.0, "max_detections": 3}),
            (30, 1, {"nms_score_threshold": 0.9}),
            (12, 1, {"h_scale": 1, "w_scale": 2, "nms_iou_threshold": 1.0, "max_detections": 30}),
        ):
            fields = {**BASE, **more, "use_regular_nms": regular}
            if regular and boxes > 20:
                fields["detections_per_class"] = 4
            name = f"detection_postprocess-{form}-{boxes}-{background}-{'-'.join(sorted(more)) or 'plain'}"
            yield name, lambda state, a=(boxes, background, fields): _model(state, *a)
            if boxes == 25:
                yield f"{name}-steps", lambda state, a=(boxes, background, fields): _model(state, *a, steps=True)
    for name, more in (("iou", {"nms_iou_threshold": 0.0}), ("classes", {"num_classes": 7})):
        yield f"refused-detection_postprocess-{name}", lambda state, m=more: _model(state, 6, 1, {**BASE, **m}, columns=4)
    # The reference writes beyond its outputs.
    fields = {**BASE, "max_classes_per_detection": 2}
    yield "contradiction-detection_postprocess-two_classes", lambda state: _model(state, 6, 1, fields)


def _limited(graph, source, low, high, name):
    """A tensor whose elements are within a range, without NaN."""
    for operator, bound in (("MAXIMUM", low), ("MINIMUM", high)):
        limit = graph.constant(f"{name}/{operator}", np.float32([bound]))
        result = graph.tensor(f"{name}/{operator}/result", source.shape, None, FLOAT)
        source = graph.operator(operator, [source, limit], [result], options("MaximumMinimumOptions"))
    return source


def _model(state, boxes, background, fields, columns=None, steps=False):
    model = Model()
    graph = model.graph()
    columns = columns or fields["num_classes"] + background
    encodings = _limited(graph, graph.input("encodings", (1, boxes, 4), None, FLOAT), -4, 4, "box")
    scores = _limited(graph, graph.input("scores", (1, boxes, columns), None, FLOAT), 0, 1, "score")
    if steps:
        # Many scores are equal.
        for operator, factor in (("MUL", 4.0), ("FLOOR", None), ("MUL", 0.25)):
            inputs = [scores] if factor is None else [scores, graph.constant(f"factor{factor}", np.float32([factor]))]
            result = graph.tensor(f"steps{len(inputs)}{factor}", scores.shape, None, FLOAT)
            scores = graph.operator(operator, inputs, [result], None if factor is None else options("MulOptions"))
    centers = state.uniform(0, 1, (boxes, 2))
    anchors = np.concatenate([centers, state.uniform(0.2, 0.6, (boxes, 2))], 1).astype(np.float32)
    inputs = [encodings, scores, graph.constant("anchors", anchors)]
    most = fields["max_detections"]
    shapes = (("boxes", (1, most, 4)), ("classes", (1, most)), ("best", (1, most)), ("number", (1,)))
    outputs = [graph.tensor(name, shape, None, FLOAT) for name, shape in shapes]
    graph.custom("TFLite_Detection_PostProcess", inputs, outputs, **fields)
    graph.output(*outputs)
    return model.bytes()
