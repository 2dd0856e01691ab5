"""Entries whose countries the operator has named: his word stands before every judgement.

What was judged stays beside it, in the role `overruled`, and takes its place again when he takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, case, delete, select, update

from aggregator.errors import UsageError
from aggregator.model import GROUP_PREFIX, CorrectionKind, DescribedEntry
from aggregator.store.bulk import insert_rows
from aggregator.store.chunks import chunked
from aggregator.store.entry_rows import tag_rows
from aggregator.store.tables import corrections, entry_tags

OPERATOR = "the operator's word"
OVERRULED = "overruled"
_DECIDING = ("subject", "region")
"""Roles of tags that say what an entry is about."""
_COUNTRY = re.compile(rf"[A-Z]{{2}}|{re.escape(GROUP_PREFIX)}\S+")


def checked(countries: Iterable[str]) -> tuple[str, ...]:
    """Each code once. Raises UsageError for what is no code of a country or a group of countries."""
    codes = tuple(dict.fromkeys(countries))
    if wrong := [code for code in codes if not _COUNTRY.fullmatch(code)]:
        raise UsageError(
            f"{', '.join(map(repr, wrong))} is no country: name them by ISO 3166-1 codes such as KZ, "
            f"or groups such as {GROUP_PREFIX}CA"
        )
    return codes


def in_force(connection: Connection, entry_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The operator's countries of those of these entries for which he has named some, or none at all."""
    found: dict[int, tuple[str, ...]] = {}
    standing = select(corrections.c.entry_id, corrections.c.arguments).where(
        corrections.c.kind == CorrectionKind.RETAG.value, corrections.c.withdrawn_at.is_(None)
    )
    for chunk in chunked(entry_ids):
        for row in connection.execute(standing.where(corrections.c.entry_id.in_(chunk))):
            found[row.entry_id] = tuple(row.arguments["countries"])
    return found


def rows(
    entry_id: int, described: DescribedEntry, retagged: Mapping[int, Sequence[str]]
) -> Iterable[dict[str, Any]]:
    """Rows of `entry_tags`: as judged, or under the operator's word."""
    if entry_id not in retagged:
        yield from tag_rows(entry_id, described)
        return
    for row in tag_rows(entry_id, described):
        yield {**row, "role": OVERRULED} if row["role"] in _DECIDING else row
    yield from _operators(entry_id, retagged[entry_id])


def _operators(entry_id: int, countries: Sequence[str]) -> Iterable[dict[str, Any]]:
    """In the order given, the first the most salient."""
    for place, country in enumerate(countries):
        yield {
            "entry_id": entry_id,
            "role": "region" if country.startswith(GROUP_PREFIX) else "subject",
            "country": country,
            "salience": 1 - place / 1000,
            "evidence": [["", "operator", 0, OPERATOR]],
        }


def apply(connection: Connection, entry_id: int, countries: Sequence[str], *, again: bool) -> None:
    """Put the operator's word in the place of what was judged, or `again` of his earlier word."""
    if again:
        _drop(connection, entry_id)
    else:
        judged = update(entry_tags).where(entry_tags.c.entry_id == entry_id, entry_tags.c.role.in_(_DECIDING))
        connection.execute(judged.values(role=OVERRULED))
    insert_rows(connection, entry_tags, list(_operators(entry_id, countries)))


def withdraw(connection: Connection, entry_id: int) -> None:
    """What was judged stands again."""
    _drop(connection, entry_id)
    overruled = update(entry_tags).where(entry_tags.c.entry_id == entry_id, entry_tags.c.role == OVERRULED)
    grouped = entry_tags.c.country.startswith(GROUP_PREFIX)
    connection.execute(overruled.values(role=case((grouped, "region"), else_="subject")))


def _drop(connection: Connection, entry_id: int) -> None:
    connection.execute(
        delete(entry_tags).where(entry_tags.c.entry_id == entry_id, entry_tags.c.role.in_(_DECIDING))
    )
