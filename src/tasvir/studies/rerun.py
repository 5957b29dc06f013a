"""The question of a run, asked again in a fresh one."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TextIO

from tasvir.contracts.errors import BadInputError
from tasvir.data.load import load_data
from tasvir.records.record import Record
from tasvir.records.run import RunFolder, open_run
from tasvir.records.same import same_records
from tasvir.studies.folder import asked_of
from tasvir.studies.run import Finished, run_study
from tasvir.studies.study import find_study

#: What every study is asked beside its own options.
SHARED = ("seed", "threads", "device", "precision")


@dataclass(frozen=True)
class Again:
    """The new run, whether its data were those of the old one, and how its numbers differ (times apart)."""

    finished: Finished
    same_data: bool
    differences: tuple[str, ...]


def rerun(path: str | Path, *, out: str | Path | None = None, jobs: int | None = None, stream: TextIO | None = None) -> Again:
    """Does a run come out the same again?

    Parameters
    ----------
    path : str or Path
        The run's folder: what was asked is read from its records.
    out : str or Path or None
        The folder that will hold the new run; None: beside the old one, which stays as it is.
    jobs : int or None
        Cells computed side by side; None: as many as the machine bears.
    stream : text stream or None
        Where progress is written; None: standard error.

    Returns
    -------
    Again
        Differences are one line each; none where every record is the same but for times.

    Raises
    ------
    DataFileError
        No run, or its images are no longer where they were.
    BadInputError
        A run of a data set that was not read by `load_data`, or of a study that this version does not know.

    See Also
    --------
    tasvir.records.same.same_records : The comparison.

    Examples
    --------
    >>> again = rerun("runs/run-digits-20250101-0a1b2c3d")  # doctest: +SKIP
    """
    old = open_run(path)
    asked = asked_of(old)
    if not asked.get("words"):
        raise BadInputError(f"{path}: its records do not say how its images were read; ask `tasvir study` of them again")
    study = find_study(asked["study"])
    found = _found(old)
    try:
        data = load_data(**asked["words"])
        options = study.options(**{field.name: asked[field.name] for field in fields(study.options)})
        shared = {name: asked[name] for name in (*SHARED, "fingerprint")}
    except (KeyError, TypeError) as error:
        raise BadInputError(f"{path}: this version cannot ask it again ({error}); ask `tasvir study {study.name}` anew") from None
    fingerprint, place = shared.pop("fingerprint"), out or Path(path).absolute().parent
    finished = run_study(study, data, options, **shared, out=place, jobs=jobs, fresh=True, stream=stream)
    differences = same_records(found, _found(finished.run))
    return Again(finished, data.fingerprint == fingerprint, tuple(differences))


def _found(run: RunFolder) -> list[Record]:
    """What the cells found, each under its name: an address changes with every line of the source."""
    names = {address: name for name, address in run.run_record().data["addresses"].items()}
    return [replace(record, cell=names[record.cell]) for record in run.records() if record.kind != "run"]
