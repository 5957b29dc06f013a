"""What does a plane of codes look like? An explorer first, then answers, where classes live, where it is empty, and walks."""

from collections.abc import Sequence

import numpy as np

from tasvir.report.cells import Cells
from tasvir.report.chapters.latent_answers import collapsed, emptiness, holes, is_collapsed, places, separation, walks, where
from tasvir.report.chapters.latent_figures import (
    density_figure,
    explorer,
    grid_figure,
    grids_figure,
    holes_figure,
    latents_figure,
    scatter_figure,
    training_figure,
    walk_figure,
    ways_figure,
)
from tasvir.report.chapters.latent_rows import CELLS, LATENTS, MAIN, PLANE, WALK, plane_of, read_nets
from tasvir.report.document import Block, Chapter, Table, analysis, chapter, prose, table, trouble
from tasvir.report.numbers import MISSING, count, percent, plain, share_of
from tasvir.report.quantities import quantity
from tasvir.report.rows import Row, find
from tasvir.report.view import View, problems, view
from tasvir.report.words.message import Sentence, Shown, Words, literal, say, say_n

NAME, TITLE = "latent", say("The latent plane")


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run has no such net."""
    if not cells.names(CELLS):
        return None
    rows = read_nets(cells)
    main, walk, latents = find(rows, MAIN), view(cells, WALK), view(cells, LATENTS)
    names = tuple(map(str, cells.facts("data").get("class_names", ())))
    plane = None if main is None else plane_of(main)
    blocks: list[Block | None] = [
        _described(main),
        trouble(problems(cells, CELLS)),
        explorer(plane, names),
        grid_figure(plane),
        scatter_figure(plane, names),
        _places_table(plane, names),
        density_figure(plane),
        analysis(*(() if main is None else _told(main, names))),
        _nets_table(rows),
        holes_figure(rows, names),
        grids_figure(rows),
        analysis(holes(rows), *collapsed(rows)),
        walk_figure(walk),
        ways_figure(walk, plane),
        latents_figure(latents),
        analysis(*walks(walk, names)),
        training_figure(rows),
    ]
    return chapter(NAME, TITLE, *blocks, headline=_headline(main), line=TITLE)


#: What a plane is worth that tells nothing of an image.
EMPTY = say("Both latents of the VAE have collapsed: its plane tells nothing of an image, and no number of it means anything.")


def _told(main: Row, names: Sequence[str]) -> tuple[Sentence | None, ...]:
    """What the plane of the VAE says."""
    if is_collapsed(main):
        return (EMPTY,)
    return (*separation(main, names), places(plane_of(main), names), *emptiness(main))


def _described(main: Row | None) -> Block | None:
    intro = say(
        "A variational autoencoder that has two numbers for an image lays all images out in a plane. Its decoder draws an "
        "image at every place of it, also where no image lies."
    )
    if main is None:
        return prose(intro)
    training = main.first
    learned = say(
        "All nets learned from {n_train} images for {epochs} epochs; {n_held_out} images that none of them learned from are "
        "what is asked of them. Their hidden layers have {hidden} units.",
        n_train=training.count("n_train"),
        epochs=training.count("epochs"),
        n_held_out=training.count("n_held_out"),
        hidden=training.told("hidden"),
    )
    n_trainings = sum(cell.last != PLANE for cell in main.cells)
    luck = say_n(
        "Each net was trained {n} time: how much of what differs between them is luck, it cannot tell.",
        "Each net was trained {n} times; pictures, and what is said of single classes and latents, are of the first.",
        n=count(n_trainings),
    )
    return prose(intro, learned, luck)


def _headline(main: Row | None) -> Sentence | None:
    accuracy, prior = (None, None) if main is None else (main.reading("knn_accuracy"), main.reading("far_prior", of="draws"))
    if prior is None:
        return None
    if main is not None and is_collapsed(main):
        return EMPTY
    if accuracy is None:
        return say("{prior} of what the prior draws is far from all that the decoder has learned from.", prior=percent(prior))
    return say(
        "Two numbers tell the class of {accuracy} of the held-out images; {prior} of what the prior draws is far from all that "
        "the decoder has learned from.",
        accuracy=percent(accuracy),
        prior=percent(prior),
    )


def _nets_table(rows: Sequence[Row]) -> Table | None:
    caption = say(
        "The nets. Error: mean squared error of held-out images that are drawn again, 0..1 scale. Nats: the KL divergence of "
        "an image, all latents together. k-NN: held-out images by the nearest training codes. Grid: the share of the grid "
        "that is far from every training image's code. Holes: the share of the prior's draws that is far from all that the "
        "decoder has learned from; 1 % where a plane is full. Of several trainings the mean, the lowest and the highest."
    )
    columns = (
        say("Net"),
        say("Latents"),
        say("beta"),
        quantity("reconstruction_mse").title,
        quantity("kl").title,
        quantity("knn_accuracy").title,
        quantity("silhouette").title,
        quantity("far_grid").title,
        quantity("far_prior").title,
        quantity("fit_s").title,
    )
    return table("latent-nets", caption, columns=columns, rows=map(_net, rows))


def _net(row: Row) -> tuple[Words, ...]:
    training = row.first
    asked = [plain(training.parameters.get(name), training.record(name)) for name in ("n_components", "beta")]
    measured = [row.shown(name) for name in ("reconstruction_mse", "kl", "knn_accuracy", "silhouette")]
    far = [row.shown("far_grid", of="codes"), row.shown("far_prior", of="draws")]
    return row.name.alone, *asked, *measured, *far, row.shown("fit_s")


def _places_table(plane: View | None, class_names: Sequence[str]) -> Table | None:
    found = None if plane is None else plane.array("class_places")
    if plane is None or found is None:
        return None
    matrix, record = plane.array("confusion"), plane.record("class_places")
    rows: list[tuple[Words, ...]] = []
    for label, place in enumerate(found):
        name = class_names[label] if label < len(class_names) else str(label)
        if np.isfinite(place).all():
            centre = [Shown("decimal", float(value), record, digits=2) for value in place]
            rows.append((literal(name, record), where(*place), *centre, _found_again(matrix, label, plane)))
    caption = say(
        "Where each class lives in the plane of the VAE: the median of its training codes, and how many of its held-out "
        "images their nearest training codes tell."
    )
    columns = (say("Class"), say("Direction"), "z₁", "z₂", say("Found"))
    return table("latent-places", caption, columns=columns, rows=rows)


def _found_again(matrix: np.ndarray | None, label: int, plane: View) -> Words:
    if matrix is None or not matrix[label].sum():
        return MISSING
    return share_of(int(matrix[label, label]), int(matrix[label].sum()), plane.record("confusion"))
