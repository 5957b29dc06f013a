"""Do the intervals of scores hold the truth? Simulated test sets, in every case of a table.

    python benchmarks/intervals.py [--repeats 1000] [--out benchmarks/results]

Two classes. Accuracy within each class is the truth for accuracy and balanced accuracy; scores are normal with equal variances,
apart so that the best threshold has this accuracy, which gives the true AUC. Groups: the images of a group (8 of them) are right
with a probability that is drawn for the group (Beta, correlation 0.3). Beside each: the bootstrap (BCa) that was used before.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy import stats

from tasvir.measures.classification import (
    accuracy_of_weights,
    auc_of_weights,
    balanced_accuracy_of_weights,
    score_classifier,
)
from tasvir.measures.interval import bca_weighted

SIZES, PREVALENCES, ACCURACIES = (50, 150, 600), (0.1, 0.2, 0.5), (0.8, 0.95, 0.99)
GROUPS, OF_GROUP, CORRELATION = (4, 10, 30), 8, 0.3
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
    """The same for the accuracy of images in groups."""
    groups, y = np.repeat(np.arange(n_groups), OF_GROUP), np.tile([0, 1], n_groups * OF_GROUP // 2)
    spread = 1 / CORRELATION - 1
    held = dict.fromkeys(["accuracy", "accuracy BCa"], 0)
    for _ in range(repeats):
        of_group = rng.beta(accuracy * spread, (1 - accuracy) * spread, n_groups)
        pred = np.where(rng.random(len(y)) < of_group[groups], y, 1 - y)
        held["accuracy"] += holds(score_classifier(y, np.eye(2)[pred], groups)["accuracy"], accuracy)
        before = bca_weighted(accuracy_of_weights(y, pred), len(y), groups=groups, n_resamples=400)
        held["accuracy BCa"] += holds(before, accuracy)
    return {name: count / repeats for name, count in held.items()}


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
    lines += ["", "| groups of 8 images | accuracy | accuracy of the images | BCa over groups |", "|---|---|---|---|"]
    for n_groups in GROUPS:
        for accuracy in ACCURACIES:
            found = grouped_images(n_groups, accuracy, repeats=args.repeats, rng=rng)
            lines.append(f"| {n_groups} | {accuracy} | " + " | ".join(f"{100 * share:.1f}" for share in found.values()) + " |")
            print(lines[-1], flush=True)
    args.out.mkdir(exist_ok=True)
    (args.out / "intervals.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
