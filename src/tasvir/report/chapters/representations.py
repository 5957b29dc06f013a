"""How much of the classes survives in a few numbers an image: raw pixels, PCA, Isomap, autoencoders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tasvir.report.cells import Cells, Curve, Reading
from tasvir.report.document import Chapter, Figure, Prose, Sentence, Table, analysis, say, trouble
from tasvir.report.fitting import Training, fitting_sentence, read_training
from tasvir.report.numbers import Shown, count, decimal, lead, percent, seconds
from tasvir.report.plots.curves import curve_keys, learning_curve
from tasvir.report.plots.dots import dot_plot
from tasvir.report.plots.pictures import picture_row
from tasvir.report.plots.scatter import class_keys, class_scatter
from tasvir.report.titles import title_of

NAME, TITLE = "representations", "Representations"
CELLS = "representation"


@dataclass(frozen=True, eq=False)
class Representation:
    """One method at one size: how well it keeps the classes, what it cost, and what it looks like."""

    cell: str
    title: str
    method: str
    n_components: int
    knn: Reading | None = None
    mse: Reading | None = None
    fit_s: Reading | None = None
    transform_s: Reading | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    loss: Curve | None = None
    originals: np.ndarray | None = None
    reconstructions: np.ndarray | None = None
    embedding: np.ndarray | None = None
    embedding_labels: np.ndarray | None = None

    @property
    def is_raw(self) -> bool:
        """Whether these are the pixels themselves."""
        return self.method == "raw"

    @property
    def label(self) -> str:
        """Method and size: 'PCA · 32'."""
        return self.title if self.is_raw else f"{self.title} · {self.n_components}"

    @property
    def words(self) -> str:
        """The same inside a sentence."""
        return self.title if self.is_raw else f"{self.title} with {self.n_components} components"

    @property
    def size_record(self) -> str:
        """Where the number of components is recorded; raw pixels are as many as the images say."""
        return "data image_shape" if self.is_raw else f"{self.cell} n_components"

    @property
    def training(self) -> Training | None:
        """What its loss curve says, where it was trained."""
        return read_training(self.loss)


@dataclass(frozen=True, eq=False)
class RepresentationsSummary:
    """All representations of a run; the best ones are chosen by k-NN accuracy on the test images."""

    rows: tuple[Representation, ...]
    class_names: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def ranking(self) -> tuple[Representation, ...]:
        """Learned representations, best first; raw pixels are not among them."""
        scored = [row for row in self.rows if row.knn is not None and not row.is_raw]
        return tuple(sorted(scored, key=lambda row: -row.knn.value))

    @property
    def raw(self) -> Representation | None:
        """The raw pixels."""
        return next((row for row in self.rows if row.is_raw and row.knn is not None), None)

    def sizes(self) -> tuple[int, ...]:
        """Numbers of components that were tried, without raw pixels."""
        return tuple(sorted({row.n_components for row in self.rows if not row.is_raw}))


def summarise(cells: Cells) -> RepresentationsSummary | None:
    """The representations of a run; None where it declares none."""
    names = cells.names(CELLS)
    if not names:
        return None
    data = cells.facts("data")
    problems = {name: cells.problem(name) for name in names}
    return RepresentationsSummary(
        tuple(_row(cells, name) for name in names if problems[name] is None),
        tuple(map(str, data.get("class_names", ()))),
        problems={name: problem for name, problem in problems.items() if problem},
    )


def _row(cells: Cells, name: str) -> Representation:
    asked, facts = cells.parameters(name), cells.facts(name)
    method = name.split("/")[1]
    metrics = ("knn_accuracy", "reconstruction_mse", "fit_s", "transform_s")
    arrays = ("originals", "reconstructions", "embedding", "embedding_labels")
    return Representation(
        name,
        title_of(name),
        method,
        int(asked.get("n_components") or name.split("/")[-1]),
        *(cells.metric(name, metric) for metric in metrics),
        facts,
        cells.curve(name, "loss"),
        *(cells.array(name, array) for array in arrays),
    )


def compose(summary: RepresentationsSummary) -> Chapter:
    """The chapter as it is read."""
    intro = say(
        "Each method turns an image into a few numbers. The classes that a k-nearest-neighbour classifier can still tell "
        "apart in them are the measure: its k is chosen on training images, its accuracy is that on the test images."
    )
    blocks: list = [Prose((intro,)), *trouble(summary.problems)]
    if summary.rows:
        blocks += [_scores_table(summary), *_dots(summary), _pixels_table(summary)]
        blocks += [*_reconstructions(summary), *_scatters(summary), *_losses(summary)]
        blocks.append(analysis(_best(summary), _against_raw(summary), *_fitting(summary)))
    return Chapter(NAME, TITLE, tuple(blocks), _headline(summary), line="Learned")


def _scores_table(summary: RepresentationsSummary) -> Table:
    rows = []
    for row in summary.rows:
        numbers = (
            count(row.n_components, row.size_record),
            percent(row.knn),
            count(row.facts.get("k"), f"{row.cell} k"),
            decimal(row.mse, 4),
            count(row.facts.get("n_fit"), f"{row.cell} n_fit"),
            seconds(row.fit_s),
            seconds(row.transform_s),
        )
        rows.append((row.title, *numbers))
    best = summary.ranking[:1]
    return Table(
        "knn-scores",
        "k-NN accuracy on the test images with its 95 % interval, for each method and number of components. The error "
        "is the mean squared one of reconstructed test images, on the scale from 0 to 1.",
        ("Method", "Numbers", "k-NN accuracy", "k", "Error", "Fitted on", "Fit", "Transform"),
        tuple(rows),
        frozenset(i for i, row in enumerate(summary.rows) if row in best),
    )


def _pixels_table(summary: RepresentationsSummary) -> Table:
    words = {row.title: str(row.facts.get("pixels") or "–") for row in summary.rows}
    caption = "What was done to the pixels before each method."
    return Table("pixels", caption, ("Method", "Pixels"), tuple(words.items()))


def _dots(summary: RepresentationsSummary) -> tuple[Figure, ...]:
    panels = []
    for size in summary.sizes():
        rows = [r for r in summary.rows if (r.is_raw or r.n_components == size) and r.knn is not None]
        if rows:
            panels.append(dot_plot(f"{size} components", [(row.title, row.knn) for row in rows]))
    if not panels:
        return ()
    caption = "k-NN accuracy with 95 % intervals; raw pixels beside each size, the highest coloured."
    return (Figure("knn-accuracy", caption, "Dots with intervals, one row for each method.", tuple(panels)),)


def _reconstructions(summary: RepresentationsSummary) -> tuple[Figure, ...]:
    panels = []
    shown = None
    for row in summary.rows:
        if row.reconstructions is None or row.originals is None:
            continue
        if shown is None or not np.array_equal(row.originals, shown):
            shown = row.originals
            panels.append(picture_row("Originals", shown, wide=True))
        panels.append(picture_row(row.label, row.reconstructions, wide=True))
    if not panels:
        return ()
    caption = "Test images, and below them what each method makes of them from its few numbers."
    return (Figure("reconstructions", caption, "Original images above their reconstructions.", tuple(panels)),)


def _scatters(summary: RepresentationsSummary) -> tuple[Figure, ...]:
    rows = [row for row in summary.rows if row.embedding is not None and row.embedding_labels is not None]
    if not rows:
        return ()
    names = summary.class_names or tuple(str(i) for i in range(max(int(r.embedding_labels.max()) for r in rows) + 1))
    panels = tuple(class_scatter(r.title, r.embedding, r.embedding_labels, class_names=names) for r in rows)
    caption = "Test images by their two components. A class has its name at its median where no other is near."
    return (Figure("scatter", caption, "Clouds of points in the plane.", panels, class_keys(names)),)


def _losses(summary: RepresentationsSummary) -> tuple[Figure, ...]:
    rows = [row for row in summary.rows if row.loss is not None]
    if not rows:
        return ()
    panels = tuple(learning_curve(row.label, row.loss, mark=row.facts.get("best_epoch")) for row in rows)
    caption = "Loss of the autoencoders during training: mean squared error, on training and on validation images."
    keys = curve_keys(*(row.loss for row in rows))
    return (Figure("autoencoder-loss", caption, "Falling curves over the epochs.", panels, keys),)


def _best(summary: RepresentationsSummary) -> Sentence | None:
    if len(summary.ranking) < 2:
        return None
    best, second = summary.ranking[:2]
    overlap = best.knn.overlaps(second.knn)
    verdict = {True: "the intervals overlap, so the order of the two may be chance", False: "the intervals do not overlap"}
    return say(
        "Best of {tried} is {best} at {first}, ahead of {second} at {value} by {lead}"
        + (f"; {verdict[overlap]}." if overlap is not None else "."),
        tried=Shown(str(len(summary.ranking))),
        best=best.words,
        first=percent(best.knn),
        second=second.words,
        value=percent(second.knn),
        lead=lead(best.knn, second.knn),
    )


def _against_raw(summary: RepresentationsSummary) -> Sentence | None:
    if not summary.ranking or summary.raw is None:
        return None
    best, raw = summary.ranking[0], summary.raw
    words = "less than" if best.knn.value < raw.knn.value else "more than"
    overlap = best.knn.overlaps(raw.knn)
    return say(
        "Raw pixels reach {value}: the best keeps {lead} "
        + words
        + " they do, in {small} numbers instead of {large}"
        + ("" if overlap is None else ", and the intervals overlap" if overlap else ", beyond both intervals")
        + ".",
        value=percent(raw.knn),
        lead=lead(best.knn, raw.knn),
        small=count(best.n_components, best.size_record),
        large=count(raw.n_components, raw.size_record),
    )


def _fitting(summary: RepresentationsSummary) -> tuple[Sentence | None, ...]:
    trained = [(row, row.training) for row in summary.rows if row.training is not None]
    over = [(row, training) for row, training in trained if training.overfits]
    if over:
        row, training = max(over, key=lambda pair: pair[1].rise)
        return (fitting_sentence(row.words, training),)
    best = next(((row, t) for row in summary.ranking for r, t in trained if r is row), None)
    if best is None:
        return ()
    if len(trained) > 1 and not best[1].still_falling:
        n = Shown(str(len(trained)), "; ".join(t.record for _, t in trained))
        return (say("None of the {n} trained autoencoders over-fits: no validation loss rises steadily after its lowest.", n=n),)
    return (fitting_sentence(best[0].words, best[1]),)


def _headline(summary: RepresentationsSummary) -> Sentence | None:
    if not summary.ranking:
        return None
    best = summary.ranking[0]
    text = "Best is {best}: k-NN accuracy {value}"
    text += "; raw pixels give {raw}." if summary.raw else "."
    return say(text, best=best.words, value=percent(best.knn), raw=percent(summary.raw and summary.raw.knn))
