"""The size of one example: an image HxWxC, a sequence TxF, or F numbers; its last number is its channels, or features."""

import re

from tasvir.contracts.errors import BadInputError

Size = tuple[int, ...]
#: What has so many numbers is called.
THINGS = {3: "images HxWxC", 2: "sequences TxF", 1: "F numbers"}
#: What no layer has is a slip of the pen.
MOST = 1_000_000
#: Figures of Persian and Arabic writing.
FIGURES = {zero + n: str(n) for zero in (0x06F0, 0x0660) for n in range(10)}
CROSS = re.compile(r"\s*[xX×*]\s*")


def latin(text: str) -> str:
    """The same with Latin figures.

    >>> latin("۲۵۶×۲۵۶×۳")
    '256×256×3'
    """
    return text.translate(FIGURES)


def read_size(text: str) -> Size:
    """An example's size.

    >>> read_size("256x256x3"), read_size("28 × 28 × 1"), read_size("100")
    ((256, 256, 3), (28, 28, 1), (100,))
    """
    parts = CROSS.split(latin(text).strip())
    if not 1 <= len(parts) <= 3 or not all(part.isdecimal() for part in parts):
        raise BadInputError(f"input {text!r}: give HxWxC as 256x256x3, TxF as 50x8, or a number of features")
    if wrong := [part for part in parts if len(part) > 7 or not 1 <= int(part) <= MOST]:
        raise BadInputError(f"input {text!r}: {wrong[0]} is out of range, give numbers of 1 to {MOST:,}")
    return tuple(map(int, parts))


def written(size: tuple[object, ...]) -> str:
    """As a person writes it.

    >>> written((256, 256, 3))
    '256x256x3'
    """
    return "x".join(map(str, size))
