"""A window that moves along one axis: how often it fits, by which formula, and the padding that keeps the size."""

from dataclasses import dataclass, replace
from typing import Any

from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.layer import Sides, equals, sides
from tasvir.nets.arithmetic.reach import Reach
from tasvir.nets.arithmetic.sizes import Size, written

#: 'same', 'valid', or so many zeros on each side.
Padding = str | Sides


@dataclass(frozen=True)
class Window:
    """A kernel on `n` places with zeros `before` and `behind`; `formula` says how 'same' found these.

    With `ceil` a window may hang over the end, if it begins before the zeros behind.
    """

    n: int
    reach: Reach
    before: int = 0
    behind: int = 0
    formula: str = ""
    ceil: bool = False

    @property
    def n_outputs(self) -> int:
        steps = self.n + self.before + self.behind - self.reach.span
        return (-(-steps // self.reach.stride) + 1 - self._too_late) if self.ceil else steps // self.reach.stride + 1

    @property
    def _too_late(self) -> bool:
        """Whether the last window of `ceil` would begin in the zeros behind, and is left out."""
        steps = -(-(self.n + self.before + self.behind - self.reach.span) // self.reach.stride)
        return self.ceil and steps * self.reach.stride >= self.n + self.before

    @property
    def output(self) -> str:
        """How its outputs are counted."""
        zeros = f"2*{self.before}" if self.before == self.behind else f"{self.before} + {self.behind}"
        kernel, rate, stride = self.reach.kernel, self.reach.rate, self.reach.stride
        rounded, left_out = "ceil" if self.ceil else "floor", " - 1" if self._too_late else ""
        return equals(f"{rounded}(({self.n} + {zeros} - {rate}*({kernel}-1) - 1)/{stride}) + 1{left_out}", self.n_outputs)


def window(n: int, reach: Reach, padding: str | int) -> Window:
    """The window with this padding.

    >>> window(256, Reach(3), "same").formula
    '1*(3-1)/2 = 1'
    >>> window(256, Reach(4), "same").formula
    '1*(4-1) = 3 = 1 + 2'
    >>> window(256, Reach(5, stride=2, rate=2), "valid").output
    'floor((256 + 2*0 - 2*(5-1) - 1)/2) + 1 = 124'
    """
    if padding == "same":
        return _same(n, reach)
    zeros = 0 if padding == "valid" else int(padding)
    return Window(n, reach, zeros, zeros)


def _same(n: int, reach: Reach) -> Window:
    """As many outputs as fit n / stride, rounded up; an odd number of zeros leaves one more behind, as frameworks have it."""
    n_outputs = -(-n // reach.stride)
    total = max((n_outputs - 1) * reach.stride + reach.span - n, 0)
    before, behind = total // 2, total - total // 2
    rate, kernel = reach.rate, reach.kernel
    if reach.stride > 1:
        found = equals(f"max(({n_outputs}-1)*{reach.stride} + {rate}*({kernel}-1) + 1 - {n}, 0)", total)
        return Window(n, reach, before, behind, f"{found} = {before} + {behind}")
    if total % 2:
        return Window(n, reach, before, behind, f"{equals(f'{rate}*({kernel}-1)', total)} = {before} + {behind}")
    return Window(n, reach, before, behind, equals(f"{rate}*({kernel}-1)/2", before))


def windows(
    size: Size, kernel: Sides, padding: Padding, *, stride: Sides, rate: Sides = (1,), ceil: bool = False
) -> list[Window]:
    """One window an axis, each of which fits at least once."""
    places = size[:-1]
    kernels, strides, rates = (
        sides(values, len(places), what) for values, what in ((kernel, "kernel"), (stride, "stride"), (rate, "rate"))
    )
    zeros = zeros_of(padding, len(places))
    reaches = [Reach(*three) for three in zip(kernels, strides, rates, strict=True)]
    found = [replace(window(n, reach, pad), ceil=ceil) for n, reach, pad in zip(places, reaches, zeros, strict=True)]
    if any(one.n_outputs < 1 for one in found):
        _refuse(found)
    return found


def zeros_of(padding: Padding, n_axes: int) -> list[str | int]:
    """The padding of each axis."""
    return [padding] * n_axes if isinstance(padding, str) else [*sides(padding, n_axes, "padding")]


def _refuse(found: list[Window]) -> None:
    spans, places = _once([one.reach.span for one in found]), written(tuple(one.n for one in found))
    padded = tuple(one.n + one.before + one.behind for one in found)
    with_zeros = f" ({written(padded)} with its zeros)" if any(one.before for one in found) else ""
    tight = next(one for one in found if one.n_outputs < 1).reach
    how = f"{tight.rate}*({tight.kernel}-1) + 1 = {tight.span}"
    less = "rate or kernel" if tight.rate > 1 else "kernel"
    raise BadInputError(
        f"no output is left, as the effective kernel is {spans} on {places}{with_zeros}: {how}; give a smaller {less}, "
        "more padding, or a larger input"
    )


def _once(values: list[int]) -> str:
    return str(values[0]) if len(set(values)) == 1 else written(tuple(values))


def same_notes(found: list[Window], padding: Padding, *, strided_in_torch: bool = False) -> list[dict[str, Any]]:
    """What there is to say of 'same': an odd number of zeros, and a stride, which PyTorch refuses for it."""
    if padding != "same":
        return []
    notes: list[dict[str, Any]] = []
    for one in found:
        if one.before != one.behind:
            notes.append({"note": "uneven_padding", "before": one.before, "behind": one.behind})
        if one.reach.stride > 1 and not strided_in_torch:
            notes.append({"note": "same_with_stride", "n": one.n, "stride": one.reach.stride, "outputs": one.n_outputs})
    return [note for place, note in enumerate(notes) if note not in notes[:place]]
