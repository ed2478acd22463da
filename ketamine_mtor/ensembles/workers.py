"""Who computes the chunks: this process, others of this machine, or a Dask cluster."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from itertools import islice
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from ketamine_mtor import processes
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError

if TYPE_CHECKING:
    import distributed

#: Chunks, each with what computes it: anywhere, any number of times, with the same result.
Tasks = Mapping[int, Callable[[], bytes]]
#: How often a chunk is tried again elsewhere when its worker is lost.
RETRIES = 3
#: Chunks that a scheduler has to keep in mind at a time.
_AT_A_TIME = 1000
_AGAIN = "what is done is kept, --resume goes on"


def here(tasks: Tasks, workers: int | None) -> Generator[tuple[int, bytes]]:
    """Chunks as they are done by processes of this machine, which end when this is closed.

    Raises
    ------
    SimulationError
        Where a process is lost again and again.
    """
    workers = min(workers or os.cpu_count() or 1, max(1, len(tasks)))
    if workers == 1:
        for index, task in tasks.items():
            yield index, task()
        return
    waiting, losses = dict(tasks), 0
    while waiting:
        try:
            with closing(_pooled(waiting, workers)) as pooled:
                for index, content in pooled:
                    del waiting[index]
                    losses = 0
                    yield index, content
        except BrokenProcessPool:
            losses += 1
            if losses > RETRIES:
                raise SimulationError(
                    f"a process that computes chunks is ended again and again; {_AGAIN}"
                ) from None


def _pooled(tasks: Tasks, workers: int) -> Generator[tuple[int, bytes]]:
    context = processes.fresh()
    theirs, ours = context.Pipe(duplex=False)
    with (
        closing(theirs),
        closing(ours),
        ProcessPoolExecutor(workers, context, _end_with, (theirs,)) as pool,
    ):
        with _deaf():
            waiting = {pool.submit(task): index for index, task in tasks.items()}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        except BaseException:
            # What is being computed is of no use to anybody: no waiting for it.
            ours.close()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes started within do not hear Ctrl-C: who started them decides what it means."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with(parent: Connection) -> None:
    """Have this process end with the other end of a pipe, closed or lost with its process."""

    def wait() -> None:
        with suppress(EOFError, OSError):
            parent.recv()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def connect(address: str) -> distributed.Client:
    """A client of a Dask scheduler.

    Raises
    ------
    MissingExtra
        Without Dask.
    InputError
        Where no scheduler answers at the address.
    """
    try:
        import distributed
    except ImportError:
        raise MissingExtra("a scheduler needs Dask: install ketamine-mtor[cluster]") from None
    try:
        # Not the default: one that finds nobody stays that, and xarray would compute with it.
        return distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler at '{address}': {str(error).splitlines()[0].rstrip('.')};"
            " allowed: an address such as tcp://HOST:8786"
        ) from None


def on_cluster(tasks: Tasks, client: distributed.Client) -> Generator[tuple[int, bytes]]:
    """Chunks as they are done by the workers of a cluster.

    Raises
    ------
    SimulationError
        Where a chunk's workers are lost again and again, or the scheduler is.
    """
    import distributed

    left = iter(tasks.items())
    indices: dict[distributed.Future, int] = {}

    def submit() -> list[distributed.Future]:
        taken = list(islice(left, _AT_A_TIME - len(indices)))
        new = {client.submit(task, pure=False, retries=RETRIES): i for i, task in taken}
        indices.update(new)
        return list(new)

    queue = distributed.as_completed(submit(), client.loop, with_results=True)
    try:
        for done, content in queue:
            yield indices.pop(done), content
            queue.update(submit())
    except (distributed.KilledWorker, distributed.client.FutureCancelledError) as error:
        reason = str(error).splitlines()[0]
        raise SimulationError(f"the cluster lost a chunk: {reason}; {_AGAIN}") from None
