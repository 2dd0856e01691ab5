"""What all commands share: the configuration they were called with, and how they show progress."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click
import orjson

from aggregator.config.load import load
from aggregator.config.schema import Config
from aggregator.config.values import DURATION, SECONDS
from aggregator.errors import Fault
from aggregator.model import WordFile

if TYPE_CHECKING:
    from rich.console import Console

NEEDS_OPERATOR = 3
"""Exit code: done, but something needs the operator."""

T = TypeVar("T")


@dataclass(frozen=True)
class Setting:
    """Which configuration a command works with; read when it is first needed."""

    path: Path
    named: bool = True
    """Whether somebody named it; otherwise it is where a configuration usually is."""

    @cached_property
    def config(self) -> Config:
        """The configuration; raises ConfigError with every fault."""
        return load(self.path, os.environ, _word_faults)

    @property
    def config_if_any(self) -> Config | None:
        """The same for commands that can do without: None where there is no file, and none was named."""
        return self.config if self.named or self.path.exists() else None


def _word_faults(files: Sequence[WordFile], languages: Sequence[str]) -> list[Fault]:
    if not files:
        return []
    # Here and not above: few configurations have gazetteer files, and all commands read theirs first.
    from aggregator.editorial import shipped

    return shipped.faults(files, languages)


pass_setting = click.make_pass_decorator(Setting)


def now() -> datetime:
    """The time, asked at the edge and handed on as an argument."""
    return datetime.now(UTC)


class Progressing(Protocol):
    """Shows that one more of the work is done."""

    def __call__(self, line: str) -> None:
        """Say what was done, in one line."""


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Progressing]:
    """A bar on a terminal, plain lines elsewhere. Both print each line that is given."""
    if (console := _terminal()) is None:
        yield lambda line: click.echo(line)  # noqa: PLW0108 - echo takes more than a line
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=total)

        def advance(line: str) -> None:
            bar.console.print(line, markup=False)
            bar.advance(task)

        yield advance


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, plain columns elsewhere; numbers, all but the first column, stand right."""
    if (console := _terminal()) is None:
        lines = [headings, *rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for first, *others in lines:
            cells = [first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]
            click.echo("  ".join(cells).rstrip())
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(headings[0], overflow="fold")
    for heading in headings[1:]:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def show_rows(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with its headings on a terminal, tab-separated lines elsewhere."""
    if (console := _terminal()) is None:
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def show_json(shown: object) -> None:
    """For programs: one JSON document."""
    click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2))


def number_of(count: int, one: str, several: str = "") -> str:
    """`1 letter`, `2 letters`; `several` where an s is not enough."""
    return f"{count} {one if count == 1 else several or f'{one}s'}"


def describe_attention(entries: int) -> str:
    """That judgement was in doubt, and where to look; empty when it was not."""
    what = "1 entry wants" if entries == 1 else f"{entries} entries want"
    return f"{what} a look: `aggregator story list --attention`." if entries else ""


def moment(when: datetime | None) -> str:
    """A moment in UTC as lists show it."""
    return when.strftime("%Y-%m-%d %H:%M") if when else "–"


def one_line(foreign: str) -> str:
    """What strangers wrote, as one line that tells the terminal nothing else."""
    return " ".join("".join(one if one.isprintable() else " " for one in foreign).split())


def since(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """A day, a moment (without a zone in UTC), or how long ago; a callback for options."""
    if value is None:
        return None
    try:
        if ago := DURATION.fullmatch(value):
            return now() - timedelta(seconds=int(ago[1]) * SECONDS[ago[2]])
        then = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is no moment: write 2026-11-22, 2026-11-22T09:30, 36h or 7d"
        ) from None
    return then if then.tzinfo else then.replace(tzinfo=UTC)


def _terminal() -> Console | None:
    """What draws on the terminal; None where output goes elsewhere, and rich need not even be loaded."""
    # By these two the operator tells rich that it is a terminal, whatever it looks like, or that it is none.
    told = os.environ.keys() & {"FORCE_COLOR", "TTY_COMPATIBLE"}
    if not told and not sys.stdout.isatty():
        return None
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    return console if console.is_terminal else None


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine; SIGTERM ends it in order, as Ctrl-C does."""

    async def guarded() -> T:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(guarded())
    except (KeyboardInterrupt, asyncio.CancelledError):
        click.echo("Stopped. What was done is stored; the rest is taken up next time.", err=True)
        sys.exit(130)
