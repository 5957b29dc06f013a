"""What a sampler promises: images like those seen at `fit`, by label where labels were given."""

from collections.abc import Callable

import numpy as np

from tasvir.contracts.checks.trial import Trial, must_raise


def check_sample(trial: Trial, kind: str) -> None:
    """`sample` gives the shape, the dtype and the range seen at `fit`; its seed decides what is drawn."""
    X, y = trial.example(kind)
    fitted = trial.fit(X, y)
    drawn = fitted.sample(5, random_state=0)
    assert isinstance(drawn, np.ndarray), f"sample gives {type(drawn).__name__} instead of X only"
    assert (drawn.shape, drawn.dtype) == ((5, *X.shape[1:]), X.dtype), f"{drawn.shape} {drawn.dtype}"
    assert np.isfinite(drawn).all(), "samples that are not finite"
    if X.ndim > 2 and X.dtype != np.uint8:
        assert drawn.min() >= 0, "float images leave 0..1"
        assert drawn.max() <= 1, "float images leave 0..1"
    assert np.array_equal(drawn, fitted.sample(5, random_state=0)), "the same seed gave other samples"
    assert not np.array_equal(drawn, fitted.sample(5, random_state=1)), "another seed gave the same samples"
    unseeded = trial.fit(X, y, random_state=None)
    assert not np.array_equal(unseeded.sample(5), unseeded.sample(5)), "samples without a seed repeat"
    if hasattr(fitted, "score"):
        assert np.isfinite(fitted.score(X, y)), "a score that is not finite"


def check_n_samples(trial: Trial) -> None:
    """What is no number of samples is refused."""
    fitted = trial.fit(*trial.example())
    for wrong in (0, -1, 2.5, "five"):
        call: Callable[[], np.ndarray] = lambda wrong=wrong: fitted.sample(wrong)  # type: ignore[misc]  # noqa: E731
        must_raise((ValueError, TypeError), "n_samples", call, what=f"n_samples={wrong!r}")


def check_sample_labels(trial: Trial) -> None:
    """Fitted with labels, `sample` takes one or n of them; unknown ones, and any where `fit` saw none, are refused."""
    X, y = trial.example()
    conditional = {"conditional": True} if "conditional" in trial.settings else {}
    fitted = trial.fit(X, y, **conditional)
    bees = fitted.sample(6, "bee", random_state=0)
    assert bees.shape == (6, *X.shape[1:]), bees.shape
    assert np.array_equal(bees, fitted.sample(6, ["bee"] * 6, random_state=0)), "one label is not n times that label"
    assert not np.array_equal(bees, fitted.sample(6, y="cat", random_state=0)), "the label changes nothing"
    assert fitted.sample(6, random_state=0).shape == bees.shape, "sampling without labels"
    must_raise(ValueError, "yak", lambda: fitted.sample(6, "yak"))
    must_raise(ValueError, "", lambda: fitted.sample(6, ["bee", "cat"]), what="two labels for six samples")
    if not conditional:
        must_raise(ValueError, "y", lambda: trial.fit(X, None).sample(6, "bee"), what="labels that were never seen")


def checks_for(trial: Trial) -> tuple[Callable[..., None], ...]:
    """The same for every sampler."""
    return check_sample, check_n_samples, check_sample_labels
