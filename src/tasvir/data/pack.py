"""All images of a set in one array: in memory, or on disk where they would not fit or a copy is asked for."""

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.cache import Entry, cached
from tasvir.data.options import WINDOWS, LoadOptions
from tasvir.data.raw import Form, Levels, Pixels
from tasvir.data.resize import choose_form, depth_rule, resize_rule

LISTED = 5  # unreadable images named in an error or a note


@dataclass(frozen=True, eq=False)
class Packed:
    """The images in their form, which ones of the source they are, and what happened to them."""

    images: np.ndarray
    kept: np.ndarray
    resize_rule: str
    depth_rule: str = ""
    levels: Levels | str | None = None
    unreadable: tuple[str, ...] = ()


def pack(pixels: Pixels, options: LoadOptions) -> Packed:
    """The images of `pixels` as one uint8 array: a read-only memmap beyond `memory_limit`; a copy is kept if asked for."""
    if pixels.identity is None or not ((options.cache and pixels.keep_copy) or _too_large(pixels, options)):
        form = choose_form(pixels, options)
        sink = _Memory(len(pixels), form)
        kept = _pour(pixels, sink, options)
        return Packed(
            sink.finish(),
            kept,
            resize_rule=resize_rule(form, pixels.sizes()),
            depth_rule=depth_rule(form, pixels.shown),
            levels=_kept(form, pixels),
            unreadable=tuple(pixels.failures().values()),
        )
    words = (options.image_size, options.fit, options.color, options.skip_unreadable, options.value_range, options.clip)
    entry = cached(pixels.identity, words, lambda folder: _fill(pixels, options, folder))
    images = entry.memmap() if prod(entry.shape) > options.memory_bytes else entry.array()
    kept = np.arange(len(pixels)) if entry.kept is None else np.array(entry.kept)
    about: dict[str, Any] = {name: getattr(entry, name) for name in ("resize_rule", "depth_rule", "levels", "unreadable")}
    return Packed(images, kept, **about)


def _kept(form: Form, pixels: Pixels) -> Levels | str | None:
    """What a model keeps of how its images were shown."""
    return WINDOWS if form.levels is None and pixels.shown else form.levels


def _too_large(pixels: Pixels, options: LoadOptions) -> bool:
    return len(pixels) * prod(choose_form(pixels, options).shape) > options.memory_bytes


def _fill(pixels: Pixels, options: LoadOptions, folder: Path) -> Entry:
    """Write all images into a cache folder."""
    form = choose_form(pixels, options)
    with (folder / Entry.FILE).open("wb") as file:
        sink = _File(file, form)
        kept = _pour(pixels, sink, options)
    shape = sink.finish(folder / Entry.FILE)
    unreadable = tuple(pixels.failures().values())
    return Entry(
        folder,
        shape,
        resize_rule=resize_rule(form, pixels.sizes()),
        depth_rule=depth_rule(form, pixels.shown),
        levels=_kept(form, pixels),
        unreadable=unreadable,
        kept=kept.tolist() if unreadable else None,
    )


def _pour(pixels: Pixels, sink: "_Memory | _File", options: LoadOptions) -> np.ndarray:
    """Send all blocks to the sink; gives the indices of the images that could be read."""
    kept = [np.zeros(0, np.int64)]
    for indices, block in pixels.blocks(sink.form):
        sink.write(block, may_be_gray=sink.form.color and options.color is None)
        kept.append(indices)
    failures = list(pixels.failures().values())
    if failures and not options.skip_unreadable:
        count = f"{len(failures)} images cannot be read: " if len(failures) > 1 else ""
        raise DataFileError(f"{count}{listed(failures)}: repair or remove, or skip them with skip_unreadable")
    if len(kept) == 1:
        raise DataFileError(f"none of the {len(pixels)} images can be read: {listed(failures)}: check the files")
    return np.concatenate(kept)


def listed(lines: list[str] | tuple[str, ...]) -> str:
    """The first few of many lines in one."""
    more = f" and {len(lines) - LISTED} more" if len(lines) > LISTED else ""
    return "; ".join(lines[:LISTED]) + more


def has_color(block: np.ndarray) -> bool:
    """Whether some image of an RGB block differs in its channels."""
    return bool((block[..., 1:] != block[..., :1]).any())


class _Memory:
    """Gathers blocks in an array of the right size; RGB without any colour becomes gray in the end."""

    def __init__(self, n: int, form: Form):
        self.form = form
        self.images = np.empty((n, *form.shape), np.uint8)
        self.used = 0
        self.gray = form.color

    def write(self, block: np.ndarray, may_be_gray: bool) -> None:
        self.gray = self.gray and may_be_gray and not has_color(block)
        self.images[self.used : self.used + len(block)] = block
        self.used += len(block)

    def finish(self) -> np.ndarray:
        images = self.images[: self.used]
        return np.ascontiguousarray(images[..., 0]) if self.gray else images


class _File:
    """Gathers blocks in a file, in the same way."""

    def __init__(self, file: BinaryIO, form: Form):
        self.file, self.form = file, form
        self.used = 0
        self.gray = form.color

    def write(self, block: np.ndarray, may_be_gray: bool) -> None:
        self.gray = self.gray and may_be_gray and not has_color(block)
        self.file.write(np.ascontiguousarray(block).data)
        self.used += len(block)

    def finish(self, path: Path) -> tuple[int, ...]:
        """The shape of what the closed file holds."""
        shape = (self.used, *self.form.shape)
        if not self.gray:
            return shape
        colored = np.memmap(path, np.uint8, "r", shape=shape)
        with path.with_suffix(".gray").open("wb") as file:
            for image in colored:
                file.write(np.ascontiguousarray(image[..., 0]).data)
        del colored  # some systems replace no file that is mapped
        path.with_suffix(".gray").replace(path)
        return shape[:-1]
