"""Flags that come from a signature: every command that reads data takes each word of `LoadOptions`."""

import dataclasses
import inspect
import typing
from collections.abc import Callable
from typing import Annotated, Any

import typer

from tasvir.data.options import LoadOptions

#: What each word of `LoadOptions` means on the command line.
HELP = {
    "data_dir": "Where named sets lie, in it or in its sub-folders.  [default: $TASVIR_DATA]",
    "image_size": "Side in pixels that every image gets.  [default: as it is up to 64, else 64]",
    "fit": "How an image is made square: stretch it whole, or crop its centre.",
    "color": "Make all images RGB, or all gray.  [default: as they are]",
    "test": "The test file that belongs to a training file.",
    "manifest": "A CSV file that names each image and its label.",
    "file_column": "Column of the manifest with file names or stems.",
    "label_column": "Column of the manifest with labels.",
    "group_column": "Column of the manifest with groups (patients).",
    "split_column": "Column of the manifest with train, val or test.",
    "empty_label": "What an empty label cell means.",
    "skip_unreadable": "Go on without images that cannot be read, and count them.",
    "memory_limit": "Most memory for images, as 500MB; above it they are read from disk.  [default: half of all]",
    "seed": "Draws a split where none is given, and seeds all that is drawn later.",
}


def takes_data(command: Callable[..., Any]) -> Callable[..., Any]:
    """Replace the parameter `options` of `command` by one flag for each field of `LoadOptions`."""
    fields = dataclasses.fields(LoadOptions)

    def with_flags(**given: Any) -> Any:
        words = {field.name: given.pop(field.name) for field in fields}
        return command(**given, options=LoadOptions(**words))

    own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "options"]
    with_flags.__signature__ = inspect.Signature([*own, *map(_flag, fields)])
    with_flags.__annotations__ = {p.name: p.annotation for p in with_flags.__signature__.parameters.values()}
    with_flags.__doc__, with_flags.__name__ = command.__doc__, command.__name__
    return with_flags


def _flag(field: dataclasses.Field) -> inspect.Parameter:
    hint = typing.get_type_hints(LoadOptions)[field.name]
    option = typer.Option(help=HELP[field.name], show_default=field.default is not None)
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=Annotated[hint, option]
    )


def load(source: str, options: LoadOptions):
    """The data set that a command names."""
    from tasvir.data.load import load

    return load(source, options)
