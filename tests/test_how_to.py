"""What the how-to pages on people and on priors say of their commands; `tests/docs` runs the other pages."""

import json
import os
import random
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from mesaprior.cli import main
from tests.test_examples import EXAMPLES

ROOT = Path(__file__).parents[1]
PEOPLE = ROOT / "docs" / "how-to" / "people.md"
DATA = Path(os.environ.get("MESAPRIOR_DATA", ROOT.parent / "shared" / "data"))
"""Where files are that the project does not hold itself."""


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def output(line: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, shlex.split(line)[1:])
    assert result.exit_code == code, (line, result.stderr)
    return result.stdout


def test_what_the_page_on_priors_says(monkeypatch):
    monkeypatch.chdir(EXAMPLES / "corridor")
    formula = "2**-length / (1 + log2(time))"
    checked = output(f"mesaprior prior check '{formula}' --format csv").splitlines()
    assert [row.split(",")[0] for row in checked if ",false," in row] == ["unit of time"]
    output("mesaprior prior check '2**-length / log2(time)' --format csv", code=1)
    compare = "mesaprior prior compare corridor.csv --language corridor.toml --max-bits 28"
    shown = output(f"{compare} --prior 'simplicity,levin,{formula}'")
    assert re.findall(r"│ +(-[0-9.]+) bits", shown) == ["-3.18", "-5.50", "-4.69"]
    assert re.findall(r"│ +([0-9]+\.[0-9]) │ 2 ", shown) == ["23.8", "2.8", "4.6"]
    assert "0.067" in shown
    refused = CliRunner().invoke(main, ["infer", "corridor.csv", "--prior", "2**-lenght / (1 + log2(time))"])
    assert refused.exit_code == 2
    assert "did you mean length" in refused.stderr


def made_up_choices() -> str:
    """Return a file in the shape of that of the page on people: four tit for tat, three defect, two are grim."""
    generator = random.Random(3)
    lines = ["treatment,id,game,period,choice,other.choice"]
    for number, kind in enumerate(["copies"] * 4 + ["defects"] * 3 + ["grim"] * 2, 1):
        for game in range(1, 6):
            before = "c"
            is_angry = False
            for period in range(1, 7):
                is_angry |= before == "d"
                choice = {"copies": before, "defects": "d", "grim": "d" if is_angry else "c"}[kind]
                before = generator.choice("ccd")
                lines.append(f"D5R40,{number},{game},{period},{choice},{before}")
    return "\n".join(lines) + "\n"


def test_the_commands_of_the_page_on_people(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("df2011.csv").write_text(made_up_choices())
    prepare, ask, show, hold_out, ask_again = commands(PEOPLE)
    for line in (prepare, show, hold_out):
        assert output(line) == ""
    assert '"name":"9"' in Path("people.html").read_text(encoding="utf-8")
    shown = output(ask)
    assert "Imitators lead for 9 of 9 people, optimizers for 0." in shown
    assert Path("people.png").stat().st_size > 10_000
    facts = json.loads(output(f"{ask} --format json"))
    assert [person["top"][0]["program"] for person in facts["people"]] == ["op1"] * 4 + ["1"] * 3 + [
        "(if op1 op1 me1)"
    ] * 2
    shares = {shared["program"]: shared["share"] for shared in facts["programs_shared"]}
    assert shares["op1"] == pytest.approx(4 / 9, abs=0.02)
    assert output(ask_again).count("imitator,faithful") == 9


def test_what_the_page_on_people_says(tmp_path, monkeypatch):
    if not (DATA / "df2011.csv").is_file():
        pytest.skip(f"df2011.csv is not in {DATA}; the page says where it can be had")
    monkeypatch.chdir(tmp_path)
    Path("df2011.csv").write_bytes((DATA / "df2011.csv").read_bytes())
    prepare, ask, _, hold_out, ask_again = commands(PEOPLE)
    page = PEOPLE.read_text(encoding="utf-8")
    output(prepare)
    shown = output(ask)
    for sentence in ("Imitators lead for 266 of 266 people", "6,910 of 7,358 training rows", "7,137 programs"):
        assert sentence in shown
        assert sentence in page.replace("\n", " ")
    roles = re.findall(r"(imitator|planner) +│ +([0-9.]+ %) │ +([0-9.]+ %) │ +([0-9.]+ %)", shown)
    assert roles == re.findall(r"(imitator|planner) \| ([0-9.]+ %) \| ([0-9.]+ %) \| ([0-9.]+ %)", page)
    assert len(roles) == 2
    programs = re.findall(r"│ +([0-9.]+ %) │ +([0-9]+) │ imitator │ +[0-9]+ │ (\S.*?)(?:  .*?)? +│", shown)[:6]
    assert programs == re.findall(r"\| ([0-9.]+ %) \| ([0-9]+)(?: people)? \| `(.*?)` \|", page)
    assert len(programs) == 6
    output(hold_out)
    assert output(ask_again).count(",faithful,") == 197
