# SPDX-License-Identifier: Apache-2.0
"""Models: compiled, run, compared, written as C."""
from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import FileError, UsageError
from ._report import Report
from ._run import call
from ._tensor import Tensor, from_facts

Arrays = Mapping[str, npt.ArrayLike]
Outputs = dict[str, npt.NDArray[Any]]


@dataclasses.dataclass(frozen=True)
class Workspace:
    """Memory that a firmware gives to the model. `bytes` suffice at any address, `aligned_bytes` at a multiple of `alignment`."""

    name: str
    bytes: int
    aligned_bytes: int
    alignment: int
    state: bool


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """How many of the samples had the label as the output's largest value."""

    right: int
    total: int

    @property
    def accuracy(self) -> float:
        return self.right / self.total

    def __str__(self) -> str:
        return f"{self.right} of {self.total} right ({100 * self.accuracy:.2f} %)"


@dataclasses.dataclass(frozen=True)
class Comparison:
    """How far outputs are from those of a reference: elements that differ and the largest difference, for each output."""

    differing: dict[str, int]
    largest: dict[str, float]
    runs: int

    @property
    def equal(self) -> bool:
        """Whether every element of every output is the same."""
        return not any(self.differing.values())

    def __str__(self) -> str:
        if self.equal:
            return f"equal in {self.runs} runs"
        parts = [f"{name}: {self.differing[name]} elements differ, by at most {self.largest[name]:g}" for name in self.differing]
        return f"not equal in {self.runs} runs; " + "; ".join(parts)


class Model:
    """A compiled model. Make one with `compile` or `load`."""

    def __init__(self, archive: bytes, module: str | None = None, report: Report | None = None) -> None:
        self._archive, self._module, self._report = archive, module, report
        with self._files() as folder:
            found = json.loads(call("inspect", folder / "model.tar", "--json", *self._chosen()))["models"]
        if module is not None:
            found = [facts for facts in found if facts["name"] == module]
        if len(found) != 1:
            names = ", ".join(facts["name"] for facts in found)
            raise UsageError(f"the archive holds several models: {names}; choose one with module=", None)
        self.facts: dict[str, Any] = found[0]
        self.name: str = self.facts["name"]
        self.inputs: tuple[Tensor, ...] = tuple(map(from_facts, self.facts["inputs"]))
        self.outputs: tuple[Tensor, ...] = tuple(map(from_facts, self.facts["outputs"]))
        keys = [field.name for field in dataclasses.fields(Workspace)]
        self.workspaces = tuple(Workspace(**{key: facts[key] for key in keys}) for facts in self.facts["workspaces"])

    @property
    def archive(self) -> bytes:
        """The archive, for `tvm_embedded_add_model` of the CMake package."""
        return self._archive

    @property
    def has_state(self) -> bool:
        """Whether the model remembers earlier runs."""
        return any(workspace.state for workspace in self.workspaces)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the archive."""
        try:
            pathlib.Path(path).write_bytes(self._archive)
        except OSError as error:
            raise FileError(str(error)) from error

    def run(self, inputs: Arrays | npt.ArrayLike, *, quantize: bool = False) -> Outputs:
        """Runs the model and returns its outputs by their names.

        `inputs` are arrays by the tensors' names, or one array for a model with one input. An array may hold several tensors, one
        after the other in a new first dimension (or along a first dimension of 1): these are as many runs in a row, and the
        outputs come the same way. A model with state is reset before the first, and keeps its state from run to run.

        With `quantize`, inputs and outputs are real numbers.
        """
        rows, several = self._rows(inputs, quantize)
        outputs = self._execute(rows)
        results: Outputs = {}
        for tensor in self.outputs:
            values: npt.NDArray[Any] = outputs[tensor.name]
            if quantize:
                values = tensor.dequantize(values)
            if not several:
                values = values[0]
            elif tensor.shape[:1] == (1,):
                values = values.reshape((-1, *tensor.shape[1:]))
            results[tensor.name] = values
        return results

    def evaluate(self, x: Arrays | npt.ArrayLike, y: npt.ArrayLike, *, quantize: bool = False) -> Evaluation:
        """Counts the samples of `x` whose label in `y` is the position of the largest value in the model's one output."""
        if len(self.outputs) != 1:
            raise UsageError(f"evaluate is for models with one output; {self.name} has {len(self.outputs)}: use run", None)
        labels = np.asarray(y).reshape(-1)
        scores = self.run(x, quantize=quantize)[self.outputs[0].name].reshape((labels.size, -1)) if labels.size else None
        if scores is None or scores.shape[1] != int(np.prod(self.outputs[0].shape)):
            raise UsageError(f"expected one label for each sample, found {labels.size} labels", None)
        return Evaluation(int((scores.argmax(axis=1) == labels).sum()), int(labels.size))

    def compare(
        self,
        reference: Callable[[dict[str, npt.NDArray[Any]]], Arrays] | Arrays,
        inputs: Arrays | npt.ArrayLike | None = None,
        *,
        runs: int = 16,
        seed: int = 0,
    ) -> Comparison:
        """Compares outputs, as they are stored, with those of a reference.

        `reference` is a function that takes stored inputs by name, for one run, and returns outputs by name (an interpreter of TFLite, for
        instance); or the expected outputs themselves, for `inputs`. Without `inputs`, `runs` random ones are drawn.
        """
        if inputs is None:
            if not callable(reference):
                raise UsageError("expected outputs need the inputs that they belong to", None)
            inputs = self._random(runs, seed)
        rows, _ = self._rows(inputs, False)
        found = self._execute(rows)
        count = next(iter(rows.values())).shape[0] if rows else 1
        expected: dict[str, list[Any]] = {tensor.name: [] for tensor in self.outputs}
        if callable(reference):
            for i in range(count):
                answer = reference({name: values[i] for name, values in rows.items()})
                for name in expected:
                    expected[name].append(answer[name])
        else:
            expected = {name: list(np.asarray(reference[name]).reshape((count, -1))) for name in expected}
        differing, largest = {}, {}
        for name, values in found.items():
            difference = values.reshape((count, -1)).astype(np.float64) - np.asarray(expected[name], np.float64).reshape((count, -1))
            differing[name] = int(np.count_nonzero(difference))
            largest[name] = float(np.abs(difference).max(initial=0.0))
        return Comparison(differing, largest, count)

    def report(self) -> Report:
        """What each layer costs, and where each tensor is. A notebook shows it as a table."""
        if self._report is None:
            raise UsageError("this archive was loaded, not compiled here: there is a report for `compile` only", None)
        return self._report

    def write_c(
        self, directory: str | os.PathLike[str], *, symbol: str | None = None, library: bool = True
    ) -> list[pathlib.Path]:
        """Writes the C files that a firmware links, and returns their paths. `symbol` is the model's name in C; without `library`
        the files need no libtvm_embedded.a, for cores that have none."""
        options = [*self._chosen(), *(["--symbol", symbol] if symbol else []), *([] if library else ["--no-library"])]
        with self._files() as folder:
            printed = call("generate", folder / "model.tar", "--output", os.fspath(directory), *options)
        return [pathlib.Path(line) for line in printed.splitlines()]

    def __repr__(self) -> str:
        def side(tensors: tuple[Tensor, ...]) -> str:
            return ", ".join(f"{tensor.name} {tensor.dtype}{list(tensor.shape)}" for tensor in tensors)

        return f"<tvm_embedded.Model {self.name}: {side(self.inputs)} -> {side(self.outputs)}>"

    def _chosen(self) -> list[str]:
        return ["--module", self._module] if self._module else []

    def _files(self) -> _Folder:
        return _Folder(self._archive)

    def _rows(self, inputs: Arrays | npt.ArrayLike, real: bool) -> tuple[dict[str, npt.NDArray[Any]], bool]:
        """Each input as an array with one tensor a row."""
        if not isinstance(inputs, Mapping):
            if len(self.inputs) != 1:
                names = ", ".join(tensor.name for tensor in self.inputs)
                raise UsageError(f"{self.name} has {len(self.inputs)} inputs: give arrays by name, of {names}", None)
            inputs = {self.inputs[0].name: inputs}
        by_name = {tensor.c_name: tensor for tensor in self.inputs} | {tensor.name: tensor for tensor in self.inputs}
        given = {}
        for name, values in inputs.items():
            if name not in by_name:
                raise UsageError(f"{self.name} has no input '{name}'; it has: {', '.join(t.name for t in self.inputs)}", None)
            given[by_name[name].name] = by_name[name].batch(values, real)
        missing = [tensor.name for tensor in self.inputs if tensor.name not in given]
        if missing:
            raise UsageError(f"no array for the input {', '.join(missing)}", None)
        counts = {rows.shape[0] for rows, _ in given.values()}
        if len(counts) > 1:
            raise UsageError(f"inputs with different numbers of tensors: {sorted(counts)}", None)
        return {name: rows for name, (rows, _) in given.items()}, any(several for _, several in given.values())

    def _execute(self, rows: dict[str, npt.NDArray[Any]]) -> Outputs:
        with self._files() as folder:
            words = []
            for i, tensor in enumerate(self.inputs):
                path = folder / f"in{i}.bin"
                values = rows[tensor.name]
                path.write_bytes(values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes())
                words += ["--input", f"{tensor.c_name}={path}"]
            for i, tensor in enumerate(self.outputs):
                words += ["--output", f"{tensor.c_name}={folder / f'out{i}.bin'}"]
            call("run", folder / "model.tar", *self._chosen(), *words)
            outputs = {}
            for i, tensor in enumerate(self.outputs):
                data = (folder / f"out{i}.bin").read_bytes()
                values = np.frombuffer(data, tensor.dtype.newbyteorder("<")).astype(tensor.dtype)
                outputs[tensor.name] = values.reshape((-1, *tensor.shape))
            return outputs

    def _random(self, runs: int, seed: int) -> dict[str, npt.NDArray[Any]]:
        if runs < 1:
            raise UsageError("at least one run is needed", None)
        random = np.random.default_rng(seed)
        arrays: dict[str, npt.NDArray[Any]] = {}
        for tensor in self.inputs:
            shape = (runs, *tensor.shape)
            if tensor.dtype.kind == "f":
                arrays[tensor.name] = random.normal(size=shape).astype(tensor.dtype)
            elif tensor.dtype.kind == "b":
                arrays[tensor.name] = random.integers(0, 2, shape).astype(tensor.dtype)
            else:
                limits = np.iinfo(tensor.dtype)
                arrays[tensor.name] = random.integers(limits.min, limits.max, shape, tensor.dtype, endpoint=True)
        return arrays


class _Folder:
    """A temporary directory with the archive in it."""

    def __init__(self, archive: bytes) -> None:
        self._archive = archive
        self._folder = tempfile.TemporaryDirectory(prefix="tvm-embedded-")

    def __enter__(self) -> pathlib.Path:
        path = pathlib.Path(self._folder.name)
        (path / "model.tar").write_bytes(self._archive)
        return path

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def compile(  # noqa: A001 - what users look for
    model: str | os.PathLike[str] | bytes,
    *,
    name: str | None = None,
    pools: Mapping[str, int | None] | None = None,
    io_in_workspace: bool = False,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
) -> Model:
    """Compiles a `.tflite` file, given by its path or as bytes.

    `name` is the module's name (of a path, the file's; of bytes, `model`). `pools` are the memories that the workspace may use, in order of
    preference, with their sizes in bytes or None. With `io_in_workspace` inputs and outputs get places in the workspace.
    `input_shapes` are the shapes of inputs whose size the file leaves open, by their names.
    """
    with tempfile.TemporaryDirectory(prefix="tvm-embedded-") as made:
        folder = pathlib.Path(made)
        if isinstance(model, (bytes, bytearray, memoryview)):
            path = folder / "model.tflite"
            path.write_bytes(model)
        else:
            path = pathlib.Path(model)
        words: list[str] = ["--name", name] if name else []
        for pool, size in (pools or {}).items():
            words += ["--pool", pool if size is None else f"{pool}={size}"]
        words += ["--io-in-workspace"] if io_in_workspace else []
        for tensor, shape in (input_shapes or {}).items():
            words += ["--input-shape", f"{tensor}={'x'.join(map(str, shape))}"]
        archive, data, text = folder / "out.tar", folder / "report.json", folder / "report.txt"
        call("compile", path, "--output", archive, "--report", data, *words)
        call("compile", path, "--output", archive, "--report", text, *words)
        report = Report(text.read_text(encoding="utf-8"), json.loads(data.read_text(encoding="utf-8")))
        return Model(archive.read_bytes(), report=report)


def load(archive: str | os.PathLike[str] | bytes, *, module: str | None = None) -> Model:
    """A model of an archive in TVM's Model Library Format, given by its path or as bytes. `module` chooses one of several."""
    if isinstance(archive, (bytes, bytearray, memoryview)):
        return Model(bytes(archive), module)
    try:
        return Model(pathlib.Path(archive).read_bytes(), module)
    except OSError as error:
        raise FileError(str(error)) from error
