"""Where cells are computed: in this process, in several processes of this machine, or on a Dask cluster, all through joblib."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import joblib

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.dataset import Dataset

BACKENDS = ("loky", "dask")
#: A scheduler that has not answered by then does not answer: with the start and the data, ten seconds are not passed.
PATIENCE_S = 7


@dataclass(frozen=True)
class Jobs:
    """How many cells at once (None: as many as the machine bears), and through which of joblib's backends (None: loky)."""

    n: int | None = None
    backend: str | None = None
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.n is not None and self.n < 1:
            raise BadInputError(f"jobs={self.n}: give a whole number of at least 1, or auto")
        if self.backend not in (None, *BACKENDS):
            raise BadInputError(f"backend={self.backend!r} is not known: give one of {', '.join(BACKENDS)}")
        if (self.backend == "dask") != (self.scheduler is not None):
            raise BadInputError("backend and scheduler belong together: give --backend dask --scheduler ADDRESS")

    @contextmanager
    def ready(self, data: Dataset) -> Iterator[None]:
        """joblib works so inside; a cluster that cannot be reached is told before anything is made."""
        if self.backend == "dask":
            with _client(self.scheduler) as client, joblib.parallel_config("dask", client=client, scatter=[data]):
                yield
        elif self.backend is not None:
            with joblib.parallel_config(self.backend):
                yield
        else:
            yield


def lost_worker_errors() -> tuple[type[BaseException], ...]:
    """What joblib raises when a process dies under a cell."""
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    if "distributed" not in sys.modules:
        return (TerminatedWorkerError,)
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    return TerminatedWorkerError, KilledWorker, FutureCancelledError


@contextmanager
def _client(scheduler: str | None) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise BadInputError("the backend dask needs Dask, which is not installed: pip install 'tasvir[dask]'") from None
    _check_address(scheduler)
    try:
        client = Client(scheduler, timeout=PATIENCE_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataFileError(f"no Dask scheduler answers at {scheduler} ({reason}): start one with `dask scheduler`") from None
    try:
        _check_workers(client.scheduler_info(n_workers=-1)["workers"], scheduler)
        yield client
    finally:
        client.close()


def _check_address(scheduler: str | None) -> None:
    """A word that is no address is told at once; a client would try it for long."""
    from distributed.comm.addressing import parse_address, parse_host_port
    from distributed.comm.registry import backends

    try:
        scheme, location = parse_address(str(scheduler))
        parse_host_port(location)
    except ValueError:
        scheme = ""
    if scheme not in backends:
        raise BadInputError(f"scheduler={scheduler!r} is no address: give one as tcp://host:8786")


def _check_workers(workers: Any, scheduler: str | None) -> None:
    """There are some, with one thread each: a cell's threads and random streams belong to its whole process."""
    if not workers:
        raise BadInputError(f"the scheduler at {scheduler} has no workers: start `dask worker {scheduler} --nthreads 1`")
    if any(worker["nthreads"] != 1 for worker in workers.values()):
        raise BadInputError("a Dask worker has several threads, which would share random streams: start it with --nthreads 1")
