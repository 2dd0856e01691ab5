"""`aggregator newsletter list` and `preview`: what there is, and the letter as it would go out now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self, TextIO
from zoneinfo import ZoneInfo

import click

from aggregator.cli.newsletter.naming import newsletter_named, track_named
from aggregator.cli.terminal import Setting, now, one_line, pass_setting, show_json, show_rows
from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.model import Choice, FrozenIssue, Newsletter, Period, PlannedVariant, Track
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
        listed = [
            _Listed.of(stores, newsletter, track, now())
            for newsletter in setting.config.newsletters_offered()
            for track in newsletter.tracks
        ]
    if as_program:
        show_json([one.as_json() for one in listed])
        return
    show_rows(COLUMNS, [one.row() for one in listed])
    if not listed:
        click.echo("No newsletter is configured: see `newsletters` in the configuration.", err=True)


@dataclass(frozen=True, slots=True)
class _Listed:
    newsletter: Newsletter
    track: Track
    readers: int
    last_end: datetime | None
    following: Period
    looked_at: datetime

    @classmethod
    def of(cls, stores: Stores, newsletter: Newsletter, track: Track, at: datetime) -> Self:
        last_end = stores.issues.position(newsletter.id, track.id).last_period_end
        readers = stores.issues.readers(newsletter.id, track.id)
        following = calendar.following(newsletter, track, last_end, at)
        return cls(newsletter, track, readers, last_end, following, at)

    def row(self) -> tuple[str, ...]:
        zone = self.newsletter.time_zone
        return (
            self.newsletter.id,
            self.track.id,
            str(self.readers),
            f"up to {local(self.last_end, zone)}" if self.last_end else "none",
            next_issue(self.following, zone, self.looked_at),
            zone,
            ", ".join(self.newsletter.interface_languages),
        )

    def as_json(self) -> dict[str, object]:
        """For programs; moments in UTC."""
        return {
            "newsletter": self.newsletter.id,
            "track": self.track.id,
            "readers": self.readers,
            "last_issue_up_to": self.last_end,
            "next_issue": self.following.key,
            "next_issue_at": self.following.send_at,
            "zone": self.newsletter.time_zone,
            "languages": self.newsletter.interface_languages,
        }


def next_issue(following: Period, zone: str, at: datetime) -> str:
    """Which issue comes next, and when; or since when it is due."""
    when = local(following.send_at, zone)
    return f"{following.key}, due since {when}" if following.send_at <= at else f"{following.key} at {when}"


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
        click.echo(nothing_new(newsletter, issue), err=True)
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


def nothing_new(newsletter: Newsletter, issue: FrozenIssue) -> str:
    """That there is nothing to show, and of which period."""
    end = local(issue.period.end, newsletter.time_zone)
    return f"Nothing new to tell in {newsletter.id} {issue.track} {issue.period.key}, up to {end}."


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
            following = calendar.following(newsletter, track, last_end, moment)
            begins = local(following.start, newsletter.time_zone)
            raise UsageError(
                f"the running period of {newsletter.id} {track.id} has its issue already: there is nothing "
                f"to show before the next one begins, {begins} ({newsletter.time_zone})"
            )
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
