"""The loop: who is called when, what stops it, what a history means."""

import math
import re

import pytest
import torch

from tasvir.contracts.errors import BadInputError, LossNotFiniteError
from tasvir.train.history import History
from tasvir.train.loop import READ_EVERY, fit_loop


def test_every_epoch_is_begun_trained_and_written_down(task, batches):
    history = fit_loop(task, batches, max_epochs=3)
    assert task.begun == [0, 1, 2]
    assert task.steps == 9
    assert len(history) == 3
    assert history.names == ("loss", "square")
    assert len(history.times_s) == 3
    assert not history.stopped


def test_an_epochs_loss_is_the_mean_over_its_images(task, batches):
    history = fit_loop(task, batches, max_epochs=2)
    assert history["loss"] == pytest.approx([(4 * 4 + 4 * 4 + 1 * 1) / 9, (4 * 5 + 4 * 5 + 1 * 2) / 9])


def test_validation_has_its_own_curves_and_no_gradients(task, batches):
    history = fit_loop(task, batches, lambda epoch: [(torch.tensor([7.0]),)], max_epochs=2)
    assert history.names == ("loss", "square", "valid_loss")
    assert history["valid_loss"] == [7.0, 7.0]
    assert task.valid_grad == [False, False]


def test_a_hook_stops_the_training_and_all_hooks_see_that_epoch(task, batches, watcher):
    first, second = watcher(stop_at=2), watcher()
    history = fit_loop(task, batches, max_epochs=5, hooks=[first, second])
    assert history.stopped
    assert len(history) == 2
    assert first.seen == second.seen == [1, 2]


@pytest.mark.parametrize("ending", ["at max_epochs", "stopped", "interrupted", "broken step", "no epoch left"])
def test_close_always_runs_once(task, batches, watcher, ending):
    hook = watcher(stop_at=2 if ending == "stopped" else None, fail_at=2 if ending == "interrupted" else None)
    history = None
    if ending == "broken step":
        task.train_step = lambda batch: 1 / 0
    if ending == "no epoch left":
        history = fit_loop(task, batches, max_epochs=4)
    try:
        fit_loop(task, batches, max_epochs=4, history=history, hooks=[hook])
    except (KeyboardInterrupt, ZeroDivisionError):
        assert ending in ("interrupted", "broken step")
    assert hook.closed == 1


def test_a_history_handed_in_resumes_after_its_last_epoch(task, batches):
    whole = fit_loop(task, batches, max_epochs=5)
    task.begun = []
    history = fit_loop(task, batches, max_epochs=2)
    resumed = fit_loop(task, batches, max_epochs=5, history=history)
    assert task.begun == [0, 1, 2, 3, 4]
    assert resumed.rows == whole.rows


def test_a_stopped_history_is_not_gone_on_with(task, batches, watcher):
    history = fit_loop(task, batches, max_epochs=5, hooks=[watcher(stop_at=2)])
    fit_loop(task, batches, max_epochs=5, history=history)
    assert len(history) == 2


def test_losses_are_read_every_so_many_steps_only(task, monkeypatch):
    reads = []
    real = torch.Tensor.tolist
    monkeypatch.setattr(torch.Tensor, "tolist", lambda self: reads.append(1) or real(self))
    fit_loop(task, lambda epoch: [(torch.ones(2),)] * (2 * READ_EVERY + 10), max_epochs=1)
    assert len(reads) == 3  # after 50 and 100 steps, and at the end


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_is_an_error_that_says_where(task, watcher, bad):
    def batches(epoch):
        values = [1.0] * READ_EVERY + [bad]
        return [(torch.tensor([value if epoch else 1.0]),) for value in values]

    hook = watcher()
    with pytest.raises(LossNotFiniteError) as error:
        fit_loop(task, batches, max_epochs=3, hooks=[hook])
    said = str(error.value)
    assert re.search(rf"loss, square became {bad} by step {READ_EVERY + 1} of epoch 2", said)
    assert "last finite means: {'loss': 1.0, 'square': 1.0}" in said
    assert "learning_rate" in said
    assert hook.closed == 1


def test_a_bad_validation_loss_is_an_error_too(task, batches):
    with pytest.raises(LossNotFiniteError, match=r"^valid_loss became nan by step 1 of epoch 1"):
        fit_loop(task, batches, lambda epoch: [(torch.tensor([math.nan]),)], max_epochs=1)


def test_a_task_without_validation_is_trained_without_it(task, batches):
    class Silent(type(task)):
        valid_step = None

    assert fit_loop(Silent(), batches, max_epochs=1).names == ("loss", "square")
    with pytest.raises(BadInputError, match=r"^Silent has no validation loss, .*set validation_fraction=None") as error:
        fit_loop(Silent(), batches, lambda epoch: [(torch.ones(1),)], max_epochs=1)
    assert "\n" not in str(error.value)


def test_a_history_is_plain_and_comes_back():
    history = History()
    history.append({"loss": 0.5}, elapsed_s=1.0)
    history.stopped = True
    twin = History().load(history.state())
    assert (twin.rows, twin.times_s, twin.stopped) == (history.rows, history.times_s, True)
    twin.append({"loss": 0.4}, elapsed_s=1.0)
    assert len(history) == 1
    assert History().names == ()
