"""Files whose stored shapes differ from those that their operators compute."""

import flatbuffers

from builder import schema


def longer(data):
    """The file, or the one that the compiler compiles, with one element more along the last dimension of the last operator's output."""
    data = data[1] if isinstance(data, tuple) else data
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    graph = model.subgraphs[0]
    tensor = graph.tensors[[op for op in graph.operators if len(op.outputs)][-1].outputs[0]]
    shape = [] if tensor.shape is None else [int(n) for n in tensor.shape]
    tensor.shape = [*shape[:-1], shape[-1] + 1] if shape else [2]
    out = flatbuffers.Builder(4096)
    out.Finish(model.Pack(out), file_identifier=b"TFL3")
    return bytes(out.Output())
