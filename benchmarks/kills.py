"""Kill a study at chosen moments, start it again, and hold what it ends with against an unbroken run.

    TASVIR_DATA=... python benchmarks/kills.py digits --kills 5
    python benchmarks/kills.py digits --kills 5 --study toy --door tests/studies/residents/door.py --max-epochs 400
    TASVIR_DATA=... python benchmarks/kills.py breastmnist --kills 1 --in-cell generation/vae --after-best
    TASVIR_DATA=... python benchmarks/kills.py breastmnist --kills 2 --in-cell classifier/0 --training final

SIGKILL, so nothing can be tidied up. Moments are spread over the time that the unbroken run took; with `--in-cell` the kill
waits until a checkpoint of that cell is there, of the training that `--training` names where it has several, and (with
`--after-best`) holds a best epoch before its last one. Compared are all records but their times, and the hashes of the model
folders, which hold the weights.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tasvir import open_run
from tasvir.records.same import same_records
from tasvir.train.checkpoint import TRAINING_FILE, read_state

DOOR = ("-c", "from tasvir.cli.door import main; main()")


def command(asked: argparse.Namespace, out: Path) -> list[str]:
    door = DOOR if asked.door is None else (asked.door,)
    return [sys.executable, *door, "study", asked.study, asked.data, "--out", str(out), *asked.flags]


def the_run(out: Path):
    return open_run(next(path for path in out.iterdir() if (path / "records.jsonl").is_file()))


def kill_after(process: subprocess.Popen, seconds: float) -> None:
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()


def inside(out: Path, cell: str, training: str, *, after_best: bool) -> bool:
    """Whether the cell's checkpoint is there; with `after_best`, whether it holds a best epoch before its last."""
    runs = [path for path in out.glob("*") if (path / "records.jsonl").is_file()] if out.is_dir() else []
    if not runs:
        return False
    address = open_run(runs[0]).run_record().data["addresses"][cell]
    file = runs[0] / "scratch" / address / f"{training}.safetensors"
    if not file.is_file():
        return False
    state = read_state(file)
    best = next((hook["best_epoch"] for hook in state["hooks"] if "best_epoch" in hook), None)
    if not after_best:
        return True
    return best is not None and best < len(state["history"]["rows"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--in-cell", default=None)
    parser.add_argument("--training", default=Path(TRAINING_FILE).stem)
    parser.add_argument("--after-best", action="store_true")
    parser.add_argument("--study", default="run")
    parser.add_argument("--door", default=None, help="a script that opens the command line with a study of its own")
    asked, asked.flags = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        whole, broken = Path(folder, "whole"), Path(folder, "broken")
        started = time.monotonic()
        subprocess.run(command(asked, whole), check=True, stderr=subprocess.DEVNULL)
        took_s = time.monotonic() - started
        for number in range(asked.kills):
            process = subprocess.Popen(command(asked, broken), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if asked.in_cell:
                while process.poll() is None and not inside(broken, asked.in_cell, asked.training, after_best=asked.after_best):
                    time.sleep(0.05)
                kill_after(process, 0.0)
            else:
                kill_after(process, took_s * (number + 1) / (asked.kills + 1) / (1 if number == 0 else 2))
            there = the_run(broken).records() if broken.is_dir() and any(broken.iterdir()) else []
            print(f"kill {number + 1}: {sum(record.kind == 'cell' for record in there)} cells were finished", flush=True)
        subprocess.run(command(asked, broken), check=True, stderr=subprocess.DEVNULL)
        a, b = the_run(whole), the_run(broken)
        different = same_records(a.records(), b.records())
        models = [sorted(r.data["sha256"] for r in run.records() if r.kind == "model") for run in (a, b)]  # in any order
        print(f"{len(a.records())} records, {len(models[0])} models; differences: {different or 'none'}")
        print(f"weights: {'equal' if models[0] == models[1] else 'DIFFERENT'}")
        sys.exit(bool(different) or models[0] != models[1])


if __name__ == "__main__":
    main()
