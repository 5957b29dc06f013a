"""What so many drawn images will take: seconds and room on the disk, measured on a few of them."""

import dataclasses
import io
import math
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tasvir.apply.drawn import Drawn
from tasvir.apply.drawn_files import png, write_npz
from tasvir.contracts.atomic import nearest_place
from tasvir.contracts.errors import DiskFullError

#: Samples that are drawn to measure.
PROBE = 256
#: Fewer samples than this many probes are not worth measuring.
WORTH_PROBES = 4
#: A file takes whole blocks of the disk.
BLOCK = 4096
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


@dataclass(frozen=True)
class Cost:
    """Of drawing and writing: `seconds`, `n_bytes` on the disk, and the bytes that are `free` there."""

    seconds: float
    n_bytes: int
    free: int


def cost(drawn: Drawn, out: Path) -> Cost:
    """Draw `PROBE` samples and pack them in memory; the rest goes in proportion. Nothing is measured for a few samples."""
    free = shutil.disk_usage(nearest_place(out.parent)).free
    if drawn.n < WORTH_PROBES * PROBE:
        return Cost(0.0, 0, free)
    probe = dataclasses.replace(drawn, n=PROBE)
    _packed(dataclasses.replace(drawn, n=1), out)  # the first draw of a net takes longer
    started = time.perf_counter()
    n_bytes = _packed(probe, out)
    seconds = time.perf_counter() - started
    share = drawn.n / PROBE
    return Cost(seconds * share, math.ceil(n_bytes * share), free)


def check_room(drawn: Drawn, out: Path, found: Cost) -> None:
    """Refuse what the disk cannot hold."""
    if found.n_bytes > found.free:
        raise DiskFullError(
            f"{drawn.n} images need about {size(found.n_bytes)} and the disk of {out} has {size(found.free)} free: "
            "ask for fewer, or name another place"
        )


def size(n_bytes: float) -> str:
    """'3.1 GB'."""
    step = min(len(UNITS) - 1, int(math.log10(max(1, n_bytes))) // 3)
    return f"{n_bytes / 1000**step:.3g} {UNITS[step]}"


def _packed(drawn: Drawn, out: Path) -> int:
    """The bytes that these samples take on the disk."""
    if out.suffix:
        file = io.BytesIO()
        write_npz(drawn, file, tell=lambda n: None)
        return len(file.getvalue())
    pictures = [png(picture) for images, _ in drawn.parts() for picture in images]
    return sum(math.ceil(len(picture) / BLOCK) * BLOCK for picture in pictures)
