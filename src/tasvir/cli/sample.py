"""`tasvir sample MODEL_DIR -n N --out FILE.npz|DIR`: new images from a saved sampler."""

from pathlib import Path
from typing import Annotated

import typer

from tasvir.cli.answer import Json, answer


def sample(
    model: Annotated[Path, typer.Argument(metavar="MODEL_DIR", help="A model folder of a VAE or a GaussianSampler.")],
    *,
    n: Annotated[int, typer.Option("-n", "--number", help="How many images.")],
    out: Annotated[Path, typer.Option(help="A .npz file, or a folder for PNG files, one sub-folder a class.")],
    label: Annotated[str | None, typer.Option(help="The class of all of them.  [default: in training proportion]")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same images.")] = 0,
    as_json: Json = False,
) -> None:
    """Draw new images from a saved sampler."""
    from tasvir.apply.drawn import draw, write_drawn

    images, labels = draw(model, n, label, seed)
    write_drawn(images, labels, out)
    result = {"out": str(out), "n": len(images), "labels": None if labels is None else labels.tolist()}
    answer(result, [f"{len(images)} images: {out}"], as_json=as_json)
