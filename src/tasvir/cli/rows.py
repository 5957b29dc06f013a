"""`tasvir transform|predict MODEL_DIR --data D --out FILE`: what a model says of every image, as a table; or images, cleaned."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tasvir.cli.answer import Json, answer
from tasvir.cli.options import takes_data
from tasvir.contracts.errors import BadInputError
from tasvir.data.options import LoadOptions

if TYPE_CHECKING:
    from tasvir.apply.rows import Rows
    from tasvir.data.dataset import Dataset

ModelDir = Annotated[Path, typer.Argument(metavar="MODEL_DIR", help="A model folder: from `tasvir fit`, or in a run's models.")]
Data = Annotated[str, typer.Option(help="A named set or a path. Images get the size and colour that the model takes.")]
OutOrFolder = Annotated[
    Path, typer.Option(help="The file to write, .npz or .csv, one that is there is replaced; of a denoiser also a new folder.")
]
Variance = Annotated[
    float | None, typer.Option(help="Of the noise (pixels of 0..1), for a denoiser that is told it.  [default: estimated]")
]
Out = Annotated[Path, typer.Option(help="The file to write, .npz or .csv. One that is there is replaced.")]


@takes_data
def transform(
    model_dir: ModelDir, *, data: Data, out: OutOrFolder, variance: Variance = None, as_json: Json = False, options: LoadOptions
) -> None:
    """Write the codes of every image, one row an image with its part, its place there and its label; or the images, cleaned."""
    from tasvir.apply.rows import ENDINGS, transformed_rows

    if out.suffix.lower() in ENDINGS:
        rows_of = functools.partial(transformed_rows, variance=variance)
        _write(rows_of, model_dir, data, out=out, options=options, as_json=as_json)
    else:
        _clean(model_dir, data, out=out, variance=variance, options=options, as_json=as_json)


@takes_data
def predict(model_dir: ModelDir, *, data: Data, out: Out, as_json: Json = False, options: LoadOptions) -> None:
    """Write the class of every image of a set, and the probability of each class: one row an image."""
    from tasvir.apply.rows import predicted_rows

    _write(predicted_rows, model_dir, data, out=out, options=options, as_json=as_json)


def _write(
    rows_of: "Callable[[Any, Dataset], Rows]", model_dir: Path, source: str, *, out: Path, options: LoadOptions, as_json: bool
) -> None:
    from tasvir.apply.intake import is_denoiser, load_for
    from tasvir.apply.rows import check_out, write_rows
    from tasvir.models.folder import load_model

    check_out(out)
    _check_apart(out, Path(source), options)
    model = load_model(model_dir)
    data = load_for(model, source, options, as_files=is_denoiser(model))
    rows = rows_of(model, data)
    write_rows(rows, out)
    columns = [*rows.each, *rows.heads]
    result = {"model": str(model_dir), "data": data.name, "out": str(out), "rows": len(data), "columns": columns}
    shown = ", ".join(columns[:8]) + (f" and {len(columns) - 8} more" if len(columns) > 8 else "")
    answer(result, [f"{out}: {len(data)} rows of {shown}"], as_json=as_json)


def _clean(model_dir: Path, source: str, *, out: Path, variance: float | None, options: LoadOptions, as_json: bool) -> None:
    """A folder of pictures, which only a denoiser can give."""
    from tasvir.apply.cleaned import check_folder, write_cleaned
    from tasvir.apply.intake import is_denoiser, load_for
    from tasvir.apply.rows import check_out
    from tasvir.models.folder import load_model

    model = load_model(model_dir)
    if not is_denoiser(model):
        check_out(out)
    check_folder(model, out)
    if out.resolve().is_relative_to(Path(source).resolve()):
        raise BadInputError(f"--out {out} lies in {source}, whose images would then be those too: give a folder elsewhere")
    noisy = load_for(model, source, options, as_files=True)
    write_cleaned(model, noisy, out, variance=variance)
    height, width, channels = model.space_.image_shape(model.image_shape)
    size = {"height": height, "width": width, "channels": channels}
    result = {"model": str(model_dir), "data": noisy.name, "out": str(out), "images": len(noisy), **size}
    shown = f"{height} x {width} pixels, {'gray' if channels == 1 else 'RGB'}, as the model was fitted on"
    answer(result, [f"{out}: {len(noisy)} images, cleaned, of {shown}"], as_json=as_json)


def _check_apart(out: Path, source: Path, options: LoadOptions) -> None:
    """`out` replaces no file that the set is read from."""
    read = [source, options.test, options.manifest, options.manifest and source / options.manifest]
    if out.exists() and any(path and path.exists() and out.samefile(path) for path in read):
        raise BadInputError(f"--out {out} is a file of the set itself, which it would replace: give another name")
