"""One epoch over 10,000 MNIST images, ours and the peers', in turn on one core: medians, ratios, and the machine's peak.

    make bench        (makes an environment for each peer under .bench, then)
    TASVIR_DATA=... python benchmarks/speed.py [--rounds 5] [--threads 1] [--out benchmarks]

Each peer is a process of its own with packages of its own (`benchmarks/peers/`), and all take turns within a round, so that a
machine that slows down slows all of them. The first answer of each, which loads libraries and compiles, is not counted.
Ratios are medians of the rounds' ratios, with the least and the greatest behind them. The peak is the best of a product of two
2048 x 2048 matrices, taken in each round.
"""

import argparse
import datetime
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from tasvir import load_data
from tasvir.studies.machine import machine, versions

HERE = Path(__file__).parent
N_IMAGES = 10_000
BENCH = HERE.parent / ".bench"
PEERS = {
    "ours": (Path(sys.executable), "our_peer.py"),
    "textbook PyTorch": (Path(sys.executable), "textbook_peer.py"),
    "Keras": (BENCH / "keras/bin/python", "keras_peer.py"),
    "pythae": (BENCH / "pythae/bin/python", "pythae_peer.py"),
}
JOBS = ("dense autoencoder", "cnn", "residual net", "conv VAE")
#: (job, peer) -> how many times as fast we want to be in bfloat16, and in float32.
ASKED = {
    ("dense autoencoder", "Keras"): (1.5, 1.1),
    ("dense autoencoder", "textbook PyTorch"): (2.0, 1.0),
    ("cnn", "Keras"): (1.5, 1.0),
    ("cnn", "textbook PyTorch"): (1.8, 1.0),
    ("residual net", "textbook PyTorch"): (1.5, 1.0),
    ("conv VAE", "textbook PyTorch"): (1.5, 1.0),
    ("conv VAE", "pythae"): (2.0, 1.0),
}
Seconds = dict[str, list[float]]


class Peer:
    """A process that waits for the names of jobs."""

    def __init__(self, python: Path, script: str, file: Path, *, threads: int):
        environment = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
        self.process = subprocess.Popen(
            [str(python), str(HERE / "peers" / script), str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | environment,
        )

    def seconds(self, job: str) -> float:
        assert self.process.stdin
        assert self.process.stdout
        print(job, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline() or "nan")


def peak_gflops(dtype: torch.dtype, size: int = 2048) -> float:
    """The best of some products, in 10^9 operations a second."""
    a, b = torch.randn(size, size).to(dtype), torch.randn(size, size).to(dtype)
    best = float("inf")
    for _ in range(6):
        started = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - started)
    return 2e-9 * size**3 / best


def measure(job: str, rounds: int, peers: dict[str, Peer]) -> Seconds:
    """Seconds by who was asked, round after round; 'ours' twice."""
    asked = {"ours, fp32": ("ours", f"{job}/fp32"), "ours, bf16": ("ours", f"{job}/bf16")}
    asked |= {name: (name, job) for name in peers if name != "ours"}
    found: Seconds = {name: [] for name in asked}
    for index in range(rounds + 1):
        for name, (peer, words) in asked.items():
            seconds = peers[peer].seconds(words)
            if index:
                found[name].append(seconds)
    return {name: seconds for name, seconds in found.items() if np.isfinite(seconds).all()}


def lines_of(job: str, found: Seconds) -> list[str]:
    """A row for each pair that is compared."""
    rows = []
    for peer in (name for name in found if not name.startswith("ours")):
        for index, precision in enumerate(("bf16", "fp32")):
            ours, theirs = np.array(found[f"ours, {precision}"]), np.array(found[peer])
            ratio = theirs / ours
            asked = ASKED[job, peer][index]
            rows.append(
                f"| {job} | {precision} | {np.median(ours):.2f} | {peer} | {np.median(theirs):.2f} "
                f"| {np.median(ratio):.2f} ({ratio.min():.2f} to {ratio.max():.2f}) | {asked:.1f} "
                f"| {'yes' if np.median(ratio) >= asked else 'no'} |"
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--jobs", nargs="+", default=JOBS, metavar="JOB", help=f"of {JOBS}")
    parser.add_argument("--out", type=Path, default=HERE)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    X, y, _ = load_data("mnist").part("train")
    there = {name: peer for name, peer in PEERS.items() if peer[0].exists()}
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "images.npz"
        np.savez(file, X=X[:N_IMAGES], y=y[:N_IMAGES])
        peers = {name: Peer(*peer, file, threads=asked.threads) for name, peer in there.items()}
        found = {job: measure(job, asked.rounds, peers) for job in asked.jobs}
    peaks = {name: peak_gflops(dtype) for name, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16))}
    today = datetime.datetime.now(tz=datetime.UTC).date()
    said = [
        f"# Speed on {today}",
        "",
        f"Seconds for {N_IMAGES:,} MNIST images, {asked.threads} thread(s), median of {asked.rounds} rounds in which all",
        "took turns; ratio: how many times as long the peer takes (least to greatest).",
        f"Machine: {machine()}. Versions: {versions()}.",
        f"Peak of a matrix product: {', '.join(f'{name} {value:.0f} GFLOP/s' for name, value in peaks.items())}.",
        f"Not measured, as its environment is not there: {', '.join(PEERS.keys() - there.keys()) or 'nothing'}.",
        "",
        "| job | ours in | s | peer | s | ratio | asked | reached |",
        "|---|---|---|---|---|---|---|---|",
        *(line for job in asked.jobs for line in lines_of(job, found[job])),
    ]
    text = "\n".join(said) + "\n"
    (asked.out / f"speed_{today}.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
