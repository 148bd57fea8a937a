"""`mesaprior infer --by`: each person's posterior, how frequent roles are, and which programs the people share."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.options import SpaceOptions, check_noise
from mesaprior.cli.progress import progress
from mesaprior.cli.question import ask, census_of, is_default
from mesaprior.cli.reading import ReadingOptions, read_asked
from mesaprior.cli.spaces import space_of
from mesaprior.errors import UsageError
from mesaprior.hypotheses.log.coding import listed
from mesaprior.hypotheses.log.notices import number_of, printable, shown
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.inference.people.people import People, Person, people
from mesaprior.inference.provenance import facts_of_codes, prior_facts, provenance_of
from mesaprior.inference.request import Request, warning_sentences
from mesaprior.inference.result import json_number
from mesaprior.inference.roles import ROLES, VERDICTS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.space import Space
    from mesaprior.inference.noise import NoiseModel
    from mesaprior.priors.prior import FormulaPrior

MOST_SHOWN = 20
"""People that are shown in the table; the CSV and the JSON have all."""


@dataclass(frozen=True, eq=False)
class PeopleAsked:
    """What was asked of many people, and the answer.

    Attributes
    ----------
    about : Request
    n_programs : int
        How many programs were counted, for each person where they learn.
    n_actions : int
        A.
    result : People
    warnings : list of str
    """

    about: Request
    n_programs: int
    n_actions: int
    result: People
    warnings: list[str]

    @property
    def log(self) -> ImitationLog:
        """The log of all people."""
        return self.about.log

    @property
    def space(self) -> Space:
        """The space in which was counted."""
        return self.about.space


def ask_people(
    source: str,
    *,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior: FormulaPrior,
    noise: NoiseModel,
    tolerance: float,
    top: int,
) -> PeopleAsked:
    """Count a census over the situations of all people, or one for each where programs learn, and ask for everybody.

    Raises
    ------
    UsageError
        If a census folder is asked without the log that tells people apart.
    """
    if Path(source).is_dir():
        if other_log is None:
            raise UsageError(f"--by needs the rows of each person, and {source} is a census; name the log with --log.")
        about = ask(source, other_log=other_log, asked=asked, reading=reading)
        log, space = about.log, about.space
        census = None if _learns(space) else about.census
    else:
        log = read_asked(source, reading, asked.get("--language"))
        space = space_of(log, asked)
        if space.language is not None:
            check_noise(noise, space.language.actions)
        default = is_default(space, asked)
        about = Request(log=log, space=space, is_default_language=default, source=source, reading=reading.typed())
        census = None if _learns(space) else census_of(space, log)
    n_programs = sum(space.count_by_length(log).values()) if census is None else census.n_programs
    n_people = len(set(log.group[: log.n_training].tolist())) if log.group is not None else 0
    with progress(f"Asking {n_people:,} people", n_people) as report:
        result = people(
            census,
            log,
            prior,
            noise=noise,
            tolerance=tolerance,
            top=max(1, top),
            count=space.census if census is None else None,
            report=report,
        )
    # Only programs that learn are counted for each person, and these have a language.
    n_actions = census.n_actions if census is not None else space.language.actions if space.language else 0
    warnings = warning_sentences(log, n_actions)
    if result.left_out:
        one = len(result.left_out) == 1
        warnings.append(
            f"{listed(result.left_out)} {'has' if one else 'have'} no training row and {'is' if one else 'are'} left "
            "out."
        )
    return PeopleAsked(about, n_programs, n_actions, result, warnings)


def _learns(space: Space) -> bool:
    """Tell whether what programs predict depends on whose rows came before."""
    return space.language is not None and space.language.has("fit")


def print_people(
    answer: PeopleAsked,
    by: Sequence[str],
    form: str,
    *,
    prior: FormulaPrior,
    noise: NoiseModel,
    tolerance: float,
    top: int,
    is_plotted: bool,
) -> None:
    """Print what is said of many people, as a table, JSON or CSV."""
    if form == "json":
        provenance = provenance_of(answer.about, prior=prior_facts(prior), noise=str(noise), tolerance=tolerance)
        click.echo(json.dumps(people_to_json(answer, by, top) | {"provenance": provenance}, allow_nan=False))
    elif form == "csv":
        from mesaprior.cli.streams import print_csv

        print_csv(*people_table(answer))
    else:
        render_people(answer, by, prior_name=prior.name, noise_name=str(noise), is_plotted=is_plotted)


def people_to_json(answer: PeopleAsked, by: Sequence[str], top: int) -> dict[str, Any]:
    """Return what is said of many people as plain data."""
    result, language = answer.result, answer.space.language
    found = result.frequencies
    frequencies = None
    if found is not None:
        names = [ROLES[role] for role in result.compared]
        frequencies = {
            name: dict(zip(names, getattr(found, name).tolist(), strict=True))
            for name in ("pseudo_counts", "expected", "exceedance", "protected")
        } | {"log2_odds_of_difference": json_number(found.log2_odds_of_difference)}
    return {
        "by": list(by),
        "people": [_person_to_json(person, top) for person in result.persons],
        "left_out": list(result.left_out),
        "role_frequencies": frequencies,
        "programs_shared": None
        if result.shared is None
        else [
            {
                "program": shared.program,
                "length": shared.length,
                "role": ROLES[shared.role],
                "share": shared.share,
                "attributed": [json_number(value) for value in shared.attributed.tolist()],
            }
            for shared in result.shared
        ],
        "programs": answer.n_programs,
        "given": language.ledger() if language is not None else [],
        "codes": facts_of_codes(answer.log, answer.n_actions),
        "warnings": answer.warnings,
    }


def _person_to_json(person: Person, top: int) -> dict[str, Any]:
    return {
        "name": person.name,
        "training_rows": person.n_training,
        "later_rows": person.n_later,
        "log2_odds": [json_number(value) for value in person.log2_odds.tolist()],
        "log2_odds_verdict": [json_number(value) for value in person.log2_odds_verdict.tolist()],
        "mass": {name: json_number(person.mass_by_role[role]) for role, name in enumerate(ROLES)},
        "mass_by_verdict": {
            name: {verdict: json_number(person.mass[role, v]) for v, verdict in enumerate(VERDICTS)}
            for role, name in enumerate(ROLES)
        },
        "loses_at": person.loses_at,
        "loses_at_verdict": person.loses_at_verdict,
        "misses": json_number(person.misses),
        "log2_evidence": json_number(person.log2_evidence),
        "log2_evidence_by_role": {
            name: json_number(person.log2_evidence_by_role[role]) for role, name in enumerate(ROLES)
        },
        "misses_by_role": {name: json_number(person.misses_by_role[role]) for role, name in enumerate(ROLES)},
        "programs": sum(map(sum, person.number)),
        "number": {name: dict(zip(VERDICTS, person.number[role], strict=True)) for role, name in enumerate(ROLES)},
        "by_bound": {
            str(bound): json_number(odds)
            for bound, odds in zip(person.bounds.tolist(), person.log2_odds_by_bound.tolist(), strict=True)
        },
        "stable": person.is_stable,
        "predictive": {str(person.n_training + k): row for k, row in enumerate(person.predictive.tolist())},
        "exact": person.exact
        and {"program": person.exact.program, "length": person.exact.length, "role": ROLES[person.exact.role]},
        "fit": {
            "chance": person.fit.chance,
            "most_frequent": person.fit.most_frequent,
            "best_table": person.fit.best_table,
            "best_program": person.fit.best_program,
        },
        "top": [
            {
                "program": leading.program,
                "length": leading.length,
                "time": leading.time,
                "role": ROLES[leading.role],
                "verdict": VERDICTS[leading.verdict],
                "mass": json_number(leading.mass),
                "hits": leading.hits,
                "misses": leading.misses,
                "search_advantage": leading.search_advantage,
            }
            for leading in person.leading[:top]
        ],
    }


def people_table(answer: PeopleAsked) -> tuple[list[str], list[list[Any]]]:
    """Return the header and the rows of the CSV, one for each person."""
    header = ["name", "training_rows", "later_rows", "log2_odds", "log2_odds_verdict", "loses_at", "loses_at_verdict"]
    header += [*ROLES, "log2_evidence", *(f"log2_evidence_{role}" for role in ROLES)]
    header += [
        "chance",
        "most_frequent",
        "best_table",
        "hits",
        "misses",
        "program",
        "length",
        "role",
        "verdict",
        "mass",
    ]
    rows: list[list[Any]] = []
    for person in answer.result.persons:
        losses = ["" if n is None else n for n in (person.loses_at, person.loses_at_verdict)]
        odds = [json_number(values[-1]) for values in (person.log2_odds, person.log2_odds_verdict)]
        row: list[Any] = [person.name, person.n_training, person.n_later, *odds, *losses]
        row += [json_number(value) for value in person.mass_by_role]
        row += [json_number(person.log2_evidence), *(json_number(value) for value in person.log2_evidence_by_role)]
        row += [person.fit.chance, person.fit.most_frequent, person.fit.best_table]
        for one in person.leading[:1]:
            row += [one.hits, one.misses, one.program, one.length, ROLES[one.role], VERDICTS[one.verdict]]
            row.append(json_number(one.mass))
        rows.append(row + [""] * (len(header) - len(row)))
    return header, rows


def people_text(answer: PeopleAsked) -> str:
    """Return how many people were asked: ``1 person``, ``266 people``."""
    n = len(answer.result.persons)
    return "1 person" if n == 1 else f"{n:,} people"


def headline_of(answer: PeopleAsked) -> str:
    """Return one sentence: for how many people imitators lead, and for how many optimizers."""
    finals = [float(person.log2_odds[-1]) for person in answer.result.persons]
    imitated, optimized = sum(odds < 0 for odds in finals), sum(odds > 0 for odds in finals)
    n = len(finals)
    if not answer.space.has_lesions:
        return f"{people_text(answer)}, each with a posterior over {answer.space.noun} of their own."
    lost = sum(math.isnan(odds) for odds in finals)
    if lost == n:
        return (
            f"No program is left for any of {people_text(answer)}: each misses somewhere, and the noise allows no miss."
        )
    level = n - imitated - optimized - lost
    rest = f", for {level:,} neither do" * (level > 0) + f", and for {lost:,} no program is left" * (lost > 0)
    return f"Imitators lead for {imitated:,} of {people_text(answer)}, optimizers for {optimized:,}{rest}."


def render_people(
    answer: PeopleAsked, by: Sequence[str], *, prior_name: str, noise_name: str, is_plotted: bool
) -> None:
    """Print what is said of many people for a person."""
    from mesaprior.cli.report.terminal import console

    out, result, log = console(), answer.result, answer.log
    out.print(headline_of(answer), style="bold", markup=False)
    each = "" if result.shared is not None else " for each"
    out.print(
        f"{answer.n_programs:,} {answer.space.noun} counted{each} · prior {prior_name} · noise {noise_name} · "
        f"{number_of(log.n_training, 'training row')} of {people_text(answer)}, {log.n_rows - log.n_training:,} later",
        style="dim",
        markup=False,
    )
    out.print()
    if result.frequencies is not None:
        out.print(_roles_table(answer))
    if result.shared:
        out.print(_programs_table(answer))
    out.print(_people_table(answer, by))
    if len(result.persons) > MOST_SHOWN:
        more = len(result.persons) - MOST_SHOWN
        out.print(f"{more:,} more {'person' if more == 1 else 'people'}; --format csv has all.", style="dim")
    for line in _notes(answer):
        out.print(f"• {line}", markup=False, soft_wrap=True)
    for warning in answer.warnings:
        out.print(f"! {warning}", style="yellow", markup=False, soft_wrap=True)
    out.print()
    _print_next(out, answer, is_plotted=is_plotted)


def _print_next(out: Console, answer: PeopleAsked, *, is_plotted: bool) -> None:
    from mesaprior.cli.report.posterior import asked_again

    again = f"mesaprior infer {asked_again(answer.about)}"
    steps = [f"a picture: {again} --plot people.png"] if not is_plotted else []
    for place, step in enumerate([*steps, f"one line a person: {again} --format csv"]):
        out.print(f"{'      or' if place else 'Next:'} {step}", style="dim", markup=False, soft_wrap=True)


def _roles_table(answer: PeopleAsked) -> Table:
    from rich.table import Table

    result = answer.result
    table = Table(title="How frequent the roles are", title_justify="left", title_style="bold")
    table.add_column("role")
    for name in ("expected", "exceedance", "protected", "people it leads"):
        table.add_column(name, justify="right")
    found = result.frequencies
    assert found is not None
    leads = [int(person.mass_by_role.argmax()) for person in result.persons if person.leading]
    for place, role in enumerate(result.compared):
        shares = (share_text(float(values[place])) for values in (found.expected, found.exceedance, found.protected))
        table.add_row(ROLES[role], *shares, f"{leads.count(role):,}")
    return table


def _programs_table(answer: PeopleAsked) -> Table:
    from rich.table import Table

    table = Table(title="Which programs the people share", title_justify="left", title_style="bold")
    for name in ("share", "people"):
        table.add_column(name, justify="right")
    table.add_column("role")
    table.add_column("bits", justify="right")
    table.add_column("program", overflow="fold")
    shared = answer.result.shared or ()
    best: list[int] = []
    for place in range(len(answer.result.persons)):
        values = [one.attributed[place] for one in shared]
        best.append(max(range(len(values)), key=lambda m: values[m]) if values and values[0] == values[0] else -1)
    for place, one in enumerate(shared):
        text = _program(answer, one.program, one.always)
        table.add_row(share_text(one.share), f"{best.count(place):,}", ROLES[one.role], f"{one.length:g}", text)
    return table


def _people_table(answer: PeopleAsked, by: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(title="Each person", title_justify="left", title_style="bold")
    table.add_column(printable("/".join(by)))
    has_roles = answer.space.has_lesions
    for name in ("rows", *(("odds", "loses at") if has_roles else ()), "mass"):
        table.add_column(name, justify="right")
    for name in (*(("role",) if has_roles else ()), "verdict"):
        table.add_column(name)
    for name in ("hits", "best table"):
        table.add_column(name, justify="right")
    table.add_column("leading program", overflow="fold")
    for person in answer.result.persons[:MOST_SHOWN]:
        head = [printable(person.name), f"{person.n_training:,}"]
        if has_roles:
            head += [bits_text(float(person.log2_odds[-1])), "-" if person.loses_at is None else str(person.loses_at)]
        if person.leading:
            one = person.leading[0]
            row = [share_text(one.mass), *([ROLES[one.role]] if has_roles else []), VERDICTS[one.verdict]]
            fit = [f"{one.hits:,}", f"{person.fit.best_table:,}"]
            table.add_row(*head, *row, *fit, _program(answer, one.program, one.always))
        else:
            table.add_row(*head, *["-"] * (len(table.columns) - len(head) - 1), "none is left")
    return table


def _program(answer: PeopleAsked, program: str, always: int | None) -> Text:
    from rich.text import Text

    text = Text(printable(program))
    if always is not None:
        text.append(f"  always {shown(answer.log.label('action', always))}", style="dim")
    return text


def _notes(answer: PeopleAsked) -> list[str]:
    """Return what one has to know to read the tables."""
    result, notes = answer.result, list[str]()
    led = [person for person in result.persons if person.leading]
    hits = sum(person.leading[0].hits for person in led)
    fits = [person.fit for person in led]
    if led:
        frequent, table = sum(fit.most_frequent for fit in fits), sum(fit.best_table for fit in fits)
        notes.append(
            f"Each one's leading program has {hits:,} of {sum(fit.n_training for fit in fits):,} hits in training; "
            f"chance has {sum(fit.chance for fit in fits):,.0f}, each one's most frequent action {frequent:,}, each "
            f"one's best table {table:,}."
        )
    found = result.frequencies
    if found is not None:
        odds = found.log2_odds_of_difference
        notes.append(
            "Expected: frequency of a role among people, whatever prior mass it has. "
            "Exceedance: probability that it is the most frequent one; "
            f"protected: the same, if the frequencies may also all be equal (log2 odds that they differ: {odds:+.2f})."
        )
    unbeaten = sum(not person.fit.is_beaten for person in led)
    if unbeaten:
        notes.append(
            f"For {unbeaten:,} of {people_text(answer)} no program counted has more hits than the most frequent action."
        )
    if result.shared:
        notes.append(
            "Shares are those of the mixture of programs under which the choices of all people are likeliest; people: "
            "those for whom a program is the likeliest one in it."
        )
    elif result.shared is None:
        notes.append(
            "Programs that learn do different things for different people, so no shares of programs are given."
        )
    return notes
