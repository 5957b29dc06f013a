"""What the flight recorder of a GAN saw: curves, grids over the epochs, and what they say in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tasvir.report.blocks import curves_figure
from tasvir.report.cells import Curve, Reading
from tasvir.report.document import MOST_FRAMES, Block, Figure, Frame, Frames, Series, frames, prose, thinned
from tasvir.report.numbers import count, decimal, percent, plain, span
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Shown, Words, listed, say

#: A probability that real images get more than generated ones by so much is a lead, by so much a great one.
LEAD, GREAT_LEAD = 0.2, 0.6
#: Losses whose scores are log-odds.
CROSS_ENTROPIES = ("non_saturating", "saturating")
#: A coverage that ends by so much above that of the last quarter's beginning still rises.
RISING = 0.05
#: The part of a training, at its end, that is read; and a mean move of the loss from epoch to epoch, in nats, that is a swing.
LAST, SWING = 0.5, 0.1


def recorder_blocks(rows: Sequence[View], class_names: Sequence[str]) -> list[Block | None]:
    """All of it for the generators that have a recorder: figures, the slider, and words."""
    seen = [row for row in rows if row.curve("losses") is not None]
    return [
        *(_one_figure(row) for row in seen),
        grids_slider("gan-grids", seen),
        *(prose(*told(row, class_names)) for row in seen),
    ]


def _one_figure(row: View) -> Figure | None:
    """Of a single training: losses, scores and neighbourhoods beside each other."""
    titles = {"losses": say("Losses, in nats"), "scores": say("Taken for real"), "neighbourhoods": say("Coverage and recall")}
    caption = say(
        "Training of {generator}. The discriminator's loss counts real and generated images, and is {even} where it can tell "
        "nothing; the probability of being real that it gives to both; samples beside held-out real images. The dotted line "
        "marks the epoch that was kept.",
        generator=row.inside,
        even=plain(1.386),
    )
    curves = [(title, row.curve(name), row.facts.get("kept_epoch")) for name, title in titles.items()]
    shares = ("scores", "neighbourhoods")
    return curves_figure(f"flight-{row.last}", caption, curves, percent=shares, panel_rem=13.0, width_in=2.5)


def losses_figure(name: str, rows: Sequence[View]) -> Figure | None:
    """The losses of both players, a panel a training."""
    caption = say(
        "Losses of both players. That of the discriminator counts real and generated images; a cross-entropy (the saturating and "
        "the non-saturating loss) is {even} nats where it can tell nothing. The dotted line marks the epoch that was kept.",
        even=plain(1.386),
    )
    return _curves(name, rows, "losses", caption=caption)


def scores_figure(name: str, rows: Sequence[View]) -> Figure | None:
    """What the discriminator holds of real and of generated images."""
    caption = say(
        "The sigmoid of the discriminator's score of real images and of generated ones: of a cross-entropy the probability of "
        "being real. Where both are one half, it cannot tell them apart."
    )
    return _curves(name, rows, "scores", caption=caption, percent=True)


def gradients_figure(name: str, rows: Sequence[View]) -> Figure | None:
    """How much each player is moved."""
    caption = say(
        "Norm of the gradient of each player, the mean of an epoch: what moves it at a step. At a step with a penalty the "
        "discriminator's has that of the penalty in it."
    )
    return _curves(name, rows, "gradients", caption=caption)


def neighbourhoods_figure(name: str, rows: Sequence[View]) -> Figure | None:
    """How the samples come nearer to held-out images."""
    caption = say(
        "Coverage and recall of samples beside held-out real images, in features that the recorder learned from the training "
        "images, every second epoch."
    )
    return _curves(name, rows, "neighbourhoods", caption=caption, percent=True)


def noise_figure(name: str, rows: Sequence[View]) -> Figure | None:
    """The instance noise of those that have any."""
    noisy = [row for row in rows if (curve := row.curve("noise")) is not None and max(curve.series["noise_sd"], default=0.0) > 0]
    caption = say("Standard deviation of the noise on what the discriminator sees, images from -1 to 1.")
    return _curves(name, noisy, "noise", caption=caption)


def variety_figure(name: str, rows: Sequence[View]) -> Figure | None:
    """How far apart samples of a class are."""
    caption = say(
        "Variety: the distance of neighbouring samples of a class as a share of that of real images. A class that falls below "
        "{least} for two epochs has collapsed.",
        least=plain(0.1),
    )
    return _curves(name, rows, "variety", caption=caption)


def _curves(name: str, rows: Sequence[View], curve: str, *, caption: Words, percent: bool = False) -> Figure | None:
    curves = [(row.title, row.curve(curve), row.facts.get("kept_epoch")) for row in rows]
    return curves_figure(name, caption, curves, percent=[curve] if percent else (), panel_rem=13.0, width_in=2.5)


def grids_slider(name: str, rows: Sequence[View]) -> Frames | None:
    """What each generator draws, epoch by epoch, from the same noise."""
    caption = say(
        "Samples over the epochs, always from the same noise, one class after the other; none of them chosen. The slider goes "
        "through the epochs."
    )
    return frames(name, caption, alt=say("Grids of small images, one for each generator."), series=map(_series, rows))


def _series(row: View) -> Series | None:
    grids, epochs = row.array("grids"), row.facts.get("grid_epochs") or ()
    if grids is None or len(grids) != len(epochs):
        return None
    kept = row.facts.get("kept_epoch")
    places = {*thinned(range(len(epochs)), MOST_FRAMES - 1), *(place for place, epoch in enumerate(epochs) if epoch == kept)}
    shown = [(count(epochs[place]), epochs[place] == kept, grids[place]) for place in sorted(places)]
    titles = [say("epoch {n}, kept", n=n) if is_kept else say("epoch {n}", n=n) for n, is_kept, _ in shown]
    return Series(row.title, tuple(Frame(title, grid) for title, (_, _, grid) in zip(titles, shown, strict=True)))


def told_of_all(rows: Sequence[View], class_names: Sequence[str]) -> list[Words]:
    """One line for all trainings without an alarm, and one for each training."""
    quiet = [row for row in rows if not row.facts.get("alarms")]
    lines: list[Words] = []
    if len(quiet) > 1:
        some = say("all arms") if len(quiet) == len(rows) else listed((row.inside for row in quiet), ", ")
        lines.append(say("No alarm was raised for {arms}.", arms=some))
    return [*lines, *(listed(told(row, class_names, quietly=len(quiet) > 1), " ") for row in rows)]


def told(row: View, class_names: Sequence[str], *, quietly: bool = False) -> list[Sentence]:
    """A training in words: what went wrong, who leads, whether it swings, and which state was kept."""
    found = [_alarm(row, alarm, class_names) for alarm in row.facts.get("alarms") or ()]
    if not found:
        found = [say("{title}.", title=row.title) if quietly else say("{title}: no alarm was raised.", title=row.title)]
    return [*found, *(one for one in (_leader(row), _swing(row), _kept(row), _rising(row)) if one is not None)]


def _alarm(row: View, alarm: Mapping[str, Any], class_names: Sequence[str]) -> Sentence:
    first, last = (count(alarm.get(name), row.record("alarms")) for name in ("epoch", "last_epoch"))
    shown: dict[str, Words] = {"title": row.title, "first": first, "last": last}
    kind, label = alarm.get("kind"), alarm.get("label")
    if kind == "won":
        return say("{title}: the discriminator had won from epoch {first} to {last}.", **shown)
    if kind == "divergence":
        return say("{title}: the training diverged at epoch {first} and was ended there.", **shown)
    if label is None:
        return say("{title}: the generator had collapsed from epoch {first} to {last}.", **shown)
    word = class_names[label] if label < len(class_names) else str(label)
    return say("{title}: class {word} had collapsed from epoch {first} to {last}.", word=word, **shown)


def _leader(row: View) -> Sentence | None:
    curve = row.curve("scores")
    if curve is None or row.facts.get("loss", CROSS_ENTROPIES[0]) not in CROSS_ENTROPIES:
        return None  # other scores are no probabilities
    real, fake = (_mean_of_last(curve, name) for name in ("real_score", "fake_score"))
    shown: dict[str, Words] = {
        "real": percent(Reading(real, record=curve.record)),
        "fake": percent(Reading(fake, record=curve.record)),
    }
    if real - fake > GREAT_LEAD:
        return say("The discriminator is far ahead: it gives real images {real} and generated ones {fake}.", **shown)
    if real - fake > LEAD:
        return say("The discriminator leads: it gives real images {real} and generated ones {fake}.", **shown)
    return say("The players are level: the discriminator gives real images {real} and generated ones {fake}.", **shown)


def _swing(row: View) -> Sentence | None:
    curve = row.curve("losses")
    values = None if curve is None else _last(curve, "generator_loss")
    if curve is None or values is None or len(values) < 3:
        return None
    epochs = np.arange(len(values))
    around_trend = values - np.polyval(np.polyfit(epochs, values, 1), epochs)
    move = decimal(Reading(float(np.abs(np.diff(around_trend)).mean()), record=curve.record), 2)
    if move.value > SWING:
        return say("In the second half the generator's loss swings, by {move} from epoch to epoch around its trend.", move=move)
    return say(
        "In the second half the generator's loss is steady: it moves by {move} from epoch to epoch around its trend.", move=move
    )


def _kept(row: View) -> Sentence | None:
    kept, epochs = row.facts.get("kept_epoch"), row.facts.get("epochs")
    if not epochs:
        return None
    if not kept:
        return say("No state was kept as good: each looked as if something went wrong, and the last one is there.")
    shown: dict[str, Shown] = {"kept": row.count("kept_epoch"), "epochs": row.count("epochs")}
    if kept == epochs:
        return say("The last of {epochs} epochs was kept.", **shown)
    return say(
        "Of {epochs} epochs number {kept} was kept: later ones measure worse, or something seems to have gone wrong in them.",
        **shown,
    )


def _rising(row: View) -> Sentence | None:
    """Whether more epochs would have brought more."""
    curve = row.curve("neighbourhoods")
    values = [] if curve is None else [value for value in curve.series.get("coverage", ()) if np.isfinite(value)]
    if curve is None or len(values) < 4 or values[-1] - values[-1 - len(values) // 4] < RISING:
        return None
    rise = span(Reading(values[-1] - values[-1 - len(values) // 4], record=curve.record))
    return say("Coverage still rose in the last quarter, by {rise}: more epochs may bring more.", rise=rise)


def _last(curve: Curve, name: str) -> np.ndarray:
    values = np.array(curve.series.get(name, ()), dtype=float)
    values = values[np.isfinite(values)]
    return values[int(len(values) * (1 - LAST)) :]


def _mean_of_last(curve: Curve, name: str) -> float:
    values = _last(curve, name)
    return float(values.mean()) if len(values) else float("nan")
