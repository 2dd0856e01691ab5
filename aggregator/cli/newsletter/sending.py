"""`aggregator newsletter compose` and `send`: freeze what is due, send what is ready, or say what would."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

import click

from aggregator.cli.newsletter.forecasting import show_forecast, waiting_letters
from aggregator.cli.newsletter.naming import newsletter_meant, newsletter_named
from aggregator.cli.newsletter.testing import send_test
from aggregator.cli.newsletter.wording import (
    HELD,
    counted,
    describe_issue,
    describe_letter,
    describe_pause,
)
from aggregator.cli.terminal import (
    NEEDS_OPERATOR,
    Setting,
    now,
    number_of,
    one_line,
    pass_setting,
    progress,
    run_async,
)
from aggregator.config.schema import Config
from aggregator.mending import MendLine, mend
from aggregator.model import DeliveryState, ServerPause
from aggregator.pipeline import Composed, DeliverPorts, DeliverReport, IssueLine, compose, deliver
from aggregator.wiring.composing import composing, mending
from aggregator.wiring.delivering import delivering
from aggregator.wiring.stores import open_stores

_early = click.option(
    "--early",
    metavar="ID",
    multiple=True,
    help="Close this newsletter's running period now instead of at its end.",
)
_late = click.option("--late", is_flag=True, help="Also compose an issue that is older than max_lateness.")


@click.command("compose")
@_early
@_late
@pass_setting
def compose_(setting: Setting, early: tuple[str, ...], late: bool) -> None:
    """Freeze the issues that are due, without sending: `send`, or a running `run`, sends them."""
    lines = _compose(setting.config, early, late=late)
    if not lines:
        click.echo("No issue is due.")
    if _want_a_look(lines):
        sys.exit(NEEDS_OPERATOR)


@click.command()
@_early
@_late
@click.option("--dry-run", is_flag=True, help="Only say who would get what; change nothing.")
@click.option(
    "--now",
    "at_once",
    is_flag=True,
    help="Let letters go that wait for a window, their hour, or a server that rests.",
)
@click.option("--to", "address", metavar="ADDRESS", help="Only a test: the running issue, to this address.")
@click.option("--newsletter", "newsletter_id", metavar="ID", help="With --to: which one.")
@click.option("--track", "track_id", help="With --to: which rhythm; the first one by default.")
@click.option("--language", help="With --to: interface language; the newsletter's first by default.")
@pass_setting
def send(
    setting: Setting,
    *,
    early: tuple[str, ...],
    late: bool,
    dry_run: bool,
    at_once: bool,
    address: str | None,
    newsletter_id: str | None,
    track_id: str | None,
    language: str | None,
) -> None:
    """Freeze the issues that are due and send all letters that are ready.

    Nothing is ever sent twice: an issue exists once per period, a letter once per reader. --to sends a test
    instead: it is marked as one, and no issue and no reader is touched.
    """
    config = setting.config
    if address is None and (newsletter_id or track_id or language):
        raise click.UsageError("--newsletter, --track and --language choose what --to sends")
    if address is not None and (early or late or dry_run or at_once):
        raise click.UsageError(
            "--to sends a test alone: call it without --early, --late, --dry-run and --now"
        )
    if address is not None:
        newsletter = newsletter_meant(config, newsletter_id)
        sys.exit(send_test(config, newsletter, track_id, language, address))
    _refuse_unknown(config, early)
    if dry_run:
        sys.exit(show_forecast(config, early, late=late, at_once=at_once))
    sys.exit(_send(config, early, late=late, at_once=at_once))


def _send(config: Config, early: tuple[str, ...], *, late: bool, at_once: bool) -> int:
    composed = _compose(config, early, late=late)
    delivered, waiting, paused = run_async(_deliver(config, at_once=at_once))
    counts = delivered.counts
    sent = counts.get(DeliveryState.SENT, 0)
    click.echo(
        f"{number_of(sent, 'letter')} sent, {sum(counts.values()) - sent} not sent, {delivered.held} held."
    )
    if delivered.held:
        click.echo(HELD.format(count=delivered.held))
    if waiting:
        click.echo(f"{counted(waiting)}: `aggregator newsletter progress` says what they wait for.")
    for pause in paused:
        click.echo(describe_pause(pause))
    failed = counts.get(DeliveryState.FAILED)
    return NEEDS_OPERATOR if delivered.held or paused or failed or _want_a_look(composed) else 0


def _refuse_unknown(config: Config, early: tuple[str, ...]) -> None:
    for newsletter_id in early:
        newsletter_named(config, newsletter_id)


def _compose(config: Config, early: tuple[str, ...], *, late: bool) -> list[IssueLine]:
    _refuse_unknown(config, early)
    with open_stores(config, now()) as stores:
        for mended in mend(now(), mending(config, stores)):
            click.echo(describe_mended(mended))
        lines = compose(now(), composing(config, stores), early=early, late=late)
    for line in lines:
        click.echo(describe_issue(line))
    for newsletter_id in set(early) - {line.newsletter for line in lines}:
        click.echo(
            f"{newsletter_id}: the running period has its issue already; the next one begins with the next"
        )
    return lines


def describe_mended(line: MendLine) -> str:
    """What became of an issue on its way that told a hidden story, in one line."""
    name = f"{line.newsletter} {line.track} {line.period}"
    if line.reason:
        return f"{name}: rests, for it tells a hidden story and cannot be mended: {one_line(line.reason)}"
    return f"{name}: {number_of(line.letters, 'waiting letter')} put together without a hidden story"


def _want_a_look(lines: list[IssueLine]) -> bool:
    waiting = (Composed.OVERDUE, Composed.FAULTY, Composed.REFUSED)
    return any(line.outcome in waiting for line in lines)


def _without_windows(ports: DeliverPorts) -> DeliverPorts:
    letters = {key: replace(one, send_window=None) for key, one in ports.newsletters.items()}
    return replace(ports, newsletters=letters)


async def _deliver(
    config: Config, *, at_once: bool
) -> tuple[DeliverReport, Mapping[DeliveryState, int], Sequence[ServerPause]]:
    """What became of letters, what waits, and which servers are left alone."""
    with open_stores(config, now()) as stores:
        if at_once:
            stores.issues.hasten(now())
            stores.ledger.lift_pauses()
        async with delivering(config, stores) as opened:
            ports = _without_windows(opened) if at_once else opened
            with progress("Sending", stores.ledger.counts().get(DeliveryState.READY, 0)) as show:
                report = await deliver(
                    now(), ports, limit=None, watch=lambda line: show(describe_letter(line))
                )
                return report, waiting_letters(stores), stores.ledger.pauses(now())
