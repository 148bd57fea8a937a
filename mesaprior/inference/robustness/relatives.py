"""One question in every language near its own: the members of a family, counted one by one."""

from __future__ import annotations

import math
from collections.abc import Callable

from mesaprior.errors import MesapriorError, Named, NoProgramError, UsageError
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.store.counting import is_long
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.neighbours import DROPPED, Neighbour, neighbours
from mesaprior.hypotheses.terms.space import TermSpace, space_of_terms
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.robustness.family import Family, Member, Standing, bound_members, essential_reason, standings


def n_relatives(space: Space) -> int:
    """Return how many languages `family_of` counts, and with it what its reports add up to."""
    terms = space_of_terms(space)
    return 0 if terms is None else sum(one.language is not None for one in neighbours(terms.language))


def family_of(
    weighed: Weighed,
    scored: Scored,
    space: Space,
    *,
    workers: int = 1,
    report: Callable[[int], None] | None = None,
) -> Family:
    """Repeat a question with shorter bounds and, in the space of terms, in every language near its own.

    Parameters
    ----------
    weighed : Weighed
    scored : Scored
        Of the same; prior, noise and tolerance are the same for all members.
    space : Space
        What was counted.
    workers : int
        Threads, for members that take long to count; members are counted one after the other. Nothing depends on it.
    report : callable or None
        Called with how many more languages are counted; they add up to `n_relatives`.

    Raises
    ------
    UsageError
        If there is nothing to change, or the prior does not fit the census.

    Notes
    -----
    Shorter bounds are read off the census. Every other member is a census of its own: up to 3 T of them in a language
    of T tokens, each about as long as that of the question.
    """
    log = scored.log
    own, members = bound_members(weighed, scored)
    terms = space_of_terms(space)
    if terms is None:
        if not members:
            raise UsageError(
                Named("a family", "--family"),
                f" varies the bound of the space {space.name}, and all {space.noun} counted have one length; "
                "ask for several sizes at once, or leave it out.",
            )
        return Family(own, tuple(members))

    def ask(neighbour: Neighbour) -> tuple[Neighbour, Standing | None, str]:
        """Return what a neighbour says, or why it says nothing; neither where it has no program."""
        if neighbour.language is None:
            return neighbour, None, neighbour.reason
        other = TermSpace(neighbour.language, terms.max_bits, terms.max_time)
        try:
            # Others take a tenth of a second or so, most of it outside of compiled kernels, and threads do not pay.
            counted = obtain(other, log, workers=workers if is_long(other, log) else 1)
            here = Scored(counted, log, scored.noise, scored.tolerance)
            (standing,) = standings(Weighed(counted, weighed.prior), here, [math.inf])
        except NoProgramError:
            return neighbour, None, ""
        except MesapriorError as error:
            # One member that is too much to count, or that the prior gives no weight, does not spoil the others.
            return neighbour, None, str(error).rstrip(".")
        finally:
            if report is not None:
                report(1)
        return neighbour, standing, ""

    essential: list[tuple[str, str]] = []
    left_out: list[tuple[str, str]] = []
    for neighbour, standing, reason in map(ask, neighbours(terms.language)):
        # A language of one token has no other language below it, and a member that was too much says nothing.
        is_judged = neighbour.kind == DROPPED and (neighbour.language is None or not reason)
        why = essential_reason(own, standing) if is_judged else None
        if why is not None:
            essential.append((neighbour.token, why))
        elif standing is None:
            left_out.append((neighbour.change, reason or "no program is left"))
        else:
            members.append(Member(neighbour.kind, neighbour.change, neighbour.token, neighbour.bits, standing))
    return Family(own, tuple(members), tuple(essential), tuple(left_out))
