"""The four steps with fakes for the world and the real store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from aggregator.editorial.decide import Rules
from aggregator.editorial.rank import Voices
from aggregator.model import (
    Block,
    Choice,
    Delivery,
    DeliveryState,
    DescribedEntry,
    File,
    KnownEntry,
    Letter,
    Newsletter,
    NotModified,
    Phase,
    Placed,
    Rhythm,
    Selection,
    SmtpReply,
    Source,
    SourceFailure,
    SourceState,
    Story,
    Track,
    Variant,
)
from aggregator.newsletter import calendar
from aggregator.pipeline import (
    Composed,
    ComposePorts,
    DeliverPorts,
    PollPorts,
    PublishPorts,
    compose,
    deliver,
    draft,
    poll,
    publish,
)
from aggregator.printing import PrintPorts
from aggregator.publish.archives import STORIES_PER_DOCUMENT
from aggregator.publish.selections import EVERYTHING, TOP
from aggregator.store import engine as database
from aggregator.store.deliveries import DeliveryLedger
from aggregator.store.entries import EntryStore
from aggregator.store.issues import IssueStore
from aggregator.store.secrets import Secrets
from aggregator.store.sources import SourceStore
from aggregator.store.stories import StoryStore
from aggregator.store.subscribers import SubscriberStore
from tests.fakes import (
    FakeAnnouncements,
    FakeCarrier,
    FakeDisk,
    FakeFeeds,
    FakeFetch,
    FakePress,
    FakeRead,
    entry,
)

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SOURCES = tuple(
    Source(name, name.title(), f"https://{name}.example/feed") for name in ("dala", "oqsoy", "tugai")
)
WEEK = Newsletter(
    id="week",
    names={"en": "The Week", "fr": "La Semaine"},
    sender="desk@example.org",
    time_zone="Asia/Almaty",
    send_at="07:00",
    tracks=(Track("weekly-1", Rhythm.WEEKLY, 1),),
    countries=("KZ", "UZ"),
)
READERS = {
    "ann@example.org": Choice("en"),
    "ben@example.org": Choice("en"),
    "cle@example.org": Choice("fr"),
    "dan@example.org": Choice("en", countries=("UZ",)),
}


@dataclass
class House:
    """All ports of the pipeline."""

    sources: SourceStore
    entries: EntryStore
    stories: StoryStore
    subscribers: SubscriberStore
    issues: IssueStore
    ledger: DeliveryLedger
    fetch: FakeFetch = field(default_factory=lambda: FakeFetch(NOW))
    read: FakeRead = field(default_factory=FakeRead)
    feeds: FakeFeeds = field(default_factory=FakeFeeds)
    disk: FakeDisk = field(default_factory=FakeDisk)
    more: tuple[Selection, ...] = ()
    """Selections beside those that are always there."""
    edition: str = "1"
    announcements: FakeAnnouncements = field(default_factory=FakeAnnouncements)
    carrier: FakeCarrier = field(default_factory=FakeCarrier)

    @property
    def polling(self) -> PollPorts:
        return PollPorts(self.sources, self.fetch, self.read, self.entries, Rules("1"), lambda: NOW)

    @property
    def publishing(self) -> PublishPorts:
        selections = (
            Selection(EVERYTHING, "All"),
            Selection("kz", "Kazakhstan", countries=("KZ",)),
            Selection("uz", "Uzbekistan", countries=("UZ",)),
        )
        printing = PrintPorts(self.stories, self.sources, self.feeds, front_page, ("KZ", "UZ"), Voices())
        return PublishPorts(
            (*selections, *self.more),
            self.stories,
            self.disk,
            self.announcements,
            printing,
            self.edition,
        )

    @property
    def composing(self) -> ComposePorts:
        return ComposePorts((WEEK,), self.issues, FakePress(), "https://news.example.org", Voices())

    @property
    def delivering(self) -> DeliverPorts:
        return DeliverPorts({"week": WEEK}, self.ledger, self.carrier, write_letter, sessions=2)

    def subscribe(self) -> None:
        for address, choice in READERS.items():
            self.subscribers.add(address, "week", "weekly-1", choice, consent="in person", now=NOW)

    async def tell(self, at: datetime = NOW, **bodies: str) -> None:
        """Poll with these bodies, one guid a word."""
        self.fetch.answers = {name: body.encode() for name, body in bodies.items()}
        await poll(at, self.polling)

    async def tell_a_document(self, at: datetime = NOW) -> None:
        """As many stories as an archive document holds; from two sources, or it would be a flood."""
        guids = " ".join(f"{at:%d}-{number}" for number in range(STORIES_PER_DOCUMENT // 2))
        await self.tell(at, dala=guids, oqsoy=guids)

    async def issue(self) -> None:
        """An issue with two stories for the readers, ready to be delivered."""
        await self.tell(dala="one", oqsoy="two")
        self.subscribe()
        compose(NOW + timedelta(hours=1), self.composing, early=("week",))


def front_page(stories: Sequence[Story], *_: object) -> list[File]:
    return [File("index.html", str(len(stories)).encode())]


def write_letter(newsletter: Newsletter, variant: Variant, delivery: Delivery) -> Letter:
    content = f"{delivery.message_id}\n{''.join(variant.text)}"
    return Letter(newsletter.sender, delivery.address, content.encode())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = database.connect(f"sqlite:///{tmp_path}/news.db")
    database.upgrade(engine)
    secrets = Secrets.load(tmp_path)
    made = House(
        SourceStore(engine, SOURCES),
        EntryStore(engine, "news.example.org"),
        StoryStore(engine),
        SubscriberStore(engine, secrets),
        IssueStore(engine),
        DeliveryLedger(engine, secrets, "news.example.org", timedelta(minutes=15)),
    )
    made.sources.synchronise(NOW)
    yield made
    engine.dispose()


def states(house: House) -> dict[str, SourceState]:
    return {status.source.id: status.state for status in house.sources.statuses()}


# ------------------------------------------------------------------------------------------------ poll


class SlowLookBack(EntryStore):
    """Takes its time between looking back and writing."""

    def candidates(self, entries: Sequence[DescribedEntry], now: datetime) -> Sequence[KnownEntry]:
        found = super().candidates(entries, now)
        time.sleep(0.1)
        return found


@pytest.mark.asyncio
async def test_two_polls_at_once_tell_a_shared_story_once(house: House, tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path}/news.db")
    house.entries = SlowLookBack(engine, "news.example.org")
    house.read = FakeRead(partial(entry, url="https://wire.example/1", canonical_url="wire.example/1"))
    house.fetch.answers = {"dala": b"one", "oqsoy": b"two", "tugai": b"three"}
    ports = house.polling
    await asyncio.gather(*(poll(NOW, ports, only=[source.id]) for source in SOURCES))
    (story,) = house.stories.changes(0, 10).stories
    assert len(story.members) == 3
    engine.dispose()


async def test_a_poll_stores_what_is_new_and_says_so(house: House) -> None:
    house.fetch.answers = {"dala": b"one two", "oqsoy": b"three", "tugai": b""}
    seen = []
    report = await poll(NOW, house.polling, watch=seen.append)
    assert {line.update.source_id: (line.total, line.counts.new) for line in report.polled} == {
        "dala": (2, 2),
        "oqsoy": (1, 1),
        "tugai": (0, 0),
    }
    assert list(report.polled) == seen
    assert states(house)["tugai"] is SourceState.EMPTY


async def test_one_bad_source_does_not_stop_the_others(house: House) -> None:
    failure = SourceFailure("oqsoy", NOW, SourceState.TIMEOUT, "no answer")
    house.fetch.answers = {"dala": RuntimeError("surprise"), "oqsoy": failure, "tugai": b"one"}
    await poll(NOW, house.polling)
    assert states(house)["oqsoy"] is SourceState.TIMEOUT
    assert states(house)["tugai"] is SourceState.OK
    broken = next(status for status in house.sources.statuses() if status.source.id == "dala")
    assert "RuntimeError" in broken.message
    assert broken.failures == 1


async def test_an_entry_that_cannot_be_stored_fails_its_own_source_only(house: House) -> None:
    def make(source_id: str, guid: str, at: datetime) -> object:
        made = entry(source_id, guid, at)
        unfit = replace(made.entry, published=at.replace(tzinfo=None))
        return replace(made, entry=unfit) if guid == "unfit" else made

    house.read.make = make  # type: ignore[assignment]
    house.fetch.answers = {"dala": b"good", "oqsoy": b"unfit", "tugai": b"fine"}
    report = await poll(NOW, house.polling)
    assert {line.update.source_id: line.counts.new for line in report.polled} == {
        "dala": 1,
        "oqsoy": 0,
        "tugai": 1,
    }
    assert states(house)["oqsoy"] is not SourceState.OK


async def test_a_body_that_did_not_change_is_not_read_again(house: House) -> None:
    await house.tell(dala="one")
    await poll(NOW + timedelta(hours=2), house.polling, only=["dala"])
    assert house.read.read.count("dala") == 1
    assert states(house)["dala"] is SourceState.NOT_MODIFIED


async def test_messages_tell_of_a_body_although_it_is_not_kept(house: House) -> None:
    house.fetch.answers = {"dala": b" " * 7}
    report = await poll(NOW, house.polling, only=["dala"])
    assert "(application/rss+xml, 7 bytes, no tag at all)" in report.polled[0].update.message


async def test_a_source_that_answers_304_is_well(house: House) -> None:
    house.fetch.answers = {"dala": NotModified("dala", NOW)}
    await poll(NOW, house.polling, only=["dala"])
    assert states(house)["dala"] is SourceState.NOT_MODIFIED


async def test_nobody_is_asked_before_the_interval_is_over(house: House) -> None:
    await house.tell(dala="one")
    house.fetch.asked.clear()
    await poll(NOW + timedelta(minutes=59), house.polling)
    assert house.fetch.asked == []
    report = await poll(NOW + timedelta(minutes=59), house.polling, only=["dala"])
    assert [refusal.source_id for refusal in report.refused] == ["dala"]


async def test_the_same_address_in_two_sources_is_told_once(house: House) -> None:
    def make(source_id: str, guid: str, at: datetime) -> object:
        return entry(source_id, guid, at, canonical_url="dala.example/one")

    house.read.make = make  # type: ignore[assignment]
    await house.tell(dala="one", oqsoy="other")
    publish(NOW, house.publishing, everything=True)
    assert house.disk.files["index.html"] == b"1"


# ------------------------------------------------------------------------------------------------ publish


FORMATS = ("atom", "json", "rss")


def current(*names: str) -> set[str]:
    """Paths of the documents that subscribers of these feeds poll."""
    return {f"feeds/{name}.{suffix}" for name in names for suffix in FORMATS}


async def test_publishing_renders_only_what_changed(house: House) -> None:
    publish(NOW, house.publishing)
    await house.tell(dala="one")
    report = publish(NOW, house.publishing)
    assert set(report.rendered) == {EVERYTHING, "kz"}
    assert set(report.written) == current("all", "kz") | {"index.html"}
    again = publish(NOW, house.publishing)
    assert again.rendered == ()
    assert again.written == ()


async def test_a_folder_that_was_emptied_is_filled_again(house: House) -> None:
    await house.tell(dala="one")
    publish(NOW, house.publishing)
    published = dict(house.disk.files)
    house.disk.files.clear()
    publish(NOW, house.publishing)
    assert house.disk.files == published


async def test_publishing_everything_renders_all_and_writes_only_what_differs(house: House) -> None:
    await house.tell(dala="one")
    publish(NOW, house.publishing)
    house.disk.remove("feeds/uz.rss")
    report = publish(NOW, house.publishing, everything=True)
    assert set(report.rendered) == {EVERYTHING, "kz", "uz"}
    assert report.written == ("feeds/uz.rss",)


async def test_another_edition_is_published_whole_once(house: House) -> None:
    await house.tell(dala="one")
    publish(NOW, house.publishing)
    house.edition = "2"
    assert set(publish(NOW, house.publishing).rendered) == {EVERYTHING, "kz", "uz"}
    assert publish(NOW, house.publishing).rendered == ()


async def test_a_story_is_loaded_for_its_entries_only_once(house: House) -> None:
    await house.tell(dala="one two")
    publish(NOW, house.publishing)
    assert len(house.feeds.asked) == 2, "of two feeds that hold both"
    await house.tell(LATER, oqsoy="three")
    publish(NOW, house.publishing)
    assert len(house.feeds.asked) == 3


async def test_what_an_archive_document_holds_is_written_once_and_stays(house: House) -> None:
    await house.tell_a_document()
    await house.tell_a_document(LATER)
    report = publish(NOW, house.publishing)
    first = house.disk.files["feeds/kz/1.atom"]
    assert first.startswith(b"1 of 2\n")
    assert {"feeds/kz/1.atom", "feeds/kz/2.atom", "feeds/all/1.atom"} <= set(report.written)
    await house.tell(LATER, tugai="later")
    assert set(publish(NOW, house.publishing).written) == current("all", "kz") | {"index.html"}
    assert house.disk.files["feeds/kz/1.atom"] == first


async def test_a_document_that_is_complete_is_named_by_the_one_before(house: House) -> None:
    await house.tell_a_document()
    await house.tell_a_document(LATER)
    publish(NOW, house.publishing)
    await house.tell_a_document(LATER + timedelta(days=1))
    report = publish(NOW, house.publishing)
    assert {"feeds/kz/2.atom", "feeds/kz/3.atom"} <= set(report.written)
    assert house.disk.files["feeds/kz/2.atom"].startswith(b"2 of 3\n")


async def test_top_stories_are_a_feed_without_places(house: House) -> None:
    house.more = (Selection(TOP, "Top stories", limit=2),)
    await house.tell(dala="one two three")
    publish(NOW, house.publishing)
    assert len(house.disk.files["feeds/top.atom"].splitlines()) == 2
    assert house.stories.count(TOP) == 0


async def test_files_of_a_feed_that_is_given_up_are_removed(house: House) -> None:
    house.more = (Selection("water", "Water"),)
    await house.tell_a_document()
    await house.tell_a_document(LATER)
    publish(NOW, house.publishing)
    assert house.disk.holds("feeds/water/1.atom")
    house.more, house.edition = (Selection("rivers", "Rivers", was=("water",)),), "2"
    publish(NOW, house.publishing)
    assert [path for path in house.disk.files if "water" in path] == []
    assert house.disk.holds("feeds/rivers/1.atom")


async def test_more_changes_than_one_look_takes_are_all_published(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.pipeline.STORIES_PER_LOOK", 2)
    await house.tell(dala="one two three four five")
    assert publish(NOW, house.publishing).stories == 5
    assert house.disk.files["index.html"] == b"5"


# ------------------------------------------------------------------------------------------------ compose


async def test_an_issue_waits_for_the_end_of_its_period(house: House) -> None:
    await house.tell(dala="one")
    house.subscribe()
    (line,) = compose(NOW, house.composing)
    assert (line.outcome, line.period) == (Composed.NOTHING_NEW, "2026-W46"), "the week before we began"
    monday = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    before = compose(monday - timedelta(seconds=1), house.composing)
    assert [line for line in before if line.outcome is Composed.FROZEN] == []
    (line,) = compose(monday, house.composing)
    assert (line.outcome, line.period, line.stories, line.deliveries) == (Composed.FROZEN, "2026-W47", 1, 3)
    assert compose(monday + timedelta(hours=1), house.composing) == []


async def test_an_overdue_issue_waits_for_the_operator(house: House) -> None:
    await house.tell(dala="one")
    house.subscribe()
    friday = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
    (line,) = compose(friday, house.composing)
    assert line.outcome is Composed.OVERDUE
    (line,) = compose(friday, house.composing, late=True)
    assert line.outcome is Composed.FROZEN


async def test_an_issue_that_cannot_be_composed_is_told_at_length_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    lacks = iter(("no ink", "no ink", "no paper"))

    class Torn(FakePress):
        def block(self, newsletter: Newsletter, placed: Placed, language: str) -> Block:
            raise RuntimeError(next(lacks))

    await house.tell(dala="one")
    house.subscribe()
    ports = replace(house.composing, press=Torn())
    lines = []
    for _ in range(3):
        lines += compose(NOW + timedelta(hours=1), ports, early=("week",))
    assert [line.outcome for line in lines] == [Composed.FAULTY] * 3
    told = [record.message for record in caplog.records if record.exc_info]
    assert [one.rpartition(" ")[2] for one in told] == ["ink", "paper"]


async def test_a_period_closed_early_is_not_composed_again_at_its_end(house: House) -> None:
    await house.issue()
    monday = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert [line for line in compose(monday, house.composing) if line.outcome is Composed.FROZEN] == []


async def test_a_period_without_stories_sends_nothing(house: House) -> None:
    house.subscribe()
    (line,) = compose(NOW, house.composing, early=("week",))
    assert line.outcome is Composed.NOTHING_NEW
    assert (await deliver(NOW, house.delivering)).lines == ()


async def test_a_draft_stores_nothing(house: House) -> None:
    await house.tell(dala="one")
    house.subscribe()
    period = calendar.cut_short(WEEK, WEEK.tracks[0], None, NOW + timedelta(hours=1))
    assert period is not None
    issue = draft(NOW, WEEK, WEEK.tracks[0], period, house.composing)
    assert {variant.language for variant in issue.variants} == {"en", "fr"}
    assert house.issues.summaries() == []


# ------------------------------------------------------------------------------------------------ deliver


async def test_every_reader_with_stories_gets_one_letter(house: House) -> None:
    await house.issue()
    later = NOW + timedelta(hours=2)
    report = await deliver(later, house.delivering)
    assert {line.settlement.state for line in report.lines} == {DeliveryState.SENT}
    assert sorted(letter.recipient for letter in house.carrier.sent) == [
        "ann@example.org",
        "ben@example.org",
        "cle@example.org",
    ]
    assert (await deliver(later, house.delivering)).lines == ()


async def test_who_left_in_the_meantime_gets_nothing(house: House) -> None:
    await house.issue()
    house.subscribers.leave("ben@example.org", now=NOW)
    await deliver(NOW + timedelta(hours=2), house.delivering)
    assert "ben@example.org" not in {letter.recipient for letter in house.carrier.sent}


async def test_a_letter_deferred_by_the_server_is_tried_again_later(house: House) -> None:
    await house.issue()
    house.carrier.replies = {"ann@example.org": SmtpReply(Phase.RCPT, 451, "4.7.1 later", "4.7.1")}
    later = NOW + timedelta(hours=2)
    await deliver(later, house.delivering)
    house.carrier.replies = {}
    assert (await deliver(later, house.delivering)).lines == ()
    (line,) = (await deliver(later + timedelta(hours=1), house.delivering)).lines
    assert (line.delivery.address, line.settlement.state) == ("ann@example.org", DeliveryState.SENT)


async def test_an_address_that_does_not_exist_gets_no_more_mail(house: House) -> None:
    await house.issue()
    house.carrier.replies = {"ann@example.org": SmtpReply(Phase.RCPT, 550, "5.1.1 no such user", "5.1.1")}
    report = await deliver(NOW + timedelta(hours=2), house.delivering)
    (failed,) = [line for line in report.lines if line.settlement.state is DeliveryState.FAILED]
    assert house.ledger.refusals([failed.delivery], failed.delivery.date).get(failed.delivery.id) is not None


async def test_a_letter_lost_after_the_dot_is_held_and_not_sent_again(house: House) -> None:
    await house.issue()
    house.carrier.replies = {"ann@example.org": SmtpReply(Phase.DOT, None, "connection lost")}
    later = NOW + timedelta(hours=2)
    await deliver(later, house.delivering)
    house.carrier.replies = {}
    report = await deliver(later + timedelta(days=1), house.delivering)
    assert (report.held, report.lines) == (1, ())


@pytest.mark.parametrize("arrived", [True, False])
async def test_the_relays_record_settles_what_is_unknown(house: House, arrived: bool) -> None:
    await house.issue()
    house.carrier.replies = {"ann@example.org": SmtpReply(Phase.DOT, None, "connection lost")}
    later = NOW + timedelta(hours=2)
    await deliver(later, house.delivering)
    (unknown,) = house.ledger.unknown()
    house.carrier.replies = {}
    house.carrier.record[unknown.message_id] = arrived
    report = await deliver(later + timedelta(hours=1), house.delivering)
    assert report.held == 0
    assert [line.delivery.address for line in report.lines] == ([] if arrived else ["ann@example.org"])


async def test_a_letter_that_cannot_be_written_stops_no_other(house: House) -> None:
    await house.issue()

    def fails_for_ann(newsletter: Newsletter, variant: Variant, delivery: Delivery) -> Letter:
        if delivery.address == "ann@example.org":
            raise ValueError("no header can hold this")
        return write_letter(newsletter, variant, delivery)

    ports = replace(house.delivering, write_letter=fails_for_ann)
    report = await deliver(NOW + timedelta(hours=2), ports)
    outcomes = {line.delivery.address: line.settlement for line in report.lines}
    assert outcomes["ann@example.org"].state is DeliveryState.FAILED
    assert "ValueError" in outcomes["ann@example.org"].reason
    assert outcomes["ben@example.org"].state is DeliveryState.SENT


async def test_a_resend_is_the_same_letter(house: House) -> None:
    await house.issue()
    house.carrier.replies = {"ann@example.org": SmtpReply(Phase.RCPT, 451, "4.7.1 later", "4.7.1")}
    first: list[Letter] = []
    ports = replace(
        house.delivering,
        write_letter=lambda *parts: first.append(write_letter(*parts)) or first[-1],  # type: ignore[func-returns-value]
    )
    later = NOW + timedelta(hours=2)
    await deliver(later, ports)
    house.carrier.replies = {}
    await deliver(later + timedelta(hours=1), ports)
    to_ann = [letter for letter in first if letter.recipient == "ann@example.org"]
    assert len(to_ann) == 2
    assert to_ann[0] == to_ann[1]
