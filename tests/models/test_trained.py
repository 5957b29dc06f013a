"""What every trained estimator shares: the fitted hooks, and images of the dtypes that people have."""

import numpy as np
import pytest
from catalogue import ESTIMATORS
from sklearn.base import clone

from tasvir import Autoencoder, DenseSpec
from tasvir.contracts.checks.trial import example
from tasvir.train.checkpoint import Checkpoint
from tasvir.train.hooks import EarlyStopping, KeepBest

X, Y = example()
FEW = {"net": DenseSpec(hidden=(4,)), "n_components": 2, "max_epochs": 3, "device": "cpu", "random_state": 0}


def test_the_fitted_copies_of_hooks_are_kept_in_the_order_given(tmp_path):
    hooks = (Checkpoint(tmp_path / "training"), KeepBest(), EarlyStopping())
    fitted = Autoencoder(**FEW, hooks=hooks).fit(X)
    assert fitted.hooks is hooks
    assert [type(hook) for hook in fitted.hooks_] == [type(hook) for hook in hooks]
    assert not set(map(id, hooks)) & set(map(id, fitted.hooks_))
    assert fitted.hooks_[1].best_epoch is not None
    assert hooks[1].best_epoch is None


def test_hooks_of_a_second_fit_begin_anew():
    estimator = Autoencoder(**FEW, hooks=(KeepBest(),))
    first, second = (estimator.fit(X).hooks_[0] for _ in range(2))
    assert first is not second
    assert first.best == second.best


@pytest.mark.parametrize("name", [name for name, estimator in ESTIMATORS.items() if "hooks" in estimator.get_params()])
def test_whole_numbers_and_booleans_are_learned_as_the_pixels_they_are(name):
    first, second = (clone(ESTIMATORS[name]).set_params(max_epochs=1, random_state=0).fit(x, Y) for x in (X, X.astype(np.int32)))
    for (word, a), b in zip(first._weights().items(), second._weights().values(), strict=True):
        assert a.equal(b), word
    masks = clone(ESTIMATORS[name]).set_params(max_epochs=1, random_state=0).fit(X > 127, Y)
    assert masks.space_.dtype == "uint8"


def test_layers_that_fit_no_memory_are_said_to_be_too_large():
    """Torch refuses such a tensor at once: nothing is allocated."""
    with pytest.raises(MemoryError, match="layers of these sizes do not fit, give smaller ones"):
        Autoencoder(**FEW | {"net": DenseSpec(hidden=(4,)), "n_components": 10**14}).fit(X)
