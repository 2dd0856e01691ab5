"""What the editor says at the head of issues: for one period, or for the next issue that is frozen."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, exists, select, update

from aggregator.errors import UsageError
from aggregator.model import Note
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


def take(connection: Connection, newsletter: str, track: str, period: str) -> None:
    """The note for the next issue becomes that of this period, for good, unless it has one of its own."""
    own = exists().where(
        issue_notes.c.newsletter == newsletter,
        issue_notes.c.track == track,
        issue_notes.c.period_key == period,
    )
    if not connection.scalar(select(own)):
        waiting = (_row.newsletter == newsletter) & (_row.track == track) & (_row.period_key == NEXT)
        connection.execute(update(issue_notes).where(waiting).values(period_key=period))


def _refuse_frozen(connection: Connection, newsletter: str, track: str, period: str) -> None:
    frozen = select(issues.c.id).where(
        issues.c.newsletter == newsletter, issues.c.track == track, issues.c.period_key == period
    )
    if connection.scalar(frozen) is not None:
        raise UsageError(
            f"{newsletter} {track} {period} is frozen: its letters stay as they are; "
            "write the note for another period, or without --period for the next issue"
        )
