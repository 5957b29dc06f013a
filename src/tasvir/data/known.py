"""The sets that Tasvir knows by name: what they are, and which files hold them."""

from dataclasses import dataclass

from tasvir.data.raw import Facts


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
    content_md5: str = ""  # of the first file, uncompressed: tells sets of equal file names apart


_TEN = tuple("0123456789")
_IDX_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
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
            about="handwritten digits of 13 people, 8x8 pixels",
            class_names=_TEN,
            image_shape=(8, 8),
        ),
        KnownSet(
            name="mnist",
            title="MNIST",
            reader="idx",
            origin="Y. LeCun, C. Cortes and C. Burges, 1998, from NIST's forms",
            licence="CC BY-SA 3.0",
            about="handwritten digits, 28x28 pixels",
            class_names=_TEN,
            image_shape=(28, 28),
            files=_IDX_FILES,
            content_md5="6bbc9ace898e44ae57da46a324031adb",
        ),
        KnownSet(
            name="fashion-mnist",
            title="Fashion-MNIST",
            reader="idx",
            origin="H. Xiao, K. Rasul and R. Vollgraf, Zalando Research, 2017",
            licence="MIT",
            about="articles of clothing from a shop's catalogue, 28x28 pixels",
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
            content_md5="f4a8712d7a061bf5bd6d2ca38dc4d50a",
        ),
        KnownSet(
            name="breastmnist",
            title="BreastMNIST",
            reader="npz",
            origin="MedMNIST v2 (Yang et al. 2023), from W. Al-Dhabyani et al., Dataset of breast ultrasound images, 2020",
            licence="CC BY 4.0",
            about="breast ultrasound images, 28x28 pixels: malignant against normal or benign",
            class_names=("malignant", "normal, benign"),
            image_shape=(28, 28),
            files=("breastmnist.npz",),
        ),
    )
}


def find_known(word: str) -> KnownSet | None:
    """The set of that name, `-`, `_` and capitals alike."""
    return KNOWN.get(plain(word))


def plain(word: str) -> str:
    """A name as it is compared."""
    return word.lower().replace("_", "-")


def facts_of(known: KnownSet, source: str) -> Facts:
    """What the data card says about a named set."""
    return Facts(known.name, source, known.title, known.origin, known.licence, known.about)
