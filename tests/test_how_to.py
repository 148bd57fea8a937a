"""The commands of the how-to pages, run as they stand, and what the pages say of them."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from mesaprior.cli import main
from tests.test_examples import EXAMPLES

PAGES = sorted((Path(__file__).parents[1] / "docs" / "how-to").glob("*.md"))


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def output(line: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, shlex.split(line)[1:])
    assert result.exit_code == code, (line, result.stderr)
    return result.stdout


@pytest.mark.parametrize("line", [line for page in PAGES for line in commands(page)])
def test_every_command_runs(line: str, monkeypatch):
    monkeypatch.chdir(EXAMPLES / "corridor")
    assert line.startswith("mesaprior ")
    assert output(line)


def test_what_the_page_on_priors_says(monkeypatch):
    monkeypatch.chdir(EXAMPLES / "corridor")
    formula = "2**-length / (1 + log2(time))"
    checked = output(f"mesaprior prior check '{formula}' --format csv").splitlines()
    assert [row.split(",")[0] for row in checked if ",false," in row] == ["unit of time"]
    output("mesaprior prior check '2**-length / log2(time)' --format csv", code=1)
    compare = "mesaprior prior compare corridor.csv --language corridor.toml --max-bits 28"
    shown = output(f"{compare} --priors 'simplicity,levin,{formula}'")
    assert re.findall(r"│ +(-[0-9.]+) bits", shown) == ["-3.18", "-5.50", "-4.69"]
    assert re.findall(r"│ +([0-9]+\.[0-9]) │ 2 ", shown) == ["23.9", "2.8", "4.6"]
    assert "0.067" in shown
    refused = CliRunner().invoke(main, ["infer", "corridor.csv", "--prior", "2**-lenght / (1 + log2(time))"])
    assert refused.exit_code == 2
    assert "did you mean length" in refused.stderr
