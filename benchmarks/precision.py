"""Is bfloat16 harmless? Every estimator trained in it and in float32, with the same seeds on the same images.

    TASVIR_DATA=... python benchmarks/precision.py [--seeds 5] [--jobs 2] [--out benchmarks/results]

Nothing of this looks at test images: each set's training images (of MNIST 2,000 of them, and 2,000 others) are cut once into
those that are learned and those that are looked at, 7 : 3 and stratified. Judged by `verdict` over seeds and images: whether
the class is right (balanced), minus the squared error of the drawing, the evidence bound in nats, and whether a classifier
trained on samples alone is right on real images (GAN-train). The last column is the change of the mean, in percent of float32's.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import torch
from sklearn.model_selection import train_test_split

from tasvir import VAE, Autoencoder, ImageClassifier, load_data
from tasvir.measures.holm import holm_verdicts
from tasvir.measures.verdict import Verdict, verdict
from tasvir.models.variational_task import kl_to_standard_normal, log_likelihood
from tasvir.studies.recipes import VAE_LIKELIHOOD

SETS = ("digits", "mnist", "breastmnist")
N_MNIST, SHARE = 2000, 0.3
#: Epochs by set: enough that a loss has become flat, few enough for an hour.
EPOCHS = {"digits": 40, "mnist": 15, "breastmnist": 25}


@dataclass(frozen=True)
class Images:
    """What is learned, and what is looked at."""

    X: np.ndarray
    y: np.ndarray
    X_seen: np.ndarray
    y_seen: np.ndarray


def images_of(name: str) -> Images:
    X, y, _ = load_data(name).part("train")
    if name == "mnist":
        rows = np.random.default_rng(0).permutation(len(X))
        learned, seen = rows[:N_MNIST], rows[N_MNIST : 2 * N_MNIST]
    else:
        learned, seen = train_test_split(np.arange(len(X)), test_size=SHARE, stratify=y, random_state=0)
    return Images(X[learned], y[learned], X[seen], y[seen])


def correct(fitted: Any, images: Images) -> np.ndarray:
    return (fitted.predict(images.X_seen) == images.y_seen).astype(float)


def minus_squared_error(fitted: Any, images: Images) -> np.ndarray:
    drawn = fitted.inverse_transform(fitted.transform(images.X_seen)).reshape(len(images.X_seen), -1)
    return -np.square((drawn - images.X_seen.reshape(len(drawn), -1)) / 255.0).mean(1)


@torch.no_grad()
def evidence_bound(fitted: Any, images: Images) -> np.ndarray:
    """In nats an image, one draw of the code."""
    x = fitted._stored(images.X_seen).float() / 255
    y = torch.from_numpy(images.y_seen) if fitted.conditional else None
    mean, log_variance = fitted.net_.encode(x)
    noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(0))
    drawn = fitted.net_.decode(mean + noise * (log_variance / 2).exp(), y)
    likelihood = log_likelihood(x, drawn, fitted.likelihood, sd=fitted.likelihood_sd)
    return (likelihood - kl_to_standard_normal(mean, log_variance).sum(1)).double().numpy()


def judged_by_samples(fitted: Any, images: Images) -> np.ndarray:
    """GAN-train; the judge itself is float32 for both."""
    drawn = fitted.sample(len(images.y), images.y, random_state=0)
    judge = ImageClassifier(net="cnn", augment="shift", max_epochs=10, engine="fp32", validation_fraction=None, random_state=0)
    return correct(judge.fit(drawn, images.y), images)


Score = Callable[[Any, Images], np.ndarray]
SHARED = {"validation_fraction": None, "device": "cpu"}
ARMS: dict[str, tuple[Any, dict[str, Score]]] = {
    "Autoencoder(net='dense')": (Autoencoder(**SHARED), {"MSE": minus_squared_error}),
    "Autoencoder(net='conv')": (Autoencoder(net="conv", **SHARED), {"MSE": minus_squared_error}),
    "VAE(net='dense'), Bernoulli": (VAE(n_components=16, **SHARED), {"ELBO": evidence_bound}),
    "VAE(net='conv')": (VAE(net="conv", n_components=16, **VAE_LIKELIHOOD, **SHARED), {"ELBO": evidence_bound}),
    "VAE(net='conv', conditional=True)": (
        VAE(net="conv", conditional=True, n_components=16, **VAE_LIKELIHOOD, **SHARED),
        {"ELBO": evidence_bound, "GAN-train": judged_by_samples},
    ),
    "ImageClassifier(net='vgg')": (ImageClassifier(augment="shift", **SHARED), {"balanced accuracy": correct}),
    "ImageClassifier(net='resnet')": (ImageClassifier(net="resnet", augment="shift", **SHARED), {"balanced accuracy": correct}),
    "ImageClassifier(net='cnn')": (ImageClassifier(net="cnn", augment="shift", **SHARED), {"balanced accuracy": correct}),
    "ImageClassifier(net='dense')": (ImageClassifier(net="dense", **SHARED), {"balanced accuracy": correct}),
}
BALANCED = ("balanced accuracy", "GAN-train")


def scores(arm: str, name: str, seed: int) -> dict[tuple[str, str], np.ndarray]:
    """(measure, precision) -> a score an image looked at."""
    torch.set_num_threads(1)
    estimator, measures = ARMS[arm]
    images, found = images_of(name), {}
    for precision in ("fp32", "bf16"):
        settings = estimator.get_params(deep=False) | {
            "engine": precision,
            "random_state": seed,
            "max_epochs": EPOCHS[name],
        }
        fitted = type(estimator)(**settings).fit(images.X, images.y)
        found |= {(measure, precision): score(fitted, images) for measure, score in measures.items()}
    return found


def judged(arm: str, name: str, by_seed: list[dict[tuple[str, str], np.ndarray]]) -> list[tuple[str, Verdict, float, float]]:
    rows = []
    for measure in ARMS[arm][1]:
        low, full = (np.stack([found[measure, precision] for found in by_seed]) for precision in ("bf16", "fp32"))
        strata = images_of(name).y_seen if measure in BALANCED else None
        rows.append((measure, verdict(low, full, strata=strata, names=(arm, name), metric=measure), full.mean(), low.mean()))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", default="", help="Estimators whose name begins so.")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    asked = parser.parse_args()
    pairs = [(arm, name) for name in SETS for arm in ARMS if arm.startswith(asked.only)]
    tasks = [joblib.delayed(scores)(arm, name, seed) for arm, name in pairs for seed in range(asked.seeds)]
    done = joblib.Parallel(n_jobs=asked.jobs, verbose=5)(tasks)
    found = []
    for index, (arm, name) in enumerate(pairs):
        found += judged(arm, name, done[index * asked.seeds : (index + 1) * asked.seeds])
    after_holm = holm_verdicts([verdict for _, verdict, _, _ in found])
    lines = [
        f"# bfloat16 against float32, {asked.seeds} seeds, images that were not learned",
        "",
        "| set | estimator | measure | float32 | bfloat16 | difference [95 %] | verdict | after Holm | change |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for (measure, one, full, low), held in zip(found, after_holm, strict=True):
        interval = "" if one.low is None else f" [{one.low:+.5f}, {one.high:+.5f}]"
        lines.append(
            f"| {one.against} | {one.arm} | {measure} | {full:.5f} | {low:.5f} | {one.d:+.5f}{interval} | {one.outcome} "
            f"| {held.outcome} | {100 * (low - full) / abs(full):+.2f} % |"
        )
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / f"precision{f'_{asked.only}' if asked.only else ''}.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
