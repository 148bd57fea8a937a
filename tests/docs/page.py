"""A page of the documentation: its blocks of code, and a reader who types what they show.

A block of data whose first line is ``# NAME`` is a file that the reader saves. A comment in the line above a block says
what is special about it: ``<!-- not run: REASON -->`` or ``<!-- slow -->``.
"""

from __future__ import annotations

import io
import re
import shlex
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from mesaprior.cli import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md") if not {"generated", "claims"} & set(path.parts)
)

FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]*) -->\n)?```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", flags=re.MULTILINE | re.DOTALL
)
SAVED = re.compile(r"# (\S+\.(?:toml|csv))\n")
"""The first line of a block that is a file."""
TYPED = {"sh", "bash", "console", "python"}
"""Kinds of blocks that a reader types."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, its text, and the comment above it."""

    kind: str
    text: str
    mark: str

    @property
    def is_run(self) -> bool:
        """Whether a reader types or saves it."""
        return (self.kind in TYPED and not self.mark.startswith("not run: ")) or bool(SAVED.match(self.text))

    @property
    def is_slow(self) -> bool:
        """Whether it takes long."""
        return self.mark == "slow"


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [Block(found["kind"], found["text"], found["mark"] or "") for found in FENCE.finditer(text)]


class Reader:
    """Types what a page shows, in the current folder, and remembers the names of its Python."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}

    def follow(self, block: Block) -> str:
        """Type or save a block; return a session as it should be shown, and any other block as it is."""
        if saved := SAVED.match(block.text):
            Path(saved[1]).write_text(block.text, encoding="utf-8")
            return block.text
        if block.kind == "python":
            with redirect_stdout(io.StringIO()):
                exec(compile(block.text, "page", "exec"), self.names)
            return block.text
        if block.kind == "console":
            return "".join(f"$ {line}\n{type_line(line)}" for line in lines_of(session(block.text)))
        for line in lines_of(block.text):
            type_line(line)
        return block.text


def session(text: str) -> str:
    """Return what is typed in a session."""
    return "\n".join(line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ "))


def lines_of(text: str) -> list[str]:
    """Return the command lines of a block, without comments."""
    return [line.partition("  #")[0].strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


def type_line(line: str) -> str:
    """Run ``mesaprior ...``, with ``> FILE``, ``| head -N`` or ``| tail -N``, and return what the terminal shows."""
    line, _, piped = line.partition(" | ")
    line, _, file = line.partition(" > ")
    name, *arguments = shlex.split(line)
    assert name == "mesaprior", line
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, (line, result.output, result.exception)
    assert result.output, line
    if file:
        Path(file).write_text(result.stdout, encoding="utf-8")
        return result.stderr
    shown = result.output.splitlines()
    if piped:
        end, n_lines = piped.split(" -")
        part = {"head": slice(int(n_lines)), "tail": slice(-int(n_lines), None)}[end]
        shown = result.stderr.splitlines() + result.stdout.splitlines()[part]
    # Tables are padded with blanks that pages do without.
    return "".join(f"{line.rstrip()}\n" for line in shown)
