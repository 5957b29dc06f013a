"""Five verbs, and which device is meant."""

import pytest
import torch

from tasvir.contracts.errors import BadInputError
from tasvir.train.engine import TorchEngine, TorchEngineSpec, build_engine, resolve_device
from tasvir.train.stream import torch_stream


def test_the_plain_engine_does_what_torch_does():
    engine = build_engine(None, "cpu")
    net = torch.nn.Linear(2, 1)
    wrapped, optimizer = engine.setup(net, torch.optim.SGD(net.parameters(), lr=0.1))
    assert engine.unwrap(wrapped) is net
    assert isinstance(optimizer, torch.optim.SGD)
    assert engine.setup(net) is net
    (x,) = engine.put((torch.ones(3, 2),))
    engine.backward(wrapped(x).sum())
    assert net.weight.grad.tolist() == [[3, 3]]


@pytest.mark.parametrize("engine", [None, "auto", "fp32", TorchEngineSpec()])
def test_the_plain_engine_has_names(engine):
    assert isinstance(build_engine(engine, "cpu"), TorchEngine)


@pytest.mark.parametrize("engine", ["jax", 3])
def test_an_unknown_engine_is_refused(engine):
    with pytest.raises(BadInputError, match=r"engine=.*'auto', 'fp32', 'bf16'"):
        build_engine(engine, "cpu")


def test_auto_is_a_device_that_is_there():
    assert torch.empty(1, device=resolve_device("auto")).numel() == 1


@pytest.mark.parametrize("device", ["abacus", "cuda:99", ""])
def test_an_unusable_device_is_refused_in_one_line(device):
    with pytest.raises(BadInputError, match=r"device=.*'auto' or 'cpu'") as error:
        resolve_device(device)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("fails", [False, True])
def test_a_lent_stream_is_given_back(fails):
    before = torch.get_rng_state()
    try:
        with torch_stream(5):
            first = torch.rand(1)
            assert not fails, "as asked"
    except AssertionError:
        assert fails
    assert torch.equal(torch.get_rng_state(), before)
    with torch_stream(5):
        assert torch.equal(torch.rand(1), first)
