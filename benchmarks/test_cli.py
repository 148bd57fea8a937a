"""What a person waits for at the terminal, whole processes included."""

import subprocess
import sys

import pytest

from benchmarks.conftest import CORRIDOR

COMMANDS = {
    "--help": ["--help"],
    "infer at 28 bits": [
        *("infer", str(CORRIDOR / "corridor.csv")),
        *("--language", str(CORRIDOR / "corridor.toml"), "--max-bits", "28"),
    ],
}


@pytest.mark.benchmark(group="command line")
@pytest.mark.parametrize("name", COMMANDS)
def test_commands(benchmark, name):
    command = [sys.executable, "-m", "mesaprior", *COMMANDS[name]]

    def run():
        subprocess.run(command, check=True, capture_output=True)

    benchmark.pedantic(run, rounds=3, warmup_rounds=1)
