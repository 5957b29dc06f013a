"""What a space is: the units and the shape of X as seen at `fit`, and the way from there to tensors and back."""

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from tasvir.contracts.errors import BadInputError


@dataclass(frozen=True)
class Layout:
    """One X as it lies in memory (`shape`), and the `order` in which a net sees the axes of a batch of them."""

    shape: tuple[int, ...]
    order: tuple[int, ...]


@dataclass(frozen=True)
class Space(ABC):
    """Abstract: of pixels or of windows. `shape` and `dtype` are those of one X at `fit`; flat X has a shape of one number."""

    shape: tuple[int, ...]
    dtype: str

    #: Its name in a model folder.
    kind: ClassVar[str]
    #: What X is called when it is not flat, and the number of axes it then has.
    things: ClassVar[str]
    axes: ClassVar[tuple[int, ...]]

    @classmethod
    def check(cls, estimator: Any, X: Any, *, reset: bool) -> np.ndarray:
        """X as a checked array: flat X goes scikit-learn's way, the others are held to the rules of the space.

        Raises `ValueError` (scikit-learn's for flat X, `BadInputError` else) when shape, range or finiteness is off.
        """
        from sklearn.utils.validation import check_array, check_is_fitted, validate_data

        if not reset:
            check_is_fitted(estimator)
        ndim = X.ndim if hasattr(X, "ndim") else np.asarray(X).ndim
        if ndim not in cls.axes:
            if not reset and len(estimator.space_.shape) > 1:
                raise BadInputError(
                    f"X is {ndim}-dimensional but this estimator was fitted on {cls.things} of shape {estimator.space_.shape}: "
                    "give X of shape (n, *that shape)"
                )
            return validate_data(estimator, X, reset=reset)
        X = cls.accept(check_array(X, allow_nd=True, ensure_all_finite=True, input_name="X"))
        if reset:
            estimator.n_features_in_ = math.prod(X.shape[1:])
            return X
        return estimator.space_.match(X)

    @classmethod
    @abstractmethod
    def accept(cls, X: np.ndarray) -> np.ndarray:
        """Finite X with more than two axes as it is taken; refused where it cannot be what the space is of."""

    @classmethod
    @abstractmethod
    def learn(cls, X: np.ndarray) -> Self:
        """Read units and shape off checked X."""

    @abstractmethod
    def layout(self, estimator: Any) -> Layout:
        """How X becomes tensors, for an estimator whose settings may say more."""

    @abstractmethod
    def store(self, X: np.ndarray) -> np.ndarray:
        """X as it is kept in memory during training."""

    @abstractmethod
    def restore(self, inside: np.ndarray) -> np.ndarray:
        """From the units of the nets to float32 in X's own units and shape."""

    @abstractmethod
    def as_seen(self, inside: np.ndarray) -> np.ndarray:
        """From the units of the nets to the units, the shape and the dtype seen at `fit`."""

    def match(self, X: np.ndarray) -> np.ndarray:
        """Accepted X of the shape seen at `fit`; any other is refused."""
        if X.shape[1:] != self.shape:
            raise BadInputError(
                f"X has {self.things} of shape {X.shape[1:]} but this estimator was fitted on shape {self.shape}: "
                "bring them to that shape, or fit again"
            )
        return X

    @property
    def n_features(self) -> int:
        return math.prod(self.shape)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a model folder."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, described: Mapping[str, Any]) -> Self:
        """What `to_json` described."""
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in described.items()}
        return cls(**values)
