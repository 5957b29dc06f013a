"""The numbers on the handbook's page on transposed convolutions are those that they give."""

import pytest
import torch
from handbook import Page
from torch import nn
from torch.nn import functional

from tasvir.nets.shapes import doubled, halvings

PAGE = Page("transposed_convolution")


def n_weights(net: nn.Module) -> int:
    return sum(weight.numel() for weight in net.parameters())


def laid(x: list, kernel: list, **how: int) -> torch.Tensor:
    """A kernel laid with stride 2, in one direction or in two."""
    lay = functional.conv_transpose2d if torch.tensor(x).ndim == 2 else functional.conv_transpose1d
    return lay(
        torch.tensor(x, dtype=torch.float)[None, None], torch.tensor(kernel, dtype=torch.float)[None, None], stride=2, **how
    )[0, 0]


def test_the_size_formula():
    rows = PAGE.table("in", "kernel")
    assert len(rows) >= 6
    for row in rows:
        size, kernel, stride, padding, spare, out = map(int, row)
        assert (size - 1) * stride - 2 * padding + kernel - 1 + spare + 1 == out
        layer = nn.ConvTranspose1d(1, 1, kernel, stride=stride, padding=padding, output_padding=spare)
        assert layer(torch.zeros(1, 1, size)).shape[2] == out
    assert nn.ConvTranspose1d(1, 1, 3, stride=2, dilation=2)(torch.zeros(1, 1, 7)).shape[2] == (7 - 1) * 2 + 2 * (3 - 1) + 1


def test_odd_sizes():
    sizes = halvings(28, 4)
    PAGE.says(", ".join(map(str, sizes)))
    how = doubled(1, 1, size=(2, 2))[0]
    kernel, stride, padding = (setting[0] for setting in (how.kernel_size, how.stride, how.padding))
    PAGE.says(f"**Kernel {kernel}, stride {stride}, padding {padding} doubles** every size: (in - 1) · 2 - 2 + 3 + 1 = 2 · in")
    PAGE.says("Doubling 4 gives 8, not 7", "the discriminator has kernel 3, stride 2 and padding 1")
    ways, x = [], torch.zeros(1, 1, 2, 2)
    for size in sizes[-2::-1]:
        convolution, crop = doubled(1, 1, size=(size, size))
        whole = convolution(x)
        steps = [x.shape[2], whole.shape[2], *({size} - {whole.shape[2]})]
        x = crop(whole)
        assert x.shape[2] == size
        ways.append(" → ".join(map(str, steps)))
    PAGE.says(", ".join(ways))
    halved = [nn.Conv1d(1, 1, kernel, stride=2, padding=1)(torch.zeros(1, 1, 7)).shape[2] for kernel in (3, 4)]
    PAGE.says(f"7 → {halved[0]}; kernel 4 would round down, to {halved[1]}")


X22, K33 = [[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def test_every_stamp_and_their_sum():
    PAGE.says("A 2x2 input with the rows 1 2 and 3 4, a 3x3 kernel with the rows 1 2 3, 4 5 6 and 7 8 9, stride 2")
    PAGE.says(" ".join(f"{X22[row][column]} · kernel at ({2 * row}, {2 * column})" for row in (0, 1) for column in (0, 1)))
    PAGE.says(f"5x5, as (2 - 1) · 2 + 2 + 1 = {(2 - 1) * 2 + 2 + 1} says", "sum padding 1 padding 1, output padding 1")
    stamps = []
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        alone = torch.zeros(2, 2)
        alone[row, column] = X22[row][column]
        stamps.append(laid(alone.tolist(), K33))
    sums = [laid(X22, K33), laid(X22, K33, padding=1), laid(X22, K33, padding=1, output_padding=1)]
    assert torch.equal(sum(stamps), sums[0])
    for pictures in (stamps, sums):
        for number in range(5):
            cells = [cell for picture in pictures for cell in picture[number : number + 1].flatten().int().tolist()]
            assert [*map(str, cells)] in [line.replace(".", "0").split() for line in PAGE.lines]
    middle = [int(stamp[2, 2]) for stamp in stamps]
    PAGE.says(f"{' + '.join(map(str, middle))} = {sum(middle)}")


def test_the_matrix():
    matrix = torch.tensor([[1.0, 2, 3, 0, 0], [0, 0, 1, 2, 3]])
    PAGE.says(
        "Five numbers, kernel 1 2 3, stride 2", "C = 1 2 3 0 0 C · (x1 ... x5) = (x1 + 2 x2 + 3 x3, x3 + 2 x4 + 3 x5) 0 0 1 2 3"
    )
    x = torch.randn(5)
    assert torch.allclose(matrix @ x, functional.conv1d(x[None, None], torch.tensor([[[1.0, 2, 3]]]), stride=2)[0, 0])
    five = laid([1, 2], [1, 2, 3])
    assert torch.equal(matrix.T @ torch.tensor([1.0, 2]), five)
    PAGE.says(f"(1, 2) becomes ({', '.join(str(int(value)) for value in five)})")
    PAGE.says(f"where {five[2]:.0f} = 3 · 1 + 1 · 2", f"C of ({', '.join(str(int(value)) for value in five)}) is (")
    PAGE.says(f"is ({', '.join(str(int(value)) for value in matrix @ five)}), not (1, 2)")


def test_it_is_a_convolution_too_and_a_backward_pass():
    x, kernel = torch.randn(1, 1, 7), torch.randn(1, 1, 4)
    between = torch.zeros(1, 1, 13)
    between[..., ::2] = x
    doubled_x = functional.conv_transpose1d(x, kernel, stride=2, padding=1)
    assert torch.allclose(functional.conv1d(between, kernel.flip(2), padding=4 - 1 - 1), doubled_x, atol=1e-6)
    PAGE.says(f"For 7 pixels and kernel 4: {between.shape[2]} numbers with their zeros, 2 more on each side, 17 - 4 + 1 = 14")
    PAGE.says("out[2i] = w1 · x[i] + w3 · x[i-1] out[2i+1] = w2 · x[i] + w0 · x[i+1]")
    wide = torch.zeros(1, 1, 14, requires_grad=True)
    (slope,) = torch.autograd.grad(functional.conv1d(wide, kernel, stride=2, padding=1), wide, x)
    assert torch.allclose(slope, doubled_x, atol=1e-6)
    w, out = kernel.flatten(), doubled_x.flatten()
    assert out[6] == pytest.approx((w[1] * x[0, 0, 3] + w[3] * x[0, 0, 2]).item(), abs=1e-6)
    assert out[7] == pytest.approx((w[2] * x[0, 0, 3] + w[0] * x[0, 0, 4]).item(), abs=1e-6)


def shown(values: torch.Tensor) -> str:
    return " ".join(f"{value:g}" for value in values.tolist())


def test_overlaps():
    PAGE.says("With the weights 0.25 0.75 0.75 0.25", "With the weights 0.1 0.2 0.3 0.5 a flat 1", "0.5 1 0.5 gives 1 everywhere")
    PAGE.says("they are 1, 2 and 4 for kernel 3", "(kernel 3, stride 2) a pixel is seen from 1, 2 or 4 places")
    PAGE.says(f"0 4 8 4 becomes {shown(laid([0, 4, 8, 4], [0.25, 0.75, 0.75, 0.25], padding=1))} (")
    for kernel, padding, output in PAGE.table("kernel", "padding", "output"):
        assert output == shown(laid([1] * 4, [1] * int(kernel), padding=int(padding)))
    assert set(laid([[1] * 4] * 4, [[1] * 3] * 3, padding=1).flatten().tolist()) == {1, 2, 4}
    assert set(laid([[1] * 4] * 4, [[1] * 4] * 4, padding=1)[1:-1, 1:-1].flatten().tolist()) == {4}
    uneven = laid([1] * 4, [0.1, 0.2, 0.3, 0.5], padding=1)[2:4].tolist()
    PAGE.says("a flat 1 becomes {0:.1f} and {1:.1f} by turns, as w1 + w3 = {0:.1f} and w0 + w2 = {1:.1f}".format(*uneven))
    assert set(laid([1] * 4, [0.5, 1, 0.5], padding=1).tolist()) == {1}
    image = torch.zeros(1, 1, 28, 28, requires_grad=True)
    functional.conv2d(image, torch.ones(1, 1, 3, 3), stride=2, padding=1).sum().backward()
    assert set(image.grad.flatten().tolist()) == {1, 2, 4}


def test_costs():
    layers = nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1), nn.Conv2d(64, 32, 3, padding=1), nn.Conv2d(64, 128, 3, padding=1)
    places = 7 * 7, 14 * 14, 7 * 7
    rows = [[f"{n_weights(net):,}", f"{n * net.weight.numel():,}"] for net, n in zip(layers, places, strict=True)]
    assert [row[1:] for row in PAGE.table("way")] == rows
    PAGE.says("From 7x7 with 64 channels to 14x14 with 32", "kernel 3, to 128 channels")
    last = n_weights(nn.ConvTranspose2d(32, 1, 4))
    PAGE.says(f"64 · 32 · 16 + 32 = {rows[0][0]} and 32 · 1 · 16 + 1 = {last}")


def test_a_pixel_shuffle_is_a_transposed_convolution_with_kernel_6():
    x, kernel = torch.randn(1, 1, 7), torch.randn(2, 1, 3)
    shuffled = functional.conv1d(x, kernel, padding=1).permute(0, 2, 1).reshape(1, 1, 14)
    woven = kernel[:, 0].flip(1).T.reshape(1, 1, 6)
    assert torch.allclose(functional.conv_transpose1d(x, woven, stride=2, padding=2), shuffled, atol=1e-6)
