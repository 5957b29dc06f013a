"""Who judges training sets, what a judge sees of the truth, and how often it sees what is not there.

    python benchmarks/judge.py [--data digits mnist fashion_mnist breastmnist] [--studies 40]
        [--steps N] [--net-studies 1] [--out FOLDER]

Each study is one of the evidence chapter on real images: five seeds, each with a subset of its own, the judge with its settings
from cross-validation on the first subset. Null: duplicates drawn a second time, judged as if they were generated; every verdict
is false. Control: the real images that were cut away, put back; where no class is cut there is none. The SVM judges in every
study; with --steps N a net of N steps judges --net-studies beside it (minutes each).
"""

import argparse
import dataclasses
import time
from pathlib import Path

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.data.load import load_data
from tasvir.measures.verdict import Verdict, verdict
from tasvir.studies.families import evidence, fills, judges
from tasvir.studies.families.subset import unequal_subset
from tasvir.studies.inside import Inside
from tasvir.studies.place import Place

SEEDS = 5


def again(gap: fills.Gap) -> np.ndarray:
    """Duplicates drawn a second time."""
    return fills.duplicate(dataclasses.replace(gap, seed=gap.seed + 10_000_000))


def study(data: Dataset, judge: judges.Judge, first: int, arms: tuple[str, ...]) -> tuple[float, dict[str, Verdict]]:
    """Balanced accuracy of the real images alone, and each arm against duplicates."""
    inside, (y, _) = Inside(data, first, Path(), Place("cpu")), data.targets("test")
    seeds = list(range(first, first + SEEDS))
    right = {
        arm: (evidence.predict_with_arm(inside, judge, arm, seeds=seeds)[0] == y).astype(float)
        for arm in ("real", "duplicates", *arms)
    }
    real = float(np.mean([right["real"][:, y == label].mean() for label in np.unique(y)]))
    cases = data.cases("test")
    return real, {
        arm: verdict(right[arm], right["duplicates"], strata=y, groups=cases, names=(arm, "duplicates")) for arm in arms
    }


def row(data: Dataset, judge: judges.Judge, n_studies: int) -> str:
    """One line of the table."""
    arms = ("again", *(("restored",) if len(unequal_subset(data, 0).cut_away) else ()))
    started = time.perf_counter()
    real, found = zip(*(study(data, judge, 1000 * number, arms) for number in range(n_studies)), strict=True)
    seconds = (time.perf_counter() - started) / n_studies
    false = sum(one["again"].outcome != "cannot tell" for one in found)
    gains = [one["restored"].d for one in found if "restored" in one]
    seen = sum(one["restored"].outcome == "helps" for one in found if "restored" in one)
    control = f"{100 * np.mean(gains):+.2f} | {seen} of {n_studies}" if gains else "- | -"
    settings = f"C={judge.C:g}{', scaled' if judge.scaled else ''}" if judge.name == "svm" else f"{judge.steps} steps"
    name = f"{judge.name}, {settings}"
    return f"| {data.name} | {name} | {100 * np.mean(real):.1f} | {control} | {false} of {n_studies} | {seconds:.1f} |"


def settings_of(data: Dataset, steps: int) -> list[judges.Judge]:
    """The SVM with its settings from the first subset, and a net of so many steps."""
    *_, told = judges.choose(Inside(data, 0, Path(), Place("cpu")), steps=1, n_folds=3)
    svm = judges.Judge(**told.data["judge"])
    assert svm.name == "svm"
    return [svm, *([dataclasses.replace(svm, name="net", steps=steps)] if steps else [])]


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=["digits", "mnist", "fashion_mnist", "breastmnist"])
    parser.add_argument("--studies", type=int, default=40)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--net-studies", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    fills.FILLS["again"] = again
    lines = [
        "| data | judge | real % | control gains | control found | false verdicts | s a study |",
        "|---|---|---|---|---|---|---|",
    ]
    print(*lines, sep="\n")
    for name in given.data:
        data = load_data(name)
        for judge in settings_of(data, given.steps):
            lines.append(row(data, judge, given.studies if judge.name == "svm" else given.net_studies))
            print(lines[-1], flush=True)
    (given.out / "judge.md").write_text("\n".join(["# What a judge sees", "", *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
