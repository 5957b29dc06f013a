import pytest
import torch

from tasvir.contracts.errors import BadInputError
from tasvir.nets.mlp import MLPSpec


def test_it_is_two_layers_and_a_head():
    torch.manual_seed(0)
    net = MLPSpec(hidden=(6, 5)).build((2, 3, 1), 4)
    x_BCHW = torch.rand(2, 1, 2, 3)
    first, second = (layer for layer in net.features if isinstance(layer, torch.nn.Linear))
    expected = net.head(torch.relu(second(torch.relu(first(x_BCHW.flatten(1))))))
    torch.testing.assert_close(net.eval()(x_BCHW), expected)
    assert expected.shape == (2, 4)


def test_a_norm_stands_between_each_layer_and_its_relu_and_changes_no_first_weight():
    nets = []
    for batch_norm in (False, True):
        torch.manual_seed(0)
        nets.append(MLPSpec(hidden=(6, 5), batch_norm=batch_norm).build((2, 3, 1), 4))
    plain, normed = nets
    kinds = [type(layer).__name__ for layer in normed.features][2:]
    assert [kind for kind in kinds if kind != "Dropout"] == 2 * ["Linear", "BatchNorm1d", "ReLU"]
    weights = [[layer.weight for layer in net.modules() if isinstance(layer, torch.nn.Linear)] for net in nets]
    assert all(torch.equal(a, b) for a, b in zip(*weights, strict=True))
    learned = [sum(weight.numel() for weight in net.parameters()) for net in (plain, normed)]
    assert learned[1] - learned[0] == 2 * (6 + 5)


def test_what_goes_in_is_shifted_and_scaled_as_one():
    torch.manual_seed(0)
    x_BCHW = torch.rand(50, 1, 2, 3) * torch.tensor([1.0, 0.5, 0.1]) + 0.3
    net = MLPSpec(hidden=(6,)).build((2, 3, 1), 4)
    net.adapt(x_BCHW)
    given = net.features[0](x_BCHW)
    assert given.mean().item() == pytest.approx(0, abs=1e-6)
    assert given.std(correction=0).item() == pytest.approx(1)
    torch.testing.assert_close(given.std(0) / given.std(0)[..., :1], x_BCHW.std(0) / x_BCHW.std(0)[..., :1])


def test_numbers_that_are_all_equal_stay_finite():
    net = MLPSpec(hidden=(6,)).build((2, 3, 1), 4)
    net.adapt(torch.full((5, 1, 2, 3), 0.3))
    assert net.features[0](torch.full((5, 1, 2, 3), 0.3)).abs().max() < 0.1


@pytest.mark.parametrize("wrong", [{"hidden": ()}, {"hidden": (0,)}, {"dropout": -0.1}], ids=str)
def test_what_no_net_can_be_is_refused(wrong):
    with pytest.raises(BadInputError, match=next(iter(wrong))):
        MLPSpec(**wrong).build((2, 3, 1), 2)
