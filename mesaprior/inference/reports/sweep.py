"""The report on a sweep: the odds along one axis, maps of who leads over two, and where the lead changes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.odds import Contest
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import prior_facts, provenance_of
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, Series, notes
from mesaprior.inference.reports.about import about
from mesaprior.inference.request import Question
from mesaprior.inference.summaries.sweep import summarize_sweep
from mesaprior.inference.sweeps.axes import NOISE
from mesaprior.inference.sweeps.changes import SignChange, sign_changes
from mesaprior.inference.sweeps.sweep import SweptPosterior

ACROSS, DOWN, MAPS = 60, 24, 4
"""Characters and lines of a map, and how many maps are shown, at most."""

NARROW = 1.0
"""Bits up to which a lead is a narrow one."""

SIGNS = {"wide": "█", "narrow": "▓", "level": "=", "behind": "░", "far behind": "·", "none": "?"}
"""What stands for a cell, by where the challengers are."""


def report_sweep(
    question: Question, swept: SweptPosterior, *, prior: Prior, noise: NoiseModel, tolerance: float
) -> Report:
    """Return the report on a sweep.

    Parameters
    ----------
    question : Question
    swept : SweptPosterior
    prior : Prior
        Its parameters that are axes have no value of their own.
    noise : NoiseModel
        Where it is no axis.
    tolerance : float
    """
    contests = swept.contests(has_lesions=question.space.has_lesions)
    noise_text = "swept" if NOISE in swept.axes else str(noise)
    provenance = {"prior": prior_facts(prior, swept.axes), "noise": noise_text, "tolerance": tolerance}

    def blocks() -> Iterator[Block]:
        for contest in contests:
            yield Line(_headline(contest, contest.odds_of(swept)), "headline")
        yield Line(summarize_sweep(swept, contests[0]), "summary")
        grid = " x ".join(f"{name} ({len(values):,})" for name, values in swept.axes.items())
        yield about(question, prior, noise_text, grid, varied=swept.axes)
        yield from _line(swept, contests) if len(swept.axes) == 1 else _maps(swept, contests)

    return Report(
        facts=lambda: _facts(swept, contests) | {"provenance": provenance_of(question, **provenance)},
        records=lambda: Records.of_frame(swept.to_frame()),
        blocks=blocks,
    )


def _facts(swept: SweptPosterior, contests: Sequence[Contest]) -> dict[str, Any]:
    along = next(iter(swept.axes))
    changes = [
        {
            "of": str(contest),
            "along": along,
            "at": others,
            "before": change.before,
            "after": change.after,
            "near": change.near,
            "leads": contest.leader(change.is_rise),
        }
        for contest in contests
        for others, odds in _lines(swept.axes, contest.odds_of(swept))
        for change in sign_changes(swept.axes[along], odds)
    ]
    return {
        "axes": [{"name": name, "values": values} for name, values in swept.axes.items()],
        "log2_odds": swept.log2_odds,
        "log2_odds_verdict": swept.log2_odds_verdict,
        "log2_evidence": swept.log2_evidence,
        "mass": {name: swept.mass_by_role[..., role] for role, name in enumerate(ROLES)},
        "mass_by_verdict": {
            name: {other: swept.mass[..., role, verdict] for verdict, other in enumerate(VERDICTS)}
            for role, name in enumerate(ROLES)
        },
        "misses": {name: swept.misses[..., role] for role, name in enumerate(ROLES)},
        "misses_all": swept.misses_all,
        "sign_changes": changes,
        "summary": summarize_sweep(swept, contests[0]),
    }


def _lines(axes: Mapping[str, np.ndarray], odds: np.ndarray) -> Iterator[tuple[dict[str, float], np.ndarray]]:
    """Yield the odds along the first axis, at each combination of values of the others."""
    _, *others = axes
    for place in itertools.product(*(range(len(axes[name])) for name in others)):
        yield {name: float(axes[name][k]) for name, k in zip(others, place, strict=True)}, odds[(slice(None), *place)]


def _headline(contest: Contest, odds: np.ndarray) -> str:
    """Return in how many cells who leads, and from where to where the odds go, in one sentence."""
    n = odds.size
    leads = {contest.challengers: int((odds > 0).sum()), contest.others: int((odds < 0).sum())}
    parts = [f"{side} lead in {count:,} ({share_text(count / n)})" for side, count in leads.items()]
    neither = n - sum(leads.values())
    parts += [f"neither in {neither:,}"] if neither else []
    finite = odds[np.isfinite(odds)]
    scale = f"; the odds go from {finite.min():+.2f} to {finite.max():+.2f} bits" if len(finite) else ""
    return f"Of {number_of(n, 'cell')} {', '.join(parts)}{scale}."


def _line(swept: SweptPosterior, contests: Sequence[Contest]) -> Iterator[Block]:
    """Yield the odds along the only axis, where they change sign, and a table of values, thinned out."""
    ((name, values),) = swept.axes.items()
    odds = [contest.odds_of(swept) for contest in contests]
    width = max(len(str(contest)) for contest in contests)
    for contest, along in zip(contests, odds, strict=True):
        yield Series(f"log2 odds, {contest!s:<{width}}", along, ends=(f"{name} = {values[0]:g}", f"{values[-1]:g}"))
    changes = [
        f"{contest.leader(change.is_rise)} lead from {name} = {_near(change)} on"
        for contest, along in zip(contests, odds, strict=True)
        for change in sign_changes(values, along)
    ]
    yield from notes(*(changes or [f"No odds change their sign along {name}."]))
    names, masses = contests[0].names, swept.shares(contests[0])
    shown = [part for part in range(len(names)) if np.nan_to_num(masses[:, part]).any()]
    yield Table(
        "",
        (
            *numbers(name, term="swept parameter"),
            *numbers(*(contest.ratio for contest in contests)),
            *numbers(*(names[part] for part in shown), term="share of a part"),
            *numbers("later misses"),
        ),
        [
            (
                f"{values[k]:g}",
                *(bits_text(float(along[k])) for along in odds),
                *(share_text(float(masses[k, part])) for part in shown),
                share_text(float(swept.misses_all[k])),
            )
            for k in _thinned(len(values), DOWN)
        ],
    )


def _maps(swept: SweptPosterior, contests: Sequence[Contest]) -> Iterator[Block]:
    """Yield a map of the first two axes for each contest and each combination of values of the others."""
    (across, x), (up, y), *others = swept.axes.items()
    combinations = list(itertools.product(*(range(len(values)) for _, values in others)))
    for contest in contests:
        for place in combinations[:MAPS]:
            held = "".join(f", {name} = {values[k]:g}" for (name, values), k in zip(others, place, strict=True))
            yield _map(f"{contest}{held}", across, x, up, y, contest.odds_of(swept)[(..., *place)])
    yield from notes(
        f"{SIGNS['wide']} the side named first leads by more than {NARROW:g} bit, {SIGNS['narrow']} by less; "
        f"{SIGNS['behind']} the other leads, {SIGNS['far behind']} by more than {NARROW:g} bit; "
        f"{SIGNS['level']} level; {SIGNS['none']} neither has any mass."
    )
    if len(combinations) > MAPS:
        yield from notes(f"Left out: {number_of((len(combinations) - MAPS) * len(contests), 'more map')}.")


def _map(title: str, across: str, x: np.ndarray, up: str, y: np.ndarray, odds: np.ndarray) -> Table:
    """Return a map, a row for each value of the axis that goes up, the greatest first."""
    columns, rows = _thinned(len(x), ACROSS), _thinned(len(y), DOWN)
    return Table(
        title,
        (
            *numbers(up, term="swept parameter"),
            *words(f"{across}: {x[0]:g} to {x[-1]:g}", term="map of the lead"),
            *texts(f"lead changes at {across}", term="lead changes"),
        ),
        [
            (
                f"{y[row]:g}",
                "".join(_sign(float(odds[column, row])) for column in columns),
                ", ".join(_near(change) for change in sign_changes(x, odds[:, row])),
            )
            for row in reversed(rows)
        ],
    )


def _sign(odds: float) -> str:
    if math.isnan(odds):
        return SIGNS["none"]
    if odds == 0:
        return SIGNS["level"]
    if odds > 0:
        return SIGNS["wide" if odds > NARROW else "narrow"]
    return SIGNS["far behind" if odds < -NARROW else "behind"]


def _near(change: SignChange) -> str:
    return f"{change.near:.4g}"


def _thinned(n: int, most: int) -> list[int]:
    """Return places in 0..n-1, evenly, the first and the last among them."""
    return list(dict.fromkeys(np.linspace(0, n - 1, min(n, most)).round().astype(int).tolist()))
