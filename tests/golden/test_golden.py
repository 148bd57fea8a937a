"""What every command prints on small inputs, byte for byte: nobody's script breaks without it being seen here.

After a change that is meant, `GOLDEN=write` writes the files anew; the difference in `expected/` is then what is read
and committed. With `GOLDEN=bytes` the last digits count, too, as they do on one machine. `PATIENCE=0` has kernels do
all work, and `PATIENCE=inf` none where there is another way.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from mesaprior import compiling
from mesaprior.cli import report as printing
from mesaprior.cli.main import main
from mesaprior.hypotheses.tables import Table
from mesaprior.inference.glossary import term_of

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent / "examples"
FILES = (
    EXAMPLES / "corridor" / "corridor.csv",
    EXAMPLES / "corridor" / "corridor.toml",
    EXAMPLES / "corridor" / "corridor-learning.toml",
    EXAMPLES / "generators" / "parity.csv",
    *sorted((HERE / "inputs").iterdir()),
)
MADE = (
    "prepare raw.csv --by id --order round --action 'my choice' --lag 'my choice,their choice' --out choices.csv",
    "census corridor.csv --language corridor.toml --max-bits 14 --out census",
)
"""What is run first, so that there is a prepared log and a census to ask."""

COMMANDS = [
    tuple(part.strip() for part in line.split("|", 2))
    for line in (HERE / "commands.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
VERSION = re.compile(r'("(?:python|mesaprior|numpy|numba|scipy|pyarrow)": ?)"\d[^"]*"')
"""Whose versions a result tells; they may change under the same code."""

MACHINE = re.compile(r'("(?:seconds|answer_seconds|available_bytes|workers)": ?)[\d.e+-]+')
"""What depends on the machine and its load."""

FRACTION = re.compile(r"(-?\d+\.\d{9,}(?:e[+-]?\d+)?)")
"""A number with many digits: logarithms differ in the last one from processor to processor."""

HASH_OF_NUMBERS = re.compile(r'"(?:table_)?hash": "[0-9a-f]{64}"')
"""A digest of such numbers."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with all inputs, where the commands run."""
    folder = tmp_path_factory.mktemp("golden")
    for file in FILES:
        shutil.copy(file, folder)
    patch = pytest.MonkeyPatch()
    # As on a newcomer's machine: little work is done without kernels.
    patch.setattr(compiling, "PATIENCE", float(os.environ.get("PATIENCE", "1")))
    patch.chdir(folder)
    patch.setenv("MESAPRIOR_STORE", str(folder / "store"))
    patch.setenv("COLUMNS", "100")
    for line in MADE:
        run = CliRunner().invoke(main, shlex.split(line))
        assert run.exit_code == 0, run.output
    yield folder
    patch.undo()


def told(name: str, arguments: str) -> tuple[int, str]:
    """Return the exit code of a command and what it told: standard output, or what it said of a failure."""
    run = CliRunner().invoke(main, shlex.split(arguments), prog_name="mesaprior")
    assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
    text = run.stdout if run.exit_code == 0 else run.stderr
    return run.exit_code, MACHINE.sub(r"\g<1>0", VERSION.sub(r'\1"x"', text))


@pytest.fixture
def shown(monkeypatch):
    """The reports that are printed, in whatever format."""
    reports = []

    def noting(form, show):
        return lambda report: (reports.append(report), show(report))

    for form, show in printing._PRINTERS.items():
        monkeypatch.setitem(printing._PRINTERS, form, noting(form, show))
    return reports


@pytest.mark.parametrize(("name", "code", "arguments"), COMMANDS, ids=[name for name, _, _ in COMMANDS])
def test_golden(name, code, arguments, folder, shown):
    found_code, found = told(name, arguments)
    assert found_code == int(code), found
    undefined = {column.heading for column in columns_of(shown) if term_of(column.heading) is None}
    assert not undefined, "columns that the glossary does not define"
    assert str(folder) not in found
    file = HERE / "expected" / name
    if os.environ.get("GOLDEN") == "write":
        file.write_text(found, "utf-8")
    expected = file.read_text("utf-8")
    if os.environ.get("GOLDEN") == "bytes":
        assert found == expected
    texts = [FRACTION.sub("#", HASH_OF_NUMBERS.sub("#", text)) for text in (found, expected)]
    assert texts[0] == texts[1]
    numbers = [[float(number) for number in FRACTION.findall(text)] for text in (found, expected)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-11, abs=1e-11)


def columns_of(reports):
    """Yield the columns of all tables that a person would be shown, but for those of findings, which are told once."""
    for report in reports:
        for block in report.blocks():
            if isinstance(block, Table):
                yield from block.columns


def test_every_file_belongs_to_a_command():
    assert sorted(path.name for path in (HERE / "expected").iterdir()) == sorted(name for name, _, _ in COMMANDS)


def test_every_command_is_asked():
    """Nothing that the command line offers is left out."""
    asked = {shlex.split(arguments)[0] for _, _, arguments in COMMANDS} | {shlex.split(line)[0] for line in MADE}
    # A page holds the program that draws its charts, which changes with its library; tests of the page open it.
    assert asked == set(main.list_commands(None)) - {"report", "explore"}
