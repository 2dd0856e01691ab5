"""`aggregator subscriber`: who gets a newsletter."""

from __future__ import annotations

import csv
import sys

import click

from aggregator.cli.csv_lines import harmless
from aggregator.cli.subscriber.importing import import_
from aggregator.cli.subscriber.one import confirm, erase, pause, show
from aggregator.cli.subscriber.wishing import wished
from aggregator.cli.terminal import Setting, now, one_line, pass_setting
from aggregator.errors import UsageError
from aggregator.model import Enrolment
from aggregator.wiring.members import offers
from aggregator.wiring.stores import open_stores


@click.group("subscriber")
def command() -> None:
    """Add, list, show and remove the readers of newsletters."""


@command.command()
@click.argument("email")
@click.option("--newsletter", "newsletter_id", required=True, metavar="ID")
@click.option("--track", "track_id", default="", help="Which rhythm; the newsletter's first by default.")
@click.option("--language", default="", help="Interface language of the letters; the newsletter's first.")
@click.option("--country", "countries", multiple=True, help="Only stories about this country (repeatable).")
@click.option("--told-in", "told_in", multiple=True, help="Only stories told in this language (repeatable).")
@click.option("--hour", type=click.IntRange(0, 23), help="From which hour of the day letters may come.")
@click.option("--time-zone", default="", help="Where that hour is; the newsletter's zone by default.")
@click.option("--consent", required=True, help="How and when they agreed, for the record.")
@pass_setting
def add(
    setting: Setting,
    *,
    email: str,
    newsletter_id: str,
    track_id: str,
    language: str,
    countries: tuple[str, ...],
    told_in: tuple[str, ...],
    hour: int | None,
    time_zone: str,
    consent: str,
) -> None:
    """Add a reader who has already agreed; say how in --consent."""
    wish = wished(
        offers(setting.config),
        newsletter_id,
        track=track_id,
        language=language,
        countries=countries,
        told_in=told_in,
        hour="" if hour is None else str(hour),
        time_zone=time_zone,
    )
    with open_stores(setting.config, now()) as stores:
        # A list has a line for each reader: what is kept of the consent stands in one, too.
        enrolment = Enrolment(email, newsletter_id, wish, one_line(consent))
        (outcome,) = stores.subscribers.enrol([enrolment], now())
        if isinstance(outcome, UsageError):
            raise outcome
        kept = stores.subscribers.get(email, newsletter_id)
    assert kept is not None
    already = "" if outcome else " already"
    click.echo(f"{kept.email} gets {newsletter_id} ({kept.track}) in {kept.choice.language}{already}.")


@command.command("list")
@click.option("--newsletter", "newsletter_id", metavar="ID", help="Only its readers.")
@pass_setting
def list_(setting: Setting, newsletter_id: str | None) -> None:
    """List the readers as CSV."""
    writer = csv.writer(sys.stdout)
    writer.writerow(["email", "newsletter", "track", "state", "language", "countries", "told_in"])
    with open_stores(setting.config, now()) as stores:
        for one in stores.subscribers.all(newsletter_id):
            choice = one.choice
            lists = (" ".join(choice.countries), " ".join(choice.languages))
            said = (one.email, one.newsletter, one.track, one.state, choice.language, *lists)
            writer.writerow(map(harmless, said))


@command.command()
@pass_setting
def export(setting: Setting) -> None:
    """Write all readers as CSV, with the proof of each consent; `import` reads it."""
    with open_stores(setting.config, now()) as stores:
        rows = stores.subscribers.export()
    writer = csv.DictWriter(sys.stdout, rows[0].keys() if rows else ["email"])
    writer.writeheader()
    writer.writerows({name: harmless(cell) for name, cell in row.items()} for row in rows)


@command.command()
@pass_setting
def consents(setting: Setting) -> None:
    """Write the words that readers agreed to as CSV, by the version that proofs of consent name."""
    with open_stores(setting.config, now()) as stores:
        rows = stores.member_desk.consent_texts()
    writer = csv.DictWriter(sys.stdout, ["version", "since", "text"])
    writer.writeheader()
    writer.writerows(rows)


@command.command()
@click.argument("email")
@pass_setting
def remove(setting: Setting, email: str) -> None:
    """Take a reader off all newsletters, as the link in a letter does."""
    with open_stores(setting.config, now()) as stores:
        gone = stores.subscribers.leave(email, now=now())
    click.echo(f"{email} gets no more letters." if gone else f"{email} was not subscribed.")


for one in (import_, show, confirm, pause, erase):
    command.add_command(one)
