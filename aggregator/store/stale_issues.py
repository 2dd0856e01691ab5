"""Issues on their way that tell a hidden story in letters not yet sent, and how they are mended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, Update, exists, select, update

from aggregator.model import Choice, DeliveryState, Newsletter, Period, Phase, PlannedVariant, StaleIssue
from aggregator.store import choices, issue_desk, issue_notes
from aggregator.store.chunks import chunked
from aggregator.store.engine import reading, writing
from aggregator.store.freezing import insert_variants
from aggregator.store.issue_rows import variant_rows
from aggregator.store.past_issues import placed_now
from aggregator.store.tables import deliveries, issue_stories, issues, stories, subscriptions, variants
from aggregator.store.told_elsewhere import told_elsewhere

HIDDEN_STORY = "a story was hidden: letters that wait are put together without it"
"""Why an issue rests until it is mended; by these words it is known that it may then go on."""
CANCELLED = "all that it told was hidden"

_row = deliveries.c
_WAITING = (DeliveryState.READY.value, DeliveryState.DEFERRED.value)
CANCELLED_IN_DOUBT = f"{CANCELLED}; whether it had arrived is not known"
_OPEN = (*_WAITING, DeliveryState.LEASED.value, DeliveryState.UNKNOWN.value)
"""Those that may be sent, or sent once more. What is leased comes back if its sender ends."""


class StaleIssues:
    """`mending.Stale` on the database."""

    def __init__(self, engine: Engine, newsletters: Sequence[Newsletter]) -> None:
        self._engine = engine
        self._zones: Mapping[str, str] = {one.id: one.time_zone for one in newsletters}

    def stale(self, now: datetime) -> Sequence[StaleIssue]:  # noqa: ARG002 - the port's: what is asked when
        """Issues with letters that wait and tell a hidden story; those that rest because of one."""
        with reading(self._engine) as connection:
            return [
                self._stale(connection, row)
                for row in connection.execute(_suspects()).all()
                if row.pause_reason == HIDDEN_STORY or _tells_hidden(connection, row.id)
            ]

    def _stale(self, connection: Connection, row: Row[Any]) -> StaleIssue:
        zone = ZoneInfo(self._zones.get(row.newsletter, "UTC"))
        last_moment = row.period_end - timedelta(microseconds=1)
        placed = tuple(placed_now(connection, row.id))
        told = [one.story.id for one in placed]
        return StaleIssue(
            id=row.id,
            newsletter=row.newsletter,
            track=row.track,
            period=Period(
                key=row.period_key,
                start=row.period_start,
                end=row.period_end,
                send_at=row.send_after,
                first_day=row.period_start.astimezone(zone).date(),
                last_day=last_moment.astimezone(zone).date(),
            ),
            placed=placed,
            choices=tuple(_waiting_choices(connection, row)),
            note=issue_notes.said_in(connection, row),
            apart=told_elsewhere(connection, row.newsletter, row.track, told),
        )

    def mend(self, issue: StaleIssue, variants: Sequence[PlannedVariant], now: datetime) -> int | None:
        """Give the letters that wait these variants, by what their readers chose; cancel the others.

        One transaction, at whose end the issue goes on, unless the operator paused it for another reason.
        Returns how many letters changed; None, with nothing written, when one of the stories was hidden
        meanwhile.
        """
        with writing(self._engine) as connection:
            if _hidden(connection, {story for one in variants for story in one.story_ids}):
                return None
            changed = 0
            numbers = zip(_numbers(connection, issue.id, variants), variants, strict=True)
            variant_of = {choice: number for number, one in numbers for choice in one.choices}
            for choice, number in variant_of.items():
                if not choice.without:
                    changed += _repoint(connection, issue.id, number, choice)
            for choice, readers in issue.apart.items():
                _tell_the_rest(connection, issue.id, variant_of.get(choice), readers)
            changed += _cancel(connection, issue.id)
            resting = select(issues.c.pause_reason).where(issues.c.id == issue.id)
            if connection.scalar(resting) == HIDDEN_STORY:
                issue_desk.resume(connection, issue.id, now)
            return changed


def rest(connection: Connection, issue_ids: Sequence[int], now: datetime) -> None:
    """Claim no letter of these until they are mended; in the caller's transaction.

    Letters that a sender holds and has not begun to hand over are taken from it: it asks for each before the
    final dot whether it is still its own.
    """
    for issue_id in issue_ids:
        issue_desk.pause(connection, issue_id, now, HIDDEN_STORY)
        connection.execute(
            update(deliveries)
            .where(
                _row.issue_id == issue_id,
                _row.state == DeliveryState.LEASED.value,
                _row.phase != Phase.DOT.value,
            )
            .values(state=DeliveryState.READY.value, lease_owner=None, lease_until=None)
        )


def _suspects() -> Any:
    """Frozen issues with letters that may still go, and a story that is hidden now."""
    waiting = exists().where(_row.issue_id == issues.c.id, _row.state.in_(_OPEN), _row.kind == "issue")
    hidden = (
        exists()
        .where(issue_stories.c.issue_id == issues.c.id, stories.c.hidden)
        .where(stories.c.id == issue_stories.c.story_id)
    )
    resting = issues.c.pause_reason == HIDDEN_STORY
    suspect = (issues.c.state == "frozen") & (resting | (hidden & waiting))
    return select(issues).where(suspect).order_by(issues.c.id)


def _tells_hidden(connection: Connection, issue_id: int) -> bool:
    return bool(_stale_variants(connection, issue_id))


def _stale_variants(connection: Connection, issue_id: int) -> list[int]:
    """Variants with a hidden story that open letters hold."""
    held = select(_row.variant_id).where(_row.issue_id == issue_id, _row.state.in_(_OPEN)).distinct()
    rows = connection.execute(
        select(variants.c.id, variants.c.story_ids).where(variants.c.id.in_(held))
    ).all()
    hidden = _hidden(connection, {story for row in rows for story in row.story_ids})
    return [row.id for row in rows if hidden.intersection(row.story_ids)]


def _hidden(connection: Connection, story_ids: Collection[int]) -> set[int]:
    return {
        found
        for chunk in chunked(story_ids)
        for found in connection.scalars(select(stories.c.id).where(stories.c.id.in_(chunk), stories.c.hidden))
    }


def _waiting_choices(connection: Connection, issue: Row[Any]) -> list[Choice]:
    columns = (subscriptions.c.language, subscriptions.c.countries, subscriptions.c.languages)
    query = (
        select(*columns)
        .distinct()
        .join(deliveries, _row.subscriber_id == subscriptions.c.subscriber_id)
        .where(
            subscriptions.c.newsletter == issue.newsletter, _row.issue_id == issue.id, _row.state.in_(_OPEN)
        )
        .order_by(*columns)
    )
    return [choices.choice(*row) for row in connection.execute(query)]


def _numbers(connection: Connection, issue_id: int, planned: Sequence[PlannedVariant]) -> list[int]:
    """The numbers of these variants; one that the issue has already is that one."""
    keys = [row["key_hash"] for row in variant_rows(planned, issue_id)]
    query = select(variants.c.key_hash, variants.c.id).where(variants.c.issue_id == issue_id)
    known = {bytes(key): number for key, number in connection.execute(query)}
    new = [(key, one) for key, one in zip(keys, planned, strict=True) if key not in known]
    if new:
        numbers = insert_variants(connection, [one for _, one in new], issue_id)
        known.update(zip((key for key, _ in new), numbers, strict=True))
    return [known[key] for key in keys]


def _repoint(connection: Connection, issue_id: int, variant_id: int, choice: Choice) -> int:
    newsletter = select(issues.c.newsletter).where(issues.c.id == issue_id).scalar_subquery()
    chosen = [subscriptions.c[name] == value for name, value in choices.columns(choice).items()]
    readers = select(subscriptions.c.subscriber_id).where(subscriptions.c.newsletter == newsletter, *chosen)
    return connection.execute(
        update(deliveries)
        .where(_row.issue_id == issue_id, _row.state.in_(_OPEN), _row.variant_id != variant_id)
        .where(_row.subscriber_id.in_(readers))
        .values(variant_id=variant_id)
    ).rowcount


def _tell_the_rest(
    connection: Connection, issue_id: int, variant_id: int | None, readers: Collection[int]
) -> None:
    """Letters to these, whom another track told some of it, get this variant; without one, none goes."""
    for chunk in chunked(readers):
        theirs = update(deliveries).where(_row.issue_id == issue_id, _row.subscriber_id.in_(chunk))
        if variant_id is not None:
            connection.execute(theirs.where(_row.state.in_(_OPEN)).values(variant_id=variant_id))
        else:
            _cancelled(connection, theirs)


def _cancel(connection: Connection, issue_id: int) -> int:
    """Letters that still tell a hidden story have nothing else to tell, or nobody to tell it to."""
    theirs = update(deliveries).where(_row.issue_id == issue_id)
    return sum(
        _cancelled(connection, theirs.where(_row.variant_id.in_(chunk)))
        for chunk in chunked(_stale_variants(connection, issue_id))
    )


def _cancelled(connection: Connection, letters: Update) -> int:
    """Those of these that wait or are of unknown fate: what nobody is to be told is not sent again."""
    values = {"state": DeliveryState.CANCELLED.value, "next_try_at": None, "unknown_since": None}
    in_doubt = letters.where(_row.state == DeliveryState.UNKNOWN.value)
    waiting = letters.where(_row.state.in_(_WAITING))
    return sum(
        connection.execute(some.values(**values, reason=reason)).rowcount
        for some, reason in ((waiting, CANCELLED), (in_doubt, CANCELLED_IN_DOUBT))
    )
