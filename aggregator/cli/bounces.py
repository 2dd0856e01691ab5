"""`aggregator bounces`: what came back of letters, and what followed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta

import click

from aggregator.bounces import BounceReport, collect
from aggregator.cli.terminal import (
    NEEDS_OPERATOR,
    Setting,
    moment,
    now,
    number_of,
    one_line,
    pass_setting,
    show_rows,
)
from aggregator.errors import UsageError
from aggregator.model import Bounce, BounceKind
from aggregator.wiring.bouncing import bouncing
from aggregator.wiring.stores import open_stores

COUNTED = timedelta(days=30)


@click.group("bounces")
def command() -> None:
    """What came back of letters: collect it, look at it."""


@command.command("collect")
@pass_setting
def collect_(setting: Setting) -> None:
    """Read the mailboxes now, and do what follows; `run` does so each minute."""
    with open_stores(setting.config, now()) as stores:
        ports = bouncing(setting.config, stores)
        if not ports.mailboxes:
            click.echo(
                "No mailbox is configured: name a maildir, imap or webhook_secret under `bounces`.", err=True
            )
        report = collect(now(), ports)
    for line in describe_collected(report):
        click.echo(line)
    if needs_operator(report):
        sys.exit(NEEDS_OPERATOR)


def describe_collected(report: BounceReport) -> list[str]:
    """What was read and what followed, in a line or two; nothing when nothing was there."""
    lines = []
    for line in report.mailboxes:
        if line.mails:
            strange = f", {line.strange} not understood and kept there" if line.strange else ""
            lines.append(f"{line.mailbox}: {number_of(line.mails, 'mail')} read{strange}")
        if line.fault:
            lines.append(f"{line.mailbox}: {one_line(line.fault)}")
    if report.judged:
        followed = f"{report.suppressed} led to suppression, {report.left} to leaving"
        lines.append(f"bounces: {_counted(report.judged)}; {followed}")
    return lines


def needs_operator(report: BounceReport) -> bool:
    """Whether a mailbox could not be read, or held what nobody understands."""
    return any(line.fault or line.strange for line in report.mailboxes)


def _counted(counts: Mapping[BounceKind, int]) -> str:
    return ", ".join(f"{counts[kind]} {kind}" for kind in BounceKind if counts.get(kind)) or "none"


@command.command("list")
@click.option("--kind", type=click.Choice([str(kind) for kind in BounceKind]), help="Only these.")
@click.option("--address", help="Only those of this address.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@pass_setting
def list_(setting: Setting, kind: str | None, address: str | None, limit: int) -> None:
    """List what came back, the newest first, with what followed."""
    with open_stores(setting.config, now()) as stores:
        shown = stores.bounces.recent(limit, kind=BounceKind(kind) if kind else None, address=address)
        counts = stores.bounces.counts(now() - COUNTED)
    headings = ("number", "when", "kind", "status", "source", "newsletter", "followed", "said")
    show_rows(headings, [_row(one) for one in shown])
    click.echo(f"Within {COUNTED.days} days: {_counted(counts)}.", err=True)


def _row(one: Bounce) -> tuple[str, ...]:
    return (
        str(one.id),
        moment(one.at),
        one.kind,
        one.status or "–",
        one.source,
        one.newsletter or "–",
        one.consequence or "–",
        one_line(one.diagnostic)[:80],
    )


@command.command()
@click.argument("number", type=int)
@pass_setting
def show(setting: Setting, number: int) -> None:
    """Show one of them, by its number."""
    with open_stores(setting.config, now()) as stores:
        one = stores.bounces.one(number)
    if one is None:
        raise UsageError(f"there is no bounce {number}; `aggregator bounces list` shows them")
    lines = {
        "Kind": one.kind,
        "When": moment(one.at),
        "From": f"{one.source} {one_line(one.key)}".strip(),
        "Status": one.status or "–",
        "Said": one_line(one.diagnostic) or "–",
        "Delivery": f"{one.delivery_id} {one.newsletter}".strip() if one.delivery_id else "–",
        "Followed": one.consequence or "nothing",
    }
    for name, value in lines.items():
        click.echo(f"{name:9} {value}")
