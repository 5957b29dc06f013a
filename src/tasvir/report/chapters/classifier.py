"""How well a net tells the classes apart, beside baselines that need none."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np

from tasvir.measures.classification import roc_curve
from tasvir.report.blocks import arms_figure, arms_table, best_of, confusion_figure
from tasvir.report.cells import Cells, Reading
from tasvir.report.chapters import classifier_classes as by_class
from tasvir.report.chapters.classifier_training import fitting_sentences, learning_figure, titled_net, training_table
from tasvir.report.document import Block, Chapter, Figure, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.names import name_of
from tasvir.report.numbers import count, percent, points
from tasvir.report.plots.roc import Roc, roc_keys, roc_plot
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
    differences = cells.metrics(COMPARISON, "balanced_accuracy_difference") if cells.names(COMPARISON) else ()
    best = best_of(baselines, METRIC)
    against = tuple(d for d in differences if best and d.labels.get("against") == best.last)
    net = next(iter(nets), None)
    intro = say(
        "A net learns the classes from the training images; its epoch is chosen on validation images and the test images "
        "are scored once. The baselines need no net: the most frequent class, the nearest raw pixels, and logistic regression."
    )
    blocks: list[Block | None] = [prose(intro), trouble(problems(cells, NETS, BASELINES, COMPARISON))]
    blocks += [*_scores(nets, baselines), _differences_table(differences), by_class.classes_table(net, names)]
    blocks += [training_table(net), learning_figure(nets)]
    if net is not None:
        blocks += [_confusion(net, names), _roc(net, baselines, names), by_class.gallery(net, names)]
        told = (_result(nets), by_class.screening_sentence(net, names), by_class.unseen_sentence(net, view(cells, UNSEEN)))
        blocks.append(
            analysis(
                *told, *_comparison(best, against, len(nets)), *fitting_sentences(net), by_class.mistake_sentence(net, names)
            )
        )
    return chapter(NAME, TITLE, *blocks, headline=_headline(nets, best, against), line=say("Learned"))


def _scores(nets: Sequence[View], baselines: Sequence[View]) -> tuple[Table | None, Figure | None]:
    caption = say("Scores on the test images with 95 % intervals.")
    metrics = ("accuracy", METRIC, "auc")
    rows = (*nets, *baselines)

    def titled(row: View) -> Words:
        return titled_net(row, len(nets)) if row in nets else row.title

    shown = arms_table(
        "classifier-scores",
        caption,
        rows,
        metrics=(*metrics, "fit_s"),
        head=say("Classifier"),
        titles=titled,
        bold=range(len(nets)),
    )
    drawn = say("The same scores with their 95 % intervals; the highest is coloured, the majority baseline left out.")
    return shown, arms_figure("scores", drawn, [row for row in rows if row.name != MAJORITY], metrics=metrics, titles=titled)


def _differences_table(differences: Sequence[Reading]) -> Table | None:
    rows = [(name_of(d.labels["arm"]).alone, name_of(f"{BASELINES}/{d.labels['against']}").alone, points(d)) for d in differences]
    caption = say("Differences in balanced accuracy on the same test images, with 95 % intervals of the paired bootstrap.")
    return table("differences", caption, columns=(say("Classifier"), say("Against"), say("Difference")), rows=rows)


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


def _comparison(best: View | None, differences: Sequence[Reading], n_nets: int) -> tuple[Sentence, ...]:
    """What the paired differences to the best baseline say: ahead, behind, or no difference to be seen."""
    if best is None or not differences:
        return ()
    least = min(differences, key=lambda d: d.value)
    shown: dict[str, Words] = {"baseline": best.inside, "difference": points(least)}
    told = say("Against the best baseline, {baseline}, the difference in balanced accuracy is {difference}.", **shown)
    if n_nets > 1 and len(differences) == 1:
        told = say("Against the best baseline, {baseline}, balanced accuracy differs by {difference} at the first seed.", **shown)
    elif n_nets > 1:
        told = say("Against the best baseline, {baseline}, balanced accuracy differs by {difference} at the worst seed.", **shown)
    return told, _verdict(least)


def _verdict(difference: Reading) -> Sentence:
    if difference.low is None or difference.high is None:
        return say("That has no interval, so it decides nothing.")
    if difference.low == difference.high == difference.value == 0:
        return say("Both are right and wrong about the same images, so there is nothing to tell them apart by.")
    if difference.low > 0:
        return say("Its interval lies above zero, so the net is better on images like these.")
    if difference.high < 0:
        return say("Its interval lies below zero, so the net loses to a method that needs no net.")
    return say("Its interval includes zero, so these test images cannot tell which is better.")


def _headline(nets: Sequence[View], best: View | None, differences: Sequence[Reading]) -> Words | None:
    balanced = _balanced(nets)
    if not balanced:
        return None
    shown: dict[str, Words] = {"net": nets[0].title, "value": _mean(balanced)}
    if best is None:
        return say("{net}: balanced accuracy {value}.", **shown)
    told = say(
        "{net}: balanced accuracy {value}; best baseline, {baseline}: {other}.",
        baseline=best.inside,
        other=best.shown(METRIC),
        **shown,
    )
    least = min(differences, key=lambda difference: difference.value, default=None)
    return told if least is None else listed([told, _short_verdict(least)], " ")


def _short_verdict(difference: Reading) -> Sentence:
    d = points(difference)
    if difference.low is not None and difference.low > 0:
        return say("Difference {d}: the net is better.", d=d)
    if difference.high is not None and difference.high < 0:
        return say("Difference {d}: the net loses.", d=d)
    return say("Difference {d}: these test images cannot tell.", d=d)
