"""A census on real workers of a real scheduler, all of them processes of this machine."""

import contextlib
import os
import pickle
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from distributed import Client, KilledWorker

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses import cluster
from mesaprior.hypotheses.cluster import groups, packed, shards_on_cluster, unpacked
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.store import CensusWriter, save_census
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.hypotheses.turing.strings.counting import StringEnumeration, count_strings
from mesaprior.hypotheses.turing.strings.keeping import StringKeeper
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.stored import strings_folder
from tests.hypotheses.small_census import content, counted
from tests.hypotheses.turing.test_strings import same

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")

ROOT = Path(__file__).parents[2]
CORRIDOR = ROOT / "examples" / "corridor"
N_SHARDS = 8
SECONDS = 60
"""Longest wait for something that must happen; only a failing test waits so long."""


class Process:
    """A command that says on its standard error how far it is."""

    def __init__(self, *command):
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "dask", *command], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        self._lines = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.popen.stderr:
            self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, pattern):
        """Return the match of a pattern in a line to come."""
        lines = []
        while (line := self._lines.get(timeout=SECONDS)) is not None:
            lines.append(line)
            if match := re.search(pattern, line):
                return match
        raise AssertionError("".join(lines))

    def kill(self):
        self.popen.kill()
        self.popen.wait()
        self._reader.join()
        self.popen.stderr.close()


class Cluster:
    """A scheduler, and workers that are gone when they are killed; they end by themselves if the tests are killed."""

    def __init__(self, folder, protocol="tcp"):
        self._folder = folder
        self._processes = contextlib.ExitStack()
        self.scheduler = self._start(
            "scheduler",
            "--idle-timeout",
            "300",
            "--protocol",
            protocol,
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--dashboard-address",
            "127.0.0.1:0",
        )
        self.address = self.scheduler.wait_for(rf"Scheduler at: +({protocol}://\S+)")[1]

    def _start(self, *command):
        process = Process(*command)
        self._processes.callback(process.kill)
        return process

    def add_worker(self, *options):
        return self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--dashboard-address", "127.0.0.1:0", "--death-timeout", "60", "--memory-limit", "2GiB",
            "--local-directory", str(self._folder),
            *options,
        )  # fmt: skip

    def client(self):
        return Client(self.address, set_as_default=False, timeout=SECONDS)

    def wait_for_workers(self, n):
        with self.client() as client:
            client.wait_for_workers(n, timeout=SECONDS)

    def close(self):
        self._processes.close()


@pytest.fixture(autouse=True)
def no_test_waits_for_ever():
    def too_long(_signal, _frame):
        raise TimeoutError(f"nothing came for {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, too_long)
    # A shell may have told those it starts in the background to pass over Ctrl-C.
    interrupted = signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    signal.signal(signal.SIGINT, interrupted)


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory):
    """A cluster of two workers that no test may harm."""
    with contextlib.closing(Cluster(tmp_path_factory.mktemp("dask"))) as running:
        running.add_worker()
        running.add_worker()
        running.wait_for_workers(2)
        yield running


@pytest.fixture
def empty_cluster(tmp_path):
    with contextlib.closing(Cluster(tmp_path)) as running:
        yield running


@pytest.fixture(scope="module")
def corridor():
    space = TermSpace(read_language(CORRIDOR / "corridor.toml"), 26)
    return space, read_log(CORRIDOR / "corridor.csv")


def write(folder, space, log, counted_shards):
    """Write shards as they come, and return their numbers in this order."""
    writer = CensusWriter(
        folder, log, space.language, bounds=space.bounds, engine="merged", n_shards=N_SHARDS, space=space.name
    )
    order = []
    for k, shard in counted_shards(writer.missing):
        writer.write(k, shard)
        order.append(k)
    writer.finish()
    return order


@pytest.fixture(scope="module")
def whole(corridor, tmp_path_factory):
    """The bytes of the census as this process counts it."""
    space, log = corridor
    folder = tmp_path_factory.mktemp("local") / "census"
    write(folder, space, log, lambda missing: space.shards(log, missing, N_SHARDS))
    return content(folder)


def test_the_same_bytes(two_workers, corridor, whole, tmp_path):
    space, log = corridor
    told = []
    order = write(
        tmp_path / "census",
        space,
        log,
        lambda missing: shards_on_cluster(two_workers.address, space, log, missing, N_SHARDS, report=told.append),
    )
    assert sorted(order) == list(range(N_SHARDS))
    assert content(tmp_path / "census") == whole
    assert sum(told) == space.n_reports(log)
    assert len(told) == N_SHARDS


@pytest.mark.slow
def test_certificates_are_asked_for(corridor, whole, tmp_path, monkeypatch):
    files = {name: str(tmp_path / f"{name}.pem") for name in ("cert", "key")}
    subprocess.run(
        [*("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
         *("-keyout", files["key"], "-out", files["cert"])],
        check=True, capture_output=True,
    )  # fmt: skip
    plain = dict(os.environ)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__CA_FILE", files["cert"])
    for who in ("SCHEDULER", "WORKER", "CLIENT"):
        for name, file in files.items():
            monkeypatch.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{who}__{name.upper()}", file)
    with contextlib.closing(Cluster(tmp_path / "dask", "tls")) as running:
        running.add_worker()
        command = [
            *(sys.executable, "-m", "mesaprior", "census", str(CORRIDOR / "corridor.csv")),
            *("--language", str(CORRIDOR / "corridor.toml"), "--max-bits", "26", "--shards", str(N_SHARDS)),
            *("--cluster", running.address, "--out", str(tmp_path / "census")),
        ]
        refused = subprocess.run(command, env=plain, capture_output=True, text=True)
        assert refused.returncode == 2
        assert f"--cluster {running.address}: TLS needs certificates" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
        assert not (tmp_path / "census").exists()
        counted = subprocess.run(command, capture_output=True, text=True)
    assert counted.returncode == 0, counted.stderr
    found = content(tmp_path / "census")
    # The manifest names the command's own files.
    files_of = [{name: data for name, data in one.items() if name != "manifest.json"} for one in (found, whole)]
    assert files_of[0] == files_of[1]
    assert found.keys() == whole.keys()


@pytest.fixture(scope="module")
def mortal(tmp_path_factory):
    """A cluster whose workers may be killed; see `killing`."""
    with contextlib.closing(Cluster(tmp_path_factory.mktemp("mortal"))) as running:
        yield running


def killing(running, *asked):
    """Count shards on two workers, yield them, and kill a worker after the first one; the other does the rest."""
    with running.client() as client:
        n_workers = len(client.nthreads())
    for _ in range(n_workers, 2):
        running.add_worker()
    running.wait_for_workers(2)
    results = shards_on_cluster(running.address, *asked)
    yield next(results)
    with running.client() as client:
        # One that has a task or a result that was not fetched, so that something has to be done again.
        having = client.processing(), client.has_what()
        victim = next(worker for worker in having[0] if having[0][worker] or having[1][worker])
        os.kill(client.run(os.getpid)[victim], signal.SIGKILL)
    yield from results
    with running.client() as client:
        assert list(client.nthreads()) == [worker for worker in having[0] if worker != victim]


def test_a_worker_is_killed(mortal, corridor, whole, tmp_path):
    order = write(tmp_path / "census", *corridor, lambda missing: killing(mortal, *corridor, missing, N_SHARDS))
    assert sorted(order) == list(range(N_SHARDS))
    assert content(tmp_path / "census") == whole


def test_a_worker_is_killed_that_runs_machines(mortal, tmp_path):
    size = Size.of(4, 3000)
    done = []
    table = StringKeeper(size, root=tmp_path / "there").count(
        remote=lambda *asked: killing(mortal, *asked), report=done.append
    )
    assert same(table, count_strings(4, 3000, workers=2))
    assert sum(done) == len(StringEnumeration(4).prefixes)
    StringKeeper(size, root=tmp_path / "here").count(workers=2)
    assert content(strings_folder(size, tmp_path / "there")) == content(strings_folder(size, tmp_path / "here"))


def test_machines_as_policies(two_workers, tmp_path):
    log = read_log(CORRIDOR / "corridor.csv")
    space = TuringSpace(2, 3, 60)
    save_census(tmp_path / "here", space.census(log, workers=2), log, None, engine=space.engines[0])
    writer = CensusWriter(
        tmp_path / "there",
        log,
        None,
        bounds=space.bounds,
        engine=space.engines[0],
        n_shards=9,
        space="turing",
        adds_up=True,
    )
    for k, shard in shards_on_cluster(two_workers.address, space, log, writer.missing, 9):
        writer.write(k, shard)
    writer.finish()
    assert content(tmp_path / "there") == content(tmp_path / "here")


def test_interventions_are_counted_on_a_cluster(two_workers, tmp_path):
    folder = CORRIDOR.parent / "prices"
    space, log = TermSpace(read_language(folder / "prices.toml"), 22), read_log(folder / "prices.csv")
    write(tmp_path / "here", space, log, lambda missing: space.shards(log, missing, N_SHARDS))
    write(
        tmp_path / "there", space, log,
        lambda missing: shards_on_cluster(two_workers.address, space, log, missing, N_SHARDS),
    )  # fmt: skip
    assert content(tmp_path / "there") == content(tmp_path / "here")


def test_closing_gives_up_what_is_counted(two_workers, corridor):
    space, log = corridor
    # Bits for hours, so that a task that is over was given up.
    long = TermSpace(space.language, 56)
    results = shards_on_cluster(two_workers.address, long, log, [3, 70], 100)
    with two_workers.client() as client:
        waiting = threading.Thread(target=_wait_for_a_task, args=[client])
        waiting.start()
        # Nobody takes a result before the iterator is closed by the interruption.
        interrupted = _interrupt_after(waiting)
        with pytest.raises(KeyboardInterrupt):
            next(results)
        interrupted.join()
        client.run(_wait_for_no_task)


def _interrupt_after(thread):
    def interrupt():
        thread.join()
        signal.raise_signal(signal.SIGINT)

    interrupting = threading.Thread(target=interrupt)
    interrupting.start()
    return interrupting


def _wait_for_a_task(client):
    # One of the workers is enough: the scheduler may give both shards to the same.
    while not any(client.run(_is_at_work).values()):
        time.sleep(0.01)


async def _is_at_work(dask_worker):
    return bool(dask_worker.state.executing)


async def _wait_for_no_task(dask_worker):
    await _wait(lambda: not dask_worker.active_threads)


async def _wait(condition):
    import asyncio

    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def test_a_scheduler_without_workers_and_workers_that_do_not_fit(empty_cluster, corridor, monkeypatch, tmp_path):
    space, log = corridor
    monkeypatch.setattr(cluster, "WORKER_SECONDS", 0.1)
    with pytest.raises(RunError, match=f"has no workers after .* `dask worker {empty_cluster.address}`"):
        next(shards_on_cluster(empty_cluster.address, space, log, [0], N_SHARDS))
    without = tmp_path / "without.py"
    without.write_text("import sys\nsys.modules['mesaprior'] = None\n")
    worker = empty_cluster.add_worker("--preload", str(without))
    empty_cluster.wait_for_workers(1)
    with pytest.raises(RunError, match=r"^the worker at tcp://127\S+ has no mesaprior .* install the same version"):
        next(shards_on_cluster(empty_cluster.address, space, log, [0], N_SHARDS))
    # A worker that comes too late to be asked is found out by its first task.
    monkeypatch.setattr(cluster, "_check_workers", lambda client, address: None)
    with pytest.raises(RunError, match=r"cannot count shard 0, for it lacks something .*install mesaprior 0\."):
        next(shards_on_cluster(empty_cluster.address, space, log, [0], N_SHARDS))
    worker.kill()


def test_another_version_is_refused(two_workers, corridor, monkeypatch):
    space, log = corridor
    there = cluster.version()
    monkeypatch.setattr(cluster, "version", lambda: "9.9")
    with pytest.raises(RunError) as refused:
        next(shards_on_cluster(two_workers.address, space, log, [0], N_SHARDS))
    assert f"has mesaprior {there}, and here is mesaprior 9.9; install the same" in str(refused.value)
    monkeypatch.setattr(cluster, "_check_workers", lambda client, address: None)
    with pytest.raises(RunError, match=r"and here is mesaprior 9.9; install the same version"):
        next(shards_on_cluster(two_workers.address, space, log, [0], N_SHARDS))


def test_what_goes_wrong_on_a_worker_is_said_here(two_workers, corridor):
    space, log = corridor
    small = counted()
    with pytest.raises(RunError, match=r"shard 0 could not be counted on a worker \(\w+: .*log says more"):
        next(shards_on_cluster(two_workers.address, _Broken(space.language, 20), log, [0], N_SHARDS))
    with pytest.raises(RunError, match=r"^there are no programs today; come again"):
        next(shards_on_cluster(two_workers.address, _Refusing(small.language, 20), small.log, [0], N_SHARDS))


class _Broken(TermSpace):
    def shards(self, *_args, **_options):
        raise ZeroDivisionError("this is\na defect.")


class _Refusing(TermSpace):
    def shards(self, *_args, **_options):
        raise RunError("there are no programs today; come again.")


def test_the_scheduler_goes_away(empty_cluster, corridor):
    space, log = corridor
    empty_cluster.add_worker()
    results = shards_on_cluster(empty_cluster.address, space, log, range(N_SHARDS), N_SHARDS)
    next(results)
    empty_cluster.scheduler.kill()
    with pytest.raises(RunError, match="has gone away; start it and its workers again"):
        list(results)


@pytest.mark.parametrize("address", ["", "here", "tcp://127.0.0.1", "127.0.0.1:x", "phone://127.0.0.1:1"])
def test_what_is_no_address(address, corridor):
    with pytest.raises(UsageError, match=f"^cluster={address!r} is not the address of a Dask scheduler; give"):
        next(shards_on_cluster(address, *corridor, [0], N_SHARDS))


def test_nobody_answers(corridor, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    # A socket that listens and never says a word, and its address after it was closed.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"^cluster={address!r}: no Dask scheduler answers there within 0.2 sec"):
            next(shards_on_cluster(address, *corridor, [0], N_SHARDS))
    with pytest.raises(UsageError, match=f"^cluster={address!r}: no Dask scheduler answers there within 0.2 seconds"):
        next(shards_on_cluster(address, *corridor, [0], N_SHARDS))


def test_a_worker_is_no_scheduler(two_workers, corridor):
    with two_workers.client() as client:
        worker = next(iter(client.nthreads()))
    with pytest.raises(UsageError, match="is not the address of a Dask scheduler"):
        next(shards_on_cluster(worker, *corridor, [0], N_SHARDS))


def test_without_the_extra(corridor, monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'mesaprior\[cluster\]'") as refused:
        next(shards_on_cluster("tcp://127.0.0.1:1", *corridor, [0], N_SHARDS))
    assert refused.value.exit_code == 2


def test_nothing_wanted_asks_nobody(corridor):
    assert list(shards_on_cluster("nowhere", *corridor, [], N_SHARDS)) == []


class _Scheduled:
    """A client whose workers die of every task of more than `most` shards."""

    def __init__(self, most):
        self.most = most
        self.sizes = []

    def submit(self, function, question, shards, version, *, pure):
        self.sizes.append(len(shards))
        return _Done([(k, packed(counted().shards[0])) for k in shards] if len(shards) <= self.most else None)

    def nthreads(self):
        return {"a": 1}

    def scheduler_info(self, n_workers):
        return {"workers": {"a": {"memory_limit": 0}}}

    def cancel(self, futures):
        assert all(future.value is None for future in futures)


class _Done:
    status = "finished"

    def __init__(self, value):
        self.value = value

    def result(self):
        if self.value is None:
            raise KilledWorker("task", None, 3)
        return self.value

    def release(self):
        pass


def test_what_is_too_much_for_a_worker_is_halved(corridor, monkeypatch):
    monkeypatch.setattr("distributed.as_completed", lambda loop: _Completed())
    monkeypatch.setattr(_Scheduled, "loop", None, raising=False)
    client = _Scheduled(most=2)
    counting = cluster._Counting(client, "there", *corridor, 30)
    assert sorted(k for k, _ in counting.results(range(30))) == list(range(30))
    assert (client.sizes[0], min(client.sizes)) == (7, 1)
    with pytest.raises(RunError, match=r"^shard 0 of 30 was lost with its worker again and again; .* \(n_shards\)\.$"):
        list(cluster._Counting(_Scheduled(most=0), "there", *corridor, 30).results(range(30)))


class _Completed:
    """What is done, in order."""

    def __init__(self):
        self.futures = []

    def add(self, future):
        self.futures.append(future)

    def __next__(self):
        return self.futures.pop(0)


def test_groups_follow_each_other_and_are_alike():
    assert groups(range(8), 3) == [[0, 1], [2, 3, 4], [5, 6, 7]]
    assert groups([0, 1, 2, 5, 9, 10], 2) == [[0], [1, 2], [5], [9, 10]]
    assert groups([4], 100) == [[4]]
    assert groups([], 1) == []


@pytest.mark.parametrize("learning", [False, True])
def test_what_is_sent_is_small_and_the_same(learning):
    census = counted(learning=learning).census
    sent = pickle.loads(pickle.dumps(packed(census)))
    found = unpacked(sent)
    assert found.n_programs == census.n_programs
    for name in ("predictions", "flags", "behaviour_id", "count", "row_cell"):
        array, again = getattr(census, name), getattr(found, name)
        assert again.dtype == array.dtype
        assert again.flags.writeable
        assert np.array_equal(array, again)
    assert found.witness == census.witness
    assert (found.vectors is None) == learning
    assert len(pickle.dumps(packed(counted(max_bits=16).census))) < len(pickle.dumps(counted(max_bits=16).census)) / 2


def test_half_of_a_worker_is_for_counting():
    assert cluster._bytes_for_counting(1 << 20) == 1 << 19
    assert cluster._bytes_for_counting(None) > 0
