"""scikit-learn's bundled 8x8 digits: real images without a download."""

import numpy as np

from tasvir.data.known.facts import KnownSet, facts_of
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Raw
from tasvir.data.readers.arrays import ArrayPixels


def read_digits(known: KnownSet, options: LoadOptions) -> Raw:
    """All 1,797 digits; their values 0..16 become 0..255."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.round(bunch.images * 255 / 16).astype(np.uint8)
    return Raw(facts_of(known, "embedded"), ArrayPixels(images), bunch.target, known.class_names)
