"""Sources in the index: by a key of ours, because config may give them other ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from aggregator.store.conflicts import insert_into
from aggregator.store.search_facets import Facet, facet
from aggregator.store.tables import search_sources

_UNKNOWN = facet(Facet.SOURCE, "")
"""What no story has."""


def facets(connection: Connection, source_ids: Collection[str]) -> list[str]:
    """The words for these sources as far as they tell stories; one that no story has where none does."""
    if not source_ids:
        return []
    return list(_known(connection, source_ids).values()) or [_UNKNOWN]


def facet_of_each(connection: Connection, source_ids: Collection[str]) -> Mapping[str, str]:
    """The word for each of these sources, for whoever writes; new ones get a key."""
    rows = [{"source_id": source_id} for source_id in source_ids]
    if rows:
        connection.execute(insert_into(connection, search_sources).on_conflict_do_nothing(), rows)
    return _known(connection, source_ids)


def _known(connection: Connection, source_ids: Collection[str]) -> dict[str, str]:
    query = select(search_sources.c.source_id, search_sources.c.key)
    # What is no text for every database is no source's id.
    query = query.where(search_sources.c.source_id.in_([one for one in source_ids if one.isprintable()]))
    return {row.source_id: facet(Facet.SOURCE, str(row.key)) for row in connection.execute(query)}
