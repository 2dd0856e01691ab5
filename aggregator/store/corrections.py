"""The operator's word: stories split, merged and hidden, entries tagged anew.

Each correction is one transaction in the lane of stories, on record with its reason. What was corrected has
changed: publishing sees it next time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from aggregator.errors import UsageError
from aggregator.model import Correction, CorrectionKind
from aggregator.store import (
    changed,
    correctable,
    countries,
    merging,
    retagging,
    search_documents,
    splitting,
    thawing,
)
from aggregator.store.engine import Lane, reading, writing
from aggregator.store.tables import corrections, stories


class CorrectionStore:
    """All corrections. What they name must exist: else they raise UsageError, and nothing is written."""

    def __init__(self, engine: Engine, id_domain: str) -> None:
        """`id_domain`: domain of new stories' `tag:` URIs."""
        self._engine = engine
        self._id_domain = id_domain

    def split(self, entry_ids: Collection[int], reason: str, now: datetime) -> int:
        """Entries of one story leave it for a new one, whose id is returned.

        The new story counts as told when the old one was, and is hidden as it is. Entries that are all of
        their story stay in it. Raises UsageError when an entry is unknown or they stand in several stories.
        """
        with writing(self._engine, Lane.STORIES) as connection:
            named = correctable.entries_named(connection, entry_ids)
            left, new_id = splitting.split(connection, named, reason, now, self._id_domain)
            if new_id != left.id:
                moved = [one.entry_id for one in named]
                arguments = {"stories": [new_id], "entries": moved}
                _record(connection, CorrectionKind.SPLIT, reason, now, story_id=left.id, arguments=arguments)
                if left.hidden:
                    why = f"split off from story {left.id}, which is hidden"
                    _record(connection, CorrectionKind.HIDE, why, now, story_id=new_id)
            return new_id

    def merge(self, story_ids: Collection[int], reason: str, now: datetime) -> int:
        """Stories become the oldest of them, whose id is returned; the others lead to it.

        Stories that were merged so before are left as they are. Raises UsageError when one is unknown or was
        merged into another story, and when some are hidden and some are not.
        """
        with writing(self._engine, Lane.STORIES) as connection:
            kept, merged = merging.merge(connection, story_ids, reason)
            if merged:
                arguments = {"stories": list(merged)}
                _record(connection, CorrectionKind.MERGE, reason, now, story_id=kept, arguments=arguments)
            return kept

    def hide(self, story_id: int, reason: str, now: datetime) -> int:
        """A story leaves files and digests; the correction's id, the standing one's if it is hidden already.

        Issues that hold it are undone as long as no letter of theirs has begun: they are composed anew. Those
        on their way rest until `mending` has put the letters that wait together without it.
        """
        with writing(self._engine, Lane.STORIES) as connection:
            correctable.story(connection, story_id)
            if (standing := _standing(connection, CorrectionKind.HIDE, story_id=story_id)) is not None:
                return int(standing.id)
            _hide(connection, story_id, hidden=True)
            thawing.thaw(connection, [story_id], now)
            return _record(connection, CorrectionKind.HIDE, reason, now, story_id=story_id)

    def unhide(self, story_id: int, now: datetime) -> None:
        """A story takes its old places again; does nothing to one that is not hidden."""
        with writing(self._engine, Lane.STORIES) as connection:
            correctable.story(connection, story_id)
            if (standing := _standing(connection, CorrectionKind.HIDE, story_id=story_id)) is not None:
                _withdraw(connection, standing, now)

    def retag(self, entry_id: int, about: Sequence[str], reason: str, now: datetime) -> int:
        """An entry is about these countries, the most important first, and no others; the correction's id.

        `about`: ISO 3166-1 alpha-2 codes, or groups of countries such as `region:CA`; none is an answer, too.
        It stands before every judgement, now and when the entry is revised, until it is withdrawn.
        """
        codes = retagging.checked(about)
        with writing(self._engine, Lane.STORIES) as connection:
            (entry,) = correctable.entries_named(connection, [entry_id])
            standing = _standing(connection, CorrectionKind.RETAG, entry_id=entry_id)
            if standing is not None and standing.arguments["countries"] == list(codes):
                return int(standing.id)
            retagging.apply(connection, entry_id, codes, again=standing is not None)
            if standing is not None:
                _mark_withdrawn(connection, standing.id, now)
            _about_other_countries(connection, entry.story_id)
            arguments = {"countries": list(codes)}
            return _record(
                connection, CorrectionKind.RETAG, reason, now, entry_id=entry_id, arguments=arguments
            )

    def withdraw(self, correction_id: int, now: datetime) -> None:
        """Take back that a story was hidden or an entry tagged anew; does nothing the second time.

        Raises UsageError for an unknown correction, and for stories that were split or merged: there is no
        going back, only on.
        """
        with writing(self._engine, Lane.STORIES) as connection:
            query = select(corrections).where(corrections.c.id == correction_id)
            row = connection.execute(query).one_or_none()
            if row is None:
                raise UsageError(f"there is no correction {correction_id}: take its number from the list")
            if row.kind in (CorrectionKind.SPLIT, CorrectionKind.MERGE):
                raise UsageError(_NO_WAY_BACK[row.kind].format(row.id))
            if row.withdrawn_at is None:
                _withdraw(connection, row, now)

    def list(self) -> Sequence[Correction]:
        """All corrections, the last first."""
        with reading(self._engine) as connection:
            return [
                _correction(row)
                for row in connection.execute(select(corrections).order_by(corrections.c.id.desc()))
            ]


_NO_WAY_BACK = {
    CorrectionKind.SPLIT: "correction {} is a split, which cannot be withdrawn: merge the two stories",
    CorrectionKind.MERGE: "correction {} is a merge, which cannot be withdrawn: split the entries off",
}


def _hide(connection: Connection, story_id: int, *, hidden: bool) -> None:
    connection.execute(update(stories).where(stories.c.id == story_id).values(hidden=hidden))
    changed.number(connection, [story_id])


def _about_other_countries(connection: Connection, story_id: int) -> None:
    countries.refresh(connection, [story_id])
    search_documents.write(connection, [story_id])
    changed.number(connection, [story_id])


def _withdraw(connection: Connection, correction: Row[Any], now: datetime) -> None:
    if correction.kind == CorrectionKind.RETAG:
        retagging.withdraw(connection, correction.entry_id)
        (entry,) = correctable.entries_named(connection, [correction.entry_id])
        _about_other_countries(connection, entry.story_id)
    else:
        _hide(connection, correction.story_id, hidden=False)
    _mark_withdrawn(connection, correction.id, now)


def _mark_withdrawn(connection: Connection, correction_id: int, now: datetime) -> None:
    withdrawn = update(corrections).where(corrections.c.id == correction_id)
    connection.execute(withdrawn.values(withdrawn_at=now))


def _standing(connection: Connection, kind: CorrectionKind, **named: int) -> Row[Any] | None:
    """The correction of this kind that is in force for a story or an entry."""
    query = select(corrections).where(corrections.c.kind == kind.value, corrections.c.withdrawn_at.is_(None))
    return connection.execute(query.filter_by(**named)).one_or_none()


def _record(
    connection: Connection,
    kind: CorrectionKind,
    reason: str,
    now: datetime,
    *,
    story_id: int | None = None,
    entry_id: int | None = None,
    arguments: dict[str, Any] | None = None,
) -> int:
    row = {
        "at": now,
        "kind": kind.value,
        "story_id": story_id,
        "entry_id": entry_id,
        "arguments": arguments or {},
        "reason": reason,
    }
    recorded = insert(corrections).values(row).returning(corrections.c.id)
    return int(connection.execute(recorded).scalar_one())


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        id=row.id,
        at=row.at,
        kind=CorrectionKind(row.kind),
        reason=row.reason,
        story_id=row.story_id,
        entry_id=row.entry_id,
        stories=tuple(row.arguments.get("stories", ())),
        entries=tuple(row.arguments.get("entries", ())),
        countries=tuple(row.arguments.get("countries", ())),
        withdrawn_at=row.withdrawn_at,
    )
