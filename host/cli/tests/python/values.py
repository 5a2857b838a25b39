# SPDX-License-Identifier: Apache-2.0
"""Writes models whose inputs may hold values without a result: positions outside of a tensor, divisors that are 0.

Usage: values.py FOLDER
Ends with 3 where the environment of the oracle's programs can't be made.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "compiler/tests/oracle"))

import environment


def main(folder):
    """Writes FOLDER/OPERATOR.tflite for each operator."""
    from builder import Quantization, options

    scale = Quantization(0.5)
    int8 = ("data", (6, 5), scale, "int8")
    models = {
        "gather": ("GATHER", [int8, ("values", (3,), None, "int32")], (3, 5), options("GatherOptions")),
        "gather_nd": ("GATHER_ND", [int8, ("values", (2, 2), None, "int32")], (2,), None),
        "embedding_lookup": ("EMBEDDING_LOOKUP", [("values", (3,), None, "int32"), int8], (3, 5), None),
        "div": ("DIV", [("data", (3,), None, "int32"), ("values", (3,), None, "int32")], (3,), options("DivOptions")),
    }
    for name, parts in models.items():
        (folder / f"{name}.tflite").write_bytes(model(*parts))
    (folder / "rsqrt.tflite").write_bytes(rsqrt())


def model(operator, inputs, shape, fields):
    """An operator between its inputs and its output; an output of int8 has the scale of its input."""
    from builder import Model

    file = Model()
    graph = file.graph()
    given = [graph.input(*arguments) for arguments in inputs]
    dtype, scale = next((arguments[3], arguments[2]) for arguments in inputs if arguments[0] == "data")
    graph.output(graph.operator(operator, given, [graph.tensor("output", shape, scale, dtype)], fields))
    return file.bytes()


def rsqrt():
    """RSQRT of bytes that may lie below their zero point, and what reads the other input."""
    from builder import Model, Quantization

    file = Model()
    graph = file.graph()
    data = graph.input("data", (12,), Quantization(0.5))
    values = graph.input("values", (12,), Quantization(0.1, -2))
    for operator, given in (("RELU", data), ("RSQRT", values)):
        output = graph.tensor(operator.lower(), (12,), Quantization(0.5))
        graph.output(graph.operator(operator, [given], [output]))
    return file.bytes()


if __name__ == "__main__":
    main(pathlib.Path(environment.enter(sys.argv[1:])[0]))
