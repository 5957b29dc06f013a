"""The figures of the study of a latent plane."""

from collections.abc import Sequence

import numpy as np

from tasvir.report.blocks import curves_figure
from tasvir.report.cells import Curve
from tasvir.report.chapters.latent_rows import AUTOENCODER, planes_of
from tasvir.report.document import Explorer, Figure, Key, Layer, Panel, figure
from tasvir.report.numbers import count, plain
from tasvir.report.palette import SOFT
from tasvir.report.plots.bars import value_bars
from tasvir.report.plots.pictures import picture_grid, picture_row
from tasvir.report.plots.plane import WAYS, plane_density, plane_scatter, plane_ways
from tasvir.report.plots.scatter import class_keys
from tasvir.report.rows import Row
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Shown, Words, listed, say

_AXES = ("z₁", "z₂")
#: Numbers in a small square of images, about as many bytes of the page, which is to stay below 5 MB; a large one has twice that.
_NUMBERS = 200_000
_PATHS = {"straight": say("Straight"), "spherical": say("Spherical")}
_FAR_KEY = Key(say("far from the codes"), SOFT, "s")


def explorer(plane: View | None, class_names: Sequence[str]) -> Explorer | None:
    """The decoder in the page; None where its numbers were not recorded."""
    layers = _layers(plane) if plane is not None else ()
    if plane is None or not layers:
        return None
    grid, codes, labels = plane.array("grid_even"), plane.array("codes"), plane.array("code_labels")
    if grid is None or codes is None or labels is None:
        return None
    caption = say(
        "The plane of the VAE, to walk in: training images by their code, and the image that the decoder draws at the ring. "
        "The decoder's {n} numbers are in this page, and nothing is fetched.",
        n=count(sum(layer.weights.size + layer.bias.size for layer in layers), plane.record("decoder_0_weights")),
    )
    still = picture_grid("", grid, axis_names=_AXES, width_in=4.2, most_numbers=2 * _NUMBERS)
    alt = say("A square of images that change smoothly.")
    keys = class_keys(class_names)
    shape = grid.shape[2:]
    return Explorer("latent-explorer", caption, alt, still, layers, shape, codes, labels, float(plane.facts["limit"]), keys)


def _layers(plane: View) -> tuple[Layer, ...]:
    found: list[Layer] = []
    while (weights := plane.array(f"decoder_{len(found)}_weights")) is not None:
        scales, bias = (plane.array(f"decoder_{len(found)}_{part}") for part in ("scales", "bias"))
        if scales is None or bias is None:
            return ()
        found.append(Layer(weights, scales, bias))
    return tuple(found)


def grid_figure(plane: View | None) -> Figure | None:
    """The square of images of the main net, in equal steps and at quantiles."""
    if plane is None:
        return None
    scale = plain(plane.facts.get("scale"), plane.record("scale"))
    titles: dict[str, Words] = {
        "even": say("In equal steps from −{scale} to {scale}", scale=scale),
        "quantile": say("At quantiles of equal probability"),
    }
    panels = [
        picture_grid(title, grid, axis_names=_AXES, width_in=3.5, most_numbers=2 * _NUMBERS)
        for spacing, title in titles.items()
        if (grid := plane.array(f"grid_{spacing}")) is not None
    ]
    caption = say(
        "What the VAE's decoder draws at {n} × {n} places of its plane. Up and right are as in the scatter of the codes: the "
        "first row has the largest z₂.",
        n=plane.count("n"),
    )
    return figure("latent-grid", caption, alt=say("Squares of images that change smoothly."), panels=panels)


def scatter_figure(plane: View | None, class_names: Sequence[str]) -> Figure | None:
    """The codes of the main net by class."""
    panel = None if plane is None else _scatter("", plane, class_names, width_in=5.0)
    caption = say("Training images by their code in the plane of the VAE; each class is named at its median.")
    alt = say("A cloud of points in the plane, coloured by class.")
    return figure("latent-scatter", caption, alt=alt, panels=[panel], keys=class_keys(class_names), panel_rem=30.0)


def holes_figure(rows: Sequence[Row], class_names: Sequence[str]) -> Figure | None:
    """Where each plane is empty."""
    panels = [_scatter(row.name.alone, plane, class_names, shaded=True) for row, plane in planes_of(rows)]
    caption = say(
        "The planes side by side; the autoencoder's is shifted, turned and stretched to mean 0 and covariance 1. Shaded: "
        "places far from every code that the decoder has learned from, which are draws around the points in a VAE, and the "
        "points themselves in an autoencoder. What is drawn there was never taught."
    )
    alt = say("Clouds of points in the plane, the empty places in a shade.")
    keys = (*class_keys(class_names), _FAR_KEY)
    return figure("latent-holes", caption, alt=alt, panels=panels, keys=keys)


def _scatter(
    title: Words, plane: View, class_names: Sequence[str], *, shaded: bool = False, width_in: float = 3.4
) -> Panel | None:
    codes, labels, far = (plane.array(name) for name in ("codes", "code_labels", "far_map"))
    if codes is None or labels is None:
        return None
    limit = float(plane.facts["limit"])
    shade = far if shaded else None
    return plane_scatter(title, codes, labels, class_names=class_names, limit=limit, far=shade, width_in=width_in)


def grids_figure(rows: Sequence[Row]) -> Figure | None:
    """The square of images of every net."""
    panels = [
        picture_grid(row.name.alone, grid, axis_names=_AXES, width_in=3.5, most_numbers=_NUMBERS)
        for row, plane in planes_of(rows)
        if (grid := plane.array("grid_even")) is not None
    ]
    caption = say("The same places in every plane, in equal steps; compare with the shaded places before.")
    return figure("latent-grids", caption, alt=say("Squares of images that change smoothly."), panels=panels)


def density_figure(plane: View | None) -> Figure | None:
    """How dense the codes lie, beside the prior."""
    density = None if plane is None else plane.array("density")
    if plane is None or density is None:
        return None
    limit = float(plane.facts["limit"])
    middles = (np.arange(len(density)) + 0.5) / len(density) * 2 * limit - limit
    prior = np.exp(-(middles[None] ** 2 + middles[:, None] ** 2) / 2) / (2 * np.pi)
    highest = max(float(density.max()), float(prior.max()))
    panels = [
        plane_density(title, values, limit=limit, highest=highest)
        for title, values in ((say("Codes of the training images"), density), (say("The prior"), prior))
    ]
    caption = say(
        "How dense the codes of the training images lie in the VAE's plane, beside the standard normal prior in the same "
        "shades (by the root of the density). Dashed: one and two standard deviations, within which 39 and 86 % of the prior "
        "lie."
    )
    return figure("latent-density", caption, alt=say("Two shaded planes side by side."), panels=panels)


def walk_figure(walk: View | None) -> Figure | None:
    """Strips of images from one to the other."""
    if walk is None:
        return None
    spaces: dict[str, Sentence] = {
        "plane_straight": say("Through the plane, straight"),
        "plane_spherical": say("Through the plane, spherical"),
        "many_straight": say("Through the larger VAE, straight"),
        "many_spherical": say("Through the larger VAE, spherical"),
    }
    strips = ((title, walk.array(name)) for name, title in spaces.items())
    ends, ways = walk.array("ends"), [picture_row(title, strip, wide=True) for title, strip in strips if strip is not None]
    first: list[Panel] = [] if ends is None else [picture_grid(say("The two images"), ends[None], width_in=1.3)]
    between: Words = listed(plain(row, walk.record("between")) for row in walk.facts.get("between") or ())
    caption = say(
        "From one training image to another (rows {between} of the training part): codes on a straight line, and on a sphere.",
        between=between,
    )
    return figure("latent-walk", caption, alt=say("Rows of images that change from one into the other."), panels=[*first, *ways])


def ways_figure(walk: View | None, plane: View | None) -> Figure | None:
    """The same ways in the plane."""
    codes = None if plane is None else plane.array("codes")
    if walk is None or plane is None or codes is None:
        return None
    ways = {path: way for path in _PATHS if (way := walk.array(f"plane_{path}_codes")) is not None}
    keys = tuple(Key(title, colour, marker) for title, (colour, _, marker) in zip(_PATHS.values(), WAYS, strict=True))
    caption = say("The two ways through the plane of the VAE, over the codes of the training images; the cross is the middle.")
    panels = [plane_ways("", codes, ways, limit=float(plane.facts["limit"]))] if ways else []
    return figure("latent-ways", caption, alt=say("Two ways through a cloud of points."), panels=panels, keys=keys)


def latents_figure(latents: View | None) -> Figure | None:
    """What each latent of the larger VAE does alone, and what it tells; the most used first."""
    nats, drawn = (None, None) if latents is None else (latents.array("kl_per_latent"), latents.array("traversal"))
    if latents is None or nats is None or drawn is None:
        return None
    order = np.argsort(-nats, kind="stable")
    record = latents.record("kl_per_latent")
    names = [say("{latent}: {nats}", latent=count(j + 1), nats=Shown("decimal", float(nats[j]), record, digits=2)) for j in order]
    axes = {"x_name": say("latent number, the most used first"), "y_name": say("nats an image")}
    panels = [
        picture_grid(say("Latent: nats"), drawn[order], row_names=names, width_in=4.6, most_numbers=2 * _NUMBERS),
        value_bars(say("What each latent tells"), nats[order].tolist(), **axes),
    ]
    caption = say(
        "The {n} latents of the larger VAE, the most used first. Each row starts from the middle of all codes and changes "
        "one latent from −{scale} to {scale}; beside it the latent's number and its KL divergence, which is what it tells "
        "about an image. Where that is near 0, the row does not change: the latent has collapsed.",
        n=count(len(nats), record),
        scale=plain(latents.facts.get("scale"), latents.record("scale")),
    )
    return figure("latent-traversal", caption, alt=say("Rows of images, one a latent."), panels=panels, panel_rem=22.0)


def training_figure(rows: Sequence[Row]) -> Figure | None:
    """The bound of each VAE, and the autoencoder's error."""
    found: list[tuple[Words, Curve | None, float | None]] = [
        (row.name.alone, row.first.curve("loss" if row.arm == AUTOENCODER else "elbo"), None) for row in rows
    ]
    caption = say(
        "The trainings: of the VAEs the evidence lower bound in nats an image (its KL term is weighted by 1 here whatever "
        "beta is), which is to rise; of the autoencoder the mean squared error, which is to fall."
    )
    return curves_figure("latent-training", caption, found, panel_rem=13.0, width_in=2.5)
