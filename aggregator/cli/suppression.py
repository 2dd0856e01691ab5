"""`aggregator suppression`: addresses that get no mail."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO

import click

from aggregator.cli.csv_lines import Line, harmless, lines_of
from aggregator.cli.terminal import (
    NEEDS_OPERATOR,
    Setting,
    moment,
    now,
    number_of,
    one_line,
    pass_setting,
    show_rows,
)
from aggregator.errors import UsageError
from aggregator.model import Suppression
from aggregator.wiring.stores import open_stores

COLUMNS = ("hash", "reason", "at")
HASH_BYTES = 32
BY_OPERATOR = "by the operator"
ROWS_AT_ONCE = 1_000

HashOf = Callable[[str], bytes]


@click.group("suppression")
def command() -> None:
    """Addresses that get no mail, whoever asks for it.

    Only a keyed hash of each is kept: the list tells whether an address is on it, never which are.
    """


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@pass_setting
def list_(setting: Setting, limit: int) -> None:
    """List reasons and times, the newest first."""
    with open_stores(setting.config, now()) as stores:
        listed = stores.suppressions.all()
    shown = [(one.address_hash.hex()[:12], moment(one.at), one_line(one.reason)) for one in listed[:limit]]
    show_rows(("hash", "since", "reason"), shown)
    click.echo(f"Without mail: {number_of(len(listed), 'address', 'addresses')}.", err=True)


@command.command()
@click.argument("email")
@click.option("--reason", default=BY_OPERATOR, show_default=True)
@pass_setting
def add(setting: Setting, email: str, reason: str) -> None:
    """Send no more mail to an address."""
    with open_stores(setting.config, now()) as stores:
        one = Suppression(stores.suppressions.hash_of(email), reason, now())
        added = stores.suppressions.add([one])
    click.echo(f"{email} gets no mail." if added else f"{email} got no mail before: its first reason stays.")


@command.command()
@click.argument("email")
@pass_setting
def remove(setting: Setting, email: str) -> None:
    """Let an address get mail again; what came back of it before counts no more."""
    with open_stores(setting.config, now()) as stores:
        reason = stores.suppressions.reason(email)
        gone = stores.suppressions.remove(email)
    if gone:
        click.echo(f"{email} may get mail again. It got none because: {one_line(reason or '–')}")
    else:
        click.echo(f"{email} was not suppressed.")


@command.command()
@pass_setting
def export(setting: Setting) -> None:
    """Write the list as CSV: hash, reason, at. `import` reads it, where the secret keys are the same."""
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    with open_stores(setting.config, now()) as stores:
        for one in stores.suppressions.all():
            writer.writerow((one.address_hash.hex(), harmless(one_line(one.reason)), one.at.isoformat()))


@command.command("import")
@click.argument("listed", type=click.File("rb"), metavar="FILE.csv")
@click.option("--reason", default="imported", show_default=True, help="Where a row gives none.")
@pass_setting
def import_(setting: Setting, listed: BinaryIO, reason: str) -> None:
    """Add the addresses of a CSV file.

    Columns: `email` or, as `export` writes it, `hash`; if wanted, `reason` and `at`. Reasons that are on
    record stay.

    A row that cannot be used is reported with its line; the others are imported.
    """
    with open_stores(setting.config, now()) as stores:
        reading = _Reading(listed.name, reason, now(), stores.suppressions.hash_of)
        usable = reading.suppressions(lines_of(listed, listed.name, wanted=("email", "hash")))
        added = 0
        while some := list(islice(usable, ROWS_AT_ONCE)):
            added += stores.suppressions.add(some)
    known = reading.usable - added
    click.echo(
        f"{number_of(added, 'address', 'addresses')} added, {known} listed before, "
        f"{number_of(reading.broken, 'row')} left out."
    )
    if reading.broken:
        sys.exit(NEEDS_OPERATOR)


class _Reading:
    """Rows of a file as suppressions; those that cannot be used are reported and counted."""

    def __init__(self, name: str, reason: str, at: datetime, hash_of: HashOf) -> None:
        self._name = name
        self._reason = reason
        self._at = at
        self._hash_of = hash_of
        self.usable = self.broken = 0

    def suppressions(self, lines: Iterable[Line]) -> Iterator[Suppression]:
        """One per usable row."""
        for line in lines:
            try:
                one = self._suppression(line.cells())
            except UsageError as error:
                self.broken += 1
                click.echo(f"{self._name}:{line.number}: {error}", err=True)
            else:
                self.usable += 1
                yield one

    def _suppression(self, row: Mapping[str, str]) -> Suppression:
        hashed, email = row.get("hash", ""), row.get("email", "")
        address_hash = _hash(hashed) if hashed else self._hash_of(email)
        return Suppression(address_hash, row.get("reason") or self._reason, self._moment(row))

    def _moment(self, row: Mapping[str, str]) -> datetime:
        written = row.get("at", "")
        if not written:
            return self._at
        try:
            at = datetime.fromisoformat(written)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise UsageError(f"`at` {written[:40]!r} is no moment; write 2026-11-22T09:30:00+00:00") from None


def _hash(written: str) -> bytes:
    try:
        hashed = bytes.fromhex(written)
    except ValueError:
        hashed = b""
    if len(hashed) != HASH_BYTES:
        raise UsageError(f"`hash` {written[:20]!r} is no hash; give the 64 digits that `export` wrote")
    return hashed
