"""Checking a prior against the laws: as findings, and as tests for a user's own suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, find, given, settings
from hypothesis.errors import NoSuchExample

from mesaprior.errors import UsageError
from mesaprior.priors.laws.laws import LAWS, Law
from mesaprior.priors.laws.subject import Prior, Subject
from mesaprior.priors.prior import make_prior

EXAMPLES = 500
"""Examples on which a law is tried."""


@dataclass(frozen=True)
class Finding:
    """Whether a prior obeys a law.

    Attributes
    ----------
    law : Law
    example : str or None
        What breaks it, in words, on the smallest example found; None where nothing was found.
    """

    law: Law
    example: str | None

    @property
    def holds(self) -> bool:
        """Whether no counterexample was found."""
        return self.example is None


def check_law(law: Law, prior: Prior | str, *, max_examples: int = EXAMPLES) -> Finding:
    """Test a prior against a law.

    Parameters
    ----------
    law : Law
    prior : Prior or str
        A prior, a name of the catalogue, or a formula.
    max_examples : int
        Most examples to try, at least 1. What is found is then made as small as can be.

    Notes
    -----
    Examples are drawn in the same way in every call. A law that holds was not broken by any of them: that is
    evidence, no proof. Some 0.5 ms for each example.
    """
    subject = _subject(prior)
    tried = settings(
        max_examples=max_examples,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    try:
        example = find(law.examples(subject), lambda drawn: law.breach(subject, drawn) is not None, settings=tried)
    except NoSuchExample:
        return Finding(law, None)
    return Finding(law, law.breach(subject, example))


def check(
    prior: Prior | str,
    *,
    laws: Iterable[Law] = LAWS,
    max_examples: int = EXAMPLES,
    report: Callable[[int], None] | None = None,
) -> list[Finding]:
    """Test a prior against laws, one after the other; see `check_law`.

    Parameters
    ----------
    prior, max_examples
        As in `check_law`.
    laws : iterable of Law
        All of them by default.
    report : callable, optional
        Called with 1 after each law.
    """
    findings: list[Finding] = []
    for law in laws:
        findings.append(check_law(law, prior, max_examples=max_examples))
        if report:
            report(1)
    return findings


def law_tests(prior: Prior | str, *, excluding: Sequence[str] = ()) -> type:
    """Return a class of tests, one per law, that pytest or unittest collects under its assigned name.

    Parameters
    ----------
    prior : Prior or str
        As in `check_law`.
    excluding : sequence of str
        Names of laws that the prior need not obey.

    Raises
    ------
    UsageError
        If a law is excluded that does not exist, or the formula is none.

    Examples
    --------
    >>> TestLevin = law_tests("levin")
    >>> TestBounded = law_tests("bounded", excluding=["full support", "unit of time"])
    """
    names = [law.name for law in LAWS]
    for name in excluding:
        if name not in names:
            raise UsageError(f"there is no law {name!r} to exclude; the laws are {', '.join(names)}.")
    subject = _subject(prior)
    kept = [law for law in LAWS if law.name not in excluding]
    return type("PriorLaws", (), {_test_name(law): _test(law, subject) for law in kept})


def _subject(prior: Prior | str) -> Subject:
    return Subject(make_prior(prior) if isinstance(prior, str) else prior)


def _test_name(law: Law) -> str:
    return f"test_{law.name.lower().replace(' ', '_').replace('-', '_')}"


def _test(law: Law, subject: Subject) -> Any:
    # The first example may have to wait for a kernel to be compiled.
    @settings(deadline=None)
    @given(law.examples(subject))
    def test(self: object, example: Any) -> None:
        breach = law.breach(subject, example)
        assert breach is None, f"the law {law.name!r} ({law.statement}) is broken at {breach}"

    test.__doc__ = law.statement
    return test
