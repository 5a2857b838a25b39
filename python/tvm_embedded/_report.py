# SPDX-License-Identifier: Apache-2.0
"""What a model costs, as text, as data, and as a table in a notebook."""
from __future__ import annotations

import dataclasses
import html
from typing import Any


@dataclasses.dataclass(frozen=True)
class Report:
    """`str(report)` is the text of `tvm-embedded compile --report`; `data` the same as the program's JSON has it."""

    text: str
    data: dict[str, Any]

    @property
    def macs(self) -> int:
        """Multiply-accumulates of a run."""
        return int(self.data["macs"])

    @property
    def constant_bytes(self) -> int:
        """Bytes of constants in flash, without code."""
        return int(self.data["constant_bytes"])

    @property
    def workspace_bytes(self) -> int:
        """Bytes of RAM that the model works in, all workspaces together, aligned."""
        return sum(int(pool["bytes"]) for pool in self.data["pools"])

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{title}</th>" for title in ("layer", "what", "MACs", "constants", "scratch", "kernels"))
        rows = []
        for layer in self.data["layers"]:
            cells = (
                layer["function"],
                layer["summary"],
                f"{layer['macs']:,}",
                f"{layer['constant_bytes']:,}",
                f"{layer['scratch_bytes']:,}",
                ", ".join(layer.get("kernels") or []),
            )
            rows.append("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>")
        title = (
            f"{html.escape(str(self.data['module']))}: {self.macs:,} multiply-accumulates, {self.constant_bytes:,} bytes of constants, "
            f"{self.workspace_bytes:,} bytes of workspace"
        )
        return f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
