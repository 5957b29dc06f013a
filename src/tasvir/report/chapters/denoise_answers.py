"""What the study of denoising answers, from what was measured."""

from tasvir.measures.verdict import FEWEST_SEEDS_FIXED
from tasvir.report.cells import Reading
from tasvir.report.chapters.denoise_rows import NOISY, OURS, Found
from tasvir.report.numbers import decibels, decimal, plain
from tasvir.report.rows import bare
from tasvir.report.words.message import Sentence, Shown, Words, say


def headline(found: Found) -> Sentence | None:
    """What our net reaches, and how far that is above the best filter."""
    ours, best = found.row(OURS), found.best_filter
    noisy = found.row(NOISY)
    if ours is None or noisy is None or ours.reading("psnr") is None:
        return None
    if not found.level or best is None:
        return say("Without noise the U-Net gives images back at {psnr} dB.", psnr=_db(ours.reading("psnr")))
    return say(
        "A U-Net cleans noisy images of {noisy} dB to {psnr} dB; {filter}, the best filter on held-out images, reaches "
        "{other} dB.",
        noisy=_db(noisy.reading("psnr")),
        psnr=_db(ours.reading("psnr")),
        filter=best.name.inside,
        other=_db(best.reading("psnr")),
    )


def answers(found: Found) -> list[Sentence]:
    """Each where its arms were computed."""
    told = (_against_filter(found), *_textbook(found), *_ranges(found), *_away(found), _untouched(found))
    return [one for one in (*told, _luck(found)) if one is not None]


def _luck(found: Found) -> Sentence | None:
    """What intervals of so few trainings leave out."""
    if found.most_trainings() >= FEWEST_SEEDS_FIXED:
        return None
    return say(
        "These are the nets of this run: intervals are over images, and what another training would give is not in them; three "
        "or more trainings give a verdict (--seeds 3)."
    )


def _against_filter(found: Found) -> Sentence | None:
    best = found.best_filter
    d = None if best is None else found.difference(OURS, best.arm)
    if best is None or d is None or not found.level:
        return None
    return _judged(
        d,
        above=say("The U-Net for one variance is {d} above the best filter, {filter}.", d=decibels(d), filter=best.name.inside),
        below=say("The U-Net for one variance is below the best filter, {filter}: {d}.", d=decibels(d), filter=best.name.inside),
        alike=say(
            "The U-Net for one variance cannot be told from the best filter, {filter}: {d}.",
            d=decibels(d),
            filter=best.name.inside,
        ),
    )


def _textbook(found: Found) -> list[Sentence | None]:
    """Whether two convolutions and two transposed ones do better than a blur; and why not."""
    d, gap = found.difference("textbook", "gaussian"), found.difference(OURS, "textbook")
    ours, textbook = found.row(OURS), found.row("textbook")
    told: list[Sentence | None] = []
    if d is not None and found.level:
        told.append(
            _judged(
                d,
                above=say("The textbook net, which has no skip connections, is {d} above a Gaussian filter.", d=decibels(d)),
                below=say(
                    "The textbook net lies below a Gaussian filter ({d}): what does not come through its coarse middle is lost, "
                    "noise or not.",
                    d=decibels(d),
                ),
                alike=say("The textbook net cannot be told from a Gaussian filter: {d}.", d=decibels(d)),
            )
        )
    if gap is not None and ours is not None and textbook is not None:
        n, other = (row.first.count("n_parameters") for row in (ours, textbook))
        told.append(
            _judged(
                gap,
                above=say(
                    "The U-Net, which has skip connections, draws the noise, and learns {n} numbers instead of {other}, is {d} "
                    "above the textbook net.",
                    n=n,
                    other=other,
                    d=decibels(gap),
                ),
                below=say("The U-Net is below the textbook net: {d}.", d=decibels(gap)),
                alike=say("The U-Net cannot be told from the textbook net: {d}.", d=decibels(gap)),
            )
        )
    return told


def _ranges(found: Found) -> list[Sentence | None]:
    """What one net for all variances costs at this one, and whether it helps to tell it."""
    price, told, guessed = (found.difference(*pair) for pair in (("blind", OURS), ("told", "blind"), ("estimated", "blind")))
    said: list[Sentence | None] = []
    if price is not None:
        said.append(
            say("At this variance, one blind net for the whole range is at {d} against a net for it alone.", d=decibels(price))
        )
    for d, what in ((told, say("the true variance")), (guessed, say("an estimate from each image"))):
        if d is None:
            continue
        shown: dict[str, Words] = {"what": what, "d": decibels(d)}
        said.append(
            _judged(
                d,
                above=say("The net for a range that is told {what} is {d} above the blind one.", **shown),
                below=say("The net for a range that is told {what} is below the blind one: {d}.", **shown),
                alike=say("The net for a range that is told {what} cannot be told from the blind one: {d}.", **shown),
            )
        )
    estimated = found.row("estimated")
    if estimated is not None and (sd := estimated.reading("estimated_sd")) is not None:
        truth = plain(round(found.level**0.5, 4), estimated.first.record("bench"))
        said.append(
            say(
                "The estimate of the standard deviation is {sd} on average, the truth {truth}.",
                sd=decimal(bare(sd), 3),
                truth=truth,
            )
        )
    return said


def _away(found: Found) -> list[Sentence | None]:
    """What becomes of the net for one variance where the noise is the weakest and the strongest of the curve."""
    places = [variance for variance in found.variances if variance and variance != found.level]
    said: list[Sentence | None] = []
    for variance in dict.fromkeys([min(places), max(places)] if places else []):
        ours, noisy, other = (found.at(arm, variance) for arm in (OURS, NOISY, "blind"))
        if ours is None or noisy is None or not found.level:
            continue
        shown: dict[str, Words] = {
            "variance": plain(variance, ours.record),
            "d": decibels(_less(ours, noisy)),
            "other": decibels(_less(other, noisy)) if other is not None else "",
        }
        if other is None:
            said.append(
                say("Where the variance is {variance}, the net for one variance gains {d} over the noisy image.", **shown)
            )
        else:
            said.append(
                say(
                    "Where the variance is {variance}, the net for one variance gains {d} over the noisy image, the blind net "
                    "for a range {other}.",
                    **shown,
                )
            )
    return said


def _untouched(found: Found) -> Sentence | None:
    """What a net does to an image without noise."""
    ours, textbook = found.at(OURS, 0.0), found.at("textbook", 0.0)
    if ours is None or textbook is None:
        return None
    return say(
        "An image without noise is given back at {ours} dB by the U-Net for one variance, at {textbook} dB by the textbook net.",
        ours=_db(ours),
        textbook=_db(textbook),
    )


def _judged(d: Reading, *, above: Sentence, below: Sentence, alike: Sentence) -> Sentence:
    """By the interval: one that holds 0, or is missing, tells nothing apart."""
    if d.low is not None and d.low > 0:
        return above
    return below if d.high is not None and d.high < 0 else alike


def _less(reading: Reading, other: Reading) -> Reading:
    return Reading(reading.value - other.value, record=f"{reading.record}; {other.record}")


def _db(reading: Reading | None) -> Shown:
    return decimal(bare(reading), 2)
