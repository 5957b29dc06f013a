"""Which way of reducing dimensions keeps what a classifier needs, and at what price? The recommendation first."""

from collections.abc import Sequence
from dataclasses import replace

from tasvir.report.cells import Cells, Reading
from tasvir.report.chapters.reduction_figures import accuracy_figure, by_size_figure, kept_figure, scatters
from tasvir.report.chapters.reduction_methods import methods_words
from tasvir.report.chapters.reduction_rows import (
    CELLS,
    HELD_OUT,
    METRIC,
    Row,
    best,
    floor,
    read_rows,
    recommended,
    same_size,
)
from tasvir.report.chapters.reduction_search import read_searches, search_figure, search_table
from tasvir.report.differences import Difference, differences_table, read_differences, verdict_sentence
from tasvir.report.document import Block, Chapter, Table, analysis, chapter, prose, table, trouble
from tasvir.report.name import Name
from tasvir.report.numbers import count, percent, points, seconds
from tasvir.report.quantities import quantity
from tasvir.report.view import problems, view
from tasvir.report.words.message import Sentence, Words, listed, say, say_n

NAME, TITLE = "reduction", say("Reduction of dimensions")
VERDICT, PUBLISHED, BASELINE = "reduction/verdict", "reduction/published", "pca"


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run reduces nothing."""
    if not cells.names(CELLS):
        return None
    rows, searches = read_rows(cells), read_searches(cells)
    taken, differences = recommended(rows), _differences(cells)
    methods = methods_words(rows)
    names = tuple(map(str, cells.facts("data").get("class_names", ())))
    missing = problems(cells, CELLS)
    blocks: list[Block | None] = [
        prose(_of_some(len(missing)) if taken else None, *_recommendation(rows, taken), role="verdict"),
        prose(
            say(
                "Each method turns an image into a few numbers. The classes that a k-nearest-neighbour classifier can still tell "
                "apart in them are the measure: its k and the method's own parameters are chosen on training images, its "
                "accuracy is that on the test images."
            )
        ),
        trouble(missing),
        accuracy_figure(rows, view(cells, PUBLISHED)),
        _scores_table(rows, taken),
        differences_table("reduction-differences", differences) if _known(differences) else _described_table(differences),
        by_size_figure(differences) if _known(differences) else None,
        _kept_table(rows),
        kept_figure(rows),
        scatters(rows, names),
        search_table(searches),
        search_figure(searches),
        prose(say("How the methods work, what they are good for, and when they mislead:") if methods else None),
        prose(*methods, role="list"),
        analysis(_price(rows, taken), _judgement(rows, differences, taken), _floor(rows)),
    ]
    return chapter(NAME, TITLE, *blocks, headline=_headline(taken, len(missing)), line=say("Learned"))


def _recommendation(rows: Sequence[Row], taken: Row | None) -> tuple[Sentence, ...]:
    top = best(rows)
    if taken is None or top is None:
        return ()
    if taken is top:
        told = say(
            "Take {taken}: it is the best on training images that were held out ({value}), and no smaller code comes within one "
            "standard error of it.",
            taken=taken.inside,
            value=percent(_bare(taken.held_out)),
        )
        return told, _costs(taken)
    told = say(
        "Take {taken}: on training images that were held out it is the smallest code, and of those the fastest to fit, within "
        "one standard error of the best, {best} ({value} and {highest}).",
        taken=taken.inside,
        best=top.inside,
        value=percent(_bare(taken.held_out)),
        highest=percent(_bare(top.held_out)),
    )
    return told, _costs(taken)


def _costs(taken: Row) -> Sentence:
    value, time = taken.shown(METRIC), seconds(_mean(taken, "fit_s"))
    if len(taken.cells) > 1:
        return say(
            "On the test images k-NN reaches {value} with it at the first seed; its fit takes {time}.", value=value, time=time
        )
    return say("On the test images k-NN reaches {value} with it; its fit takes {time}.", value=value, time=time)


def _bare(reading: Reading | None) -> Reading | None:
    """The same without its ends."""
    return reading and replace(reading, low=None, high=None)


def _mean(row: Row, metric: str) -> Reading | None:
    return _bare(row.reading(metric))


def _scores_table(rows: Sequence[Row], taken: Row | None) -> Table | None:
    several = any(len(row.cells) > 1 for row in rows)
    titles = (quantity(metric).title for metric in ("fit_s", "neighbours", METRIC, HELD_OUT))
    columns: list[Words] = [say("Method"), say("Numbers"), *titles]
    found: list[list[Words]] = [
        [
            row.name.alone,
            row.n,
            seconds(_mean(row, "fit_s")),
            row.shown("neighbours"),
            row.shown(METRIC),
            percent(_bare(row.held_out)),
        ]
        for row in rows
    ]
    told: list[Words] = [
        say(
            "k-NN accuracy on the test images with its 95 % interval, for each method and size; set off is what is recommended. "
            "Validation: the accuracy on training images that were held out from another fit, by which it is recommended. PCA "
            "and the Isomaps are fitted once for all sizes."
        )
    ]
    if several:
        columns.insert(5, say("Mean [lowest, highest]"))
        for cells, row in zip(found, rows, strict=True):
            cells.insert(5, percent(row.reading(METRIC)))
        told.append(say("k and accuracy are those of the first seed, the time is the mean over the seeds."))
    bold = (i for i, row in enumerate(rows) if row is taken)
    return table("reduction-scores", listed(told, " "), columns=columns, rows=found, bold=bold)


def _kept_table(rows: Sequence[Row]) -> Table | None:
    metrics = ("reconstruction_mse", "trustworthiness", "transform_s")
    known = [row for row in rows if any(row.reading(metric) for metric in metrics)]
    caption = say(
        "What is left of the images, at the first seed. Error: the mean squared one of test images drawn again, on the scale "
        "from 0 to 1. Trustworthiness: whether near codes belong to images that are near, 1 at best. Transform: the codes of all "
        "training and test images; Landmark Isomap has those of the training images from its fit."
    )
    columns = (say("Method"), say("Numbers"), say("Fitted on"), *(quantity(metric).title for metric in metrics))
    shown: list[tuple[Words, ...]] = [
        (row.name.alone, row.n, row.cells[0].count("n_fitted"), *map(row.shown, metrics)) for row in known
    ]
    return table("reduction-kept-scores", caption, columns=columns, rows=shown)


def _differences(cells: Cells) -> list[Difference]:
    """Each method and size against PCA of that size."""
    against = Name(say("PCA of the same size"), say("PCA of the same size"))
    found = []
    for d in read_differences(view(cells, VERDICT), CELLS):
        n = count(int(d.arm.rpartition("/")[2]), d.d.record)
        arm = Name(
            say("{method} · {n}", method=d.of_arm.alone, n=n),
            say_n("{method} with {n} number", "{method} with {n} numbers", method=d.of_arm.inside, n=n),
        )
        found.append(replace(d, against=BASELINE, of_arm=arm, of_against=against))
    return found


def _known(differences: Sequence[Difference]) -> bool:
    """Whether there is an interval to be drawn."""
    return any(d.d.low is not None for d in differences)


def _described_table(differences: Sequence[Difference]) -> Table | None:
    """Differences of one seed: nothing tells them from its luck."""
    caption = say(
        "Differences in balanced accuracy on the test images against PCA of the same size, of one seed: described, not judged."
    )
    rows: list[tuple[Words, ...]] = [(one.of_arm.alone, points(one.d)) for one in differences]
    return table("reduction-differences", caption, columns=(say("Arm"), quantity("difference").title), rows=rows)


def _judgement(rows: Sequence[Row], differences: Sequence[Difference], taken: Row | None) -> Sentence | None:
    """The verdict on what is recommended; where that is PCA, on the best other method of that size."""
    if taken is None:
        return None
    other = best([row for row in rows if row.d == taken.d and row.method != BASELINE]) if taken.method == BASELINE else taken
    known = [d for d in differences if other and d.arm == f"{other.method}/{other.d}"]
    return verdict_sentence(known[0]) if known else None


def _price(rows: Sequence[Row], taken: Row | None) -> Sentence | None:
    """What the recommended method costs beside PCA of that size, or PCA beside the best of that size."""
    if taken is None:
        return None
    others = [row for row in rows if row.d == taken.d and row.method != BASELINE]
    one = same_size(rows, BASELINE, taken.d)
    other = best(others) if taken.method == BASELINE else taken
    if one is None or other is None:
        return None
    return say(
        "{one} reaches {value} on the test images after {time} of fitting; {other} reaches {second} after {longer}.",
        one=one.inside,
        value=one.shown(METRIC),
        time=seconds(_mean(one, "fit_s")),
        other=other.inside,
        second=other.shown(METRIC),
        longer=seconds(_mean(other, "fit_s")),
    )


def _floor(rows: Sequence[Row]) -> Sentence | None:
    raw = floor(rows)
    if raw is None:
        return None
    return say("Raw pixels, {n} numbers an image, reach {value} on the test images.", n=raw.n, value=raw.shown(METRIC))


def _of_some(n_missing: int) -> Sentence | None:
    """What a reader must know first where parts failed, or are still to come."""
    if not n_missing:
        return None
    return say_n(
        "{n} part is missing: this is what the others say.",
        "{n} parts are missing: this is what the others say.",
        n=count(n_missing),
    )


def _headline(taken: Row | None, n_missing: int) -> Words | None:
    if taken is None:
        return None
    told = say(
        "Recommended by held-out training images: {taken}; k-NN accuracy {value}, fitted in {time}.",
        taken=taken.inside,
        value=taken.shown(METRIC),
        time=seconds(_mean(taken, "fit_s")),
    )
    some = _of_some(n_missing)
    return told if some is None else listed([some, told], " ")
