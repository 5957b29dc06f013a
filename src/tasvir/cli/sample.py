"""`tasvir sample MODEL_DIR -n N --out FILE.npz|DIR`: new images from a saved sampler."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tasvir.cli.answer import Json, Tell, answer, progress

#: What takes longer is announced.
LONG_S = 60


def sample(
    model: Annotated[Path, typer.Argument(metavar="MODEL_DIR", help="A model folder of a GAN, a VAE or a GaussianSampler.")],
    *,
    n: Annotated[int, typer.Option("-n", "--number", help="How many images.")],
    out: Annotated[Path, typer.Option(help="A .npz file, or a folder for PNG files, one sub-folder a class.")],
    label: Annotated[str | None, typer.Option(help="The class of all of them.  [default: in training proportion]")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same images.")] = 0,
    as_json: Json = False,
) -> None:
    """Draw new images from a saved sampler; what would not fit on the disk is refused."""
    from tasvir.apply.drawn import draw
    from tasvir.apply.drawn_cost import check_room, cost, size
    from tasvir.apply.drawn_files import check_out, write_drawn

    drawn = draw(model, n=n, label=label, seed=seed)
    check_out(drawn, out)
    found = cost(drawn, out)
    check_room(drawn, out, found)
    if found.seconds > LONG_S:
        room = f"{size(found.n_bytes)} on the disk ({size(found.free)} free)"
        print(f"{n} images: {_about(found.seconds)}, {room}, {drawn.at_once} at once in memory", file=sys.stderr)
    with progress("images") as tell:
        write_drawn(drawn, out, tell=_seldom(tell, n) if found.seconds > LONG_S else lambda done: None)
    labels = [word for block in drawn.labels() for word in block.tolist()] if n <= drawn.at_once else []
    answer({"out": str(out), "n": n, "labels": labels or None}, [f"{n} images: {out}"], as_json=as_json)


def _seldom(tell: Tell, n: int) -> Callable[[int], None]:
    """Tell at most once for each hundredth of all images."""
    told = 0

    def hear(done: int) -> None:
        nonlocal told
        if done * 100 // n > told:
            told = done * 100 // n
            tell(done, n, "")

    return hear


def _about(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600)):
        if seconds >= 2 * length:
            return f"about {seconds / length:.0f} {unit}"
    return f"about {max(1, round(seconds / 60))} min"
