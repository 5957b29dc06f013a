"""What is asked of the study of reductions: its sizes and words, and what is refused before anything is fitted."""

import dataclasses

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.studies.families import reduction
from tasvir.studies.families.reduction import ReductionOptions
from tasvir.studies.families.reduction import reduction_cells as cells_of


def test_nets_may_have_more_numbers_than_an_image(few_digits):
    options = ReductionOptions(methods="vae_dense,autoencoder_conv", dims="70,100")
    assert {tuple(cell.parameters["dims"]) for cell in cells_of(few_digits, options, 0) if "dims" in cell.parameters} == {
        (70,),
        (100,),
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"dims": "3,x"}, "dims='3,x' holds 'x': give whole numbers of at least 1"),
        ({"dims": "0,3"}, "holds '0'"),
        ({"dims": "2.5"}, "holds '2.5'"),
        ({"dims": ""}, "holds ''"),
        ({"dims": "1" * 5000}, "give whole numbers"),
        ({"methods": "pca,umap"}, "holds 'umap': give some of raw, pca"),
        ({"k_draws": 0}, "k_draws=0"),
        ({"profile": "long"}, "profile='long' is not known"),
    ],
)
def test_bad_words_are_refused(words, told):
    with pytest.raises(BadInputError, match=told.replace("[", "\\[")):
        ReductionOptions(**words)


@pytest.mark.parametrize("method", ["pca", "isomap", "landmark_isomap"])
def test_dims_above_the_rank_are_refused_before_anything_is_fitted(few_digits, method):
    with pytest.raises(BadInputError, match=f"{method} gives at most .* methods of nets alone"):
        cells_of(few_digits, ReductionOptions(dims="3,400", methods=f"{method},vae_dense"), 0)


def test_too_few_images_are_refused(few_digits):
    few = dataclasses.replace(
        few_digits, **{name: getattr(few_digits, name)[:30] for name in ("images", "labels", "split", "names")}
    )
    with pytest.raises(BadInputError, match="needs at least 30"):
        cells_of(few, ReductionOptions(), 0)


def test_a_code_of_a_million_numbers_is_refused(few_digits):
    with pytest.raises(BadInputError, match="a code has at most 4096 numbers"):
        cells_of(few_digits, ReductionOptions(dims="3,1000000", methods="vae_dense"), 0)


def test_too_few_groups_are_refused(few_digits):
    grouped = dataclasses.replace(few_digits, groups=np.arange(len(few_digits)) % 4)
    with pytest.raises(BadInputError, match=r"4 groups of training images: .* needs at least 10"):
        cells_of(grouped, ReductionOptions(), 0)


@pytest.mark.parametrize("profile", reduction.PROFILES)
@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (64, 64, 3)])
def test_every_profile_has_two_sizes_or_more(few_digits, profile, shape):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (len(few_digits), *shape), dtype=np.uint8)
    asked = cells_of(dataclasses.replace(few_digits, images=images), ReductionOptions(profile=profile), 0)
    assert len({d for cell in asked for d in cell.parameters.get("dims", ()) if "raw" not in cell.name}) >= 2
