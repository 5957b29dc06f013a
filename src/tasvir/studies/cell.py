"""A cell: a pure function of (data, parameters, seed), and the address under which its records are kept."""

import ast
import functools
import hashlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tasvir.data.dataset import Dataset
from tasvir.records.record import Record


@dataclass(frozen=True)
class Workspace:
    """What a cell may use beside its data: a scratch folder, a voice, and the records of the cells it needs."""

    folder: Path
    device: str = "auto"
    tell: Callable[[float], None] = lambda fraction: None
    found: Mapping[str, list[Record]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a cell gives: `facts` (JSON, what it did) and records."""

    facts: Mapping[str, Any]
    records: list[Record]


CellFunction = Callable[[Dataset, Mapping[str, Any], int, Workspace], Outcome]


@dataclass(frozen=True)
class Cell:
    """One piece of a study: a name, a function of this package, its parameters and seed, and the cells it `needs`."""

    name: str
    function: CellFunction
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    needs: tuple[str, ...] = ()

    @property
    def chapter(self) -> str:
        """The first word of the name: cells of one chapter are told together."""
        return self.name.partition("/")[0]


def addresses(cells: list[Cell], fingerprint: str, threads: int, device: str) -> dict[str, str]:
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
            "threads": threads,
            "device": device,
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
    return found
