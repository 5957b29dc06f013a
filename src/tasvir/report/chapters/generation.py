"""What generators make of the training images: how they look, how near and varied they are, what they teach, what they copy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tasvir.measures.copies import chance_of_copies
from tasvir.report.cells import Cells, Curve, Reading, labelled
from tasvir.report.document import Chapter, Figure, Prose, Sentence, Table, analysis, capital, listed, named, say, trouble
from tasvir.report.numbers import MINUS, MISSING, Shown, count, decimal, of_n, percent, seconds
from tasvir.report.plots.bars import value_bars
from tasvir.report.plots.curves import curve_keys, learning_curve
from tasvir.report.plots.pictures import picture_grid
from tasvir.report.titles import title_of

NAME, TITLE = "generation", "Generation"
CELLS = "generation"
SAMPLES, HELD_OUT = "samples", "held-out real"
_SPACES = {"embedding": "a classifier's features", "pixels": "raw pixels"}  # the first one recorded is spoken of
_METRICS = ("coverage", "density", "recall", "sharpness", "gan_train", "nearest_training", "copies", "fit_s", "sample_s")
_CURVES = {"elbo": "evidence lower bound", "reconstruction": "reconstruction", "kl": "KL divergence"}
_FEW_CLASSES = 4  # these are drawn large, below each other
_AS_SHARP = (0.8, 1.25)
_ACTIVE_NATS = 0.1
_LEVEL = 0.01  # of saying that a generator copies which does not


@dataclass(frozen=True, eq=False)
class Generator:
    """One generator: its readings by name, its samples, and how it was trained where it was."""

    cell: str
    title: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    readings: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    samples: np.ndarray | None = None
    real: np.ndarray | None = None
    decoded_grid: np.ndarray | None = None
    kl_per_latent: np.ndarray | None = None
    curves: Mapping[str, Curve] = field(default_factory=dict)

    def reading(self, name: str, **labels: str | None) -> Reading | None:
        """One of its readings; None where it was not taken."""
        return labelled(self.readings.get(name, ()), **labels)

    @property
    def gan_train(self) -> Reading | None:
        """Balanced accuracy on real images of a classifier that saw only its samples."""
        return self.reading("gan_train", of=None)

    @property
    def real_train(self) -> Reading | None:
        """The same of one that saw as many real images."""
        return self.reading("gan_train", of="real")

    @property
    def repeats(self) -> bool:
        """Whether so many samples that are called copies could not be fresh images; as many were held out beside them."""
        copies = self.reading("copies")
        return bool(copies and copies.n) and chance_of_copies(round(copies.value), copies.n, copies.n) < _LEVEL


@dataclass(frozen=True, eq=False)
class GenerationSummary:
    """All generators of a run; those that were measured, and a plane of decoded points."""

    generators: tuple[Generator, ...]
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def measured(self) -> tuple[Generator, ...]:
        """Generators whose samples were compared with real images."""
        return tuple(g for g in self.generators if g.reading("coverage") or g.gan_train)

    @property
    def best(self) -> Generator | None:
        """The one from whose samples a classifier learns most."""
        return max((g for g in self.measured if g.gan_train), key=lambda g: g.gan_train.value, default=None)

    @property
    def space(self) -> str | None:
        """The space that the sentences speak of."""
        known = {reading.labels.get("space") for g in self.measured for reading in g.readings.get("coverage", ())}
        return next((space for space in _SPACES if space in known), None)


def summarise(cells: Cells) -> GenerationSummary | None:
    """The generators of a run; None where it declares none."""
    names = cells.names(CELLS)
    if not names:
        return None
    problems = {name: cells.problem(name) for name in names}
    return GenerationSummary(
        tuple(_generator(cells, name) for name in names if problems[name] is None),
        {name: problem for name, problem in problems.items() if problem},
    )


def _generator(cells: Cells, name: str) -> Generator:
    facts = cells.facts(name)
    arrays = ("samples", "real", "decoded_grid", "kl_per_latent")
    curves = {curve: cells.curve(name, curve) for curve in _CURVES}
    return Generator(
        name,
        title_of(name),
        facts,
        {metric: cells.metrics(name, metric) for metric in _METRICS},
        *(cells.array(name, array) for array in arrays),
        {key: curve for key, curve in curves.items() if curve is not None},
    )


def compose(summary: GenerationSummary) -> Chapter:
    """The chapter as it is read."""
    intro = say(
        "A generator learns to draw new images of a class from the training images. Its samples are compared with real ones: "
        "by their neighbourhoods, by their sharpness, and by what a classifier learns from them alone."
    )
    blocks: list = [Prose((intro,)), *trouble(summary.problems), *_pictures(summary)]
    if summary.measured:
        blocks += [*_neighbours_table(summary), _worth_table(summary)]
    blocks += [*_decoded(summary), *_training(summary), *_latents(summary), *_trained(summary)]
    if summary.measured:
        told = (_lesson(summary), _coverage(summary), _sharpness(summary))
        blocks.append(analysis(*told, *_copies(summary)))
    return Chapter(NAME, TITLE, tuple(blocks), _headline(summary))


def _pictures(summary: GenerationSummary) -> tuple[Figure, ...]:
    drawn = [g for g in summary.generators if g.samples is not None]
    if not drawn:
        return ()
    names = tuple(map(str, drawn[0].facts.get("shown_classes") or ()))
    grids = [("Real images", drawn[0].real), *((named(g.title), g.samples) for g in drawn)]
    few = len(drawn[0].samples) <= _FEW_CLASSES
    columns, width_in = (8, 5.0) if few else (5, 2.6)
    panels = [picture_grid(t, x[:, :columns], row_names=names, width_in=width_in) for t, x in grids if x is not None]
    caption = "Real training images and samples of each generator, one class a row, none of them chosen."
    alt = "Grids of small images, real ones beside generated ones."
    return (Figure("generated-samples", caption, alt, tuple(panels), panel_rem=36 if few else 13),)


def _neighbours_table(summary: GenerationSummary) -> tuple[Table, ...]:
    rows = {}
    for space, words in _SPACES.items():
        for of in (HELD_OUT, SAMPLES):
            for g in summary.measured:
                found = [g.reading(name, space=space, of=of) for name in ("coverage", "density", "recall")]
                title = named(g.title) if of == SAMPLES else "Held-out real images"
                row = (title, capital(words), percent(found[0]), decimal(found[1], 2), percent(found[2]))
                if any(found):
                    rows.setdefault(tuple(map(str, row)), row)  # held-out images are the same beside every generator
    if not rows:
        return ()
    caption = (
        "Neighbourhoods, beside the values of as many held-out real images. Coverage: real images with a sample nearer than "
        "their fifth nearest real image; density: such neighbourhoods around a sample, a fifth each (1 is usual); recall: "
        "real images that lie within the like neighbourhood of a sample."
    )
    columns = ("Images", "Seen in", "Coverage", "Density", "Recall")
    bold = frozenset(i for i, row in enumerate(rows.values()) if row[0] == "Held-out real images")
    return (Table("neighbourhoods", caption, columns, tuple(rows.values()), bold),)


def _worth_table(summary: GenerationSummary) -> Table:
    rows = []
    for g in summary.measured:
        near = decimal(g.reading("nearest_training", of=SAMPLES), 3)
        sharp = decimal(g.reading("sharpness"), 2)
        times = (seconds(g.reading(name)) for name in ("fit_s", "sample_s"))
        rows.append((named(g.title), percent(g.gan_train), sharp, near, of_n(g.reading("copies")), *times))
    real = next((g.real_train for g in summary.measured if g.real_train), None)
    near = next((r for g in summary.measured if (r := g.reading("nearest_training", of=HELD_OUT))), None)
    if real or near:
        rows.append(("Real images", percent(real), Shown("1"), decimal(near, 3), MISSING, MISSING, MISSING))
    caption = (
        "What the samples are worth. GAN-train: balanced accuracy on real validation images of a classifier trained on samples "
        "alone; sharpness: 1 is that of real images; nearest: median distance to the nearest training image (root mean "
        "square, pixels from 0 to 1); copies: samples at most half as far from one training image as from its 50 nearest, "
        "and this more clearly than 99 % of held-out real images."
    )
    columns = ("Images", "GAN-train", "Sharpness", "Nearest", "Copies", "Fit", "Sampling")
    return Table("samples-worth", caption, columns, tuple(rows), frozenset([len(summary.measured)]))


def _decoded(summary: GenerationSummary) -> tuple[Figure, ...]:
    grids = [g for g in summary.generators if g.decoded_grid is not None]
    axes = ("component 1", "component 2")
    panels = tuple(picture_grid("", g.decoded_grid, axis_names=axes, width_in=5.0) for g in grids)
    caption = (
        "What a VAE of two components makes of a grid of points in its plane, spaced evenly in probability "
        "from the 5 % to the 95 % quantile."
    )
    return (Figure("decoded-grid", caption, "A square of images that change smoothly.", panels),) if panels else ()


def _training(summary: GenerationSummary) -> tuple[Figure, ...]:
    trained = [g for g in summary.measured if g.curves]
    if not trained:
        return ()
    pairs = [(g, name, curve) for g in trained for name, curve in g.curves.items()]
    mark = {g.cell: g.facts.get("best_epoch") for g in trained}
    title = {name: words if len(trained) == 1 else "{}: " + words for name, words in _CURVES.items()}
    panels = tuple(
        learning_curve(capital(title[name].format(named(g.title))), c, mark=mark[g.cell], width_in=2.5) for g, name, c in pairs
    )
    caption = (
        f"Training of {', '.join(named(g.title) for g in trained)}, in nats an image. The evidence lower bound is minus the sum "
        "of the two other curves; it is to rise."
    ) + (" The dotted line marks the epoch that was kept." if any(mark.values()) else "")
    keys = curve_keys(*(curve for _, _, curve in pairs))
    return (Figure("vae-training", caption, "Curves over the epochs.", panels, keys, panel_rem=13),)


def _latents(summary: GenerationSummary) -> tuple[Figure, ...]:
    known = [g for g in summary.measured if g.kl_per_latent is not None]
    names = {"x_name": "latent number, the most used first", "y_name": "nats an image"}
    panels = tuple(value_bars(named(g.title) if len(known) > 1 else "", np.sort(g.kl_per_latent)[::-1], **names) for g in known)
    caption = "How much each latent number tells about an image: its KL divergence from what is known without the image."
    return (Figure("kl-per-latent", caption, "Bars that fall from left to right.", panels),) if panels else ()


def _lesson(summary: GenerationSummary) -> Sentence | None:
    if summary.best is None:
        return None
    known = [(g.title, g.gan_train) for g in summary.measured if g.gan_train]
    told = listed(say("{v} ({title})", title=named(title), v=percent(r)) for title, r in known)
    text = "A classifier that learns from samples alone reaches a balanced accuracy of {told}"
    real = summary.best.real_train
    return say(text + ("; from as many real images, {real}." if real else "."), told=told, real=percent(real))


def _coverage(summary: GenerationSummary) -> Sentence | None:
    pairs = [(g.title, g.reading("coverage", space=summary.space, of=SAMPLES)) for g in summary.measured]
    told = listed(say("{v} ({title})", title=named(title), v=percent(r)) for title, r in pairs if r)
    if not told.parts:
        return None
    real = next((r for g in summary.measured if (r := g.reading("coverage", space=summary.space, of=HELD_OUT))), None)
    text = "Seen in {space}, samples cover this share of the real images: {told}"
    text += "; held-out real images cover {real}." if real else "."
    return say(text, space=_SPACES[summary.space], told=told, real=percent(real))


def _sharpness(summary: GenerationSummary) -> Sentence | None:
    known = [(g.title, r) for g in summary.measured if (r := g.reading("sharpness"))]
    told = listed(say("{v} ({title}, {how})", title=named(t), v=decimal(r, 2), how=_how_sharp(r.value)) for t, r in known)
    return say("Sharpness, where real images have 1: {told}.", told=told) if known else None


def _how_sharp(value: float) -> str:
    low, high = _AS_SHARP
    return "blurred" if value < low else "grainy" if value > high else "as sharp as real ones"


def _copies(summary: GenerationSummary) -> tuple[Sentence, ...]:
    known = [(g, r) for g in summary.measured if (r := g.reading("copies")) and r.n]
    if not known:
        return ()
    told = listed(say("{k} ({title})", k=of_n(r), title=named(g.title)) for g, r in known)
    text = "Samples that are near to one training image alone, more than 99 % of held-out real images are: {told}; "
    copiers = [named(g.title) for g, _ in known if g.repeats]
    if copiers:
        text += "of fresh images it would be at most one in a hundred, so {who} repeats training images."
        return (say(text, told=told, who=" and ".join(copiers)),)
    return (say(text + "no more than of fresh images, so there is no sign of copying.", told=told),)


def _trained(summary: GenerationSummary) -> tuple[Prose, ...]:
    told = (sentence(g) for g in summary.measured for sentence in (_used_latents, _bound))
    sentences = tuple(sentence for sentence in told if sentence is not None)
    return (Prose(sentences),) if sentences else ()


def _used_latents(generator: Generator) -> Sentence | None:
    nats = generator.kl_per_latent
    if nats is None:
        return None
    record = f"{generator.cell} kl_per_latent"
    shown = {"n": count(int((nats > _ACTIVE_NATS).sum()), record), "all": count(len(nats), record)}
    text = "{title}: {n} of its {all} latent numbers tell more than {nats} nats about an image."
    return say(text, title=named(generator.title), nats=f"{_ACTIVE_NATS:g}", **shown)


def _bound(generator: Generator) -> Sentence | None:
    """How far the training came, and whether it went on too long."""
    bound = generator.curves.get("elbo")
    valid = np.array(bound.series.get("valid", ()) if bound else ())
    if not np.isfinite(valid).any():
        return None
    best, last = int(np.nanargmax(valid)), int(np.flatnonzero(np.isfinite(valid))[-1])
    numbers = {"epoch": f"{bound.x[best]:g}", "last": f"{bound.x[last]:g}", "value": f"{valid[best]:.1f}".replace("-", MINUS)}
    text = "On validation images the bound of {title} was highest at epoch {epoch} of {last}, {value} nats"
    text += ", and ended {fall} lower." if best < last else ", where it ended."
    numbers["fall"] = f"{valid[best] - valid[last]:.1f}"
    return say(text, title=named(generator.title), **{name: Shown(number, bound.record) for name, number in numbers.items()})


def _headline(summary: GenerationSummary) -> Sentence | None:
    best = summary.best
    if best is None:
        return None
    text = "From samples alone, a classifier reaches a balanced accuracy of {value} at best ({best})"
    text += "; from as many real images, {real}." if best.real_train else "."
    return say(text, best=named(best.title), value=percent(best.gan_train), real=percent(best.real_train))
