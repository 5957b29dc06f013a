"""Generators as cells: fitted on the training images, drawn from, and measured beside real images they never saw."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from scipy import stats

from tasvir.contracts.seeds import stream_rng, stream_seed
from tasvir.data.dataset import Dataset
from tasvir.measures.copies import copy_audit
from tasvir.measures.gan_train import gan_train
from tasvir.measures.neighbours import spread_sample
from tasvir.measures.prdc import prdc
from tasvir.measures.sharpness import sharpness
from tasvir.nets.anatomy import n_parameters
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies import recipes
from tasvir.studies.cell import Cell
from tasvir.studies.families.flight import recorded
from tasvir.studies.families.parts import with_validation, without_validation
from tasvir.studies.flat import flat_unit
from tasvir.studies.inside import Inside, loss_curve, measured
from tasvir.studies.work import Fit, Seconds

#: Real and drawn images that are compared, classes and images a class that are shown, and cells a side of the decoded grid.
MOST_COMPARED, MOST_CLASSES, N_SHOWN, GRID = 2000, 10, 8, 12
#: Most epochs of the GAN, images a step, and fewest pixels a side.
GAN_EPOCHS, GAN_BATCH, GAN_SIDE = 80, 64, 8


def generation_cells(data: Dataset, pixels_seen: float, seed: int) -> list[Cell]:
    """The baseline, the conditional VAE and the conditional GAN, and the grid of the VAE of two latents."""
    epochs = recipes.epochs_for(data, pixels_seen, fewest=5, most=100)
    parameters = {"n_components": recipes.code_size(data), "max_epochs": epochs}
    judges = recipes.small_training(3)
    vae = partial(recipes.conditional_vae, **parameters, seed=seed)
    training = Fit(vae, epochs * data.counts["train"])
    cells = [
        Cell("generation/gaussian", generate_gaussian, {}, seed, work=(judges,)),
        Cell("generation/vae", generate_vae, parameters, seed, work=(training, judges)),
        Cell("generation/vae-grid", decode_grid, {}, seed, needs=("representation/vae/2",)),
    ]
    if min(data.images.shape[1:3]) >= GAN_SIDE:
        cells.insert(2, _gan_cell(data, pixels_seen, seed, judges=judges))
    return cells


def _gan_cell(data: Dataset, pixels_seen: float, seed: int, *, judges: Fit) -> Cell:
    epochs = recipes.epochs_for(data, pixels_seen, fewest=5, most=GAN_EPOCHS)
    parameters = {"max_epochs": epochs, "batch_size": GAN_BATCH}
    training = Fit(partial(recipes.gan, **parameters, seed=seed), epochs * data.counts["train"])
    looks = Seconds(epochs * recipes.look_s(data))
    return Cell("generation/gan", generate_gan, parameters, seed, work=(training, looks, judges))


def generate_gaussian(inside: Inside) -> Iterator[Record]:
    """The per-class Gaussian."""
    inside = inside.on(with_validation(inside.data, inside.seed))
    X, y, _ = inside.data.part("train")
    sampler, fit_s = inside.time("fit_s", lambda: recipes.gaussian_sampler(seed=inside.seed).fit(X, y))
    yield fit_s
    yield from _measured(inside, sampler)
    yield inside.keep(sampler, "sampler")


def generate_vae(inside: Inside, *, n_components: int, max_epochs: int) -> Iterator[Record]:
    """A conditional VAE, its curves in nats."""
    inside = inside.on(with_validation(inside.data, inside.seed))
    sizes = {"n_components": n_components, "max_epochs": max_epochs}
    fitted = inside.fit(recipes.conditional_vae(**sizes, seed=inside.seed))
    vae = fitted.estimator
    yield fitted.fit_s
    yield from (loss_curve(vae.history_, name) for name in ("elbo", "reconstruction", "kl"))
    yield from _measured(inside, vae)
    yield array("kl_per_latent", vae.kl_per_latent_)
    yield inside.keep(vae, "sampler")
    yield facts(
        {
            "epochs": len(vae.history_),
            "best_epoch": fitted.best_epoch,
            "n_parameters": sum(p.numel() for p in vae.net_.parameters()),
            "n_components": vae.n_components,
            "likelihood": vae.likelihood,
            "likelihood_sd": vae.likelihood_sd,
            "bandwidth": vae.density_.bandwidth,
            "beta": vae.beta,
        }
    )


def generate_gan(inside: Inside, *, max_epochs: int, batch_size: int) -> Iterator[Record]:
    """A conditional GAN, and what its recorder saw."""
    inside = inside.on(with_validation(inside.data, inside.seed))
    unfitted = recipes.gan(max_epochs=max_epochs, batch_size=batch_size, seed=inside.seed)
    fitted = inside.on(without_validation(inside.data)).fit(unfitted, keep_best=False)
    gan = fitted.estimator
    yield fitted.fit_s
    yield from recorded(gan)
    yield from _measured(inside, gan)
    yield inside.keep(gan, "sampler")
    yield facts({"n_parameters": n_parameters(gan.net_), "best_epoch": gan.record_["kept_epoch"]})


def decode_grid(inside: Inside) -> Iterator[Record]:
    """What each place of a plane of codes looks like: normal quantiles along both axes, through the VAE of two latents."""
    from tasvir.models.folder import load_model

    (records,) = inside.found.values()
    vae = load_model(next(record.content for record in records if record.kind == "model"))
    quantiles = stats.norm.ppf(np.linspace(0.05, 0.95, GRID))
    codes = np.array([[x, y] for y in quantiles[::-1] for x in quantiles], np.float32)
    drawn = np.rint(np.clip(vae.inverse_transform(codes), 0, 255)).astype(np.uint8)
    yield array("decoded_grid", drawn.reshape(GRID, GRID, *inside.data.images.shape[1:]))
    yield facts({"n_components": 2, "epochs": len(vae.history_)})


def _measured(inside: Inside, sampler: Any) -> Iterator[Record]:
    """Samples in training proportion beside as many held-out real images, in pixels and in a classifier's features."""
    (X, y, _), (X_held, y_held, _), seed = inside.data.part("train"), inside.data.part("val"), inside.seed
    n = min(len(X), len(X_held), MOST_COMPARED)
    real, held = spread_sample(y, n, seed), spread_sample(y_held, n, seed)
    drawn, sample_s = inside.time("sample_s", lambda: sampler.sample(n, y[real], random_state=stream_seed(seed, "samples")))
    yield sample_s
    classifier = _classifier(inside, len(X)).fit(X, y)
    for space, features in {"pixels": flat_unit, "embedding": classifier.embed}.items():
        real_points = features(X[real])
        for of, images in {"samples": drawn, "held_out": X_held[held]}.items():
            yield from _coverage(real_points, features(images), {"space": space, "of": of})
    yield metric("sharpness", sharpness(drawn, X[real]))
    yield from _copies(X, X_held[held], drawn)
    yield from _gan_train(inside, sampler)
    yield from _pictures(inside, sampler)
    yield facts({"n_samples": n, "n_fit": len(X), "n_held_out": len(X_held)})


def _classifier(inside: Inside, n_images: int) -> Any:
    augment, _ = recipes.augmentation(inside.data, inside.seed)
    return inside.place.take(recipes.small_classifier(n_images, augment=augment, seed=inside.seed))


def _coverage(real: np.ndarray, points: np.ndarray, labels: Mapping[str, str]) -> Iterator[Record]:
    for name, value in vars(prdc(real, points)).items():
        yield metric(name, value, n=len(points), labels=labels)


def _copies(X: np.ndarray, held: np.ndarray, drawn: np.ndarray) -> Iterator[Record]:
    found = copy_audit(drawn, X, held)
    yield metric("copies", found.n_copies, n=found.n_samples)
    yield metric("held_out_duplicates", found.n_left_out, n=found.n_held_out)
    for kind, share in found.planted.items():
        yield metric("planted_copies_found", share, labels={"kind": kind})
    yield metric("nearest_training", found.samples_median, labels={"of": "samples"})
    yield metric("nearest_training", found.held_out_median, labels={"of": "held_out"})


def _gan_train(inside: Inside, sampler: Any) -> Iterator[Record]:
    """The same classifier trained on samples and on as many real images, scored on held-out real images."""
    (X, y, _), (X_held, y_held, _) = inside.data.part("train"), inside.data.part("val")
    rows = spread_sample(y, MOST_COMPARED, inside.seed)
    drawn = sampler.sample(len(rows), y[rows], random_state=stream_seed(inside.seed, "gan-train"))
    for images, labels in ((drawn, None), (X[rows], {"of": "real"})):
        found = gan_train(_classifier(inside, len(rows)), images, y[rows], X_valid=X_held, y_valid=y_held)
        yield measured("gan_train", found, labels)


def _pictures(inside: Inside, sampler: Any) -> Iterator[Record]:
    """Eight samples and eight real training images of each of at most ten classes."""
    (X, y, _), seed, class_names = inside.data.part("train"), inside.seed, inside.data.class_names
    K = min(len(class_names), MOST_CLASSES)
    rng = stream_rng(seed, "real pictures")
    of_class = [np.flatnonzero(y == k) for k in range(K)]
    real = np.stack([X[rng.choice(rows, N_SHOWN, replace=len(rows) < N_SHOWN)] for rows in of_class])
    drawn = np.stack([sampler.sample(N_SHOWN, k, random_state=stream_seed(seed, f"pictures {k}")) for k in range(K)])
    yield array("samples", drawn)
    yield array("real", real)
    yield facts({"shown_classes": list(class_names[:K])})
