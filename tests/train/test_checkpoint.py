"""A checkpoint brings back task, hooks and history, at the pace asked for, and never another training's."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tasvir.contracts.errors import BadInputError, BadTypeError, DataFileError
from tasvir.train.checkpoint import Checkpoint, read_state, restore, write_state
from tasvir.train.hooks import EarlyStopping, KeepBest
from tasvir.train.loop import fit_loop


def trained(task, batches, path, *, epochs, hooks=(), key="k", **how):
    """Fit with a checkpoint as the last hook, resuming what is there."""
    hooks = [*hooks, Checkpoint(path, **how)]
    history = restore(task, hooks, key=key, max_epochs=epochs)
    return fit_loop(task, batches, lambda epoch: batches(-epoch), max_epochs=epochs, history=history, hooks=hooks)


def test_task_hooks_and_history_come_back(task, batches, watcher, tmp_path):
    path = tmp_path / "training.safetensors"
    first = watcher()
    trained(task, batches, path, epochs=2, hooks=[first, KeepBest()])
    twin, second, best = type(task)(), watcher(), KeepBest()
    history = trained(twin, batches, path, epochs=4, hooks=[second, best])
    assert second.seen == [1, 2, 3, 4]
    assert twin.begun == [2, 3]
    assert len(history) == 4
    assert best.best_epoch == 4  # this task's validation loss falls


def test_nothing_written_means_a_new_training(task, batches, tmp_path):
    assert restore(task, [Checkpoint(tmp_path / "none")], key="k", max_epochs=2) is None
    assert restore(task, [], key="k", max_epochs=2) is None


def test_another_trainings_checkpoint_is_refused(task, batches, tmp_path):
    trained(task, batches, tmp_path / "c", epochs=1)
    with pytest.raises(BadInputError, match="other data or settings"):
        trained(task, batches, tmp_path / "c", epochs=1, key="other")


def test_other_hooks_are_refused(task, batches, watcher, tmp_path):
    trained(task, batches, tmp_path / "c", epochs=1, hooks=[watcher()])
    with pytest.raises(BadInputError, match="hooks"):
        trained(task, batches, tmp_path / "c", epochs=1)


@pytest.mark.parametrize("damage", [b"", b"x", b"\xff" * 100], ids=["empty", "cut short", "nonsense"])
def test_a_damaged_file_is_named(task, tmp_path, damage):
    path = tmp_path / "c"
    path.write_bytes(damage)
    with pytest.raises(DataFileError, match=str(path)):
        restore(task, [Checkpoint(path)], key="k", max_epochs=2)


def writes(task, batches, path, *, epochs, monkeypatch, **how):
    """After how many epochs the checkpoint was written."""
    found = []
    monkeypatch.setattr("tasvir.train.checkpoint.write_state", lambda path, state: found.append(len(state["history"]["rows"])))
    trained(task, batches, path, epochs=epochs, **how)
    return found


def test_it_is_written_every_so_many_epochs_and_at_the_end(task, batches, tmp_path, monkeypatch):
    assert writes(task, batches, tmp_path / "c", epochs=7, every=3, monkeypatch=monkeypatch) == [3, 6, 7]


def test_it_is_written_at_most_every_so_many_seconds(task, batches, tmp_path, monkeypatch):
    assert writes(task, batches, tmp_path / "c", epochs=4, interval_s=1e6, monkeypatch=monkeypatch) == [4]


def test_it_is_written_where_a_hook_stops(task, batches, watcher, tmp_path, monkeypatch):
    hooks = [watcher(stop_at=2)]
    assert writes(task, batches, tmp_path / "c", epochs=9, every=5, hooks=hooks, monkeypatch=monkeypatch) == [2]


def test_a_stopped_training_stays_stopped(task, batches, tmp_path):
    def stopping():
        return [EarlyStopping(monitor="loss", patience=1)]

    history = trained(task, batches, tmp_path / "c", epochs=9, hooks=stopping())
    assert len(history) == 2  # this task's loss rises
    assert len(trained(type(task)(), batches, tmp_path / "c", epochs=9, hooks=stopping())) == 2


plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text()
tensors = st.lists(st.floats(width=32, allow_nan=False), max_size=4).map(torch.tensor)
kinds = st.sampled_from(["?", "<i2", ">i4", "<u8", "<f2", "<f4", ">f8", "<c16", "<M8[s]", "<U3", "S2"])
arrays = hnp.arrays(kinds, hnp.array_shapes(min_dims=0, min_side=0, max_dims=3, max_side=3))
trees = st.recursive(
    plain | tensors | arrays,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(0, 99), inner, max_size=3),
    max_leaves=12,
)


def same(a, b) -> bool:
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b) and a.dtype == b.dtype
    if isinstance(a, np.ndarray | np.generic):
        return type(a) is type(b) and (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b and type(a) is type(b)


@given(tree=trees)
def test_any_state_comes_back_as_it_was(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("state") / "state"
    write_state(path, tree)
    assert same(read_state(path), tree)


def test_an_array_that_comes_back_is_the_owners(tmp_path):
    """A recorder goes on writing into it."""
    write_state(tmp_path / "s", {"a": np.zeros((2, 3), np.float16), "n": np.float32(0.1)})
    state = read_state(tmp_path / "s")
    state["a"][:] = 1
    assert type(state["n"]) is np.float32


@pytest.mark.parametrize("array", [np.array([{}]), np.zeros(2, [("a", "f4")])], ids=["objects", "columns"])
def test_an_array_of_other_things_is_refused(tmp_path, array):
    with pytest.raises(BadTypeError, match="arrays of numbers, text or times"):
        write_state(tmp_path / "s", {"a": array})
    assert not list(tmp_path.iterdir())


def test_numbers_that_json_has_no_word_for_come_back(tmp_path):
    write_state(tmp_path / "s", {"best": math.inf})
    assert read_state(tmp_path / "s") == {"best": math.inf}


def test_an_optimizers_state_comes_back(tmp_path):
    net = torch.nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), fused=True)
    net(torch.rand(2, 3, 5, 5)).sum().backward()
    optimizer.step()
    write_state(tmp_path / "s", optimizer.state_dict())
    twin = torch.optim.Adam(net.parameters(), fused=True)
    twin.load_state_dict(read_state(tmp_path / "s"))
    for parameter in net.parameters():
        for name, value in optimizer.state[parameter].items():
            found = twin.state[parameter][name]
            assert torch.equal(found, value), name
            assert found.stride() == value.stride(), f"{name} lies in memory otherwise than its parameter"
