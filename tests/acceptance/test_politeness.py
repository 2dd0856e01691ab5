"""Ten simulated days against a host that counts, with a restart every day: not one fault."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http.client import HTTPConnection
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path

import pytest

from aggregator import reading
from aggregator.editorial.decide import Rules
from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits
from aggregator.model import (
    GONE_FOR_GOOD,
    Claim,
    Fetched,
    Reading,
    Region,
    Source,
    SourceFailure,
    SourceState,
    SourceStatus,
)
from aggregator.pipeline import PollPorts, poll
from aggregator.store import engine as database
from aggregator.store.entries import EntryStore
from aggregator.store.sources import SourceStore
from tests.strict_host import BEGIN, DAY, FEEDS, HOUR, StrictHost

TICK = timedelta(seconds=30)
DAYS = 10


class Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


class ReadHere:
    """The reading of the worker processes, in this one."""

    def __init__(self) -> None:
        self.read = reading.ReadBody(Region(("en",)))

    async def __call__(
        self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]
    ) -> Reading | SourceFailure:
        return self.read(claim, fetched, known)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def host(clock: Clock) -> Iterator[StrictHost]:
    with StrictHost(clock) as host:
        thread = threading.Thread(target=host.serve_forever, daemon=True)
        thread.start()
        yield host
        host.shutdown()
        thread.join()


def sources(host: StrictHost) -> list[Source]:
    return [Source(name, name, f"{host.url}/{name}") for name in host.polled()]


def due_moments(store: SourceStore) -> list[datetime]:
    """When something is to be done: the clock may leap to it, for before it a poll would find nothing."""
    return [
        status.next_poll
        for status in store.statuses()
        if status.next_poll and status.whereabouts.gone_count < GONE_FOR_GOOD
    ]


async def live(host: StrictHost, clock: Clock, address: str, until: datetime) -> list[SourceStatus]:
    """Run as one process does, until it is stopped: everything that it knows it has from the store."""
    engine = database.connect(address)
    try:
        database.upgrade(engine)
        store = SourceStore(engine, sources(host))
        store.synchronise(clock.now)
        fetcher = HttpFetcher(
            user_agent="RegionalNews/1.0 (+https://news.example)",
            clock=clock,
            guard=NetGuard([ip_network("127.0.0.0/8")]),
            limits=HttpLimits(host_gap=timedelta(0)),
        )
        async with fetcher as fetch:
            entries = EntryStore(engine, "news.example")
            ports = PollPorts(store, fetch, ReadHere(), entries, Rules("1"), clock)
            while clock.now < until:
                await poll(clock.now, ports)
                clock.now = max(clock.now + TICK, min(until, *due_moments(store)))
        return list(store.statuses())
    finally:
        engine.dispose()


async def test_a_strict_host_finds_no_fault_in_ten_days_with_daily_restarts(
    host: StrictHost, clock: Clock, tmp_path: Path
) -> None:
    address = f"sqlite:///{tmp_path / 'news.db'}"
    for day in range(1, DAYS + 1):
        statuses = await live(host, clock, address, BEGIN + day * DAY)
    assert {name: dict(tally.faults) for name, tally in host.tallies.items() if tally.faults} == {}, (
        host.score()
    )
    unconditional = {name: tally.requests - tally.conditional for name, tally in host.tallies.items()}
    assert max(unconditional.values()) == 1, host.score()
    by_id = {status.source.id: status for status in statuses}
    assert by_id["gone"].state is SourceState.GONE
    assert host.tallies["gone"].gone_answers == GONE_FOR_GOOD
    assert by_id["moved"].whereabouts.adopted_url == f"{host.url}/new-home"
    assert by_id["plain"].failures == by_id["down-for-days"].failures == 0


async def test_every_source_is_asked_often_enough_to_miss_nothing(
    host: StrictHost, clock: Clock, tmp_path: Path
) -> None:
    await live(host, clock, f"sqlite:///{tmp_path / 'news.db'}", BEGIN + 2 * DAY)
    for name in ("plain", "busy", "etag-only", "stamp-only", "same-second"):
        gaps = [later - seen for seen, later in pairwise(host.tallies[name].seen)]
        assert max(gaps) < 20 * FEEDS[name].every / 2, name


def test_the_host_sees_the_faults_of_a_rude_client(host: StrictHost, clock: Clock) -> None:
    def ask(feed: str, **headers: str) -> None:
        connection = HTTPConnection("127.0.0.1", host.server_address[1])
        connection.request(
            "GET", f"/{feed}", headers={name.replace("_", "-"): v for name, v in headers.items()}
        )
        connection.getresponse().read()
        connection.close()

    clock.now = BEGIN + 20 * HOUR
    ask("aged", Cookie="a=1", Referer="https://x.example")
    ask("aged?_=1", If_None_Match='"never given"')
    clock.now += 10 * HOUR
    ask("aged")
    faults = host.tallies["aged"].faults
    for fault in (
        "cookie",
        "referrer",
        "query",
        "no contact",
        "no gzip",
        "ETag bogus",
        "Last-Modified left out",
        "twice within 15 minutes",
        "before max-age or Retry-After",
        "unconditional again",
    ):
        assert faults[fault], fault
