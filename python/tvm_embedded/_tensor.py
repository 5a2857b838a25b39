# SPDX-License-Identifier: Apache-2.0
"""An input or output of a model, and its quantisation."""
from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import UsageError

_TYPES = {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)} | {"float16", "float32", "float64", "bool"}


@dataclasses.dataclass(frozen=True)
class Tensor:
    """One input or output. Real value = `scale` × (stored value − `zero_point`), where both are known."""

    name: str
    c_name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    bytes: int
    alignment: int
    scale: float | None
    zero_point: int | None

    def quantize(self, real: npt.ArrayLike) -> npt.NDArray[Any]:
        """Real numbers as stored ones: rounded with halves away from zero, and limited to the type."""
        scale, zero_point = self._quantization()
        if self.dtype.kind == "f":
            return np.asarray(real, self.dtype)
        # In float32, as TFLite does it.
        units = np.asarray(real, np.float32) / np.float32(scale)
        if not np.isfinite(units).all():
            raise UsageError(f"{self.name}: not all values are finite numbers", None)
        whole = np.trunc(units)
        rounded = whole + np.where(np.abs(units - whole) >= np.float32(0.5), np.sign(units), np.float32(0))
        limits = np.iinfo(self.dtype)
        return np.clip(rounded.astype(np.float64) + zero_point, limits.min, limits.max).astype(self.dtype)

    def dequantize(self, stored: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Stored numbers as real ones."""
        scale, zero_point = self._quantization()
        if self.dtype.kind == "f":
            return np.asarray(stored, np.float32)
        return np.float32(scale) * (np.asarray(stored).astype(np.int64) - zero_point).astype(np.float32)

    def _quantization(self) -> tuple[float, int]:
        if self.dtype.kind == "f":
            return 1.0, 0
        if self.scale is None or self.zero_point is None:
            raise UsageError(f"{self.name} has no scale and zero point: give stored values of type {self.dtype}", None)
        return self.scale, self.zero_point

    def batch(self, values: npt.ArrayLike, real: bool) -> tuple[npt.NDArray[Any], bool]:
        """Values as an array with one tensor a row, and whether they were several."""
        array = np.asarray(values)
        if real:
            array = self.quantize(array)
        elif array.dtype != self.dtype:
            raise UsageError(
                f"{self.name}: expected an array of {self.dtype}, found {array.dtype}; with quantize=True real numbers are taken", None
            )
        inner = self.shape[1:] if self.shape[:1] == (1,) else None
        if array.shape == self.shape or (inner is not None and array.shape == inner):
            return array.reshape((1, *self.shape)), False
        if array.shape[1:] == self.shape or (inner is not None and array.shape[1:] == inner):
            if array.shape[0] == 0:
                raise UsageError(f"{self.name}: no tensor in an array of shape {array.shape}", None)
            return array.reshape((-1, *self.shape)), True
        raise UsageError(f"{self.name}: expected shape {self.shape}, or several of these in one array, found {array.shape}", None)


def from_facts(facts: dict[str, Any]) -> Tensor:
    """A tensor as `inspect --json` prints it."""
    kind, shape = facts["dtype"], facts["shape"]
    # What numpy has no type for, and what an archive does not say, is bytes.
    if kind not in _TYPES or shape is None:
        kind, shape = "uint8", [facts["bytes"]]
    return Tensor(
        name=facts["name"],
        c_name=facts["c_name"],
        shape=tuple(shape),
        dtype=np.dtype(kind),
        bytes=facts["bytes"],
        alignment=facts["alignment"],
        scale=facts["scale"],
        zero_point=facts["zero_point"],
    )
