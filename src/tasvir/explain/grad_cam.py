"""Grad-CAM: where in an image does a convolution net see what speaks for a class?

Legend: n images, B batch, C channels, h w a layer's pixels, H W an image's pixels, K classes.
"""

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tasvir.contracts.errors import BadInputError
from tasvir.nets.anatomy import calls_of

#: Images of noise that show whether a net rectifies what a layer gives.
N_NOISE = 8


@dataclass(frozen=True)
class Layer:
    """A module whose output is looked at, by its name; `rectify`: it gives numbers below 0, which the net takes away later."""

    name: str
    size: tuple[int, int]
    rectify: bool


def grad_cam(classifier: Any, X: Any, y: Any = None, *, layer: str | int | None = None) -> np.ndarray:
    """Where does a classifier see what speaks for a class?

    Parameters
    ----------
    classifier : fitted ImageClassifier
        With at least one convolution: ``net="vgg"``, "resnet" or "cnn", or the encoder of an `Autoencoder` with ``net="conv"``.
    X : array of shape (n, h, w) or (n, h, w, c), or flat
        Images as at `fit`.
    y : label, array of shape (n,), or None, default=None
        The class that is asked for, the same for all images or one for each; None: the class that is predicted.
    layer : str, int or None, default=None
        None: the last convolution, the coarsest and nearest to the classes. A number: the convolution at this place (0 is the
        first to run, -1 the last). Both are taken as the net uses them, with batch norm and ReLU where these follow. A name:
        any module of ``classifier.net_`` that gives channels of pixels, exactly as its output is.

    Returns
    -------
    ndarray of shape (n, h, w), float32
        At least 0, in units of the class's logit: how much each place of the layer speaks for the class, brought to the size of
        the image by bilinear interpolation. An image whose map is 0 everywhere has nothing that speaks for the class there.

    Raises
    ------
    BadInputError
        The classifier has no convolution; `layer` is no place or name of one; `y` has a label that the classifier does not know,
        or not one for each image.

    References
    ----------
    R. Selvaraju et al., *Grad-CAM: visual explanations from deep networks via gradient-based localization*, ICCV 2017, (1), (2).

    Notes
    -----
    The map is the ReLU of the layer's channels, each weighted by the mean of the class's gradient over its places. A map says
    what a net uses, and not what is right; `tasvir study saliency` asks whether it can be believed.

    It matters that the layer is rectified, as in the paper: what a convolution gives below 0 is lost behind it, but times a
    negative weight it would enter the map. `layer` with the name of a convolution lets it enter, as Captum's ``LayerGradCam`` on
    that module does. One thing differs from the paper: in nets that pool by the greatest before they rectify (``net="cnn"``), a
    place where a channel is 0 adds no gradient to its weight; the textbook's order would hand one to the first of several zeros.

    Examples
    --------
    >>> from tasvir import ImageClassifier, load_data
    >>> X, y, _ = load_data("digits").part("train")
    >>> classifier = ImageClassifier(max_epochs=2, random_state=0).fit(X, y)
    >>> grad_cam(classifier, X[:3], y=8).shape
    (3, 8, 8)
    """
    small = layer_maps(classifier, X, y, layer=find_layer(classifier, layer))
    return enlarged(small, classifier.space_.image_shape(classifier.image_shape)[:2])


def layer_maps(classifier: Any, X: Any, y: Any = None, *, layer: Layer) -> np.ndarray:
    """The same at the layer's own size: (n, h, w) float32."""
    targets = torch.from_numpy(_targets(classifier, X, y))
    return classifier._infer(partial(_maps, classifier.net_, layer=layer), X, targets)


def enlarged(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Maps (n, h, w) at another size, between their places bilinear."""
    return functional.interpolate(torch.from_numpy(maps)[:, None], size=size, mode="bilinear")[:, 0].numpy()


def find_layer(classifier: Any, layer: str | int | None = None) -> Layer:
    """The convolution at a place, as the net uses it, or the module of a name, as it is."""
    known = convolutions(classifier)
    if layer is None:
        return known[-1]
    place = isinstance(layer, Integral) and not isinstance(layer, bool)
    if place and -len(known) <= int(layer) < len(known):
        return known[int(layer)]
    sizes = _sizes(classifier)
    if isinstance(layer, str) and layer in sizes:
        return Layer(layer, sizes[layer], rectify=False)
    near = difflib.get_close_matches(str(layer), sizes, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "give one of its convolutions"
    some = ", ".join(name for name in sizes if isinstance(classifier.net_.get_submodule(name), nn.Conv2d))
    raise BadInputError(
        f"layer={layer!r} is no layer of this net: {hint} ({some}), or their place, 0 to {len(known) - 1}, from the last -1"
    )


def convolutions(classifier: Any) -> list[Layer]:
    """The convolutions of a fitted classifier in the order in which they run, each as the net uses it."""
    if not isinstance(getattr(classifier, "net_", None), nn.Module) or not hasattr(classifier, "classes_"):
        raise BadInputError(f"{type(classifier).__name__} is no fitted ImageClassifier: give one, fitted")
    sizes = _sizes(classifier)
    names = list(sizes)
    places = [place for place, name in enumerate(names) if isinstance(classifier.net_.get_submodule(name), nn.Conv2d)]
    if not places:
        raise BadInputError(
            "the classifier has no convolution, and Grad-CAM needs one: fit an ImageClassifier with net='vgg', 'resnet' or 'cnn'"
        )
    found = []
    for place, following in zip(places, [*places[1:], len(names)], strict=True):
        size = sizes[names[place]]
        behind = [name for name in names[place:following] if sizes[name] == size]
        used = next((name for name in reversed(behind) if _is_rectified(classifier, name)), None)
        rectify = used is not None and _gives_negative(classifier, used)
        found.append(Layer(used or names[place], size, rectify))
    return found


def _sizes(classifier: Any) -> dict[str, tuple[int, int]]:
    """The modules that give channels of pixels, in the order in which they are done: name -> (h, w)."""
    found: dict[str, tuple[int, int]] = {}
    for call in calls_of(classifier.net_, lambda net: net(_noise(classifier))):
        if call.path and call.output is not None and call.output.ndim == 4 and not isinstance(call.module, nn.Identity):
            height, width = call.output.shape[2:]
            found.setdefault(call.path, (height, width))
    return found


def _noise(classifier: Any) -> torch.Tensor:
    height, width, channels = classifier.space_.image_shape(classifier.image_shape)
    drawn = torch.rand(N_NOISE, channels, height, width, generator=torch.Generator().manual_seed(0))
    return drawn.to(next(classifier.net_.parameters()).device)


def _is_rectified(classifier: Any, name: str) -> bool:
    """Whether a ReLU follows, or max-pooling and then a ReLU, which is the same."""
    x = _noise(classifier)
    with torch.no_grad():
        logits = classifier.net_(x)
        with _held(classifier.net_, Layer(name, (0, 0), rectify=True)):
            return torch.equal(logits, classifier.net_(x))


def _gives_negative(classifier: Any, name: str) -> bool:
    with torch.no_grad(), _held(classifier.net_, Layer(name, (0, 0), rectify=False)) as held:
        classifier.net_(_noise(classifier))
    return bool((held[0] < 0).any())


@contextmanager
def _held(net: nn.Module, layer: Layer) -> Iterator[list[torch.Tensor]]:
    """What the layer gives; the gradient begins there, so what lies before it is computed without."""
    held: list[torch.Tensor] = []

    def hold(module: nn.Module, given: Any, output: torch.Tensor) -> torch.Tensor:
        held.append(output.detach().requires_grad_())
        return held[-1].relu() if layer.rectify else held[-1]

    handle = net.get_submodule(layer.name).register_forward_hook(hold)
    try:
        yield held
    finally:
        handle.remove()


def _maps(net: nn.Module, x_BCHW: torch.Tensor, y_B: torch.Tensor, *, layer: Layer) -> torch.Tensor:
    """(B, h, w)."""
    with torch.inference_mode(False), torch.enable_grad():
        with _held(net, layer) as held:
            logits_BK = net(x_BCHW.clone())
        (gradient_BChw,) = torch.autograd.grad(logits_BK.gather(1, y_B.clone()[:, None]).sum(), held)
    weight_BC11 = gradient_BChw.mean(dim=(2, 3), keepdim=True)
    activation_BChw = held[0].detach().relu() if layer.rectify else held[0].detach()
    return (weight_BC11 * activation_BChw).sum(1).relu()


def _targets(classifier: Any, X: Any, y: Any) -> np.ndarray:
    """(n,) the place of each image's class among `classes_`."""
    if y is None:
        return classifier.predict_proba(X).argmax(1)
    labels = np.asarray(y)
    labels = np.full(len(X), labels) if labels.ndim == 0 else labels
    if labels.shape != (len(X),):
        raise BadInputError(f"y has shape {labels.shape} for {len(X)} images: give one label, or one for each image")
    if labels.dtype.kind not in "biufOUS" or any(isinstance(label, dict | list) for label in labels.tolist()):
        raise BadInputError(f"y={y!r} holds no labels: give one label, or one for each image")
    if unknown := sorted(set(labels.tolist()) - set(classifier.classes_.tolist()), key=str):
        known = ", ".join(map(str, classifier.classes_[:10])) + (" ..." if len(classifier.classes_) > 10 else "")
        raise BadInputError(f"y has the label {unknown[0]!r}, which the classifier does not know: give one of {known}")
    return np.searchsorted(classifier.classes_, labels)
