"""Counting on many machines: the shards of a census, or of another table, as tasks of Dask Distributed.

Every task counts a few shards that follow each other: of terms, the kept levels are built once for all of them, and
whole programs are put together once. What comes back is the same, byte for byte, as what this machine would count.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import pickle
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from mesaprior.errors import MesapriorError, Named, RunError, UsageError, setting
from mesaprior.hypotheses.memory import available_memory

CONNECT_SECONDS = 8
"""How long a scheduler may take to answer."""

WORKER_SECONDS = 20
"""How long the first worker of a scheduler may take to appear."""

TASKS_PER_WORKER = 3
"""Fewer do less twice; more even out workers of different speed, and lose less with a worker."""

PACKED_BYTES_OF_A_SHARD = 1 << 27
"""What a shard of the usual size takes on its way, at most; a task's shards wait in the worker's memory together."""

USUAL_MEMORY = 1 << 32
"""Memory that a worker is taken to have that does not say."""

MOST_LOSSES = 3
"""How often Dask may give up a task of one shard before the census is given up; each time after several workers."""

Packed = tuple[bytes, list[tuple[int, bytes]]]
"""A shard as a pickle without its arrays, and for each array its size in bytes and its compressed bytes."""

L = TypeVar("L", contravariant=True)
T = TypeVar("T")
S = TypeVar("S", covariant=True)


class Sharded(Protocol[L, S]):
    """What can be counted in shards by whoever has it as a pickle: a hypothesis space, with a log of type L."""

    def n_reports(self, log: L) -> int:
        """Return how much work all shards are, in any unit."""
        ...

    def shards(
        self,
        log: L,
        wanted: Sequence[int],
        n_shards: int,
        *,
        workers: int,
        max_bytes: int | None,
        report: Callable[[int], None] | None,
    ) -> Iterator[tuple[int, S]]:
        """Count some of `n_shards` shards with so many threads and bytes; yield the number and the counts of each.

        The report is called now and then, and what it raises ends the counting.
        """
        ...


def shards_on_cluster(
    address: str,
    space: Sharded[L, T],
    log: L,
    wanted: Sequence[int],
    n_shards: int,
    *,
    report: Callable[[int], None] | None = None,
) -> Generator[tuple[int, T]]:
    """Count some shards of a census on the workers of a Dask scheduler; yield the number and the counts of each.

    They come in the order in which they are done. When the iterator is closed, what is being counted is given up.

    Parameters
    ----------
    address : str
        Where the scheduler listens, such as ``tcp://127.0.0.1:8786``.
    space : Sharded
        It is sent as a pickle together with the log, so it should be small.
    log : ImitationLog
        None where there is no log.
    wanted : sequence of int
        Numbers of shards, ascending, below `n_shards`.
    n_shards : int
    report : callable or None
        Called with how many more terms are accounted for; they add up to `n_reports`.

    Raises
    ------
    UsageError
        If Dask Distributed is not installed, or nothing that is a scheduler answers at the address.
    RunError
        If there are no workers, a worker has another version of mesaprior, the scheduler goes away, or a shard cannot
        be counted.
    ContentError
        If the log does not fit the space.

    Notes
    -----
    A worker that is lost costs what it had not handed over; Dask has that counted by others, and where there are none,
    waits for some.
    """
    if not wanted:
        return
    n_reports = space.n_reports(log)
    client = _connected(address)
    with _quiet():
        try:
            _check_workers(client, address)
            results = _Counting(client, address, space, log, n_shards).results(wanted)
            for n_done, (k, shard) in enumerate(results):
                if report:
                    report(n_reports * (n_done + 1) // len(wanted) - n_reports * n_done // len(wanted))
                yield k, shard
        finally:
            client.close()


# Connecting


def _connected(address: str) -> Any:
    """Return a client of the scheduler at an address."""
    if find_spec("distributed") is None:
        raise UsageError(
            setting("cluster"),
            " needs Dask Distributed, which is not installed; `pip install 'mesaprior[cluster]'` installs it.",
        )
    from distributed import Client, Security

    try:
        # A client that finds nobody leaves threads behind that complain at the end, so the address is tried first.
        with ThreadPoolExecutor(1) as thread:
            kind = thread.submit(asyncio.run, _kind_of(address)).result()
    except OSError:
        raise UsageError(
            setting("cluster", address),
            f": no Dask scheduler answers there within {CONNECT_SECONDS} seconds; start one with "
            "`dask scheduler` and give the address that it prints.",
        ) from None
    except (ValueError, TypeError):
        # Dask does not say what this returns.
        security: Any = Security()
        if address.startswith("tls://") and not security.get_connection_args("client")["ssl_context"]:
            raise UsageError(
                setting("cluster", address),
                ": TLS needs certificates, and Dask has been told of none; set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
                "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY.",
            ) from None
        kind = "no address"
    if kind != "Scheduler":
        raise UsageError(
            Named(f"cluster={address!r}", f"--cluster {address!r}"),
            " is not the address of a Dask scheduler; give the one that `dask scheduler` "
            "prints, such as tcp://192.168.0.5:8786.",
        )
    return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)


def _quiet() -> AbstractContextManager[Any]:
    """Keep Dask's log off the terminal: what it says at length is raised as one sentence."""
    from distributed.utils import silence_logging_cmgr

    return silence_logging_cmgr(logging.CRITICAL)


async def _kind_of(address: str) -> str:
    """Return what listens at an address, in Dask's words."""
    from distributed import Security
    from distributed.core import rpc

    # Dask does not say what these take and return.
    security: Any = Security()
    connection: Any = rpc(address, timeout=CONNECT_SECONDS, connection_args=security.get_connection_args("client"))
    async with connection as there:
        identity: Any = await asyncio.wait_for(there.identity(), CONNECT_SECONDS)
        return str(identity["type"])


def _check_workers(client: Any, address: str) -> None:
    """Refuse a cluster without workers, or with one that would count with another version."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except OSError:
        raise RunError(
            f"the scheduler at {address} has no workers after {WORKER_SECONDS} seconds; start some with "
            f"`dask worker {address}`."
        ) from None

    def version_there() -> str:
        # A nested function travels as code, so that workers without this module can run it too.
        try:
            from mesaprior.hypotheses.cluster import version
        except ImportError:
            return ""
        return version()

    for worker, found in client.run(version_there, on_error="ignore").items():
        _check_version(worker, found, version())


def _check_version(worker: str, found: str, wanted: str) -> None:
    """Refuse a worker of another version."""
    if found != wanted:
        has = f"mesaprior {found}" if found else "no mesaprior that can count for others"
        raise RunError(
            f"the worker at {worker} has {has}, and here is mesaprior {wanted}; install the same version there and "
            "start the worker again."
        )


@cache
def version() -> str:
    """Return the version of mesaprior, with a digest of the code that counts: versions in the making differ too."""
    try:
        number = metadata.version("mesaprior")
    except metadata.PackageNotFoundError:
        number = "(not installed)"
    digest = hashlib.sha256()
    rooms = Path(__file__).parents[1]
    for path in sorted(path for room in ("hypotheses", "priors") for path in (rooms / room).rglob("*.py")):
        # As text, so that line ends do not matter.
        digest.update(path.read_text(encoding="utf-8").encode())
    return f"{number} (code {digest.hexdigest()[:8]})"


# Here: which worker counts what


@dataclass(frozen=True)
class _Group:
    """The shards of one task, and how often the task was given up for lost workers."""

    shards: Sequence[int]
    n_lost: int = 0

    def __str__(self) -> str:
        first, last = self.shards[0], self.shards[-1]
        return f"shard {first}" if first == last else f"shards {first} to {last}"


class _Counting(Generic[T]):
    """Tasks that wait, and tasks that are with the scheduler: about one for each worker at a time.

    Dask would queue all of them at once, but then workers that come later would find nothing to do, and results would
    pile up where this side is slower.
    """

    def __init__(self, client: Any, address: str, space: Sharded[L, T], log: L, n_shards: int):
        from distributed import as_completed

        self._client = client
        self._address = address
        self._n_shards = n_shards
        self._question = pickle.dumps((space, log, n_shards), protocol=5)
        self._waiting: deque[_Group] = deque()
        self._given: dict[Any, _Group] = {}
        self._completed: Any = as_completed(loop=client.loop)

    def results(self, wanted: Sequence[int]) -> Iterator[tuple[int, T]]:
        """Yield the shards as they are done."""
        self._waiting.extend(_Group(shards) for shards in groups(wanted, self._size(len(wanted))))
        try:
            self._give()
            while self._given:
                future = next(self._completed)
                group = self._given.pop(future)
                self._give()
                results = self._result_of(future, group)
                # From here on, the worker need not keep it.
                future.release()
                for k, result in results:
                    yield k, unpacked(result)
                    self._give()
        finally:
            # Where the scheduler is gone, so are the tasks.
            with suppress(OSError):
                self._client.cancel(list(self._given))

    def _size(self, n: int) -> int:
        """Return how many shards a task has, for `n` in all."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        memory = min((worker["memory_limit"] or USUAL_MEMORY for worker in workers), default=USUAL_MEMORY)
        return max(1, min(-(-n // (TASKS_PER_WORKER * max(1, len(workers)))), memory // 4 // PACKED_BYTES_OF_A_SHARD))

    def _give(self) -> None:
        """Give the scheduler as many tasks as there are workers without one."""
        if not self._waiting:
            return
        n_busy = sum(future.status == "pending" for future in self._given)
        try:
            n_workers = len(self._client.nthreads())
        except (OSError, RuntimeError):
            raise self._gone() from None
        for _ in range(max(1, n_workers) - n_busy):
            if self._waiting:
                group = self._waiting.popleft()
                future = self._client.submit(_task(), self._question, list(group.shards), version(), pure=False)
                self._given[future] = group
                self._completed.add(future)

    def _result_of(self, future: Any, group: _Group) -> list[tuple[int, Packed]]:
        """Return what a task brought; nothing where it has to be done again."""
        from distributed import CancelledError, KilledWorker

        try:
            results: list[tuple[int, Packed]] = future.result()
        except MesapriorError as error:
            raise error from None
        except (KilledWorker, MemoryError):
            self._split(group)
            return []
        except (CancelledError, OSError):
            raise self._gone() from None
        except ImportError as error:
            raise RunError(
                f"a worker cannot count {group}, for it lacks something ({_line(error)}); install mesaprior "
                f"{version()} there and start the worker again."
            ) from None
        except Exception as error:
            raise RunError(
                f"{group} could not be counted on a worker ({_line(error)}); the worker's log says more."
            ) from None
        if [k for k, _ in results] != list(group.shards):
            self._waiting.append(group)
            return []
        return results

    def _gone(self) -> RunError:
        """Return the error of a scheduler that does not answer any more."""
        return RunError(
            f"the scheduler at {self._address} has gone away; start it and its workers again, and give the same "
            "command again."
        )

    def _split(self, group: _Group) -> None:
        """Have shards counted again that were too much for a worker, in smaller tasks."""
        if len(group.shards) == 1 and group.n_lost + 1 >= MOST_LOSSES:
            raise RunError(
                f"{group} of {self._n_shards} was lost with its worker again and again; give workers more memory, "
                "or cut the census into more shards (",
                Named("n_shards", "--shards"),
                ").",
            )
        half = -(-len(group.shards) // 2)
        parts = [part for part in (group.shards[:half], group.shards[half:]) if part]
        self._waiting.extendleft(_Group(part, group.n_lost + 1) for part in reversed(parts))


def _task() -> Callable[[bytes, list[int], str], list[tuple[int, Packed]]]:
    """Return what a worker is told to do.

    A nested function travels as code and the question as bytes, so that a worker without mesaprior can read the task
    and say what it lacks; otherwise Dask would wait for it for ever. The scheduler needs no mesaprior either.
    """

    def count(question: bytes, shards: list[int], wanted_version: str) -> list[tuple[int, Packed]]:
        from mesaprior.hypotheses.cluster import count_shards

        return count_shards(question, shards, wanted_version)

    return count


def _line(error: BaseException) -> str:
    """Return what an error says, in a line without an end."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200].rstrip(".: ")


def groups(wanted: Sequence[int], size: int) -> list[list[int]]:
    """Cut ascending numbers into groups of at most `size` that follow each other, as equal as can be."""
    runs: list[list[int]] = []
    for k in wanted:
        if runs and runs[-1][-1] == k - 1:
            runs[-1].append(k)
        else:
            runs.append([k])
    cut: list[list[int]] = []
    for run in runs:
        n = -(-len(run) // size)
        cut += [run[len(run) * i // n : len(run) * (i + 1) // n] for i in range(n)]
    return cut


# There: what a worker does


_one_at_a_time = threading.Lock()
"""A task uses all threads of its worker, and memory is for one."""


class _GivenUpError(Exception):
    """Nobody wants the result of this task any more."""


def count_shards(question: bytes, shards: list[int], wanted_version: str) -> list[tuple[int, Packed]]:
    """Count some shards, as a task of a worker; nothing is returned where the task was cancelled.

    Parameters
    ----------
    question : bytes
        Pickle of the space, the log and the number of shards in all.
    shards : list of int
    wanted_version : str
        What `version` must return.

    Raises
    ------
    RunError
        If this worker has another version of mesaprior than the one who asks, or a shard cannot be counted.
    """
    from distributed import get_worker

    worker: Any = get_worker()
    key = worker.get_current_task()
    # Workers that came late were not there to be asked.
    _check_version(worker.address, version(), wanted_version)
    space, log, n_shards = pickle.loads(question)

    def go_on(_: int) -> None:
        # Threads cannot be stopped from outside, so a task looks up whether it is still wanted.
        task = worker.state.tasks.get(key)
        if task is None or task.state == "cancelled":
            raise _GivenUpError

    with _one_at_a_time:
        try:
            go_on(0)
            counted = space.shards(
                log,
                shards,
                n_shards,
                workers=worker.state.nthreads,
                max_bytes=_bytes_for_counting(worker.memory_manager.memory_limit),
                report=go_on,
            )
            return [(k, packed(shard)) for k, shard in counted]
        except _GivenUpError:
            return []


def _bytes_for_counting(memory_limit: int | None) -> int:
    """Return the memory that counting may take: half of the worker's, since its results are kept there too."""
    free = available_memory() * 3 // 4
    return min(free, memory_limit // 2) if memory_limit else free


# On the way


def packed(shard: Any) -> Packed:
    """Return a shard as few bytes: its integers are small and alike, and compress to about a seventh."""
    import pyarrow as pa

    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(shard, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    return head, [(view.nbytes, pa.compress(view, codec="zstd", asbytes=True)) for view in views]


def unpacked(packed_shard: Packed) -> Any:
    """Return the shard that was packed."""
    import pyarrow as pa

    head, arrays = packed_shard
    buffers = [pa.decompress(data, decompressed_size=n, codec="zstd") if n else bytearray() for n, data in arrays]
    return pickle.loads(head, buffers=buffers)
