"""What a caller may ask of the loader, as one object."""

from dataclasses import dataclass
from pathlib import Path

from tasvir.contracts.errors import BadInputError, BadTypeError

SMALLEST, LARGEST = 4, 1024


@dataclass(frozen=True)
class LoadOptions:
    """The words of `load_data`, checked."""

    data_dir: Path | None = None
    image_size: int | None = None
    color: bool | None = None
    seed: int = 0

    def __post_init__(self):
        if self.data_dir is not None:
            object.__setattr__(self, "data_dir", Path(self.data_dir).expanduser())
        if self.image_size is not None:
            _whole("image_size", self.image_size, SMALLEST, LARGEST)
        _whole("seed", self.seed, 0, 2**63 - 1)
        if self.color not in (None, True, False):
            raise BadTypeError(f"color={self.color!r}: expected True (RGB), False (gray) or None (as it is)")


def _whole(name: str, value, low: int, high: int) -> None:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise BadTypeError(f"{name}={value!r}: expected a whole number")
    if not low <= value <= high:
        raise BadInputError(f"{name}={value}: expected {low} to {high}")
