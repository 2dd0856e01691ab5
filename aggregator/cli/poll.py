"""`aggregator poll`: ask what is due, once."""

from __future__ import annotations

import sys

import click

from aggregator.cli.terminal import (
    NEEDS_OPERATOR,
    Setting,
    describe_attention,
    now,
    number_of,
    pass_setting,
    progress,
    run_async,
)
from aggregator.illustrate import IllustrateReport, illustrate
from aggregator.model import Refusal, SourceState
from aggregator.pipeline import PollReport, SourcePolled, poll
from aggregator.wiring.memory import prepare_for_batches
from aggregator.wiring.polling import illustrating, polling, shared_lanes
from aggregator.wiring.stores import open_stores

FINE = {SourceState.OK, SourceState.NOT_MODIFIED}


@click.command("poll")
@click.argument("only", metavar="[ID]...", nargs=-1)
@click.option(
    "--force",
    metavar="ID",
    multiple=True,
    help="Ask this source although our interval is not over. Its own Retry-After or max-age still holds.",
)
@pass_setting
def command(setting: Setting, only: tuple[str, ...], force: tuple[str, ...]) -> None:
    """Poll the sources that are due, once.

    With IDs, only these sources. Copies the pictures that stories want, too.
    """
    report, pictures, doubts = run_async(_poll(setting, (*only, *force), force=bool(force)))
    for refusal in report.refused:
        click.echo(describe_refusal(refusal))
    failed = [line for line in report.polled if line.update.state not in FINE]
    new = sum(line.counts.new for line in report.polled)
    click.echo(
        f"{number_of(len(report.polled), 'source')} polled, {number_of(new, 'new story', 'new stories')}, "
        f"{number_of(len(failed), 'source')} in trouble."
    )
    for account in filter(None, (describe_pictures(pictures), describe_attention(doubts))):
        click.echo(account)
    named = set(only) | set(force)
    if report.refused or any(line.update.source_id in named for line in failed):
        sys.exit(NEEDS_OPERATOR)


async def _poll(
    setting: Setting, only: tuple[str, ...], *, force: bool
) -> tuple[PollReport, IllustrateReport, int]:
    """With how many entries want a look."""
    prepare_for_batches()
    config = setting.config
    lanes = shared_lanes(config)
    with open_stores(config, now()) as stores:
        async with polling(config, stores, lanes) as ports:
            with progress("Polling", len(only) or len(config.sources_enabled())) as show:
                report = await poll(
                    now(), ports, only=only, force=force, watch=lambda line: show(describe(line))
                )
        async with illustrating(config, stores, lanes) as picture_ports:
            pictures = await illustrate(now(), picture_ports)
        return report, pictures, stores.inspection.attention()


def describe(line: SourcePolled) -> str:
    """One source's poll in one line."""
    update, counts = line.update, line.counts
    if update.state is SourceState.NOT_MODIFIED:
        return f"{update.source_id:24} nothing new"
    if update.state is not SourceState.OK:
        return f"{update.source_id:24} {update.state.upper()}: {update.message}"
    parts = [f"{line.total} entries", f"{counts.new} new"]
    for number, name in (
        (counts.duplicates, "already told"),
        (counts.revised, "revised"),
        (counts.old, "old"),
        (counts.excluded, "excluded"),
        (counts.untagged, "without a country"),
    ):
        if number:
            parts.append(f"{number} {name}")
    note = f" ({update.message})" if update.message else ""
    return f"{update.source_id:24} {', '.join(parts)}{note}"


def describe_pictures(report: IllustrateReport) -> str:
    """What became of pictures, in one line; empty when nothing did."""
    parts = [
        f"{number} {name}"
        for number, name in (
            (report.ready, "copied"),
            (report.waiting, "to be tried again"),
            (report.given_up, "given up"),
            (report.lost, "missing and asked for again"),
            (report.removed, "removed"),
        )
        if number
    ]
    return f"Pictures: {', '.join(parts)}." if parts else ""


def describe_refusal(refusal: Refusal) -> str:
    """Why and until when one source is not asked, in one line."""
    when = refusal.askable_at
    may_be = f"; it may be asked at {when:%Y-%m-%d %H:%M:%S} UTC" if when else ""
    return f"{refusal.source_id:24} not asked: {refusal.reason}{may_be}"
