"""Sets that cannot be read, asked by `tasvir data info`."""

import gzip
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cli.bad.making import (
    IMAGES,
    LABELS,
    ROWS,
    SCANS,
    TWO,
    Bad,
    batch,
    idx,
    idx_pair,
    manifest,
    nothing,
    npz,
    pair,
    pictures,
    text,
)
from PIL import Image

BY_LIST = {"manifest": "list.csv"}


def info(
    reader: str, cause: str, make: Callable[[Path], object], says: str, source: str = ".", flags: dict[str, str] | None = None
) -> Bad:
    words = ["data", "info", source, *(word for name, value in (flags or {}).items() for word in (f"--{name}", value))]
    return Bad(reader, cause, shlex.join(words), says, make)


def bomb(folder: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(folder / "b" / "huge.png")


def float_picture(folder: Path) -> None:
    Image.fromarray(np.full((6, 6), 7.5, np.float32)).save(folder / "b" / "deep.tif")


def half_picture(folder: Path) -> None:
    path = folder / "b" / "4.png"
    path.write_bytes(path.read_bytes()[:60])


SETS = [
    info("names", "unknown", nothing, "no data set .*mnits", "mnits"),
    info("names", "several labels an image", nothing, "chestmnist has several labels", "chestmnist"),
    info("names", "volumes", nothing, "organmnist3d has volumes", "organmnist3d"),
    info("names", "no such data folder", nothing, "--data-dir .*nowhere is not a folder", "mnist", {"data-dir": "nowhere"}),
    info("names", "a test file", text("t.csv", "0,1\n"), r"--test t\.csv goes with a path", "digits", {"test": "t.csv"}),
    info("paths", "missing", nothing, r"no data set .*missing/folder", "./missing/folder"),
    info("paths", "of no known kind", text("notes.docx", "x"), r"notes\.docx is of no known kind", "notes.docx"),
    info("paths", "a manifest of a file", npz(**pair()), r"set\.npz is a file", "set.npz", {"manifest": "list.csv"}),
    info("options", "image size", nothing, "--image-size 2: ", "digits", {"image-size": "2"}),
    info("options", "fit", nothing, "--fit 'shrink'", "digits", {"fit": "shrink"}),
    info("options", "memory limit", nothing, "--memory-limit 'much'", "digits", {"memory-limit": "much"}),
    info("options", "columns without a manifest", pictures(*TWO), "--label-column 'x'", ".", {"label-column": "x"}),
    info("idx", "not here", nothing, "MNIST is not here.*train-images-idx3-ubyte", "mnist", {"data-dir": "."}),
    info("idx", "other content", idx_pair(), "only files of its names with other content", "mnist", {"data-dir": "."}),
    info("idx", "a part missing", lambda f: idx_pair()(f / "mnist") or None, "lacks t10k", "mnist", {"data-dir": "."}),
    info("idx", "labels missing", lambda f: idx(f / "train-images-idx3-ubyte", IMAGES), "lacks train-labels-idx1-ubyte"),
    info("idx", "labels without images", idx_pair(), "no 'images' in its name", "train-labels-idx1-ubyte"),
    info("idx", "truncated gzip", idx_pair(cut=60, pack=True), "images-idx3-ubyte.gz is damaged or cut off"),
    info("idx", "truncated", idx_pair(cut=60), "images-idx3-ubyte promises 432 bytes and holds only 44"),
    info("idx", "truncated head", idx_pair(cut=9), "images-idx3-ubyte is cut off in its header"),
    info("idx", "another format", idx_pair(magic=b"\x89PN"), "images-idx3-ubyte begins with 89 50 4e 03"),
    info("idx", "images and labels exchanged", idx_pair(LABELS, IMAGES), "images-idx3-ubyte has 1 axes instead of 3"),
    info("idx", "different lengths", idx_pair(labels=LABELS[:9]), "images-idx3-ubyte holds 12 images but .* 9 labels"),
    info("idx", "no images", idx_pair(IMAGES[:0], LABELS[:0]), "images-idx3-ubyte holds no pixels"),
    info("idx", "one class", idx_pair(labels=LABELS * 0), "images-idx3-ubyte has one class only"),
    info("npz", "not here", nothing, r"put breastmnist\.npz", "breastmnist", {"data-dir": "."}),
    info("npz", "truncated", npz(cut=300, **pair()), r"set\.npz is no sound npz file", "set.npz"),
    info("npz", "a flipped bit", npz(flip=200, **pair()), r"set\.npz: x_train is no sound npz file \(Bad CRC", "set.npz"),
    info("npz", "another format", text("set.npz", "text"), r"set\.npz is no sound npz file", "set.npz"),
    info("npz", "objects as images", npz(**pair(np.array([{}] * 12))), "set.npz: x_train .*never loaded", "set.npz"),
    info("npz", "objects as labels", npz(**pair(labels=np.array([None] * 12))), "y_train .*never loaded", "set.npz"),
    info("npz", "no known names", npz(pixels=IMAGES), r"set\.npz holds pixels", "set.npz"),
    info("npz", "images without labels", npz(x_train=IMAGES), r"set\.npz holds x_train without y_train", "set.npz"),
    info("npz", "labels without images", npz(y_train=LABELS), r"set\.npz holds y_train without x_train", "set.npz"),
    info("npz", "different lengths", npz(**pair(IMAGES[:5])), r"set\.npz holds 5 x_train but 12 y_train", "set.npz"),
    info("npz", "NaN", npz(**pair(np.where(IMAGES > 9, np.nan, 1.0))), r"set\.npz: x_train holds NaN", "set.npz"),
    info(
        "npz",
        "values above 255",
        npz(**pair(IMAGES * 9.0)),
        "x_train holds values 0 to 2295: save them divided by 4095",
        "set.npz",
    ),
    info("npz", "negative values", npz(**pair(IMAGES - 200.0)), "x_train holds values -", "set.npz"),
    info("npz", "complex values", npz(**pair(IMAGES * 1j)), "x_train holds complex128", "set.npz"),
    info("npz", "a wrong shape", npz(**pair(IMAGES.reshape(12, 36))), r"x_train has shape \(12, 36\)", "set.npz"),
    info("npz", "no images", npz(**pair(IMAGES[:0], LABELS[:0])), r"set\.npz: x_train is empty", "set.npz"),
    info("npz", "NaN as labels", npz(**pair(labels=LABELS * np.nan)), r"set\.npz has labels that are NaN", "set.npz"),
    info("npz", "labels with fractions", npz(**pair(labels=LABELS / 3)), r"set\.npz has labels with fractions", "set.npz"),
    info("npz", "several labels an image", npz(**pair(labels=np.eye(12))), r"y_train has labels of shape", "set.npz"),
    info("npz", "a class with one image", npz(**pair(labels=np.arange(12) // 11)), r"set\.npz has class '1'", "set.npz"),
    info(
        "npz",
        "an unknown class of a known set",
        npz(name="breastmnist.npz", train_images=IMAGES, train_labels=LABELS + 5),
        r"breastmnist\.npz has label 6",
        "breastmnist",
        {"data-dir": "."},
    ),
    info(
        "npz",
        "two splits",
        npz(**pair(), x_test=IMAGES, y_test=LABELS),
        r"set\.npz has a split of its own",
        "set.npz",
        {"test": "set.npz"},
    ),
    info("folder", "empty", nothing, "has no sub-folders"),
    info("folder", "images without classes", pictures("1.png", "2.png"), "has no sub-folders .images lie in it"),
    info("folder", "no name", nothing, "source is empty", " "),
    info("folder", "an empty class", pictures(*TWO, then=lambda f: (f / "c").mkdir()), "c holds no images"),
    info("folder", "one class", pictures("a/1.png", "a/2.png"), "has one class only"),
    info("folder", "a class with one image", pictures(*TWO, "c/7.png"), "has class 'c' with a single image"),
    info("folder", "no image inside", pictures(*TWO, then=text("b/7.png", "x")), r"b/7\.png cannot be read as an image"),
    info("folder", "an empty image", pictures(*TWO, then=text("b/7.jpg", "")), r"b/7\.jpg cannot be read as an image"),
    info("folder", "a truncated image", pictures(*TWO, then=half_picture), r"b/4\.png cannot be read as an image"),
    info("folder", "a bomb", pictures(*TWO, then=bomb), r"b/huge\.png unpacks to more than"),
    info("folder", "floats above 1", pictures(*TWO, then=float_picture), r"b/deep\.tif has values 7\.5"),
    info("folder", "no training part", pictures("test/a/1.png", "test/a/2.png", "test/b/3.png", "test/b/4.png"), "'train'"),
    info("manifest", "missing", pictures(*SCANS), r"list\.csv does not exist", ".", BY_LIST),
    info("manifest", "no rows", manifest(), r"list\.csv has no rows", ".", BY_LIST),
    info("manifest", "no such column", manifest(*ROWS, header="name,label,patient,part"), "no column 'file'", ".", BY_LIST),
    info("manifest", "no such image", manifest(*ROWS, "9,1,p9,train"), r"list\.csv line 8 names '9'", ".", BY_LIST),
    info("manifest", "an image twice", manifest(*ROWS, "5,1,p9,train"), "names '5' in lines 7 and 8", ".", BY_LIST),
    info("manifest", "an empty label", manifest("0,,p0,train", *ROWS[1:]), "line 2 has nothing in column 'label'", ".", BY_LIST),
    info("manifest", "rows of different length", manifest(*ROWS, "9,1"), r"list\.csv line 8 has 2 cells", ".", BY_LIST),
    info("manifest", "an open quotation", manifest(*ROWS, '"9,1,p9,x'), r"list\.csv line 8 is no CSV", ".", BY_LIST),
    info("manifest", "another encoding", manifest(*ROWS, "é,1,p,x", encoding="latin-1"), "is no UTF-8", ".", BY_LIST),
    info(
        "manifest",
        "unknown parts",
        manifest(*ROWS[:5], "5,1,p5,holdout"),
        "line 7 names the part 'holdout'",
        ".",
        BY_LIST | {"split-column": "part"},
    ),
    info(
        "manifest",
        "an empty group",
        manifest(*ROWS[:5], "5,1,,train"),
        "line 7 has nothing in column 'patient'",
        ".",
        BY_LIST | {"group-column": "patient"},
    ),
    info(
        "manifest",
        "each class one group",
        manifest(*ROWS),
        "each class lies in a single group",
        ".",
        BY_LIST | {"group-column": "label"},
    ),
    info("csv", "empty", text("d.csv", ""), r"d\.csv has no rows", "d.csv"),
    info("csv", "no square", text("d.csv", "0,1,2\n1,2,3\n"), r"d\.csv has 2 pixels a line", "d.csv"),
    info("csv", "rows of different length", text("d.csv", "0,1,2,3,4\n1,2\n"), r"d\.csv line 2 has 2 cells", "d.csv"),
    info("csv", "values above 255", text("d.csv", "0,1,2,3,256\n"), r"d\.csv line 1 has the pixel 256", "d.csv"),
    info("csv", "NaN", text("d.csv", "0,1,2,3,nan\n"), r"d\.csv line 1 has 'nan'", "d.csv"),
    info("csv", "a word", text("d.csv", "l,a,b,c,d\n0,1,2,3,x\n"), r"d\.csv line 2 has 'x'", "d.csv"),
    info("csv", "one class", text("d.csv", "0,1,2,3,4\n0,2,3,4,5\n"), r"d\.csv has one class only", "d.csv"),
    info(
        "csv", "truncated gzip", text("d.csv.gz", gzip.compress(b"0,1,2,3,4\n" * 99)[:30]), r"d\.csv\.gz is damaged", "d.csv.gz"
    ),
    info("cifar", "truncated", text("data_batch_1.bin", batch(cut=5000)), r"data_batch_1\.bin holds 5000 bytes"),
    info("cifar", "truncated gzip", text("data_batch_1.bin", gzip.compress(batch())[:999]), r"data_batch_1\.bin is damaged"),
    info("cifar", "no training batch", text("test_batch.bin", batch()), "has no training batch of CIFAR-10"),
    info("cifar", "an unknown class", text("data_batch_1.bin", batch(LABELS + 9)), r"data_batch_1\.bin has label 10"),
]
