"""Images drawn from a saved sampler, and the two ways to keep them: one npz file, or a folder of PNG files."""

from pathlib import Path

import numpy as np

from tasvir.contracts.atomic import atomic_file, atomic_folder
from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng
from tasvir.models.folder import load_model
from tasvir.models.labels import targets_to_draw


def draw(folder: Path, n_samples: int, label: str | None, seed: int) -> tuple[np.ndarray, np.ndarray | None]:
    """`n_samples` images of the sampler in `folder`, and their classes in words (None without labels)."""
    sampler = load_model(folder)
    if not hasattr(sampler, "sample"):
        raise BadInputError(f"{folder} holds a {type(sampler).__name__}, which draws no images: give a VAE or a GaussianSampler")
    classes = sampler.classes_
    words = None if classes is None else np.array(getattr(sampler, "class_names_", None) or list(map(str, classes)))
    targets = targets_to_draw(words, sampler.class_prior_, label, n_samples=n_samples, rng=stream_rng(seed, "labels"))
    if targets is None:
        return sampler.sample(n_samples, random_state=seed), None
    return sampler.sample(n_samples, classes[targets], random_state=seed), words[targets]


def write_drawn(images: np.ndarray, labels: np.ndarray | None, out: Path) -> None:
    """Keep images (and labels) as ``out.npz`` (keys images, labels) or as PNG files below the new folder `out`."""
    if out.suffix == ".npz":
        arrays = {"images": images} | ({} if labels is None else {"labels": labels})
        with atomic_file(out) as part, part.open("wb") as file:
            np.savez_compressed(file, **arrays)
        return
    if out.suffix:
        raise BadInputError(f"{out}: give a file that ends in .npz, or a folder")
    if out.exists():
        raise BadInputError(f"{out} is there already: give a new folder")
    if images.ndim not in (3, 4):
        raise BadInputError(f"flat samples of {images.shape[1]} features are no pictures: give a .npz file")
    _write_pictures(images, labels, out)


def _write_pictures(images: np.ndarray, labels: np.ndarray | None, out: Path) -> None:
    from PIL import Image

    pixels = images if images.dtype == np.uint8 else np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
    pixels = pixels[..., 0] if pixels.ndim == 4 and pixels.shape[-1] == 1 else pixels
    with atomic_folder(out) as part:
        for index, picture in enumerate(pixels):
            place = part / str(labels[index]).replace("/", "-") if labels is not None else part
            place.mkdir(exist_ok=True)
            Image.fromarray(picture).save(place / f"{index:05d}.png")
