"""Specs: frozen dataclasses with ``build(...)`` that describe a net or a group of levers, and parameters that reach into them."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

from tasvir.contracts.errors import BadInputError


def is_spec(value: Any) -> bool:
    """A frozen dataclass instance: values only, live objects are made by its `build`."""
    parameters = getattr(value, "__dataclass_params__", None)
    return parameters is not None and not isinstance(value, type) and parameters.frozen


def resolve_spec(value: Any, named: Mapping[str, Any], parameter: str) -> Any:
    """The spec behind a name, or the spec itself; None is the first of the named ones."""
    if value is None:
        return next(iter(named.values()))
    if isinstance(value, str) and value in named:
        return named[value]
    if type(value) in {type(spec) for spec in named.values()}:
        _check_flags(value)
        return value
    kinds = sorted({type(spec).__name__ for spec in named.values()})
    raise BadInputError(
        f"{parameter}={value!r} is not known: give one of {', '.join(map(repr, named))} or a spec ({', '.join(kinds)})"
    )


def _check_flags(spec: Any) -> None:
    """Any value would do as a condition: a word that is meant otherwise would go unnoticed."""
    for field in dataclasses.fields(spec):
        value = getattr(spec, field.name)
        if isinstance(field.default, bool) and not isinstance(value, bool):
            raise BadInputError(f"{type(spec).__name__}({field.name}={value!r}): give True or False")


class SpecParams:
    """`get_params` / `set_params` *through* specs: ``net__hidden`` reaches the spec behind ``net``, by replacement."""

    _named_specs: Mapping[str, Mapping[str, Any]] = {}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        params = super().get_params(deep=deep)  # type: ignore[misc]
        if deep:
            for name, value in list(params.items()):
                if is_spec(value):
                    fields = {f"{name}__{f.name}": getattr(value, f.name) for f in dataclasses.fields(value)}
                    params.update(fields)
        return params

    def set_params(self, **params: Any) -> Self:  # the one **kwargs of the house: scikit-learn's own signature
        inner: dict[str, dict[str, Any]] = {}
        outer: dict[str, Any] = {}
        for key, value in params.items():
            name, inside, field = key.partition("__")
            if inside and name in self._named_specs:
                inner.setdefault(name, {})[field] = value
            else:
                outer[key] = value
        _check_known(self, outer)
        specs = {}
        for name, changes in inner.items():
            spec = resolve_spec(outer.get(name, getattr(self, name)), self._named_specs[name], name)
            specs[name] = _replace(spec, changes, name)
        super().set_params(**outer)  # type: ignore[misc]
        for name, spec in specs.items():
            setattr(self, name, spec)
        return self


def _check_known(estimator: Any, params: Mapping[str, Any]) -> None:
    """scikit-learn's errors for these are a page long, or an AttributeError."""
    own = estimator.get_params(deep=False)
    for key in params:
        name, inside, _ = key.partition("__")
        if name not in own:
            raise BadInputError(f"{type(estimator).__name__} has no parameter {key!r}: it has {', '.join(own)}")
        if inside and not hasattr(own[name], "set_params"):
            raise BadInputError(f"{key} is not a parameter: {name}={own[name]!r} has none of its own")


def _replace(spec: Any, changes: dict[str, Any], name: str) -> Any:
    known = {field.name for field in dataclasses.fields(spec)}
    if unknown := sorted(set(changes) - known):
        raise BadInputError(
            f"{name}__{unknown[0]} is not a parameter of {type(spec).__name__}: it has {', '.join(sorted(known))}"
        )
    for field, value in changes.items():
        if isinstance(getattr(spec, field), tuple) and not isinstance(value, tuple | list):
            changes[field] = (value,)  # one layer may be written without a comma
    return dataclasses.replace(spec, **changes)
