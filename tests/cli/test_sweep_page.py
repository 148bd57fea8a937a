"""The page on sweeps and crossovers: its commands and its Python are run."""

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "reference" / "sweep.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def counted(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    for name in ("corridor.csv", "corridor.toml"):
        (tmp_path / name).write_text((ROOT / "examples" / "corridor" / name).read_text())
    run("census", "corridor.csv", "--language", "corridor.toml", "--max-bits", 28, "--out", "counted")


def test_the_commands_run(counted, run):
    pytest.importorskip("matplotlib")
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) == 8
    for line in lines:
        name, *arguments = shlex.split(line)
        assert name == "mesaprior"
        assert run(*arguments).stdout
    assert {path.name for path in Path().iterdir()} >= {"phases.png", "cells.parquet"}


def test_the_python_runs(counted):
    (block,) = blocks("python")
    names = {}
    exec(block, names)
    assert names["swept"].log2_odds.shape == (100, 100)
    assert len(names["swept"].to_frame()) == 10_000
    assert len(names["found"].crossings) == 1
