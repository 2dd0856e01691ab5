"""Pictures: which are wanted, what became of each, and which nobody needs any more.

All writing holds the lane of stories: a picture that becomes ready, or goes, changes its stories.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, bindparam, case, delete, or_, select, update

from aggregator.model import (
    LeadPicture,
    LeadPictures,
    Picture,
    PictureLink,
    UnneededPicture,
    WantedPicture,
)
from aggregator.store import changed, picture_links
from aggregator.store.chunks import chunked
from aggregator.store.conflicts import insert_into
from aggregator.store.engine import Lane, reading, writing
from aggregator.store.picture_links import GIVEN_UP, READY, WANTED
from aggregator.store.tables import entries, meta, pictures, sequences, stories, story_pictures

_LOOKED_UPTO = "pictures_looked_upto"
"""Key in `meta`: a change number, and the rules by which it was reached."""


class PictureStore:
    """Pictures of stories, wanted and copied."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -------------------------------------------------------------------------------------- what is wanted

    def looked_upto(self, rules: str) -> int:
        """Change number up to which stories were looked at by these rules; 0 when the rules are others."""
        with reading(self._engine) as connection:
            value = connection.scalar(select(meta.c.value).where(meta.c.key == _LOOKED_UPTO))
        number, _, by = (value or "").partition(" ")
        return int(number) if number and by == rules else 0

    def leads(self, since: int, told_since: datetime, limit: int) -> LeadPictures:
        """The next `limit` stories that changed after `since`, in order of change.

        Only those that were told since `told_since` and whose lead names a picture, and those that are linked
        to a picture already, whatever became of them.
        """
        wanting = and_(
            stories.c.told_number.is_not(None), stories.c.told_at >= told_since, entries.c.image != ""
        )
        query = (
            select(
                stories.c.id,
                stories.c.change_number,
                stories.c.told_at,
                stories.c.told_number,
                (~stories.c.hidden & stories.c.merged_into.is_(None)).label("visible"),
                entries.c.source_id,
                entries.c.image,
            )
            .join(entries, entries.c.id == stories.c.lead_entry_id)
            .outerjoin(story_pictures, story_pictures.c.story_id == stories.c.id)
            .where(stories.c.change_number > since, or_(story_pictures.c.story_id.is_not(None), wanting))
            .order_by(stories.c.change_number)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            last = select(sequences.c.value).where(sequences.c.name == "change")
            upto = rows[-1].change_number if len(rows) == limit else connection.scalar(last)
        leads = (
            LeadPicture(row.id, row.source_id, row.image, row.told_at, row.told_number, bool(row.visible))
            for row in rows
        )
        return LeadPictures(int(upto or 0), tuple(leads))

    def link(
        self, now: datetime, wanted: Sequence[PictureLink], unwanted: Collection[int], upto: int, rules: str
    ) -> None:
        """Let stories want the pictures of their leads, or none; `upto` is where the next look begins."""
        with writing(self._engine, Lane.STORIES) as connection:
            picture_links.add(connection, wanted, now)
            picture_links.remove(connection, unwanted, now)
            insert = insert_into(connection, meta).values(key=_LOOKED_UPTO, value=f"{upto} {rules}")
            connection.execute(
                insert.on_conflict_do_update(index_elements=["key"], set_={"value": insert.excluded.value})
            )

    def retire(self, now: datetime, told_before: datetime, limit: int) -> int:
        """Take the pictures from the oldest `limit` stories told before `told_before`; how many had one."""
        oldest = (
            select(story_pictures.c.story_id)
            .where(story_pictures.c.told_at < told_before)
            .order_by(story_pictures.c.told_at)
            .limit(limit)
        )
        with writing(self._engine, Lane.STORIES) as connection:
            return picture_links.remove(connection, connection.scalars(oldest).all(), now)

    # ------------------------------------------------------------------------------------------- attempts

    def claim(
        self, now: datetime, limit: int, back_off: Callable[[int], timedelta], most: int
    ) -> Sequence[WantedPicture]:
        """Take wanted pictures that are due, those of the newest stories first.

        The attempt is durable before this returns, and the next one not due before `back_off` of the attempts
        made, so that a crash never asks early. `most`: attempts after which a picture is asked no more.
        """
        due = (
            select(pictures)
            .where(
                pictures.c.state == WANTED,
                pictures.c.next_attempt <= now,
                pictures.c.attempts < most,
                pictures.c.unneeded_since.is_(None),
            )
            .order_by(pictures.c.told_number.desc(), pictures.c.key)
            .limit(limit)
        )
        with writing(self._engine, Lane.STORIES) as connection:
            claimed = [
                WantedPicture(row.key, row.address, row.source_id, row.site, row.attempts + 1)
                for row in connection.execute(due)
            ]
            if claimed:
                attempt = update(pictures).where(pictures.c.key == bindparam("picture"))
                connection.execute(
                    attempt.values(attempts=bindparam("made"), next_attempt=bindparam("next")),
                    [
                        {"picture": one.key, "made": one.attempts, "next": now + back_off(one.attempts)}
                        for one in claimed
                    ],
                )
        return claimed

    def ready(self, key: bytes, picture: Picture) -> None:
        """The copy is published: the stories that wanted it have changed."""
        with writing(self._engine, Lane.STORIES) as connection:
            connection.execute(
                update(pictures)
                .where(pictures.c.key == key)
                .values(
                    state=READY,
                    reason="",
                    small_path=picture.small.path,
                    small_width=picture.small.width,
                    small_height=picture.small.height,
                    large_path=picture.large.path,
                    large_width=picture.large.width,
                    large_height=picture.large.height,
                )
            )
            changed.number(connection, picture_links.of_pictures(connection, [key]))

    def failed(self, key: bytes, reason: str, not_before: datetime | None) -> None:
        """The attempt brought nothing. `not_before`: the earliest next one; None gives the picture up."""
        values = {"state": GIVEN_UP} if not_before is None else {"next_attempt": not_before}
        with writing(self._engine, Lane.STORIES) as connection:
            connection.execute(
                update(pictures)
                .where(pictures.c.key == key, pictures.c.state == WANTED)
                .values(reason=reason, **values)
            )

    def rest(self, site: str, until: datetime, unasked: Sequence[bytes]) -> None:
        """Ask nothing of a site before `until`; attempts that were claimed but not made do not count."""
        with writing(self._engine, Lane.STORIES) as connection:
            for chunk in chunked(unasked):
                made = update(pictures).where(pictures.c.key.in_(chunk))
                connection.execute(made.values(attempts=pictures.c.attempts - 1, next_attempt=until))
            later = case((pictures.c.next_attempt < until, until), else_=pictures.c.next_attempt)
            waiting = update(pictures).where(pictures.c.state == WANTED, pictures.c.site == site)
            connection.execute(waiting.values(next_attempt=later))

    # ---------------------------------------------------------------------------------------------- files

    def newest(self, limit: int) -> Mapping[bytes, Picture]:
        """The copies that the newest stories show, by key."""
        query = select(pictures).where(pictures.c.state == READY, pictures.c.unneeded_since.is_(None))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(pictures.c.told_number.desc()).limit(limit))
            return {row.key: picture_links.picture(row) for row in rows}

    def lost(self, now: datetime, keys: Collection[bytes]) -> None:
        """Files of these are gone: they are wanted again, and their stories show none until then."""
        with writing(self._engine, Lane.STORIES) as connection:
            for chunk in chunked(keys):
                again = update(pictures).where(pictures.c.key.in_(chunk))
                connection.execute(again.values(state=WANTED, attempts=0, next_attempt=now))
            changed.number(connection, picture_links.of_pictures(connection, keys))

    def unneeded(self, before: datetime, limit: int) -> Sequence[UnneededPicture]:
        """Pictures that no story has needed since `before`, the longest unneeded first."""
        query = (
            select(pictures.c.key, pictures.c.small_path, pictures.c.large_path)
            .where(pictures.c.unneeded_since < before)
            .order_by(pictures.c.unneeded_since)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            ours = {row.key for row in rows}
            paths = {path for row in rows for path in (row.small_path, row.large_path) if path}
            shared = _shared(connection, paths, ours)
            return [
                UnneededPicture(row.key, tuple(sorted({row.small_path, row.large_path} - shared - {None})))
                for row in rows
            ]

    def forget(self, keys: Collection[bytes]) -> None:
        """The files of these are removed. One that is needed again by now stays known."""
        with writing(self._engine, Lane.STORIES) as connection:
            for chunk in chunked(keys):
                unneeded = pictures.c.key.in_(chunk) & pictures.c.unneeded_since.is_not(None)
                connection.execute(delete(pictures).where(unneeded))


def _shared(connection: Connection, paths: Collection[str], ours: Collection[bytes]) -> set[str]:
    """Those of `paths` that a picture besides `ours` has too: equal bytes have one file."""
    shared: set[str] = set()
    for chunk in chunked(paths):
        for column in (pictures.c.small_path, pictures.c.large_path):
            rows = connection.execute(select(pictures.c.key, column).where(column.in_(chunk)))
            shared.update(path for key, path in rows if key not in ours)
    return shared
