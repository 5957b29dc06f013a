"""Does generating more images help? The answer first, then the arms it compares."""

from collections.abc import Mapping, Sequence

from tasvir.report.cells import Cells
from tasvir.report.differences import (
    OUTCOMES,
    Difference,
    differences_figure,
    differences_table,
    read_differences,
    short_verdict,
    verdict_sentence,
)
from tasvir.report.document import Block, Chapter, Figure, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.names import name_of
from tasvir.report.numbers import MISSING, Shown, count, points, span
from tasvir.report.plots.bars import class_histogram, part_keys
from tasvir.report.plots.dots import seed_plot
from tasvir.report.quantities import quantity
from tasvir.report.view import View, problems, view, views
from tasvir.report.words.message import Sentence, Words, listed, say

NAME, TITLE = "evidence", say("Does it help?")
CELLS, SUBSET, VERDICT, JUDGE = "evidence", "evidence/subset", "evidence/verdict", "evidence/judge"
BASELINE, CONTROL = "duplicates", "restored"
#: Arms of no generator: described, but for the control.
OTHERS = {"real", BASELINE, CONTROL, "shifted", "unaugmented"}
_STAGES = {"before": say("Drawn"), "after": say("Used as unequal classes"), "completed": say("Completed")}


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read, the answer first; None where the run asks no such question."""
    if not cells.names(CELLS):
        return None
    arms = [row for row in views(cells, CELLS) if row.reading("balanced_accuracy_mean")]
    subset, judge = view(cells, SUBSET), view(cells, JUDGE)
    differences = read_differences(view(cells, VERDICT), CELLS)
    judged, control = judged_of(arms, differences), control_of(differences)
    counts = {stage: tuple(numbers) for stage, numbers in ((subset.facts if subset else {}).get("counts") or {}).items()}
    blocks: list[Block | None] = [
        prose(_seen(control), *map(verdict_sentence, judged), role="verdict"),
        prose(_question(), *_part(subset), *_judge(judge)),
        trouble(problems(cells, CELLS)),
        _counts_table(counts),
        _counts_figure(subset, counts),
        _arms_table(arms, counts),
        _seeds(arms),
        differences_table("arm-differences", judged),
        differences_figure("arm-differences-plot", judged),
    ]
    if judged:
        told = [{d.arm, d.against} for d in (*judged, *([control] if control else []))]
        described = [d for d in differences if {d.arm, d.against} not in told]
        blocks.append(analysis(_power(judged), *_near_duplicates(subset, judged), *map(_described, described), _holds(subset)))
    return chapter(NAME, TITLE, *blocks, headline=_headline(judged), line=TITLE)


def judged_of(arms: Sequence[View], differences: Sequence[Difference]) -> list[Difference]:
    """Each generated arm against real images, seen from the generated one."""
    generated = {arm.last for arm in arms} - OTHERS
    sides = ((d, generated & {d.arm, d.against}) for d in differences)
    return [d.seen_from(*arm) for d, arm in sides if len(arm) == 1]


def control_of(differences: Sequence[Difference]) -> Difference | None:
    """The real images put back against duplicates, where any were cut away."""
    sides = {CONTROL, BASELINE}
    return next((d.seen_from(CONTROL) for d in differences if {d.arm, d.against} == sides), None)


def _seen(control: Difference | None) -> Sentence | None:
    """Whether this study could have seen anything: what the truth itself brings."""
    if control is None or control.refused or control.d.low is None or control.d.high is None:
        return None if control is None else verdict_sentence(control)
    if control.outcome() == "helps":
        return say(
            "With the real images put back that were cut away, balanced accuracy rises by {d} against {against}: a gain of that "
            "size can be seen here.",
            d=points(control.d),
            against=control.of_against.inside,
        )
    return say(
        "With the real images put back that were cut away, balanced accuracy differs by {d} against {against}: this study could "
        "not have seen even what the truth brings.",
        d=points(control.d),
        against=control.of_against.inside,
    )


def _question() -> Sentence:
    return say(
        "A part of the training images, with classes of unequal size, is completed in several ways to the same class sizes; "
        "the same judge is trained on each with the same seeds and scored on the untouched test images. What is generated has "
        "to do better than the same number of real images shown twice."
    )


def _judge(judge: View | None) -> tuple[Sentence, ...]:
    """Who judges, how it was chosen, and what is the same for every arm."""
    if judge is None:
        return ()
    names = {reading.labels["judge"]: name_of(f"{JUDGE}/{reading.labels['judge']}") for reading in judge.readings("judge_score")}
    scores = [
        say("{judge} {score}", judge=name.inside, score=judge.shown("judge_score", judge=key)) for key, name in names.items()
    ]
    chosen = judge.facts["judge"]
    told = say(
        "The judge is {judge}, chosen by cross-validation on the {n} real images of the first part ({folds} folds; balanced "
        "accuracy: {scores}): the quicker one, unless the other is better by more than one standard error.",
        judge=names[chosen["name"]].inside,
        n=judge.count("n_images"),
        folds=judge.count("n_folds"),
        scores=listed(scores, "; "),
    )
    if chosen["name"] != "net":
        return told, say("Its settings are the same for every arm; it is quick and has more seeds than a net would.")
    return told, say("It is trained in {steps} steps on every arm.", steps=count(chosen["steps"], judge.record("judge")))


def _part(subset: View | None) -> tuple[Sentence, ...]:
    """Which part of the training images that is."""
    if subset is None or "n_train" not in subset.facts:
        return ()
    counts, cut = subset.facts["counts"], subset.facts.get("cut") or ()
    drawn, all_ = count(sum(counts["before"]), subset.record("counts")), subset.count("n_train")
    if drawn.value < all_.value:
        size = say("The part: {n} of {all} training images, drawn in proportion to the classes.", n=drawn, all=all_)
    else:
        size = say("The part: all {n} training images.", n=drawn)
    if not cut:
        left = say(
            "Their classes are unequal already and stay as they are: there are no real images to put back, so whether a "
            "gain could be seen here is not known."
        )
        return size, left
    names = [str(subset.facts["class_names"][label]) for label in cut]
    which = listed(names[:5] + ["..."] * (len(names) > 5), ", ")
    told = say("Every second class ({which}) is cut to a fifth, at least {n} images.", which=which, n=subset.count("fewest"))
    return size, told


def _counts_table(counts: Mapping[str, tuple[int, ...]]) -> Table | None:
    rows = []
    for stage, numbers in counts.items():
        shown = (count(n, f"{SUBSET} counts.{stage}") for n in (sum(numbers), min(numbers), max(numbers)))
        rows.append((_STAGES.get(stage, stage), *shown))
    caption = say("Training images of this chapter: as drawn, with unequal classes, and completed by each arm.")
    return table("subset", caption, columns=(say("Stage"), say("Images"), say("Smallest class"), say("Largest class")), rows=rows)


def _counts_figure(subset: View | None, counts: Mapping[str, tuple[int, ...]]) -> Figure | None:
    if subset is None or not {"after", "completed"} <= set(counts):
        return None
    after, completed = counts["after"], counts["completed"]
    bars = {"kept": after, "added": tuple(b - a for a, b in zip(after, completed, strict=True))}
    names = tuple(map(str, subset.facts.get("class_names") or range(len(after))))
    caption = say("Training images of each class: real ones, and what each arm adds to them.")
    alt = say("Horizontal bars, one for each of {n} classes.", n=count(len(names)))
    return figure("subset-counts", caption, alt=alt, panels=[class_histogram(bars, names)], keys=part_keys(bars))


def _arms_table(arms: Sequence[View], counts: Mapping[str, tuple[int, ...]]) -> Table | None:
    after = counts.get("after")
    n_real = MISSING if after is None else count(sum(after), f"{SUBSET} counts.after")
    rows = []
    for arm in arms:
        seeds = arm.readings("balanced_accuracy")
        n_seeds = Shown("count", len(seeds), "; ".join(reading.record for reading in seeds))
        shown = (arm.shown("balanced_accuracy_mean"), n_seeds, arm.shown("copies"), arm.shown("fit_s"))
        rows.append((arm.title, n_real, arm.count("n_generated"), *shown))
    caption = say(
        "The arms: images they train on, balanced accuracy on the test images (mean over seeds), and how many of the added "
        "images are copies, as in the chapter on generation."
    )
    titles = (quantity(metric).title for metric in ("copies", "fit_s"))
    columns = (say("Arm"), say("Real images"), say("Added"), quantity("balanced_accuracy_mean").title, say("Seeds"), *titles)
    return table("arms", caption, columns=columns, rows=rows)


def _seeds(arms: Sequence[View]) -> Figure | None:
    rows = [(arm.title, seeds) for arm in arms if (seeds := arm.readings("balanced_accuracy"))]
    caption = say(
        "Balanced accuracy on the test images: a dot for each seed, a line at their mean; the highest mean is coloured."
    )
    panels = [seed_plot("", rows, width_in=5.0)] if rows else []
    return figure("arms-seeds", caption, alt=say("One row of dots for each arm."), panels=panels)


def _power(judged: Sequence[Difference]) -> Sentence | None:
    known = [d.smallest for d in judged if d.smallest is not None]
    if not known:
        return None
    least = span(max(known, key=lambda reading: reading.value))
    return say(
        "With so many test images and seeds, a true effect of {least} or more is found with a probability of at least 80 %.",
        least=least,
    )


def _near_duplicates(subset: View | None, judged: Sequence[Difference]) -> tuple[Sentence, ...]:
    number = None if subset is None else subset.facts.get("near_duplicates")
    if number is None:
        return ()
    if not number:
        return (say("None of the test images is a near-duplicate of a training image."),)
    n = count(number, f"{SUBSET} near_duplicates")
    turned = [d for d in judged if d.without is not None and d.outcome(d.without) != d.outcome()]
    if not turned:
        return (
            say("Near-duplicates of training images among the test images: {n}; without them the verdicts are the same.", n=n),
        )
    return tuple(
        say(
            "Near-duplicates of training images among the test images: {n}; without them the verdict on {arm} turns: {outcome}, "
            "{d}.",
            n=n,
            arm=d.of_arm.inside,
            outcome=OUTCOMES[d.outcome(d.without)],
            d=points(d.without),
        )
        for d in turned
    )


def _described(d: Difference) -> Sentence:
    return say(
        "{arm} against {against} make a difference of {d}; this is described, not judged.",
        arm=d.of_arm.inside,
        against=d.of_against.inside,
        d=points(d.d),
    )


def _holds(subset: View | None) -> Sentence:
    if subset is not None and subset.facts.get("n_subsets", 1) > 1:
        return say(
            "The verdicts hold for this test set, over retrainings and over draws from these training images: each seed draws "
            "its part, or what is left of the cut classes, anew."
        )
    return say("The verdicts hold for this training set and this test set, over retrainings.")


def _headline(judged: Sequence[Difference]) -> Words | None:
    if not judged:
        return None
    told = listed(map(short_verdict, judged), "; ")
    return say("Against {against}: {told}.", against=judged[0].of_against.inside, told=told)
