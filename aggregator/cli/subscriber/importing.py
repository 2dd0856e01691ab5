"""`aggregator subscriber import`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import BinaryIO

import click

from aggregator.cli.csv_lines import Line, lines_of
from aggregator.cli.newsletter.naming import newsletter_named, track_named
from aggregator.cli.subscriber.wishing import wished
from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, now, number_of, pass_setting
from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.model import Enrolment, Offer
from aggregator.wiring.members import offers
from aggregator.wiring.stores import open_stores

ROWS_AT_ONCE = 200
"""What one transaction takes."""
KEPT_STATES = {"", "confirmed"}
MAX_CONSENT = 1000
"""Characters."""


@click.command("import")
@click.argument("listed", type=click.File("rb"), metavar="FILE.csv")
@click.option("--newsletter", "newsletter_id", metavar="ID", help="For rows that name none.")
@click.option("--track", "track_id", default="", help="Which rhythm; the newsletter's first by default.")
@click.option("--consent", default="", help="How and when they agreed, for rows that do not say so.")
@click.option("--dry-run", is_flag=True, help="Check every row and change nothing.")
@pass_setting
def import_(
    setting: Setting,
    listed: BinaryIO,
    newsletter_id: str | None,
    track_id: str,
    consent: str,
    dry_run: bool,
) -> None:
    """Add the readers listed in a CSV file.

    Columns: email and, if wanted, newsletter, track, language, countries, told_in, hour, time_zone, consent.
    `countries` and `told_in` hold codes between spaces. The other columns that `export` writes may be there.

    A row that cannot be used is reported with its line; the others are imported. Who is subscribed already
    stays as they are, so that a file can be imported again.
    """
    config = setting.config
    if newsletter_id is not None:
        track_named(newsletter_named(config, newsletter_id), track_id or None)
    silent = {"newsletter": newsletter_id or "", "track": track_id, "consent": consent}
    reader = _Reader(offers(config), listed.name, silent)
    enrolments = reader.enrolments(lines_of(listed, listed.name))
    added, already = _stored(config, enrolments, reader, keep=not dry_run)
    would = "would be " if dry_run else ""
    click.echo(
        f"{number_of(added, 'reader')} {would}added, {already} there already, "
        f"{number_of(reader.broken, 'row')} left out."
    )
    if reader.broken:
        sys.exit(NEEDS_OPERATOR)


class _Reader:
    """Rows as enrolments; those that cannot be used are reported and counted."""

    def __init__(self, offered: Mapping[str, Offer], name: str, silent: Mapping[str, str]) -> None:
        self._offered = offered
        self._name = name
        self._silent = silent
        self.broken = 0

    def report(self, line: int, error: UsageError) -> None:
        """Say what is wrong with a row, and where."""
        self.broken += 1
        click.echo(f"{self._name}:{line}: {error}", err=True)

    def enrolments(self, lines: Iterable[Line]) -> Iterator[tuple[int, Enrolment]]:
        """One per usable row, with its line."""
        for line in lines:
            try:
                yield line.number, self._enrolment(line.cells())
            except UsageError as error:
                self.report(line.number, error)

    def _enrolment(self, cells: Mapping[str, str]) -> Enrolment:
        def cell(name: str) -> str:
            return cells.get(name) or self._silent.get(name, "")

        if cells.get("state", "") not in KEPT_STATES:
            raise UsageError(f"left out: the reader's state is {cells['state'][:20]!r}, not `confirmed`")
        if not cell("newsletter"):
            raise UsageError("which newsletter? Give a column `newsletter`, or --newsletter for all rows")
        if not cell("consent"):
            raise UsageError("how did they agree? Give a column `consent`, or --consent for all rows")
        wish = wished(
            self._offered,
            cell("newsletter"),
            track=cell("track"),
            language=cell("language"),
            countries=cell("countries").replace(",", " ").split(),
            told_in=cell("told_in").replace(",", " ").split(),
            hour=cell("hour"),
            time_zone=cell("time_zone"),
        )
        return Enrolment(cell("email"), cell("newsletter"), wish, cell("consent")[:MAX_CONSENT])


def _stored(
    config: Config, enrolments: Iterator[tuple[int, Enrolment]], reader: _Reader, *, keep: bool
) -> tuple[int, int]:
    """How many were added, or would be, and how many were there already."""
    added = already = 0
    with open_stores(config, now()) as stores:
        while some := list(islice(enrolments, ROWS_AT_ONCE)):
            outcomes = stores.subscribers.enrol([one for _, one in some], now(), keep=keep)
            for (line, _), outcome in zip(some, outcomes, strict=True):
                if isinstance(outcome, UsageError):
                    reader.report(line, outcome)
                else:
                    added, already = added + outcome, already + (not outcome)
    return added, already
