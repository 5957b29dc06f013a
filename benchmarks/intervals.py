"""Do the intervals of scores hold the truth? Simulated test sets, in every case of a table.

    python benchmarks/intervals.py [--repeats 1000] [--out benchmarks/results]

Two classes. Accuracy within each class is the truth for accuracy and balanced accuracy; scores are normal with equal variances,
apart so that the best threshold has this accuracy, which gives the true AUC. Groups: the images of a group (8 of them) are right
with a probability that is drawn for the group (Beta, correlation 0.3). Beside each: the bootstrap (BCa) that was used before.

Log-loss and Brier score: normal scores, one a class, of which the true one is raised so that it is the largest with this
accuracy; the probabilities are the posterior ones, or their logits multiplied by 3 (too sure) or by a half (not sure enough). The
truth is the mean over 400,000 images. Beside each: the t interval of the mean.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy import optimize, stats
from scipy.special import softmax

from tasvir.measures.classification import (
    accuracy_of_weights,
    auc_of_weights,
    balanced_accuracy_of_weights,
    score_classifier,
)
from tasvir.measures.interval import FEWEST_GROUPS, bca_weighted
from tasvir.measures.losses import LEAST
from tasvir.measures.per_class import share_among

SIZES, PREVALENCES, ACCURACIES = (50, 150, 600), (0.1, 0.2, 0.5), (0.8, 0.95, 0.99)
GROUPS, OF_GROUP, CORRELATION = (3, 4, 5, 6, 10, 30), 8, 0.3
SURE, PRIORS, TRUE_IMAGES = (0.5, 1.0, 3.0), ((0.9, 0.1), (0.5, 0.5), (0.1,) * 10), 400_000
CLOSE = 1e-9


def probabilities(score: np.ndarray) -> np.ndarray:
    positive = stats.norm.cdf(score)
    return np.column_stack([1 - positive, positive])


def holds(estimate, truth: float) -> bool:
    return estimate.low - CLOSE <= truth <= estimate.high + CLOSE


def single_images(n: int, prevalence: float, accuracy: float, *, repeats: int, rng: np.random.Generator) -> dict[str, float]:
    """How often the intervals of balanced accuracy and AUC hold the truth, now and by BCa."""
    n_positive = max(2, round(n * prevalence))
    y = np.r_[np.ones(n_positive, int), np.zeros(n - n_positive, int)]
    apart = 2 * stats.norm.ppf(accuracy)
    area = float(stats.norm.cdf(apart / np.sqrt(2)))
    held = dict.fromkeys(["balanced_accuracy", "balanced_accuracy BCa", "auc", "auc BCa"], 0)
    for _ in range(repeats):
        pred = np.where(rng.random(n) < accuracy, y, 1 - y)
        answers = score_classifier(y, np.eye(2)[pred])["balanced_accuracy"]
        order = probabilities(rng.normal(size=n) + apart * (y - 0.5))
        found = {"balanced_accuracy": (answers, accuracy), "auc": (score_classifier(y, order)["auc"], area)}
        found["balanced_accuracy BCa"] = bca_weighted(balanced_accuracy_of_weights(y, pred), n, n_resamples=400), accuracy
        found["auc BCa"] = bca_weighted(auc_of_weights(y, order), n, n_resamples=400), area
        for name, (estimate, truth) in found.items():
            held[name] += holds(estimate, truth)
    return {name: count / repeats for name, count in held.items()}


def grouped_images(n_groups: int, accuracy: float, *, repeats: int, rng: np.random.Generator) -> dict[str, float]:
    """The same for the accuracy of images in groups, and how wide the interval is on average."""
    groups, y = np.repeat(np.arange(n_groups), OF_GROUP), np.tile([0, 1], n_groups * OF_GROUP // 2)
    spread = 1 / CORRELATION - 1
    held = dict.fromkeys(["accuracy", "accuracy BCa", "width"], 0.0)
    for _ in range(repeats):
        of_group = rng.beta(accuracy * spread, (1 - accuracy) * spread, n_groups)
        pred = np.where(rng.random(len(y)) < of_group[groups], y, 1 - y)
        found = share_among(y == pred, np.ones(len(y), bool), groups)
        held["accuracy"] += holds(found, accuracy)
        held["width"] += found.high - found.low
        before = bca_weighted(accuracy_of_weights(y, pred), len(y), groups=groups, n_resamples=400)
        held["accuracy BCa"] += holds(before, accuracy)
    return {name: count / repeats for name, count in held.items()}


def apart_of(accuracy: float, K: int) -> float:
    """How far the true class is raised so that its score is the largest of K with this probability."""
    x = np.linspace(-8, 16, 4001)

    def missing(apart: float) -> float:
        return float(np.trapezoid(stats.norm.pdf(x - apart) * stats.norm.cdf(x) ** (K - 1), x)) - accuracy

    return float(optimize.brentq(missing, 0, 8))


def told(n: int, priors: tuple[float, ...], apart: float, *, sure: float, groups: np.ndarray | None, rng: np.random.Generator):
    """Labels, and probabilities as sure as that; scores of one group share a part of their luck."""
    K = len(priors)
    y, luck = rng.choice(K, n, p=priors), rng.normal(size=(n, K))
    if groups is not None:
        luck = np.sqrt(CORRELATION) * rng.normal(size=(int(groups.max()) + 1, K))[groups] + np.sqrt(1 - CORRELATION) * luck
    scores = apart * (luck + apart * np.eye(K)[y]) + np.log(priors)
    return y, softmax(sure * scores, axis=1)


def both_losses(y: np.ndarray, proba: np.ndarray) -> dict[str, np.ndarray]:
    """Each image's loss, computed apart from the code under test."""
    scale = 0.5 if proba.shape[1] == 2 else 1.0
    true = proba[np.arange(len(y)), y]
    return {"log_loss": -np.log(np.maximum(true, LEAST)), "brier": scale * ((proba - np.eye(proba.shape[1])[y]) ** 2).sum(axis=1)}


def losses(
    n: int, priors: tuple[float, ...], accuracy: float, *, sure: float, n_groups: int = 0, repeats: int, rng: np.random.Generator
) -> dict[str, float]:
    """How often the intervals of log-loss and Brier score hold the truth, and the t interval's."""
    apart, groups = apart_of(accuracy, len(priors)), None if n_groups == 0 else np.repeat(np.arange(n_groups), n // n_groups)
    truth = {
        name: loss.mean()
        for name, loss in both_losses(*told(TRUE_IMAGES, priors, apart, sure=sure, groups=None, rng=rng)).items()
    }
    held = dict.fromkeys(["log_loss", "log_loss t", "brier", "brier t"], 0)
    for _ in range(repeats):
        y, proba = told(n, priors, apart, sure=sure, groups=groups, rng=rng)
        found = score_classifier(y, proba, groups)
        for name, loss in both_losses(y, proba).items():
            held[name] += holds(found[name], truth[name])
            units = loss if groups is None else loss.reshape(n_groups, -1).mean(axis=1)
            reach = stats.t.ppf(0.975, len(units) - 1) * units.std(ddof=1) / len(units) ** 0.5
            held[f"{name} t"] += abs(units.mean() - truth[name]) <= reach + CLOSE
    return {name: count / repeats for name, count in held.items()}


def table_of_losses(repeats: int, rng: np.random.Generator) -> list[str]:
    """Cases of single images, and of groups."""
    lines = [
        "",
        "| images | groups | classes (share of the rarest) | accuracy | logits times | log-loss | t | Brier | t |",
        "|" + "---|" * 9,
    ]
    cases = [(n, 0) for n in SIZES] + [(n_groups * OF_GROUP, n_groups) for n_groups in GROUPS if n_groups >= FEWEST_GROUPS]
    for n, n_groups in cases:
        for priors in PRIORS:
            for accuracy in ACCURACIES:
                for sure in SURE:
                    found = losses(n, priors, accuracy, sure=sure, n_groups=n_groups, repeats=repeats, rng=rng)
                    shown = " | ".join(f"{100 * share:.1f}" for share in found.values())
                    lines.append(f"| {n} | {n_groups or ''} | {len(priors)} ({min(priors)}) | {accuracy} | {sure} | {shown} |")
                    print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    lines = [f"# How often intervals of 95 % hold the truth ({args.repeats} test sets each)", ""]
    lines += [
        "| images | share of the positive | accuracy | balanced accuracy | BCa | AUC | BCa |",
        "|---|---|---|---|---|---|---|",
    ]
    for n in SIZES:
        for prevalence in PREVALENCES:
            for accuracy in ACCURACIES:
                found = single_images(n, prevalence, accuracy, repeats=args.repeats, rng=rng)
                shown = " | ".join(f"{100 * share:.1f}" for share in found.values())
                lines.append(f"| {n} | {prevalence} | {accuracy} | {shown} |")
                print(lines[-1], flush=True)
    lines += [
        "",
        "| groups of 8 images | accuracy | accuracy of the images | BCa over groups | mean width |",
        "|---|---|---|---|---|",
    ]
    for n_groups in GROUPS:
        for accuracy in ACCURACIES:
            found = grouped_images(n_groups, accuracy, repeats=args.repeats, rng=rng)
            lines.append(f"| {n_groups} | {accuracy} | " + " | ".join(f"{100 * share:.1f}" for share in found.values()) + " |")
            print(lines[-1], flush=True)
    lines += table_of_losses(args.repeats, rng)
    args.out.mkdir(exist_ok=True)
    (args.out / "intervals.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
