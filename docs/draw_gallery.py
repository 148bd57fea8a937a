"""Draw the figures of the gallery again: run the commands of `gallery.md` and keep what they draw in `gallery`."""

import os
import re
import shlex
from pathlib import Path

from mesaprior.cli import main

DOCS = Path(__file__).parent


def commands(page: str) -> list[list[str]]:
    """Return the arguments of every command of a page, with its figure in `gallery`."""
    found = [shlex.split(line)[1:] for line in re.findall(r"^mesaprior .*$", page, flags=re.MULTILINE)]
    return [[*arguments[:-1], str(DOCS / "gallery" / arguments[-1])] for arguments in found]


if __name__ == "__main__":
    (DOCS / "gallery").mkdir(exist_ok=True)
    os.chdir(DOCS.parent / "examples" / "corridor")
    for arguments in commands((DOCS / "gallery.md").read_text(encoding="utf-8")):
        main(arguments, standalone_mode=False)
        # The page shows the picture alone.
        Path(arguments[-1]).with_suffix(".csv").unlink(missing_ok=True)
