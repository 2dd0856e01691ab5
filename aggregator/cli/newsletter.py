"""`aggregator newsletter`: look at an issue, send what is due, settle what a crash left open."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, now, pass_setting, progress, run_async
from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.model import (
    Choice,
    DeliveryState,
    FrozenIssue,
    Newsletter,
    PlannedVariant,
    ServerPause,
    Track,
)
from aggregator.newsletter import calendar
from aggregator.newsletter.compose import tellings, variants
from aggregator.pipeline import Composed, DeliverReport, IssueLine, LetterLine, compose, deliver, draft
from aggregator.wiring import voices
from aggregator.wiring.composing import composing
from aggregator.wiring.delivering import delivering, masked
from aggregator.wiring.stores import open_stores


@click.group("newsletter")
def command() -> None:
    """Preview and send newsletters."""


@command.command()
@click.argument("newsletter_id", metavar="ID")
@click.option("--track", "track_id", help="Which rhythm; the first one by default.")
@click.option("--language", help="Interface language; the newsletter's first by default.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the HTML part here.")
@click.option(
    "--text", type=click.File("w", encoding="utf-8"), default="-", help="Write the text part here instead."
)
@click.option("--explain", is_flag=True, help="Say why each story stands where it stands.")
@pass_setting
def preview(
    setting: Setting,
    newsletter_id: str,
    track_id: str | None,
    language: str | None,
    html: Path | None,
    text: TextIO,
    explain: bool,
) -> None:
    """Show the issue as it would be frozen now. Stores and sends nothing."""
    issue = _draft(setting.config, newsletter_id, track_id)
    if not issue.placed:
        click.echo(f"Nothing new to tell since the last issue of {newsletter_id}.", err=True)
        return
    variant = _variant(setting.config, issue, language or issue.frames[0].language)
    if explain:
        for placed in issue.placed:
            click.echo(f"{placed.section:10} {placed.story.lead.title}\n{'':10} {placed.reason}", err=True)
    if html:
        html.write_text("".join(variant.html), encoding="utf-8")
    text.write(f"Subject: {variant.subject}\n\n{''.join(variant.text)}")


def _draft(config: Config, newsletter_id: str, track_id: str | None) -> FrozenIssue:
    newsletter = newsletter_named(config, newsletter_id)
    track = track_named(newsletter, track_id)
    moment = now()
    with open_stores(config, moment) as stores:
        ports = composing(config, stores)
        last_end = ports.issues.position(newsletter.id, track.id).last_period_end
        period = calendar.cut_short(newsletter, track, last_end, moment)
        if period is None:
            raise UsageError(f"an issue of {newsletter_id} was closed just now: there is nothing to show yet")
        return draft(moment, newsletter, track, period, ports)


def newsletter_named(config: Config, newsletter_id: str) -> Newsletter:
    """The newsletter with this id. Raises UsageError that names those there are."""
    known = {newsletter.id: newsletter for newsletter in config.newsletters_offered()}
    if newsletter_id not in known:
        raise UsageError(f"no newsletter {newsletter_id!r} in the configuration; it has {', '.join(known)}")
    return known[newsletter_id]


def track_named(newsletter: Newsletter, track_id: str | None) -> Track:
    """The track with this id, or the newsletter's first. Raises UsageError that names those there are."""
    known = {track.id: track for track in newsletter.tracks}
    if track_id is not None and track_id not in known:
        raise UsageError(f"{newsletter.id} has no track {track_id!r}; it has {', '.join(known)}")
    return known[track_id] if track_id else newsletter.tracks[0]


def _variant(config: Config, issue: FrozenIssue, language: str) -> PlannedVariant:
    """The whole issue in one language, whoever its readers are."""
    newsletter = newsletter_named(config, issue.newsletter)
    languages = [frame.language for frame in issue.frames]
    if language not in languages:
        raise UsageError(
            f"{issue.newsletter} is not written in {language!r}; it is in {', '.join(languages)}"
        )
    told = tellings(newsletter, issue.placed, [Choice(language)], voices.of(config).weights)
    (variant,) = variants(newsletter, told, issue.frames, issue.blocks)
    return variant


_early = click.option(
    "--early",
    metavar="ID",
    multiple=True,
    help="Close this newsletter's running period now instead of at its end.",
)
_late = click.option("--late", is_flag=True, help="Also compose an issue that is older than max_lateness.")


@command.command("compose")
@_early
@_late
@pass_setting
def compose_(setting: Setting, early: tuple[str, ...], late: bool) -> None:
    """Freeze the issues that are due, without sending: `send`, or a running `run`, sends them."""
    lines = _compose(setting.config, early, late=late)
    if not lines:
        click.echo("No issue is due.")
    if _is_overdue(lines):
        sys.exit(NEEDS_OPERATOR)


def _compose(config: Config, early: tuple[str, ...], *, late: bool) -> list[IssueLine]:
    for newsletter_id in early:
        newsletter_named(config, newsletter_id)
    with open_stores(config, now()) as stores:
        lines = compose(now(), composing(config, stores), early=early, late=late)
    for line in lines:
        click.echo(describe_issue(line))
    for newsletter_id in set(early) - {line.newsletter for line in lines}:
        click.echo(
            f"{newsletter_id}: the running period has its issue already; the next one begins with the next"
        )
    return lines


def _is_overdue(lines: list[IssueLine]) -> bool:
    return any(line.outcome is Composed.OVERDUE for line in lines)


@command.command()
@_early
@_late
@pass_setting
def send(setting: Setting, early: tuple[str, ...], late: bool) -> None:
    """Freeze the issues that are due and send all letters that are ready.

    Nothing is ever sent twice: an issue exists once per period, a letter once per reader.
    """
    composed = _compose(setting.config, early, late=late)
    delivered, paused = run_async(_deliver(setting.config))
    sent = sum(line.settlement.state is DeliveryState.SENT for line in delivered.lines)
    failed = any(line.settlement.state is DeliveryState.FAILED for line in delivered.lines)
    click.echo(f"{sent} letters sent, {len(delivered.lines) - sent} not sent, {delivered.held} held.")
    if delivered.held:
        click.echo(HELD.format(count=delivered.held))
    for pause in paused:
        click.echo(describe_pause(pause))
    if delivered.held or paused or failed or _is_overdue(composed):
        sys.exit(NEEDS_OPERATOR)


HELD = (
    "{count} letters are held: the connection was lost after the final dot, so they may have arrived. "
    "Look into your relay's log, then call `aggregator newsletter settle --sent` or `--resend`."
)


async def _deliver(config: Config) -> tuple[DeliverReport, Sequence[ServerPause]]:
    lines: list[LetterLine] = []
    with open_stores(config, now()) as stores:
        async with delivering(config, stores) as ports:
            with progress("Sending", stores.ledger.counts().get(DeliveryState.READY, 0)) as show:
                while True:
                    report = await deliver(now(), ports)
                    for line in report.lines:
                        show(describe_letter(line))
                    lines += report.lines
                    if not report.lines:
                        return DeliverReport(tuple(lines), report.held), stores.ledger.pauses(now())


def describe_issue(line: IssueLine) -> str:
    """What became of one track's period, in one line."""
    name = f"{line.newsletter} {line.track} {line.period}"
    if line.outcome is Composed.FROZEN:
        return f"{name}: {line.stories} stories for {line.deliveries} readers"
    if line.outcome is Composed.OVERDUE:
        return f"{name}: overdue and not sent; `aggregator newsletter send --late` sends it now"
    return f"{name}: {line.outcome}"


def describe_letter(line: LetterLine) -> str:
    """What became of one letter, in one line; the address is masked."""
    address = masked(line.delivery.address)
    reason = f" ({line.settlement.reason})" if line.settlement.reason else ""
    return f"{address:32} {line.settlement.state}{reason}"


def describe_pause(pause: ServerPause) -> str:
    """Why letters wait, in one line."""
    return f"Sending rests until {pause.until:%Y-%m-%d %H:%M} UTC: {pause.server}: {pause.reason}"


@command.command()
@click.option("--sent", "as_sent", is_flag=True, help="They arrived: the relay's log shows them.")
@click.option("--resend", is_flag=True, help="They did not arrive, or a second copy does no harm.")
@pass_setting
def settle(setting: Setting, as_sent: bool, resend: bool) -> None:
    """Say what became of letters whose fate is unknown after a lost connection or a crash."""
    if as_sent == resend:
        raise click.UsageError("say either --sent or --resend")
    with open_stores(setting.config, now()) as stores:
        stores.ledger.recover(now())
        unknown = [delivery.id for delivery in stores.ledger.unknown()]
        stores.ledger.release(unknown, DeliveryState.SENT if as_sent else DeliveryState.READY, now())
    what = "taken as sent" if as_sent else "ready to be sent again by `aggregator newsletter send`"
    click.echo(f"{len(unknown)} letters {what}.")


@command.command()
@pass_setting
def status(setting: Setting) -> None:
    """List the issues and how their letters stand."""
    with open_stores(setting.config, now()) as stores:
        for issue in stores.issues.summaries():
            counts = ", ".join(f"{count} {state}" for state, count in sorted(issue.deliveries.items()))
            click.echo(
                f"{issue.newsletter} {issue.track} {issue.period}: {issue.stories} stories; "
                f"{counts or 'no letters'}"
            )
        if held := len(stores.ledger.unknown()):
            click.echo(HELD.format(count=held))
        for pause in stores.ledger.pauses(now()):
            click.echo(describe_pause(pause))
