"""`mesaprior prepare`: from a raw file to a log in codes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import click

from mesaprior.cli.command import OUTPUT, Command, ParamType, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import language_option
from mesaprior.cli.reading import Names, ReadingOptions, reading_options

if TYPE_CHECKING:
    import pandas as pd

    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.log.raw_table import RawTable


CHANGES = "What is changed"


def _is_read(value: object) -> TypeGuard[dict[str, int]]:
    """Return whether a value has been read already, as a default has."""
    return isinstance(value, dict)


class Numbered(ParamType):
    """Columns with numbers, ``COL=K,...``; where one can be left out it is 1."""

    def __init__(self, default: int | None = None):
        self._default = default
        self.name = "COL[=K],..." if default is not None else "COL=Q,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, int]:
        """Return the number of each column."""
        if _is_read(value):
            return value
        numbers: dict[str, int] = {}
        for text in Names().convert(value, param, ctx):
            match = re.fullmatch(r"(.*)=([0-9]{1,6})", text)
            if match is None and (self._default is None or "=" in text):
                meant = "COL=Q, such as rt=4" if self._default is None else "COL or COL=K, such as choice=2"
                self.fail(f"{text[:60]!r} is not {meant}.", param, ctx)
            name, number = (match[1], int(match[2])) if match else (text, self._default or 1)
            if name in numbers:
                self.fail(f"{name[:60]!r} is named twice; name it once.", param, ctx)
            numbers[name] = number
        return numbers


class Share(click.FloatRange):
    """A share of the rows, from 0 up to but not including 1."""

    name = "SHARE"

    def __init__(self):
        super().__init__(0, 1, max_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{str(value)[:60]!r} is no share; write a number from 0 to 1, such as 0.2.", param, ctx)


@click.command(cls=Command)
@click.argument("raw_file", type=FILE, metavar="RAW")
@reading_options()
@language_option
@headed_option(
    "--lag",
    "lags",
    type=Numbered(default=1),
    heading=CHANGES,
    help="Add the values of these columns 1 to K rows before, within a group, as features.",
)
@headed_option("--order", metavar="COL", heading=CHANGES, help="Sort the rows of each group by this column.")
@headed_option("--bins", type=Numbered(), heading=CHANGES, help="Cut these columns of numbers into Q quantiles.")
@headed_option(
    "--holdout",
    type=Share(),
    default=0.0,
    heading=CHANGES,
    help="The share of the last rows of each group that become deployment rows.",
)
@headed_option(
    "--out",
    required=True,
    type=FILE,
    metavar="LOG.csv",
    heading=OUTPUT,
    help="The log to write, .csv or .parquet; LOG.codes.json goes beside it.",
)
def prepare(
    raw_file: str,
    reading: ReadingOptions,
    language_file: str | None,
    lags: dict[str, int] | None,
    order: str | None,
    bins: dict[str, int] | None,
    holdout: float,
    out: str,
) -> None:
    """Turn a raw file into a log: lags, order, quantiles, held-out rows, codes.

    Groups are people, games, sessions: name their columns with --by. Rows are sorted within groups, lags are made (the
    first rows of a group get a code of their own, and so does a missing response), and then rows without an action are
    left out. A column with lags is no feature itself, since what happened on a row is known only after the choice.
    What a rival would do can be said by a term of the language, with --rival or --rival-utility.

    Labels stay with the log: LOG.codes.json beside it says what each code stands for, and `infer` reads it.

    \b
    Examples:
      mesaprior prepare DF2011.csv --action choice --by id,game --order period --lag choice,other.choice --out pd.csv
      mesaprior prepare trials.csv --action response --by subject --lag response=2 --bins rt=4 --out log.csv
    """
    from mesaprior.cli.files import check_file, typed_path
    from mesaprior.cli.reading import columns_but_rival, say_reading, with_rivals
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.log import log_of_table, read_table
    from mesaprior.hypotheses.log.code_file import code_file_of
    from mesaprior.hypotheses.log.notices import joined_by_commas, number_of
    from mesaprior.hypotheses.log.preparing import Preparation
    from mesaprior.hypotheses.log.preparing import prepare as prepared
    from mesaprior.hypotheses.terms.language import read_language

    check_file(out, "--out", (".csv", ".parquet"))
    for written in (Path(out), code_file_of(out)):
        if written.exists() and Path(raw_file).exists() and written.samefile(raw_file):
            raise UsageError(f"--out {out}: this would write over {raw_file}, which is read; choose another name.")
    language = read_language(language_file) if language_file else None
    raw = read_table(raw_file)
    columns = columns_but_rival(raw, reading)
    table, columns = prepared(raw, columns, Preparation(lags or {}, order, bins or {}, holdout), language=language)
    log = log_of_table(table, language=language, reading=columns)
    log = with_rivals(log, reading, columns, language)
    frame = frame_of(log, table, columns.by)
    codes = _write(frame, log, len(columns.by), out)
    say_reading(log)
    later = log.n_rows - log.n_training
    click.echo(
        f"Wrote {out} ({number_of(log.n_training, 'training row')}, {later:,} later, "
        f"{number_of(len(log.situations), 'situation')}) and {codes.name}.",
        err=True,
    )
    by = f" --by {shlex.quote(joined_by_commas([str(frame.columns[0])]))}" if columns.by else ""
    click.echo(f"Next: mesaprior infer {typed_path(out)}{by}", err=True)


def _write(frame: pd.DataFrame, log: ImitationLog, n_groups: int, out: str) -> Path:
    """Write a log and, beside it, what its codes stand for; return the file of the codes."""
    from mesaprior.cli.files import written_whole
    from mesaprior.hypotheses.log.code_file import code_file_of, code_text

    codes = code_file_of(out)
    with written_whole(codes) as temporary:
        temporary.write_text(code_text(log, list(map(str, frame.columns)), n_groups), encoding="utf-8", newline="\n")
    with written_whole(out) as temporary:
        if out.endswith(".parquet"):
            frame.to_parquet(temporary, index=False)
        else:
            frame.to_csv(temporary, index=False, lineterminator="\n")
    return codes


def frame_of(log: ImitationLog, table: RawTable, groups: tuple[str, ...]) -> pd.DataFrame:
    """Return a log as a table in codes, its rows in the order of the raw table, with the columns of groups in front.

    A column of groups that is called as another one, or as a role, has a number behind its name.
    """
    import numpy as np

    from mesaprior.hypotheses.log.columns import Finder
    from mesaprior.hypotheses.log.names import ROLES, unused

    place = {line: row for row, line in enumerate(table.lines.tolist())}
    row = np.array([place[line] for line in log.file_line.tolist()])
    frame = log.to_frame()
    for position, column in enumerate(Finder(table.columns).find_all(groups)):
        taken = {*map(str, frame.columns), *([column.name] if column.name.casefold() in ROLES else [])}
        frame.insert(position, unused(column.name, taken), column.labels(row.tolist()))
    return frame.iloc[np.argsort(row, kind="stable")]
