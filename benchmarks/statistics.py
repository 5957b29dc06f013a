"""Does `verdict` keep its promises? Simulated predictions, in every case of a table.

    python benchmarks/statistics.py [--null 2000] [--effect 1000] [--jobs 2] [--out benchmarks/results]

The simulator imports nothing from `tasvir`: whether an image is answered rightly is a coin with

    logit P = a_image + arm + b_(arm, image) + u_(arm, seed) + w_(arm, seed, fold) + e_(arm, seed, image),    sd(a) = 2,

where both arms share images, a and folds, all else is each arm's own, and the w of any two cells of an arm have a given
correlation, as overlapping training sets give. One class holds 27 % of the images, as in BreastMNIST. The sizes of u, w and e:
"measured" is twelve retrainings of a small convolutional net in five folds of BreastMNIST, which gave sd(w) = 0.18 and
sd(u) = 0.02, rounded up; "strong" is what would be alarming. On fixed test sets every retraining is one cell.

Per case: studies without an effect (false verdicts), a pilot that states the smallest effect `verdict` should find, and
studies with that effect (how often it is found, and how often the interval holds it). Rivals are scored on the same studies.
"""

import sys

if __name__ == "statistics":  # a benchmark beside this file asks for Python's own module of that name: let it have it
    import sysconfig
    from importlib.machinery import PathFinder

    PathFinder.find_spec("statistics", [sysconfig.get_path("stdlib")]).loader.exec_module(sys.modules["statistics"])

import argparse
import csv
import resource
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy import optimize, stats
from scipy.special import expit

from tasvir.measures.corrected import nadeau_bengio, over_retrainings
from tasvir.measures.crossed import CrossedDifference, crossed_difference
from tasvir.measures.paired import mcnemar
from tasvir.measures.power import Spread, measured_spread, smallest_effect
from tasvir.measures.verdict import verdict

A_SD = 2.0
PILOTS = 200
CHUNK = 2_500_000  # coins tossed at once


@dataclass(frozen=True)
class Case:
    """One row of the table; folds = 1 is a fixed test set."""

    table: str
    n: int
    seeds: int
    folds: int = 5
    correlation: float = 0.0
    u: float = 0.1
    w: float = 0.2
    e: float = 0.5
    b: float = 0.0
    mean: float = 2.0
    small_class: float = 0.27
    group: int = 1


def all_cases() -> list[Case]:
    """The issue's table at two sizes of training noise, and what lies beyond it."""
    noises = {"as measured": {"u": 0.1, "w": 0.2, "e": 0.5}, "strong": {"u": 0.3, "w": 0.3, "e": 1.0}}
    cases = []
    for name, noise in noises.items():
        for n in (156, 546, 1000):
            for seeds in (1, 2, 6):
                cases += [Case(f"folds, noise {name}", n, seeds, 5, rho, **noise) for rho in (0.0, 0.1, 0.2)]
        cases += [Case(f"fixed test set, noise {name}", n, 5, 1, 0.0, **noise) for n in (156, 360, 10_000)]
    beyond = [
        {"n": 546, "seeds": 2, "u": 0.3, "w": 0.1},
        {"n": 1000, "seeds": 2, "u": 0.4, "w": 0.1},
        {"n": 1000, "seeds": 3, "u": 0.3, "w": 0.1},
        {"n": 1000, "seeds": 6, "u": 0.3, "w": 0.1},
        {"n": 546, "seeds": 3},
        {"n": 546, "seeds": 10},
        {"n": 1000, "seeds": 10, "u": 0.0, "w": 0.3},
        {"n": 546, "seeds": 6, "u": 0.0, "w": 1.0},
        {"n": 156, "seeds": 6, "b": 1.0},
        {"n": 546, "seeds": 6, "mean": 0.0},
        {"n": 546, "seeds": 6, "mean": 3.5},
        {"n": 546, "seeds": 6, "folds": 10},
        {"n": 100, "seeds": 6, "small_class": 0.1},
        {"n": 544, "seeds": 6, "group": 4, "b": 1.0},
    ]
    cases += [Case("folds, beyond", correlation=0.2, **one) for one in beyond]
    fixed = [
        {"n": 360, "seeds": 3, "w": 0.3},
        {"n": 2000, "seeds": 3, "w": 0.3},
        {"n": 2000, "seeds": 5, "w": 0.1},
        {"n": 156, "seeds": 10},
        {"n": 156, "seeds": 5, "b": 1.0},
        {"n": 100, "seeds": 5, "small_class": 0.1},
        {"n": 544, "seeds": 5, "group": 4, "b": 1.0},
    ]
    return cases + [Case("fixed test set, beyond", folds=1, **one) for one in fixed]


# ---- the simulator: nothing of Tasvir below this line, until the next ----


def layout(case: Case, rng: np.random.Generator):
    """Classes and groups of the images, and the fold of each at each seed, stratified and groups kept whole."""
    n_units = case.n // case.group
    label_U = (np.arange(n_units) >= round(case.small_class * n_units)).astype(int)
    fold_SU = np.zeros((case.seeds, n_units), int)
    for fold_U in fold_SU:
        fold_U[np.lexsort((rng.random(n_units), label_U))] = np.arange(n_units) % case.folds
    unit = np.repeat(np.arange(n_units), case.group)
    return label_U[unit], unit, fold_SU[:, unit]


def simulate(case: Case, n_studies: int, shift: float, rng: np.random.Generator, places):
    """Right answers of both arms, (studies, seeds, images) each, the first arm better by `shift` on the logit scale."""
    _, unit, fold_Sn = places
    S, n, n_units = case.seeds, len(unit), unit.max() + 1
    a = rng.normal(case.mean, A_SD, (n_studies, 1, n_units)).astype("f4")[:, :, unit]
    right = []
    for arm in (shift / 2, -shift / 2):
        shared, own = np.sqrt(case.correlation), np.sqrt(1 - case.correlation)
        w = shared * rng.normal(size=(n_studies, 1, 1)) + own * rng.normal(size=(n_studies, S, case.folds))
        training = (case.w * w + case.u * rng.normal(size=(n_studies, S, 1))).astype("f4")
        logit = a + training[:, np.arange(S)[:, None], fold_Sn] + np.float32(arm)
        logit += case.b * rng.standard_normal((n_studies, 1, n_units), dtype="f4")[:, :, unit]
        logit += case.e * rng.standard_normal((n_studies, S, n), dtype="f4")
        right.append(rng.random((n_studies, S, n), dtype="f4") < expit(logit))
    return right


def true_effect(case: Case, shift: float) -> float:
    """The mean difference in P(right) over all images, seeds and training sets."""
    sd = np.sqrt(A_SD**2 + case.u**2 + case.w**2 + case.e**2 + case.b**2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    better, worse = (expit(case.mean + arm + sd * nodes) @ weights for arm in (shift / 2, -shift / 2))
    return float(better - worse) / np.sqrt(2 * np.pi)


def shift_for(case: Case, effect: float) -> float:
    """The shift that makes this effect; NaN where none does."""
    if effect >= true_effect(case, 40.0):
        return float("nan")
    return float(optimize.brentq(lambda shift: true_effect(case, shift) - effect, 0.0, 40.0))


# ---- the judges ----


def judge(case: Case, right_a, right_b, places) -> dict[str, tuple[float, float]]:
    """Each method's interval for one study; NaN where it gives none."""
    label_n, unit, fold_Sn = places
    groups = unit if case.group > 1 else None
    folds = fold_Sn if case.folds > 1 else None
    found = verdict(right_a, right_b, strata=label_n, folds=folds, groups=groups)
    ends = {"verdict": (np.nan, np.nan) if found.refused else (found.low, found.high)}
    if case.seeds > 1:
        difference = right_a.astype(float) - right_b
        parts = crossed_difference(difference, label_n, folds, groups=groups)
        D_S = np.array([difference[:, label_n == k].mean(axis=1) for k in (0, 1)]).mean(axis=0)
        mean, t = D_S.mean(), stats.t.ppf(0.975, case.seeds - 1)
        ends["t over seeds"] = mean - (half := t * np.sqrt(D_S.var(ddof=1) / case.seeds)), mean + half
        ends["images only"] = mean - (half := 1.96 * np.sqrt(parts.images)), mean + half
        half = parts.se * stats.t.ppf(0.975, satterthwaite(parts))
        ends["same variance, Satterthwaite's df"] = parts.d - half, parts.d + half
    if folds is not None:
        cells = cell_differences(right_a, right_b, label_n, fold_Sn, case.folds)
        for name, overlap in (("Nadeau-Bengio", 1 / (case.folds - 1)), ("t over cells", 0.0)):
            one = nadeau_bengio(cells, overlap)
            ends[name] = one.low, one.high
    else:
        one = over_retrainings(D_S, parts.images)
        ends["t over retrainings and images"] = one.low, one.high
        different = mcnemar(right_a[0], right_b[0])[2] <= 0.05
        ends["McNemar, first seed"] = (1.0, 1.0) if different else (-1.0, 1.0)
    return ends


def satterthwaite(parts: CrossedDifference) -> float:
    """The usual degrees of freedom of a sum of variances, where `crossed_difference` takes careful ones."""
    J = parts.n_seeds * parts.n_folds
    squares = parts.images**2 / (parts.n_units - 2) + parts.seeds**2 / (parts.n_seeds - 1) + parts.overlap**2 / (J - 1)
    return parts.se**4 / squares


def cell_differences(right_a, right_b, label_n, fold_Sn, n_folds) -> np.ndarray:
    """The difference in balanced accuracy in each (seed, fold) cell."""
    difference = right_a.astype(float) - right_b
    part = (np.arange(len(fold_Sn))[:, None] * n_folds + fold_Sn) * 2 + label_n
    size = np.bincount(part.ravel())
    return (np.bincount(part.ravel(), weights=difference.ravel()) / size).reshape(-1, 2).mean(axis=1)


def run_studies(case: Case, n_studies: int, shift: float, seed: list[int]) -> dict[str, np.ndarray]:
    """Every method's intervals, (studies, 2), in `n_studies` studies with one layout a chunk."""
    rng = np.random.default_rng(seed)
    step = max(1, min(250, CHUNK // (case.seeds * case.n)))
    rows: dict[str, list] = {}
    for start in range(0, n_studies, step):
        places = layout(case, rng)
        a, b = simulate(case, min(step, n_studies - start), shift, rng, places)
        for right_a, right_b in zip(a, b, strict=True):
            for name, ends in judge(case, right_a, right_b, places).items():
                rows.setdefault(name, []).append(ends)
    return {name: np.array(ends) for name, ends in rows.items()}


def stated_effect(case: Case, seed: list[int]) -> float:
    """The smallest effect `verdict` should find, from the spread of a pilot; rounded up to 0.001, as it is printed."""
    if case.seeds < 2:
        return float("nan")
    rng = np.random.default_rng(seed)
    label_n, _, fold_Sn = places = layout(case, rng)
    spreads = []
    for _ in range(PILOTS):
        a, b = (x[0] for x in simulate(case, 1, 0.0, rng, places))
        difference = (a.astype(float) - b)[:, :: case.group] if case.group > 1 else a.astype(float) - b
        folds = fold_Sn[:, :: case.group] if case.folds > 1 else None
        spreads.append(tuple(asdict(measured_spread(difference, label_n[:: case.group], folds)).values()))
    spread = Spread(*np.sqrt((np.array(spreads) ** 2).mean(axis=0)))
    sizes = np.bincount(label_n[:: case.group])  # of a group one image: careful, the others add a little
    return float(np.ceil(1000 * smallest_effect(spread, sizes, case.seeds, n_folds=case.folds)) / 1000)


def table_row(case: Case, index: int, n_null: int, n_effect: int) -> dict:
    """Everything that is reported of one case."""
    null = run_studies(case, n_null, 0.0, [index, 0])
    effect = stated_effect(case, [index, 1])
    shift = shift_for(case, effect) if np.isfinite(effect) else np.nan
    planted = run_studies(case, n_effect, shift, [index, 2]) if np.isfinite(shift) else {}
    row = asdict(case) | {"smallest effect": effect}
    for name, ends in null.items():
        refused = bool(np.isnan(ends).any())
        row[f"{name}: false"] = np.nan if refused else 100 * np.mean((ends[:, 0] > 0) | (ends[:, 1] < 0))
        row[f"{name}: width"] = np.nan if refused or "McNemar" in name else 100 * np.median(ends[:, 1] - ends[:, 0])
        low, high = planted[name].T if name in planted and not refused else (np.array([np.nan]), np.array([np.nan]))
        row[f"{name}: found"] = 100 * np.mean(low > 0) if np.isfinite(low).all() else np.nan
        row[f"{name}: holds"] = 100 * np.mean((low <= effect) & (effect <= high)) if np.isfinite(low).all() else np.nan
    return row


# ---- the tables ----


def markdown(rows: list[dict], command: str, minutes: float) -> str:
    """All cases, one table a block: what was promised first, the rivals beside it."""
    lines = [
        "# What `verdict` keeps, and what it finds",
        "",
        f"`{command}`, {minutes:.0f} minutes of processor time.",
        "",
        summary(rows),
        "",
    ]
    lines += [__doc__[__doc__.index("The simulator") :].strip(), "", LEGEND, ""]
    for table in dict.fromkeys(row["table"] for row in rows):
        block = [row for row in rows if row["table"] == table]
        rivals = [key[:-7] for key in block[-1] if key.endswith(": false") and not key.startswith("verdict")]
        heads = ["case", "false %", "holds 0 %", "smallest effect", "found %", "holds it %", "width"]
        heads += [f"{name}: false % / found % / width" for name in rivals]
        lines += [f"## {table[0].upper()}{table[1:]}", "", "| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
        lines += ["| " + " | ".join(line(row, rivals)) + " |" for row in block] + [""]
    return "\n".join(lines)


def summary(rows: list[dict]) -> str:
    """The worst case of each promise, and where the rivals miss theirs."""
    judged = [row for row in rows if not np.isnan(row["verdict: false"])]
    worst = {key: [row[f"verdict: {key}"] for row in judged] for key in ("false", "found", "holds")}
    misses = {}
    for name in ("same variance, Satterthwaite's df", "Nadeau-Bengio", "t over seeds", "t over cells", "images only"):
        rates = [row[f"{name}: false"] for row in rows if not np.isnan(row.get(f"{name}: false", np.nan))]
        misses[name] = f"{name} in {sum(rate > 6 for rate in rates)} of {len(rates)} (up to {max(rates):.0f} %)"
    return (
        f"In {len(judged)} of {len(rows)} cases `verdict` judges, in the other {len(rows) - len(judged)} (one seed) it refuses. "
        f"Its false verdicts are {max(worst['false']):.1f} % at most, its interval holds no effect in "
        f"{100 - max(worst['false']):.1f} % and a planted one in {np.nanmin(worst['holds']):.1f} % at least, and the stated "
        f"smallest effect is found in {np.nanmin(worst['found']):.1f} % at least. More than 6 % false verdicts give: "
        + ", ".join(misses.values())
        + "."
    )


LEGEND = """False: studies without an effect in which the interval leaves out 0 (promised: 5 % at most, + 1 for chance).
Found: studies with the stated smallest effect in which the interval is above 0 (promised: 80 % at least). Holds:
the interval contains the truth (promised: 94 % at least). Width: median, in points of balanced accuracy, as is the effect.
Bold: a promise missed. "refused": `verdict` passes no judgement there, because no method was found that keeps the promises."""


def line(row: dict, rivals: list[str]) -> list[str]:
    """One row of the printed table."""
    names = ("n", "seeds", "folds", "correlation", "u", "w", "e", "b", "mean", "small_class", "group")
    usual = asdict(Case("", 0, 0))
    shown = [key for key in names if key in ("n", "seeds", "u", "w", "e") or row[key] != usual[key]]
    if row["table"].startswith("folds"):
        shown = [key for key in names if key in shown or key == "correlation"]
    words = ", ".join(f"{key.replace('_', ' ')} {row[key]:g}" for key in shown)
    if np.isnan(row["verdict: false"]):
        own = ["refused"] + [""] * 5
    else:
        false, found, holds = row["verdict: false"], row["verdict: found"], row["verdict: holds"]
        own = [mark(false, false > 6), mark(100 - false, false > 6), f"{100 * row['smallest effect']:.1f}"]
        own += [mark(found, found < 80), mark(holds, holds < 94), f"{row['verdict: width']:.1f}"]
    beside = [
        f"{mark(row[f'{name}: false'], row[f'{name}: false'] > 6)} / {row[f'{name}: found']:.0f} / {row[f'{name}: width']:.1f}"
        if f"{name}: false" in row
        else ""
        for name in rivals
    ]
    return [words, *own, *(text.replace("nan", "-") for text in beside)]


def mark(value: float, missed: bool) -> str:
    return f"**{value:.1f}**" if missed else f"{value:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--null", type=int, default=4000, help="studies without an effect, per case")
    parser.add_argument("--effect", type=int, default=4000, help="studies with the smallest effect, per case")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    cases = all_cases()
    with ProcessPoolExecutor(given.jobs) as pool:
        rows = list(pool.map(table_row, cases, range(len(cases)), *zip(*[(given.null, given.effect)] * len(cases), strict=True)))
    command = f"python benchmarks/statistics.py --null {given.null} --effect {given.effect} --jobs {given.jobs}"
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = markdown(rows, command, (used.ru_utime + used.ru_stime) / 60)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "statistics.md").write_text(text)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with (given.out / "statistics.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: round(x, 4) if isinstance(x, float) else x for key, x in row.items()} for row in rows)
    print(text)


if __name__ == "__main__":
    main()
