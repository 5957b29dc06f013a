"""The sets that Tasvir knows by name: what they are, which files hold them, and where these come from."""

from dataclasses import dataclass

from tasvir.contracts.errors import BadInputError
from tasvir.data.known.medmnist import MEDMNIST, NOT_SINGLE_LABEL, ORIGIN, SIZES, TRAIN_IMAGES_MD5, MedMNIST
from tasvir.data.raw import Facts


@dataclass(frozen=True)
class Remote:
    """One file to download: its md5 is that of the file, or of its content once unpacked."""

    name: str
    urls: tuple[str, ...]
    md5: str
    of_content: bool = False


@dataclass(frozen=True)
class KnownSet:
    """One named set; `reader` says how its `files` are laid out."""

    name: str
    title: str
    reader: str
    origin: str
    licence: str
    about: str
    class_names: tuple[str, ...]
    image_shape: tuple[int, ...]
    files: tuple[str, ...] = ()
    content_md5: tuple[str, ...] = ()  # of the files, uncompressed ("": not known); of an npz file's training images
    counts: tuple[int, ...] = ()  # images for training, (validation,) test
    remotes: tuple[Remote, ...] = ()


_TEN = tuple("0123456789")
_IDX_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_MNIST_MD5 = (
    "6bbc9ace898e44ae57da46a324031adb",
    "a25bea736e30d166cdddb491f175f624",
    "2646ac647ad5339dbf082846283269ea",
    "27ae3e4e09519cfbb04c329615203637",
)
_FASHION_MD5 = (
    "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "9018921c3c673c538a1fc5bad174d6f9",
    "8181f5470baa50b63fa0f6fddb340f0a",
    "15d484375f8d13e6eb1aabb0c3f46965",
)
_CIFAR_FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
_CIFAR_MD5 = (
    "5dd7e06a14cb22eb9f671a540d1b7c25",
    "5ea93a67294ea407fff1d09f752e9692",
    "",
    "",
    "",
    "803d5f7f4d78ea53de84dbe85f74fb6d",
)


def _idx_remotes(md5s: tuple[str, ...], *roots: str) -> tuple[Remote, ...]:
    files = [f"{name}.gz" for name in _IDX_FILES]
    return tuple(
        Remote(file, tuple(root + file for root in roots), md5, of_content=True) for file, md5 in zip(files, md5s, strict=True)
    )


def _medmnist(entry: MedMNIST, size: int) -> KnownSet:
    """One MedMNIST set in one of its sizes; the larger ones carry the size in their names."""
    ending = "" if size == 28 else f"_{size}"
    file = f"{entry.name}{ending}.npz"
    url = f"https://zenodo.org/records/10519652/files/{file}?download=1"
    return KnownSet(
        name=entry.name + ending.replace("_", "-"),
        title=entry.title + (f" {size}x{size}" if ending else ""),
        reader="npz",
        origin=ORIGIN,
        licence=entry.licence,
        about=entry.about,
        class_names=entry.class_names,
        image_shape=(size, size, 3)[: entry.ndim],
        files=(file,),
        content_md5=(TRAIN_IMAGES_MD5[file],) if file in TRAIN_IMAGES_MD5 else (),
        counts=entry.counts,
        remotes=(Remote(file, (url,), entry.md5[SIZES.index(size)]),),
    )


KNOWN = {
    known.name: known
    for known in (
        KnownSet(
            name="digits",
            title="Digits 8x8",
            reader="digits",
            origin="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI 1998; "
            "the test part, as scikit-learn bundles it",
            licence="CC BY 4.0",
            about="handwritten digits of 13 people",
            class_names=_TEN,
            image_shape=(8, 8),
        ),
        KnownSet(
            name="mnist",
            title="MNIST",
            reader="idx",
            origin="Y. LeCun, C. Cortes and C. Burges, 1998, from NIST's forms",
            licence="CC BY-SA 3.0",
            about="handwritten digits",
            class_names=_TEN,
            image_shape=(28, 28),
            files=_IDX_FILES,
            content_md5=_MNIST_MD5,
            remotes=_idx_remotes(
                _MNIST_MD5,
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ),
        ),
        KnownSet(
            name="fashion-mnist",
            title="Fashion-MNIST",
            reader="idx",
            origin="H. Xiao, K. Rasul and R. Vollgraf, Zalando Research, 2017",
            licence="MIT",
            about="articles of clothing from a shop's catalogue",
            class_names=(
                "T-shirt/top",
                "trouser",
                "pullover",
                "dress",
                "coat",
                "sandal",
                "shirt",
                "sneaker",
                "bag",
                "ankle boot",
            ),
            image_shape=(28, 28),
            files=_IDX_FILES,
            content_md5=_FASHION_MD5,
            remotes=_idx_remotes(
                _FASHION_MD5,
                "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            ),
        ),
        KnownSet(
            name="cifar10",
            title="CIFAR-10",
            reader="cifar",
            origin="A. Krizhevsky, Learning multiple layers of features from tiny images, 2009",
            licence="not stated by its authors",
            about="photographs of animals and vehicles",
            class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
            image_shape=(32, 32, 3),
            files=_CIFAR_FILES,
            content_md5=_CIFAR_MD5,
            remotes=(
                Remote(
                    "cifar-10-binary.tar.gz",
                    ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
                    "c32a1d4ab5d03f1284b67883e8d87530",
                ),
            ),
        ),
        *(_medmnist(entry, size) for entry in MEDMNIST for size in SIZES),
    )
}


def find_known(word: str) -> KnownSet | None:
    """The set of that name, `-`, `_` and capitals alike; None for a word that names no set."""
    name = plain(word)
    if (reason := NOT_SINGLE_LABEL.get(name.split("-")[0])) is not None:
        raise BadInputError(f"{word} {reason}: choose a set of flat images with one label each")
    return KNOWN.get(name)


def plain(word: str) -> str:
    """A name as it is compared."""
    return word.lower().replace("_", "-")


def facts_of(known: KnownSet, source: str, notes: tuple[str, ...] = ()) -> Facts:
    """What the data card says about a named set."""
    return Facts(known.name, source, known.title, known.origin, known.licence, known.about, notes)
