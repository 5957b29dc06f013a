"""Records what the report's tests are drawn from: `python tests/report/record.py` runs the main job in small, twice.

`recorded/digits`: 300 digits, as `small.run` runs them; `recorded/two`: threes and eights, two nets, three seeds of each arm;
both in float32. Kept are the records and their arrays; the models are not, which a report never reads. Record anew when cells
write other records, and redraw the golden text (`--regold`) with a sentence why.
"""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import small

RECORDED = Path(__file__).parent / "recorded"


def record(name: str, data, **profile: int) -> None:
    """Run, and keep the records and the arrays that they name."""
    with tempfile.TemporaryDirectory() as out, small.small_profiles(**profile):
        finished = small.run(data, Path(out), precision="fp32")
        assert finished.failed == ()
        shutil.rmtree(RECORDED / name, ignore_errors=True)
        RECORDED.joinpath(name).mkdir(parents=True)
        shutil.copy(finished.run.path / "records.jsonl", RECORDED / name)
        shutil.copytree(finished.run.path / "files", RECORDED / name / "files")


if __name__ == "__main__":
    record("digits", small.few_digits())
    record("two", small.two_digits(), n_seeds=2, evidence_seeds=3, steps=40)
