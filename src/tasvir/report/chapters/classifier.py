"""How well a net tells the classes apart, beside baselines that need none."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np

from tasvir.measures.classification import roc_curve
from tasvir.report.blocks import arms_figure, arms_table, confusion_figure
from tasvir.report.cells import Cells, Reading
from tasvir.report.chapters import classifier_classes as by_class
from tasvir.report.chapters.classifier_training import (
    fitting_sentences,
    learning_figure,
    temperature_sentence,
    titled_net,
    training_table,
)
from tasvir.report.differences import Difference, differences_table, read_differences, verdict_sentence
from tasvir.report.document import Block, Chapter, Figure, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.names import name_of
from tasvir.report.numbers import count, percent, points
from tasvir.report.plots.roc import Roc, roc_keys, roc_plot
from tasvir.report.quantities import quantity
from tasvir.report.view import View, problems, view, views
from tasvir.report.words.message import Sentence, Shown, Words, listed, say, say_n

NAME, TITLE = "classifier", say("Classifier")
NETS, BASELINES, COMPARISON = "classifier", "baseline", "comparison"
MAJORITY, UNSEEN = f"{BASELINES}/majority", f"{COMPARISON}/unseen"
METRIC = "balanced_accuracy"


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run declares no classifier."""
    if not cells.names(NETS) and not cells.names(BASELINES):
        return None
    nets, baselines = views(cells, NETS), views(cells, BASELINES)
    names = tuple(map(str, cells.facts("data").get("class_names", ())))
    judge = view(cells, COMPARISON)
    judged = [d for d in read_differences(judge, "") if not d.too_few_seeds]
    described = judge.readings("balanced_accuracy_difference") if judge else ()
    net = next(iter(nets), None)
    intro = say(
        "A net learns the classes from the training images, for a number of epochs that is set before, and the test images are "
        "scored once. The baselines need no net: the most frequent class, the nearest raw pixels, logistic regression, and a "
        "support vector machine on principal components."
    )
    blocks: list[Block | None] = [prose(intro), trouble(problems(cells, NETS, BASELINES, COMPARISON))]
    blocks += [
        *_scores(nets, baselines),
        _described_table(() if judged else described),
        differences_table("net-differences", judged),
    ]
    blocks += [by_class.classes_table(net, names), training_table(net), learning_figure(nets)]
    if net is not None:
        blocks += [_confusion(net, names), _roc(net, baselines, names), by_class.gallery(net, names)]
        told = (_result(nets), by_class.screening_sentence(net, names), by_class.unseen_sentence(net, view(cells, UNSEEN)))
        compared = map(verdict_sentence, judged) if judged else _described(described)
        trained = (temperature_sentence(net), *fitting_sentences(net), by_class.mistake_sentence(net, names))
        blocks.append(analysis(*told, *compared, *trained))
    return chapter(NAME, TITLE, *blocks, headline=_headline(nets, baselines, judged), line=say("Learned"))


def _scores(nets: Sequence[View], baselines: Sequence[View]) -> tuple[Table | None, Table | None, Figure | None]:
    """What is answered, what the probabilities are worth, and the first as a figure."""
    metrics = ("accuracy", METRIC, "auc")
    rows = (*nets, *baselines)

    def titled(row: View) -> Words:
        return titled_net(row, len(nets)) if row in nets else row.title

    answers = say("Scores on the test images with 95 % intervals.")
    worth = say("What the probabilities are worth on the test images, with 95 % intervals.")
    asked, losses = (
        arms_table(name, caption, rows, metrics=shown, head=say("Classifier"), titles=titled, bold=range(len(nets)))
        for name, caption, shown in (
            ("classifier-scores", answers, (*metrics, "fit_s")),
            ("classifier-losses", worth, ("log_loss", "brier")),
        )
    )
    drawn = say("The same scores with their 95 % intervals; the highest is coloured, the majority baseline left out.")
    return (
        asked,
        losses,
        arms_figure("scores", drawn, [row for row in rows if row.name != MAJORITY], metrics=metrics, titles=titled),
    )


def _described_table(differences: Sequence[Reading]) -> Table | None:
    rows = [(name_of(d.labels["arm"]).alone, name_of(d.labels["against"]).alone, points(d)) for d in differences]
    caption = say(
        "Differences in balanced accuracy on the same test images, with 95 % intervals of the paired bootstrap: of the first "
        "seed, and described only. Another training of the same net may differ from it by more."
    )
    columns = (say("Classifier"), say("Against"), quantity("balanced_accuracy_difference").title)
    return table("differences", caption, columns=columns, rows=rows)


def _confusion(net: View, names: Sequence[str]) -> Figure | None:
    caption = say("Test images of each class (rows) by the class that {net} gave them (columns).", net=net.inside)
    return confusion_figure("confusion", caption, net.array("confusion"), class_names=names)


def _roc(net: View, baselines: Sequence[View], names: Sequence[str]) -> Figure | None:
    rows = (net, *(row for row in baselines if row.name != MAJORITY))
    curves = [roc for row in rows if (roc := _roc_of(row)) is not None]
    caption = say("Receiver operating characteristic on the test images.")
    if len(names) == 2:
        caption = say("Receiver operating characteristic on the test images; the positive class is {name}.", name=names[1])
    panels = [roc_plot(curves)] if curves else []
    return figure("roc", caption, alt=say("Rising curves above the diagonal."), panels=panels, keys=roc_keys(curves))


def _roc_of(row: View) -> Roc | None:
    """The ROC of a two-class score; None where there are more classes or the test has only one of them."""
    probabilities, y_true = row.array("probabilities"), row.array("y_true")
    if probabilities is None or y_true is None or probabilities.shape[1] != 2 or len(np.unique(y_true)) != 2:
        return None
    return row.title, *roc_curve(y_true, probabilities[:, 1])


def _balanced(nets: Sequence[View]) -> list[Reading]:
    return [reading for net in nets if (reading := net.reading(METRIC)) is not None]


def _result(nets: Sequence[View]) -> Sentence | None:
    balanced, net = _balanced(nets), nets[0].inside
    if not balanced:
        return None
    if len(balanced) == 1:
        scores = {"accuracy": nets[0].shown("accuracy"), "balanced": percent(balanced[0])}
        return say("{net} reaches an accuracy of {accuracy} and a balanced accuracy of {balanced}.", net=net, **scores)
    ends = (choose(balanced, key=lambda r: r.value) for choose in (min, max))
    low, high = (percent(replace(end, low=None)) for end in ends)
    return say_n(
        "Over {n} seed {net} reaches a balanced accuracy of {mean} on average, from {low} to {high}.",
        "Over {n} seeds {net} reaches a balanced accuracy of {mean} on average, from {low} to {high}.",
        n=count(len(balanced)),
        net=net,
        mean=_mean(balanced),
        low=low,
        high=high,
    )


def _mean(readings: Sequence[Reading]) -> Shown:
    """One reading as it is; of several the mean, traced to all."""
    if len(readings) == 1:
        return percent(readings[0])
    record = "; ".join(reading.record for reading in readings)
    return percent(Reading(fmean(reading.value for reading in readings), record=record))


def _described(differences: Sequence[Reading]) -> list[Sentence]:
    """One training of a net is described: its luck cannot be told from the recipe."""
    if not differences:
        return []
    told = (say("{against} {d}", against=name_of(d.labels["against"]).inside, d=points(d)) for d in differences)
    return [
        say(
            "The net's balanced accuracy minus that of the baselines: {told}. This is the first seed alone, described and not "
            "judged: with 3 seeds and more (--profile standard) there is a verdict.",
            told=listed(told, ", "),
        )
    ]


def _headline(nets: Sequence[View], baselines: Sequence[View], judged: Sequence[Difference]) -> Words | None:
    balanced = _balanced(nets)
    if not balanced:
        return None
    shown: dict[str, Words] = {"net": nets[0].title, "value": _mean(balanced)}
    others = [row for row in baselines if row.name != MAJORITY and row.reading(METRIC) is not None]
    if not others:
        return say("{net}: balanced accuracy {value}.", **shown)
    told = listed((say("{name} {value}", name=row.inside, value=row.shown(METRIC)) for row in others), ", ")
    said = say("{net}: balanced accuracy {value}; {baselines}.", baselines=told, **shown)
    if not judged:
        return said
    verdicts = (_short_verdict(d) for d in judged if d.against != MAJORITY)
    return listed([said, *verdicts], " ")


def _short_verdict(d: Difference) -> Sentence:
    shown: dict[str, Words] = {"against": d.of_against.inside, "d": points(d.d)}
    if d.outcome() == "helps":
        return say("Against {against} the net is better, {d}.", **shown)
    if d.outcome() == "hurts":
        return say("Against {against} the net loses, {d}.", **shown)
    return say("Against {against} these images and seeds cannot tell, {d}.", **shown)
