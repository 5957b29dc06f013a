"""Hooks watch, stop, and give back whole states."""

import numpy as np
import pytest
import torch

from tasvir.contracts.errors import BadInputError
from tasvir.train.history import History
from tasvir.train.hooks import EarlyStopping, KeepBest, Progress, StepLosses, copy_state
from tasvir.train.loop import fit_loop


def after(hook, task, losses, name="valid_loss"):
    """What the hook answers at each of these losses."""
    history = History()
    answers = []
    for loss in losses:
        history.append({"loss": 1.0, name: loss}, elapsed_s=0.0)
        answers.append(hook(task, history))
    return answers


def test_early_stopping_waits_for_patience(task):
    assert after(EarlyStopping(patience=2), task, [3, 2, 2, 1, 1.5, 1]) == [False, False, False, False, False, True]


def test_early_stopping_goes_on_from_its_state(task):
    losses = [3, 2, 2.5, 2.4, 2.3]
    first, second = EarlyStopping(patience=3), EarlyStopping(patience=3)
    answers = after(first, task, losses[:3])
    second.load(first.state())
    assert answers + after(second, task, losses[3:]) == after(EarlyStopping(patience=3), task, losses)


def test_states_of_untouched_hooks_come_back():
    for kind in (EarlyStopping, KeepBest):
        hook = kind()
        hook.load(kind().state())
        assert hook.state() == kind().state()


def test_the_training_loss_stands_in_where_nothing_is_held_out(task):
    assert after(EarlyStopping(patience=1), task, [1.0, 2.0], name="other") == [False, True]


def test_keep_best_gives_back_the_first_of_the_best_states(task):
    hook, history = KeepBest(), History()
    for steps, loss in enumerate([3.0, 1.0, 1.0, 2.0]):
        task.steps = steps
        history.append({"valid_loss": loss}, elapsed_s=0.0)
        hook(task, history)
    hook.close(task)
    assert (task.steps, hook.best_epoch) == (1, 2)


def test_keep_best_holds_a_copy(task):
    weight = torch.zeros(2)
    task.state = lambda: {"weight": weight, "more": [weight, {"deep": weight}]}
    hook, history = KeepBest(), History()
    history.append({"valid_loss": 1.0}, elapsed_s=0.0)
    hook(task, history)
    weight += 5
    assert hook.best_state["weight"].sum() == hook.best_state["more"][1]["deep"].sum() == 0


def test_keep_best_without_an_epoch_changes_nothing(task):
    task.steps = 4
    KeepBest().close(task)
    assert task.steps == 4


def test_keep_best_lets_its_copy_go_when_it_has_given_it_back(task):
    hook, history = KeepBest(), History()
    history.append({"valid_loss": 1.0}, elapsed_s=0.0)
    hook(task, history)
    hook.close(task)
    assert hook.best_state is None


@pytest.mark.parametrize("kind", [EarlyStopping, KeepBest])
def test_a_loss_that_is_not_there_is_said(task, batches, kind):
    hook = kind(monitor="valid_elbo")
    with pytest.raises(BadInputError, match=rf"^{kind.__name__}\(monitor='valid_elbo'\).*one of loss, square$") as error:
        fit_loop(task, batches, max_epochs=2, hooks=[hook])
    assert "\n" not in str(error.value)


def test_progress_tells_every_epoch(task, batches):
    told = []
    fit_loop(task, batches, max_epochs=2, hooks=[Progress(lambda *words: told.append(words), 2)])
    assert [(epoch, last) for epoch, last, _ in told] == [(1, 2), (2, 2)]
    assert told[0][2]["loss"] == pytest.approx(33 / 9)


def test_a_copied_state_is_equal_and_apart():
    state = {"a": torch.ones(2), "b": [torch.ones(1), 3, "x"], "c": {"d": None}, "e": np.ones(2)}
    twin = copy_state(state)
    state["a"] += 1
    state["e"] += 1
    assert twin["e"].tolist() == [1, 1]
    assert twin["a"].tolist() == [1, 1]
    assert twin["b"][1:] == [3, "x"]
    assert twin["c"] == {"d": None}


def test_step_losses_are_those_of_every_step(task, batches):
    hook = StepLosses()
    history = fit_loop(task, batches, batches, max_epochs=2, hooks=[hook])  # what is validated on is no step
    assert hook.values.tolist() == [4, 4, 1, 5, 5, 2]
    assert history["loss"][0] == pytest.approx((4 * 4 + 4 * 4 + 1) / 9)


def test_step_losses_go_on_from_the_end_of_an_epoch(task, batches, watcher):
    whole, first, second = StepLosses(), StepLosses(), StepLosses()
    fit_loop(task, batches, max_epochs=3, hooks=[whole])
    with pytest.raises(KeyboardInterrupt):
        fit_loop(task, batches, max_epochs=3, hooks=[first, watcher(fail_at=2)])
    second.load(first.state())
    history = History(rows=[{"loss": 0.0}] * 2)
    fit_loop(task, batches, max_epochs=3, history=history, hooks=[second])
    assert second.values.tolist() == whole.values.tolist()
