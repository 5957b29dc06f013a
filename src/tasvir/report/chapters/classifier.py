"""How well a net tells the classes apart, beside baselines that need none."""

from dataclasses import replace
from statistics import fmean

import numpy as np

from tasvir.measures.classification import roc_curve
from tasvir.report.cells import Reading
from tasvir.report.chapters.classifier_classes import classes_table, gallery, screening_sentence, unseen_sentence
from tasvir.report.chapters.classifier_reading import BASELINES, MAJORITY, ClassifierSummary, Scored, summarise
from tasvir.report.document import Chapter, Figure, Prose, Sentence, Table, analysis, say, trouble
from tasvir.report.fitting import fitting_sentence
from tasvir.report.numbers import Shown, count, decimal, percent, plain, points, seconds
from tasvir.report.plots.curves import curve_keys, learning_curve
from tasvir.report.plots.dots import dot_plot
from tasvir.report.plots.matrix import confusion_matrix
from tasvir.report.plots.roc import Roc, roc_keys, roc_plot
from tasvir.report.titles import title_of

#: What a report asks of a chapter.
__all__ = ["NAME", "TITLE", "compose", "summarise"]

NAME, TITLE = "classifier", "Classifier"
_TRAINING = {
    "n_parameters": "Parameters",
    "epochs": "Epochs",
    "best_epoch": "Epoch that was kept",
    "batch_size": "Images a batch",
    "learning_rate": "Learning rate",
    "augment": "Augmentation",
    "flip_rule": "Mirror images",
}
_MOST_CURVES = 3  # nets whose training is drawn


def compose(summary: ClassifierSummary) -> Chapter:
    """The chapter as it is read."""
    intro = say(
        "A net learns the classes from the training images; its epoch is chosen on validation images and the test images "
        "are scored once. The baselines need no net: the most frequent class, the nearest raw pixels, and logistic regression."
    )
    blocks: list = [Prose((intro,)), *trouble(summary.problems)]
    rows = summary.nets + summary.baselines
    if rows:
        blocks += [_scores_table(summary), *_dots(rows), *_differences_table(summary)]
        blocks += [*classes_table(summary), *_training_table(summary), *_learning(summary)]
        blocks += [*_confusion(summary), *_roc(summary), *gallery(summary)]
        said = (_result(summary), screening_sentence(summary), unseen_sentence(summary), _comparison(summary))
        blocks.append(analysis(*said, *_fitting(summary), _mistakes(summary)))
    return Chapter(NAME, TITLE, tuple(blocks), _headline(summary), line="Learned")


def _scores_table(summary: ClassifierSummary) -> Table:
    rows = [
        (row.title, percent(row.accuracy), percent(row.balanced_accuracy), decimal(row.auc), seconds(row.fit_s))
        for row in summary.nets + summary.baselines
    ]
    return Table(
        "classifier-scores",
        "Scores on the test images with 95 % intervals. Balanced accuracy is the mean over classes; AUC is the area under "
        "the ROC curve, for several classes the mean of each against the rest.",
        ("Classifier", "Accuracy", "Balanced accuracy", "AUC", "Fit"),
        tuple(rows),
        frozenset(range(len(summary.nets))),
    )


def _dots(rows: tuple[Scored, ...]) -> tuple[Figure, ...]:
    panels = []
    rows = tuple(row for row in rows if row.cell != MAJORITY)
    for title, name in (("Accuracy", "accuracy"), ("Balanced accuracy", "balanced_accuracy"), ("AUC", "auc")):
        readings = [(row.title, getattr(row, name)) for row in rows if getattr(row, name) is not None]
        if readings:
            panels.append(dot_plot(title, readings, as_percent=name != "auc", width_in=2.5))
    if not panels:
        return ()
    caption = "The same scores with their 95 % intervals; the highest is coloured, the majority baseline left out."
    return (Figure("scores", caption, "Dots with intervals, one row for each classifier.", tuple(panels), panel_rem=13),)


def _differences_table(summary: ClassifierSummary) -> tuple[Table, ...]:
    rows = [(title_of(d.labels["arm"]), title_of(f"{BASELINES}/{d.labels['against']}"), points(d)) for d in summary.differences]
    if not rows:
        return ()
    caption = "Differences in balanced accuracy on the same test images, with 95 % intervals of the paired bootstrap."
    return (Table("differences", caption, ("Classifier", "Against", "Difference"), tuple(rows)),)


def _training_table(summary: ClassifierSummary) -> tuple[Table, ...]:
    """How the first net was trained: every fact of its cell that has a name here."""
    if not summary.nets:
        return ()
    net = summary.nets[0]
    words = {key: Shown(plain(net.facts[key]), f"{net.cell} {key}") for key in _TRAINING if net.facts.get(key) is not None}
    rows = tuple((_TRAINING[key], value) for key, value in words.items())
    return (Table("training", "The net and its training.", ("Property", "Value"), rows),) if rows else ()


def _learning(summary: ClassifierSummary) -> tuple[Figure, ...]:
    panels, curves = [], []
    for net in summary.nets[:_MOST_CURVES]:
        mark = net.facts.get("best_epoch")
        for words, curve, share in (("loss", net.loss, False), ("accuracy", net.accuracy_curve, True)):
            if curve is not None:
                panels.append(learning_curve(f"{net.title}: {words}", curve, percent=share, mark=mark))
                curves.append(curve)
    if not panels:
        return ()
    whose = f" of the first {_MOST_CURVES} seeds" if len(summary.nets) > _MOST_CURVES else ""
    caption = (
        f"Loss and accuracy during training{whose}. The dotted line marks the epoch that was kept, chosen on validation images."
    )
    alt = "Curves of loss and accuracy over the epochs."
    return (Figure("classifier-curves", caption, alt, tuple(panels), curve_keys(*curves)),)


def _confusion(summary: ClassifierSummary) -> tuple[Figure, ...]:
    net = next((net for net in summary.nets if net.confusion is not None), None)
    if net is None:
        return ()
    names = summary.class_names or tuple(map(str, range(len(net.confusion))))
    caption = f"Test images of each class (rows) by the class that {net.title} gave them (columns)."
    return (Figure("confusion", caption, "A square of counts.", (confusion_matrix(net.confusion, names),)),)


def _roc(summary: ClassifierSummary) -> tuple[Figure, ...]:
    rows = (*summary.nets[:1], *(row for row in summary.baselines if row.cell != MAJORITY))
    curves = [roc for row in rows if (roc := _roc_of(row)) is not None]
    if not curves:
        return ()
    caption = "Receiver operating characteristic on the test images"
    caption += f"; the positive class is {summary.class_names[1]}." if len(summary.class_names) == 2 else "."
    return (Figure("roc", caption, "Rising curves above the diagonal.", (roc_plot(curves),), roc_keys(curves)),)


def _roc_of(row: Scored) -> Roc | None:
    """The ROC of a two-class score; None where there are more classes or the test has only one of them."""
    if row.probabilities is None or row.y_true is None or row.probabilities.shape[1] != 2:
        return None
    if len(np.unique(row.y_true)) != 2:
        return None
    return row.title, *roc_curve(row.y_true, row.probabilities[:, 1])


def _result(summary: ClassifierSummary) -> Sentence | None:
    balanced = summary.balanced
    if not balanced:
        return None
    if len(balanced) == 1:
        text = "{net} reaches an accuracy of {accuracy} and a balanced accuracy of {balanced}."
        scores = {"accuracy": percent(summary.nets[0].accuracy), "balanced": percent(balanced[0])}
        return say(text, net=summary.net_title, **scores)
    return say(
        "Over {n} seeds {net} reaches a balanced accuracy of {mean} on average, from {low} to {high}.",
        n=str(len(balanced)),
        net=summary.net_title,
        mean=_mean(balanced),
        low=percent(replace(min(balanced, key=lambda r: r.value), low=None)),
        high=percent(replace(max(balanced, key=lambda r: r.value), low=None)),
    )


def _mean(readings: tuple[Reading, ...]) -> Shown:
    """One reading as it is; of several the mean, traced to all."""
    if len(readings) == 1:
        return percent(readings[0])
    record = "; ".join(reading.record for reading in readings)
    return percent(Reading(fmean(reading.value for reading in readings), record=record))


def _comparison(summary: ClassifierSummary) -> Sentence | None:
    """What the paired differences to the best baseline say: ahead, behind, or no difference to be seen."""
    best, differences = summary.best_baseline, summary.against_best()
    if best is None or not differences:
        return None
    worst = min(differences, key=lambda d: d.value)
    words = "Against the best baseline, {baseline}, the difference in balanced accuracy is {difference}"
    words += _of_which_seed(summary) + ": "
    return say(words + _verdict(worst), baseline=best.title, difference=points(worst))


def _of_which_seed(summary: ClassifierSummary) -> str:
    """Whose difference is told, where there are several nets."""
    if len(summary.nets) < 2:
        return ""
    return " (first seed)" if len(summary.against_best()) == 1 else " (the least of all seeds)"


def _verdict(difference: Reading) -> str:
    if difference.low is None or difference.high is None:
        return "it has no interval, so it decides nothing."
    if difference.low == difference.high == difference.value == 0:
        return "both are right and wrong about the same images, so there is nothing to tell them apart by."
    if difference.low > 0:
        return "its interval lies above zero, so the net is better on images like these."
    if difference.high < 0:
        return "its interval lies below zero, so the net loses to a method that needs no net."
    return "its interval includes zero, so these test images cannot tell which is better."


def _fitting(summary: ClassifierSummary) -> tuple[Sentence | None, ...]:
    if not summary.nets:
        return ()
    net = summary.nets[0]
    return (fitting_sentence(net.title, net.training), _train_gap(net))


def _train_gap(net: Scored) -> Sentence | None:
    """Accuracy on training against validation images at the epoch that was kept."""
    curve, epoch = net.accuracy_curve, net.facts.get("best_epoch")
    if curve is None or epoch not in curve.x or not {"train", "valid"} <= set(curve.series):
        return None
    at = curve.x.index(epoch)
    train, valid = (Reading(curve.series[part][at], record=curve.record) for part in ("train", "valid"))
    text = "At the epoch that was kept it is right for {train} of the training and {valid} of the validation images."
    if _shifted(valid, net.accuracy):
        text += " That is far more than of the test images, which are unlike the training images: another source or other labels."
    return say(text, train=percent(train), valid=percent(valid))


def _shifted(valid: Reading, test: Reading | None) -> bool:
    """Whether the test images are harder than chance explains: by twice the reach of their interval and more."""
    return bool(test and test.low is not None) and valid.value - test.value > 2 * (test.value - test.low)


def _mistakes(summary: ClassifierSummary) -> Sentence | None:
    if summary.worst_confusion is None:
        return None
    true, predicted = summary.worst_confusion
    net = summary.nets[0]
    if not _stands_out(net.confusion):
        return None
    names = summary.class_names or tuple(map(str, range(len(net.confusion))))
    record = f"{net.cell} confusion"
    return say(
        "The most frequent mistake: {n} of {all} images of class {true} are taken for {predicted}.",
        n=count(net.confusion[true, predicted], record),
        all=count(net.confusion[true].sum(), record),
        true=names[true],
        predicted=names[predicted],
    )


def _stands_out(confusion: np.ndarray) -> bool:
    """Whether the most frequent mistake is more frequent than chance explains where all mistakes are equally probable (5 %)."""
    from scipy.stats import binom

    mistakes = confusion - np.diag(np.diag(confusion))
    n_kinds = mistakes.size - len(mistakes)
    chance = float(binom.sf(mistakes.max() - 1, mistakes.sum(), 1 / n_kinds))
    return n_kinds * chance < 0.05


def _headline(summary: ClassifierSummary) -> Sentence | None:
    if not summary.balanced:
        return None
    best, differences = summary.best_baseline, summary.against_best()
    text = "{net}: balanced accuracy {value}"
    shown = {"net": summary.net_title, "value": _mean(summary.balanced)}
    if best is not None:
        text += "; best baseline, {baseline}: {other}"
        shown |= {"baseline": best.title, "other": percent(best.balanced_accuracy)}
    if differences:
        least = min(differences, key=lambda difference: difference.value)
        text += "; difference" + _of_which_seed(summary) + " {difference}: " + _short_verdict(least)
        shown["difference"] = points(least)
    return say(text + ".", **shown)


def _short_verdict(difference: Reading) -> str:
    if difference.low is not None and difference.low > 0:
        return "the net is better"
    if difference.high is not None and difference.high < 0:
        return "the net loses"
    return "these test images cannot tell"
