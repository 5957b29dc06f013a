"""Plain PyTorch as its tutorials write it: a `TensorDataset`, a `DataLoader` that shuffles, Adam as it comes, `loss.item()`.

Nets, batch sizes and learning rates are those of the other peers; memory is laid out as it comes.
"""

import itertools

import torch
from speak import answer, clocked, images
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, TensorDataset

LATENTS, SD = 16, 0.15


class Shifted(Dataset):
    """Each image is padded and cut at a place of its own, when it is asked for."""

    def __init__(self, X, y, most=3):
        self.X, self.y, self.most = X, y, most

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        padded = functional.pad(self.X[index][None], [self.most] * 4, mode="replicate")[0]
        top, left = torch.randint(0, 2 * self.most + 1, (2,)).tolist()
        return padded[:, top : top + 28, left : left + 28], self.y[index]


def epoch_of(net, dataset, loss_of, batch_size):
    loader = DataLoader(dataset, batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

    def epoch():
        net.train()
        running = 0.0
        for x, *more in loader:
            optimizer.zero_grad()
            loss = loss_of(net, x, *more)
            loss.backward()
            optimizer.step()
            running += loss.item()
        return running

    return clocked(epoch)


def tensors():
    X, y = images()
    return torch.from_numpy(X)[:, None], torch.from_numpy(y)


def classification(net, x, y):
    return functional.cross_entropy(net(x), y)


def dense_autoencoder():
    widths = (784, 500, 200, 100, 30)
    down = [layer for a, b in itertools.pairwise(widths) for layer in (nn.Linear(a, b), nn.ReLU())]
    up = [layer for a, b in zip(widths[::-1], widths[-2::-1], strict=False) for layer in (nn.Linear(a, b), nn.ReLU())]
    net = nn.Sequential(nn.Flatten(), *down[:-1], *up[:-1], nn.Sigmoid())
    return epoch_of(net, TensorDataset(tensors()[0]), lambda net, x: functional.mse_loss(net(x), x.flatten(1)), 100)


def cnn():
    blocks = []
    for fan_in, fan_out in ((1, 32), (32, 64), (64, 64)):
        blocks += [nn.Conv2d(fan_in, fan_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True)]
    net = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(1024, 128), nn.ReLU(), nn.Linear(128, 10))
    return epoch_of(net, TensorDataset(*tensors()), classification, 64)


class Block(nn.Module):
    """A basic block of a residual net."""

    def __init__(self, fan_in, fan_out):
        super().__init__()
        stride = 1 if fan_in == fan_out else 2
        self.one = nn.Conv2d(fan_in, fan_out, 3, stride=stride, padding=1, bias=False)
        self.two = nn.Conv2d(fan_out, fan_out, 3, padding=1, bias=False)
        self.norm_one, self.norm_two = nn.BatchNorm2d(fan_out), nn.BatchNorm2d(fan_out)
        self.skip = nn.Identity() if stride == 1 else nn.Conv2d(fan_in, fan_out, 1, stride=stride, bias=False)

    def forward(self, x):
        return functional.relu(self.norm_two(self.two(functional.relu(self.norm_one(self.one(x))))) + self.skip(x))


def residual_net():
    widths = (24, 24, 48, 96, 96)
    stem = [nn.Conv2d(1, 24, 3, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU()]
    blocks = [Block(a, b) for a, b in itertools.pairwise(widths)]
    net = nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, 10))
    return epoch_of(net, Shifted(*tensors()), classification, 32)


class Cropped(nn.ConvTranspose2d):
    """Doubles a size, and drops the row too many where the next one is odd."""

    def __init__(self, fan_in, fan_out, size):
        super().__init__(fan_in, fan_out, 4, stride=2, padding=1)
        self.size = size

    def forward(self, x):
        return super().forward(x)[:, :, : self.size, : self.size]


class ConvVAE(nn.Module):
    """Three strided convolutions down, 28 - 14 - 7 - 4, the same up: the net of `VAE(net="conv")`."""

    def __init__(self):
        super().__init__()
        down, up = [], []
        for a, b in ((1, 16), (16, 32), (32, 64)):
            down += [nn.Conv2d(a, b, 3, stride=2, padding=1), nn.BatchNorm2d(b), nn.ReLU()]
        for a, b, size in ((64, 32, 7), (32, 16, 14)):
            up += [Cropped(a, b, size), nn.BatchNorm2d(b), nn.ReLU()]
        self.encoder = nn.Sequential(*down, nn.Flatten(), nn.Linear(1024, 2 * LATENTS))
        first = [nn.Linear(LATENTS, 1024), nn.ReLU(), nn.Unflatten(1, (64, 4, 4))]
        self.decoder = nn.Sequential(*first, *up, Cropped(16, 1, 28), nn.Sigmoid())

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        return self.decoder(z), mean, log_variance


def bound(net, x):
    drawn, mean, log_variance = net(x)
    reconstruction = ((x - drawn) ** 2).sum() / (2 * SD**2)
    return (reconstruction - 0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())) / len(x)


def conv_vae():
    return epoch_of(ConvVAE(), TensorDataset(tensors()[0]), bound, 128)


if __name__ == "__main__":
    answer({"dense autoencoder": dense_autoencoder, "cnn": cnn, "residual net": residual_net, "conv VAE": conv_vae})
