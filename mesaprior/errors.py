"""The errors that a user can cause. Each message is one sentence: what, where, what is allowed, what to do."""


class MesapriorError(Exception):
    """Base of all errors that are shown to the user as one sentence.

    Attributes
    ----------
    exit_code : int
        Exit code of the command line: 2 for usage, 1 for content and failed runs.
    """

    exit_code = 1

    def typed(self) -> str:
        """Return the message as the command line has it, where settings are options."""
        return str(self)


class UsageError(MesapriorError):
    """The command line, a formula, a parameter or a path is wrong (exit code 2)."""

    exit_code = 2


class ContentError(MesapriorError):
    """The content of a file (a log, a language, a census) is wrong (exit code 1)."""


class RunError(MesapriorError):
    """A run cannot be carried out or finished, for want of memory, say (exit code 1)."""


class NoProgramError(RunError):
    """There is no program within the bounds, so nothing could be counted (exit code 1)."""
