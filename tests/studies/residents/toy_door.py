"""`python toy_door.py [--die PLACE COUNT] WORDS...` is `tasvir WORDS...` where the planted study has moved in."""

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

if __name__ == "__main__":
    dies = sys.argv[1] == "--die"
    death = small.dying(sys.argv[2], int(sys.argv[3])) if dies else nullcontext()
    with mock.patch.dict(STUDIES, ROW), mock.patch.object(sys, "argv", ["tasvir", *sys.argv[4 if dies else 1 :]]), death:
        door.main()
