"""The report on worlds: the families with their settings, and one world with its programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.hypotheses.terms.program import length_of, parse_program
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.summaries.world import summarize_world
from mesaprior.inference.worlds.world import Recipe, World


def report_worlds(families: Sequence[Recipe]) -> Report:
    """Return the list of worlds with their settings."""
    return Report(
        facts=lambda: [
            {"name": family.name, "summary": family.summary, "settings": [vars(setting) for setting in family.settings]}
            for family in families
        ],
        records=lambda: Records(
            ["world", "setting", "default", "least", "most", "meaning"],
            [[f.name, s.name, s.default, s.least, s.most, s.meaning] for f in families for s in f.settings],
        ),
        blocks=lambda: [
            Table(
                "",
                (*words("world"), *texts("what it is", "settings")),
                [
                    (
                        family.name,
                        family.summary,
                        ", ".join(f"{setting.name}={setting.default}" for setting in family.settings),
                    )
                    for family in families
                ],
            )
        ],
    )


def report_world(world: World) -> Report:
    """Return what one world is: its settings, its log and the programs it is about."""
    return Report(
        facts=lambda: _facts(world),
        records=lambda: Records.of_mappings(_programs(world), ["program", "bits", "role", "verdict", "meaning"]),
        blocks=lambda: _blocks(world),
    )


def _programs(world: World) -> list[dict[str, Any]]:
    """Return the programs that a world is about, with their bits."""
    return [
        {
            "program": entry.text,
            "bits": length_of(parse_program(entry.text, world.language, world.log), world.language, world.log),
            "role": entry.role,
            "verdict": entry.verdict,
            "meaning": entry.meaning,
        }
        for entry in world.programs
    ]


def _facts(world: World) -> dict[str, Any]:
    return {
        "name": world.name,
        "seed": world.seed,
        "description": world.description,
        "settings": world.settings,
        "training_rows": world.log.n_training,
        "later_rows": world.log.n_rows - world.log.n_training,
        "situations": len(world.log.situations),
        "lapses": world.lapses,
        "has_walk": world.walk is not None,
        "programs": _programs(world),
        "given": world.given,
        "log": world.log.digest,
        "language": {"digest": world.language.digest} | world.language.to_dict(),
        "summary": summarize_world(_programs(world)),
    }


def _blocks(world: World) -> Iterator[Block]:
    log, programs = world.log, _programs(world)
    yield Line(f"{world.name}, seed {world.seed}: {world.description}.", "headline")
    yield Line(summarize_world(programs), "summary")
    yield Line(", ".join(f"{name}={value}" for name, value in world.settings.items()), "about")
    yield Line(
        f"{number_of(log.n_training, 'training row')} and {log.n_rows - log.n_training:,} later ones over "
        f"{number_of(len(log.situations), 'situation')}; {number_of(len(world.language.tokens), 'token')}."
        + (
            f" In {number_of(len(world.lapses), 'training row')} the action is not the teacher's."
            if world.lapses
            else ""
        )
        + (" A policy can act in it." if world.walk is not None else "")
    )
    yield Table(
        "",
        (*texts("program"), *numbers("bits"), *words("role", "verdict"), *texts("what it does")),
        [
            (entry["program"], f"{entry['bits']:,}", entry["role"], entry["verdict"], entry["meaning"])
            for entry in programs
        ],
    )
    yield from notes(
        *(
            f"{entry['name']} is given as a table: {entry['literal_bits']} bits for {entry['charged_bits']}."
            for entry in world.given
        )
    )
