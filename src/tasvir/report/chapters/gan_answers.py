"""What the study of GANs answers, from what was measured: one function a question."""

import math
from collections.abc import Callable, Mapping, Sequence

from tasvir.report.chapters.gan_rows import Row, find, of_family
from tasvir.report.numbers import count, plain
from tasvir.report.words.message import Sentence, Words, listed, say, say_n

Rows = Sequence[Row]
_FAMILIES = {"fcgan": say("FCGAN"), "dcgan": say("DCGAN")}


def answers(vary: str, rows: Rows) -> list[Sentence]:
    """The answers to what was varied."""
    return [one for one in ANSWERS[vary](rows) if one is not None] if vary in ANSWERS else []


def _each(rows: Rows, metric: str) -> Words:
    return listed((say("{value} ({title})", value=row.shown(metric), title=row.name.inside) for row in rows), ", ")


def _lowest(rows: Rows, metric: str) -> Row | None:
    known = [row for row in rows if math.isfinite(row.value(metric))]
    return min(known, key=lambda row: row.value(metric), default=None)


def _highest(rows: Rows, metric: str) -> Row | None:
    known = [row for row in rows if math.isfinite(row.value(metric))]
    return max(known, key=lambda row: row.value(metric), default=None)


def _clearly(row: Row, other: Row) -> int:
    """1 where its samples teach more, -1 where less, and their intervals (or the ranges of several trainings) do not meet."""
    a, b = row.over_seeds("gan_train"), other.over_seeds("gan_train")
    if a is None or b is None or None in (a.low, a.high, b.low, b.high) or row is other:
        return 0
    return int(a.low > b.high) - int(a.high < b.low)  # type: ignore[operator]


def _depth(rows: Rows) -> list[Sentence | None]:
    """Is the loss of the shallower generator lower, and does that mean better images?"""
    found: list[Sentence | None] = []
    for family, title in _FAMILIES.items():
        arms = of_family(rows, family)
        low, best = _lowest(arms, "generator_loss"), _highest(arms, "gan_train")
        if len(arms) < 2 or low is None or best is None:
            continue
        shown: dict[str, Words] = {"net": title, "losses": _each(arms, "generator_loss")}
        if low is arms[0]:
            found.append(say("{net}: the shallowest generator has the lowest loss at the end: {losses}.", **shown))
        else:
            found.append(say("{net}: the shallowest generator does not have the lowest loss at the end: {losses}.", **shown))
        better: dict[str, Words] = {"arm": low.name.inside, "best": best.name.inside, "worth": _each(arms, "gan_train")}
        if low is best:
            found.append(say("Here the lowest loss goes with the samples that teach most ({worth}).", **better))
        else:
            found.append(
                say(
                    "The lowest loss is no sign of better images: {arm} has it, but the samples of {best} teach a classifier "
                    "most ({worth}). A generator's loss says how well it fools its own discriminator, and nothing else.",
                    **better,
                )
            )
    return found


def _noise(rows: Rows) -> list[Sentence | None]:
    """Does the gap between the losses shrink, where does it harm?"""
    found: list[Sentence | None] = []
    for family, title in _FAMILIES.items():
        none, arms = find(rows, f"{family}-noise-0"), of_family(rows, f"{family}-noise-")
        constant = [row for row in arms if row.arm.endswith("constant")]
        if none is None or not constant:
            continue
        most = constant[-1]
        gaps: dict[str, Words] = {"net": title, "none": none.shown("loss_gap"), "gaps": _each(constant, "loss_gap")}
        if abs(most.value("loss_gap")) < abs(none.value("loss_gap")):
            found.append(
                say("{net}: noise brings the losses nearer to each other: the gap is {none} without, and with it {gaps}.", **gaps)
            )
        else:
            found.append(
                say("{net}: noise does not bring the losses nearer: the gap is {none} without, and with it {gaps}.", **gaps)
            )
        worse = [row for row in arms if _clearly(row, none) < 0]
        better = [row for row in arms if _clearly(row, none) > 0]
        shown: dict[str, Words] = {"none": none.shown("gan_train"), "which": _each(worse or better, "gan_train")}
        if worse:
            found.append(say("It harms: samples teach clearly less than without noise ({none}) from {which}.", **shown))
        elif better:
            found.append(
                say("It harms nowhere, and helps: samples teach clearly more than without noise ({none}) from {which}.", **shown)
            )
        else:
            found.append(say("None of it makes samples teach clearly more or less than without noise ({none}).", **shown))
    return found


def _balance(rows: Rows) -> list[Sentence | None]:
    """Each lever alone against none."""
    none = find(rows, "balance-none")
    if none is None:
        return []
    levers = [row for row in rows if row is not none]
    more, less, alike = ([row for row in levers if _clearly(row, none) == sign] for sign in (1, -1, 0))
    value = none.shown("gan_train")
    alarms = [row.name.inside for row in rows if any(cell.facts.get("alarms") for cell in row.cells)]
    return [
        say("Without a lever samples teach {none}; clearly more with {arms}.", none=value, arms=_each(more, "gan_train"))
        if more
        else None,
        say("Without a lever samples teach {none}; clearly less with {arms}.", none=value, arms=_each(less, "gan_train"))
        if less
        else None,
        say(
            "Without a lever samples teach {none}; no clear difference to that with {arms}.",
            none=value,
            arms=_each(alike, "gan_train"),
        )
        if alike
        else None,
        say("The recorder raised alarms for {arms}.", arms=listed(alarms)) if alarms else None,
    ]


def _loss(rows: Rows) -> list[Sentence | None]:
    """Why ascend on log D(G(z)), and must the losses of the two players differ?"""
    found: list[Sentence | None] = []
    pairs = [
        (ahead, a, b)
        for ahead in (0, 1, 3, 10)
        if (a := find(rows, f"loss-saturating-{ahead}")) and (b := find(rows, f"loss-non_saturating-{ahead}"))
    ]
    for ahead, saturating, other in pairs:
        n = count(ahead, other.first.record("levers"))
        shown: dict[str, Words] = {
            "saturating": saturating.shown("led_gradient"),
            "other": other.shown("led_gradient"),
            "worth": saturating.shown("gan_train"),
            "worth_other": other.shown("gan_train"),
        }
        found.append(
            say_n(
                "After {n} epoch of lead the gradient that reaches the generator has a norm of {saturating} with the saturating "
                "loss and of {other} with the non-saturating one; in the end their samples teach {worth} and {worth_other}.",
                "After {n} epochs of lead the gradient that reaches the generator has a norm of {saturating} with the saturating "
                "loss and of {other} with the non-saturating one; in the end their samples teach {worth} and {worth_other}.",
                n=n,
                **shown,
            )
            if ahead
            else say(
                "When both are trained together from the start, the generator's gradient in the first epoch has a norm of "
                "{saturating} with the saturating loss and of {other} with the non-saturating one; in the end their samples "
                "teach {worth} and {worth_other}.",
                **shown,
            )
        )
    if pairs:
        found.append(_why(*pairs[-1]))
        found.append(
            say(
                "The losses of the two players need not differ: the saturating one is the discriminator's own with its sign "
                "turned, and both losses of the generator have the same aim. They differ in where they are steep: the saturating "
                "one is flat where the discriminator is sure, which is where a generator begins."
            )
        )
    return found


def _why(ahead: int, saturating: Row, other: Row) -> Sentence | None:
    small, large = saturating.value("led_gradient"), other.value("led_gradient")
    if not (small > 0 and large > small):
        return say(
            "Here the saturating loss gave the generator no smaller gradient than the other, even behind the longest lead."
        )
    times = plain(float(f"{large / small:.2g}"), other.first.record("led_gradient"))
    return say(
        "Why ascend on log D(G(z)) instead of descending on log(1 - D(G(z)))? Behind the longest lead the gradient of the first "
        "is {times} times that of the second: a generator that is seen through still learns.",
        times=times,
    )


def _net(rows: Rows) -> list[Sentence | None]:
    """Dense or convolutional, at as many parameters?"""
    best, ragged = _highest(rows, "gan_train"), [row for row in rows if math.isfinite(row.value("raggedness"))]
    if best is None:
        return []
    fast = _lowest(rows, "fit_s")
    found: list[Sentence | None] = [
        say("Samples teach most from {arm}: {worth}.", arm=best.name.inside, worth=_each(rows, "gan_train")),
        say("Trainings took {seconds}; the quickest was {arm}.", seconds=_each(rows, "fit_s"), arm=fast.name.inside)
        if fast
        else None,
    ]
    if ragged:
        farthest = max(ragged, key=lambda row: abs(row.value("raggedness") - 1))
        found.append(
            say(
                "The difference of neighbouring pixels, as a multiple of that in real images, is {ragged}; farthest from 1 is "
                "{arm}.",
                ragged=_each(ragged, "raggedness"),
                arm=farthest.name.inside,
            )
        )
    return found


ANSWERS: Mapping[str, Callable[[Rows], list[Sentence | None]]] = {
    "depth": _depth,
    "noise": _noise,
    "balance": _balance,
    "loss": _loss,
    "net": _net,
}
