"""A study is a value: a question, the options that steer it, the cells that answer it, and the chapters that tell the answer."""

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tasvir.contracts.errors import BadInputError

if TYPE_CHECKING:
    from tasvir.data.dataset import Dataset
    from tasvir.studies.cell import Cell

#: name -> the module whose `STUDY` it is; read when it is asked for. A new study is one file and one row here.
STUDIES = {
    "run": "tasvir.studies.families.main_job",
    "reduction": "tasvir.studies.families.reduction",
    "denoise": "tasvir.studies.families.denoise",
    "gan": "tasvir.studies.families.gan",
    "codes": "tasvir.studies.families.ladder",
    "latent": "tasvir.studies.families.latent",
    "saliency": "tasvir.studies.families.saliency",
    "batchnorm": "tasvir.studies.families.batchnorm",
}
#: The study that has a command of its own: `tasvir run DATA`.
MAIN = "run"


@dataclass(frozen=True)
class Study:
    """What is asked of a set of images, and how is it answered?

    Parameters
    ----------
    name : str
        The word of the command line.
    question : str
        One sentence with a question mark.
    options : type
        A frozen dataclass whose fields, all with defaults, become the command's flags; the text of each is its metadata's "help".
        It refuses what it cannot take in `__post_init__`.
    cells : callable
        ``cells(data, options, seed)`` gives the cells, each after the ones it needs; it refuses data that cannot be served.
    chapters : tuple of str
        Modules of the chapters that tell what was found, in the order in which they are read.
    assumptions : tuple of str
        What the answer takes for granted.

    Notes
    -----
    A value only: `run_study` computes it, and nothing else knows it by name.

    Examples
    --------
    >>> find_study("run").question
    'What can be learned from these images?'
    """

    name: str
    question: str
    options: type
    cells: Callable[["Dataset", Any, int], "list[Cell]"]
    chapters: tuple[str, ...]
    assumptions: tuple[str, ...] = ()

    def chapter_modules(self) -> tuple[ModuleType, ...]:
        """The chapters, imported."""
        return tuple(importlib.import_module(name) for name in self.chapters)


def find_study(name: str) -> Study:
    """The study of this name; an unknown one is an error that names the nearest."""
    if name not in STUDIES:
        near = difflib.get_close_matches(name, STUDIES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(STUDIES)}"
        raise BadInputError(f"no study is called {name!r}: {hint} (`tasvir study list` tells what each asks)")
    study: Study = importlib.import_module(STUDIES[name]).STUDY
    if study.name != name:
        raise BadInputError(f"the study in the row {name!r} of STUDIES calls itself {study.name!r}: give both one name")
    return study
