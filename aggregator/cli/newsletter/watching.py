"""`aggregator newsletter status` and `progress`: how issues and their letters stand."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import click

from aggregator.cli.newsletter.naming import issue_named, title
from aggregator.cli.newsletter.wording import HELD, by_name, counted, describe_pause
from aggregator.cli.terminal import (
    NEEDS_OPERATOR,
    Setting,
    moment,
    now,
    number_of,
    one_line,
    pass_setting,
    show_json,
    show_rows,
)
from aggregator.model import DeliveryState, IssueProgress
from aggregator.wiring.stores import open_stores

COLUMNS = ("issue", "newsletter", "sent", "waiting", "deferred", "failed", "held", "not sent", "pace")
LATELY = timedelta(minutes=5)
"""Without a letter for longer than this, a pace foretells nothing."""

_NOT_SENT = (DeliveryState.SUPPRESSED, DeliveryState.CANCELLED, DeliveryState.EXPIRED)
_WAITING = (DeliveryState.READY, DeliveryState.LEASED)


@click.command()
@pass_setting
def status(setting: Setting) -> None:
    """List the issues and how their letters stand."""
    with open_stores(setting.config, now()) as stores:
        for issue in stores.issues.summaries():
            told = number_of(issue.stories, "story", "stories") if issue.stories else "nothing new"
            letters = counted(issue.deliveries) if issue.stories else "nothing was sent"
            click.echo(f"{issue.newsletter} {issue.track} {issue.period}: {told}; {letters}")
        if held := len(stores.ledger.unknown()):
            click.echo(HELD.format(count=held))
        pauses = stores.ledger.pauses(now())
        for pause in pauses:
            click.echo(describe_pause(pause))
    if held or pauses:
        sys.exit(NEEDS_OPERATOR)


@click.command()
@click.argument("issue", required=False)
@click.option("--limit", metavar="N", type=click.IntRange(1, 500), default=10, show_default=True)
@click.option("--json", "as_program", is_flag=True, help="For programs: one JSON array.")
@pass_setting
def progress(setting: Setting, issue: str | None, limit: int, as_program: bool) -> None:
    """Show how far issues have come: sent, waiting, deferred, failed, held, how fast, and when they are done.

    ISSUE is a number, or a period, such as 2026-W47 or week/weekly-1/2026-W47; without it the last ones.
    """
    with open_stores(setting.config, now()) as stores:
        shown = [issue_named(stores, issue)] if issue else list(stores.desk.recent(limit))
        pauses = stores.ledger.pauses(now())
    if as_program:
        show_json([as_json(one, now()) for one in shown])
    else:
        show_rows(COLUMNS, [_cells(one, now()) for one in shown])
        for pause in pauses:
            click.echo(describe_pause(pause), err=True)
        if not shown:
            click.echo("No issue was frozen yet.", err=True)
    if any(_wants_a_look(one) for one in shown):
        sys.exit(NEEDS_OPERATOR)


def _wants_a_look(one: IssueProgress) -> bool:
    return bool(one.counts.get(DeliveryState.UNKNOWN)) or one.paused_at is not None


def _cells(one: IssueProgress, at: datetime) -> tuple[str, ...]:
    counts = one.counts
    return (
        str(one.issue_id),
        title(one),
        str(counts.get(DeliveryState.SENT, 0)),
        str(sum(counts.get(state, 0) for state in _WAITING)),
        str(counts.get(DeliveryState.DEFERRED, 0)),
        str(counts.get(DeliveryState.FAILED, 0)),
        str(counts.get(DeliveryState.UNKNOWN, 0)),
        str(sum(counts.get(state, 0) for state in _NOT_SENT)),
        pace(one, at),
    )


def pace(one: IssueProgress, at: datetime) -> str:
    """How fast an issue goes out and when it is done; or why it does not go on."""
    if one.paused_at:
        why = f": {one_line(one.pause_reason)}" if one.pause_reason else ""
        return f"paused since {moment(one.paused_at)} UTC{why}"
    if one.state != "frozen":
        return one.state
    left = sum(one.counts.get(state, 0) for state in (*_WAITING, DeliveryState.DEFERRED))
    if not left and one.counts.get(DeliveryState.UNKNOWN):
        return "held"
    if not left:
        return f"done {moment(one.last_sent_at)} UTC" if one.last_sent_at else "done"
    return _on_its_way(one, left, at)


def _on_its_way(one: IssueProgress, left: int, at: datetime) -> str:
    rate = per_second(one)
    if one.next_at is not None and one.next_at > at and not one.counts.get(DeliveryState.LEASED):
        return f"the next from {moment(one.next_at)} UTC on"
    if one.last_sent_at is None:
        return "not begun"
    if rate is None or at - one.last_sent_at > LATELY:
        return f"nothing sent since {moment(one.last_sent_at)} UTC"
    until = at + timedelta(seconds=left / rate)
    return f"{rate * 60:.0f} a minute, done about {moment(until)} UTC"


def per_second(one: IssueProgress) -> float | None:
    """Letters a second between the first and the last that were sent; None for fewer than two."""
    sent = one.counts.get(DeliveryState.SENT, 0)
    if sent < 2 or one.first_sent_at is None or one.last_sent_at is None:
        return None
    return (sent - 1) / max((one.last_sent_at - one.first_sent_at).total_seconds(), 1.0)


def as_json(one: IssueProgress, at: datetime) -> dict[str, object]:
    """For programs; moments in UTC."""
    return {
        "issue": one.issue_id,
        "newsletter": one.newsletter,
        "track": one.track,
        "period": one.period_key,
        "state": one.state,
        "letters": by_name(one.counts),
        "paused_at": one.paused_at,
        "pause_reason": one.pause_reason,
        "first_sent_at": one.first_sent_at,
        "last_sent_at": one.last_sent_at,
        "next_at": one.next_at,
        "per_second": per_second(one),
        "pace": pace(one, at),
    }
