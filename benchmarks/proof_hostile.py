"""Poll sources of which half are hostile, with the real fetcher, worker processes and store.

    python benchmarks/proof_hostile.py --sources 10000

Prints a table, or the same as JSON. The servers are a process of their own, so that the memory shown is ours.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from aggregator import pipeline, reading
from aggregator.editorial.rules import Rules
from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.transport import HttpLimits
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.pool import ReadingPool
from aggregator.model import Region, Source, SourceState
from aggregator.store import engine as database
from aggregator.store.entries import EntryStore
from aggregator.store.sources import SourceStore
from tests.hostile import Names, Ports
from tests.misdeeds import KINDS

SEED = 7
ALWAYS_POSSIBLE = {SourceState.TIMEOUT, SourceState.ALL_UNDATED}
"""The servers are slow when thousands ask at once, and few misdeeds bother with dates."""
AGAIN = 20
"""Good sources polled once more at the end: the workers must be there still."""


@dataclass(frozen=True)
class Account:
    """What became of one siege."""

    sources: int
    good: int
    good_polled: int
    good_late: float
    """Seconds after the start at which the last good source had answered."""
    good_again: int
    astray: dict[str, list[str]]
    """Misdeeds that left their source in a state nobody expects, with the messages."""
    states: dict[str, int]
    longest_message: int
    wall: float
    peak_mb: int
    grown_mb: int
    """How much of the peak the siege added to what the process held before."""


@asynccontextmanager
async def hostile_server():
    command = (sys.executable, "-m", "tests.hostile")
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        yield Ports(*map(int, (await server.stdout.readline()).split()))
    finally:
        server.kill()
        await server.communicate()


def besieged(count: int, ports: Ports, timeout: float) -> list[Source]:
    """Half good, half hostile, every misdeed in turn, all mixed."""
    kinds = list(KINDS)
    chance = random.Random(SEED)
    names = ["good" if number % 2 else kinds[number // 2 % len(kinds)] for number in range(count)]
    sources = [
        Source(f"{name}-{number}", name, ports.url(name, number), timeout=timedelta(seconds=timeout))
        for number, name in enumerate(names)
    ]
    chance.shuffle(sources)
    return sources


async def siege(count: int, patience: float, time_limit: float, folder: Path) -> Account:
    async with hostile_server() as ports:
        sources = besieged(count, ports, patience)
        engine = database.connect(f"sqlite:///{folder / 'siege.db'}")
        database.upgrade(engine)
        store = SourceStore(engine, sources)
        started_at = now()
        store.synchronise(started_at)
        pool = ReadingPool(
            reading.ReadBody(Region(("en", "ru"))),
            preload=reading.__name__,
            time_limit=timedelta(seconds=time_limit),
        )
        fetcher = HttpFetcher(
            user_agent="Siege/1 (+mailto:desk@news.example)",
            clock=now,
            guard=NetGuard([ip_network("127.0.0.1/32")]),
            limits=HttpLimits(host_gap=timedelta(0)),
            resolve=Names(),
            room=pool.room,
        )
        before = memory("VmRSS")
        started = time.monotonic()
        async with pool, fetcher:
            entries = EntryStore(engine, "siege.example")
            port = pipeline.PollPorts(store, fetcher, pool, entries, Rules("1"), now)
            report = await pipeline.poll(started_at, port)
            wall = time.monotonic() - started
            some = [source.id for source in sources if source.name == "good"][:AGAIN]
            again = await pipeline.poll(now(), port, only=some, force=True)
        engine.dispose()
    return account(sources, report, again, wall, before)


def account(sources, report, again, wall, before) -> Account:
    names = {source.id: source.name for source in sources}
    updates = [line.update for line in report.polled]
    good = [update for update in updates if names[update.source_id] == "good"]
    astray: dict[str, list[str]] = defaultdict(list)
    for update in updates:
        name = names[update.source_id]
        if name != "good" and update.state not in KINDS[name].states | ALWAYS_POSSIBLE:
            astray[name].append(f"{update.state}: {update.message}")
    first = min(update.at for update in updates)
    return Account(
        sources=len(sources),
        good=sum(source.name == "good" for source in sources),
        good_polled=sum(update.state is SourceState.OK for update in good),
        good_late=max((update.at - first).total_seconds() for update in good),
        good_again=sum(not line.update.failures for line in again.polled),
        astray=dict(astray),
        states=dict(Counter(update.state.value for update in updates)),
        longest_message=max(len(update.message) for update in updates),
        wall=round(wall, 1),
        peak_mb=memory("VmHWM"),
        grown_mb=memory("VmHWM") - before,
    )


def memory(what: str) -> int:
    """Megabytes of this process, as the kernel counts them."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith(what)).split()[1]) // 1024


def now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sources", type=int, default=10_000)
    options.add_argument("--timeout", type=float, default=10, help="seconds a source may take")
    options.add_argument("--time-limit", type=float, default=5, help="seconds one body may take")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(siege(chosen.sources, chosen.timeout, chosen.time_limit, Path(folder)))
    if chosen.json:
        print(json.dumps(asdict(result)))
        return
    for name, value in asdict(result).items():
        print(f"{name.replace('_', ' '):16} {value}")


if __name__ == "__main__":
    main()
