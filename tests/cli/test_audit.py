"""`tasvir data audit` and `info` on a set of one's own."""

import subprocess
import sys

import numpy as np
from PIL import Image


def make_set(folder, labels=("a", "b")):
    """Twelve random images, three a patient, and their manifest; patients 3 are the test."""
    rng = np.random.default_rng(0)
    lines = ["file,label,patient,split"]
    for i in range(12):
        place = folder / labels[i % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (9, 9), dtype=np.uint8)).save(place / f"s{i}.png")
        lines.append(f"s{i},{labels[i % 2]},p{i // 3},{'test' if i > 8 else 'train'}")
    (folder / "list.csv").write_text("\n".join(lines), encoding="utf-8")


def test_groups_of_each_part_are_counted(tasvir, tmp_path):
    make_set(tmp_path / "scans")
    columns = ("--manifest", "list.csv", "--group-column", "patient", "--split-column", "split")
    said = tasvir("data", "audit", tmp_path / "scans", *columns)
    assert said.code == 0
    assert "Groups, none in several parts: 3 training, 1 test." in said.out


def test_names_that_the_terminal_cannot_show_are_no_traceback(tmp_path):
    make_set(tmp_path / "pets", ("猫", "é"))
    code = "import sys; from tasvir.cli.door import main; sys.argv = ['tasvir', 'data', 'info', sys.argv[1]]; main()"
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "pets"], capture_output=True, text=True, env=ascii_only)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u732b" in done.stdout
