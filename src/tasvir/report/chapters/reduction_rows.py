"""What a study of reductions found, a row for each method and size, over its seeds; and which row is recommended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tasvir.report.cells import Cells, Reading, over_trainings
from tasvir.report.name import Name
from tasvir.report.names import name_of
from tasvir.report.numbers import count
from tasvir.report.quantities import quantity
from tasvir.report.view import View, views
from tasvir.report.words.message import Sentence, Shown, say_n

CELLS, RAW, METRIC = "reduction", "raw", "knn_accuracy"
#: What recommends, and the cells in which it stands.
HELD_OUT, HELD_OUT_CELLS = "validation_accuracy", "held_out"
#: Half of a 95 % interval is so many standard errors.
Z = 1.96


@dataclass(frozen=True)
class Row:
    """A method in one size: its cells, one a seed, and the one in which it was judged on images that were held out."""

    method: str
    d: int
    cells: tuple[View, ...]
    judged: View | None = None

    @property
    def name(self) -> Name:
        """The method's."""
        return name_of(f"{CELLS}/{self.method}")

    @property
    def n(self) -> Shown:
        """How many numbers an image becomes."""
        return count(self.d, self.cells[0].record("dims"))

    @property
    def inside(self) -> Sentence:
        """Method and size within a sentence."""
        return say_n("{method} with {n} number", "{method} with {n} numbers", method=self.name.inside, n=self.n)

    def reading(self, metric: str) -> Reading | None:
        """Of the first seed, with its interval where it has one."""
        return self.cells[0].reading(metric, dim=self.d)

    def shown(self, metric: str) -> Shown:
        """The same as it is written."""
        return quantity(metric).write(self.reading(metric))

    @property
    def held_out(self) -> Reading | None:
        """The accuracy on training images that were held out."""
        return None if self.judged is None else self.judged.reading(HELD_OUT, dim=self.d)

    def over_seeds(self, metric: str) -> Reading | None:
        """The mean, and as its ends the lowest and the highest of several seeds."""
        return over_trainings(cell.reading(metric, dim=self.d) for cell in self.cells)


def read_rows(cells: Cells) -> tuple[Row, ...]:
    """All methods and sizes, the sizes of a method in order."""
    found: dict[tuple[str, int], list[View]] = {}
    judged: dict[tuple[str, int], View] = {}
    for cell in views(cells, CELLS):
        for d in cell.parameters.get("dims") or ():
            key = str(cell.parameters["method"]), int(d)
            if cell.last == HELD_OUT_CELLS:
                judged[key] = cell
            else:
                found.setdefault(key, []).append(cell)
    order = list(dict.fromkeys(method for method, _ in found))
    keys = sorted(found, key=lambda key: (order.index(key[0]), key[1]))
    return tuple(Row(*key, tuple(found[key]), judged.get(key)) for key in keys)


def floor(rows: Sequence[Row]) -> Row | None:
    """Raw pixels, where they were scored."""
    return next((row for row in rows if row.method == RAW and row.reading(METRIC)), None)


def best(rows: Sequence[Row]) -> Row | None:
    """The highest accuracy on training images that were held out."""
    return max((row for row in rows if row.held_out), key=lambda row: _value(row.held_out), default=None)


def recommended(rows: Sequence[Row]) -> Row | None:
    """The smallest code, of those the fastest to fit, within one standard error of the best; no test image is asked.

    L. Breiman et al., *Classification and regression trees* (1984): the rule of one standard error.
    """
    top = best(rows)
    reading = None if top is None else top.held_out
    if reading is None:
        return None
    low, high = reading.low, reading.high
    error = 0.0 if low is None or high is None else (high - low) / (2 * Z)
    near = [row for row in rows if _value(row.held_out) >= reading.value - error]
    return min(near, key=lambda row: (row.d, _value(row.reading("fit_s"))))


def same_size(rows: Sequence[Row], method: str, d: int) -> Row | None:
    """Another method with as many numbers."""
    return next((row for row in rows if (row.method, row.d) == (method, d)), None)


def by_method(rows: Sequence[Row], keep: Callable[[Row], bool] = lambda row: True) -> dict[str, list[Row]]:
    """The rows of each method but the floor."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.method != RAW and keep(row):
            found.setdefault(row.method, []).append(row)
    return found


def _value(reading: Reading | None) -> float:
    return float("-inf") if reading is None else reading.value
