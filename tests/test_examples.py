"""The example trains on a pair of CSV files."""

import importlib.util
from pathlib import Path

import numpy as np

from tasvir import load_data


def test_pytorch_cnn_learns_digits_from_csv(tmp_path):
    data = load_data("digits")
    for part in ("train", "test"):
        X, y, _ = data.part(part)
        np.savetxt(tmp_path / f"{part}.csv", np.column_stack([y, X.reshape(len(X), -1)]), fmt="%d", delimiter=",")
    file = Path(__file__).parents[1] / "examples" / "pytorch_cnn.py"
    spec = importlib.util.spec_from_file_location("pytorch_cnn", file)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    assert example.main(str(tmp_path / "train.csv"), str(tmp_path / "test.csv"), epochs=8) > 0.85
