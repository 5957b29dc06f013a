"""The chapter of the planted study: the verdict, a table of arms, a curve, a grid of pictures."""

from statistics import fmean

from tasvir.report.blocks import curves_figure
from tasvir.report.cells import Cells, Reading
from tasvir.report.differences import Difference, verdict_sentence
from tasvir.report.document import Chapter, analysis, chapter, figure, prose, table, trouble
from tasvir.report.name import Name
from tasvir.report.numbers import count, percent
from tasvir.report.plots.dots import seed_plot
from tasvir.report.plots.pictures import picture_grid
from tasvir.report.view import View, problems, view
from tasvir.report.words.message import say

NAME, TITLE = "toy", say("A net beside neighbours")
ARMS, VERDICT = "toy/arms", "toy/verdict"
NAMES = {
    "neighbours": Name(say("The nearest images"), say("the nearest images")),
    "net": Name(say("The small net"), say("the small net")),
}


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run has neither cell."""
    if not cells.names(NAME):
        return None
    arms, judge = view(cells, ARMS), view(cells, VERDICT)
    told = _verdict(judge)
    found = {arm: [r for r in arms.readings("balanced_accuracy") if r.labels["arm"] == arm] for arm in NAMES} if arms else {}
    hardest = arms.array("hardest") if arms else None
    return chapter(
        NAME,
        TITLE,
        prose(told, role="verdict"),
        trouble(problems(cells, NAME)),
        table(
            "toy-arms",
            say("Balanced accuracy on the test images, the mean over seeds."),
            columns=(say("Arm"), say("Seeds"), say("Balanced accuracy")),
            rows=((NAMES[arm].alone, count(len(readings)), _mean(readings)) for arm, readings in found.items()),
        ),
        figure(
            "toy-seeds",
            say("Balanced accuracy, a dot for each seed."),
            alt=say("Rows of dots."),
            panels=[seed_plot("", [(NAMES[arm].alone, readings) for arm, readings in found.items()])] if found else [],
        ),
        curves_figure(
            "toy-loss", say("Loss of the first seed's net."), [("", arms.curve("loss"), arms.facts["best_epoch"])] if arms else []
        ),
        figure(
            "toy-hardest",
            say("The ten test images of which the first net is least sure."),
            alt=say("A grid of images."),
            panels=[] if hardest is None else [picture_grid("", hardest)],
        ),
        analysis(say("A seed is one more training of the same net on the same images.")),
        headline=told,
        line=say("Learned"),
    )


def _verdict(judge: View | None):
    d = judge.reading("difference") if judge else None
    if judge is None or d is None:
        return None
    sides = {"of_arm": NAMES["net"], "of_against": NAMES["neighbours"]}
    difference = Difference("net", "neighbours", d=d, p=judge.reading("p"), refused=judge.facts.get("refused"), **sides)
    return verdict_sentence(difference)


def _mean(readings: list[Reading]):
    return percent(Reading(fmean(r.value for r in readings), record="; ".join(r.record for r in readings)))
