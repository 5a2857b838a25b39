"""Writes a run as plain files: `index.json` and one raw little-endian `.bin` per tensor."""

import json
import pathlib

import numpy as np

FORMAT = 1


class Writer:
    """Collects the samples of one run and writes them to a directory."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._columns = []

    def column(self, role, tensor, position, file):
        """Announces a tensor. `add` then takes one array per sample, in the order of these calls."""
        entry = {
            "role": role,
            "position": position,
            "subgraph": tensor.subgraph,
            "tensor": tensor.index,
            "name": tensor.name,
            "dtype": tensor.dtype.name,
            "shape": list(tensor.shape),
            "bytes": tensor.bytes,
            "scale": tensor.scales,
            "zero_point": tensor.zero_points,
            "file": file,
        }
        self._columns.append((entry, tensor, []))

    def add(self, values):
        """One array for each announced tensor."""
        for (entry, tensor, samples), value in zip(self._columns, values, strict=True):
            if value.nbytes != tensor.bytes or value.dtype != tensor.dtype:
                raise ValueError(
                    f"tensor {tensor.index} '{tensor.name}': the interpreter gave {value.nbytes} bytes of "
                    f"{value.dtype}, the file declares {tensor.bytes} of {tensor.dtype}"
                )
            samples.append(np.ascontiguousarray(value).tobytes())

    def write(self, facts):
        """Writes the files; `index.json` comes last, so its presence says that the rest is complete."""
        self._folder.mkdir(parents=True, exist_ok=True)
        index = self._folder / "index.json"
        index.unlink(missing_ok=True)
        for entry, _, samples in self._columns:
            (self._folder / entry["file"]).write_bytes(b"".join(samples))
        described = {"format": FORMAT, **facts, "tensors": [entry for entry, _, _ in self._columns]}
        index.write_text(json.dumps(described, indent=1) + "\n")
