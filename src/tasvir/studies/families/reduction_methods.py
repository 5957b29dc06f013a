"""The ways of reducing dimensions: how each is fitted, and what its parameters are drawn from. Legend: n images, d numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tasvir.contracts.seeds import stream_seed
from tasvir.measures.neighbours import spread_sample
from tasvir.models.landmark_isomap import RANK, LandmarkIsomap, RankError
from tasvir.studies import recipes
from tasvir.studies.inside import Inside

#: Isomap's kernel is (n, n): it is fitted on at most this many images.
ISOMAP_IMAGES = 2000
#: Rows that Isomap transforms at once: 60,000 x 2,000 doubles would be 1 GB.
ISOMAP_CHUNK = 2000
#: Images from which the paths of a LandmarkIsomap begin; of fewer training images each is one.
LANDMARKS = 2000
#: The first of each is the default. Shallow nets come first: after ten epochs a deep dense one keeps at
#: least two points less of Fashion-MNIST's classes.
NEIGHBOURS, BETAS, LEARNING_RATES = (10, 5, 15, 20, 30), (0.3, 0.1, 1.0, 3.0), (1e-3, 2e-3)
HIDDEN = ([500], [1000], [500, 200, 100])
FILTERS = ([32, 64], [16, 32, 64], [16, 32])
#: Principal components in which neighbours are searched; None: in pixels.
COMPONENTS = (100, 50)


@dataclass(frozen=True, eq=False)
class Reduced:
    """Codes (n, d) of the training images and of `other` ones; seconds of the fit, and of the codes of both.

    `drawn(d)` are the other images (n, ...) drawn again from the first d numbers, None where a method cannot; `net` is kept.
    """

    codes: np.ndarray
    other: np.ndarray
    fit_s: float
    transform_s: float
    n_fitted: int
    drawn: Callable[[int], np.ndarray] | None = None
    net: Any = None


@dataclass(frozen=True)
class Fitted:
    """What the space of a method depends on: images that it is fitted on, numbers in each, and how they may be augmented."""

    n_images: int
    n_numbers: int
    augment: str


@dataclass(frozen=True)
class Method:
    """One way of reducing dimensions.

    ``reduce(inside, part, parameters, n_components=..., name=...)`` fits it on the training part; ``space(fitted)`` holds what
    each parameter is drawn from, the default first. The first numbers of a `nested` one are the code of fewer.
    """

    reduce: Callable[..., Reduced]
    space: Callable[[Fitted], dict[str, list[Any]]]
    nested: bool = True


def drawn_parameters(space: Mapping[str, list[Any]], draws: int, seed: int) -> list[dict[str, Any]]:
    """The default, and others drawn by chance until there are `draws`, or no more."""
    from sklearn.model_selection import ParameterGrid, ParameterSampler

    first = {name: values[0] for name, values in space.items()}
    n = min(draws, len(ParameterGrid(space)))
    drawn = ParameterSampler(space, n, random_state=stream_seed(seed, "parameters") % 2**32)
    return [first, *(one for one in drawn if one != first)][:n]


def unfitted_net(*, method: str, n_components: int, parameters: Mapping[str, Any], seed: int = 0) -> Any:
    """The net behind a method's word: it sees all training images, and none of its epochs is chosen."""
    from tasvir.nets.conv import ConvSpec
    from tasvir.nets.dense import DenseSpec

    given = {name: value for name, value in parameters.items() if name not in {"hidden", "filters"}}
    made = {"n_components": n_components, "max_epochs": 1, "seed": seed}
    kind, net = method.split("_")
    unfitted = recipes.vae(**made) if kind == "vae" else recipes.autoencoder(net=net, **made)
    spec = DenseSpec(tuple(parameters["hidden"])) if net == "dense" else ConvSpec(tuple(parameters["filters"]))
    return unfitted.set_params(net=spec, validation_fraction=None, **given)


def _raw(inside: Inside, part: str, parameters: Mapping[str, Any], *, n_components: int, name: str = "") -> Reduced:
    X = inside.flat("train")
    return Reduced(X, inside.flat(part), 0.0, 0.0, len(X))


def _pca(inside: Inside, part: str, parameters: Mapping[str, Any], *, n_components: int, name: str = "") -> Reduced:
    from sklearn.decomposition import PCA

    X, X_other = inside.flat("train"), inside.flat(part)
    pca = PCA(n_components, random_state=stream_seed(inside.seed, "pca") % 2**32, **parameters)
    _, fit_s = inside.time("fit_s", lambda: pca.fit(X))
    codes, transform_s = inside.time("transform_s", lambda: (pca.transform(X), pca.transform(X_other)))

    def drawn(d: int) -> np.ndarray:
        kept = codes[1].copy()
        kept[:, d:] = 0
        return np.asarray(pca.inverse_transform(kept))

    return Reduced(codes[0], codes[1], fit_s.data["value"], transform_s.data["value"], len(X), drawn)


def _isomap(inside: Inside, part: str, parameters: Mapping[str, Any], *, n_components: int, name: str = "") -> Reduced:
    X, X_other = inside.flat("train"), inside.flat(part)
    rows = spread_sample(inside.data.targets("train")[0], ISOMAP_IMAGES, inside.seed)
    isomap, fit_s = inside.time("fit_s", lambda: _fitted_isomap(X[rows], n_components, parameters))
    codes, transform_s = inside.time("transform_s", lambda: [isomap_codes(isomap, part) for part in (X, X_other)])
    own, other = (_filled(part, n_components) for part in codes)
    return Reduced(own, other, fit_s.data["value"], transform_s.data["value"], len(rows))


def _fitted_isomap(X: np.ndarray, n_components: int, parameters: Mapping[str, Any]) -> Any:
    """scikit-learn's, of fewer numbers where distances along these images have fewer directions, which it refuses."""
    from scipy.linalg import eigvalsh
    from sklearn.manifold import Isomap
    from sklearn.preprocessing import KernelCenterer

    try:
        return Isomap(n_components=n_components, **parameters).fit(X)
    except ValueError as error:
        if "negative eigenvalues" not in str(error):
            raise
    distances = Isomap(n_components=1, **parameters).fit(X).dist_matrix_
    values = eigvalsh(KernelCenterer().fit_transform(-np.square(distances, dtype=np.float64) / 2))
    rank = int((values > RANK * values[-1]).sum())
    return Isomap(n_components=max(1, min(n_components, rank)), **parameters).fit(X)


def _filled(codes: np.ndarray, n_components: int) -> np.ndarray:
    """Numbers that there are no directions for are 0: distances between codes stay as they are."""
    return np.pad(codes, [(0, 0), (0, n_components - codes.shape[1])])


def isomap_codes(isomap: Any, X: np.ndarray) -> np.ndarray:
    """The codes of flat images, some at once."""
    return np.concatenate([isomap.transform(X[i : i + ISOMAP_CHUNK]) for i in range(0, len(X), ISOMAP_CHUNK)])


def _landmark_isomap(inside: Inside, part: str, parameters: Mapping[str, Any], *, n_components: int, name: str = "") -> Reduced:
    X, X_other = inside.data.part("train")[0], inside.data.part(part)[0]
    made = {"n_landmarks": LANDMARKS, "n_jobs": 1, "random_state": inside.seed}  # other cells have the other cores

    def fitted() -> Any:
        try:
            return LandmarkIsomap(n_components=n_components, **made, **parameters).fit(X)
        except RankError as error:
            return LandmarkIsomap(n_components=error.rank, **made, **parameters).fit(X)

    isomap, fit_s = inside.time("fit_s", fitted)
    other, transform_s = inside.time("transform_s", lambda: isomap.transform(X_other))
    own, other = (_filled(part, n_components) for part in (isomap.embedding_, other))
    return Reduced(own, other, fit_s.data["value"], transform_s.data["value"], len(X))


def _net(
    inside: Inside, part: str, parameters: Mapping[str, Any], *, n_components: int, method: str, name: str = "training"
) -> Reduced:
    X, X_other = inside.data.part("train")[0], inside.data.part(part)[0]
    unfitted = unfitted_net(method=method, n_components=n_components, parameters=parameters, seed=inside.seed)
    fitted = inside.fit(unfitted, keep_best=False, name=name)
    net, fit_s = fitted.estimator, fitted.fit_s.data["value"]
    codes, transform_s = inside.time("transform_s", lambda: (net.transform(X), net.transform(X_other)))
    return Reduced(
        codes[0], codes[1], fit_s, transform_s.data["value"], len(X), lambda d: net.inverse_transform(codes[1]) / 255, net
    )


def _fewer_neighbours(fitted: Fitted) -> dict[str, list[Any]]:
    return {"n_neighbors": [k for k in NEIGHBOURS if k < min(fitted.n_images, ISOMAP_IMAGES)]}


def _landmark_space(fitted: Fitted) -> dict[str, list[Any]]:
    components = [c for c in COMPONENTS if 2 * c <= min(fitted.n_images, fitted.n_numbers)]
    return _fewer_neighbours(fitted) | {"pca_components": [*components, None]}


def _net_space(fitted: Fitted, *, method: str) -> dict[str, list[Any]]:
    """Where images may be mirrored their codes had better ignore it; of others a moved copy teaches no net more."""
    kind, net = method.split("_")
    narrow = [[min(width, fitted.n_numbers) for width in widths] for widths in HIDDEN]  # no layer is wider than an image
    different = [widths for i, widths in enumerate(narrow) if widths not in narrow[:i]]
    sizes: dict[str, list[Any]] = {"hidden": different} if net == "dense" else {"filters": [*FILTERS]}
    changes = {"augment": ["shift_flip", "none"]} if fitted.augment == "shift_flip" else {}
    return sizes | changes | {"learning_rate": [*LEARNING_RATES]} | ({"beta": [*BETAS]} if kind == "vae" else {})


NETS = ("autoencoder_dense", "autoencoder_conv", "vae_dense", "vae_conv")
#: The floor has no parameters and no search.
RAW = "raw"
METHODS: dict[str, Method] = {
    RAW: Method(_raw, lambda fitted: {}),
    "pca": Method(_pca, lambda fitted: {"whiten": [False, True]}),
    "isomap": Method(_isomap, _fewer_neighbours),
    "landmark_isomap": Method(_landmark_isomap, _landmark_space),
    **{name: Method(partial(_net, method=name), partial(_net_space, method=name), nested=False) for name in NETS},
}
