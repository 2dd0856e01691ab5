"""Which story shows which picture: links from stories to pictures, and what follows for both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, delete, exists, select, update

from aggregator.model import Picture, PictureFile, PictureLink
from aggregator.store import changed
from aggregator.store.chunks import chunked
from aggregator.store.conflicts import insert_into
from aggregator.store.entry_rows import short_hash
from aggregator.store.tables import pictures, story_pictures

WANTED, READY, GIVEN_UP = "wanted", "ready", "given-up"


def picture(row: Row[Any]) -> Picture:
    """The copy that a row of `pictures` describes, of one that is ready."""
    return Picture(
        PictureFile(row.small_path, row.small_width, row.small_height),
        PictureFile(row.large_path, row.large_width, row.large_height),
    )


def add(connection: Connection, links: Sequence[PictureLink], now: datetime) -> None:
    """Link stories to pictures, which are wanted from now on unless they are known; a story has one link."""
    keys = {link.lead.story_id: short_hash(link.lead.address) for link in links}
    before = _of_stories(connection, keys)
    new = [link for link in links if before.get(link.lead.story_id) != keys[link.lead.story_id]]
    if not new:
        return
    _want(connection, new, now)
    rows = [
        {
            "story_id": link.lead.story_id,
            "picture_key": keys[link.lead.story_id],
            "told_at": link.lead.told_at,
        }
        for link in new
    ]
    insert = insert_into(connection, story_pictures)
    replace = {"picture_key": insert.excluded.picture_key, "told_at": insert.excluded.told_at}
    connection.execute(insert.on_conflict_do_update(index_elements=["story_id"], set_=replace), rows)
    linked = {link.lead.story_id: keys[link.lead.story_id] for link in new}
    _tell(connection, linked)
    _let_go(connection, {before[story_id] for story_id in linked if story_id in before}, now)


def _want(connection: Connection, links: Sequence[PictureLink], now: datetime) -> None:
    """A picture that is known only learns of its newest story."""
    newest = {short_hash(link.lead.address): link for link in sorted(links, key=_told_number)}
    rows = [
        {
            "key": key,
            "address": link.lead.address,
            "source_id": link.lead.source_id,
            "site": link.site,
            "state": WANTED,
            "attempts": 0,
            "next_attempt": now,
            "reason": "",
            "told_number": link.lead.told_number,
        }
        for key, link in newest.items()
    ]
    insert = insert_into(connection, pictures)
    newer = insert.excluded.told_number > pictures.c.told_number
    told_number = case((newer, insert.excluded.told_number), else_=pictures.c.told_number)
    known = {"told_number": told_number, "unneeded_since": None}
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=known), rows)


def _told_number(link: PictureLink) -> int:
    return link.lead.told_number


def remove(connection: Connection, story_ids: Collection[int], now: datetime) -> int:
    """Stories that show no picture any more; how many had one or waited for it."""
    before = _of_stories(connection, story_ids)
    _tell(connection, before)
    for chunk in chunked(before):
        connection.execute(delete(story_pictures).where(story_pictures.c.story_id.in_(chunk)))
    _let_go(connection, set(before.values()), now)
    return len(before)


def of_pictures(connection: Connection, keys: Collection[bytes]) -> set[int]:
    """Ids of the stories that are linked to one of these pictures."""
    found: set[int] = set()
    for chunk in chunked(keys):
        query = select(story_pictures.c.story_id).where(story_pictures.c.picture_key.in_(chunk))
        found.update(connection.scalars(query))
    return found


def _tell(connection: Connection, linked: Mapping[int, bytes]) -> None:
    """Stories change by a link only when its picture can be seen."""
    ready: set[bytes] = set()
    for chunk in chunked(set(linked.values())):
        query = select(pictures.c.key).where(pictures.c.key.in_(chunk), pictures.c.state == READY)
        ready.update(connection.scalars(query))
    changed.number(connection, (story_id for story_id, key in linked.items() if key in ready))


def _of_stories(connection: Connection, story_ids: Collection[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for chunk in chunked(story_ids):
        query = select(story_pictures.c.story_id, story_pictures.c.picture_key)
        rows = connection.execute(query.where(story_pictures.c.story_id.in_(chunk)))
        found |= {row.story_id: row.picture_key for row in rows}
    return found


def _let_go(connection: Connection, keys: Collection[bytes], now: datetime) -> None:
    """Note since when pictures are unneeded that no story is linked to any more."""
    needed = exists().where(story_pictures.c.picture_key == pictures.c.key)
    for chunk in chunked(keys):
        unneeded = update(pictures).where(pictures.c.key.in_(chunk), ~needed)
        connection.execute(unneeded.values(unneeded_since=now))
