"""`aggregator sources`: how the sources stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from aggregator.cli.poll import FINE
from aggregator.cli.terminal import Setting, describe_attention, now, pass_setting
from aggregator.config.schema import Config
from aggregator.ingest import subscription
from aggregator.ingest.verdict import FEWEST_TO_JUDGE, UNTAGGED_WARNING
from aggregator.model import GONE_FOR_GOOD, SourceHealth, SourceState, Whereabouts
from aggregator.wiring.hubs import why_not_reached
from aggregator.wiring.polling import kept_body
from aggregator.wiring.stores import open_stores

COLUMNS = (
    "source",
    "state",
    "entries",
    "7 days",
    "untagged",
    "by default",
    "last success",
    "newest entry",
    "next poll",
    "message",
)

BY_DEFAULT_WARNING = 0.9
"""Share of entries that name no country from which on a default country is suspected to hide that."""


@click.command("sources")
@click.option("--trouble", is_flag=True, help="Only those that need a look.")
@pass_setting
def command(setting: Setting, trouble: bool) -> None:
    """List the sources, how they stand, and what is wrong.

    `7 days` counts entries of the last seven days, `untagged` is the share of these that names no country,
    `by default` of those that were given the source's `default_country` for that reason.
    On a terminal as a table, elsewhere as tab-separated lines.
    """
    with open_stores(setting.config, now()) as stores:
        listed = stores.sources.health(now())
        obstacle = why_not_reached(setting.config)
        standings = stores.leases.standings()
        doubts = describe_attention(stores.inspection.attention())
    pushed = {one.source_id: subscription.account(one, obstacle) for one in standings}
    rows = [
        _cells(setting.config, one, pushed.get(one.status.source.id, ""))
        for one in listed
        if not trouble or needs_a_look(one)
    ]
    console = Console(highlight=False)
    if console.is_terminal:
        _show_table(console, rows)
    else:
        for row in rows:
            click.echo("\t".join(row))
    if trouble and not rows:
        click.echo("No source is in trouble.", err=True)
    if doubts:
        click.echo(doubts, err=True)


def _show_table(console: Console, rows: Sequence[tuple[str, ...]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in COLUMNS:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def needs_a_look(one: SourceHealth) -> bool:
    """Whether something is wrong with a source."""
    return one.status.state not in FINE | {SourceState.NEVER} or _is_untagged(one) or _is_by_default(one)


def _is_untagged(one: SourceHealth) -> bool:
    """Whether too many of its entries name no country: off topic, or in a script that we do not read."""
    return one.recent >= FEWEST_TO_JUDGE and one.untagged > UNTAGGED_WARNING * one.recent


def _is_by_default(one: SourceHealth) -> bool:
    """Whether next to none of its entries names a country, which its default country hides."""
    return one.recent >= FEWEST_TO_JUDGE and one.by_default > BY_DEFAULT_WARNING * one.recent


def _cells(config: Config, one: SourceHealth, pushed: str) -> tuple[str, ...]:
    status = one.status
    return (
        status.source.id,
        status.state,
        str(status.entries),
        str(one.recent),
        _share(one.untagged, one.recent),
        _share(one.by_default, one.recent),
        _moment(status.last_success),
        _moment(status.newest_entry),
        "never" if status.whereabouts.gone_count >= GONE_FOR_GOOD else _moment(status.next_poll),
        "; ".join(filter(None, (*_words(config, one), pushed))),
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _moves(whereabouts: Whereabouts) -> Iterator[str]:
    if whereabouts.adopted_url:
        yield f"asked at {whereabouts.adopted_url}, where its permanent redirect leads: set that as its url"
    if whereabouts.redirect:
        yield f"redirects for good to {whereabouts.redirect.url}, seen {whereabouts.redirect.sightings} times"


def _words(config: Config, one: SourceHealth) -> Iterator[str]:
    status = one.status
    if status.message:
        yield status.message
    yield from _moves(status.whereabouts)
    if _is_untagged(one):
        yield (
            f"WARNING: {one.untagged} of {one.recent} entries name no country: see `aggregator probe "
            f"{status.source.id}`, and set `default_country` if it writes about one country"
        )
    elif _is_by_default(one):
        yield (
            f"WARNING: {one.by_default} of {one.recent} entries name no country and were given "
            f"`default_country`: see `aggregator probe {status.source.id}`, whether its words are known"
        )
    unread = status.state in {SourceState.PARSE_ERROR, SourceState.HTML_INSTEAD}
    if unread and (path := kept_body(config, status.source.id)):
        yield f"what came is kept in {path}"


def _moment(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d %H:%M") if when else "–"
