"""A notebook shows each estimator, unfitted and fitted, without a warning: scikit-learn reads docstrings by numpydoc."""

import inspect

import pytest
from catalogue import ESTIMATORS
from sklearn.base import clone

import tasvir
from tasvir.contracts.checks.trial import example
from tasvir.models.names import MODELS

pytestmark = pytest.mark.filterwarnings("ignore:the graph of neighbours has:UserWarning")


@pytest.mark.parametrize("name", ESTIMATORS)
def test_it_is_shown_unfitted_and_fitted(name):
    estimator = clone(ESTIMATORS[name])
    assert type(estimator).__name__ in estimator._repr_html_()
    if "max_epochs" in estimator.get_params():
        estimator.set_params(max_epochs=1)
    shown = estimator.fit(*example())._repr_html_()
    assert type(estimator).__name__ in shown
    assert "space_" in shown


@pytest.mark.parametrize("name", MODELS)
def test_numpydoc_knows_every_head(name):
    from sklearn.externals._numpydoc.docscrape import NumpyDocString

    NumpyDocString(inspect.getdoc(getattr(tasvir, name)))  # a head that it does not know is a warning, so an error


def test_a_head_that_numpydoc_does_not_know_is_found():
    class Planted(tasvir.GaussianSampler):
        __doc__ = inspect.getdoc(tasvir.GaussianSampler).replace("References\n----------", "Source\n------")

    with pytest.warns(UserWarning, match="Unknown section Source"):
        Planted()._repr_html_()
