"""The chapter of the planted study: the verdict, a table of arms, a curve, a grid of pictures."""

from dataclasses import dataclass, field
from statistics import fmean

import numpy as np

from tasvir.report.cells import Cells, Curve, Reading
from tasvir.report.difference import Difference, verdict_sentence
from tasvir.report.document import Chapter, Figure, Prose, Table, analysis, capital, say, trouble
from tasvir.report.numbers import percent
from tasvir.report.plots.curves import curve_keys, learning_curve
from tasvir.report.plots.dots import seed_plot
from tasvir.report.plots.pictures import picture_grid

NAME, TITLE = "toy", "A net beside neighbours"
ARMS, VERDICT = "toy/arms", "toy/verdict"
TITLES = {"neighbours": "the nearest images", "net": "the small net"}


@dataclass(frozen=True, eq=False)
class ToySummary:
    """Each arm's readings, the difference, and what is drawn."""

    arms: dict[str, tuple[Reading, ...]]
    difference: Difference | None = None
    loss: Curve | None = None
    best_epoch: int | None = None
    hardest: np.ndarray | None = None
    problems: dict[str, str] = field(default_factory=dict)


def summarise(cells: Cells) -> ToySummary | None:
    """What the two cells found; None where the run has neither."""
    if not cells.names(NAME):
        return None
    problems = {name: problem for name in (ARMS, VERDICT) if (problem := cells.problem(name))}
    readings = cells.metrics(ARMS, "balanced_accuracy")
    arms = {arm: tuple(r for r in readings if r.labels["arm"] == arm) for arm in TITLES}
    best_epoch, hardest = cells.facts(ARMS).get("best_epoch"), cells.array(ARMS, "hardest")
    return ToySummary(arms, _difference(cells), cells.curve(ARMS, "loss"), best_epoch, hardest, problems)


def _difference(cells: Cells) -> Difference | None:
    d = cells.metric(VERDICT, "difference")
    refused = str(cells.facts(VERDICT).get("refused") or "")
    return d and Difference(TITLES["net"], TITLES["neighbours"], d, p=cells.metric(VERDICT, "p"), refused=refused)


def compose(summary: ToySummary) -> Chapter:
    """The chapter as it is read."""
    told = verdict_sentence(summary.difference) if summary.difference else None
    blocks: list = [Prose((told,), "verdict")] if told else []
    blocks += [*trouble(summary.problems), *_arms(summary), *_drawn(summary)]
    blocks.append(analysis(say("A seed is one more training of the same net on the same images.")))
    return Chapter(NAME, TITLE, tuple(blocks), told, line="Learned")


def _arms(summary: ToySummary) -> tuple[Table | Figure, ...]:
    known = {TITLES[arm]: readings for arm, readings in summary.arms.items() if readings}
    if not known:
        return ()
    means = {arm: Reading(fmean(r.value for r in rs), record="; ".join(r.record for r in rs)) for arm, rs in known.items()}
    rows = tuple((capital(arm), str(len(known[arm])), percent(mean)) for arm, mean in means.items())
    caption = "Balanced accuracy on the test images, the mean over seeds."
    table = Table("toy-arms", caption, ("Arm", "Seeds", "Balanced accuracy"), rows)
    plot = seed_plot("", [(capital(arm), readings) for arm, readings in known.items()])
    return table, Figure("toy-seeds", "Balanced accuracy, a dot for each seed.", "Rows of dots.", (plot,))


def _drawn(summary: ToySummary) -> tuple[Figure, ...]:
    found = []
    if summary.loss is not None:
        curve = learning_curve("", summary.loss, mark=summary.best_epoch)
        keys = curve_keys(summary.loss)
        found.append(Figure("toy-loss", "Loss of the first seed's net.", "Falling curves.", (curve,), keys))
    if summary.hardest is not None:
        grid = picture_grid("", summary.hardest)
        found.append(
            Figure("toy-hardest", "The ten test images of which the first net is least sure.", "A grid of images.", (grid,))
        )
    return tuple(found)
