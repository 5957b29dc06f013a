"""The numbers on the handbook's page on heat maps are those that the code gives."""

import numpy as np
import torch
from handbook import Page
from torch import nn

from tasvir import anatomy
from tasvir.explain.explained import MOST_IMAGES, N_MAPS, N_NEAREST
from tasvir.explain.grad_cam import Layer, _maps
from tasvir.nets.cnn import CNNSpec
from tasvir.report.chapters.saliency_answers import FEWEST

PAGE = Page("saliency")


def test_the_worked_example():
    """Two channels of 2 x 2 places whose mean gradients are 0.5 and -1."""
    channels = torch.tensor([[[2.0, 0.0], [0.0, 1.0]], [[0.0, 3.0], [1.0, 0.0]]])
    net = nn.Sequential(nn.Identity(), nn.Conv2d(2, 2, 1, bias=False), nn.Flatten(), nn.Linear(8, 1, bias=False))
    with torch.no_grad():
        net[1].weight.copy_(torch.eye(2)[:, :, None, None])
        net[3].weight.copy_(torch.tensor([[0.5] * 4 + [-1.0] * 4]))
    found = _maps(net, channels[None], torch.zeros(1, dtype=torch.int64), layer=Layer("1", (2, 2), rectify=False))
    assert found[0].tolist() == [[1.0, 0.0], [0.0, 0.5]]
    PAGE.says("0.5 · | 2 0 | - 1 · | 0 3 | = | 1 -3 | map = | 1 0 |", "| 0 1 | | 1 0 | | -1 0.5 | | 0 0.5 |")


def test_the_places_of_the_last_layer():
    net = CNNSpec(filters=(32, 64, 64), batch_norm=False).build((28, 28, 1), 10)
    last = [module for module in net.modules() if isinstance(module, nn.Conv2d)][-1]
    sizes = []
    last.register_forward_hook(lambda module, given, output: sizes.append(tuple(output.shape[2:])))
    net(torch.zeros(1, 1, 28, 28))
    assert sizes == [(7, 7)]
    assert net.features[6] is last
    row = anatomy(net, (28, 28, 1)).rows[6]
    assert row.receptive_field == (18, 18)
    PAGE.says("Each of the 7 x 7 sees 18 x 18 of the 28 x 28 pixels")
    PAGE.says("its maps have 7 x 7 places", '`layer="features.6"`')


def test_gains_are_the_differences_of_the_table():
    rows = {row[0]: row[1:3] for row in PAGE.table("maps", "deletion", "insertion")}
    scores = {name: np.array(cells, float) for name, cells in rows.items()}
    gain = {name: (scores[name] - scores["Grad-CAM"]) * [1, -1] for name in ("random, as coarse", "contrast to the blank")}
    for value, told in zip(gain["random, as coarse"], ("0.287", "0.263"), strict=True):
        assert abs(value - float(told)) < 0.0015
        PAGE.says(told)
    for value, told in zip(-gain["contrast to the blank"], ("0.096", "0.118"), strict=True):
        assert abs(value - float(told)) < 0.0015
    PAGE.says("They lose 0.096 and 0.118")


def test_limits():
    assert N_MAPS == 3
    assert N_NEAREST == 5
    assert MOST_IMAGES == 50
    PAGE.says(f"only from {FEWEST} independent test images on", "the maps of the three most probable classes")
