"""How long readers of the pages wait while an issue goes out at full rate and all sources are polled.

    python benchmarks/bench_busy.py [--feeds 1000] [--readers 50000] [--quiet-seconds 10]

`aggregator run` as an operator starts it: 1,000 made-up feeds that were never polled, a frozen issue of three
variants, signed, to Debian's smtp-sink. Beside it somebody opens the front page twenty times a second and
subscribes ten times a second, each on a connection of its own. The same is asked before, while nothing else
is done. Busy lasts until the letters have gone or the feeds are polled, whichever comes first.

Needs smtp-sink (Debian: postfix).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
from bench_mail import PEM, WEEKLY, issue, sink, subscribed
from bench_poll import served, urls
from bench_serve import free_port

from aggregator.store import engine as database
from aggregator.store.issues import IssueStore

PAGES_A_SECOND, FORMS_A_SECOND = 20, 10
ANSWERS_WITHIN = 30.0
HTML_FORM = re.compile(r'<input[^>]*name="consent"[^>]*value="([^"]+)"')


@dataclass(slots=True)
class Waits:
    """Seconds until answers were there, by what was asked, and how often it was no 200."""

    pages: list[float] = field(default_factory=list)
    forms: list[float] = field(default_factory=list)
    refused: int = 0


@dataclass(slots=True)
class Visitor:
    """Asks the pages; each form comes from another address of loopback, as each reader has one."""

    port: int
    consent: str = ""
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def read_form(self) -> None:
        """Learn which wording a form agrees to."""
        with urlopen(f"http://127.0.0.1:{self.port}/subscribe?language=en") as answer:
            self.consent = HTML_FORM.search(answer.read().decode())[1]  # type: ignore[index]

    async def open_front_page(self, waits: Waits) -> None:
        await self._ask(b"GET /en/ HTTP/1.1", b"", waits.pages, waits)

    async def subscribe(self, waits: Waits) -> None:
        number = next(self._numbers)
        form = {"email": f"visitor{number}@example.org", "consent": self.consent, "language": "en"}
        body = urlencode(form | {"track": "weekly-1", "hour": "7", "zone": "UTC"}).encode()
        line = b"POST /subscribe?language=en HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded"
        await self._ask(line, body, waits.forms, waits, f"127.9.{number // 250 % 250}.{number % 250 + 1}")

    async def _ask(
        self, line: bytes, body: bytes, found: list[float], waits: Waits, source: str = "127.0.0.1"
    ) -> None:
        began = time.perf_counter()
        async with asyncio.timeout(ANSWERS_WITHIN):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))
            host = f"127.0.0.1:{self.port}".encode()
            length = b"Content-Length: %d\r\n" % len(body) if body else b""
            writer.write(line + b"\r\nHost: " + host + b"\r\n" + length + b"Connection: close\r\n\r\n" + body)
            answer = await reader.read()
            writer.close()
        found.append(time.perf_counter() - began)
        waits.refused += not answer.startswith(b"HTTP/1.1 200")

    @contextlib.asynccontextmanager
    async def visiting(self, waits: Waits) -> AsyncIterator[None]:
        """Ask at a steady pace, however long answers take."""
        async with asyncio.TaskGroup() as visits:

            async def at_pace(a_second: int, ask: object) -> None:
                for number in itertools.count():
                    visits.create_task(ask(waits))  # type: ignore[operator]
                    await asyncio.sleep(max(0.0, began + (number + 1) / a_second - time.perf_counter()))

            began = time.perf_counter()
            paces = [
                visits.create_task(at_pace(PAGES_A_SECOND, self.open_front_page)),
                visits.create_task(at_pace(FORMS_A_SECOND, self.subscribe)),
            ]
            yield
            for pace in paces:
                pace.cancel()


def write_config(folder: Path, port: int, smtp: int, addresses: list[str], key: str) -> None:
    sources = [
        {"id": f"feed-{number}", "name": f"Feed {number}", "url": url} for number, url in enumerate(addresses)
    ]
    settings = {
        "site": {
            "title": "World",
            "base_url": f"http://127.0.0.1:{port}",
            "contact": "desk@news.example.org",
        },
        "region": {
            "name": "World",
            "countries": ["KZ", "KG", "UZ", "TJ", "TM", "AF"],
            "languages": ["fr", "en", "ru", "kk"],
        },
        "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s", "concurrency": 100, "workers": 2},
        "web": {"port": port},
        "smtp": {"host": "127.0.0.1", "port": smtp, "security": "none", "sessions": 50},
        "dkim": {"domain": "news.example.org", "selector": "bench", "key_file": key},
        "subscribe": {"mails_per_client": 1000, "mails_per_hour": 100_000},
        "newsletters": [
            {
                "id": "weekly",
                "names": WEEKLY.names,
                "sender": WEEKLY.sender,
                "time_zone": "UTC",
                "tracks": [{"weekly": "monday"}],
            }
        ],
        "sources": sources,
    }
    (folder / "config.yaml").write_text(json.dumps(settings, ensure_ascii=False))


def freeze(folder: Path, readers: int) -> None:
    """Put an issue into the ledger that is due now."""
    now = datetime.now(UTC)
    made = replace(
        issue(3),
        frozen_at=now,
        send_after=now,
        expires_at=now + timedelta(hours=48),
    )
    engine = database.connect(f"sqlite:///{folder}/data/aggregator.db")
    database.upgrade(engine)
    subscribed(engine, readers, [choice for one in made.variants for choice in one.choices])
    assert IssueStore(engine).freeze(made) == readers
    engine.dispose()


@contextlib.contextmanager
def running(folder: Path, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "aggregator", "run"]
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        try:
            for _ in range(600):
                if process.poll() is not None:
                    raise SystemExit((folder / "output.txt").read_text())
                with contextlib.suppress(OSError):
                    urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                    break
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def counts(folder: Path) -> tuple[int, int]:
    """Letters of the issue that have gone, and feeds that were polled."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/data/aggregator.db?mode=ro", uri=True)) as stored:
        sent = "select count(*) from deliveries where state = 'sent' and kind = 'issue'"
        polled = "select count(distinct source_id) from entries"
        return tuple(stored.execute(query).fetchone()[0] for query in (sent, polled))


async def ask_while_quiet(visitor: Visitor, seconds: float) -> Waits:
    waits = Waits()
    async with visitor.visiting(waits):
        await asyncio.sleep(seconds)
    return waits


async def ask_while_busy(visitor: Visitor, folder: Path, readers: int, feeds: int) -> Waits:
    waits = Waits()
    began, sent, polled = time.perf_counter(), 0, 0
    async with visitor.visiting(waits):
        while sent < readers and polled < feeds:
            await asyncio.sleep(2)
            sent, polled = await asyncio.to_thread(counts, folder)
    seconds = time.perf_counter() - began
    print(
        f"busy for {seconds:.0f} s: {sent} letters ({sent / seconds:.0f}/s), {polled} of {feeds} feeds polled"
    )
    return waits


def show(name: str, waits: Waits) -> None:
    for what, found in (("front page", waits.pages), ("POST /subscribe", waits.forms)):
        ordered = sorted(found)
        p50, p99 = (1e3 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
        print(
            f"| {name} | {what} | {len(found)} | {p50:.0f} | {p99:.0f} | {1e3 * ordered[-1]:.0f} |",
            flush=True,
        )
    if waits.refused:
        print(f"{waits.refused} answers were not 200")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--feeds", type=int, default=1000)
    asked.add_argument("--readers", type=int, default=50_000)
    asked.add_argument("--quiet-seconds", type=float, default=10)
    said = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-busy-") as name, sink() as smtp:
        folder, port = Path(name), free_port()
        (folder / "data").mkdir()
        (folder / "dkim.pem").write_bytes(PEM)
        visitor = Visitor(port)
        write_config(folder, port, smtp, [], "dkim.pem")
        with running(folder, port):
            visitor.read_form()
            quiet = asyncio.run(ask_while_quiet(visitor, said.quiet_seconds))
        with served(said.feeds, 50) as feeds:
            write_config(folder, port, smtp, urls(said.feeds, feeds), "dkim.pem")
            freeze(folder, said.readers)
            with running(folder, port):
                busy = asyncio.run(ask_while_busy(visitor, folder, said.readers, said.feeds))
        print("| while | asked | answers | median ms | p99 ms | longest ms |\n|---|---|---|---|---|---|")
        show("quiet", quiet)
        show("busy", busy)


if __name__ == "__main__":
    main()
