"""`aggregator subscriber`: who gets a newsletter."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import TextIO

import click

from aggregator.cli.newsletter import newsletter_named, track_named
from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, now, pass_setting
from aggregator.errors import UsageError
from aggregator.model import Choice, Newsletter
from aggregator.wiring.stores import open_stores


@click.group("subscriber")
def command() -> None:
    """Add, list and remove the readers of newsletters."""


_to = click.option("--newsletter", "newsletter_id", required=True, metavar="ID")
_rhythm = click.option("--track", "track_id", help="Which rhythm; the newsletter's first by default.")
_consent = click.option("--consent", required=True, help="How and when they agreed, for the record.")


@command.command()
@click.argument("email")
@_to
@_rhythm
@click.option("--language", default="", help="Interface language of the letters; the newsletter's first.")
@click.option("--country", "countries", multiple=True, help="Only stories about this country (repeatable).")
@click.option("--told-in", "told_in", multiple=True, help="Only stories told in this language (repeatable).")
@_consent
@pass_setting
def add(
    setting: Setting,
    email: str,
    newsletter_id: str,
    track_id: str | None,
    language: str,
    countries: tuple[str, ...],
    told_in: tuple[str, ...],
    consent: str,
) -> None:
    """Add a reader who has already agreed; say how in --consent."""
    newsletter = newsletter_named(setting.config, newsletter_id)
    choice = _choice(newsletter, language, countries, told_in)
    with open_stores(setting.config, now()) as stores:
        subscriber = stores.subscribers.add(
            email, newsletter.id, track_named(newsletter, track_id).id, choice, consent=consent, now=now()
        )
    click.echo(f"{subscriber.email} gets {newsletter_id} ({subscriber.track}) in {choice.language}.")


def _choice(
    newsletter: Newsletter, language: str, countries: Sequence[str], told_in: Sequence[str]
) -> Choice:
    language = language or newsletter.interface_languages[0]
    if language not in newsletter.interface_languages:
        offered = ", ".join(newsletter.interface_languages)
        raise UsageError(f"{newsletter.id} is not written in {language!r}; it is in {offered}")
    if unknown := sorted({code.upper() for code in countries} - set(newsletter.countries)):
        known = ", ".join(newsletter.countries)
        raise UsageError(f"{newsletter.id} has no section for {', '.join(unknown)}; it has {known}")
    return Choice(language, tuple(sorted({code.upper() for code in countries})), tuple(sorted(set(told_in))))


@command.command("import")
@click.argument("listed", type=click.File("r", encoding="utf-8-sig"), metavar="FILE.csv")
@_to
@_rhythm
@_consent
@pass_setting
def import_(setting: Setting, listed: TextIO, newsletter_id: str, track_id: str | None, consent: str) -> None:
    """Add the readers listed in a CSV file.

    Columns: email and, if wanted, language, countries, told_in; the last two hold codes between spaces.

    A row that cannot be used is reported with its line; the others are imported.
    """
    newsletter = newsletter_named(setting.config, newsletter_id)
    track = track_named(newsletter, track_id)
    added, broken = 0, 0
    with open_stores(setting.config, now()) as stores:
        rows = csv.DictReader(listed)
        if "email" not in (rows.fieldnames or ()):
            raise UsageError(f"{listed.name}:1: no column `email`; it has {', '.join(rows.fieldnames or ())}")
        for row in rows:
            try:
                choice = _choice(newsletter, _cell(row, "language"), *_lists(row))
                stores.subscribers.add(
                    _cell(row, "email"), newsletter.id, track.id, choice, consent=consent, now=now()
                )
                added += 1
            except UsageError as error:
                broken += 1
                click.echo(f"{listed.name}:{rows.line_num}: {error}", err=True)
    click.echo(f"{added} readers added, {broken} rows left out.")
    if broken:
        sys.exit(NEEDS_OPERATOR)


def _cell(row: dict[str, str | None], name: str) -> str:
    return (row.get(name) or "").strip()


def _lists(row: dict[str, str | None]) -> tuple[list[str], list[str]]:
    return _cell(row, "countries").split(), _cell(row, "told_in").split()


@command.command("list")
@pass_setting
def list_(setting: Setting) -> None:
    """List the readers as CSV."""
    writer = csv.writer(sys.stdout)
    writer.writerow(["email", "newsletter", "track", "state", "language", "countries", "told_in"])
    with open_stores(setting.config, now()) as stores:
        for one in stores.subscribers.all():
            choice = one.choice
            writer.writerow(
                [
                    one.email,
                    one.newsletter,
                    one.track,
                    one.state,
                    choice.language,
                    " ".join(choice.countries),
                    " ".join(choice.languages),
                ]
            )


@command.command()
@click.argument("email")
@pass_setting
def remove(setting: Setting, email: str) -> None:
    """Take a reader off all newsletters, as the link in a letter does."""
    with open_stores(setting.config, now()) as stores:
        gone = stores.subscribers.leave(email, now=now())
    click.echo(f"{email} gets no more letters." if gone else f"{email} was not subscribed.")
