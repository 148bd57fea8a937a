"""The summary of a plan: whether this machine can count it."""

from __future__ import annotations

from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.plan import Plan


def summarize_plan(plan: Plan) -> str:
    """Return whether a count fits on this machine, and what the last bits of it cost."""
    *_, longest = plan.count_by_length.items()
    length, n = longest
    dear = ", so the longest programs cost more than all others together" if 2 * n > plan.n_programs else ""
    share = f"Programs of {length} bits alone are {share_text(n / plan.n_programs)} of them{dear}."
    if plan.fits:
        return f"This machine can count them. {share}"
    bound = f"a bound of {plan.fitting_bits} bits fits" if plan.fitting_bits else "no bound fits"
    return f"This machine cannot count them: {bound} into its memory. {share}"
