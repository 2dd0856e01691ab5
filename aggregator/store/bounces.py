"""The ledger of bounces: what came back, whose it was, and what followed.

A row is written when something is read, and judged afterwards: whatever is written, by a mailbox, a webhook
or a server's refusal, is judged once, also when the program ended in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    delete,
    func,
    or_,
    select,
    update,
)

from aggregator.model import (
    Bounce,
    BounceCase,
    BounceKind,
    BounceVerdict,
    DeliveryState,
    Departing,
    Finding,
    SortedMail,
)
from aggregator.store import bounce_rows, subscriptions
from aggregator.store.addresses import normalised
from aggregator.store.conflicts import insert_into
from aggregator.store.engine import reading, writing
from aggregator.store.secrets import Secrets
from aggregator.store.suppressions import suppress
from aggregator.store.tables import bounces, deliveries, issues, mailbox_positions, subscribers

ARRIVED_AFTER = timedelta(days=5)
"""A letter has arrived when nothing came back for so long: servers try for 5 days (RFC 5321 4.5.4.1)."""
IGNORED_KEPT = timedelta(days=90)
KEPT = timedelta(days=730)

_row = bounces.c


class BounceStore:
    """What came back of letters."""

    def __init__(self, engine: Engine, secrets: Secrets) -> None:
        self._engine = engine
        self._secrets = secrets

    # ------------------------------------------------------------------------------------------- recording

    def record(self, mails: Sequence[SortedMail], now: datetime) -> Sequence[bool]:
        """Write down what mails say, in one transaction; for each, whether all of it was understood.

        What names no letter of ours is not understood. A mail that was recorded before is not again.
        """
        with writing(self._engine) as connection:
            return [self._record(connection, mail, now) for mail in mails]

    def _record(self, connection: Connection, mail: SortedMail, now: datetime) -> bool:
        known = select(_row.kind).where(_row.digest == mail.digest)
        kinds = connection.scalars(known).all()
        if not kinds:
            rows = [
                {**self._columns(connection, finding, now), **_place(mail, part, now)}
                for part, finding in enumerate(mail.findings)
            ]
            connection.execute(insert_into(connection, bounces).on_conflict_do_nothing(), rows)
            kinds = [row["kind"] for row in rows]
        return BounceKind.STRANGE.value not in kinds

    def _columns(self, connection: Connection, finding: Finding, now: datetime) -> dict[str, Any]:
        kind, diagnostic = finding.kind, finding.diagnostic
        about = bounce_rows.found(connection, self._secrets, finding)
        if about is None and kind not in bounce_rows.SETTLED_AT_BIRTH:
            kind, diagnostic = BounceKind.STRANGE, f"a {kind} of no letter of ours: {diagnostic}".rstrip(": ")
        return {
            "kind": kind.value,
            "status": finding.status,
            "diagnostic": diagnostic,
            "judged_at": now if kind in bounce_rows.SETTLED_AT_BIRTH else None,
            **(about or {"delivery_id": None, "address_hash": None}),
        }

    # ------------------------------------------------------------------------------------------- judging

    def open_cases(self, now: datetime, window: timedelta, limit: int) -> Sequence[BounceCase]:
        """Bounces that nothing has followed from yet, the oldest first; `window` bounds what counts."""
        query = select(bounces).where(_row.judged_at.is_(None)).order_by(_row.id).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            return [_case(connection, row, now, window) for row in rows]

    def close(self, verdicts: Sequence[BounceVerdict], now: datetime) -> None:
        """Do what follows from bounces, and write it beside them: one transaction."""
        with writing(self._engine) as connection:
            for verdict in verdicts:
                _close(connection, verdict, now)

    def tidy(self, now: datetime) -> None:
        """Forget automatic answers after three months, and all that was judged after two years."""
        ignored = (_row.kind == BounceKind.IGNORED.value) & (_row.at < now - IGNORED_KEPT)
        with writing(self._engine) as connection:
            connection.execute(
                delete(bounces).where(_row.judged_at.is_not(None), or_(ignored, _row.at < now - KEPT))
            )

    # ------------------------------------------------------------------------------------------- reading

    def recent(
        self, limit: int, *, kind: BounceKind | None = None, address: str | None = None
    ) -> Sequence[Bounce]:
        """The newest first; of one kind, of one address. Raises UsageError for what is no address."""
        query = _shown().order_by(_row.id.desc()).limit(limit)
        if kind is not None:
            query = query.where(_row.kind == kind.value)
        if address is not None:
            query = query.where(_row.address_hash == self._secrets.address_hash(normalised(address)))
        with reading(self._engine) as connection:
            return [bounce_rows.bounce(row) for row in connection.execute(query)]

    def one(self, bounce_id: int) -> Bounce | None:
        """One bounce; None when there is none of this number."""
        with reading(self._engine) as connection:
            row = connection.execute(_shown().where(_row.id == bounce_id)).first()
        return bounce_rows.bounce(row) if row else None

    def counts(self, since: datetime) -> Mapping[BounceKind, int]:
        """How many of which kind came since."""
        query = select(_row.kind, func.count()).where(_row.at >= since).group_by(_row.kind)
        with reading(self._engine) as connection:
            return {BounceKind(kind): count for kind, count in connection.execute(query)}

    # ------------------------------------------------------------------------------------------- mailboxes

    def position(self, mailbox: str) -> tuple[int, int]:
        """UIDVALIDITY and the last UID that was read; zeros for a mailbox that never was."""
        here = mailbox_positions.c
        query = select(here.validity, here.uid).where(here.mailbox == mailbox)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return (row.validity, row.uid) if row else (0, 0)

    def advance(self, mailbox: str, validity: int, uid: int) -> None:
        """Remember how far a mailbox was read."""
        with writing(self._engine) as connection:
            row = insert_into(connection, mailbox_positions).values(
                mailbox=mailbox, validity=validity, uid=uid
            )
            anew = {"validity": row.excluded.validity, "uid": row.excluded.uid}
            connection.execute(row.on_conflict_do_update(index_elements=["mailbox"], set_=anew))


def _place(mail: SortedMail, part: int, now: datetime) -> dict[str, Any]:
    return {
        "digest": mail.digest,
        "part": part,
        "at": now,
        "source": mail.source,
        "key": mail.key,
        "counted": True,
        "consequence": "",
    }


def _shown() -> Select[Any]:
    return (
        select(bounces, issues.c.newsletter)
        .join(deliveries, deliveries.c.id == _row.delivery_id, isouter=True)
        .join(issues, issues.c.id == deliveries.c.issue_id, isouter=True)
    )


def _case(connection: Connection, row: Row[Any], now: datetime, window: timedelta) -> BounceCase:
    case = BounceCase(row.id, BounceKind(row.kind), row.status, row.diagnostic)
    if case.kind is not BounceKind.SOFT or row.address_hash is None:
        return case
    arrived = connection.scalar(_last_arrived(row.address_hash, now))
    since = max(now - window, arrived) if arrived else now - window
    letters, mailings = connection.execute(_soft_since(row.address_hash, since)).one()
    return BounceCase(case.bounce_id, case.kind, case.status, case.diagnostic, letters, mailings)


def _last_arrived(address_hash: bytes, now: datetime) -> Select[Any]:
    """When the last letter went to this address that nothing came back of."""
    refusals = (BounceKind.SOFT.value, BounceKind.HARD.value, BounceKind.POLICY.value)
    came_back = select(_row.id).where(_row.delivery_id == deliveries.c.id, _row.kind.in_(refusals))
    return (
        select(func.max(deliveries.c.sent_at))
        .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .where(
            subscribers.c.address_hash == address_hash,
            deliveries.c.state == DeliveryState.SENT.value,
            deliveries.c.sent_at <= now - ARRIVED_AFTER,
            ~came_back.exists(),
        )
    )


def _soft_since(address_hash: bytes, since: datetime) -> Select[int, int]:
    """Letters that came back softly, and issues they belong to; what names no letter counts as its own."""
    letter: ColumnElement[Any] = func.coalesce(_row.delivery_id, -_row.id)
    mailing: ColumnElement[Any] = func.coalesce(deliveries.c.issue_id, -letter)
    return (
        select(func.count(letter.distinct()), func.count(mailing.distinct()))
        .select_from(bounces.join(deliveries, deliveries.c.id == _row.delivery_id, isouter=True))
        .where(
            _row.address_hash == address_hash,
            _row.kind == BounceKind.SOFT.value,
            _row.counted,
            _row.at > since,
        )
    )


def _close(connection: Connection, verdict: BounceVerdict, now: datetime) -> None:
    row = connection.execute(_shown().where(_row.id == verdict.bounce_id)).one()
    followed = []
    if verdict.suppress and row.address_hash is not None:
        suppress(connection, row.address_hash, verdict.suppress, now)
        followed.append("suppressed")
    if verdict.leave is not Departing.NONE:
        newsletter = row.newsletter if verdict.leave is Departing.ONE else None
        for person in _persons(connection, row):
            subscriptions.end(connection, person, newsletter, now)
            followed.append(f"left {newsletter or 'all newsletters'}")
    connection.execute(
        update(bounces)
        .where(_row.id == verdict.bounce_id)
        .values(judged_at=now, consequence=", ".join(followed))
    )


def _persons(connection: Connection, row: Row[Any]) -> Sequence[int]:
    """Whom a bounce is about: the letter's reader, or whoever has the address."""
    if row.delivery_id is not None:
        query = select(deliveries.c.subscriber_id).where(
            deliveries.c.id == row.delivery_id, deliveries.c.subscriber_id.is_not(None)
        )
    else:
        query = select(subscribers.c.id).where(subscribers.c.address_hash == row.address_hash)
    return connection.scalars(query).all()
