"""`aggregator rejudge`: what is stored, judged by today's rules."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import orjson

from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, now, pass_setting
from aggregator.config.values import DURATION, SECONDS
from aggregator.editorial.differences import Differences
from aggregator.rejudge import rejudge
from aggregator.wiring.rejudging import rejudging
from aggregator.wiring.stores import open_stores

ENTRIES_PER_LINE = 5_000
"""Entries after which the progress is told again."""


class Moment(click.ParamType[datetime]):
    """A date, a moment, or a time ago; without a zone it is UTC."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> datetime:
        """Fails with the forms that are understood."""
        if isinstance(value, datetime):
            return value
        if match := DURATION.fullmatch(value):
            return now() - timedelta(seconds=int(match[1]) * SECONDS[match[2]])
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time: give 2026-11-01, 2026-11-01T06:00, or 30d", param, context)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command("rejudge")
@click.option(
    "--since",
    metavar="WHEN",
    type=Moment(),
    help="Only entries that came in since then, their stories included: 2026-11-01, 2026-11-01T06:00 (UTC), "
    "or 30d.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing, only say what would change.")
@click.option("--json", "as_json", is_flag=True, help="The account as one JSON object.")
@pass_setting
def command(setting: Setting, since: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Judge what is stored by today's rules.

    After a change of the region, its gazetteer files, or the program: countries, languages and stories are as
    if all had come in today. Without --since, every entry that other rules have judged is described anew, and
    stories are formed anew for those of the last 14 days.

    Your corrections stand. Nothing is told or mailed anew; stories that changed are in the next publication.
    It may be stopped at any time and called again: it goes on. Restart `aggregator run` first, so that what
    comes in is judged by the same rules.
    """
    with _stoppable(), open_stores(setting.config, now()) as stores:
        ports = rejudging(setting.config, stores)
        account = rejudge(now(), ports, since=since, dry_run=dry_run, watch=_progress())
    if as_json:
        click.echo(orjson.dumps(_as_json(account, dry_run=dry_run)))
    else:
        _show(account, dry_run=dry_run)
    if account.left:
        sys.exit(NEEDS_OPERATOR)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the command between two transactions, or undo the one under way."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped. What was done is stored; called again, it goes on.", err=True)
        sys.exit(130)


def _progress() -> Callable[[Differences], None]:
    told = 0

    def watch(account: Differences) -> None:
        nonlocal told
        done = account.looked_at // ENTRIES_PER_LINE
        if done > told:
            told = done
            click.echo(f"{account.looked_at:,} entries looked at …", err=True)

    return watch


def _show(account: Differences, *, dry_run: bool) -> None:
    others = f", {account.outdated:,} of them judged by other rules" if account.outdated else ""
    click.echo(f"{_many(account.looked_at, 'entry', 'entries')} looked at{others}.")
    tagged = [_by_country("gained", account.gained), _by_country("lost", account.lost)]
    about = f": {'; '.join(filter(None, tagged))}" if account.retagged else ""
    click.echo(f"{_many(account.retagged, 'entry', 'entries')} with other countries{about}.")
    for tags in account.retaggings:
        change = " ".join([f"+{code}" for code in tags.gained] + [f"-{code}" for code in tags.lost])
        click.echo(f"  {tags.source_id}: {tags.title}\n    {change}: {tags.reason}")
    spoken = "; ".join(
        f"{before} → {after} {count}" for (before, after), count in account.languages.most_common()
    )
    in_others = _many(account.languages.total(), "entry", "entries")
    click.echo(f"{in_others} in another language or script{f': {spoken}' if spoken else ''}.")
    for tongue in account.translations:
        click.echo(f"  {tongue.source_id}: {tongue.title}")
        click.echo(f"    {tongue.before} → {tongue.after}: {tongue.reason}")
    _show_stories(account)
    if dry_run:
        click.echo("Nothing was written.")
    elif account.left:
        click.echo(
            f"{_many(account.left, 'group', 'groups')} of stories changed meanwhile and stayed as they were: "
            "call it again.",
            err=True,
        )


def _show_stories(account: Differences) -> None:
    if not account.regrouped:
        click.echo("Stories stay as they are: none that is young enough was judged by other rules.")
        return
    joined, split = (_many(count, "story", "stories") for count in (account.joined, account.split))
    moved = _many(account.moved, "entry", "entries")
    click.echo(f"{joined} joined to others, {split} split off, {moved} moved from one to another.")
    for one in account.regroupings:
        place = "from" if one.kind == "split" else "to"
        click.echo(f"  {one.kind} {place} «{one.beside}» (was in story {one.story_id}): {one.title}")
        click.echo(f"    {one.reason}")


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def _by_country(change: str, counts: Counter[str]) -> str:
    return (
        f"{change} {', '.join(f'{code} {count}' for code, count in counts.most_common())}" if counts else ""
    )


def _as_json(account: Differences, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "entries": account.looked_at,
        "outdated": account.outdated,
        "retagged": {
            "entries": account.retagged,
            "gained": dict(account.gained.most_common()),
            "lost": dict(account.lost.most_common()),
            "examples": [asdict(one) for one in account.retaggings],
        },
        "languages": {
            "entries": account.languages.total(),
            "changes": [
                {"before": before, "after": after, "entries": count}
                for (before, after), count in account.languages.most_common()
            ],
            "examples": [asdict(one) for one in account.translations],
        },
        "stories": {
            "entries": account.regrouped,
            "joined": account.joined,
            "split": account.split,
            "moved": account.moved,
            "left": account.left,
            "examples": [asdict(one) for one in account.regroupings],
        },
    }
