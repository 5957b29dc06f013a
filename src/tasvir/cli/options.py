"""Flags that come from a signature: each field of `LoadOptions`, or of a study's own options, is a flag."""

import dataclasses
import inspect
import re
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tasvir.contracts.errors import BadInputError, TasvirError
from tasvir.data.options import LoadOptions

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset

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
    "test_share": "Share of the images that is drawn for the test, where no test is given.",
    "cache": "Keep a copy of a folder's images in the cache (see `tasvir data cache`), to read it faster the next time.",
    "follow_links": "Read images also through links that lead out of the folder.",
    "group_folders": "The first folders below each class are groups, as patients are.",
    "clip": "Values beyond the value range become black or white; without it they are an error.",
    "value_range": "What becomes black and white in files of more than 8 bits.  [default: the set's range, or DICOM's windows]",
    "seed": "Draws a split where none is given, and seeds all that is drawn later.",
}

Source = Annotated[str, typer.Argument(metavar="DATA", help="A named set (see `tasvir data list`) or a path.")]
Out = Annotated[Path, typer.Option(help="The folder that holds runs.")]


@dataclass(frozen=True)
class Where:
    """Where nets are trained, and in which numbers."""

    device: str = field(default="auto", metadata={"help": "auto, cpu, or what torch calls an accelerator."})
    precision: str = field(
        default="auto", metadata={"help": "auto, fp32 or bf16: numbers of training steps; auto is bf16 where it is in hardware."}
    )


def takes_data(command: Callable[..., Any]) -> Callable[..., Any]:
    """Replace the parameter `options` of `command` by one flag for each field of `LoadOptions`."""
    return takes(command, {"options": LoadOptions})


def takes(command: Callable[..., Any], words: dict[str, type]) -> Callable[..., Any]:
    """Replace each parameter that `words` names by one flag for each field of its dataclass."""
    fields = {parameter: dataclasses.fields(kind) for parameter, kind in words.items()}

    def with_flags(**given: Any) -> Any:
        flags = set(given)
        taken = {parameter: {field.name: given.pop(field.name) for field in fields[parameter]} for parameter in fields}
        try:
            return command(**given, **{parameter: words[parameter](**values) for parameter, values in taken.items()})
        except TasvirError as error:
            raise type(error)(in_flags(str(error), flags)) from None

    own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name not in words]
    flags = [_flag(field, words[parameter]) for parameter in fields for field in fields[parameter]]
    with_flags.__signature__ = inspect.Signature([*own, *flags])  # type: ignore[attr-defined]
    with_flags.__annotations__ = {p.name: p.annotation for p in (*own, *flags)}
    with_flags.__doc__, with_flags.__name__ = command.__doc__, command.__name__
    return with_flags


def in_flags(line: str, parameters: Iterable[str]) -> str:
    """An error that names parameters of Python, as the command's flags are called.

    >>> in_flags("image_size=3: choose 4 to 1024, or leave image_size out", ["image_size"])
    '--image-size 3: choose 4 to 1024, or leave --image-size out'
    >>> in_flags("VAE(beta=-1): give a number of at least 0", ["seed"])
    'VAE(beta=-1): give a number of at least 0'
    """
    for name in parameters:
        flag = f"--{name.replace('_', '-')}"
        line = re.sub(rf"(?<![\w(.-]){name}=(?=\S)", f"{flag} ", line)
        if "_" in name:  # a word that is no other
            line = re.sub(rf"(?<![\w-]){name}(?![\w=])", flag, line)
    return line


def _flag(field: dataclasses.Field, owner: type) -> inspect.Parameter:
    hint = typing.get_type_hints(owner)[field.name]
    words = field.metadata.get("help") or HELP[field.name]
    names = field.metadata.get("flags", ())  # a switch that only turns on says so
    option = typer.Option(*names, help=words, show_default=field.default is not None)
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(field.name, keyword, default=field.default, annotation=Annotated[hint, option])


def load(source: str, options: LoadOptions) -> "Dataset":
    """The data set that a command names."""
    from tasvir.data.load import load

    return load(source, options)


def number_of(jobs: str) -> int | None:
    """What `--jobs` asks for; None for auto."""
    if jobs == "auto":
        return None
    if not jobs.isdecimal() or int(jobs) < 1:
        raise BadInputError(f"--jobs {jobs}: give a whole number of at least 1, or auto")
    return int(jobs)
