"""One process at a time counts into a folder."""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mesaprior.errors import RunError

CLAIM = ".claim"
"""The file that is locked. It holds nothing and nobody reads it, since a locked file cannot be read on every system."""

PAUSE = 0.02
"""Seconds between two tries to get a turn."""


class Claim:
    """A claim on what is being counted into a folder, held until it is released or the process ends, however it ends.

    Parameters
    ----------
    folder : Path
        It must exist.
    name : Path
        What to call the folder in messages.
    file : str
        The file in the folder that is locked.

    Raises
    ------
    RunError
        If another process holds it.
    OSError
        If the folder cannot be written.
    """

    def __init__(self, folder: Path, name: Path, file: str = CLAIM):
        path = folder.resolve() / file
        # What failed in this process may still be held by its traceback, and must not keep the next try out.
        if (ours := _OURS.get(path)) is not None:
            ours.release()
        while (handle := _locked(path)) is not None:
            if _is_at(handle, path):
                # A run that fails need not know of the claim: it ends with the object.
                self.release: Callable[[], Any] = weakref.finalize(self, _let_go, handle, path)
                _OURS[path] = self
                return
            # Whoever had it removed the file before it could be locked here.
            os.close(handle)
        raise RunError(f"{name}: another process is working on this census; wait for it or choose another folder.")


_OURS: weakref.WeakValueDictionary[Path, Claim] = weakref.WeakValueDictionary()
"""The claims of this process, by the file."""


_TURNS = threading.Lock()
"""Threads of this process take turns, too."""


@contextmanager
def turn(folder: Path) -> Generator[None]:
    """Look at a folder, and say what becomes of it, while no other process does so; whoever comes second waits.

    What is in the folder cannot change between the look and the claim on it. The claim is what is held for long.

    Parameters
    ----------
    folder : Path
        It need not exist; what is locked meanwhile is a file beside it.
    """
    place, file = folder.resolve().parent, f".{folder.name}.turn"
    with _TURNS:
        claim: Claim | None = None
        while claim is None:
            try:
                claim = Claim(place, folder, file)
            except RunError:
                time.sleep(PAUSE)
            except OSError:
                # Where no file can be made beside the folder, nothing can take its place either.
                break
        try:
            yield
        finally:
            if claim is not None:
                claim.release()


def is_claimed(folder: Path) -> bool:
    """Tell whether another process counts into a folder just now."""
    path = folder.resolve() / CLAIM
    if path.exists() and path not in _OURS:
        try:
            Claim(folder, folder).release()
        except RunError:
            return True
        except OSError:
            return False
    return False


def _locked(path: Path) -> int | None:
    """Return a handle of the file that holds a lock on it, or None where another process does."""
    # Only who counts needs it, and it takes a while to import.
    from filelock import lock_descriptor

    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        is_held = lock_descriptor(handle, blocking=False)
    except OSError:
        # Some network file systems have no locks; there the census is counted without.
        return handle
    if is_held:
        return handle
    os.close(handle)
    return None


def _is_at(handle: int, path: Path) -> bool:
    """Tell whether an open file is the one that has this name."""
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False


def _let_go(handle: int, path: Path) -> None:
    """Remove the file and give up the lock on it."""
    _OURS.pop(path, None)
    try:
        if sys.platform != "win32" and _is_at(handle, path):
            # Before others can lock it: they see that it is gone, and make another.
            path.unlink()
    except OSError:
        # It serves the next one as well.
        pass
    finally:
        os.close(handle)
    if sys.platform == "win32":
        # There no file goes that is open, be it here or where the next one has it.
        with suppress(OSError):
            path.unlink()
