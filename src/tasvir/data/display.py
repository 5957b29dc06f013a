"""A set as it shows itself at a prompt and in a notebook."""

import base64
import io
from collections.abc import Mapping
from html import escape
from typing import Protocol

import numpy as np
from PIL import Image

MOST_SHOWN = 12  # images, and classes in the table
SIDE = 64  # pixels of the longer side of a shown image, at most
GAP = 2


class Labelled(Protocol):
    """What is shown of a set."""

    @property
    def name(self) -> str: ...
    @property
    def images(self) -> np.ndarray: ...
    @property
    def labels(self) -> np.ndarray: ...
    @property
    def split(self) -> np.ndarray: ...
    @property
    def class_names(self) -> tuple[str, ...]: ...
    @property
    def counts(self) -> Mapping[str, int]: ...


def one_line(dataset: Labelled) -> str:
    """Name, images in each part, shape of an image and number of classes."""
    counts = ", ".join(f"{n:,} {part}" for part, n in dataset.counts.items() if n) or "no images"
    shape = tuple(dataset.images.shape[1:])
    return f"Dataset {dataset.name!r}: {counts}; images {shape}, {len(dataset.class_names)} classes"


def card_html(dataset: Labelled) -> str:
    """The same line, images by part and class, and one image of each of the first classes."""
    return f"<div><p>{escape(one_line(dataset))}</p>{_strip_html(dataset)}{_table_html(dataset)}</div>"


def _table_html(dataset: Labelled) -> str:
    names = dataset.class_names[:MOST_SHOWN]
    more = len(dataset.class_names) - len(names)
    heads = [*map(escape, names), *([f"and {more} more"] if more else []), "all"]
    rows = [f"<tr><th></th>{''.join(f'<th>{head}</th>' for head in heads)}</tr>"]
    for part, total in dataset.counts.items():
        if total:
            labels = dataset.labels[dataset.split == part]
            counts = np.bincount(labels, minlength=len(dataset.class_names)).tolist()
            numbers = [*counts[:MOST_SHOWN], *([sum(counts[MOST_SHOWN:])] if more else []), total]
            rows.append(f"<tr><th>{part}</th>{''.join(f'<td>{number:,}</td>' for number in numbers)}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _strip_html(dataset: Labelled) -> str:
    """The first image of each class, in the order of the classes."""
    labels, first = np.unique(dataset.labels, return_index=True)
    if not len(labels) or 0 in dataset.images.shape:
        return ""
    png = io.BytesIO()
    _strip([_small(dataset.images[row]) for row in first[:MOST_SHOWN]]).save(png, "PNG")
    words = escape(", ".join(dataset.class_names[label] for label in labels[:MOST_SHOWN]), quote=True)
    source = base64.b64encode(png.getvalue()).decode()
    style = f"height:{SIDE}px;image-rendering:pixelated"
    return f'<img alt="{words}" title="{words}" style="{style}" src="data:image/png;base64,{source}"/>'


def _small(image: np.ndarray) -> Image.Image:
    picture = Image.fromarray(image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image)
    picture.thumbnail((SIDE, SIDE))
    return picture


def _strip(pictures: list[Image.Image]) -> Image.Image:
    """Pictures of one size side by side on white."""
    width, height = pictures[0].size
    strip = Image.new(pictures[0].mode, (len(pictures) * (width + GAP) - GAP, height), "white")
    for index, picture in enumerate(pictures):
        strip.paste(picture, (index * (width + GAP), 0))
    return strip
