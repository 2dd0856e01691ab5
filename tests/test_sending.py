"""Sending as a whole: many letters, several servers, trouble of every kind; on a real ledger."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, update

from aggregator.errors import StoreError
from aggregator.model import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Letter,
    Newsletter,
    Notice,
    Outcome,
    Phase,
    Rhythm,
    SendWindow,
    SmtpReply,
    Track,
    Variant,
)
from aggregator.outgoing import DeliverPorts, DeliverReport, Road
from aggregator.pipeline import deliver
from aggregator.store import engine as database
from aggregator.store import notices
from aggregator.store.deliveries import DeliveryLedger
from aggregator.store.engine import reading, writing
from aggregator.store.issue_desk import IssueDesk
from aggregator.store.secrets import Key, Secrets
from aggregator.store.tables import deliveries, issues, subscribers, subscriptions, variants
from aggregator.traffic import Traffic

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SECRETS = Secrets((Key("only", b"k" * 32),))
LEASE = timedelta(minutes=15)
WEEKLY = Newsletter(
    "weekly", {"en": "Weekly"}, "desk@example.org", "UTC", "07:00", (Track("weekly-1", Rhythm.WEEKLY),), ()
)
OK = SmtpReply(Phase.DOT, 250, "2.0.0 ok", "2.0.0")
SENT, DEFERRED, READY = DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.READY
LEASED, UNKNOWN = DeliveryState.LEASED, DeliveryState.UNKNOWN

Answer = Callable[[Letter], Awaitable[SmtpReply]]


@dataclass
class Server:
    """Answers each letter as the test's function says."""

    answer: Answer
    server: str = "first.example:25"
    sent: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    record: dict[str, bool] = field(default_factory=dict)

    async def send(self, letter: Letter, reach: Callable[[Phase], Awaitable[None]]) -> SmtpReply:
        self.tried.append(letter.recipient)
        reply = await self.answer(letter)
        if reply.phase is Phase.DOT:
            await reach(Phase.DOT)
        if reply.code == 250:
            self.sent.append(letter.recipient)
        return reply

    def was_accepted(self, message_id: str) -> bool | None:
        return self.record.get(message_id)


async def takes(letter: Letter) -> SmtpReply:
    return OK


def always(*said: object) -> Answer:
    async def answer(letter: Letter) -> SmtpReply:
        return SmtpReply(*said)  # type: ignore[arg-type]

    return answer


def write_letter(newsletter: Newsletter, variant: Variant, delivery: Delivery) -> Letter:
    return Letter(newsletter.sender, delivery.address, delivery.message_id.encode())


def write_notice(notice: Notice, delivery: Delivery) -> Letter:
    return Letter("desk@example.org", delivery.address, notice.text.encode())


@dataclass
class Post:
    """An issue on its way, and what sends it."""

    engine: Engine
    ledger: DeliveryLedger
    server: Server
    ports: DeliverPorts

    def using(self, **parts: object) -> Post:
        self.ports = replace(self.ports, **parts)  # type: ignore[arg-type]
        return self

    async def send(self, at: datetime = NOW, **options: object) -> DeliverReport:
        return await deliver(at, self.ports, **options)  # type: ignore[arg-type]

    def states(self) -> dict[DeliveryState, int]:
        return dict(self.ledger.counts())

    def readers(self, *addresses: str) -> None:
        """A letter of the issue to each of these, due now."""
        numbered = list(enumerate(addresses, start=1))
        with writing(self.engine) as connection:
            connection.execute(insert(subscribers), [_person(n, one) for n, one in numbered])
            connection.execute(insert(subscriptions), [_subscription(n) for n, _ in numbered])
            connection.execute(insert(deliveries), [_letter(n, one) for n, one in numbered])

    def notice(self, address: str) -> int:
        with writing(self.engine) as connection:
            number, _ = notices.enqueue(
                connection,
                SECRETS,
                kind=DeliveryKind.CONFIRM,
                notice=Notice("en", "Confirm", "", "confirm", "/c/"),
                address=address,
                subscriber_id=None,
                now=NOW,
                expires_at=NOW + HOUR,
                link_base="https://news.example",
            )
        return number


def _person(number: int, address: str) -> dict[str, object]:
    return {
        "id": number,
        "email": address,
        "email_key": address,
        "address_hash": SECRETS.address_hash(address),
        "state": "confirmed",
        "language": "en",
        "created_at": NOW,
        "consent": {},
    }


def _subscription(number: int) -> dict[str, object]:
    choice = {"language": "en", "countries": "", "languages": ""}
    track = {"newsletter": "weekly", "track": "weekly-1", "state": "confirmed"}
    return {"subscriber_id": number, **track, **choice}


def _letter(number: int, address: str) -> dict[str, object]:
    return {
        "kind": "issue",
        "issue_id": 1,
        "subscriber_id": number,
        "address": address,
        "variant_id": 1,
        "state": "ready",
        "attempts": 0,
        "not_before": NOW,
        "expires_at": NOW + timedelta(days=2),
        "reason": "",
    }


def _issue() -> dict[str, object]:
    moments = dict.fromkeys(("period_start", "period_end", "frozen_at", "send_after"), NOW)
    names = {"newsletter": "weekly", "track": "weekly-1", "period_key": "2026-W47", "state": "frozen"}
    rest = {"link_base": "https://news.example", "template_version": "1", "content_hash": b""}
    return {"id": 1, **moments, **names, **rest, "expires_at": NOW + timedelta(days=2)}


def _variant() -> dict[str, object]:
    parts = {f"{kind}_{part}": "" for kind in ("html", "text") for part in ("head", "body", "foot")}
    return {
        "id": 1,
        "issue_id": 1,
        "key_hash": b"1",
        "language": "en",
        "story_ids": [],
        "subject": "",
        **parts,
    }


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the current version, to be copied."""
    path = tmp_path_factory.mktemp("sending") / "template.db"
    engine = database.connect(f"sqlite:///{path}")
    database.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def post(tmp_path: Path, template: Path) -> Iterator[Post]:
    engine = database.connect(f"sqlite:///{shutil.copy(template, tmp_path / 'news.db')}")
    with writing(engine) as connection:
        connection.execute(insert(issues).values(_issue()))
        connection.execute(insert(variants).values(_variant()))
    ledger = DeliveryLedger(engine, SECRETS, "news.example", LEASE)
    server = Server(takes)
    ports = DeliverPorts({"weekly": WEEKLY}, ledger, server, write_letter, write_notice, sessions=5)
    yield Post(engine, ledger, server, ports)
    engine.dispose()


async def have_tried(server: Server, count: int) -> None:
    async with asyncio.timeout(20):
        while len(server.tried) < count:  # noqa: ASYNC110 - another task counts
            await asyncio.sleep(0.01)


def people(count: int, domain: str = "example.org") -> list[str]:
    return [f"r{number}@{domain}" for number in range(count)]


# ------------------------------------------------------------------------------------------------ flow


async def test_all_that_is_due_goes_out_in_one_sending(post: Post) -> None:
    post.readers(*people(450))
    report = await post.send(limit=None)
    assert report.counts == {SENT: 450} == post.states()
    assert sorted(post.server.sent) == sorted(people(450))


async def test_a_limit_is_kept(post: Post) -> None:
    post.readers(*people(30))
    report = await post.send(limit=7)
    assert len(report.lines) == 7
    assert post.states() == {SENT: 7, READY: 23}


async def test_one_slow_letter_holds_up_no_other(post: Post) -> None:
    released = asyncio.Event()

    async def slow_for_the_first(letter: Letter) -> SmtpReply:
        if letter.recipient == "r0@example.org":
            await released.wait()
        return OK

    post.server.answer = slow_for_the_first
    post.readers(*people(300))
    sending = asyncio.create_task(post.send(limit=None))
    await have_tried(post.server, 300)
    await asyncio.sleep(0.1)
    released.set()
    assert (await sending).counts == {SENT: 300}


async def test_a_notice_overtakes_an_issue_whose_every_session_is_taken(post: Post) -> None:
    released = asyncio.Event()

    async def slow_for_issues(letter: Letter) -> SmtpReply:
        if letter.content != b"confirm":
            await released.wait()
        return OK

    post.server.answer = slow_for_issues
    post.readers(*people(50))
    issue = asyncio.create_task(post.send(limit=None))
    await have_tried(post.server, 4)
    await asyncio.sleep(0.05)
    assert len(post.server.tried) == 4, "one session of five is kept free"
    post.notice("cem@example.org")
    async with asyncio.timeout(2):
        assert (await post.send(urgent=True)).counts == {SENT: 1}
    released.set()
    assert (await issue).counts == {SENT: 50}


async def test_two_senders_at_once_send_each_letter_once(post: Post) -> None:
    post.readers(*people(400))
    other = DeliveryLedger(post.engine, SECRETS, "news.example", LEASE)
    ports = replace(post.ports, ledger=other, traffic=Traffic())
    one, two = await asyncio.gather(post.send(limit=None), deliver(NOW, ports, limit=None))
    assert one.counts[SENT] + two.counts[SENT] == 400
    assert len(set(post.server.sent)) == len(post.server.sent) == 400


async def test_who_leaves_while_letters_wait_gets_none(post: Post) -> None:
    async def leaves(letter: Letter) -> SmtpReply:
        if len(post.server.tried) == 1:
            with writing(post.engine) as connection:
                gone = update(subscriptions).where(subscriptions.c.subscriber_id > 1)
                connection.execute(gone.values(state="left"))
            await asyncio.sleep(1.2)
        return OK

    post.server.answer = leaves
    post.readers(*people(60))
    post.using(sessions=1)
    await post.send(limit=None)
    assert post.states() == {SENT: 1, DeliveryState.SUPPRESSED: 59}, "those that wait for a session, too"


# ------------------------------------------------------------------------------------------------ trouble


async def test_a_wrong_password_rests_the_server_and_counts_against_nobody(post: Post) -> None:
    post.server.answer = always(Phase.CONNECT, 535, "5.7.8 wrong password", "5.7.8")
    post.readers(*people(300))
    await post.send(limit=None)
    assert len(post.server.tried) <= 5
    assert [one.server for one in post.ledger.pauses(NOW)] == ["first.example:25"]
    with reading(post.engine) as connection:
        assert connection.scalar(select(func.sum(deliveries.c.attempts))) == 0
    post.server.answer = takes
    assert (await post.send(NOW + MINUTE)).counts == {}
    await post.send(NOW + 2 * HOUR, limit=None)
    assert post.states() == {SENT: 300}


async def test_the_other_server_takes_what_the_first_cannot(post: Post) -> None:
    post.server.answer = always(Phase.CONNECT, None, "connection refused")
    second = Server(takes, "second.example:25")
    post.using(more=(Road(second, sessions=2),))
    post.readers(*people(60))
    assert (await post.send(limit=None)).counts[SENT] == 60
    assert len(second.sent) == 60
    assert len(post.server.tried) <= 5


async def test_servers_share_the_work(post: Post) -> None:
    async def takes_a_while(letter: Letter) -> SmtpReply:
        await asyncio.sleep(0.002)
        return OK

    post.server.answer = takes_a_while
    second = Server(takes_a_while, "second.example:25")
    post.using(more=(Road(second, sessions=5),))
    post.readers(*people(120))
    await post.send(limit=None)
    assert len(second.sent) > 30
    assert len(post.server.sent) > 30


async def test_a_server_that_refuses_ten_in_a_row_rests_and_the_rest_wait_untried(post: Post) -> None:
    post.server.answer = always(Phase.MAIL, 451, "4.3.2 try later", "4.3.2")
    post.readers(*people(200))
    await post.send(limit=None)
    assert 10 <= len(post.server.tried) <= 15
    (pause,) = post.ledger.pauses(NOW)
    assert pause.until == NOW + timedelta(minutes=5)
    assert post.states()[READY] >= 185


async def test_a_domain_that_refuses_everybody_rests_alone(post: Post) -> None:
    async def refuses_one_domain(letter: Letter) -> SmtpReply:
        if letter.recipient.endswith("@full.example"):
            return SmtpReply(Phase.RCPT, 451, "4.7.1 too many", "4.7.1")
        return OK

    post.server.answer = refuses_one_domain
    post.readers(*people(60, "full.example"), *people(60, "calm.example"))
    await post.send(limit=None)
    tried = [one for one in post.server.tried if one.endswith("@full.example")]
    assert 10 <= len(tried) <= 15
    assert post.states() == {SENT: 60, DEFERRED: 60}
    assert not post.ledger.pauses(NOW)
    with reading(post.engine) as connection:
        assert connection.scalar(select(func.sum(deliveries.c.attempts))) == len(tried) + 60


async def test_an_issue_whose_text_is_refused_is_stopped_and_marks_no_reader(post: Post) -> None:
    post.server.answer = always(Phase.DOT, 554, "5.7.1 looks like spam", "5.7.1")
    post.readers(*people(100))
    await post.send(limit=None)
    assert len(post.server.tried) <= 12
    progress = IssueDesk(post.engine).progress(1)
    assert progress is not None
    assert progress.paused_at == NOW
    assert "looks like spam" in progress.pause_reason
    assert progress.counts == {READY: 100}


async def test_an_issue_that_is_let_go_on_is_not_stopped_by_what_was_before(post: Post) -> None:
    post.server.answer = always(Phase.DOT, 554, "5.7.1 looks like spam", "5.7.1")
    post.readers(*people(220))
    await post.send(limit=None)

    async def greylists_the_first(letter: Letter) -> SmtpReply:
        later = letter.recipient == "r0@example.org"
        return SmtpReply(Phase.RCPT, 450, "4.7.1 later", "4.7.1") if later else OK

    post.server.answer = greylists_the_first
    assert IssueDesk(post.engine).resume(1, NOW)
    async with asyncio.timeout(20):
        await post.send(limit=None)
    assert post.states() == {SENT: 219, DEFERRED: 1}


async def test_an_issue_that_is_let_go_on_while_a_sending_lasts_is_taken_up_by_it(post: Post) -> None:
    desk, trusted, released = IssueDesk(post.engine), asyncio.Event(), asyncio.Event()

    async def distrusts(letter: Letter) -> SmtpReply:
        if letter.content == b"confirm":
            await released.wait()
        elif not trusted.is_set():
            return SmtpReply(Phase.DOT, 554, "5.7.1 looks like spam", "5.7.1")
        return OK

    post.server.answer = distrusts
    post.readers(*people(60))
    post.notice("cem@example.org")
    sending = asyncio.create_task(post.send(limit=None))
    async with asyncio.timeout(20):
        while not desk.resume(1, NOW):  # noqa: ASYNC110 - the sending pauses it
            await asyncio.sleep(0.02)
        trusted.set()
        while len(post.server.sent) < 60:
            desk.resume(1, NOW)  # letters that were under way may have paused it again
            await asyncio.sleep(0.02)
        released.set()
        await sending
    assert post.states() == {SENT: 61}


async def test_a_server_that_lets_us_send_to_nobody_stops_the_issue_and_marks_no_reader(post: Post) -> None:
    post.server.answer = always(Phase.RCPT, 554, "5.7.1 Relay access denied", "5.7.1")
    post.readers(*people(50), *people(50, "calm.example"))
    await post.send(limit=None)
    assert 10 <= len(post.server.tried) <= 30
    progress = IssueDesk(post.engine).progress(1)
    assert progress is not None
    assert "Relay access denied" in progress.pause_reason
    assert progress.counts == {READY: 100}
    with reading(post.engine) as connection:
        assert connection.scalar(select(func.sum(deliveries.c.attempts))) == 0


async def test_a_domain_that_distrusts_us_stops_no_issue_that_others_take(post: Post) -> None:
    async def one_distrusts(letter: Letter) -> SmtpReply:
        if letter.recipient.endswith("@wary.example"):
            return SmtpReply(Phase.RCPT, 550, "5.7.1 not from you", "5.7.1")
        return OK

    post.server.answer = one_distrusts
    pairs = zip(people(40, "wary.example"), people(40, "calm.example"), strict=True)
    post.readers(*(one for pair in pairs for one in pair))
    await post.send(limit=None)
    assert post.states() == {SENT: 40, DeliveryState.FAILED: 40}


async def test_letters_refused_now_do_not_come_back_together(post: Post) -> None:
    post.server.answer = always(Phase.RCPT, 452, "4.2.2 over quota", "4.2.2")
    post.readers(*people(40))
    await post.send(limit=None)
    with reading(post.engine) as connection:
        moments = connection.scalars(select(deliveries.c.not_before)).all()
    assert len(set(moments)) > 20
    assert min(moments) >= NOW + timedelta(minutes=5)
    assert max(moments) <= NOW + timedelta(minutes=6, seconds=15)


# ------------------------------------------------------------------------------------------------ unknown


async def test_an_unknown_letter_goes_again_where_the_newsletter_says_so_and_is_the_same(post: Post) -> None:
    post.server.answer = always(Phase.DOT, None, "connection lost")
    post.readers("ann@example.org")
    await post.send()
    (doubt,) = post.ledger.doubts(None)
    post.server.answer = takes
    post.using(newsletters={"weekly": replace(WEEKLY, on_unknown="resend")})
    report = await post.send(NOW + timedelta(minutes=14))
    assert (report.held, report.counts) == (1, {})
    assert (await post.send(NOW + timedelta(minutes=15))).counts == {SENT: 1}
    with reading(post.engine) as connection:
        row = connection.execute(select(deliveries)).one()
    assert (row.message_id, row.date) == (doubt.delivery.message_id, doubt.delivery.date)


async def test_an_unknown_notice_ends_when_it_is_too_old_to_matter(post: Post) -> None:
    post.server.answer = always(Phase.DOT, None, "connection lost")
    post.notice("cem@example.org")
    await post.send(urgent=True)
    assert (await post.send(NOW + MINUTE)).held == 1
    assert (await post.send(NOW + HOUR)).held == 0
    assert post.states() == {DeliveryState.EXPIRED: 1}


async def test_only_when_no_servers_record_holds_a_letter_it_was_not_taken(post: Post) -> None:
    post.server.answer = always(Phase.DOT, None, "connection lost")
    post.readers("ann@example.org", "ben@example.org")
    await post.send()
    ann, ben = (doubt.delivery.message_id for doubt in post.ledger.doubts(None))
    second = Server(takes, "second.example:25", record={ann: True, ben: False})
    post.server.answer, post.server.record = takes, {ann: False, ben: False}
    post.using(more=(Road(second),))
    report = await post.send(NOW + MINUTE)
    assert [line.delivery.message_id for line in report.lines] == [ben]
    assert post.states() == {SENT: 2}


# ------------------------------------------------------------------------------------------------ limits


async def test_outside_its_window_an_issue_waits_and_a_notice_does_not(post: Post) -> None:
    evening = SendWindow(days=(1,), begins="18:00", ends="21:00")
    post.using(newsletters={"weekly": replace(WEEKLY, send_window=evening)})
    post.readers("ann@example.org")
    post.notice("cem@example.org")
    await post.send()
    assert post.server.sent == ["cem@example.org"]
    await post.send(NOW.replace(hour=18))
    assert post.server.sent == ["cem@example.org", "ann@example.org"]


async def test_when_its_window_closes_letters_that_wait_for_a_session_do_not_go(post: Post) -> None:
    morning = SendWindow(days=(1,), begins="06:00", ends="07:30")
    post.using(
        newsletters={"weekly": replace(WEEKLY, send_window=morning)},
        clock=lambda: NOW + HOUR if post.server.sent else NOW,
        sessions=2,
    )
    post.readers(*people(10))
    await post.send(limit=None)
    assert post.states() == {SENT: 1, READY: 9}


async def test_a_pace_is_kept_and_no_more_is_claimed_than_it_lets_through_soon(post: Post) -> None:
    post.readers(*people(60))
    post.using(per_second=40.0, sessions=4)
    began = asyncio.get_running_loop().time()
    await post.send(limit=None)
    took = asyncio.get_running_loop().time() - began
    assert 60 / 40 - 1.2 <= took < 6


async def test_of_a_slow_road_no_more_is_held_than_goes_out_soon(post: Post) -> None:
    stop = asyncio.Event()
    post.readers(*people(60))
    post.using(per_second=0.5, stopping=stop.is_set, drain=timedelta(seconds=0.1))
    sending = asyncio.create_task(post.send(limit=None))
    await have_tried(post.server, 1)
    await asyncio.sleep(0.5)
    assert post.states()[LEASED] <= 5, "of ten seconds"
    stop.set()
    await sending
    assert post.states()[READY] >= 58


async def test_letters_beyond_a_domains_pace_come_back_each_at_its_own_time(post: Post) -> None:
    post.using(traffic=Traffic({"slow.example": 60.0}))
    post.readers(*people(20, "slow.example"), *people(20, "calm.example"))
    await post.send(limit=None)
    counts = post.states()
    assert counts[SENT] >= 21
    assert counts[DEFERRED] == 40 - counts[SENT]
    with reading(post.engine) as connection:
        waits = sorted(
            connection.scalars(select(deliveries.c.not_before).where(deliveries.c.state == "deferred"))
        )
    assert len(set(waits)) == len(waits)
    assert timedelta(seconds=10) < waits[-1] - NOW < timedelta(seconds=30)


async def test_a_process_that_is_told_to_stop_gives_back_what_it_had_not_begun(post: Post) -> None:
    stop, released = asyncio.Event(), asyncio.Event()

    async def slow(letter: Letter) -> SmtpReply:
        await released.wait()
        return OK

    post.server.answer = slow
    post.readers(*people(100))
    post.using(stopping=stop.is_set)
    sending = asyncio.create_task(post.send(limit=None))
    await have_tried(post.server, 4)
    stop.set()
    await asyncio.sleep(1.2)
    released.set()
    assert (await sending).counts == {SENT: 4}
    assert post.states() == {SENT: 4, READY: 96}


async def test_a_sending_that_is_cancelled_begins_no_more_letters_and_ends_those_under_way(
    post: Post,
) -> None:
    released = asyncio.Event()

    async def slow(letter: Letter) -> SmtpReply:
        await released.wait()
        return OK

    post.server.answer = slow
    post.readers(*people(100))
    sending = asyncio.create_task(post.send(limit=None))
    await have_tried(post.server, 4)
    sending.cancel()
    asyncio.get_running_loop().call_later(0.2, released.set)
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert post.states() == {SENT: 4, READY: 96}


async def test_what_does_not_end_in_time_is_given_back_as_far_as_it_came(post: Post) -> None:
    stop = asyncio.Event()

    async def hangs(letter: Letter) -> SmtpReply:
        await asyncio.Event().wait()
        return OK

    class HangsAfterTheDot(Server):
        async def send(self, letter: Letter, reach: Callable[[Phase], Awaitable[None]]) -> SmtpReply:
            if letter.recipient == "r0@example.org":
                await reach(Phase.DOT)
            return await super().send(letter, reach)

    server = HangsAfterTheDot(hangs)
    post.using(stopping=stop.is_set, drain=timedelta(seconds=0.2), carrier=server)
    post.readers(*people(10))
    sending = asyncio.create_task(post.send(limit=None))
    await have_tried(server, 4)
    stop.set()
    await sending
    assert post.states() == {UNKNOWN: 1, READY: 9}


# ------------------------------------------------------------------------------------------------ ledger


class FullDisk(DeliveryLedger):
    """Cannot be written once letters are claimed."""

    full = True

    def reach_all(self, letters: object, phase: Phase) -> frozenset[int]:
        if self.full:
            raise StoreError("database or disk is full")
        return super().reach_all(letters, phase)  # type: ignore[arg-type]


class FullForAMoment(DeliveryLedger):
    """Cannot record the first outcomes at once."""

    failures = 2

    def settle_all(self, outcomes: list[Outcome]) -> None:  # type: ignore[override]
        if self.failures:
            self.failures -= 1
            raise StoreError("database or disk is full")
        super().settle_all(outcomes)


class Unreadable(DeliveryLedger):
    """Cannot be read once letters are claimed."""

    away = True

    def variant(self, variant_id: int) -> Variant:
        if self.away:
            raise StoreError("the connection was closed")
        return super().variant(variant_id)


class FullAfterOneClaim(DeliveryLedger):
    """Gives out letters once, and cannot take any back."""

    claimed = False

    def claim(self, *asked: object) -> list[Delivery]:  # type: ignore[override]
        if self.claimed:
            raise StoreError("database or disk is full")
        self.claimed = True
        return list(super().claim(*asked))  # type: ignore[arg-type]

    def give_back(self, claimed: object, now: datetime) -> int:
        raise StoreError("database or disk is full")


async def test_a_ledger_that_cannot_be_read_costs_no_letter(post: Post) -> None:
    ledger = Unreadable(post.engine, SECRETS, "news.example", LEASE)
    post.using(ledger=ledger)
    post.readers(*people(20))
    with pytest.raises(StoreError, match="connection was closed"):
        await post.send()
    assert DeliveryState.FAILED not in post.states()
    ledger.away = False
    await post.send(NOW + LEASE, limit=None)
    assert post.states() == {SENT: 20}


async def test_letters_under_way_are_ended_though_the_ledger_takes_none_back(post: Post) -> None:
    released = asyncio.Event()

    async def slow_for_the_first(letter: Letter) -> SmtpReply:
        if letter.recipient == "r0@example.org":
            await released.wait()
        return OK

    post.server.answer = slow_for_the_first
    post.using(ledger=FullAfterOneClaim(post.engine, SECRETS, "news.example", LEASE))
    post.readers(*people(300))
    asyncio.get_running_loop().call_later(0.5, released.set)
    with pytest.raises(StoreError, match="disk is full"):
        await post.send(limit=None)
    assert "r0@example.org" in post.server.sent
    assert post.states()[SENT] == len(post.server.sent)


async def test_a_clock_that_jumps_by_hours_while_letters_go_out_sends_each_once(post: Post) -> None:
    hours = [0, 5, 1, 11, 3, 6]

    def clock() -> datetime:
        return NOW + hours[len(post.server.tried) // 20 % len(hours)] * HOUR

    async def takes_a_while(letter: Letter) -> SmtpReply:
        await asyncio.sleep(0.002)
        return OK

    async def others_look() -> None:
        while True:
            await asyncio.to_thread(post.ledger.recover, clock())
            await asyncio.sleep(0.05)

    post.server.answer = takes_a_while
    post.using(clock=clock)
    post.readers(*people(150))
    looking = asyncio.create_task(others_look())
    async with asyncio.timeout(20):
        while set(post.states()) != {SENT}:
            await post.send(clock(), limit=None)
    looking.cancel()
    assert sorted(post.server.sent) == sorted(people(150))


async def test_on_a_full_disk_nothing_goes_over_and_nothing_is_lost(post: Post) -> None:
    ledger = FullDisk(post.engine, SECRETS, "news.example", LEASE)
    post.using(ledger=ledger)
    post.readers(*people(20))
    with pytest.raises(StoreError, match="disk is full"):
        await post.send()
    assert post.server.sent == []
    ledger.full = False
    await post.send(NOW + LEASE, limit=None)
    assert post.states() == {SENT: 20}
    assert len(post.server.sent) == 20


async def test_what_a_server_said_is_recorded_once_the_disk_lets_it(post: Post) -> None:
    post.using(ledger=FullForAMoment(post.engine, SECRETS, "news.example", LEASE))
    post.readers(*people(3))
    with suppress(StoreError):
        await post.send()
    assert post.states() == {SENT: 3}


async def test_what_a_server_said_while_the_disk_was_full_for_long_is_recorded_by_the_next_sending(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.attempting.SETTLE_AGAIN", (0.01,))
    ledger = FullForAMoment(post.engine, SECRETS, "news.example", LEASE)
    ledger.failures = 100
    post.using(ledger=ledger)
    post.readers(*people(3))
    with pytest.raises(StoreError, match="disk is full"):
        await post.send()
    assert post.server.sent
    with pytest.raises(StoreError, match="disk is full"):
        await post.send(NOW + MINUTE)
    ledger.failures = 0
    await post.send(NOW + MINUTE)
    assert post.states()[SENT] == len(post.server.sent)
    await post.send(NOW + LEASE)
    assert post.states() == {SENT: 3}
    assert sorted(post.server.sent) == people(3)


async def test_a_letter_whose_lease_ran_out_does_not_go_over(post: Post) -> None:
    async def is_overtaken(letter: Letter) -> SmtpReply:
        post.ledger.recover(NOW + HOUR)
        return OK

    post.server.answer = is_overtaken
    post.readers("ann@example.org")
    report = await post.send(limit=1)
    assert report.counts == {}
    assert post.server.sent == []
    assert post.states() == {READY: 1}


async def test_an_unexpected_error_costs_its_own_letters_alone_and_is_told_at_length_once(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(letter: Letter) -> SmtpReply:
        if letter.recipient in ("r0@example.org", "r1@example.org"):
            raise RuntimeError("a bug")
        return OK

    post.server.answer = breaks
    post.readers(*people(5))
    await post.send(limit=5)
    assert post.states() == {SENT: 3, LEASED: 2}
    told = [record for record in caplog.records if "a bug" in record.message]
    assert [bool(record.exc_info) for record in told] == [True, False]


async def test_the_account_of_a_long_sending_stays_short(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.pipeline.LINES_KEPT", 10)
    seen = []
    post.readers(*people(40))
    report = await post.send(limit=None, watch=seen.append)
    assert (len(report.lines), len(seen)) == (10, 40)
