"""Sets that cannot be read, more of them."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
from cli.bad.making import IMAGES, LABELS, ROWS, TWO, Bad, batch, idx, idx_pair, manifest, npz, pair, pictures, text
from PIL import Image

INFO, LIST = "data info .", "data info . --manifest list.csv"
FILE = "data info set.npz"
TABLE = "data info d.csv"
PIXELS = "0,1,2,3,4\n1,2,3,4,5\n" * 3


def strange_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "set.npz", "w") as archive:
        archive.writestr("readme.txt", "no arrays here")


def looking_out(folder: Path) -> None:
    (folder / "b" / "loop").symlink_to(folder / "b" / "loop")


def named_like_a_picture(folder: Path) -> None:
    for path in list((folder / "b").iterdir()):
        path.unlink()
        path.mkdir()


def wide_picture(folder: Path) -> None:
    Image.fromarray(np.full((6, 6), 70_000, np.int32)).save(folder / "b" / "deep.tif")


def nan_picture(folder: Path) -> None:
    Image.fromarray(np.full((6, 6), np.nan, np.float32)).save(folder / "b" / "nan.tif")


def other_size(name: str, *lines: str):
    return lambda folder: (text("d.csv", PIXELS)(folder), text(name, "\n".join(lines) + "\n")(folder))


def _longer(folder: Path) -> None:
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes() + b"more")


def _cut_labels(folder: Path) -> None:
    path = folder / "train-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-3])


def _gz(content: bytes) -> bytes:
    return gzip.compress(content)


MORE_SETS = [
    Bad("names", "nothing asked", "data info", "DATA"),
    Bad("names", "two asked", "data info digits mnist", "mnist"),
    Bad("names", "a near word", "data info breastmnst", "breastmnist"),
    Bad("names", "an address", "data info http://example.com/set.npz", "example.com"),
    Bad("names", "a null byte's neighbour", "data info ~/no/such/place", "no/such/place"),
    Bad("paths", "no permission asked of a device", "data info /dev/null", "/dev/null"),
    Bad("paths", "a test that is missing", f"{INFO} --test gone", "gone", pictures(*TWO)),
    Bad(
        "paths", "a test of another kind", f"{INFO} --test set.npz", r"set\.npz", lambda f: (pictures(*TWO)(f), npz(**pair())(f))
    ),
    Bad("paths", "a manifest that is a folder", "data info . --manifest a", r"\ba\b", pictures(*TWO)),
    Bad("options", "a large image size", "data info digits --image-size 1025", "1025"),
    Bad("options", "no image size", "data info digits --image-size 0", "0"),
    Bad("options", "a negative image size", "data info digits --image-size -8", "-8"),
    Bad("options", "half an image size", "data info digits --image-size 8.5", "--image-size"),
    Bad("options", "a word as seed", "data info digits --seed x", "seed"),
    Bad("options", "a negative seed", "data info digits --seed -1", "seed"),
    Bad("options", "a huge seed", "data info digits --seed 9223372036854775808", "seed"),
    Bad("options", "an unknown unit of memory", "data info digits --memory-limit 5XB", "5XB"),
    Bad("options", "negative memory", "data info digits --memory-limit -5", "memory"),
    Bad("options", "an unknown flag", "data info digits --shuffle", "--shuffle"),
    Bad("options", "a column without its name", "data info . --file-column", "--file-column", pictures(*TWO)),
    Bad("options", "an empty label without a manifest", f"{INFO} --empty-label none", "manifest", pictures(*TWO)),
    Bad("options", "a split column without a manifest", f"{INFO} --split-column part", "manifest", pictures(*TWO)),
    Bad("options", "a group column without a manifest", f"{INFO} --group-column who", "manifest", pictures(*TWO)),
    Bad("options", "a data folder that is a file", "data info mnist --data-dir x", "x", text("x", "x")),
    Bad("idx", "pixels of four bytes", INFO, "images-idx3-ubyte", idx_pair(magic=b"\0\0\x0c")),
    Bad("idx", "bytes behind the end", INFO, "images-idx3-ubyte", lambda f: (idx_pair()(f), _longer(f))),
    Bad("idx", "labels of two axes", INFO, "labels-idx1-ubyte", idx_pair(labels=np.stack([LABELS, LABELS]))),
    Bad("idx", "truncated labels", INFO, "labels-idx1-ubyte", lambda f: (idx_pair()(f), _cut_labels(f))),
    Bad(
        "idx",
        "labels that are text",
        INFO,
        "labels-idx1-ubyte",
        lambda f: (idx_pair()(f), text("train-labels-idx1-ubyte", "a b")(f)),
    ),
    Bad("idx", "an empty file", INFO, "images-idx3-ubyte", lambda f: (idx_pair()(f), text("train-images-idx3-ubyte", "")(f))),
    Bad("idx", "a class with one image", INFO, "single image", idx_pair(labels=np.arange(12, dtype=np.uint8) // 11)),
    Bad(
        "idx",
        "a gzip that is none",
        INFO,
        r"\.gz",
        lambda f: (idx(f / "train-labels-idx1-ubyte", LABELS), text("train-images-idx3-ubyte.gz", "x")(f)),
    ),
    Bad("npz", "no arrays inside", FILE, r"set\.npz", strange_zip),
    Bad("npz", "an empty file", FILE, r"set\.npz", text("set.npz", "")),
    Bad("npz", "five axes", FILE, "x_train has shape", npz(**pair(IMAGES.reshape(12, 6, 6, 1, 1)))),
    Bad("npz", "four channels", FILE, "x_train has shape", npz(**pair(np.stack([IMAGES] * 4, -1)))),
    Bad("npz", "two channels", FILE, "x_train has shape", npz(**pair(np.stack([IMAGES] * 2, -1)))),
    Bad("npz", "channels first", FILE, "x_train has shape", npz(**pair(np.stack([IMAGES] * 3, 1)))),
    Bad("npz", "a single number", FILE, "1 x_train but 12 y_train", npz(**pair(np.array(5)))),
    Bad("npz", "words as images", FILE, "x_train", npz(**pair(np.array(["a"] * 12)))),
    Bad("npz", "times as images", FILE, "x_train", npz(**pair(IMAGES.astype("datetime64[s]")))),
    Bad("npz", "infinite values", FILE, "x_train holds NaN or infinite", npz(**pair(np.where(IMAGES > 9, np.inf, 1.0)))),
    Bad("npz", "no height", FILE, "empty", npz(**pair(IMAGES[:, :0]))),
    Bad("npz", "one class", FILE, "one class only", npz(**pair(labels=LABELS * 0))),
    Bad("npz", "infinite labels", FILE, "labels", npz(**pair(labels=np.where(LABELS, np.inf, 0.0)))),
    Bad("npz", "complex labels", FILE, "labels of type complex", npz(**pair(labels=LABELS * 1j))),
    Bad("npz", "labels as bytes", FILE, "labels", npz(**pair(labels=np.array([b"x", b"y"] * 6)))),
    Bad("npz", "a test without labels", FILE, "x_test", npz(**pair(), x_test=IMAGES)),
    Bad("folder", "folders in place of images", INFO, "b holds no images", pictures(*TWO, then=named_like_a_picture)),
    Bad(
        "folder",
        "a link to itself",
        INFO,
        "link|loop|b",
        pictures("a/1.png", "a/2.png", then=lambda f: ((f / "b").mkdir(), looking_out(f))),
    ),
    Bad("folder", "hidden images only", INFO, "b holds no images", pictures("a/1.png", "a/2.png", "b/.1.png", "b/.2.png")),
    Bad("folder", "parts beside classes", INFO, "has the parts", pictures("train/a/1.png", "test/a/2.png", "b/3.png")),
    Bad(
        "folder",
        "an empty part",
        INFO,
        "test",
        pictures("train/a/1.png", "train/b/2.png", then=lambda f: (f / "test" / "a").mkdir(parents=True)),
    ),
    Bad(
        "folder",
        "a part without classes",
        INFO,
        "test",
        pictures("train/a/1.png", "train/a/3.png", "train/b/2.png", "train/b/4.png", "test/5.png"),
    ),
    Bad("pictures", "numbers of 17 bits", INFO, r"deep\.tif has values 70000", pictures(*TWO, then=wide_picture)),
    Bad("pictures", "NaN", INFO, r"nan\.tif has values that are NaN", pictures(*TWO, then=nan_picture)),
    Bad("pictures", "a text that is called one", INFO, r"c\.bmp", pictures(*TWO, then=text("b/c.bmp", "BM"))),
    Bad("pictures", "a cut TIFF", INFO, r"cut\.tif", pictures(*TWO, then=text("b/cut.tif", b"II*\0\x08\0\0\0"))),
    Bad(
        "pictures",
        "an HTML page",
        INFO,
        r"page\.jpg",
        pictures(*TWO, then=text("b/page.jpg", "<!doctype html><title>404</title>")),
    ),
    Bad(
        "pictures",
        "all unreadable",
        f"{INFO} --skip-unreadable",
        "none of the",
        lambda f: [text(f"{k}/{i}.png", "x")(f) for k in "ab" for i in range(3)],
    ),
    Bad(
        "pictures",
        "too many unreadable for a class",
        f"{INFO} --skip-unreadable",
        "class",
        pictures("a/1.png", "a/2.png", "b/3.png", then=text("b/4.png", "x")),
    ),
    Bad("manifest", "a column twice", LIST, "twice|column", manifest(*ROWS, header="file,label,label,part")),
    Bad("manifest", "no such group column", f"{LIST} --group-column who", "who", manifest(*ROWS)),
    Bad("manifest", "no such split column", f"{LIST} --split-column when", "when", manifest(*ROWS)),
    Bad("manifest", "no such label column", f"{LIST} --label-column what", "what", manifest(*ROWS)),
    Bad("manifest", "an empty file name", LIST, "line 8|file", manifest(*ROWS, ",1,p,train")),
    Bad("manifest", "a file outside", LIST, r"\.\./", manifest(*ROWS, "../x.png,1,p,train")),
    Bad("manifest", "an absolute file", LIST, "/etc/passwd", manifest(*ROWS, "/etc/passwd,1,p,train")),
    Bad("manifest", "a file that is no image", LIST, r"list\.csv", manifest(*ROWS, "list.csv,1,p,train")),
    Bad("manifest", "one class", LIST, "one class only", manifest(*(f"{i},1,p{i},train" for i in range(6)))),
    Bad(
        "manifest",
        "no training part",
        f"{LIST} --split-column part",
        "'train'",
        manifest(*(f"{i},{i % 2},p{i},test" for i in range(6))),
    ),
    Bad("manifest", "binary", LIST, "UTF-8", pictures("scans/1.png", then=text("list.csv", b"\xff\xfe\0\0\x81"))),
    Bad("manifest", "an empty table", LIST, "no rows", pictures("scans/1.png", then=text("list.csv", ""))),
    Bad(
        "manifest",
        "a gzip that is none",
        "data info . --manifest list.csv.gz",
        r"list\.csv\.gz",
        pictures("scans/1.png", then=text("list.csv.gz", b"\x1f\x8bx")),
    ),
    Bad("csv", "a header alone", TABLE, "no rows", text("d.csv", "label,a,b,c,d\n")),
    Bad("csv", "a label with a fraction", TABLE, "label|'0.5'|line 1", text("d.csv", "0.5,1,2,3,4\n1,2,3,4,5\n")),
    Bad("csv", "a negative pixel", TABLE, "-1", text("d.csv", "0,1,2,3,-1\n1,2,3,4,5\n")),
    Bad("csv", "a pixel with a fraction", TABLE, r"line 1|1\.5", text("d.csv", "0,1.5,2,3,4\n1,2,3,4,5\n")),
    Bad("csv", "an empty cell", TABLE, "line 1", text("d.csv", "0,1,,3,4\n1,2,3,4,5\n")),
    Bad("csv", "a number too large to hold", TABLE, "1e400", text("d.csv", "0,1e400,2,3,4\n1,2,3,4,5\n")),
    Bad("csv", "16-bit text", TABLE, r"d\.csv", text("d.csv", PIXELS.encode("utf-16"))),
    Bad("csv", "a class with one image", TABLE, "single image", text("d.csv", "0,1,2,3,4\n0,2,3,4,5\n1,2,3,4,5\n")),
    Bad("csv", "a label without pixels", TABLE, r"d\.csv", text("d.csv", "0\n1\n0\n1\n")),
    Bad("csv", "packed twice", "data info d.csv.gz", r"d\.csv\.gz", lambda f: text("d.csv.gz", _gz(_gz(PIXELS.encode())))(f)),
    Bad("csv", "an empty test", f"{TABLE} --test t.csv", r"t\.csv", other_size("t.csv", "")),
    Bad("csv", "semicolons", TABLE, r"d\.csv", text("d.csv", PIXELS.replace(",", ";;"))),
    Bad("cifar", "an empty batch", INFO, r"data_batch_1\.bin", text("data_batch_1.bin", b"")),
    Bad("cifar", "one class", INFO, "one class only", text("data_batch_1.bin", batch(LABELS * 0))),
    Bad("cifar", "a byte too many", INFO, r"data_batch_1\.bin holds", text("data_batch_1.bin", batch() + b"x")),
]
