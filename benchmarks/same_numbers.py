"""Hold a run of another version against one of today's, record by record, whatever the cells and labels were called.

    python benchmarks/same_numbers.py OLD_RUN NEW_RUN

Compared are every metric, curve and array (by its bytes' hash) of every cell, and the weights of every model; times are
left aside. `RENAMED` maps the old words to the new ones.
"""

import argparse
import json
import sys
from pathlib import Path

from tasvir import open_run

#: Words of labels before records held ids.
RENAMED = {
    "Residual net": "classifier",
    "Majority class": "majority",
    "k-NN on raw pixels": "knn",
    "Logistic regression": "logistic",
    "the real images alone": "real",
    "duplicated real images": "duplicates",
    "the Gaussian sampler": "gaussian",
    "the conditional VAE": "vae",
}


def found(path: Path) -> dict[tuple[str, ...], str]:
    """(cell, kind, name, labels) -> what was found there, as text."""
    run = open_run(path)
    names = {address: name for name, address in run.run_record().data["addresses"].items()}
    rows = {}
    for record in run.records():
        if record.kind not in ("metric", "curve", "array", "model") or record.data.get("unit") == "s":
            continue
        data = dict(record.data)
        labels = {key: RENAMED.get(value, value) for key, value in (data.pop("labels", None) or {}).items()}
        if record.kind == "model":
            described = json.loads((run.file(record) / "model.json").read_text())
            data = {"weights": described["weights_sha256"]}
        data |= {end: round(data[end], 12) for end in ("low", "high") if data.get(end) is not None}
        rows[names[record.cell], record.kind, record.name, str(sorted(labels.items()))] = json.dumps(data, sort_keys=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    asked = parser.parse_args()
    old, new = found(asked.old), found(asked.new)
    for key in sorted(old.keys() ^ new.keys()):
        print("only in", "the old run:" if key in old else "the new run:", *key)
    different = [key for key in old.keys() & new.keys() if old[key] != new[key]]
    for key in sorted(different):
        print("differs:", *key, "\n  ", old[key][:200], "\n  ", new[key][:200])
    print(f"{len(old)} old and {len(new)} new metrics, curves, arrays and models; {len(different)} differ")
    sys.exit(bool(different) or old.keys() != new.keys())


if __name__ == "__main__":
    main()
