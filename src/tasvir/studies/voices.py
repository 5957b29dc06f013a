"""What cells in other processes tell: each writes the fraction it has done into its scratch folder, and the parent reads it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: A fraction is written, and read, at most so often.
EVERY_S = 0.5
TOLD_FILE = "told"


@dataclass
class Writing:
    """A voice that goes with a cell into its process."""

    scratch: Path
    last_s: float = 0.0

    def __call__(self, fraction: float) -> None:
        if time.monotonic() - self.last_s > EVERY_S:
            self.last_s = time.monotonic()
            (self.scratch / TOLD_FILE).write_text(repr(float(fraction)))


@contextmanager
def listening(voices: Mapping[Path, Callable[[float], None]]) -> Iterator[None]:
    """While inside, what is written under each scratch folder is told to its voice here."""
    over = threading.Event()

    def listen() -> None:
        while not over.wait(EVERY_S):
            for scratch, tell in voices.items():
                try:
                    fraction = float((scratch / TOLD_FILE).read_text())
                except (OSError, ValueError):  # not begun, half written, or done
                    continue
                tell(fraction)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
