"""What could spoil results before anything is learned: duplicates, leaks between parts, labels, order, empty images."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasvir.data.audit.duplicates import MOST_COMPARED
from tasvir.report.cells import Cells
from tasvir.report.document import Block, Chapter, Figure, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.names import part_name
from tasvir.report.numbers import count, share_of
from tasvir.report.plots.pictures import pictures_with_words
from tasvir.report.view import View, problems, view
from tasvir.report.words.message import Listed, Sentence, Shown, Words, listed, literal, say

NAME, TITLE = "audit", say("Audit")
CELL = "audit"
_MOST_PAIRS = 20  # rows of the table
_MOST_NAMED = 5
_KINDS: dict[str, Words] = {"identical": say("identical"), "close": say("close"), "alike": say("alike")}
Facts = Mapping[str, Any]


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run has no audit."""
    if not cells.names(CELL):
        return None
    intro = prose(
        say(
            "Before anything is learned, the images are searched for what would spoil the results. A split that came with the "
            "data stays as it is, and its faults are told here; one that is drawn keeps duplicates and groups together."
        )
    )
    found = view(cells, CELL)
    if found is None:
        return chapter(NAME, TITLE, intro, trouble(problems(cells, CELL)))
    facts = found.facts
    blocks: list[Block | None] = [intro, prose(_rule(facts)), _overlaps_table(facts), _pictures(found), _pairs_table(facts)]
    blocks += [_checks_table(facts), analysis(*sentences(facts))]
    return chapter(NAME, TITLE, *blocks, headline=_headline(facts), line=say("Data"))


def sentences(facts: Facts) -> list[Sentence]:
    """An audit (`Audit.to_json`) in words: its faults, else that there is none; then how many groups were looked at."""
    nothing = say("Nothing was found: no duplicates, no group on both sides of a split, no constant images, no class too small.")
    told = faults(facts) or [nothing]
    if not facts.get("groups") or _crossing(facts):
        return told
    return [*told, say("Groups, none in several parts: {counts}.", counts=_group_counts(facts))]


def faults(facts: Facts) -> list[Sentence]:
    """What a reader has to know, what matters most first."""
    leaks = [_leak(overlap) for overlap in _leaks(facts)]
    advice = say("Scores on such test images tell what was remembered rather than what was learned.")
    warned = [advice] if any(overlap["part"] == "test" for overlap in _leaks(facts)) or _crossing(facts) else []
    return [*leaks, *warned, *_other_faults(facts)]


def _rule(facts: Facts) -> Sentence:
    if facts.get("identical_only"):
        return say("Beyond {n} images only identical ones are looked for.", n=count(MOST_COMPARED))
    return say(
        "Two images are duplicates when their thumbnails (at most 16 pixels a side, without brightness and contrast) are at most "
        "0.3 apart, and either their pixels differ by at most 1/56 of the range (root mean square: close), or for both of them "
        "the ten images that come next are at least three times as far (alike)."
    )


def _pairs(facts: Facts) -> Sequence[Facts]:
    """Two images of one picture; of many only the nearest are recorded, `n_pairs` is how many there are."""
    return facts.get("pairs") or ()


def _n_pairs(facts: Facts) -> int:
    return int(facts.get("n_pairs", len(_pairs(facts))))


def _leaks(facts: Facts) -> list[Facts]:
    """Overlaps across parts, those of the test part first."""
    across = [overlap for overlap in facts.get("overlaps") or () if overlap["part"] != overlap["other"]]
    return sorted(across, key=lambda overlap: overlap["part"] != "test")


def _crossing(facts: Facts) -> tuple[str, ...]:
    return tuple(map(str, (facts.get("groups") or {}).get("crossing", ())))


def _overlaps_table(facts: Facts) -> Table | None:
    record, rows = f"{CELL} overlaps", []
    for overlap in facts.get("overlaps") or ():
        alike = overlap["n_pairs"] - overlap["n_pairs_close"]
        numbers = (count(n, record) for n in (overlap["n_images_close"], overlap["n_pairs"], overlap["n_pairs_close"], alike))
        images = share_of(overlap["n_images"], overlap["n"], record)
        rows.append((part_name(overlap["part"]), part_name(overlap["other"]), images, *numbers))
    caption = say(
        "Images of one part that have a duplicate in another (or in the same), and the pairs that they form. Close: at most "
        "{distance} apart (Euclidean, pixels from 0 to 1), identical ones among them; alike: by the rule above.",
        distance=Shown("decimal", facts.get("close_distance"), f"{CELL} close_distance", digits=2),
    )
    close = say("of them close")
    columns = (say("Images of"), say("Duplicated in"), say("Images"), close, say("Pairs"), close, say("alike"))
    return table("duplicates", caption, columns=columns, rows=rows)


def _pictures(found: View) -> Figure | None:
    pictures, panels = found.array("pair_images"), []
    for pair, images in zip(_pairs(found.facts), () if pictures is None else pictures, strict=False):
        below = [(*_short(pair[side]), str(pair[side]["label"])) for side in ("first", "second")]
        title = say("{distance}, {kind}", distance=_distance(pair, 2), kind=_kind(pair))
        panels.append(pictures_with_words(title, images, below, marked=bool(pair["conflict"])))
    numbers = {"n": count(len(panels)), "all": count(_n_pairs(found.facts), f"{CELL} n_pairs")}
    caption = say("All pairs of duplicates: distance, place and label of each image; labels that differ are coloured.")
    if len(panels) < _n_pairs(found.facts):
        caption = say(
            "The {n} nearest of {all} pairs of duplicates: distance, place and label of each image; labels that differ are "
            "coloured.",
            **numbers,
        )
    return figure("duplicate-pairs", caption, alt=say("Pairs of images side by side."), panels=panels, panel_rem=9.4)


def _pairs_table(facts: Facts) -> Table | None:
    record, shown = f"{CELL} pairs", _pairs(facts)[:_MOST_PAIRS]
    rows = []
    for pair in shown:
        sides = (cell for side in ("first", "second") for cell in (literal(_place(pair[side]), record), str(pair[side]["label"])))
        rows.append((_distance(pair, 3), _kind(pair), *sides))
    how = say(
        "Distances are Euclidean, of pixels from 0 to 1. An image is named by its file, or by its part and its place there, "
        "counted from 0; pairs with different labels are set off."
    )
    caption = say("All pairs of duplicates, by distance. {how}", how=how)
    if len(rows) < _n_pairs(facts):
        n, every = count(len(rows)), count(_n_pairs(facts), f"{CELL} n_pairs")
        caption = say("The {n} nearest of {all} pairs of duplicates, by distance. {how}", n=n, all=every, how=how)
    columns = (say("Distance"), say("Kind"), say("One"), say("Label"), say("Other"), say("Label"))
    return table("pairs", caption, columns=columns, rows=rows, bold=(i for i, pair in enumerate(shown) if pair["conflict"]))


def _checks_table(facts: Facts) -> Table | None:
    none = say("none")
    rows: list[tuple[Words, Words]] = [(say("Groups in several parts"), _groups(facts))]
    for order in facts.get("label_order") or ():
        runs = say(
            "{runs} runs of equal labels, {expected} when shuffled",
            runs=count(order["runs"], f"{CELL} label_order"),
            expected=count(round(order["expected"]), f"{CELL} label_order"),
        )
        rows.append((say("Order of the {part} images", part=part_name(order["part"])), runs))
    constant = _named([_place(place) for place in facts.get("constant") or ()], f"{CELL} constant")
    small = _named([str(small["name"]) for small in facts.get("small_classes") or ()], f"{CELL} small_classes")
    rows += [
        (say("Images of a single colour"), constant or none),
        (say("Classes too small, or missing in a part"), small or none),
    ]
    return table("checks", say("What else was looked for."), columns=(say("Check"), say("Found")), rows=rows)


def _groups(facts: Facts) -> Words:
    if not facts.get("groups"):
        return say("no groups are known")
    crossing = _named(_crossing(facts), f"{CELL} groups") or say("none")
    return say("{crossing} ({counts})", crossing=crossing, counts=_group_counts(facts))


def _group_counts(facts: Facts) -> Listed:
    counts = facts["groups"].get("counts", {})
    record = f"{CELL} groups"
    return listed((say("{n} {part}", n=count(n, record), part=part_name(part)) for part, n in counts.items()), ", ")


def _other_faults(facts: Facts) -> list[Sentence]:
    """One sentence for each fault beside leaks, the gravest first."""
    said = []
    if crossing := _crossing(facts):
        said.append(say("Groups in several parts of the split: {n}.", n=count(len(crossing), f"{CELL} groups")))
    said += _conflicts(facts)
    if small := facts.get("small_classes"):
        n = count(len(small), f"{CELL} small_classes")
        said.append(say("Classes too small to split, or missing in a part: {n}.", n=n))
    if constant := facts.get("constant"):
        said.append(say("Images of a single colour: {n}.", n=count(len(constant), f"{CELL} constant")))
    for overlap in facts.get("overlaps") or ():
        if overlap["part"] == overlap["other"]:
            n = count(overlap["n_pairs"], f"{CELL} overlaps")
            said.append(say("Pairs of duplicates within the {part} images: {n}.", part=part_name(overlap["part"]), n=n))
    for order in facts.get("label_order") or ():
        if order.get("ordered"):
            part = part_name(order["part"])
            said.append(say("The {part} images stand by class: shuffle before taking the first ones.", part=part))
    return said


def _conflicts(facts: Facts) -> list[Sentence]:
    """How many pairs have different labels, of those that were recorded."""
    record, pairs = f"{CELL} pairs", _pairs(facts)
    differ = [pair for pair in pairs if pair["conflict"]]
    if not differ:
        return []
    identical = sum(pair["kind"] == "identical" for pair in differ)
    numbers = {"n": count(len(differ), record), "same": count(identical, record), "nearest": count(len(pairs), record)}
    if len(pairs) == _n_pairs(facts):
        return [say("Pairs of duplicates with different labels: {n}, of them identical: {same}.", **numbers)]
    return [say("Of the {nearest} nearest pairs, those with different labels: {n}, of them identical: {same}.", **numbers)]


def _leak(overlap: Facts) -> Sentence:
    record = f"{CELL} overlaps"
    return say(
        "Duplicated among the {other} images: {images} {part} images, {close} of them identical or close.",
        images=share_of(overlap["n_images"], overlap["n"], record),
        part=part_name(overlap["part"]),
        other=part_name(overlap["other"]),
        close=count(overlap["n_images_close"], record),
    )


def _headline(facts: Facts) -> Words:
    """The worst leak and the gravest of the other faults."""
    faults = [*map(_leak, _leaks(facts)[:1]), *_other_faults(facts)[:1]]
    return listed(faults, " ") if faults else say("The audit found no fault.")


def _kind(pair: Facts) -> Words:
    return _KINDS.get(str(pair["kind"])) or str(pair["kind"])


def _distance(pair: Facts, digits: int) -> Shown:
    return Shown("decimal", float(pair["distance"]), f"{CELL} pairs", digits=digits)


def _short(place: Facts) -> tuple[Words, str]:
    """Part and name below a picture; of a name the end tells images apart."""
    return part_name(str(place["part"])), str(place.get("name") or place["index"]).rpartition("/")[2]


def _place(place: Facts) -> str:
    """An image by its name."""
    return str(place.get("name") or f"{place['part']}/{place['index']}")


def _named(names: Sequence[str], record: str) -> Listed | Sentence | None:
    first = listed((literal(name, record) for name in names[:_MOST_NAMED]), ", ")
    if len(names) <= _MOST_NAMED:
        return first if names else None
    more = count(len(names) - _MOST_NAMED, record)
    return say("{names} and {n} more", n=more, names=first)
