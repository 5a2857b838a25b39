"""Models of operators that move bytes."""

import quantities
from builder import Model


def model(shapes, apply):
    """A function that makes a model with inputs of these shapes, all with the same quantisation."""

    def make(state):
        model = Model()
        graph = model.graph()
        quantization = quantities.activations(state)
        sources = [graph.input(f"input{i}", shape, quantization) for i, shape in enumerate(shapes)]
        result = apply(graph, *sources)
        graph.output(*(result if isinstance(result, list) else [result]))
        return model.bytes()

    return make
