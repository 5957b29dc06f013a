import pytest
import torch
from torch import nn

from tasvir.contracts.errors import BadInputError
from tasvir.nets.cnn import CNNSpec


@pytest.mark.parametrize("image_shape", [(28, 28, 1), (7, 5, 3), (1, 20, 1), (1, 1, 1)])
def test_any_image_becomes_one_score_a_class(image_shape):
    height, width, channels = image_shape
    net = CNNSpec(filters=(4, 8), dense=(6,)).build(image_shape, 3)
    x_BCHW = torch.rand(2, channels, height, width)
    assert net(x_BCHW).shape == (2, 3)
    assert net.features(x_BCHW).shape == (2, 6)


@pytest.mark.parametrize(("pooling", "pool"), [("mean", nn.functional.avg_pool2d), ("max", nn.functional.max_pool2d)])
@pytest.mark.parametrize("side", [8, 7])
def test_it_is_the_textbook_net(pooling, pool, side):
    """One convolution, ReLU, pooling and one dense layer, written out; gradients too."""
    torch.manual_seed(0)
    net = CNNSpec(filters=(4,), kernel=5, pooling=pooling, batch_norm=False, dense=(6,)).build((side, side, 1), 3)
    convolution, dense = (next(m for m in net.features if isinstance(m, kind)) for kind in (nn.Conv2d, nn.Linear))
    x_BCHW = torch.rand(2, 1, side, side)
    seen = pool(torch.relu(convolution(x_BCHW)), 2, ceil_mode=True)
    assert seen.shape == (2, 4, 4, 4)
    written_out = net.head(torch.relu(dense(seen.flatten(1))))
    torch.testing.assert_close(net(x_BCHW), written_out)
    ours, theirs = (torch.autograd.grad(out.square().sum(), convolution.weight)[0] for out in (net(x_BCHW), written_out))
    torch.testing.assert_close(ours, theirs)


def test_without_dense_layers_the_head_sees_the_last_pooling():
    net = CNNSpec(filters=(4, 8), dense=()).build((8, 8, 1), 3)
    assert net.head.in_features == 8 * 2 * 2


def test_dropout_is_between_dense_layers_and_before_the_head():
    net = CNNSpec(filters=(4,), dense=(6, 5), dropout=0.5).build((8, 8, 1), 3)
    kinds = [type(m) for m in net.features if isinstance(m, nn.Dropout | nn.Linear)]
    assert kinds == [nn.Linear, nn.Dropout, nn.Linear]
    assert net.dropout.p == 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        {"filters": ()},
        {"filters": (4, 0)},
        {"kernel": 4},
        {"kernel": 2.5},
        {"pooling": "median"},
        {"dense": (0,)},
        {"dropout": 1.0},
        {"dropout": "much"},
    ],
    ids=str,
)
def test_what_no_net_can_be_is_refused(wrong):
    with pytest.raises(BadInputError, match=next(iter(wrong))):
        CNNSpec(**wrong).build((8, 8, 1), 2)
