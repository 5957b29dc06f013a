"""`tasvir explain MODEL_DIR IMAGE...`: what a classifier names in a user's own images, and where it looked."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from tasvir.cli.answer import Json, answer, table
from tasvir.cli.options import takes_data
from tasvir.cli.rows import ModelDir
from tasvir.cli.told import tell_problem
from tasvir.data.options import LoadOptions

#: Words of the loader that go with a set and its manifest, and not with single images.
OF_SETS = ("test", "manifest", "file_column", "label_column", "group_column", "split_column", "empty_label")


@takes_data
def explain(
    model_dir: ModelDir,
    images: Annotated[list[str], typer.Argument(metavar="IMAGE...", help="Image files, or folders of them; 50 images at most.")],
    *,
    out: Annotated[Path, typer.Option(help="The new folder to write.")] = Path("explanation"),
    data: Annotated[
        str | None, typer.Option(help="The set it was fitted on: the nearest training images are shown, too.")
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="A layer of the net, by its name or its place among the convolutions.  [default: the last]")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the page: en or fa.")] = "en",
    as_json: Json = False,
    options: LoadOptions,
) -> None:
    """Write a page that says of each image which class it is, how probably, and where the net looked, and a PNG of its map."""
    from tasvir.apply.intake import load_for, load_several
    from tasvir.explain.explained import MOST_IMAGES
    from tasvir.explain.grad_cam import find_layer
    from tasvir.models.folder import load_model
    from tasvir.studies.explanation import PAGE, check_folder, write_explanation

    check_folder(out, lang)
    classifier = load_model(model_dir)
    chosen = int(layer) if layer is not None and layer.removeprefix("-").isdecimal() else layer
    find_layer(classifier, chosen)  # before an image is read
    own: dict[str, Any] = dict.fromkeys(OF_SETS)
    X, names = load_several(classifier, images, dataclasses.replace(options, **own), most=MOST_IMAGES)
    learned = None if data is None else load_for(classifier, data, options, labelled=True)
    told = write_explanation(
        classifier, X, out, names=names, title=model_dir.resolve().name, layer=chosen, learned=learned, lang=lang
    )
    page = out / PAGE
    shown = table([_row(one) for one in told])
    answer({"model": str(model_dir), "page": str(page), "images": told}, [f"Page: {page}", *shown], as_json=as_json)
    tell_problem(lang)


def _row(told: dict[str, Any]) -> dict[str, str]:
    return {"image": told["name"], "named": told["classes"][0], "probability": f"{told['probabilities'][0]:.1%}"}
