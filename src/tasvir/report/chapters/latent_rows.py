"""What the study of a latent plane found, a row for each net, over its seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasvir.report.cells import Cells, Reading, over_trainings
from tasvir.report.name import Name
from tasvir.report.names import name_of
from tasvir.report.quantities import quantity
from tasvir.report.view import View, views
from tasvir.report.words.message import Shown

CELLS, WALK, LATENTS = "latent", "latent/walk", "latent/latents"
MAIN, AUTOENCODER, MANY = "vae", "autoencoder", "many"


@dataclass(frozen=True)
class Row:
    """A net: its id, its trainings, one a seed, and the planes of their codes."""

    arm: str
    trainings: tuple[View, ...]
    planes: tuple[View, ...]

    @property
    def name(self) -> Name:
        return name_of(f"{CELLS}/{self.arm}")

    @property
    def shown_plane(self) -> View | None:
        """The plane of the first seed, which is drawn."""
        return self.planes[0] if self.planes else None

    def reading(self, metric: str, **labels: str) -> Reading | None:
        """The mean of the trainings and, as its ends, their lowest and highest; of a single one its own interval."""
        cells = (*self.trainings, *self.planes)
        return over_trainings(cell.reading(metric, **labels) for cell in cells)

    def shown(self, metric: str, **labels: str) -> Shown:
        """The same as it is written."""
        return quantity(metric).write(self.reading(metric, **labels))


def read_rows(cells: Cells) -> tuple[Row, ...]:
    """The nets in the order of the study."""
    trainings: dict[str, list[View]] = {}
    planes: dict[str, list[View]] = {}
    for cell in views(cells, CELLS):
        if cell.name not in (WALK, LATENTS):
            _, arm, _, *rest = cell.name.split("/")
            (planes if rest else trainings).setdefault(arm, []).append(cell)
    return tuple(Row(arm, tuple(found), tuple(planes.get(arm, ()))) for arm, found in trainings.items())


def planes_of(rows: Sequence[Row]) -> list[tuple[Row, View]]:
    """The nets of two latents, each with the plane that is drawn."""
    return [(row, plane) for row in rows if (plane := row.shown_plane) is not None]


def find(rows: Sequence[Row], arm: str) -> Row | None:
    """The net of this id."""
    return next((row for row in rows if row.arm == arm), None)
