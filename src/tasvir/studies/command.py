"""The command that asks the question of a run, from any working folder."""

import shlex
from collections.abc import Mapping
from typing import Any

from tasvir.studies.study import MAIN


def command_of(study: str, words: Mapping[str, Any], settings: Mapping[str, Any]) -> str | None:
    """One line for a shell: `words` are those of `load_data`, `settings` the study's own.

    None for a set made by hand, and where set and study have seeds of their own: no command asks for that.

    >>> command_of("run", {"source": "my pictures", "color": False}, {"seed": 0, "profile": "quick"})
    "tasvir run 'my pictures' --no-color --seed 0 --profile quick"
    """
    if not words or words.get("seed", 0) != settings["seed"]:
        return None
    flags = {name: value for name, value in {**words, **settings}.items() if name != "source" and value is not None}
    command = [study] if study == MAIN else ["study", study]
    return shlex.join(["tasvir", *command, str(words["source"]), *(word for flag in flags.items() for word in _flag(*flag))])


def _flag(name: str, value: Any) -> tuple[str, ...]:
    name = name.replace("_", "-")
    if isinstance(value, bool):
        return (f"--{name}" if value else f"--no-{name}",)
    if isinstance(value, list | tuple):
        return f"--{name}", *map(str, value)
    return f"--{name}", str(value)
