"""One process at a time counts into a folder."""

from __future__ import annotations

import errno
import os
import weakref
from pathlib import Path

from mesaprior.errors import RunError

try:
    import fcntl
except ImportError:
    # Windows has other locks. Without one, two runs in one folder do each other's work, and the files stay whole.
    fcntl = None


class Claim:
    """A claim on an unfinished census, held until it is released or the process ends, however it ends.

    Parameters
    ----------
    path : Path
        A file of the census; it must exist.
    folder : Path
        What to call the census in messages.

    Raises
    ------
    RunError
        If another process holds it.
    """

    def __init__(self, path: Path, folder: Path):
        self._handle = os.open(path, os.O_RDWR)
        self._folder = folder
        # A run that fails need not know of the claim: it ends with the object.
        self.release = weakref.finalize(self, os.close, self._handle)
        self.hold()

    def hold(self) -> None:
        """Claim the census, or claim it again: a process that reads the file gives the claim up when it closes it.

        Raises
        ------
        RunError
            If another process holds it.
        """
        if fcntl is None:
            return
        try:
            fcntl.lockf(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                self.release()
                raise RunError(
                    f"{self._folder}: another process is working on this census; wait for it or choose another folder."
                ) from None
            # Some network file systems have no locks; there the census is counted without.


def is_claimed(path: Path) -> bool:
    """Tell whether another process works on the census that a file belongs to."""
    try:
        Claim(path, path.parent).release()
    except RunError:
        return True
    except OSError:
        return False
    return False
