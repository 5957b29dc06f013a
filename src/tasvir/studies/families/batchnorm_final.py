"""The trainings at the chosen rates: from smaller and larger first weights, and those that are scored on the test images."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tasvir.records.record import Record, array, facts, metric
from tasvir.studies.families.batchnorm_grid import Asked, Grid
from tasvir.studies.families.batchnorm_nets import ARMS, lesson_of, new_net, pixels_of, spec_of, teach
from tasvir.studies.families.batchnorm_spread import outputs_of, unevenness
from tasvir.studies.inside import Inside

#: First weights, in parts of the usual ones.
SCALES = (0.01, 0.1, 1.0, 10.0)
#: Training images whose outputs are looked at.
MOST_SHOWN = 1000


def learn_from(inside: Inside, *, usual: int, seeds: Sequence[int], **shared: Any) -> Iterator[Record]:
    """Both nets at their chosen rates from smaller and larger first weights: which held-out images are named rightly."""
    asked = Asked(**shared)
    rates = {arm: Grid(inside, asked, usual, seeds).rate(arm) for arm in ARMS}
    inside = asked.learning(inside)
    lesson = lesson_of(inside.data, asked.updates, inside.place)
    held_out, labels = pixels_of(inside.data, "val")
    right = np.zeros((len(ARMS), len(SCALES), len(labels)), np.uint8)
    for a, arm in enumerate(ARMS):
        how: dict[str, Any] = {"rate": rates[arm], "batch_size": usual, "seed": inside.seed}
        for s, scale in enumerate(SCALES):
            right[a, s] = teach(lesson, spec_of(asked.net, arm), **how, scale=scale).right(held_out, labels)
            inside.tell((a * len(SCALES) + s + 1) / right[..., 0].size)
    yield array("right", right)
    yield facts({"scales": list(SCALES), "rates": rates})


def finish(inside: Inside, *, arm: str, usual: int, seeds: Sequence[int], **shared: Any) -> Iterator[Record]:
    """The net of the chosen rate: what it says of the test images, and how even the outputs of its layers are."""
    asked = Asked(**shared)
    rate = Grid(inside, asked, usual, seeds).rate(arm)
    learning, spec = asked.learning(inside), spec_of(asked.net, arm)
    lesson = lesson_of(learning.data, asked.updates, inside.place)
    rows = np.linspace(0, len(lesson.labels_B) - 1, min(MOST_SHOWN, len(lesson.labels_B))).astype(int)
    shown = lesson.images_BCHW[rows]
    taught = teach(lesson, spec, rate=rate, batch_size=usual, seed=inside.seed)
    nets = {"start": new_net(spec, lesson, seed=inside.seed)} | ({} if taught.lost else {"end": taught.net})
    for when, net in nets.items():
        for layer, (before, after) in enumerate(outputs_of(net, shown), start=1):
            for place, found in (("before", before), ("after", after)):
                labels = {"when": when, "layer": layer, "place": place}
                yield from (metric(name, value, labels=labels) for name, value in unevenness(found).items())
                yield array(f"{when}_{place}_{layer}", np.stack([found.mean, np.sqrt(found.variance)]).astype(np.float32))
    if not taught.lost:
        yield from inside.score(taught.probabilities(pixels_of(inside.data, "test")[0]))
    n_parameters = sum(weight.numel() for weight in taught.net.parameters())
    yield facts({"lost": taught.lost, "rate": rate, "n_parameters": n_parameters, "n_shown": len(shown)})
