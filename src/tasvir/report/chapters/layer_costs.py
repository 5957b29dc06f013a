"""Layers over a sequence beside each other: operations, what waits for what, the longest path, parameters, seconds."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasvir.report.cells import Reading
from tasvir.report.document import Chapter, Figure, Prose, Table, chapter, figure, prose, table
from tasvir.report.numbers import MISSING, count, decimal, formula
from tasvir.report.palette import class_colour, class_marker
from tasvir.report.plots.growth import Growing, growth_keys, growth_plot
from tasvir.report.words.message import Sentence, Shown, Words, listed, say

Facts = Mapping[str, Any]
NAMES = {
    "conv": say("convolution"),
    "dilated": say("dilated convolution"),
    "rnn": say("recurrent net"),
    "attention": say("attention"),
    "projected": say("attention with dense layers"),
}
_EXPLAINED = (
    say(
        "{n} is the number of steps, {d} their width, {k} the kernel. Operations are multiply-adds of one layer for one "
        "sequence; an order hides factors that the formulas show: a recurrent net has one product with the features and one with "
        "the state, attention one for the scores and one that mixes the values.",
        **{name: formula(name) for name in "ndk"},
    ),
    say(
        "The convolutions look at a step and those before it, so that a stack of {many} sees {reach} steps back; with rates "
        "{rates} it is {far}. A stack that looks both ways needs about twice as many layers.",
        many=formula("L"),
        reach=formula("L(k-1)"),
        rates=formula("1, k, k^2, ..."),
        far=formula("k^L - 1"),
    ),
    say(
        "Attention has one head. Bare, the steps themselves are queries, keys and values and nothing is learned; otherwise a "
        "dense layer makes each of them, and one stands behind: {more} operations more.",
        more=formula("4 n d^2"),
    ),
    say(
        "Sequential steps: the longest chain of products, each of which waits for the one before. Longest path: as few layers, "
        "or states of a recurrent net, as let the gradient at the last step reach the first. Both are counted over short "
        "sequences of few features, with a kernel of at most their length, by following what torch keeps for its gradients."
    ),
)


def cost_chapters(facts: Facts) -> tuple[Chapter, ...]:
    """The formulas, what was counted, and the seconds."""
    rows = facts["compare"]
    told = say(
        "Sequences of {n} steps of {d} numbers, kernel {k}.",
        n=count(facts["length"]),
        d=count(facts["width"]),
        k=count(facts["kernel"]),
    )
    agree = _agreement(rows)
    return (
        chapter("costs", say("What each layer costs"), prose(told), _orders(rows), _counts(rows), prose(agree), headline=agree),
        chapter("waiting", say("What waits for what"), _waiting(rows), Prose(_EXPLAINED, "list")),
        chapter("seconds", say("Seconds"), prose(_how_timed(facts)), _seconds(facts), _drawn(facts)),
    )


def _agreement(rows: Sequence[Facts]) -> Sentence:
    """Whether all that was counted is what the formulas say."""
    pairs = [(row["measured"][what], row[what]["value"]) for row in rows for what in ("operations", "parameters")]
    pairs += [
        (one[what], one[f"{what}_formula"]) for row in rows for one in row["measured"]["short"] for what in ("sequential", "path")
    ]
    equal = sum(counted == told for counted, told in pairs)
    return say("Counted numbers that are what the formulas say: {k}.", k=Shown("of_n", (equal, len(pairs))))


def _orders(rows: Sequence[Facts]) -> Table | None:
    cells = [
        (
            NAMES[row["layer"]],
            formula(row["operations"]["order"]),
            _valued(row["sequential"]),
            _valued(row["path"]),
            formula(row["parameters"]["formula"]),
        )
        for row in rows
    ]
    columns = (say("Layer"), say("Operations"), say("Sequential steps"), say("Longest path"), say("Parameters"))
    caption = say("How costs grow with the length n, the width d and the kernel k, and what that is here.")
    return table("orders", caption, columns=columns, rows=cells)


def _valued(told: Facts) -> Words:
    """'O(n/k): 512'."""
    return listed([formula(told["order"]), count(told["value"])], ": ")


def _counts(rows: Sequence[Facts]) -> Table | None:
    cells = [
        (
            NAMES[row["layer"]],
            formula(row["operations"]["formula"]),
            count(row["measured"]["operations"]),
            count(row["measured"]["parameters"]),
        )
        for row in rows
    ]
    caption = say("Operations with the numbers put in, and operations and parameters as counted of torch's layers.")
    columns = (
        say("Layer"),
        say("Operations, by formula"),
        say("Counted"),
        say("Parameters, counted"),
    )
    return table("counts", caption, columns=columns, rows=cells)


def _waiting(rows: Sequence[Facts]) -> Table | None:
    cells: list[tuple[Words, ...]] = [
        (
            NAMES[row["layer"]],
            *(count(one[what]) for what in ("length", "kernel", "sequential", "sequential_formula", "path", "path_formula")),
        )
        for row in rows
        for one in row["measured"]["short"]
    ]
    columns = (
        say("Layer"),
        "n",
        "k",
        say("Sequential steps, counted"),
        say("steps, by formula"),
        say("Longest path, counted"),
        say("path, by formula"),
    )
    return table("waiting-table", say("Counted over short sequences, beside the formulas."), columns=columns, rows=cells)


def _how_timed(facts: Facts) -> Sentence:
    return say(
        "One sequence at a time, one thread, without gradients: the middle of {runs} runs or more, after some that warm up. What "
        "is small takes mostly the time of calling it, so that times grow more slowly than operations there.",
        runs=count(facts["runs"]),
    )


def _seconds(facts: Facts) -> Table | None:
    cells: list[list[Words]] = []
    for row in facts["compare"]:
        taken: list[Words] = [MISSING if took is None else _milliseconds(took) for took in row["measured"]["seconds"]]
        cells.append([NAMES[row["layer"]], *taken, decimal(_exponent(row), 2)])
    columns = (say("Layer"), *(say("n = {n}", n=count(n)) for n in facts["lengths"]), say("Exponent"))
    caption = say(
        "Milliseconds, and the exponent of n that they follow: the slope of the line through their logarithms. No number: it "
        "would have taken long."
    )
    return table("seconds-table", caption, columns=columns, rows=cells)


def _milliseconds(seconds: float) -> Words:
    return Shown("decimal", 1000 * seconds, digits=3 if seconds < 0.001 else 2 if seconds < 0.1 else 1)


def _exponent(row: Facts) -> Reading | None:
    exponent = row["measured"]["exponent"]
    return None if exponent is None else Reading(exponent)


def _drawn(facts: Facts) -> Figure | None:
    lines = []
    for place, row in enumerate(facts["compare"]):
        known = [(float(n), 1000 * took) for n, took in zip(facts["lengths"], row["measured"]["seconds"], strict=True) if took]
        if len(known) > 1:
            x, y = zip(*known, strict=True)
            lines.append(Growing(NAMES[row["layer"]], class_colour(place), class_marker(place), x, y))
    if not lines:
        return None
    panel = growth_plot("", lines, x_name=say("steps"), log_x=True)
    caption = say("Milliseconds over the number of steps, both on scales of decades.")
    return figure("seconds-figure", caption, alt=say("Lines that rise."), panels=[panel], keys=growth_keys(lines))
