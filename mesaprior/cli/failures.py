"""Errors as one sentence, and the error of an interruption."""

from __future__ import annotations

from mesaprior.errors import MesapriorError


class InterruptionError(MesapriorError):
    """Somebody pressed Ctrl-C (exit code 130, as shells give it)."""

    exit_code = 130


def error_text(error: Exception) -> str:
    """Return an error of ours, or of the system, as one sentence."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror or error}."
    return error.typed() if isinstance(error, MesapriorError) else str(error)
