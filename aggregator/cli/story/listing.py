"""`aggregator story list`: the newest stories, those that want a look, or the front page's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from aggregator.cli.terminal import Setting, moment, now, one_line, pass_setting, show_json, show_rows, since
from aggregator.config.schema import Config
from aggregator.model import Ranked, StorySummary
from aggregator.printing import ranked_of_late
from aggregator.wiring.publishing import publishing
from aggregator.wiring.stores import Stores, open_stores

COLUMNS = ("story", "told", "about", "entries", "sources", "led by", "title", "notes")


@click.command("list")
@click.option("--since", metavar="WHEN", callback=since, help="Told since 2026-11-22, or 36h or 7d ago.")
@click.option(
    "--country", metavar="CODE", default="", help="About this country, or a group such as region:CA."
)
@click.option("--attention", is_flag=True, help="Only those that want a look: judgement was in doubt.")
@click.option("--limit", metavar="N", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--ranked", is_flag=True, help="In the order of the front page, of which the best are the top.")
@click.option("--explain", is_flag=True, help="With --ranked: say how each story's rank is made.")
@click.option("--json", "as_program", is_flag=True, help="For programs: one JSON array.")
@pass_setting
def list_(
    setting: Setting,
    since: datetime | None,
    country: str,
    attention: bool,
    limit: int,
    ranked: bool,
    explain: bool,
    as_program: bool,
) -> None:
    """List the newest stories, the last told first.

    Hidden ones stand among them, marked. On a terminal as a table, elsewhere as tab-separated lines.
    """
    if explain and not ranked:
        raise click.UsageError("--explain says how stories rank: call it with --ranked")
    about = country if ":" in country else country.upper()
    reasons: dict[int, str] = {}
    with open_stores(setting.config, now()) as stores:
        if ranked:
            order = _ranked(setting.config, stores)
            reasons = {one.story.id: f"{one.score:.2f}: {one.reason}" for one in order} if explain else {}
            listed = stores.inspection.summaries([one.story.id for one in order])
            listed = [one for one in listed if _is_wanted(one, since, about, attention)][:limit]
        else:
            listed = stores.inspection.stories(limit, since=since, about=about, attention=attention)
    if as_program:
        show_json([_as_json(one, reasons.get(one.id)) for one in listed])
        return
    show_rows(COLUMNS, [_cells(one, reasons.get(one.id, "")) for one in listed])
    if not listed:
        click.echo("No story wants a look." if attention else "No such story.", err=True)


def _ranked(config: Config, stores: Stores) -> Sequence[Ranked]:
    _, ranked = ranked_of_late(now(), publishing(config, stores).printing)
    return ranked


def _is_wanted(one: StorySummary, since: datetime | None, about: str, attention: bool) -> bool:
    late_enough = since is None or (one.told_at is not None and one.told_at >= since)
    return late_enough and (not about or about in one.about) and (not attention or bool(one.attention))


def _cells(one: StorySummary, reason: str) -> tuple[str, ...]:
    return (
        str(one.id),
        moment(one.told_at),
        " ".join(one.about) or "–",
        str(one.entries),
        str(one.sources),
        f"{one.source_id} ({one.language})",
        one_line(one.title),
        "; ".join(_notes(one, reason)),
    )


def _notes(one: StorySummary, reason: str) -> Iterator[str]:
    if one.hidden:
        yield "hidden"
    for doubt in one.attention:
        yield f"look at entry {doubt.entry_id} of {doubt.source_id}: {one_line(doubt.why)}"
    if reason:
        yield reason


def _as_json(one: StorySummary, reason: str | None) -> dict[str, object]:
    fields = {name: getattr(one, name) for name in StorySummary.__slots__}
    return fields if reason is None else {**fields, "rank": reason}
