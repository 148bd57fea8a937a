"""The command line: Click commands, progress, tables, plots. It calls the other packages and computes nothing."""

from mesaprior.cli.main import main

__all__ = ["main"]
