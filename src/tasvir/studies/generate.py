"""Generators as cells: fitted on the training images, drawn from, and measured beside real images they never saw."""

import dataclasses
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng, stream_seed
from tasvir.data.dataset import Dataset
from tasvir.measures.copies import copy_audit
from tasvir.measures.gan_train import gan_train
from tasvir.measures.neighbours import spread_sample
from tasvir.measures.prdc import coverage, density, recall
from tasvir.measures.sharpness import sharpness
from tasvir.models.inner_split import inner_split
from tasvir.records.record import Record, array, metric
from tasvir.studies.cell import Cell, Outcome, Workspace
from tasvir.studies.evidence import evidence_classifier
from tasvir.studies.mirror import mirror_safe
from tasvir.studies.training import (
    conditional_likelihood,
    epochs_for,
    fit_in_cell,
    flat_unit,
    kept_model,
    loss_curve,
    measured,
    seconds,
)

#: Real and drawn images that are compared, classes and images a class that are shown, and cells a side of the decoded grid.
MOST_COMPARED, MOST_CLASSES, N_SHOWN, GRID = 2000, 10, 8, 12


def generation_cells(data: Dataset, pixels_seen: float, seed: int) -> list[Cell]:
    """The baseline, the conditional VAE, and the grid of the VAE of two latents."""
    epochs = epochs_for(data, pixels_seen, fewest=5, most=100)
    size = 32 if int(np.prod(data.images.shape[1:])) >= 200 else 16
    return [
        Cell("generation/gaussian", generate_gaussian, {"model": "gaussian"}, seed),
        Cell("generation/vae", generate_vae, {"model": "vae", "n_components": size, "max_epochs": epochs}, seed),
        Cell("generation/vae-grid", decode_grid, {}, seed, needs=("representation/vae/2",)),
    ]


def generate_gaussian(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """The per-class Gaussian."""
    from tasvir.models.gaussian_sampler import GaussianSampler

    data = with_validation(data, seed)
    X, y, _ = data.part("train")
    started = time.perf_counter()
    sampler = GaussianSampler(random_state=seed).fit(X, y)
    fit_s = seconds("fit_s", time.perf_counter() - started)
    facts, records = _measured(data, sampler, seed, workspace)
    return Outcome({"title": "Gaussian sampler"} | facts, [fit_s, *records, kept_model(sampler, "sampler", data, workspace)])


def generate_vae(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """A conditional VAE, its curves in nats."""
    from tasvir.models.vae import VAE

    data = with_validation(data, seed)
    settings = {"n_components": parameters["n_components"], "max_epochs": parameters["max_epochs"]}
    vae = VAE(net="conv", conditional=True, **conditional_likelihood(data.images[0].size), **settings, random_state=seed)
    vae, fit_s, best_epoch = fit_in_cell(vae, data, workspace)
    history = vae.history_
    curves = [loss_curve(history, name) for name in ("elbo", "reconstruction", "kl")]
    facts = {
        "title": "Conditional VAE",
        "epochs": len(history),
        "best_epoch": best_epoch,
        "n_parameters": sum(p.numel() for p in vae.net_.parameters()),
        "n_components": vae.n_components,
        "likelihood": f"{vae.likelihood}, sd {vae.likelihood_sd:g}",
        "beta": vae.beta,
    }
    more, measures = _measured(data, vae, seed, workspace)
    kept = [array("kl_per_latent", vae.kl_per_latent_), kept_model(vae, "sampler", data, workspace)]
    return Outcome(facts | more, [fit_s, *curves, *measures, *kept])


def decode_grid(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """What each place of a plane of codes looks like: normal quantiles along both axes, through the VAE of two latents."""
    from tasvir.models.folder import load_model

    (records,) = workspace.found.values()
    vae = load_model(next(record.content for record in records if record.kind == "model"))
    quantiles = stats.norm.ppf(np.linspace(0.05, 0.95, GRID))
    codes = np.array([[x, y] for y in quantiles[::-1] for x in quantiles], np.float32)
    drawn = np.rint(np.clip(vae.inverse_transform(codes), 0, 255)).astype(np.uint8)
    facts = {"title": "VAE with 2 latents", "n_components": 2, "epochs": len(vae.history_)}
    return Outcome(facts, [array("decoded_grid", drawn.reshape(GRID, GRID, *data.images.shape[1:]))])


def with_validation(data: Dataset, seed: int) -> Dataset:
    """The set with a validation part: its own, else a fifth of the training images, no group on both sides.

    Generators are compared with real images that they never saw; test images are not looked at.
    """
    if np.any(data.split == "val"):
        return data
    _, y, groups = data.part("train")
    _, held_out = inner_split(len(y), y, groups, fraction=0.2, seed=seed % 2**32)
    if held_out is None:
        raise BadInputError(f"{len(y)} training images are too few to hold some out beside generated ones: give at least 10")
    split = data.split.copy()
    split[np.flatnonzero(split == "train")[held_out]] = "val"
    return dataclasses.replace(data, split=split)


def _measured(data: Dataset, sampler, seed: int, workspace: Workspace) -> tuple[dict[str, Any], list[Record]]:
    """Samples in training proportion beside as many held-out real images, in pixels and in a classifier's features."""
    (X, y, _), (X_held, y_held, _) = data.part("train"), data.part("val")
    n = min(len(X), len(X_held), MOST_COMPARED)
    real, held = spread_sample(y, n, seed), spread_sample(y_held, n, seed)
    started = time.perf_counter()
    drawn = sampler.sample(n, y[real], random_state=stream_seed(seed, "samples"))
    records = [seconds("sample_s", time.perf_counter() - started)]
    classifier = _classifier(data, len(X), seed, workspace).fit(X, y)
    spaces = {"pixels": flat_unit, "embedding": classifier.embed}
    for space, features in spaces.items():
        real_points = features(X[real])
        for of, images in {"samples": drawn, "held-out real": X_held[held]}.items():
            records += _coverage(real_points, features(images), {"space": space, "of": of})
    records.append(metric("sharpness", sharpness(drawn, X[real])))
    records += _copies(X, X_held[held], drawn)
    records += _gan_train(data, sampler, seed, workspace)
    facts = {"n_samples": n, "n_fit": len(X), "n_held_out": len(X_held)}
    facts["classifier"] = "a small residual net trained on the real training images; its activations before the last layer"
    shown, pictures = _pictures(data, sampler, seed)
    return facts | {"shown_classes": shown}, records + pictures


def _classifier(data: Dataset, n_images: int, seed: int, workspace: Workspace):
    augment = "shift_flip" if mirror_safe(data, seed)[0] else "shift"
    return evidence_classifier(n_images, data.images.shape[1:3], augment, seed, workspace.device)


def _coverage(real: np.ndarray, points: np.ndarray, labels: Mapping[str, str]) -> list[Record]:
    return [
        metric("coverage", coverage(real, points), n=len(points), labels=labels),
        metric("density", density(real, points), n=len(points), labels=labels),
        metric("recall", recall(real, points), n=len(points), labels=labels),
    ]


def _copies(X: np.ndarray, held: np.ndarray, drawn: np.ndarray) -> list[Record]:
    found = copy_audit(flat_unit(X), flat_unit(held), flat_unit(drawn))
    return [
        metric("copies", found.n_copies, n=found.n_samples),
        metric("nearest_training", found.samples_median, labels={"of": "samples"}),
        metric("nearest_training", found.held_out_median, labels={"of": "held-out real"}),
    ]


def _gan_train(data: Dataset, sampler, seed: int, workspace: Workspace) -> list[Record]:
    """The same classifier trained on samples and on as many real images, scored on held-out real images."""
    (X, y, _), (X_held, y_held, _) = data.part("train"), data.part("val")
    rows = spread_sample(y, MOST_COMPARED, seed)
    drawn = sampler.sample(len(rows), y[rows], random_state=stream_seed(seed, "gan-train"))
    records = []
    for images, labels in ((drawn, None), (X[rows], {"of": "real"})):
        found = gan_train(_classifier(data, len(rows), seed, workspace), images, y[rows], X_held, y_held)
        records.append(measured("gan_train", found, labels))
    return records


def _pictures(data: Dataset, sampler, seed: int) -> tuple[list[str], list[Record]]:
    """Eight samples and eight real training images of each of at most ten classes."""
    X, y, _ = data.part("train")
    K = min(len(data.class_names), MOST_CLASSES)
    rng = stream_rng(seed, "real pictures")
    of_class = [np.flatnonzero(y == k) for k in range(K)]
    real = np.stack([X[rng.choice(rows, N_SHOWN, replace=len(rows) < N_SHOWN)] for rows in of_class])
    drawn = np.stack([sampler.sample(N_SHOWN, k, random_state=stream_seed(seed, f"pictures {k}")) for k in range(K)])
    return list(data.class_names[:K]), [array("samples", drawn), array("real", real)]
