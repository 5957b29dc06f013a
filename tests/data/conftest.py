"""Small data sets on disk, and the shared real ones where they are."""

import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

REAL = Path(os.environ["TASVIR_DATA"]) if "TASVIR_DATA" in os.environ else None


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """No test sees or fills the user's folders, or the network."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("TASVIR_CACHE", str(folder))
    monkeypatch.setenv("TASVIR_OFFLINE", "1")
    monkeypatch.delenv("TASVIR_DATA", raising=False)
    return folder


@pytest.fixture
def real_data() -> Path:
    """The folder of real data."""
    folder = REAL or Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data are not at {folder}")
    return folder


@pytest.fixture
def write_idx():
    """Writes an array of bytes as an IDX file, gzipped where the name says so."""

    def write(path: Path, array: np.ndarray) -> Path:
        data = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
        data += array.astype(np.uint8).tobytes()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data, 1) if path.suffix == ".gz" else data)
        return path

    return write


@pytest.fixture
def idx_set(write_idx):
    """Writes the four files of an MNIST-like set and returns its training images."""

    def write(folder: Path, seed: int = 0, ending: str = "") -> np.ndarray:
        rng = np.random.default_rng(seed)
        images = rng.integers(0, 256, (30, 6, 5))
        write_idx(folder / f"train-images-idx3-ubyte{ending}", images[:20])
        write_idx(folder / f"train-labels-idx1-ubyte{ending}", np.arange(20) % 10)
        write_idx(folder / f"t10k-images-idx3-ubyte{ending}", images[20:])
        write_idx(folder / f"t10k-labels-idx1-ubyte{ending}", np.arange(10))
        return images[:20]

    return write


@pytest.fixture
def picture_folder(tmp_path):
    """A folder with one sub-folder of random PNG pictures a class."""

    def write(counts: dict[str, int], size=(10, 12), mode: str = "L", name: str = "shapes") -> Path:
        rng = np.random.default_rng(0)
        for label, count in counts.items():
            place = tmp_path / name / label
            place.mkdir(parents=True)
            for index in range(count):
                shape = (*size, 3) if mode == "RGB" else size
                Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(place / f"{index:03}.png")
        return tmp_path / name

    return write
