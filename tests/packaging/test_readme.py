"""The README: its blocks run as they are written, in order and in one folder; what it shows is what comes out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mesaprior as mp

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder as a newcomer has it: the examples, and the command on the path."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / "bin").mkdir()
    command = folder / "bin" / "mesaprior"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mesaprior "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


def run(*command: str, folder: Path) -> str:
    """Run a command with this repository's package, and return its standard output."""
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_block_runs_as_written(folder):
    shown = ""
    for language, text in BLOCKS:
        if language == "python":
            shown += run(sys.executable, "-c", text, folder=folder)
        elif language == "sh" and not text.startswith("make "):
            shown += run("bash", "-euo", "pipefail", "-c", text, folder=folder)
    for made in ("umbrella.png", "umbrella-log.csv", "umbrella.toml"):
        assert (folder / made).stat().st_size > 0
    # What the text says of the two answers.
    assert re.search(r"planner +│ +0\.45 %", shown)
    assert re.search(r"95 % │ imitator │ unjudged │ +7 │ +4 │ +1 │ forecast", shown)
    assert "table from situations to actions has 8" in shown


def test_no_block_is_left_out():
    assert [language for language, _ in BLOCKS].count("sh") >= 5
    assert {language for language, _ in BLOCKS} == {"sh", "python", ""}


def test_targets_are_those_of_the_makefile():
    targets = re.findall(
        r"^make ([a-z-]+)", "".join(text for language, text in BLOCKS if language == "sh"), re.MULTILINE
    )
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets == ["demo", "test"]
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


def test_what_it_shows_of_the_demo_is_what_the_demo_finds():
    (shown,) = [text for language, text in BLOCKS if not language]
    demo = mp.demo()
    headline, _, _, *rows = shown.splitlines()
    assert headline == demo.headline
    found = {one.program: one for one in demo.top(10).itertuples()}
    assert len(rows) == 4
    for row in rows:
        share, role, verdict, hits, bits, steps, program = re.split(r"  +", row.strip())[:7]
        one = found[program]
        assert (one.role, one.verdict, one.hits, one.bits, one.steps) == (
            role,
            verdict,
            int(hits),
            int(bits),
            int(steps),
        )
        assert 100 * one.mass == pytest.approx(float(share.removesuffix(" %")), rel=5e-3)


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)", README)
    assert len(links) >= 10
    assert [link for link in links if not (ROOT / link).exists()] == []
