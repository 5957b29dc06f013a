"""What every transformer of ours shares: its codes are `n_components` float32 numbers, which have names."""

from typing import Any

from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin


class GivesCodes(ClassNamePrefixFeaturesOutMixin, TransformerMixin):
    """Abstract: the estimator has the setting `n_components` and a `transform`."""

    n_components: int

    @property
    def _n_features_out(self) -> int:
        return self.n_components

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
