"""What the help of a command costs: no library that is slow to load, whichever the command."""

import json
import subprocess
import sys

HEAVY = ("hypothesis", "jinja2", "matplotlib", "numba", "numpy", "pandas", "pyarrow", "rich", "scipy", "sympy")

SCRIPT = """
import contextlib, io, json, sys

import click

from mesaprior.cli.main import main


def paths(command, path):
    yield path
    if isinstance(command, click.Group):
        for name in command.list_commands(None):
            yield from paths(command.get_command(None, name), [*path, name])


blamed, n_commands = {}, 0
for path in paths(main, []):
    with contextlib.redirect_stdout(io.StringIO()):
        main([*path, "--help"], standalone_mode=False)
    n_commands += 1
    loaded = [name for name in sys.argv[1:] if name in sys.modules]
    if loaded:
        blamed = {" ".join(path): loaded}
        break
print(json.dumps([n_commands, blamed]))
"""


def first_with_heavy_help(*heavy):
    """Return how many commands were asked for their help, and the first that has loaded a library by then."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, *heavy], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_help_of_no_command_loads_a_heavy_library():
    n_commands, blamed = first_with_heavy_help(*HEAVY)
    assert blamed == {}
    assert n_commands > 40


def test_a_library_that_is_loaded_is_noticed():
    _, blamed = first_with_heavy_help("click")
    assert blamed == {"": ["click"]}
