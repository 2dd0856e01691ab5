"""`aggregator poll`: ask what is due, once."""

from __future__ import annotations

import sys

import click

from aggregator import wiring
from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, now, pass_setting, progress, run_async
from aggregator.model import Refusal, SourceState
from aggregator.pipeline import PollReport, SourcePolled, poll

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

    With IDs, only these sources.
    """
    report = run_async(_poll(setting, (*only, *force), force=bool(force)))
    for refusal in report.refused:
        click.echo(_refused(refusal))
    failed = [line for line in report.polled if line.update.state not in FINE]
    new = sum(line.counts.new for line in report.polled)
    click.echo(f"{len(report.polled)} sources polled, {new} new stories, {len(failed)} sources in trouble.")
    named = set(only) | set(force)
    if report.refused or any(line.update.source_id in named for line in failed):
        sys.exit(NEEDS_OPERATOR)


async def _poll(setting: Setting, only: tuple[str, ...], *, force: bool) -> PollReport:
    with wiring.stores(setting.config, now()) as stores:
        async with wiring.polling(setting.config, stores) as ports:
            with progress("Polling", len(only) or len(setting.config.sources_enabled())) as show:
                return await poll(
                    now(), ports, only=only, force=force, watch=lambda line: show(describe(line))
                )


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


def _refused(refusal: Refusal) -> str:
    when = refusal.askable_at
    may_be = f"; it may be asked at {when:%Y-%m-%d %H:%M:%S} UTC" if when else ""
    return f"{refusal.source_id:24} not asked: {refusal.reason}{may_be}"
