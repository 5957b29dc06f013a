"""What a sampler promises: images like those seen at `fit`, by label where labels were given."""

import numpy as np

from tasvir.contracts.checks.trial import example, fit, must_raise, unfitted


def check_sample(estimator, kind: str) -> None:
    """`sample` gives the shape, the dtype and the range seen at `fit`; its seed decides what is drawn."""
    X, y = example(kind)
    fitted = fit(estimator, X, y)
    drawn = fitted.sample(5, random_state=0)
    assert isinstance(drawn, np.ndarray), f"sample gives {type(drawn).__name__} instead of X only"
    assert (drawn.shape, drawn.dtype) == ((5, *X.shape[1:]), X.dtype), f"{drawn.shape} {drawn.dtype}"
    assert np.isfinite(drawn).all(), "samples that are not finite"
    if X.ndim > 2 and X.dtype != np.uint8:
        assert drawn.min() >= 0, "float images leave 0..1"
        assert drawn.max() <= 1, "float images leave 0..1"
    assert np.array_equal(drawn, fitted.sample(5, random_state=0)), "the same seed gave other samples"
    assert not np.array_equal(drawn, fitted.sample(5, random_state=1)), "another seed gave the same samples"
    unseeded = fit(estimator, X, y, random_state=None)
    assert not np.array_equal(unseeded.sample(5), unseeded.sample(5)), "samples without a seed repeat"
    for wrong in (0, -1, 2.5, "five"):
        must_raise((ValueError, TypeError), "n_samples", lambda wrong=wrong: fitted.sample(wrong), f"n_samples={wrong!r}")
    if hasattr(fitted, "score"):
        assert np.isfinite(fitted.score(X, y)), "a score that is not finite"


def check_sample_labels(estimator) -> None:
    """Fitted with labels, `sample` takes one or n of them; unknown ones, and any where `fit` saw none, are refused."""
    X, y = example()
    if "conditional" in estimator.get_params():
        estimator = unfitted(estimator, conditional=True)
    fitted = fit(estimator, X, y)
    bees = fitted.sample(6, "bee", random_state=0)
    assert bees.shape == (6, *X.shape[1:]), bees.shape
    assert np.array_equal(bees, fitted.sample(6, ["bee"] * 6, random_state=0)), "one label is not n times that label"
    assert not np.array_equal(bees, fitted.sample(6, y="cat", random_state=0)), "the label changes nothing"
    assert fitted.sample(6, random_state=0).shape == bees.shape, "sampling without labels"
    must_raise(ValueError, "yak", lambda: fitted.sample(6, "yak"))
    must_raise(ValueError, "", lambda: fitted.sample(6, ["bee", "cat"]), "two labels for six samples")
    if "conditional" not in estimator.get_params():
        must_raise(ValueError, "y", lambda: fit(estimator, X, None).sample(6, "bee"), "labels that were never seen")


CHECKS = (check_sample, check_sample_labels)
