import pytest
import torch

from tasvir.contracts.errors import BadInputError
from tasvir.nets.mlp import MLPSpec


def test_it_is_two_layers_and_a_head():
    torch.manual_seed(0)
    net = MLPSpec(hidden=(6, 5)).build((2, 3, 1), 4)
    x_BCHW = torch.rand(2, 1, 2, 3)
    _, first, _, _, second, _ = net.features
    expected = net.head(torch.relu(second(torch.relu(first(x_BCHW.flatten(1))))))
    torch.testing.assert_close(net.eval()(x_BCHW), expected)
    assert expected.shape == (2, 4)


@pytest.mark.parametrize("wrong", [{"hidden": ()}, {"hidden": (0,)}, {"dropout": -0.1}], ids=str)
def test_what_no_net_can_be_is_refused(wrong):
    with pytest.raises(BadInputError, match=next(iter(wrong))):
        MLPSpec(**wrong).build((2, 3, 1), 2)
