"""Our loop does what fifteen lines of plain torch do, to the last bit (in float32)."""

import torch
from torch.nn import functional

from tasvir import Autoencoder, ImageClassifier, load_data
from tasvir.contracts.seeds import stream_seed
from tasvir.models.image_classifier import OneCycle
from tasvir.nets.dense import DenseSpec
from tasvir.nets.resnet import ResNetSpec

EPOCHS, BATCH, SEED = 3, 50, 5


def epochs(n):
    """The order of the images, epoch by epoch."""
    for epoch in range(EPOCHS):
        generator = torch.Generator().manual_seed(stream_seed(SEED, "batches", epoch))
        yield torch.randperm(n, generator=generator).split(BATCH)


def same_weights(a, b):
    for (name, x), y in zip(a.state_dict().items(), b.state_dict().values(), strict=True):
        assert torch.equal(x, y), name


FP32 = {"device": "cpu", "engine": "fp32"}
COMMON = {
    "max_epochs": EPOCHS,
    "batch_size": BATCH,
    "validation_fraction": None,
    "random_state": SEED,
    "device": "cpu",
    "engine": "fp32",
}


def test_an_autoencoder():
    X, _, _ = load_data("digits").part("train")
    ours = Autoencoder(net=DenseSpec(hidden=(20,)), n_components=4, **COMMON).fit(X[:320])

    torch.manual_seed(stream_seed(SEED, "net"))
    encoder, decoder = DenseSpec(hidden=(20,)).build((8, 8, 1), 4, 4)
    net = torch.nn.Sequential(encoder, decoder)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
    x = torch.from_numpy(X[:320].copy())[:, None].float() / 255
    for order in epochs(320):
        for rows in order:
            optimizer.zero_grad()
            functional.mse_loss(net(x[rows]), x[rows]).backward()
            optimizer.step()
    same_weights(ours.net_, net)


def test_a_classifier():
    X, y, _ = load_data("digits").part("train")
    ours = ImageClassifier(net=ResNetSpec(widths=(4, 8)), weight_decay=0.0, **COMMON).fit(X[:320], y[:320])

    torch.manual_seed(stream_seed(SEED, "net"))
    net = ResNetSpec(widths=(4, 8)).build((8, 8, 1), 10).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.0, fused=True)
    x, y = torch.from_numpy(X[:320].copy())[:, None].float() / 255, torch.from_numpy(y[:320])
    steps = [rows for order in epochs(320) for rows in order]
    for step, rows in enumerate(steps):
        optimizer.param_groups[0]["lr"] = OneCycle(2e-3, len(steps))(step)
        optimizer.zero_grad()
        functional.cross_entropy(net(x[rows]), y[rows]).backward()
        optimizer.step()
    same_weights(ours.net_, net)
