"""What a waiting person sees: one line a chapter, with the time left."""

import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

from tasvir.records.record import Record
from tasvir.studies.cell import Cell

#: The estimate is believed as if this share of it had been computed already, and had come true.
DOUBT = 0.1


class Progress:
    """Writes to `stream`: on a terminal the chapter's line is renewed, elsewhere it is written when the chapter ends.

    The time left is the `expected_s` of the cells to come, corrected by how the finished ones went.
    """

    def __init__(self, stream: TextIO | None = None, expected_s: Mapping[str, float] | None = None, *, jobs: int = 1) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.expected_s = dict(expected_s or {})
        self.jobs = jobs
        self.cells: Sequence[Cell] = ()
        self.left: dict[str, float] = dict(self.expected_s)
        self.fractions: dict[str, float] = {}
        self.lock = threading.RLock()
        self.spent = self.planned = 0.0

    def begin(self, cells: Sequence[Cell], done: Sequence[str]) -> None:
        """All cells of the study, and the names of those that were there already."""
        self.cells = cells
        self.left = {cell.name: self._expected(cell) for cell in cells if cell.name not in done}
        if done:
            self.say(f"{len(done)} of {len(cells)} parts are there already")

    def say(self, text: str) -> None:
        """A line of its own."""
        self._write(text, end="\n")

    def inside(self, cell: Cell) -> Callable[[float], None]:
        """A voice for one cell: it tells the fraction done, 0..1."""
        last = time.monotonic()

        def tell(fraction: float) -> None:
            nonlocal last
            with self.lock:
                self.fractions[cell.name] = fraction
                if cell.name in self.left and self.stream.isatty() and time.monotonic() - last > 0.5:
                    last = time.monotonic()
                    self._line(cell)

        return tell

    def done(self, cell: Cell, closing: Record) -> None:
        """A cell is complete, or failed."""
        with self.lock:
            self._done(cell, closing)

    def _done(self, cell: Cell, closing: Record) -> None:
        if closing.kind == "failure":
            self.say(f"{cell.name} failed: {' '.join(closing.data['error'].split())}")
        else:
            self.spent += closing.data["elapsed_s"]
            self.planned += self._expected(cell)
        self.left.pop(cell.name, None)
        chapter_ends = not any(other.chapter == cell.chapter for other in self.cells if other.name in self.left)
        if chapter_ends or self.stream.isatty():
            self._line(cell, end="\n" if chapter_ends else "")

    def _line(self, cell: Cell, end: str = "") -> None:
        chapter = [other for other in self.cells if other.chapter == cell.chapter]
        n_done = sum(other.name not in self.left for other in chapter)
        doubt_s = DOUBT * sum(self.expected_s.values())  # what little was computed so far does not say much
        pace = (self.spent + doubt_s) / (self.planned + doubt_s) if self.planned + doubt_s else 1.0
        self._write(f"{cell.chapter:<16} {n_done:>2}/{len(chapter):<2}  {time_left(pace * self.left_s())} left", end=end)

    def left_s(self) -> float:
        """Seconds that what is left takes side by side: never less than the longest part of it."""
        left = [seconds * (1.0 - self.fractions.get(name, 0.0)) for name, seconds in self.left.items()]
        return max(sum(left) / self.jobs, max(left, default=0.0))

    def _expected(self, cell: Cell) -> float:
        return self.expected_s.get(cell.name, 1.0)

    def _write(self, text: str, end: str) -> None:
        start = "\r\x1b[K" if self.stream.isatty() else ""
        self.stream.write(f"{start}{text}{end}")
        self.stream.flush()


def time_left(seconds: float) -> str:
    """'about 40 s', 'about 3 min'."""
    return f"about {seconds:.0f} s" if seconds < 90 else f"about {seconds / 60:.0f} min"
