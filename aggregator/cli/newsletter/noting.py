"""`aggregator newsletter note`: what the editor says at the head of an issue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import click

from aggregator.cli.newsletter.naming import newsletter_named, track_named
from aggregator.cli.terminal import Setting, moment, now, pass_setting
from aggregator.errors import UsageError
from aggregator.model import Newsletter, Note, Track
from aggregator.newsletter import calendar
from aggregator.wiring.standing_notes import readable_note
from aggregator.wiring.stores import Stores, open_stores

NEXT = ""
"""The period of whichever issue is frozen next."""


@click.command()
@click.argument("newsletter_id", metavar="ID")
@click.argument("file", required=False, type=click.File("rb"))
@click.option("--text", metavar="MARKDOWN", help="The note itself, instead of a file.")
@click.option("--clear", is_flag=True, help="Take the note away.")
@click.option("--track", "track_id", help="For one rhythm; for all by default.")
@click.option("--period", "key", help="For the issue of this period, such as 2026-W48; the next by default.")
@pass_setting
def note(
    setting: Setting,
    newsletter_id: str,
    file: BinaryIO | None,
    text: str | None,
    clear: bool,
    track_id: str | None,
    key: str | None,
) -> None:
    """Write the editor's note of the next issue, or show what there is.

    FILE holds Markdown, `-` is standard input. The note stands in one issue of each rhythm and is frozen with
    it; it takes the place of the newsletter's standing `note`, if the configuration names one.
    `newsletter preview` shows it.
    """
    if sum((file is not None, text is not None, clear)) > 1:
        raise click.UsageError("say one of FILE, --text and --clear")
    newsletter = newsletter_named(setting.config, newsletter_id)
    tracks = newsletter.tracks if track_id is None else (track_named(newsletter, track_id),)
    tracks = tuple(track for track in tracks if key is None or _is_key_of(newsletter, track, key))
    if not tracks:
        raise UsageError(
            f"{key!r} is no period of {newsletter.id}: write 2026-11-22 for a day, 2026-W48 for a week, "
            "2026-11 for a month"
        )
    written = text if file is None else readable_note(file.read(), file.name)
    with open_stores(setting.config, now()) as stores:
        desk = _Desk(stores, newsletter, tracks, key or NEXT)
        if clear:
            desk.clear()
        elif written is None:
            desk.show()
        else:
            desk.write(readable_note(written.encode("utf-8", "replace"), "--text"))


def _is_key_of(newsletter: Newsletter, track: Track, key: str) -> bool:
    return calendar.named(newsletter, track, key) is not None


@dataclass(frozen=True)
class _Desk:
    stores: Stores
    newsletter: Newsletter
    tracks: tuple[Track, ...]
    period: str

    def clear(self) -> None:
        for track in self.tracks:
            was_there = self.stores.notes.clear(self.newsletter.id, track.id, self.period)
            click.echo(f"{self._of(track)}: {'no note any more' if was_there else 'there was no note'}")

    def show(self) -> None:
        shown = [one for one in self.stores.notes.all(self.newsletter.id) if self._is_meant(one)]
        for one in shown:
            period = one.period or "next issue"
            click.echo(f"{one.newsletter} {one.track}, {period}, written {moment(one.written_at)} UTC:")
            click.echo(one.markdown + "\n")
        if not shown:
            click.echo(f"No note is written for {self.newsletter.id}.", err=True)

    def _is_meant(self, one: Note) -> bool:
        return one.track in {track.id for track in self.tracks} and self.period in (NEXT, one.period)

    def write(self, markdown: str) -> None:
        if not markdown:
            raise UsageError("the note is empty: --clear takes a note away")
        for track in self.tracks:
            self.stores.notes.write(Note(self.newsletter.id, track.id, self.period, markdown, now()))
            click.echo(f"{self._of(track)}: the note is kept; `newsletter preview` shows it")

    def _of(self, track: Track) -> str:
        return f"{self.newsletter.id} {track.id}, {self.period or 'next issue'}"
