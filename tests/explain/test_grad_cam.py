"""Grad-CAM equals Captum's on the same layer, takes each layer as the net uses it, and finds what is planted."""

import numpy as np
import pytest
import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import nn

from tasvir import Autoencoder, CNNSpec, ImageClassifier, ResNetSpec, VGGSpec, grad_cam, overlay
from tasvir.contracts.errors import BadInputError
from tasvir.explain.grad_cam import convolutions, find_layer, layer_maps
from tasvir.measures.ink import mass_on

RNG = np.random.default_rng(0)


SHAPES = {
    "cross": [[1, 0, 1], [0, 1, 0], [1, 0, 1]],
    "plus": [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
    "ring": [[1, 1, 1], [1, 0, 1], [1, 1, 1]],
}


def planted(n: int = 300, side: int = 12):
    """Noise, and somewhere a small shape that tells the class; and where it is, with a pixel around it."""
    labels = np.array(list(SHAPES))[np.arange(n) % len(SHAPES)]
    X = RNG.integers(0, 60, (n, side, side), dtype=np.uint8)
    where = np.zeros(X.shape, bool)
    for image, there, label, (row, column) in zip(X, where, labels, RNG.integers(1, side - 4, (n, 2)), strict=True):
        image[row : row + 3, column : column + 3] = 255 * np.array(SHAPES[label])
        there[row - 1 : row + 4, column - 1 : column + 4] = True
    return X, labels, where


@pytest.fixture(scope="module")
def shapes():
    return planted()


@pytest.fixture(scope="module")
def data(shapes):
    return shapes[:2]


SMALL = {"max_epochs": 12, "random_state": 0, "device": "cpu", "validation_fraction": None}
NETS = {
    "vgg": VGGSpec(widths=(8, 8), depth=1),
    "resnet": ResNetSpec(widths=(8, 16)),
    "cnn": CNNSpec(filters=(8, 12), batch_norm=False, dense=(16,)),
    "normed": CNNSpec(filters=(8, 12), dense=()),
    "mean": CNNSpec(filters=(8, 12), pooling="mean"),
}


@pytest.fixture(scope="module")
def fitted(data):
    X, y = data
    nets = {name: ImageClassifier(net=net, **SMALL).fit(X, y) for name, net in NETS.items()}
    encoder = Autoencoder(net="conv", n_components=4, max_epochs=1, random_state=0).fit(X)
    return nets | {"encoder": ImageClassifier(pretrained=encoder, **SMALL).fit(X, y)}


def seen(classifier, X):
    return torch.from_numpy(X / np.float32(255)).reshape(len(X), 1, *X.shape[1:])


@pytest.mark.parametrize("name", [*NETS, "encoder"])
def test_it_is_captums_on_every_convolution(name, fitted, data):
    classifier, (X, y) = fitted[name], data
    target = torch.from_numpy(np.searchsorted(classifier.classes_, y))
    known = [name for name, module in classifier.net_.named_modules() if isinstance(module, nn.Conv2d)]
    assert known
    for layer in known:
        captum = LayerGradCam(classifier.net_, classifier.net_.get_submodule(layer))
        theirs = captum.attribute(seen(classifier, X), target=target, relu_attributions=True).detach()
        ours = layer_maps(classifier, X, y, layer=find_layer(classifier, layer))
        assert np.abs(ours - theirs[:, 0].numpy()).max() < 1e-5
        large = LayerAttribution.interpolate(theirs, X.shape[1:], "bilinear")[:, 0].numpy()
        assert np.abs(grad_cam(classifier, X, y, layer=layer) - large).max() < 1e-5


def test_the_last_convolution_is_captums_on_its_relu(fitted, data):
    """The net pools before it rectifies, which gives the same; where it rectifies before, too, there is a module to ask."""
    (X, y), classifier = data, fitted["cnn"]
    layers = list(classifier.net_.features)
    assert [type(layer) for layer in layers[3:6]] == [nn.Conv2d, nn.MaxPool2d, nn.ReLU]
    features = nn.Sequential(*layers[:4], nn.ReLU(), *layers[4:])
    textbook = nn.Sequential(features, classifier.net_.head)
    x, target = seen(classifier, X), torch.from_numpy(np.searchsorted(classifier.classes_, y))
    assert torch.equal(textbook(x), classifier.net_(x))
    theirs = LayerGradCam(textbook, features[4]).attribute(x, target=target, relu_attributions=True)
    assert find_layer(classifier).rectify
    assert np.abs(layer_maps(classifier, X, y, layer=find_layer(classifier)) - theirs[:, 0].detach().numpy()).max() < 1e-5


def test_each_convolution_is_taken_as_the_net_uses_it(fitted):
    found = {name: [(layer.name, layer.rectify) for layer in convolutions(classifier)] for name, classifier in fitted.items()}
    assert found["cnn"] == [("features.0", True), ("features.3", True)]
    assert found["normed"] == [("features.1", True), ("features.5", True)]  # behind batch norm
    assert found["mean"] == [("features.2", False), ("features.6", False)]
    assert found["vgg"][-1] == ("features.4", False)
    assert found["resnet"][-1] == ("features.1", False)  # the block, where its path and its shortcut are one
    assert found["encoder"][-1] == ("features.8", False)
    for classifier in fitted.values():
        assert find_layer(classifier) == find_layer(classifier, -1) == convolutions(classifier)[-1]
        assert find_layer(classifier, 0) == convolutions(classifier)[0]


@pytest.mark.parametrize("name", NETS)
def test_it_finds_what_is_planted(name, fitted, shapes):
    """All that tells the class is a shape of 3 x 3 pixels: more of the map lies on it than there would by chance."""
    (X, y, where), classifier = shapes, fitted[name]
    share = mass_on(grad_cam(classifier, X, y), where)
    assert np.nanmean(share) > 1.5 * where.mean()
    assert np.isnan(share).mean() < 0.05


def test_it_does_not_depend_on_how_many_images_are_asked_for(fitted, data):
    (X, _), classifier = data, fitted["cnn"]
    assert np.array_equal(grad_cam(classifier, X)[:3], grad_cam(classifier, X[:3]))


def test_a_class_is_one_for_all_or_one_for_each(fitted, data):
    (X, _), classifier = data, fitted["cnn"]
    one = grad_cam(classifier, X[:4], "ring")
    assert np.array_equal(one, grad_cam(classifier, X[:4], ["ring"] * 4))
    assert np.array_equal(grad_cam(classifier, X[:4]), grad_cam(classifier, X[:4], classifier.predict(X[:4])))
    assert not np.array_equal(one, grad_cam(classifier, X[:4], "cross"))
    assert one.dtype == np.float32
    assert one.min() >= 0


def test_flat_images_and_frozen_trunks_have_maps(data):
    X, y = data
    flat = ImageClassifier(net=NETS["cnn"], **SMALL).fit(X.reshape(len(X), -1), y)
    assert grad_cam(flat, X[:3].reshape(3, -1)).shape == (3, 12, 12)
    encoder = Autoencoder(net="conv", n_components=4, max_epochs=1, random_state=0).fit(X)
    frozen = ImageClassifier(pretrained=encoder, freeze_trunk=True, **SMALL).fit(X, y)
    assert grad_cam(frozen, X[:3], layer=0).max() > 0
    assert all(not weight.requires_grad for weight in frozen.net_.features.parameters())


def test_it_leaves_the_net_as_it_was(fitted, data):
    (X, _), classifier = data, fitted["resnet"]
    before = {name: weight.clone() for name, weight in classifier.net_.state_dict().items()}
    grad_cam(classifier, X[:5])
    assert all(torch.equal(before[name], weight) for name, weight in classifier.net_.state_dict().items())
    assert not any(module._forward_hooks for module in classifier.net_.modules())
    assert not classifier.net_.training


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({"layer": "feature.3"}, r"layer='feature.3' is no layer of this net: did you mean 'features.3'"),
        ({"layer": 2}, r"layer=2 is no layer .*or their place, 0 to 1"),
        ({"layer": "head"}, "layer='head' is no layer"),
        ({"y": "star"}, "y has the label 'star', which the classifier does not know: give one of cross, plus, ring"),
        ({"y": ["cross", "ring"]}, r"y has shape \(2,\) for 3 images: give one label, or one for each image"),
    ],
)
def test_what_is_not_there_is_refused(words, line, fitted, data):
    with pytest.raises(BadInputError, match=line):
        grad_cam(fitted["cnn"], data[0][:3], **words)


def test_a_net_without_convolutions_is_refused(data):
    X, y = data
    dense = ImageClassifier(net="dense", max_epochs=1).fit(X, y)
    with pytest.raises(BadInputError, match="no convolution, and Grad-CAM needs one: fit an ImageClassifier with net='vgg'"):
        grad_cam(dense, X)
    with pytest.raises(BadInputError, match="Autoencoder is no fitted ImageClassifier"):
        grad_cam(Autoencoder(max_epochs=1).fit(X), X)
    with pytest.raises(BadInputError, match="is no fitted ImageClassifier"):
        grad_cam(ImageClassifier(), X)


def test_an_overlay_covers_what_is_hot():
    images = np.full((2, 4, 4), 200, np.uint8)
    maps = np.zeros((2, 4, 4), np.float32)
    maps[0, 1, 1], maps[0, 2, 2] = 2.0, 1.0
    drawn = overlay(images, maps)
    assert (drawn.shape, drawn.dtype) == ((2, 4, 4, 3), np.uint8)
    assert (drawn[1] == 200).all()  # nothing is hot
    changed = (drawn[0] != 200).any(-1)
    assert np.argwhere(changed).tolist() == [[1, 1], [2, 2]]
    assert np.array_equal(drawn, overlay(images / 255, maps))
    assert np.array_equal(overlay(np.stack([images] * 3, -1), maps), drawn)
    cooler = overlay(images, maps, highest=np.array([4.0, 1.0]))
    assert np.array_equal(cooler[0, 1, 1], drawn[0, 2, 2])
    with pytest.raises(BadInputError, match=r"maps of shape \(2, 3, 3\)"):
        overlay(images, maps[:, :3, :3])
