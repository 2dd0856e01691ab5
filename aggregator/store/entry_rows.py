"""Described entries as rows: made before a transaction begins, so that it stays short. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from aggregator.model import DescribedEntry, Entry, Evidence, Tag


class Identity(NamedTuple):
    """What makes an entry the same entry, however often it changes."""

    source_id: str
    guid_hash: bytes


def identity(entry: Entry) -> Identity:
    """The identity of an entry within its source."""
    return Identity(entry.source_id, short_hash(entry.guid))


@lru_cache(maxsize=4096)  # a batch asks several times for each of its guids and addresses
def short_hash(text: str) -> bytes:
    """16 bytes of BLAKE2b: for look-ups among texts, not against an attacker."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def entry_row(described: DescribedEntry, at: datetime, rules_version: str, state: str) -> dict[str, Any]:
    """All columns of `entries` but the id."""
    entry = described.entry
    return {
        **content_row(described, rules_version),
        "source_id": entry.source_id,
        "guid": entry.guid,
        "guid_hash": short_hash(entry.guid),
        "published": entry.published,
        "date_guessed": entry.date_guessed,
        "first_seen": at,
        "state": state,
        "state_reason": entry.excluded,
        "revision": 0,
    }


def content_row(described: DescribedEntry, rules_version: str) -> dict[str, Any]:
    """The columns of `entries` that a revision replaces, whatever it says of the date."""
    entry, description = described.entry, described.description
    return {
        "raw_hash": entry.raw_hash,
        "shown_hash": description.shown_hash,
        "url_hash": short_hash(entry.canonical_url) if entry.canonical_url else None,
        "rules_version": rules_version,
        "language": description.language,
        "script": description.script,
        "language_declared": description.language_declared,
        "paywalled": entry.paywalled,
        "url": entry.url,
        "canonical_url": entry.canonical_url,
        "image": entry.image,
        "author": entry.author,
        "categories": list(entry.categories),
        "title": entry.title,
        "text": entry.text,
        "html": entry.html,
        "as_published": entry.as_published,
    }


def tag_rows(entry_id: int, described: DescribedEntry) -> Iterable[dict[str, Any]]:
    """Rows of `entry_tags`."""
    description = described.description
    by_role = {"subject": description.tags, "mention": description.mentions, "region": description.regions}
    for role, tags in by_role.items():
        for tag in tags:
            yield {
                "entry_id": entry_id,
                "role": role,
                "country": tag.country,
                "salience": tag.salience,
                "evidence": [[one.surface, one.zone, one.start, one.rule] for one in tag.evidence],
            }


def tag(country: str, salience: float, evidence: list[list[Any]]) -> Tag:
    """A tag from its row."""
    return Tag(country, salience, tuple(Evidence(*one) for one in evidence))
