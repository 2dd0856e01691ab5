"""`aggregator newsletter list` and `preview`: what there is, and the letter as it would go out now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import click

from aggregator.cli.newsletter.naming import newsletter_named, track_named
from aggregator.cli.terminal import Setting, now, one_line, pass_setting, show_json, show_rows
from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.model import Choice, FrozenIssue, Newsletter, PlannedVariant, Track
from aggregator.newsletter import calendar
from aggregator.newsletter.compose import tellings, variants
from aggregator.newsletter.plain import headline
from aggregator.pipeline import draft
from aggregator.wiring import voices
from aggregator.wiring.composing import composing
from aggregator.wiring.stores import Stores, open_stores

COLUMNS = ("newsletter", "track", "readers", "last issue", "next issue", "zone", "languages")


@click.command("list")
@click.option("--json", "as_program", is_flag=True, help="For programs: one JSON array.")
@pass_setting
def list_(setting: Setting, as_program: bool) -> None:
    """List newsletters and their rhythms: how many read them, and when the next issue goes out.

    On a terminal as a table, elsewhere as tab-separated lines.
    """
    with open_stores(setting.config, now()) as stores:
        rows = [
            _row(stores, newsletter, track, now())
            for newsletter in setting.config.newsletters_offered()
            for track in newsletter.tracks
        ]
    if as_program:
        show_json([dict(zip(map(_key, COLUMNS), row, strict=True)) for row in rows])
        return
    show_rows(COLUMNS, rows)
    if not rows:
        click.echo("No newsletter is configured: see `newsletters` in the configuration.", err=True)


def _key(heading: str) -> str:
    return heading.replace(" ", "_")


def _row(stores: Stores, newsletter: Newsletter, track: Track, moment: datetime) -> tuple[str, ...]:
    position = stores.issues.position(newsletter.id, track.id)
    readers = stores.issues.readers(newsletter.id, track.id)
    following = calendar.following(newsletter, track, position.last_period_end, moment)
    last = local(position.last_period_end, newsletter.time_zone) if position.last_period_end else "–"
    return (
        newsletter.id,
        track.id,
        str(readers),
        f"up to {last}" if position.last_period_end else "none",
        f"{following.key} at {local(following.send_at, newsletter.time_zone)}",
        newsletter.time_zone,
        ", ".join(newsletter.interface_languages),
    )


def local(moment: datetime, zone: str) -> str:
    """A moment as the clock of a zone shows it: `Mon 2026-11-23 07:00`."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


@click.command()
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
    """Show the issue as it would be frozen now, with its note. Stores and sends nothing."""
    newsletter = newsletter_named(setting.config, newsletter_id)
    issue = drafted(setting.config, newsletter, track_named(newsletter, track_id))
    if not issue.placed:
        click.echo(f"Nothing new to tell since the last issue of {newsletter_id}.", err=True)
        return
    variant = whole_variant(setting.config, newsletter, issue, language or issue.frames[0].language)
    if explain:
        for placed in issue.placed:
            click.echo(
                f"{placed.section:10} {one_line(headline(placed.story.lead))}\n{'':10} {placed.reason}",
                err=True,
            )
    if html:
        html.write_text("".join(variant.html), encoding="utf-8")
    text.write(f"Subject: {variant.subject}\n\n{''.join(variant.text)}")


def drafted(config: Config, newsletter: Newsletter, track: Track) -> FrozenIssue:
    """The running period's issue as it would be now. Raises UsageError when none can be shown.

    Pictures that its letters carry inside are shown from the public pages: a file and a test carry none.
    """
    moment = now()
    if newsletter.images == "inline":
        newsletter = replace(newsletter, images="hosted")
    with open_stores(config, moment) as stores:
        ports = composing(config, stores)
        last_end = ports.issues.position(newsletter.id, track.id).last_period_end
        period = calendar.cut_short(newsletter, track, last_end, moment)
        if period is None:
            raise UsageError(f"an issue of {newsletter.id} was closed just now: there is nothing to show yet")
        return draft(moment, newsletter, track, period, ports)


def whole_variant(
    config: Config, newsletter: Newsletter, issue: FrozenIssue, language: str
) -> PlannedVariant:
    """The whole issue in one language, whoever its readers are."""
    languages = [frame.language for frame in issue.frames]
    if language not in languages:
        raise UsageError(
            f"{issue.newsletter} is not written in {language!r}; it is in {', '.join(languages)}"
        )
    told = tellings(newsletter, issue.placed, [Choice(language)], voices.of(config).weights)
    (variant,) = variants(newsletter, told, issue.frames, issue.blocks)
    return variant
