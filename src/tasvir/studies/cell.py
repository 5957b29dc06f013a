"""A cell: a pure function of (data, parameters, seed), and the address under which its records are kept."""

import ast
import functools
import hashlib
import importlib.util
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tasvir.records.record import Record
from tasvir.studies.place import Place
from tasvir.studies.work import Work

#: Tables that only name things: what a cell runs through of theirs, it imports itself, so a new row changes no address.
TABLES = frozenset({"tasvir.models.names"})


@dataclass(frozen=True)
class Comparison:
    """What a judging cell compares: recipes retrained with so many seeds, on the same test images."""

    n_seeds: int


@dataclass(frozen=True)
class Cell:
    """One piece of a study: a name, a function of an `Inside` and of its `parameters` by name that yields records, and a seed.

    `needs` names the cells whose records it reads, `work` what it costs, `compares` what it judges (where it does).
    """

    name: str
    function: Callable[..., Iterable[Record]]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    needs: tuple[str, ...] = ()
    work: tuple[Work, ...] = ()
    compares: Comparison | None = None

    @property
    def chapter(self) -> str:
        """The first word of the name: cells of one chapter are told together."""
        return self.name.partition("/")[0]


def addresses(cells: list[Cell], fingerprint: str, *, threads: Mapping[str, int], place: Place) -> dict[str, str]:
    """Where each cell's records are kept: the hash of everything that its result can depend on.

    A cell is declared after the cells it needs; their addresses enter its own.
    """
    found: dict[str, str] = {}
    for cell in cells:
        parts = {
            "data": fingerprint,
            "function": f"{cell.function.__module__}.{cell.function.__name__}",
            "parameters": dict(cell.parameters),
            "seed": cell.seed,
            "threads": threads[cell.name],
            "device": place.device,
            "precision": place.precision,
            "source": source_hash(cell.function.__module__),
            "needs": [found[name] for name in cell.needs],
        }
        found[cell.name] = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]
    return found


@functools.cache
def source_hash(module: str) -> str:
    """The hash of the source that a cell of this module runs through."""
    digest = hashlib.sha256()
    for name, path in sorted(sources_of(module).items()):
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()


def sources_of(module: str) -> dict[str, Path]:
    """The files of a module of this package, of all of this package that it imports, and of what every cell finds around it."""
    sources: dict[str, Path] = {}
    waiting = [module, "tasvir.studies.surroundings"]
    while waiting:
        name = waiting.pop()
        spec = None if name in sources else importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        if name in TABLES:
            continue
        sources[name] = Path(spec.origin)
        waiting += [found for found in _imports(sources[name]) if found.startswith("tasvir.")]
    return sources


def _imports(path: Path) -> list[str]:
    """The modules that a source file imports, lazy imports included."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            if node.module.startswith("tasvir.") and _is_package(node.module):
                found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def _is_package(module: str) -> bool:
    """Whether what is imported from it are modules of their own."""
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.submodule_search_locations is not None
