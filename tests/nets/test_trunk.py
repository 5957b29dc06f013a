import pytest
import torch

from tasvir.nets.conv import ConvSpec
from tasvir.nets.dense import DenseSpec
from tasvir.nets.trunk import EncoderTrunkSpec


@pytest.mark.parametrize("encoder", [ConvSpec(filters=(4,)), DenseSpec(hidden=(6,))], ids=lambda spec: type(spec).__name__)
def test_its_features_are_the_codes_of_an_encoder(encoder):
    net = EncoderTrunkSpec(encoder, 5).build((8, 8, 1), 3)
    same, _ = encoder.build((8, 8, 1), 5, 5)
    same.load_state_dict(net.features.state_dict())
    x_BCHW = torch.rand(4, 1, 8, 8)
    torch.testing.assert_close(net.features(x_BCHW), same(x_BCHW))
    assert net(x_BCHW).shape == (4, 3)


def test_frozen_features_and_their_statistics_stay_and_the_head_learns():
    net = EncoderTrunkSpec(ConvSpec(filters=(4,)), 5).build((8, 8, 1), 3)
    net.freeze()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.1, weight_decay=0.1)
    net.train()(torch.rand(4, 1, 8, 8)).square().sum().backward()
    optimizer.step()
    changed = {name for name, tensor in net.state_dict().items() if not torch.equal(tensor, before[name])}
    assert changed == {"head.weight", "head.bias"}


def test_a_trunk_that_is_not_frozen_updates_its_statistics():
    net = EncoderTrunkSpec(ConvSpec(filters=(4,)), 5).build((8, 8, 1), 3)
    before = net.state_dict()["features.1.running_mean"].clone()
    net.train()(torch.rand(4, 1, 8, 8))
    assert not torch.equal(net.state_dict()["features.1.running_mean"], before)
