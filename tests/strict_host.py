"""A feed host that counts: how politely does a client poll it, over simulated days?

Each feed has a temper of its own (what it sends for validators, how long it wants to be left alone, when it
fails). The host keeps score of what the owners of feeds complain about; `benchmarks/politeness_of_reader.py`
runs another program against the same host.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BEGIN = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Temper:
    """How one feed behaves."""

    every: timedelta = 9 * HOUR
    """A new entry comes, and with it new validators."""
    etag: bool = True
    last_modified: bool = True
    stamp_every: timedelta | None = None
    """Last-Modified moves at this pace instead: the one may change while the other stays."""
    max_age: timedelta | None = None
    unavailable: tuple[timedelta, timedelta] | None = None
    """503 with a Retry-After of `retry_after` from and until these times after the beginning."""
    retry_after: timedelta = 30 * HOUR
    too_often: timedelta | None = None
    """429 to whoever comes again within this time."""
    skip_hours: frozenset[int] = frozenset()
    ttl: int | None = None
    gone_from: timedelta | None = None
    moved_to: str | None = None
    """301 to another feed, from the beginning on."""


FEEDS: dict[str, Temper] = {
    "plain": Temper(),
    "busy": Temper(every=HOUR),
    "rare": Temper(every=6 * DAY),
    "aged": Temper(max_age=12 * HOUR),
    "aged-304": Temper(every=4 * DAY, max_age=2 * DAY),
    "etag-only": Temper(last_modified=False),
    "stamp-only": Temper(etag=False),
    "same-second": Temper(stamp_every=30 * DAY),
    "touched": Temper(every=3 * DAY, stamp_every=7 * HOUR),
    "down-for-days": Temper(unavailable=(2 * DAY, 4 * DAY)),
    "strict": Temper(too_often=HOUR - timedelta(seconds=1), retry_after=2 * DAY),
    "night-rest": Temper(skip_hours=frozenset({20, 21, 22, 23, 0, 1, 2, 3})),
    "slow-by-ttl": Temper(ttl=360),
    "gone": Temper(gone_from=3 * DAY),
    "moved": Temper(moved_to="new-home"),
    "new-home": Temper(),
}


@dataclass(slots=True)
class Tally:
    """What one feed saw of its client."""

    requests: int = 0
    conditional: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    given: list[tuple[str | None, str | None]] = field(default_factory=list)
    """Validators in the order in which they were given."""
    seen: list[datetime] = field(default_factory=list)
    not_before: datetime | None = None
    gone_answers: int = 0
    redirected: int = 0


class StrictHost(ThreadingHTTPServer):
    """Serves FEEDS on loopback by the simulated clock, and keeps score."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.clock = clock
        self.tallies = {name: Tally() for name in FEEDS}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def polled(self) -> list[str]:
        """The feeds that a client is pointed to: what one of them moved to is found by its redirect alone."""
        return [name for name in FEEDS if name != "new-home"]

    def score(self) -> str:
        """The table of all feeds, for people."""
        lines = [f"{'feed':14}{'requests':>9}{'conditional':>12}  faults"]
        for name, tally in self.tallies.items():
            faults = ", ".join(f"{what} {count}" for what, count in sorted(tally.faults.items())) or "-"
            lines.append(f"{name:14}{tally.requests:9}{tally.conditional:12}  {faults}")
        total = sum((tally.faults for tally in self.tallies.values()), Counter())
        requests = sum(tally.requests for tally in self.tallies.values())
        lines.append(f"{'all':14}{requests:9}{'':12}  {total.total()} faults: {dict(sorted(total.items()))}")
        return "\n".join(lines)


class _Talk(BaseHTTPRequestHandler):
    server: StrictHost
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    """Head and body leave together: two small packets would wait for one another."""

    def log_message(self, *_: object) -> None:
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.clock(), usegmt=True)

    def do_GET(self) -> None:
        path, _, query = self.path.lstrip("/").partition("?")
        if path not in FEEDS:
            self._answer(404, {}, b"")
            return
        now, temper, tally = self.server.clock(), FEEDS[path], self.server.tallies[path]
        self._judge(temper, tally, now, query)
        tally.requests += 1
        tally.seen.append(now)
        self._answer(*self._reply(temper, tally, now))

    # ------------------------------------------------------------------------------------------ the score

    def _judge(self, temper: Temper, tally: Tally, now: datetime, query: str) -> None:
        fault = tally.faults
        fault["cookie"] += "Cookie" in self.headers
        fault["referrer"] += "Referer" in self.headers
        fault["query"] += bool(query)
        fault["no contact"] += "http" not in self.headers.get("User-Agent", "")
        fault["no gzip"] += "gzip" not in self.headers.get("Accept-Encoding", "")
        # Who answers a redirect conditionally does it with what its target gave.
        self._judge_validators(
            tally, self.server.tallies[temper.moved_to].given if temper.moved_to else tally.given
        )
        if tally.not_before and now < tally.not_before:
            fault["before max-age or Retry-After"] += 1
        if tally.seen and now - tally.seen[-1] < timedelta(minutes=15):
            fault["twice within 15 minutes"] += 1
        if tally.seen:
            fault["in skipped hours"] += now.hour in temper.skip_hours
            fault["before its ttl"] += bool(temper.ttl) and now - tally.seen[-1] < timedelta(
                minutes=temper.ttl or 0
            )
        fault["after 410 twice"] += tally.gone_answers >= 2
        fault["redirect not adopted"] += bool(temper.moved_to) and now - BEGIN > 9 * DAY
        tally.faults = +fault

    def _judge_validators(self, tally: Tally, all_given: list[tuple[str | None, str | None]]) -> None:
        """Good: both as given last. Out of sequence: given earlier. Bogus: never given."""
        sent = (self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since"))
        if sent != (None, None):
            tally.conditional += 1
        if not all_given:
            tally.faults["bogus validators"] += sent != (None, None)
            return
        if sent == (None, None):
            tally.faults["unconditional again"] += 1
        for place, name in enumerate(("ETag", "Last-Modified")):
            known = [given[place] for given in all_given]
            if sent[place] == known[-1] or sent == (None, None):
                continue
            if sent[place] is None:
                tally.faults[f"{name} left out"] += 1
            else:
                kind = "out of sequence" if sent[place] in known else "bogus"
                tally.faults[f"{name} {kind}"] += 1

    # ----------------------------------------------------------------------------------------- the answer

    def _reply(self, temper: Temper, tally: Tally, now: datetime) -> tuple[int, dict[str, str], bytes]:
        age = now - BEGIN
        if temper.moved_to:
            return 301, {"Location": f"/{temper.moved_to}"}, b""
        if temper.gone_from and age >= temper.gone_from:
            tally.gone_answers += 1
            return 410, {}, b""
        if temper.unavailable and temper.unavailable[0] <= age < temper.unavailable[1]:
            return self._put_off(503, temper, tally, now)
        if temper.too_often and len(tally.seen) > 1 and now - tally.seen[-2] < temper.too_often:
            return self._put_off(429, temper, tally, now)
        return self._feed(temper, tally, now)

    def _put_off(
        self, status: int, temper: Temper, tally: Tally, now: datetime
    ) -> tuple[int, dict[str, str], bytes]:
        tally.not_before = now + temper.retry_after
        return status, {"Retry-After": str(int(temper.retry_after.total_seconds()))}, b""

    def _feed(self, temper: Temper, tally: Tally, now: datetime) -> tuple[int, dict[str, str], bytes]:
        version = int((now - BEGIN) / temper.every)
        stamp = (
            BEGIN
            - DAY
            + int((now - BEGIN) / (temper.stamp_every or temper.every)) * (temper.stamp_every or temper.every)
        )
        etag = f'W/"{version}-\\"odd"' if temper.etag else None
        modified = format_datetime(stamp, usegmt=True) if temper.last_modified else None
        headers = {"ETag": etag, "Last-Modified": modified}
        tally.not_before = None
        if temper.max_age:
            headers["Cache-Control"] = f"max-age={int(temper.max_age.total_seconds())}"
            tally.not_before = now + temper.max_age
        tally.given.append((etag, modified))
        sent = {name: value for name, value in headers.items() if value}
        sent["Set-Cookie"] = "visitor=1; Path=/"
        unchanged = self.headers.get("If-None-Match") == etag and (
            self.headers.get("If-Modified-Since") in (modified, None)
        )
        if unchanged and (etag or self.headers.get("If-Modified-Since")):
            return 304, sent, b""
        return 200, {**sent, "Content-Type": "application/rss+xml"}, _body(temper, version)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _body(temper: Temper, version: int) -> bytes:
    """The newest twenty entries, an entry for each version."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in sorted(temper.skip_hours))
    items = "".join(
        f"<item><title>Bridge number {number} opens in Almaty</title><guid>{number}</guid>"
        f"<link>https://steppe.example/{number}</link>"
        f"<pubDate>{format_datetime(BEGIN + number * temper.every, usegmt=True)}</pubDate></item>"
        for number in range(version, version - 20, -1)
    )
    skip = f"<skipHours>{hours}</skipHours>" if hours else ""
    ttl = f"<ttl>{temper.ttl}</ttl>" if temper.ttl else ""
    return f'<rss version="2.0"><channel><title>S</title>{skip}{ttl}{items}</channel></rss>'.encode()
