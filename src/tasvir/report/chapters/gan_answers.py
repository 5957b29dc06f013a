"""What the study of GANs answers, from what was measured: one function a question."""

import math
from collections.abc import Callable, Mapping, Sequence

from tasvir.report.differences import Difference
from tasvir.report.numbers import count, plain
from tasvir.report.rows import Row, find, of_family
from tasvir.report.words.message import Sentence, Words, listed, say, say_n

Rows = Sequence[Row]
_FAMILIES = {"fcgan": say("FCGAN"), "dcgan": say("DCGAN")}


def answers(vary: str, rows: Rows, differences: Sequence[Difference] = ()) -> list[Sentence]:
    """The answers to what was varied: described, and judged only where there are verdicts."""
    if vary not in ANSWERS or not rows:
        return []
    return [one for one in (*ANSWERS[vary](rows), *_judged(rows, differences)) if one is not None]


def _judged(rows: Rows, differences: Sequence[Difference]) -> list[Sentence | None]:
    """Which arms help or hurt, by verdict; without verdicts, that there are none."""
    if not any(one.refused is None for one in differences):
        return [say("No arm is called better or worse here: that takes three trainings of each or more.")]
    named = {outcome: [one.of_arm.inside for one in differences if one.outcome() == outcome] for outcome in ("helps", "hurts")}
    if not named["helps"] and not named["hurts"]:
        return [say("By what their samples teach, no arm can be told from the one that it is held against.")]
    return [
        say(
            "By what their samples teach, these help against the arm that they are held against: {arms}.",
            arms=listed(named["helps"]),
        )
        if named["helps"]
        else None,
        say("By what their samples teach, these hurt: {arms}.", arms=listed(named["hurts"])) if named["hurts"] else None,
    ]


def _each(rows: Rows, metric: str) -> Words:
    return listed((say("{value} ({title})", value=row.shown(metric), title=row.name.inside) for row in rows), ", ")


def _lowest(rows: Rows, metric: str) -> Row | None:
    known = [row for row in rows if math.isfinite(row.value(metric))]
    return min(known, key=lambda row: row.value(metric), default=None)


def _highest(rows: Rows, metric: str) -> Row | None:
    known = [row for row in rows if math.isfinite(row.value(metric))]
    return max(known, key=lambda row: row.value(metric), default=None)


def _depth(rows: Rows) -> list[Sentence | None]:
    """Is the loss of the shallower generator lower, and does that mean better images?"""
    found: list[Sentence | None] = []
    agree = []
    for family, title in _FAMILIES.items():
        arms = of_family(rows, family)
        low, best = _lowest(arms, "generator_loss"), _highest(arms, "gan_train")
        if len(arms) < 2 or low is None or best is None:
            continue
        agree.append(low is best)
        shown: dict[str, Words] = {"net": title, "losses": _each(arms, "generator_loss"), "worth": _each(arms, "gan_train")}
        if low is arms[0]:
            found.append(
                say("{net}: the shallowest generator ends with the lowest loss: {losses}; samples teach {worth}.", **shown)
            )
        else:
            found.append(
                say(
                    "{net}: the shallowest generator does not end with the lowest loss: {losses}; samples teach {worth}.", **shown
                )
            )
    if agree and all(agree):
        found.append(
            say(
                "Here the lowest loss goes with the samples that teach most. It need not: a generator's loss says how well it "
                "fools its own discriminator, and nothing else."
            )
        )
    elif agree:
        found.append(
            say(
                "The lowest loss does not go with the samples that teach most: a generator's loss says how well it fools its own "
                "discriminator, and nothing else."
            )
        )
    return found


def _noise(rows: Rows) -> list[Sentence | None]:
    """Does the gap between the losses shrink?"""
    found: list[Sentence | None] = []
    for family, title in _FAMILIES.items():
        none, arms = find(rows, f"{family}-noise-0"), of_family(rows, f"{family}-noise-")
        constant = [row for row in arms if row.arm.endswith("constant")]
        if none is None or not constant:
            continue
        nearer = [row for row in constant if abs(row.value("loss_gap")) < abs(none.value("loss_gap"))]
        gaps: dict[str, Words] = {"net": title, "none": none.shown("loss_gap"), "gaps": _each(constant, "loss_gap")}
        if len(nearer) == len(constant):
            found.append(
                say("{net}: constant noise brings the losses nearer to each other: a gap of {none} without, {gaps}.", **gaps)
            )
        elif nearer:
            found.append(
                say("{net}: not every noise brings the losses nearer to each other: a gap of {none} without, {gaps}.", **gaps)
            )
        else:
            found.append(
                say("{net}: noise does not bring the losses nearer to each other: a gap of {none} without, {gaps}.", **gaps)
            )
        worth: dict[str, Words] = {
            "none": none.shown("gan_train"),
            "worth": _each([row for row in arms if row is not none], "gan_train"),
        }
        found.append(say("Samples teach {none} without noise, {worth}.", **worth))
    return found


def _balance(rows: Rows) -> list[Sentence | None]:
    """Each lever alone against none."""
    none = find(rows, "balance-none")
    if none is None:
        return []
    levers = [row for row in rows if row is not none]
    alarms = [row.name.inside for row in rows if any(cell.facts.get("alarms") for cell in row.cells)]
    shown: dict[str, Words] = {"none": none.shown("gan_train"), "arms": _each(levers, "gan_train")}
    gaps: dict[str, Words] = {"none": none.shown("loss_gap"), "arms": _each(levers, "loss_gap")}
    return [
        say("Without a lever samples teach {none}; with one, {arms}.", **shown),
        say("The gap between the losses is {none} without a lever; with one, {arms}.", **gaps),
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
                "In the epoch of its lead ({n}) the gradient that reaches the generator has a norm of {saturating} with the "
                "saturating loss and of {other} with the non-saturating one; in the end their samples "
                "teach {worth} and {worth_other}.",
                "In the last of {n} epochs of lead the gradient that reaches the generator has a norm of {saturating} with the "
                "saturating loss and of {other} with the non-saturating one; in the end their samples "
                "teach {worth} and {worth_other}.",
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
        "is {times} times that of the second: a generator that is seen through still learns. Adam divides a gradient by its "
        "usual size, and so hides much of the difference in the end.",
        times=times,
    )


def _net(rows: Rows) -> list[Sentence | None]:
    """Dense or convolutional, at as many parameters?"""
    ragged = [row for row in rows if math.isfinite(row.value("raggedness"))]
    fast = _lowest(rows, "fit_s")
    found: list[Sentence | None] = [
        say("Samples teach {worth}.", worth=_each(rows, "gan_train")),
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
