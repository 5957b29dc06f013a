"""Several numbers in one word of the command line."""

from tasvir.contracts.errors import BadInputError


def listed_sizes(name: str, words: str, *, example: str) -> tuple[int, ...]:
    """The whole numbers of at least 1 in 'words', which commas part; the error names the option.

    >>> listed_sizes("hidden", "500, 200", example="500,200,100")
    (500, 200)
    """
    parts = [part.strip() for part in words.split(",")]
    bad = next((part for part in parts if not (part.isascii() and part.isdigit() and len(part) < 10 and int(part) >= 1)), None)
    if bad is not None:
        raise BadInputError(f"{name}={words!r} holds {bad!r}: give whole numbers of at least 1 with commas, as {example}")
    return tuple(map(int, parts))
