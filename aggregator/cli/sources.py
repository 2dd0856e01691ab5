"""`aggregator sources`: how the sources stand."""

from __future__ import annotations

from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from aggregator import wiring
from aggregator.cli.terminal import Setting, now, pass_setting
from aggregator.model import SourceStatus


@click.command("sources")
@pass_setting
def command(setting: Setting) -> None:
    """List the sources, how they stand, and what is wrong.

    On a terminal as a table, elsewhere as tab-separated lines.
    """
    with wiring.stores(setting.config, now()) as stores:
        statuses = stores.sources.statuses()
    console = Console(highlight=False)
    if not console.is_terminal:
        for status in statuses:
            click.echo("\t".join(_cells(status)))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("source", "state", "entries", "last success", "newest entry", "next poll", "message"):
        table.add_column(heading, overflow="fold")
    for status in statuses:
        table.add_row(*_cells(status))
    console.print(table)


def _cells(status: SourceStatus) -> tuple[str, ...]:
    return (
        status.source.id,
        status.state,
        str(status.entries),
        _moment(status.last_success),
        _moment(status.newest_entry),
        _moment(status.next_poll),
        status.message,
    )


def _moment(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d %H:%M") if when else "–"
