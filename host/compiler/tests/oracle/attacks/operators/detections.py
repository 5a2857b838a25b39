"""TFLite_Detection_PostProcess in both forms."""

import numpy as np

from builder import FLOAT
from cases.detection_postprocess import _limited


def detection_postprocess(net):
    """TFLite_Detection_PostProcess of encodings and scores that the caller gives; only the caller reads its results."""
    graph, boxes, background, classes = net.graph, net.between(1, 30), net.between(0, 1), net.between(1, 4)
    most = net.pick((1, 3, 5, 10, 20))
    fields = {
        "max_detections": most,
        "max_classes_per_detection": 1,
        "num_classes": classes,
        "nms_score_threshold": net.pick((0.0, 0.3, 0.9)),
        "nms_iou_threshold": net.pick((0.2, 0.5, 1.0)),
        "y_scale": net.pick((1.0, 10.0)),
        "x_scale": net.pick((1.0, 10.0)),
        "h_scale": net.pick((1.0, 5.0)),
        "w_scale": net.pick((2.0, 5.0)),
        "use_regular_nms": net.chance(0.5),
    }
    if fields["use_regular_nms"] and net.chance(0.5):
        fields["detections_per_class"] = net.between(1, 8)
    name = net.name("detection")
    encodings = graph.input(f"{name}/encodings", (1, boxes, 4), None, FLOAT)
    scores = graph.input(f"{name}/scores", (1, boxes, classes + background), None, FLOAT)
    limited = [_limited(graph, encodings, -4, 4, f"{name}/box"), _limited(graph, scores, 0, 1, f"{name}/score")]
    places = net.state.uniform(0, 1, (boxes, 2)), net.state.uniform(0.2, 0.6, (boxes, 2))
    anchors = graph.constant(f"{name}/anchors", np.concatenate(places, 1).astype(np.float32))
    shapes = (("boxes", (1, most, 4)), ("classes", (1, most)), ("best", (1, most)), ("number", (1,)))
    outputs = [graph.tensor(f"{name}/{what}", shape, None, FLOAT) for what, shape in shapes]
    graph.custom("TFLite_Detection_PostProcess", [*limited, anchors], outputs, **fields)
    net.ends.extend(outputs)
    return True


OPERATORS = {"TFLite_Detection_PostProcess": (2, detection_postprocess)}
