"""Bad inputs, one a line of a table: exit code 2, one line with file, reason and remedy, no traceback, nothing left behind."""

import gzip
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tasvir.cli.door import main

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (12, 6, 6), dtype=np.uint8)
LABELS = np.arange(12, dtype=np.uint8) % 2
REMEDY = re.compile(
    r"[:;] (?:[\w' ]+, )?(?:put|check|download|save|add|remove|repair|give|name|choose|say|use|make|fill|scale|write|change)\b"
)


@dataclass(frozen=True)
class Bad:
    """One bad input: what makes it, how it is asked for, and what the line must say."""

    reader: str
    cause: str
    make: Callable[[Path], object]
    says: str
    source: str = "."
    flags: dict[str, str] = field(default_factory=dict)

    def __str__(self):
        return f"{self.reader}-{self.cause}".replace(" ", "-")


# -- what makes the files ---------------------------------------------------------------------------------------------


def idx(path: Path, array: np.ndarray, cut: int | None = None, pack: bool = False, magic: bytes = b"\0\0\x08") -> None:
    data = magic + bytes([array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes((gzip.compress(data) if pack else data)[:cut])


def idx_pair(images=IMAGES, labels=LABELS, **options) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        ending = ".gz" if options.get("pack") else ""
        idx(folder / f"train-images-idx3-ubyte{ending}", images, **options)
        idx(folder / "train-labels-idx1-ubyte", labels)

    return make


def npz(cut: int | None = None, flip: int | None = None, name: str = "set.npz", **arrays) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        np.savez(folder / name, **arrays)
        data = bytearray((folder / name).read_bytes()[:cut])
        if flip is not None:
            data[flip] ^= 255
        (folder / name).write_bytes(data)

    return make


def pair(images=IMAGES, labels=LABELS) -> dict[str, np.ndarray]:
    return {"x_train": images, "y_train": labels}


def text(name: str, content: str | bytes) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def pictures(*names: str, then: Callable[[Path], object] = lambda folder: None) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        for index, name in enumerate(names):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(IMAGES[index % 12]).save(folder / name)
        then(folder)

    return make


TWO = ("a/1.png", "a/2.png", "a/3.png", "b/4.png", "b/5.png", "b/6.png")
SCANS = tuple(f"scans/{index}.png" for index in range(6))


def manifest(*lines: str, header: str = "file,label,patient,part", encoding: str = "utf-8") -> Callable[[Path], None]:
    content = "\n".join([header, *lines]) + "\n"
    return pictures(*SCANS, then=text("list.csv", content.encode(encoding)))


ROWS = tuple(f"{index},{index % 2},p{index},train" for index in range(6))
BY_LIST = {"manifest": "list.csv"}


def batch(labels=LABELS % 10, cut: int | None = None) -> bytes:
    return np.hstack([labels[:, None], RNG.integers(0, 256, (12, 3072), dtype=np.uint8)]).tobytes()[:cut]


def bomb(folder: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(folder / "b" / "huge.png")


def float_picture(folder: Path) -> None:
    Image.fromarray(np.full((6, 6), 7.5, np.float32)).save(folder / "b" / "deep.tif")


def half_picture(folder: Path) -> None:
    path = folder / "b" / "4.png"
    path.write_bytes(path.read_bytes()[:60])


def nothing(folder: Path) -> None:
    pass


TABLE = [
    Bad("names", "unknown", nothing, "no data set .*mnits", "mnits"),
    Bad("names", "several labels an image", nothing, "chestmnist has several labels", "chestmnist"),
    Bad("names", "volumes", nothing, "organmnist3d has volumes", "organmnist3d"),
    Bad("names", "no such data folder", nothing, "data_dir .*nowhere is not a folder", "mnist", {"data-dir": "nowhere"}),
    Bad("names", "a test file", text("t.csv", "0,1\n"), r"test=.*t\.csv goes with a path", "digits", {"test": "t.csv"}),
    Bad("paths", "missing", nothing, r"no data set .*missing/folder", "./missing/folder"),
    Bad("paths", "of no known kind", text("notes.docx", "x"), r"notes\.docx is of no known kind", "notes.docx"),
    Bad("paths", "a manifest of a file", npz(**pair()), r"set\.npz is a file", "set.npz", {"manifest": "list.csv"}),
    Bad("options", "image size", nothing, "image_size=2", "digits", {"image-size": "2"}),
    Bad("options", "fit", nothing, "fit='shrink'", "digits", {"fit": "shrink"}),
    Bad("options", "memory limit", nothing, "memory_limit='much'", "digits", {"memory-limit": "much"}),
    Bad("options", "columns without a manifest", pictures(*TWO), "label_column='x'", ".", {"label-column": "x"}),
    Bad("idx", "not here", nothing, "MNIST is not here.*train-images-idx3-ubyte", "mnist", {"data-dir": "."}),
    Bad("idx", "other content", idx_pair(), "only files of its names with other content", "mnist", {"data-dir": "."}),
    Bad("idx", "a part missing", lambda f: idx_pair()(f / "mnist") or None, "lacks t10k", "mnist", {"data-dir": "."}),
    Bad("idx", "labels missing", lambda f: idx(f / "train-images-idx3-ubyte", IMAGES), "lacks train-labels-idx1-ubyte"),
    Bad("idx", "labels without images", idx_pair(), "no 'images' in its name", "train-labels-idx1-ubyte"),
    Bad("idx", "truncated gzip", idx_pair(cut=60, pack=True), "images-idx3-ubyte.gz is damaged or cut off"),
    Bad("idx", "truncated", idx_pair(cut=60), "images-idx3-ubyte promises 432 bytes and holds only 44"),
    Bad("idx", "truncated head", idx_pair(cut=9), "images-idx3-ubyte is cut off in its header"),
    Bad("idx", "another format", idx_pair(magic=b"\x89PN"), "images-idx3-ubyte begins with 89 50 4e 03"),
    Bad("idx", "images and labels exchanged", idx_pair(LABELS, IMAGES), "images-idx3-ubyte has 1 axes instead of 3"),
    Bad("idx", "different lengths", idx_pair(labels=LABELS[:9]), "images-idx3-ubyte holds 12 images but .* 9 labels"),
    Bad("idx", "no images", idx_pair(IMAGES[:0], LABELS[:0]), "images-idx3-ubyte holds no pixels"),
    Bad("idx", "one class", idx_pair(labels=LABELS * 0), "images-idx3-ubyte has one class only"),
    Bad("npz", "not here", nothing, r"put breastmnist\.npz", "breastmnist", {"data-dir": "."}),
    Bad("npz", "truncated", npz(cut=300, **pair()), r"set\.npz is no sound npz file", "set.npz"),
    Bad("npz", "a flipped bit", npz(flip=200, **pair()), r"set\.npz: x_train is no sound npz file \(Bad CRC", "set.npz"),
    Bad("npz", "another format", text("set.npz", "text"), r"set\.npz is no sound npz file", "set.npz"),
    Bad("npz", "objects as images", npz(**pair(np.array([{}] * 12))), "set.npz: x_train .*never loaded", "set.npz"),
    Bad("npz", "objects as labels", npz(**pair(labels=np.array([None] * 12))), "y_train .*never loaded", "set.npz"),
    Bad("npz", "no known names", npz(pixels=IMAGES), r"set\.npz holds pixels", "set.npz"),
    Bad("npz", "images without labels", npz(x_train=IMAGES), r"set\.npz holds x_train without y_train", "set.npz"),
    Bad("npz", "labels without images", npz(y_train=LABELS), r"set\.npz holds y_train without x_train", "set.npz"),
    Bad("npz", "different lengths", npz(**pair(IMAGES[:5])), r"set\.npz holds 5 x_train but 12 y_train", "set.npz"),
    Bad("npz", "NaN", npz(**pair(np.where(IMAGES > 9, np.nan, 1.0))), r"set\.npz: x_train holds NaN", "set.npz"),
    Bad(
        "npz",
        "values above 255",
        npz(**pair(IMAGES * 9.0)),
        "x_train holds values 0 to 2295: save them divided by 4095",
        "set.npz",
    ),
    Bad("npz", "negative values", npz(**pair(IMAGES - 200.0)), "x_train holds values -", "set.npz"),
    Bad("npz", "complex values", npz(**pair(IMAGES * 1j)), "x_train holds complex128", "set.npz"),
    Bad("npz", "a wrong shape", npz(**pair(IMAGES.reshape(12, 36))), r"x_train has shape \(12, 36\)", "set.npz"),
    Bad("npz", "no images", npz(**pair(IMAGES[:0], LABELS[:0])), r"set\.npz: x_train is empty", "set.npz"),
    Bad("npz", "NaN as labels", npz(**pair(labels=LABELS * np.nan)), r"set\.npz has labels that are NaN", "set.npz"),
    Bad("npz", "labels with fractions", npz(**pair(labels=LABELS / 3)), r"set\.npz has labels with fractions", "set.npz"),
    Bad("npz", "several labels an image", npz(**pair(labels=np.eye(12))), r"y_train has labels of shape", "set.npz"),
    Bad("npz", "a class with one image", npz(**pair(labels=np.arange(12) // 11)), r"set\.npz has class '1'", "set.npz"),
    Bad(
        "npz",
        "an unknown class of a known set",
        npz(name="breastmnist.npz", train_images=IMAGES, train_labels=LABELS + 5),
        r"breastmnist\.npz has label 6",
        "breastmnist",
        {"data-dir": "."},
    ),
    Bad(
        "npz",
        "two splits",
        npz(**pair(), x_test=IMAGES, y_test=LABELS),
        r"set\.npz has a split of its own",
        "set.npz",
        {"test": "set.npz"},
    ),
    Bad("folder", "empty", nothing, "has no sub-folders"),
    Bad("folder", "images without classes", pictures("1.png", "2.png"), "has no sub-folders .images lie in it"),
    Bad("folder", "no name", nothing, "source is empty", " "),
    Bad("folder", "an empty class", pictures(*TWO, then=lambda f: (f / "c").mkdir()), "c holds no images"),
    Bad("folder", "one class", pictures("a/1.png", "a/2.png"), "has one class only"),
    Bad("folder", "a class with one image", pictures(*TWO, "c/7.png"), "has class 'c' with a single image"),
    Bad("folder", "no image inside", pictures(*TWO, then=text("b/7.png", "x")), r"b/7\.png cannot be read as an image"),
    Bad("folder", "an empty image", pictures(*TWO, then=text("b/7.jpg", "")), r"b/7\.jpg cannot be read as an image"),
    Bad("folder", "a truncated image", pictures(*TWO, then=half_picture), r"b/4\.png cannot be read as an image"),
    Bad("folder", "a bomb", pictures(*TWO, then=bomb), r"b/huge\.png unpacks to more than"),
    Bad("folder", "floats above 1", pictures(*TWO, then=float_picture), r"b/deep\.tif has values 7\.5"),
    Bad("folder", "no training part", pictures("test/a/1.png", "test/a/2.png", "test/b/3.png", "test/b/4.png"), "'train'"),
    Bad("manifest", "missing", pictures(*SCANS), r"list\.csv does not exist", ".", BY_LIST),
    Bad("manifest", "no rows", manifest(), r"list\.csv has no rows", ".", BY_LIST),
    Bad("manifest", "no such column", manifest(*ROWS, header="name,label,patient,part"), "no column 'file'", ".", BY_LIST),
    Bad("manifest", "no such image", manifest(*ROWS, "9,1,p9,train"), r"list\.csv line 8 names '9'", ".", BY_LIST),
    Bad("manifest", "an image twice", manifest(*ROWS, "5,1,p9,train"), "names '5' in lines 7 and 8", ".", BY_LIST),
    Bad("manifest", "an empty label", manifest("0,,p0,train", *ROWS[1:]), "line 2 has nothing in column 'label'", ".", BY_LIST),
    Bad("manifest", "rows of different length", manifest(*ROWS, "9,1"), r"list\.csv line 8 has 2 cells", ".", BY_LIST),
    Bad("manifest", "an open quotation", manifest(*ROWS, '"9,1,p9,x'), r"list\.csv line 8 is no CSV", ".", BY_LIST),
    Bad("manifest", "another encoding", manifest(*ROWS, "é,1,p,x", encoding="latin-1"), "is no UTF-8", ".", BY_LIST),
    Bad(
        "manifest",
        "unknown parts",
        manifest(*ROWS[:5], "5,1,p5,holdout"),
        "line 7 names the part 'holdout'",
        ".",
        BY_LIST | {"split-column": "part"},
    ),
    Bad(
        "manifest",
        "an empty group",
        manifest(*ROWS[:5], "5,1,,train"),
        "line 7 has nothing in column 'patient'",
        ".",
        BY_LIST | {"group-column": "patient"},
    ),
    Bad(
        "manifest",
        "each class one group",
        manifest(*ROWS),
        "each class lies in a single group",
        ".",
        BY_LIST | {"group-column": "label"},
    ),
    Bad("csv", "empty", text("d.csv", ""), r"d\.csv has no rows", "d.csv"),
    Bad("csv", "no square", text("d.csv", "0,1,2\n1,2,3\n"), r"d\.csv has 2 pixels a line", "d.csv"),
    Bad("csv", "rows of different length", text("d.csv", "0,1,2,3,4\n1,2\n"), r"d\.csv line 2 has 2 cells", "d.csv"),
    Bad("csv", "values above 255", text("d.csv", "0,1,2,3,256\n"), r"d\.csv line 1 has the pixel 256", "d.csv"),
    Bad("csv", "NaN", text("d.csv", "0,1,2,3,nan\n"), r"d\.csv line 1 has 'nan'", "d.csv"),
    Bad("csv", "a word", text("d.csv", "l,a,b,c,d\n0,1,2,3,x\n"), r"d\.csv line 2 has 'x'", "d.csv"),
    Bad("csv", "one class", text("d.csv", "0,1,2,3,4\n0,2,3,4,5\n"), r"d\.csv has one class only", "d.csv"),
    Bad("csv", "truncated gzip", text("d.csv.gz", gzip.compress(b"0,1,2,3,4\n" * 99)[:30]), r"d\.csv\.gz is damaged", "d.csv.gz"),
    Bad("cifar", "truncated", text("data_batch_1.bin", batch(cut=5000)), r"data_batch_1\.bin holds 5000 bytes"),
    Bad("cifar", "truncated gzip", text("data_batch_1.bin", gzip.compress(batch())[:999]), r"data_batch_1\.bin is damaged"),
    Bad("cifar", "no training batch", text("test_batch.bin", batch()), "has no training batch of CIFAR-10"),
    Bad("cifar", "an unknown class", text("data_batch_1.bin", batch(LABELS + 9)), r"data_batch_1\.bin has label 10"),
]


def test_no_two_share_reader_and_cause():
    keys = [(bad.reader, bad.cause) for bad in TABLE]
    assert len(set(keys)) == len(keys) >= 60


@pytest.mark.parametrize("bad", TABLE, ids=str)
def test_bad_input_is_one_line_and_leaves_nothing(bad, tmp_path, own_cache, monkeypatch, capsys):
    place = tmp_path / "input"
    place.mkdir()
    monkeypatch.chdir(place)
    bad.make(place)
    before = sorted(tmp_path.rglob("*"))
    flags = [word for name, value in bad.flags.items() for word in (f"--{name}", value)]
    monkeypatch.setattr(sys, "argv", ["tasvir", "data", "info", bad.source, *flags])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert re.search(bad.says, said.err)
    assert REMEDY.search(said.err)
    assert sorted(tmp_path.rglob("*")) == before
    assert [path for path in own_cache.rglob("*") if path.is_file()] == []
