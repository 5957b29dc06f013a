"""Settings are held to their ranges at fit."""

import numpy as np
import pytest

from tasvir import Autoencoder
from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Hooks, Number
from tasvir.train.hooks import EarlyStopping, KeepBest


class Stateless:
    def __call__(self, task, history):
        return False

    def close(self, task):
        pass


@pytest.mark.parametrize("hooks", [(), [], (KeepBest(),), [EarlyStopping(), KeepBest()]], ids=len)
def test_hooks_are_objects_that_the_loop_can_call(hooks):
    assert Hooks().holds(hooks)


@pytest.mark.parametrize(
    "hooks",
    [5, "KeepBest", KeepBest(), (KeepBest,), (print,), (Stateless(),), (KeepBest(), None)],
    ids=lambda hooks: repr(hooks)[:30],
)
def test_what_is_no_hook_is_refused_at_fit_in_one_line(hooks):
    with pytest.raises(BadInputError, match="each with __call__, state, load and close") as error:
        Autoencoder(hooks=hooks, max_epochs=1).fit(np.zeros((12, 4, 4)))
    assert str(error.value).startswith("Autoencoder(hooks=")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "holds"), [(1, True), (0, False), (1.5, False), (True, False), (None, False), (np.int64(2), True)]
)
def test_a_whole_number(value, holds):
    assert Number(low=1, whole=True).holds(value) is holds
