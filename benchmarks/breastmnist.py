"""The main job's classifier on BreastMNIST's test set, three seeds, scored once.

    TASVIR_DATA=... python benchmarks/breastmnist.py

Settings are the ones of `tasvir run breastmnist`; nothing is chosen here.
"""

import tempfile
from pathlib import Path

from tasvir import load_data
from tasvir.studies.families.classify import classifier_cells
from tasvir.studies.families.main_job import PROFILES
from tasvir.studies.inside import Inside

SEEDS = 3
ASKED = {"accuracy": 0.82, "auc": 0.86}


def main() -> None:
    data = load_data("breastmnist")
    how = PROFILES["quick"]
    cells = classifier_cells(data, how.classifier_pixels, 0, most_epochs=how.classifier_epochs, n_seeds=SEEDS)[:SEEDS]
    scores: dict[str, list[float]] = {"accuracy": [], "balanced_accuracy": [], "auc": []}
    for cell in cells:
        with tempfile.TemporaryDirectory() as folder:
            records = list(cell.function(Inside(data, cell.seed, Path(folder)), **cell.parameters))
        found = {record.name: record.data for record in records if record.kind == "metric" and record.name in scores}
        print(cell.name, ", ".join(f"{name} {m['value']:.4f} [{m['low']:.3f}, {m['high']:.3f}]" for name, m in found.items()))
        for name, row in scores.items():
            row.append(found[name]["value"])
    for name, row in scores.items():
        asked = f"   (asked: {ASKED[name]})" if name in ASKED else ""
        print(f"mean {name} {sum(row) / len(row):.4f}, from {min(row):.4f} to {max(row):.4f}{asked}")


if __name__ == "__main__":
    main()
