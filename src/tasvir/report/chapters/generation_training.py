"""How generators were trained: the bound of a VAE, what its latent numbers tell, and what its plane decodes to."""

from collections.abc import Sequence

import numpy as np

from tasvir.report.blocks import curves_figure
from tasvir.report.cells import Curve
from tasvir.report.document import Figure, Panel, figure
from tasvir.report.numbers import count, plain
from tasvir.report.plots.bars import value_bars
from tasvir.report.plots.pictures import picture_grid
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Shown, Words, listed, say

_CURVES = {"elbo": say("evidence lower bound"), "reconstruction": say("reconstruction"), "kl": say("KL divergence")}
ACTIVE_NATS = 0.1


def decoded_figure(rows: Sequence[View]) -> Figure | None:
    """What a plane of codes looks like."""
    axes = tuple(say("component {n}", n=count(n)) for n in (1, 2))
    grids = [grid for row in rows if (grid := row.array("decoded_grid")) is not None]
    panels = [picture_grid("", grid, axis_names=axes, width_in=5.0) for grid in grids]
    caption = say(
        "What a VAE of two components makes of a grid of points in its plane, spaced evenly in probability "
        "from the 5 % to the 95 % quantile."
    )
    return figure("decoded-grid", caption, alt=say("A square of images that change smoothly."), panels=panels)


def training_figure(measured: Sequence[View]) -> Figure | None:
    """The bound and its two parts, epoch by epoch."""
    known = [(row, {name: row.curve(name) for name in _CURVES}) for row in measured]
    trained = [(row, found) for row, found in known if any(found.values())]
    curves: list[tuple[Words, Curve | None, float | None]] = []
    for row, found in trained:
        for name, curve in found.items():
            title: Words = _CURVES[name]
            if len(trained) > 1:
                title = say("{generator}: {curve}", generator=row.title, curve=title)
            curves.append((title, curve, row.facts.get("best_epoch")))
    what = listed([row.title for row, _ in trained], ", ")
    caption = say(
        "Training of {generators}, in nats an image. The evidence lower bound is minus the sum of the two other curves; it is to "
        "rise.",
        generators=what,
    )
    if any(mark for _, _, mark in curves):
        kept = say("The dotted line marks the epoch that was kept.")
        caption = say("{caption} {kept}", caption=caption, kept=kept)
    return curves_figure("vae-training", caption, curves, panel_rem=13.0, width_in=2.5)


def latents_figure(measured: Sequence[View]) -> Figure | None:
    """How much each latent number tells about an image."""
    known = [(row, nats) for row in measured if (nats := row.array("kl_per_latent")) is not None]
    axes = {"x_name": say("latent number, the most used first"), "y_name": say("nats an image")}
    panels: list[Panel] = [
        value_bars(row.title if len(known) > 1 else "", np.sort(nats)[::-1].tolist(), **axes) for row, nats in known
    ]
    caption = say("How much each latent number tells about an image: its KL divergence from what is known without the image.")
    return figure("kl-per-latent", caption, alt=say("Bars that fall from left to right."), panels=panels)


def used_latents(row: View) -> Sentence | None:
    """How many of the latent numbers tell anything."""
    nats = row.array("kl_per_latent")
    if nats is None:
        return None
    return say(
        "{title}: {n} of its {all} latent numbers tell more than {nats} nats about an image.",
        title=row.title,
        n=count(int((nats > ACTIVE_NATS).sum()), row.record("kl_per_latent")),
        all=count(len(nats), row.record("kl_per_latent")),
        nats=plain(ACTIVE_NATS),
    )


def bound_sentence(row: View) -> Sentence | None:
    """How far the training came, and whether it went on too long."""
    bound = row.curve("elbo")
    valid = np.array(bound.series.get("valid", ()) if bound else ())
    if bound is None or not np.isfinite(valid).any():
        return None
    best, last = int(np.nanargmax(valid)), int(np.flatnonzero(np.isfinite(valid))[-1])
    numbers = {
        "epoch": plain(int(bound.x[best]), bound.record),
        "last": plain(int(bound.x[last]), bound.record),
        "value": Shown("decimal", float(valid[best]), bound.record, digits=1),
        "fall": Shown("decimal", float(valid[best] - valid[last]), bound.record, digits=1),
    }
    if best < last:
        return say(
            "On validation images the bound of {title} was highest at epoch {epoch} of {last}, {value} nats, and ended {fall} "
            "lower.",
            title=row.inside,
            **numbers,
        )
    return say(
        "On validation images the bound of {title} was highest at epoch {epoch} of {last}, {value} nats, where it ended.",
        title=row.inside,
        **numbers,
    )
