"""Does generating more images help? The answer first, then the arms it compares."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tasvir.report.cells import Cells, Reading, labelled
from tasvir.report.difference import Difference, verdict_sentence
from tasvir.report.document import Chapter, Figure, Prose, Sentence, Table, analysis, capital, listed, named, say, trouble
from tasvir.report.numbers import MISSING, Shown, count, of_n, p_value, percent, points, seconds, span
from tasvir.report.plots.bars import class_histogram, part_keys
from tasvir.report.plots.dots import difference_plot, seed_plot
from tasvir.report.titles import title_of

NAME, TITLE = "evidence", "Does it help?"
CELLS, SUBSET, VERDICT = "evidence", "evidence/subset", "evidence/verdict"
REAL, BASELINE = "evidence/real", "evidence/duplicates"
ALL, WITHOUT = "all images", "without near-duplicates"


@dataclass(frozen=True)
class Arm:
    """One way to complete the training images: its classifier's balanced accuracy at each seed, and the mean."""

    cell: str
    title: str
    n_generated: int | None = None
    seeds: tuple[Reading, ...] = ()
    mean: Reading | None = None
    copies: Reading | None = None
    fit_s: Reading | None = None


@dataclass(frozen=True)
class EvidenceSummary:
    """The unequal subset, the arms, and the differences between them."""

    arms: tuple[Arm, ...] = ()
    differences: tuple[Difference, ...] = ()
    subset: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def judged(self) -> tuple[Difference, ...]:
        """Each generated arm against real images, seen from the generated one."""
        generated = {arm.title for arm in self.arms if arm.cell not in (REAL, BASELINE)}
        sides = ((d, generated & {d.arm, d.against}) for d in self.differences)
        return tuple(d.seen_from(*arm) for d, arm in sides if len(arm) == 1)

    @property
    def described(self) -> tuple[Difference, ...]:
        """The differences that are shown without a judgement."""
        judged = {frozenset((d.arm, d.against)) for d in self.judged}
        return tuple(d for d in self.differences if frozenset((d.arm, d.against)) not in judged)

    @property
    def counts(self) -> Mapping[str, tuple[int, ...]]:
        """Images of each class of the subset: before it was cut, after, and completed."""
        return {stage: tuple(numbers) for stage, numbers in (self.subset.get("counts") or {}).items()}


def summarise(cells: Cells) -> EvidenceSummary | None:
    """The evidence of a run; None where it asks no such question."""
    names = cells.names(CELLS)
    if not names:
        return None
    problems = {name: cells.problem(name) for name in names}
    done = (name for name in names if problems[name] is None and name not in (SUBSET, VERDICT))
    return EvidenceSummary(
        tuple(_arm(cells, name) for name in done),
        _differences(cells),
        cells.facts(SUBSET),
        cells.facts(VERDICT),
        {name: problem for name, problem in problems.items() if problem},
    )


def _arm(cells: Cells, name: str) -> Arm:
    facts = cells.facts(name)
    means = (cells.metric(name, metric) for metric in ("balanced_accuracy_mean", "copies", "fit_s"))
    return Arm(name, title_of(name), facts.get("n_generated"), cells.metrics(name, "balanced_accuracy"), *means)


def _differences(cells: Cells) -> tuple[Difference, ...]:
    readings = cells.metrics(VERDICT, "difference")
    told = (cells.facts(VERDICT).get("verdicts") or {}).get(ALL, ())
    refused = {(one.get("arm"), one.get("against")): one.get("refused", "") for one in told}
    found = []
    for d in readings:
        arm, against = (d.labels.get(side) for side in ("arm", "against"))
        if d.labels.get("test", ALL) == ALL and arm and against:
            of_both = (
                _known(cells.metric(VERDICT, name, arm=arm, against=against)) for name in ("p_holm", "smallest_detectable")
            )
            without = labelled(readings, arm=arm, against=against, test=WITHOUT)
            titles = (title_of(f"{CELLS}/{side}") for side in (arm, against))
            found.append(Difference(*titles, d, without, *of_both, refused.get((arm, against), "")))
    return tuple(found)


def _known(reading: Reading | None) -> Reading | None:
    return reading if reading is not None and math.isfinite(reading.value) else None


def compose(summary: EvidenceSummary) -> Chapter:
    """The chapter as it is read: the answer first."""
    blocks: list = []
    if summary.judged:
        blocks.append(Prose(tuple(map(verdict_sentence, summary.judged)), "verdict"))
    blocks += [Prose((_question(summary),)), *trouble(summary.problems)]
    blocks += [*_counts_table(summary), *_counts_figure(summary), *_arms_table(summary), *_seeds(summary)]
    if summary.judged:
        blocks += [_differences_table(summary), _differences_figure(summary)]
        blocks.append(analysis(*_power(summary), *_near_duplicates(summary), *_described(summary), *_holds(summary)))
    return Chapter(NAME, TITLE, tuple(blocks), _headline(summary), line=TITLE)


def _question(summary: EvidenceSummary) -> Sentence:
    text = (
        "A part of the training images, with classes of unequal size, is completed in several ways to the same class sizes; "
        "a classifier is trained on each with the same seeds and scored on the untouched test images. What is generated has "
        "to do better than the same number of real images shown twice."
    )
    rule = str(summary.subset.get("rule") or "").rstrip(".")
    return say(text + (" The part: {rule}." if rule else ""), rule=rule)


def _counts_table(summary: EvidenceSummary) -> tuple[Table, ...]:
    words = {"before": "Drawn", "after": "Used as unequal classes", "completed": "Completed"}
    rows = []
    for stage, numbers in summary.counts.items():
        shown = (count(n, f"{SUBSET} counts.{stage}") for n in (sum(numbers), min(numbers), max(numbers)))
        rows.append((words.get(stage, stage), *shown))
    if not rows:
        return ()
    caption = "Training images of this chapter: as drawn, with unequal classes, and completed by each arm."
    return (Table("subset", caption, ("Stage", "Images", "Smallest class", "Largest class"), tuple(rows)),)


def _counts_figure(summary: EvidenceSummary) -> tuple[Figure, ...]:
    if not {"after", "completed"} <= set(summary.counts):
        return ()
    after, completed = summary.counts["after"], summary.counts["completed"]
    counts = {"kept": after, "added": tuple(b - a for a, b in zip(after, completed, strict=True))}
    names = tuple(map(str, summary.subset.get("class_names") or range(len(after))))
    caption = "Training images of each class: real ones, and what each arm adds to them."
    alt = f"Horizontal bars, one for each of {len(names)} classes."
    return (Figure("subset-counts", caption, alt, (class_histogram(counts, names),), part_keys(counts)),)


def _arms_table(summary: EvidenceSummary) -> tuple[Table, ...]:
    rows = []
    for arm in summary.arms:
        n_seeds = Shown(str(len(arm.seeds)), "; ".join(reading.record for reading in arm.seeds))
        generated = count(arm.n_generated, f"{arm.cell} n_generated")
        copies = of_n(arm.copies)
        rows.append((named(arm.title), _n_real(summary), generated, percent(arm.mean), n_seeds, copies, seconds(arm.fit_s)))
    if not rows:
        return ()
    caption = (
        "The arms: images they train on, balanced accuracy on the test images (mean over seeds), and how many of the added "
        "images are copies, as in the chapter on generation."
    )
    columns = ("Arm", "Real images", "Added", "Balanced accuracy", "Seeds", "Copies", "Fit")
    return (Table("arms", caption, columns, tuple(rows)),)


def _n_real(summary: EvidenceSummary) -> Shown:
    after = summary.counts.get("after")
    return MISSING if after is None else count(sum(after), f"{SUBSET} counts.after")


def _seeds(summary: EvidenceSummary) -> tuple[Figure, ...]:
    rows = [(named(arm.title), arm.seeds) for arm in summary.arms if arm.seeds]
    if not rows:
        return ()
    caption = "Balanced accuracy on the test images: a dot for each seed, a line at their mean; the highest mean is coloured."
    return (Figure("arms-seeds", caption, "One row of dots for each arm.", (seed_plot("", rows, width_in=5.0),)),)


def _differences_table(summary: EvidenceSummary) -> Table:
    has_copies = any(d.without is not None for d in summary.judged)
    rows = []
    for d in summary.judged:
        without = (points(d.without),) if has_copies else ()
        judged = (p_value(d.p), Shown(d.outcome(), d.d.record), span(d.smallest))
        rows.append((named(d.arm), points(d.d), *without, *judged))
    caption = (
        f"Differences in balanced accuracy on the test images against {summary.judged[0].against}. Intervals and p-values are "
        "widened by Holm's rule for several arms; the last number is the smallest true effect that would be found with a "
        "probability of 80 %."
    )
    columns = ("Arm", "Difference", *(["Without near-duplicates"] if has_copies else []), "p", "Verdict", "Could be found")
    return Table("arm-differences", caption, columns, tuple(rows))


def _differences_figure(summary: EvidenceSummary) -> Figure:
    whole = [(named(d.arm), d.d) for d in summary.judged]
    without = [(named(d.arm), d.without) for d in summary.judged if d.without is not None]
    titles = ("All test images" if without else "", "Without near-duplicates of training images")
    panels = tuple(difference_plot(title, rows) for title, rows in zip(titles, (whole, without), strict=True) if rows)
    caption = (
        f"Differences in balanced accuracy against {summary.judged[0].against} with their intervals; coloured where the "
        "interval leaves out zero."
    )
    alt = "Dots with intervals left and right of a line at zero."
    return Figure("arm-differences-plot", caption, alt, panels)


def _power(summary: EvidenceSummary) -> tuple[Sentence, ...]:
    known = [d.smallest for d in summary.judged if d.smallest is not None]
    if not known:
        return ()
    least = span(max(known, key=lambda reading: reading.value))
    spread = str(summary.subset.get("spread") or "").rstrip(".")
    text = "With so many test images and seeds, a true effect of {least} or more is found with a probability of at least 80 %"
    return (say(text + (" ({spread})." if spread else "."), least=least, spread=spread),)


def _near_duplicates(summary: EvidenceSummary) -> tuple[Sentence, ...]:
    number = summary.subset.get("near_duplicates")
    if number is None:
        return ()
    shown = count(number, f"{SUBSET} near_duplicates")
    if not number:
        return (say("None of the test images is a near-duplicate of a training image."),)
    among = "Near-duplicates of training images among the test images"
    turned = [d for d in summary.judged if d.without is not None and d.outcome(d.without) != d.outcome()]
    if not turned:
        return (say("{among}: {n}; without them the verdicts are the same.", among=among, n=shown),)
    text = "{among}: {n}; without them the verdict on {arm} turns: {outcome}, {d}."
    of = ((d, d.outcome(d.without)) for d in turned)
    return tuple(say(text, among=among, n=shown, arm=d.arm, outcome=outcome, d=points(d.without)) for d, outcome in of)


def _described(summary: EvidenceSummary) -> tuple[Sentence, ...]:
    text = "{arm} against {against} make a difference of {d}; this is described, not judged."
    return tuple(say(text, arm=capital(d.arm), against=d.against, d=points(d.d)) for d in summary.described)


def _holds(summary: EvidenceSummary) -> tuple[Sentence, ...]:
    method, holds_for = (str(summary.facts.get(key) or "").rstrip(".") for key in ("method", "holds_for"))
    told = (say("The verdicts hold for {words}.", words=holds_for),) if holds_for else ()
    return (*told, say("How they were reached: {words}.", words=method)) if method else told


def _headline(summary: EvidenceSummary) -> Sentence | None:
    if not summary.judged:
        return None
    words = {"helps": "{arm} helps, {d}", "hurts": "{arm} hurts, {d}", "cannot tell": "cannot tell for {arm}, {d}"}
    told = listed((say(words[d.outcome()], arm=d.arm, d=points(d.d)) for d in summary.judged), "; ")
    return say("Against {against}: {told}.", against=summary.judged[0].against, told=told)
