"""What could spoil results before anything is learned: duplicates, leaks between parts, labels, order, empty images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tasvir.report.cells import PARTS, Cells
from tasvir.report.document import Chapter, Figure, Prose, Sentence, Table, analysis, listed, say, trouble
from tasvir.report.numbers import Shown, count
from tasvir.report.plots.pictures import pictures_with_words

NAME, TITLE = "audit", "Audit"
CELL = "audit"
_MOST_PAIRS = 20  # rows of the table
_MOST_NAMED = 5


@dataclass(frozen=True, eq=False)
class AuditSummary:
    """What `tasvir.data.audit` found, as it was recorded; pairs nearest first, the first ones as pictures."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    pictures: np.ndarray | None = None
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def pairs(self) -> tuple[Mapping[str, Any], ...]:
        """Two images of one picture, each with its part, index and label; with distance, kind, and whether labels differ.

        Of many only the nearest are recorded; `n_pairs` is how many there are.
        """
        return tuple(self.facts.get("pairs") or ())

    @property
    def n_pairs(self) -> int:
        """How many pairs were found."""
        return self.facts.get("n_pairs", len(self.pairs))

    @property
    def overlaps(self) -> tuple[Mapping[str, Any], ...]:
        """How many images of one part have a duplicate in another, or in the part itself."""
        return tuple(self.facts.get("overlaps") or ())

    @property
    def leaks(self) -> tuple[Mapping[str, Any], ...]:
        """Overlaps across parts, those of the test part first."""
        across = [overlap for overlap in self.overlaps if overlap["part"] != overlap["other"]]
        return tuple(sorted(across, key=lambda overlap: overlap["part"] != "test"))

    @property
    def conflicts(self) -> tuple[Mapping[str, Any], ...]:
        """The recorded pairs whose labels differ."""
        return tuple(pair for pair in self.pairs if pair["conflict"])

    @property
    def crossing(self) -> tuple[str, ...]:
        """Groups that stand in several parts."""
        return tuple(map(str, (self.facts.get("groups") or {}).get("crossing", ())))

    def found(self, name: str) -> tuple[Any, ...]:
        """A list of findings: 'constant' or 'small_classes'."""
        return tuple(self.facts.get(name) or ())

    @property
    def ordered(self) -> tuple[Mapping[str, Any], ...]:
        """Parts whose images stand by class."""
        return tuple(order for order in self.facts.get("label_order") or () if order.get("ordered"))


def summarise(cells: Cells) -> AuditSummary | None:
    """The audit of a run; None where it has none."""
    if not cells.names(CELL):
        return None
    problem = cells.problem(CELL)
    if problem:
        return AuditSummary(problems={CELL: problem})
    return AuditSummary(cells.facts(CELL), cells.array(CELL, "pair_images"))


def compose(summary: AuditSummary) -> Chapter:
    """The chapter as it is read."""
    intro = say(
        "Before anything is learned, the images are searched for what would spoil the results. A split that came with the "
        "data stays as it is, and its faults are told here; one that is drawn keeps duplicates and groups together."
    )
    if summary.problems:
        return Chapter(NAME, TITLE, (Prose((intro,)), *trouble(summary.problems)))
    rule = str(summary.facts.get("rule") or "")
    blocks: list = [Prose((intro,)), *([Prose((say("{rule}", rule=rule),))] if rule else [])]
    blocks += [*_overlaps_table(summary), *_pictures(summary), *_pairs_table(summary)]
    blocks.append(_checks_table(summary))
    blocks.append(analysis(*map(_leak, summary.leaks), *_advice(summary), *_other_faults(summary), _sound(summary)))
    return Chapter(NAME, TITLE, tuple(blocks), _headline(summary), line="Data")


def _overlaps_table(summary: AuditSummary) -> tuple[Table, ...]:
    record = f"{CELL} overlaps"
    rows = []
    for overlap in summary.overlaps:
        images = Shown(f"{overlap['n_images']:,} of {overlap['n']:,}", record)
        alike = overlap["n_pairs"] - overlap["n_pairs_close"]
        numbers = (count(n, record) for n in (overlap["n_images_close"], overlap["n_pairs"], overlap["n_pairs_close"], alike))
        rows.append((_part(overlap["part"]), _part(overlap["other"]), images, *numbers))
    if not rows:
        return ()
    within = f"at most {summary.facts['close_distance']:.2g} apart" if summary.facts.get("close_distance") else "nearly equal"
    caption = (
        "Images of one part that have a duplicate in another (or in the same), and the pairs that they form. Close: "
        f"{within} (Euclidean, pixels from 0 to 1), identical ones among them; alike: by the rule above."
    )
    columns = ("Images of", "Duplicated in", "Images", "of them close", "Pairs", "of them close", "alike")
    return (Table("duplicates", caption, columns, tuple(rows)),)


def _pictures(summary: AuditSummary) -> tuple[Figure, ...]:
    if summary.pictures is None or not len(summary.pictures):
        return ()
    panels = []
    for pair, images in zip(summary.pairs, summary.pictures, strict=False):
        below = [(*_short(pair[side]), str(pair[side]["label"])) for side in ("first", "second")]
        title = f"{pair['distance']:.2f}, {pair['kind']}"
        panels.append(pictures_with_words(title, images, below, marked=bool(pair["conflict"])))
    which = _nearest(len(panels), summary)
    caption = f"{which} pairs of duplicates: distance, place and label of each image; labels that differ are coloured."
    return (Figure("duplicate-pairs", caption, "Pairs of images side by side.", tuple(panels), panel_rem=9.4),)


def _pairs_table(summary: AuditSummary) -> tuple[Table, ...]:
    record = f"{CELL} pairs"
    rows = []
    for pair in summary.pairs[:_MOST_PAIRS]:
        sides = (cell for side in ("first", "second") for cell in (Shown(_place(pair[side]), record), str(pair[side]["label"])))
        rows.append((Shown(f"{pair['distance']:.3f}", record), pair["kind"], *sides))
    if not rows:
        return ()
    differ = frozenset(i for i, pair in enumerate(summary.pairs[:_MOST_PAIRS]) if pair["conflict"])
    caption = (
        f"{_nearest(len(rows), summary)} pairs of duplicates, by distance (Euclidean, pixels from 0 to 1). An image is named "
        "by its file, or by its part and its place there, counted from 0; pairs with different labels are set off."
    )
    return (Table("pairs", caption, ("Distance", "Kind", "One", "Label", "Other", "Label"), tuple(rows), differ),)


def _nearest(shown: int, summary: AuditSummary) -> str:
    return f"The {shown:,} nearest of {summary.n_pairs:,}" if shown < summary.n_pairs else "All"


def _checks_table(summary: AuditSummary) -> Table:
    groups = summary.facts.get("groups")
    counts = ", ".join(f"{n:,} {PARTS.get(part, part)}" for part, n in (groups or {}).get("counts", {}).items())
    crossing = _named(summary.crossing) if summary.crossing else "none"
    rows = [("Groups in several parts", Shown(f"{crossing} ({counts})" if groups else "no groups are known", f"{CELL} groups"))]
    for order in summary.facts.get("label_order") or ():
        runs = f"{order['runs']:,} runs of equal labels, {order['expected']:,.0f} when shuffled"
        rows.append((f"Order of the {PARTS.get(order['part'], order['part'])} images", Shown(runs, f"{CELL} label_order")))
    constant = _named([_place(place) for place in summary.found("constant")]) or "none"
    small = _named([str(small["name"]) for small in summary.found("small_classes")]) or "none"
    rows.append(("Images of a single colour", Shown(constant, f"{CELL} constant")))
    rows.append(("Classes too small, or missing in a part", Shown(small, f"{CELL} small_classes")))
    return Table("checks", "What else was looked for.", ("Check", "Found"), tuple(rows))


def _other_faults(summary: AuditSummary) -> list[Sentence]:
    """One sentence for each fault beside leaks, the gravest first."""
    numbers = {
        "Groups in several parts of the split: {n}.": (summary.crossing, "groups"),
        _conflicts(summary): (summary.conflicts, "pairs"),
        "Classes too small to split, or missing in a part: {n}.": (summary.found("small_classes"), "small_classes"),
        "Images of a single colour: {n}.": (summary.found("constant"), "constant"),
    }
    said = [say(text, n=count(len(found), f"{CELL} {fact}")) for text, (found, fact) in numbers.items() if found]
    for overlap in summary.overlaps:
        if overlap["part"] == overlap["other"]:
            n = count(overlap["n_pairs"], f"{CELL} overlaps")
            said.append(say("Pairs of duplicates within the {part} images: {n}.", part=_part(overlap["part"]), n=n))
    for order in summary.ordered:
        said.append(say("The {part} images stand by class: shuffle before taking the first ones.", part=_part(order["part"])))
    return said


def _conflicts(summary: AuditSummary) -> str:
    """How many pairs have different labels, of those that were recorded."""
    identical = sum(pair["kind"] == "identical" for pair in summary.conflicts)
    which = (
        "Pairs of duplicates" if len(summary.pairs) == summary.n_pairs else f"Of the {len(summary.pairs)} nearest pairs, those"
    )
    return which + " with different labels: {n}" + (f", {identical} of them identical." if identical else ".")


def _leak(overlap: Mapping[str, Any]) -> Sentence:
    record = f"{CELL} overlaps"
    return say(
        "Duplicated among the {other} images: {n} {part} images, {close} of them identical or close.",
        n=Shown(f"{overlap['n_images']:,} of {overlap['n']:,}", record),
        part=_part(overlap["part"]),
        other=_part(overlap["other"]),
        close=count(overlap["n_images_close"], record),
    )


def _advice(summary: AuditSummary) -> tuple[Sentence, ...]:
    if any(overlap["part"] == "test" for overlap in summary.leaks) or summary.crossing:
        return (say("Scores on such test images tell what was remembered rather than what was learned."),)
    return ()


def _sound(summary: AuditSummary) -> Sentence | None:
    if summary.leaks or _other_faults(summary):
        return None
    return say("Nothing was found: no duplicates, no group on both sides of a split, no constant images, no class too small.")


def _headline(summary: AuditSummary) -> Sentence:
    """The worst leak and the gravest of the other faults."""
    faults = [*map(_leak, summary.leaks[:1]), *_other_faults(summary)[:1]]
    return listed(faults, " ") if faults else say("The audit found no fault.")


def _part(part: str) -> str:
    return PARTS.get(part, part)


def _short(place: Mapping[str, Any]) -> tuple[str, str]:
    """Part and name below a picture; of a name the end tells images apart."""
    return str(place["part"]), str(place.get("name") or place["index"]).rpartition("/")[2]


def _place(place: Mapping[str, Any]) -> str:
    """An image by its name; by its part and place in older records."""
    return str(place.get("name") or f"{_part(place['part'])} {place['index']}")


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
