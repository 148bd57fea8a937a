"""What the help of a command costs."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["infer", "reach"])
def test_the_help_of_a_command_loads_no_numbers(command):
    code = f"import sys; from mesaprior.cli.main import main; main([{command!r}, '--help'], standalone_mode=False)"
    loaded = subprocess.run(
        [sys.executable, "-c", f"{code}; print('numpy' in sys.modules)"], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.endswith("False\n")
