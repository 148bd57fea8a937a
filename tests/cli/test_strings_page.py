"""The pages on machines, followed as they stand: commands, pandas and SQL are run, and numbers are looked up."""

import json
import re
import shlex
from itertools import pairwise
from math import log2

import duckdb
import pytest

from mesaprior.hypotheses.turing.machine import n_machines
from mesaprior.hypotheses.turing.runs.run import run_machine
from mesaprior.hypotheses.turing.strings.counting import count_strings
from mesaprior.hypotheses.turing.strings.keeping import KEPT_FROM, StringKeeper
from mesaprior.hypotheses.turing.strings.size import DEFAULT_MAX_STEPS, Size
from mesaprior.hypotheses.turing.strings.stored import strings_folder
from mesaprior.hypotheses.turing.text import parse_machine
from mesaprior.inference.strings.complexity import string_prior
from tests.cli.test_store_page import DOCS, blocks

PAGE = DOCS / "explanation" / "turing.md"
REFERENCE = DOCS / "reference" / "strings.md"


@pytest.mark.parametrize("line", "".join(blocks(PAGE, "sh")).splitlines())
def test_every_command_runs(line, run):
    command, *arguments = shlex.split(line)
    assert command == "mesaprior"
    assert run(*arguments).stdout


def test_pandas_makes_complexities_of_the_table(run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "D4.csv").write_text(run("strings", "--states", 4, "--format", "csv").stdout)
    (block,) = blocks(PAGE, "python")
    found = {}
    exec(compile(block, PAGE.name, "exec"), found)
    assert capsys.readouterr().out
    counts = count_strings(4).output_counts()
    assert found["table"]["count"].to_dict() == counts
    assert len(counts) == 1832
    assert sum(len(string) <= 8 for string in counts) == 2**9 - 2
    # What is said of depth: the same bits, and other steps.
    weighed = string_prior(count_strings(4))
    pairs = zip(pairwise(weighed.bits.tolist()), pairwise(weighed.depth.tolist()), strict=True)
    assert any(later == one and depths[0] != depths[1] for (one, later), depths in pairs)
    bits = {string: log2(sum(counts.values()) / count) for string, count in counts.items()}
    assert found["bits"].to_dict() == pytest.approx(bits)
    assert found["complexity"] == pytest.approx(bits["0101"] + 1 + bits["0110"])


@pytest.mark.parametrize("page", ["turing.md", "strings.md"])
def test_python_of_the_references(page, capsys):
    *_, block = [block for block in blocks(DOCS / "reference" / page, "python") if "as mp" in block]
    found = {}
    exec(compile(block, page, "exec"), found)
    printed = capsys.readouterr().out.strip()
    if page == "turing.md":
        assert block.strip().endswith(f"# {printed}")
        return
    assert (found["one"].method, found["one"].blocks[0][:2]) == ("blocks", ("01010101", 3))
    assert str(found["one"].bits) in printed


def test_keys_of_the_reference(run):
    text = (DOCS / "reference" / "turing.md").read_text(encoding="utf-8")
    blank = text[text.index("## On a blank tape") : text.index("## The folder")]
    *_, line = "".join(blocks(DOCS / "reference" / "turing.md", "sh")).splitlines()
    facts = json.loads(run(*shlex.split(line)[1:], "--format", "json").stdout)
    listed = [
        name for row in re.findall(r"^\| (`.*?`) \|", blank, flags=re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    ]
    assert listed == list(facts)
    assert f"`{run(*shlex.split(line)[1:], '--format', 'csv').stdout.splitlines()[0]}`" in blank
    text = REFERENCE.read_text(encoding="utf-8")
    section = text[text.index("## JSON of `complexity`") : text.index("## Long strings")]
    answer = json.loads(run("complexity", "01", "--states", 2, "--format", "json").stdout)
    for name in (*answer, *answer["strings"][0]):
        assert f"`{name}`" in section, name


def test_numbers_of_the_page():
    text = PAGE.read_text(encoding="utf-8")
    for n in range(1, 6):
        assert f"{n_machines(n):,}" in text
    table = count_strings(3)
    rows = dict(re.findall(r"\| `(\w+)` \|.*\| ([0-9,]+) \|", text))
    assert {name: int(count.replace(",", "")) for name, count in rows.items()} == table.verdicts
    two = count_strings(2).output_counts()
    assert (sum(two.values()), two["0"], two["01"], two["0110"]) == (6088, 2000, 508, 2)
    run = run_machine(parse_machine("1RB1LC_1LA1RB_1LB1-H"), 100)
    assert (run.halted, run.output.count("1")) == (True, 6)
    assert [DEFAULT_MAX_STEPS[n] for n in range(1, 7)] == [1, 6, 21, 107, 500, 200]
    assert KEPT_FROM == {4: 20_001, 5: 1, 6: 1}


def test_sql_of_the_reference(tmp_path, monkeypatch):
    size = Size.of(3)
    StringKeeper(size, root=tmp_path).count()
    monkeypatch.chdir(strings_folder(size, tmp_path))
    (query,) = blocks(REFERENCE, "sql")
    counts = {string: int(count) for string, count in duckdb.sql(query).fetchall()}
    assert list(counts.items()) == list(count_strings(3).output_counts().items())


def test_keys_and_columns_of_the_reference(run):
    text = REFERENCE.read_text(encoding="utf-8")
    for arguments in ((), ("--prior", "levin"), ("--joint",), ("--report", "halting")):
        header = run("strings", "--states", 2, *arguments, "--format", "csv").stdout.splitlines()[0]
        assert f"| `{header}` |" in text
    assert "| `string,count,bits,depth,method,blocks` |" in text
    (shown,) = blocks(REFERENCE, "csv")
    assert run("strings", "--states", 2, "--format", "csv").stdout.startswith(shown)
