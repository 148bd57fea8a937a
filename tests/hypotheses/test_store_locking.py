"""Claims on a folder: one process at a time, whatever becomes of the others."""

import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import filelock
import pytest

from mesaprior.errors import RunError
from mesaprior.hypotheses.store.locking import CLAIM, Claim, is_claimed, turn

HOLDER = """
import sys
from pathlib import Path
from mesaprior.hypotheses.store.locking import Claim

claim = Claim(Path(sys.argv[1]), Path("kept"))
print("held", flush=True)
sys.stdin.read()
"""


IN_TURN = """
import sys
from pathlib import Path
from mesaprior.hypotheses.store.locking import turn

with turn(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another(folder, code=HOLDER):
    """Hold the claim, or the turn, in another process."""
    command = [sys.executable, "-c", code, str(folder)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        yield other
        other.stdin.close()


def test_another_process_holds_it_until_it_ends(tmp_path):
    with another(tmp_path):
        assert is_claimed(tmp_path)
        for _ in range(2):
            with pytest.raises(RunError, match="kept: another process is working on this census; wait for it"):
                Claim(tmp_path, Path("kept"))
    assert not is_claimed(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_is_killed_keeps_nobody_out(tmp_path):
    with another(tmp_path) as other:
        other.kill()
        other.wait()
        assert (tmp_path / CLAIM).exists()
    claim = Claim(tmp_path, tmp_path)
    claim.release()
    assert list(tmp_path.iterdir()) == []


def test_looking_for_a_claim_changes_nothing(tmp_path):
    assert not is_claimed(tmp_path)
    claim = Claim(tmp_path, tmp_path)
    # In this process it is no other one's.
    assert not is_claimed(tmp_path)
    code = (
        "from pathlib import Path\n"
        "from mesaprior.hypotheses.store.locking import is_claimed\n"
        f"print(is_claimed(Path({str(tmp_path)!r})))"
    )
    for held in (True, False):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True
        )
        assert done.stdout == f"{held}\n"
        claim.release()


def test_the_next_try_of_this_process_takes_it_over(tmp_path):
    first = Claim(tmp_path, tmp_path)
    second = Claim(tmp_path, tmp_path)
    # What is over takes nothing from the one that holds it now.
    first.release()
    del first
    assert (tmp_path / CLAIM).exists()
    second.release()
    assert list(tmp_path.iterdir()) == []


def test_a_claim_ends_with_its_object(tmp_path):
    claim = Claim(tmp_path, tmp_path)
    assert (tmp_path / CLAIM).exists()
    del claim
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_went_before_it_was_locked_is_made_again(tmp_path, monkeypatch):
    """As when the one who held it ends just between."""
    real, moments = filelock.lock_descriptor, []

    def late(handle, **options):
        if not moments:
            (tmp_path / CLAIM).unlink()
        moments.append(handle)
        return real(handle, **options)

    monkeypatch.setattr(filelock, "lock_descriptor", late)
    claim = Claim(tmp_path, tmp_path)
    assert len(moments) == 2
    assert (tmp_path / CLAIM).exists()
    claim.release()


def test_where_there_are_no_locks_it_is_counted_without(tmp_path, monkeypatch):
    def refuse(handle, **options):
        raise OSError("no locks here")

    monkeypatch.setattr(filelock, "lock_descriptor", refuse)
    with another(tmp_path):
        Claim(tmp_path, tmp_path).release()


def test_a_folder_with_nothing_but_what_was_left_of_a_claim_is_empty(tmp_path):
    from tests.hypotheses.small_census import counted

    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / CLAIM).touch()
    counted().write(tmp_path / "kept")
    assert not (tmp_path / "kept" / CLAIM).exists()


def test_who_comes_second_waits_for_its_turn(tmp_path):
    folder, order = tmp_path / "kept", []

    def look():
        with turn(folder):
            order.append("second")

    second = threading.Thread(target=look)
    with another(folder, IN_TURN) as other:
        second.start()
        second.join(0.3)
        assert second.is_alive()
        order.append("first")
        other.stdin.close()
        second.join(60)
    assert order == ["first", "second"]
    assert list(tmp_path.iterdir()) == []


def test_a_turn_ends_with_its_process_and_needs_no_folder_that_can_be_written(tmp_path):
    with another(tmp_path / "kept", IN_TURN) as other:
        other.kill()
        other.wait()
    with turn(tmp_path / "kept"):
        assert len(list(tmp_path.iterdir())) == 1
    with turn(tmp_path / "missing" / "kept"):
        pass
    assert list(tmp_path.iterdir()) == []
