"""The cells of the study of a latent plane that train a net, and that walk through its codes."""

from collections.abc import Iterator

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.data.dataset import Dataset
from tasvir.explain.latent_grid import draw_codes
from tasvir.explain.walk import PATHS, interpolate, traverse
from tasvir.measures.neighbours import nearest
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies import recipes
from tasvir.studies.families.parts import learned_part
from tasvir.studies.inside import Inside, loss_curve

#: Held-out images at most; images of a walk, and along a latent.
HELD_OUT, STEPS = 2000, 11
#: What is drawn of a training, and from which nets.
CURVES = ("loss", "elbo", "reconstruction", "kl")


def train(
    inside: Inside, *, n_components: int, beta: float | None, max_epochs: int, most_images: int, first_seed: int
) -> Iterator[Record]:
    """One training: its curves, what each latent tells, and the model; the held-out images are watched and choose nothing."""
    inside = learning(inside, most_images, first_seed)
    unfitted = recipes.latent_net(inside.data, n_components=n_components, beta=beta, max_epochs=max_epochs, seed=inside.seed)
    fitted = inside.fit(unfitted, keep_best=False)
    net = fitted.estimator
    yield fitted.fit_s
    for name in CURVES:
        if name in net.history_.names:
            yield loss_curve(net.history_, name)
    if beta is not None:
        yield array("kl_per_latent", net.kl_per_latent_.astype(np.float32))
        yield metric("kl", float(net.kl_per_latent_.sum()), n=inside.data.counts["train"])
    yield inside.keep(net, "latent")
    yield facts(
        {
            "n_train": inside.data.counts["train"],
            "n_held_out": inside.data.counts["val"],
            "epochs": len(net.history_),
            "hidden": list(unfitted.net.hidden),
            "n_parameters": sum(p.numel() for p in net.net_.parameters()),
        }
    )


def learning(inside: Inside, most_images: int, seed: int) -> Inside:
    """The same images for all nets and at every seed: what differs between trainings is their luck."""
    return inside.on(learned_part(inside.data, seed, most=most_images, most_held_out=HELD_OUT))


def two_images(data: Dataset, seed: int) -> tuple[int, int]:
    """Two training images by their index, of different classes where there are several."""
    labels = data.targets("train")[0]
    mixed = stream_rng(seed, "between").permutation(len(labels))
    others = mixed[labels[mixed] != labels[mixed[0]]]
    return int(mixed[0]), int(others[0] if len(others) else mixed[1])


def walk_latents(inside: Inside, *, scale: float) -> Iterator[Record]:
    """What each latent of a larger VAE does alone, from the middle of the codes."""
    (cell,) = inside.found
    net = inside.found_model(cell)
    yield array("traversal", draw_codes(net, traverse(np.zeros(net.n_components), STEPS, scale=scale)))
    yield array("kl_per_latent", net.kl_per_latent_.astype(np.float32))
    yield facts({"scale": scale})


def walk_between(inside: Inside, *, between: list[int], most_images: int, first_seed: int) -> Iterator[Record]:
    """From one image to another through the plane and through the larger VAE, straight and on a sphere."""
    X, y, _ = inside.data.part("train")
    learned, labels, _ = learning(inside, most_images, first_seed).data.part("train")
    yield array("ends", X[between])
    for space, cell in zip(("plane", "many"), inside.found, strict=True):
        net = inside.found_model(cell)
        codes, (first, last) = net.transform(learned), net.transform(X[between])
        yield metric("usual_norm", float(np.median(np.linalg.norm(codes, axis=1))), labels={"space": space})
        for path in PATHS:
            way, which = interpolate(first, last, STEPS, path=path), {"space": space, "path": path}
            yield array(f"{space}_{path}", draw_codes(net, way))
            yield array(f"{space}_{path}_codes", way)
            yield array(f"{space}_{path}_labels", labels[nearest(codes, way, 1)[:, 0]])
            yield metric("least_norm", float(np.linalg.norm(way, axis=1).min()), labels=which)
    yield facts({"between": between, "labels": y[between], "steps": STEPS})
