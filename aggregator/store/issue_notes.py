"""What the editor says at the head of issues: for one period, or for the next issue that is frozen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, exists, insert, select, update

from aggregator.errors import UsageError
from aggregator.model import FrozenIssue, Note
from aggregator.store.conflicts import insert_into
from aggregator.store.engine import reading, writing
from aggregator.store.tables import issue_notes, issues

NEXT = ""
"""Stands for the period of the next issue that is frozen."""

_row = issue_notes.c


class IssueNotes:
    """The notes of all newsletters, one for each track and period."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, newsletter: str, track: str, period: str) -> str | None:
        """What stands in this period's issue: its own note before the one for whichever comes next."""
        query = (
            select(_row.markdown)
            .where(_row.newsletter == newsletter, _row.track == track, _row.period_key.in_((period, NEXT)))
            .order_by(_row.period_key.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            return connection.scalar(query)

    def all(self, newsletter: str) -> Sequence[Note]:
        """The notes of a newsletter, the last written first; those of issues that went out among them."""
        query = select(issue_notes).where(_row.newsletter == newsletter)
        with reading(self._engine) as connection:
            return [
                Note(row.newsletter, row.track, row.period_key, row.markdown, row.written_at)
                for row in connection.execute(query.order_by(_row.written_at.desc(), _row.track))
            ]

    def write(self, note: Note) -> None:
        """Put a note there, instead of the one there was. Raises UsageError for an issue that is frozen."""
        with writing(self._engine) as connection:
            _refuse_frozen(connection, note.newsletter, note.track, note.period)
            said = {"markdown": note.markdown, "written_at": note.written_at}
            row = {"newsletter": note.newsletter, "track": note.track, "period_key": note.period, **said}
            statement = insert_into(connection, issue_notes).values(row)
            unique = [_row.newsletter, _row.track, _row.period_key]
            connection.execute(statement.on_conflict_do_update(index_elements=unique, set_=said))

    def clear(self, newsletter: str, track: str, period: str) -> bool:
        """Take a note away; False when there was none. Raises UsageError for an issue that is frozen."""
        with writing(self._engine) as connection:
            _refuse_frozen(connection, newsletter, track, period)
            this = (_row.newsletter == newsletter) & (_row.track == track) & (_row.period_key == period)
            return connection.execute(delete(issue_notes).where(this)).rowcount > 0


def keep(connection: Connection, issue: FrozenIssue) -> None:
    """What the issue's letters say stands under its period from now on, be it that a file said it.

    The note for the next issue is used up by that, if it is the one.
    """
    said = {"newsletter": issue.newsletter, "track": issue.track, "period_key": issue.period.key}
    own = [_row[name] == value for name, value in said.items()]
    if not issue.note or connection.scalar(select(exists().where(*own))):
        return
    waiting = [_row.newsletter == issue.newsletter, _row.track == issue.track, _row.period_key == NEXT]
    taken = update(issue_notes).where(*waiting, _row.markdown == issue.note)
    if not connection.execute(taken.values(period_key=issue.period.key)).rowcount:
        row = {**said, "markdown": issue.note, "written_at": issue.frozen_at}
        connection.execute(insert(issue_notes).values(row))


def forget(connection: Connection, issue: Row[Any]) -> None:
    """An issue is undone: what a file said in it is read again, what was written for it stays."""
    connection.execute(
        delete(issue_notes).where(
            _row.newsletter == issue.newsletter,
            _row.track == issue.track,
            _row.period_key == issue.period_key,
            _row.written_at == issue.frozen_at,
        )
    )


def said_in(connection: Connection, issue: Row[Any]) -> str:
    """What the letters of a frozen issue say at their head; empty for nothing."""
    own = select(_row.markdown).where(
        _row.newsletter == issue.newsletter,
        _row.track == issue.track,
        _row.period_key == issue.period_key,
    )
    return connection.scalar(own) or ""


def _refuse_frozen(connection: Connection, newsletter: str, track: str, period: str) -> None:
    frozen = select(issues.c.id).where(
        issues.c.newsletter == newsletter, issues.c.track == track, issues.c.period_key == period
    )
    if connection.scalar(frozen) is not None:
        raise UsageError(
            f"{newsletter} {track} {period} is frozen: its letters stay as they are; "
            "write the note for another period, or without --period for the next issue"
        )
