"""What is said of a layer, whether it was reckoned or measured; and of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tasvir.nets.arithmetic.sizes import Size, written

#: Bytes of a number of 32 bits.
BYTES = 4


@dataclass(frozen=True)
class Row:
    """One layer, for one example.

    `output` is HxWxC, TxF or F; `trainable` counts what is learned, `not_trainable` what is kept and not learned (a batch
    norm's running averages, frozen weights); `multiply_adds` those of weights with inputs; `receptive_field` and `step` are
    in places of the input, along each axis, None where they are not known (a step: where all is seen). `formulas` have the
    numbers put in, two where the axes differ; `notes` are ids with numbers. `part` names one of several nets.
    """

    layer: str
    output: Size
    trainable: int = 0
    not_trainable: int = 0
    multiply_adds: int = 0
    receptive_field: Size | None = None
    step: tuple[Fraction, ...] | None = None
    formulas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Mapping[str, Any], ...] = ()
    part: str = ""

    @property
    def parameters(self) -> int:
        """All numbers that are kept."""
        return self.trainable + self.not_trainable

    @property
    def activation_bytes(self) -> int:
        """Of what it gives for one example, in numbers of 32 bits."""
        n = 1
        for number in self.output:
            n *= number
        return BYTES * n

    def facts(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "layer": self.layer,
            **({"part": self.part} if self.part else {}),
            "output": list(self.output),
            "parameters": self.parameters,
            "trainable": self.trainable,
            "not_trainable": self.not_trainable,
            "multiply_adds": self.multiply_adds,
            "activation_bytes": self.activation_bytes,
            "receptive_field": None if self.receptive_field is None else list(self.receptive_field),
            "step": None if self.step is None else [int(n) if n.denominator == 1 else float(n) for n in self.step],
            "formulas": {name: list(lines) for name, lines in self.formulas.items()},
            "notes": [dict(note) for note in self.notes],
        }


@dataclass(frozen=True)
class LayerTable:
    """All layers of a net, for one example of the size `input`; its text is a table."""

    input: Size
    rows: tuple[Row, ...]

    @property
    def total(self) -> int:
        """Numbers that are kept, learned or not."""
        return sum(row.parameters for row in self.rows)

    @property
    def trainable(self) -> int:
        """Numbers that are learned."""
        return sum(row.trainable for row in self.rows)

    def facts(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "input": list(self.input),
            "layers": [row.facts() for row in self.rows],
            "total": self.total,
            "trainable": self.trainable,
            "not_trainable": self.total - self.trainable,
            "multiply_adds": sum(row.multiply_adds for row in self.rows),
            "activation_bytes": sum(row.activation_bytes for row in self.rows),
        }

    def __str__(self) -> str:
        cells = [("layer", "output", "parameters", "multiply-adds")]
        for row in self.rows:
            name = f"{row.part}: {row.layer}" if row.part else row.layer
            cells.append((name, written(row.output), f"{row.parameters:,}", f"{row.multiply_adds:,}"))
        cells.append(("total", "", f"{self.total:,}", f"{sum(row.multiply_adds for row in self.rows):,}"))
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)
