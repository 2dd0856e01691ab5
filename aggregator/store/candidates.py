"""The one look back: stored entries that may be, or belong with, entries that just came in.

Look-ups by identity, address, title and keys gather ids; the stories of what was found add theirs, so that an
entry can be compared with a story and not with one of its entries alone. Each look-up takes many values at
once: queries do not grow with the entries but with the chunks they fill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, select

from aggregator.model import DescribedEntry, Description, KnownEntry, tells_alone
from aggregator.store import key_index, known_entries, newest, stored, window
from aggregator.store.chunks import chunked
from aggregator.store.entry_rows import identity, short_hash
from aggregator.store.newest import Shared
from aggregator.store.tables import stories, story_entries

ENTRIES_PER_KEY = 50
"""The newest entries that one key or address brings up; one that more share says little."""
MOST_CANDIDATES = 10
"""Entries that an arrival is compared with for its keys: those that share most of them, of equal ones the
newest."""
SAME_TITLE = 3
"""An equal title counts as so many keys of wording: nothing else may be left of an old entry."""
MOST_COMPANIONS = 7
"""The newest entries of a story that come with one of it, beside its lead."""

_ID_BITS = 48
_ID = (1 << _ID_BITS) - 1
_BY_ADDRESS = Shared("entries", "url_hash", "id", "bytea")
_BY_TITLE = Shared("entry_titles", "key", "entry_id", "bigint")
_BY_STORY = Shared("story_entries", "story_id", "entry_id", "bigint")


def find(connection: Connection, arrivals: Sequence[DescribedEntry], now: datetime) -> Sequence[KnownEntry]:
    """Stored entries that share an identity, an address or keys with `arrivals`, and their stories', by id.

    Keys other than that of the title bring up only what was first seen within the window before `now`.
    """
    oldest = window.oldest(connection, now)
    addresses = {one.entry.canonical_url for one in arrivals if one.entry.canonical_url}
    found = {
        *stored.ids(connection, {identity(one.entry) for one in arrivals}),
        *_by_address(connection, addresses),
        *_by_keys(connection, arrivals, oldest),
    }
    found.update(_companions(connection, found))
    return known_entries.load(connection, sorted(found), oldest)


def _by_address(connection: Connection, addresses: Collection[str]) -> Iterator[int]:
    hashes = {short_hash(address) for address in addresses}
    return chain.from_iterable(newest.of_each(connection, _BY_ADDRESS, hashes, ENTRIES_PER_KEY).values())


def _by_keys(connection: Connection, arrivals: Sequence[DescribedEntry], oldest: int) -> Iterator[int]:
    titles = {key for one in arrivals if (key := one.description.title_key) is not None}
    by_title = newest.of_each(connection, _BY_TITLE, titles, ENTRIES_PER_KEY)
    keys = {key for one in arrivals if not one.entry.excluded for key in one.description.keys}
    spread = {key: key_index.spread(key) for key in keys - titles}
    by_key = key_index.newest_of_each(connection, spread.values(), ENTRIES_PER_KEY, oldest)
    bearers = {key: ids for key, as_stored in spread.items() if (ids := by_key.get(as_stored))}
    for arrival in arrivals:
        yield from _likeliest(arrival.description, by_title, bearers)


def _likeliest(
    arrival: Description, by_title: Mapping[int, Sequence[int]], by_key: Mapping[int, Sequence[int]]
) -> Sequence[int]:
    """Ids of those that share most with an arrival, if that says anything."""
    found = {key: ids for key in arrival.keys if (ids := by_key.get(key))}
    telling = [ids for key, ids in found.items() if tells_alone(key)]
    if arrival.title_key is not None and arrival.title_key in by_title:
        telling += [by_title[arrival.title_key]] * SAME_TITLE
    others = [ids for key, ids in found.items() if not tells_alone(key)]
    if not telling and len(others) <= 1:
        return ()
    # A key that tells by itself counts twice: what shares but one of the others is nothing.
    shared = Counter(chain.from_iterable([*telling, *telling, *others]))
    # One number says how much is shared, then how new it is: that sorts in a fraction of the time of pairs.
    ranked = [(times << _ID_BITS) + entry_id for entry_id, times in shared.items() if times > 1]
    return [rank & _ID for rank in sorted(ranked, reverse=True)[:MOST_CANDIDATES]]


def _companions(connection: Connection, found: Collection[int]) -> Iterator[int]:
    """Of the stories of these entries the leads and the newest of the others."""
    leads: dict[int, int] = {}
    home = select(stories.c.id, stories.c.lead_entry_id).distinct()
    home = home.join(story_entries, story_entries.c.story_id == stories.c.id)
    for chunk in chunked(found):
        rows = connection.execute(home.where(story_entries.c.entry_id.in_(chunk)))
        leads |= {row.id: row.lead_entry_id for row in rows}
    members = newest.of_each(connection, _BY_STORY, leads, MOST_COMPANIONS + 1)
    for story_id, lead in leads.items():
        yield lead
        yield from [one for one in members[story_id] if one != lead][:MOST_COMPANIONS]
