"""The page on networks, followed as it stands: commands and Python are run, and numbers are looked up."""

import re
import shlex

import pytest

from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.networks.architecture import bits_of_hidden
from mesaprior.hypotheses.networks.functions import count_functions, positives_by_signs
from mesaprior.hypotheses.networks.network import parse_network
from tests.cli.test_store_page import DOCS, blocks

PAGE = DOCS / "reference" / "networks.md"
TEXT = PAGE.read_text(encoding="utf-8")
LOG = "a,b,action,split\n0,0,0,train\n0,1,1,train\n1,0,1,train\n1,1,0,deploy\n"


@pytest.mark.parametrize("line", "".join(blocks(PAGE, "sh")).splitlines())
def test_every_command_runs(line, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(LOG)
    command, *arguments = shlex.split(line.replace("LOG", "log.csv"))
    assert command == "mesaprior"
    result = run(*arguments)
    assert result.stdout or "counted" in result.stderr


def test_csv_of_the_page(run):
    (shown,) = blocks(PAGE, "csv")
    assert run("networks", "--inputs", 2, "--hidden", 1, "--format", "csv").stdout.startswith(shown)


def test_python_of_the_page(capsys):
    functions, space = blocks(PAGE, "python")
    exec(compile(functions, PAGE.name, "exec"), {})
    assert capsys.readouterr().out.splitlines()[1] == "104"
    import pandas as pd

    found = {"log": log_from_frame(pd.DataFrame({"a": [0, 1], "action": [1, 0]}))}
    exec(compile(space, PAGE.name, "exec"), found)
    assert found["census"].n_programs == 3**2 + 3**4 + 3**7 + 3**10


def test_the_table_of_functions():
    rows = [
        tuple(cell.replace(",", "") for cell in row)
        for row in re.findall(
            r"^\| (\d) \| (\d) \| (\d+) \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) % \| ([\d.]+) \|$", TEXT, re.M
        )
    ]
    assert len(rows) == 9
    for inputs, hidden, weights, networks, functions, constants, entropy in rows:
        counts = count_functions(int(inputs), int(hidden))
        assert (int(weights), int(networks)) == (counts.shape.n_weights, counts.shape.n_networks)
        assert int(functions) == len(counts.counted_by_function)
        assert (constants, entropy) == (f"{100 * counts.constant_share:.1f}", f"{counts.entropy:.3f}")


def test_networks_of_the_page_do_what_is_said():
    either, both = (parse_network(text) for text in re.findall(r"`(h[^`]*->[^`]*|o\([^`]*)` is \"", TEXT))
    inputs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [either.run(x) for x in inputs] == [(0,), (1,), (1,), (0,)]
    assert [both.run(x) for x in inputs] == [(0,), (0,), (0,), (1,)]


def test_bits_of_the_page():
    assert ", ".join(str(bits_of_hidden(h)) for h in range(8)) in TEXT
    assert 1 - sum(2.0 ** -bits_of_hidden(h) for h in range(3)) == 1 / 4


def test_the_number_of_positive_inputs_is_a_rank():
    sizes = [2, 3, 7, 13]
    weighs = [sum(size for i, size in enumerate(sizes) if s >> (3 - i) & 1) for s in range(16)]
    ranks = [sum(other > weight for other in weighs) for weight in weighs]
    assert positives_by_signs(sizes).tolist() == ranks
