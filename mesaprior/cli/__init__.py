"""The command line: Click commands, progress, tables and plots. It asks the other rooms and computes nothing itself."""

from mesaprior.cli.main import main

__all__ = ["main"]
