"""The command line where the planted study has moved in: `python tests/studies/residents/door.py study toy digits`.

With `--die PLACE COUNT` before the words the process is killed there, see `small.dying`.
"""

import sys
from contextlib import nullcontext
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[2]))

import small

from tasvir.cli import door
from tasvir.studies.study import STUDIES

#: The one row.
ROW = {"toy": "studies.residents.toy_study"}
#: What the tests ask; one thread on the processor, so that numbers can be compared.
ASK = ("study", "toy", "digits", "--max-epochs", "3", "--threads", "1", "--jobs", "1", "--device", "cpu")


def open_door(*words: str) -> None:
    """`tasvir words...`, where the table has one more row."""
    with mock.patch.dict(STUDIES, ROW), mock.patch.object(sys, "argv", ["tasvir", *words]):
        door.main()


if __name__ == "__main__":
    words = sys.argv[1:]
    dies = words[:1] == ["--die"]
    with small.dying(words[1], int(words[2])) if dies else nullcontext():
        open_door(*words[3 if dies else 0 :])
