"""The classifier class by class, without the test images that it may have learned, and the images that it is wrong about."""

from tasvir.report.cells import Reading
from tasvir.report.chapters.classifier_reading import ClassifierSummary, Scored
from tasvir.report.document import Figure, Sentence, Table, say
from tasvir.report.numbers import count, percent
from tasvir.report.plots.pictures import pictures_with_words

#: The class that a test is for, where there are two.
POSITIVE = 1


def classes_table(summary: ClassifierSummary) -> tuple[Table, ...]:
    """Recall and precision of every class, of the first net."""
    net = next(iter(summary.nets), None)
    if net is None or not net.recalls:
        return ()
    rows = tuple(
        (_name(summary, recall.labels["class"]), count(recall.n, recall.record), percent(recall), percent(precision))
        for recall, precision in zip(net.recalls, net.precisions, strict=True)
    )
    caption = (
        "Each class of the test images, with 95 % intervals. Recall (sensitivity): of the images of the class, the share "
        "that is found. Precision (predictive value): of the images that are taken for the class, the share that is of it; it "
        "holds where classes are as frequent as in this test set. Independent cases are images; those of one "
        "given group, or of equal pixels, count as one."
    )
    return (Table("classes", caption, ("Class", "Independent cases", "Recall", "Precision"), rows),)


def screening_sentence(summary: ClassifierSummary) -> Sentence | None:
    """The four shares that a clinician asks for, where there are two classes."""
    net = next(iter(summary.nets), None)
    if net is None or len(net.recalls) != 2 or net.confusion is None:
        return None
    positive, negative = POSITIVE, 1 - POSITIVE
    n = int(net.confusion.sum())
    frequency = Reading(float(net.confusion[positive].sum()) / n, n=n, record=f"{net.cell} confusion")
    return say(
        "With {positive} as the positive class, {net} has a sensitivity of {sensitivity}, a specificity of {specificity}, "
        "a positive predictive value of {ppv} and a negative predictive value of {npv}; predictive values hold where "
        "{frequency} of the images are {positive}, as here.",
        positive=_name(summary, positive),
        net=net.title,
        sensitivity=percent(net.recalls[positive]),
        specificity=percent(net.recalls[negative]),
        ppv=percent(net.precisions[positive]),
        npv=percent(net.precisions[negative]),
        frequency=percent(frequency),
    )


def unseen_sentence(summary: ClassifierSummary) -> Sentence | None:
    """The scores on the test images that have no duplicate among the training images, where some have."""
    unseen = summary.unseen
    if unseen is None:
        return None
    return say(
        "{n} of the {all} test images have a duplicate among the training images. On the others {net} reaches an accuracy of "
        "{accuracy} and a balanced accuracy of {balanced}.",
        n=count(unseen.n_duplicated, unseen.record),
        all=count(unseen.n_test, unseen.record),
        net=summary.nets[0].title,
        accuracy=percent(unseen.accuracy),
        balanced=percent(unseen.balanced_accuracy),
    )


def gallery(summary: ClassifierSummary) -> tuple[Figure, ...]:
    """The surest mistakes of the first net."""
    net = next(iter(summary.nets), None)
    if net is None or net.mistakes is None or not len(net.mistakes):
        return ()
    panels = tuple(
        pictures_with_words("", image[None], [_told(told, summary)])
        for image, told in zip(net.mistakes, net.facts.get("mistakes", ()), strict=False)
    )
    shown, wrong = len(panels), _n_wrong(net)
    which = "All" if wrong == shown else f"The {shown} surest of {wrong:,}"
    caption = f"{which} test images that {net.title} is wrong about: what each is, what it is taken for, how surely, its name."
    return (Figure("mistakes", caption, "Single images with words below.", panels, panel_rem=7.5),)


def _name(summary: ClassifierSummary, label: int) -> str:
    """The word of a class; its number where the data card is missing."""
    return summary.class_names[label] if label < len(summary.class_names) else str(label)


def _told(told: dict, summary: ClassifierSummary) -> tuple[str, ...]:
    true, predicted = (_name(summary, told[key]) for key in ("true", "predicted"))
    return true, f"→ {predicted}", f"{100 * told['probability']:.0f} %", str(told["name"])


def _n_wrong(net: Scored) -> int:
    return 0 if net.confusion is None else int(net.confusion.sum() - net.confusion.trace())
