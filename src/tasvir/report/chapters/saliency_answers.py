"""What the records say of the maps: one function a question, and a sentence only where the interval leaves 0."""

import math

from tasvir.report.cells import Reading
from tasvir.report.numbers import count, decimal, percent, plain
from tasvir.report.rows import bare
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Words, listed, say

#: Of fewer images, or independent cases, no difference is taken for real: means of skewed numbers leave out 0 too often then
#: (benchmarks/means.py).
FEWEST = 100
#: Which of two orders of pixels was the better one.
_WAYS = {"deletion": say("deletion"), "insertion": say("insertion")}
_AGAINST = {
    "random": say("random maps that are as coarse"),
    "unrectified": say("maps of the same layer before its ReLU"),
    "contrast": say("the contrast of each pixel to the blank"),
}


def side(reading: Reading | None) -> int | None:
    """1 where an interval lies above 0, -1 below, 0 where it holds 0; None where there is none, or of too few cases."""
    if reading is None or reading.low is None or reading.high is None or (reading.n or 0) < FEWEST:
        return None
    if not (math.isfinite(reading.low) and math.isfinite(reading.high)):
        return None
    return 1 if reading.low > 0 else -1 if reading.high < 0 else 0


def weights_sentences(weights: View | None) -> list[Sentence | None]:
    """Do the maps come from what the net has learned?"""
    if weights is None:
        return []
    stages = weights.facts.get("stages") or [""]
    gone = weights.reading("map_agreement", against=stages[-1])
    other = weights.reading("map_agreement", against="other_training")
    gain = weights.reading("weights_gain")
    shown: dict[str, Words] = {
        "gone": decimal(bare(gone), 2),
        "other": decimal(bare(other), 2),
        "gain": decimal(gain, 2),
    }
    found = side(gain)
    if found == 1:
        told = say(
            "The maps come from what the net has learned: with all its weights drawn anew they agree with the trained ones by "
            "{gone} (rank correlation), those of another training by {other}; the difference is {gain}.",
            **shown,
        )
    elif found is not None and gain is not None and gain.high is not None and gain.high <= 0:  # also a map that never changes
        told = say(
            "The maps do not come from what the net has learned: with all its weights drawn anew they agree with the trained "
            "ones by {gone} (rank correlation), those of another training by {other}, which is no more; the difference is "
            "{gain}.",
            **shown,
        )
    else:
        told = say(
            "It cannot be told whether the maps come from what the net has learned: with all its weights drawn anew they agree "
            "with the trained ones by {gone} (rank correlation), those of another training by {other}; the difference is {gain}.",
            **shown,
        )
    few = gain is not None and (gain.n or 0) < FEWEST
    too_few = say(
        "Fewer than {fewest} independent test images were judged: no difference is taken for real.", fewest=count(FEWEST)
    )
    return [told, _without_order(weights), _over_chance(weights), too_few if few else None]


def _without_order(weights: View) -> Sentence | None:
    """How much of the agreement is none because there is nothing to agree with."""
    silent = weights.reading("without_order", of=(weights.facts.get("stages") or [""])[-1])
    if silent is None or not silent.value:
        return None
    return say("Of the maps without the weights {share} put nothing first, which counts as no agreement.", share=percent(silent))


def _over_chance(weights: View) -> Sentence | None:
    """What is left of the agreement without any weights is the image's own."""
    excess = weights.reading("agreement_over_chance")
    if side(excess) != 1:
        return None
    return say(
        "On average some of a map is the image's own, whatever the weights are: without them the agreement is above that with "
        "the map of another image by {excess}.",
        excess=decimal(excess, 2),
    )


def removal_sentences(removal: View | None) -> list[Sentence | None]:
    """Do the maps put first what the net needs?"""
    if removal is None:
        return []
    found = {
        against: [(way, side(gain), gain) for way in _WAYS if (gain := removal.reading("removal_gain", way=way, against=against))]
        for against in _AGAINST
    }
    return [_gained(against, gains) for against, gains in found.items() if gains]


def _gained(against: str, gains: list[tuple[str, int | None, Reading]]) -> Sentence:
    """One sentence on deletion and insertion together."""
    shown: dict[str, Words] = {
        "other": _AGAINST[against],
        "each": listed((say("{way}: {gain}", way=_WAYS[way], gain=decimal(gain, 3)) for way, _, gain in gains), ", "),
    }
    sides = {found for _, found, _ in gains}
    if sides == {1}:
        return say("The maps put what the net needs first, better than {other} ({each}).", **shown)
    if sides == {-1}:
        return say("The maps put what the net needs first less well than {other} ({each}).", **shown)
    if sides == {1, -1}:
        return say("Deletion and insertion contradict each other about the maps and {other} ({each}).", **shown)
    return say("It cannot be told whether the maps put what the net needs first, against {other} ({each}).", **shown)


def ink_sentences(ink: View | None) -> list[Sentence | None]:
    """How much of the maps lies on what is drawn?"""
    if ink is None:
        return []
    if not ink.facts.get("has_ground"):
        return [say("These images have no plain ground, so there is no ink whose share could be told.")]
    readings = {arm: ink.reading("mass_on_ink", arm=arm) for arm in ("grad_cam", "random", "ink", "even")}
    if readings["grad_cam"] is None:
        return [say("No map of these images shows anything, or no image has ink: a share of ink cannot be told.")]
    shown: dict[str, Words] = {arm: percent(bare(reading)) for arm, reading in readings.items()}
    shown |= {"places": _size(ink, "places")}
    share = say(
        "{grad_cam} of a map lies on ink, which covers {even} of the pixels. A map of {places} places cannot point finer: one "
        "that follows the ink as well as it can has {ink} there, and one that knows nothing {random}.",
        **shown,
    )
    found = side(ink.reading("ink_gain"))
    if found == 1:
        return [share, say("So the maps look at the ink, and around it, rather than anywhere.")]
    if found == -1:
        return [share, say("So the maps avoid the ink: the net looks at what is left blank.")]
    return [share, say("So it cannot be told whether the maps look at the ink rather than anywhere.")]


def silence_sentences(ink: View | None, maps: View | None) -> list[Sentence | None]:
    """Where do the maps say nothing?"""
    if ink is None:
        return []
    empty, second, cold = (
        ink.reading("empty_maps", of="named"),
        ink.reading("empty_maps", of="second"),
        ink.reading("cold_places"),
    )
    before = ink.reading("empty_maps", of="unrectified")
    if empty is None or second is None or before is None:
        return []
    told: list[Sentence | None] = [
        say(
            "For {empty} of the images nothing speaks for the class that is named, and for {second} nothing for the second most "
            "probable one: there the map is 0 everywhere and says nothing. Before the ReLU it would be so for {before}.",
            empty=percent(empty),
            second=percent(second),
            before=percent(before),
        )
    ]
    if cold is not None:
        told.append(
            say(
                "In the other maps {cold} of the pixels have less than a twentieth of the hottest one's heat.", cold=percent(cold)
            )
        )
    if maps is not None and maps.facts.get("sees"):
        told.append(
            say(
                "What speaks against a class is not in a map, which is cut off at 0. Each of its {places} places sees {sees} "
                "pixels, and does not tell a stroke from its absence where both lie there.",
                places=_size(maps, "places"),
                sees=_size(maps, "sees"),
            )
        )
    return told


def _size(found: View, fact: str) -> Words:
    """'7 × 7'."""
    height, width = found.facts.get(fact) or (None, None)
    record = found.record(fact)
    return say("{h} × {w}", h=plain(height, record), w=plain(width, record))
