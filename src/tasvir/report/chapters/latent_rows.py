"""What the study of a latent plane found, a row for each net: its trainings, and the planes of their codes."""

from collections.abc import Sequence

from tasvir.report.cells import Cells
from tasvir.report.rows import Row, read_rows
from tasvir.report.view import View

CELLS, WALK, LATENTS = "latent", "latent/walk", "latent/latents"
MAIN, AUTOENCODER, MANY = "vae", "autoencoder", "many"
#: The last word of a cell that looks at the plane of a training.
PLANE = "plane"


def read_nets(cells: Cells) -> tuple[Row, ...]:
    """The nets that were trained, in the order of the study."""
    found = read_rows(cells, CELLS, without=(WALK, LATENTS))
    return tuple(row for row in found if row.first.last != PLANE)


def plane_of(row: Row) -> View | None:
    """The plane of the first seed, which is drawn."""
    return next((cell for cell in row.cells if cell.last == PLANE), None)


def planes_of(rows: Sequence[Row]) -> list[tuple[Row, View]]:
    """The nets of two latents, each with the plane that is drawn."""
    return [(row, plane) for row in rows if (plane := plane_of(row)) is not None]
