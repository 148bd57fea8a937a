"""The page on the architecture names files that are there, and every folder of a room."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")


def test_files_that_are_named_are_there():
    named = re.findall(r"`((?:priors|hypotheses|inference|cli)/[a-z_/]+\.py)`", PAGE)
    assert len(named) >= 20
    assert [path for path in named if not (ROOT / "mesaprior" / path).is_file()] == []


def test_the_picture_has_what_the_rooms_hold():
    for room in ("hypotheses", "inference"):
        folders = [path.name for path in (ROOT / "mesaprior" / room).iterdir() if (path / "__init__.py").is_file()]
        assert [name for name in folders if name not in PAGE] == []
