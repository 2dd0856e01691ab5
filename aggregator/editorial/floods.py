"""Floods: when a source shows its archive, or gives all its entries new guids.

What comes then is not news. Entries under new guids are the known ones; entries of an archive are stored and
searchable, but never told as new. Both are judged by the source's whole body, never by one entry.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model import DescribedEntry, KnownEntry

Identity = tuple[str, str]
"""Source id and guid."""

MOSTLY_NEW = 0.8
"""Share of a body's entries that must be new before its guids can have changed."""
FEWEST_RENAMED = 3
RENAMED = 2 / 3
"""Share of the new entries whose address or title is a stored one's, when guids have changed."""
ARCHIVE = 10
"""So many entries at once that are older than our last visit: an archive was added, no late entries."""
CATCH_UP = timedelta(days=7)
"""After a longer absence (ours or the source's) its body is read as on a first poll."""
SAME_MOMENT = 50
"""So many new entries of one minute: nobody writes like that, an archive was dated anew or has no dates."""


@dataclass(frozen=True, slots=True)
class Body:
    """What is known of the body that a source's entries came in."""

    total: int
    """Entries that it holds, new or not."""
    last_success: datetime | None
    """When the source was last read; None when this is the first time."""


def identity(one: DescribedEntry) -> Identity:
    """What makes an entry the same one among all sources."""
    return one.entry.source_id, one.entry.guid


def renamed(
    arrived: Collection[DescribedEntry],
    known: Sequence[KnownEntry],
    bodies: Mapping[str, Body],
    shared: Collection[str],
) -> dict[Identity, KnownEntry]:
    """New entries that are stored under another guid, with what is stored.

    Only when nearly all of a source's body is new and most of that has the address or the title of a stored
    entry of the same source. Addresses in `shared` stand for no article.
    """
    present = {identity(one) for one in arrived}
    stored = {(one.source_id, one.guid) for one in known}
    missing: defaultdict[str, list[KnownEntry]] = defaultdict(list)
    for one in known:
        if (one.source_id, one.guid) not in present:
            missing[one.source_id].append(one)
    found: dict[Identity, KnownEntry] = {}
    for source_id, new in _by_source(one for one in arrived if identity(one) not in stored).items():
        total = bodies[source_id].total if source_id in bodies else len(new)
        if len(new) < MOSTLY_NEW * total:
            continue
        twins = _twins(new, missing[source_id], shared)
        if len(twins) >= max(FEWEST_RENAMED, RENAMED * len(new)):
            found |= twins
    return found


def _twins(
    new: Sequence[DescribedEntry], missing: Sequence[KnownEntry], shared: Collection[str]
) -> dict[Identity, KnownEntry]:
    """New entries with the stored one that has their address, or else their title; each stored one once."""
    marks: defaultdict[str | int, list[KnownEntry]] = defaultdict(list)
    for one in sorted(missing, key=lambda one: one.id):
        marks[one.canonical_url].append(one)
        if one.title_key is not None:
            marks[one.title_key].append(one)
    taken: set[int] = set()
    twins = {}
    for arrival in new:
        address = arrival.entry.canonical_url
        own: list[str | int] = [address] if address and address not in shared else []
        if (title_key := arrival.description.title_key) is not None:
            own.append(title_key)
        for mark in own:
            twin = next((one for one in marks[mark] if one.id not in taken), None)
            if twin is not None:
                taken.add(twin.id)
                twins[identity(arrival)] = twin
                break
    return twins


def archived(
    new: Iterable[DescribedEntry],
    bodies: Mapping[str, Body],
    *,
    now: datetime,
    first_polls: Collection[str],
    first_window: timedelta,
) -> frozenset[Identity]:
    """New entries that are no news: the archive that a source shows at first, adds later, or dates anew."""
    old: set[Identity] = set()
    for source_id, entries in _by_source(new).items():
        last_success = bodies[source_id].last_success if source_id in bodies else now
        if source_id in first_polls or last_success is None or now - last_success > CATCH_UP:
            archive = _before(entries, now - first_window)
        else:
            # What appeared since our last visit is late, not old: we were away.
            archive = _before(entries, min(last_success, now) - first_window)
            archive = archive if len(archive) >= ARCHIVE else []
        old.update(identity(one) for one in archive)
        old.update(identity(one) for one in _of_one_minute(entries))
    return frozenset(old)


def _before(entries: Iterable[DescribedEntry], moment: datetime) -> list[DescribedEntry]:
    return [one for one in entries if one.entry.published < moment]


def _of_one_minute(entries: Sequence[DescribedEntry]) -> list[DescribedEntry]:
    minutes = Counter(_minute(one) for one in entries)
    return [one for one in entries if minutes[_minute(one)] >= SAME_MOMENT]


def _minute(one: DescribedEntry) -> datetime:
    return one.entry.published.replace(second=0, microsecond=0)


def _by_source(entries: Iterable[DescribedEntry]) -> dict[str, list[DescribedEntry]]:
    found: defaultdict[str, list[DescribedEntry]] = defaultdict(list)
    for one in entries:
        found[one.entry.source_id].append(one)
    return found
