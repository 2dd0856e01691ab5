"""What looking back and writing cost per entry, by how many entries are stored.

    python benchmarks/bench_candidates.py [--sizes 10000,100000] [--keys 12] [--database postgresql://…]

Most keys of an entry are its own; some are shared by thousands, as everyday words are. Batches of 500 come to
a full window: `alone` shares nothing with what is stored; of `twins` nine in a hundred share most keys with a
stored entry; `common` shares everyday keys only. The database is a file of its own, opened anew each time;
figures are medians of 12 batches.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from aggregator.model import Batch, Decisions, DescribedEntry, Description, Entry, Founding, Source, Tag
from aggregator.store import engine as database
from aggregator.store.entries import EntryStore
from aggregator.store.sources import SourceStore

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SOURCES = [Source(f"s{number}", f"S{number}", f"https://s{number}.example/feed") for number in range(200)]
BATCH, BATCHES = 500, 12
COMMON = 300
"""Everyday keys; the first are in one entry of twenty, the last in one of thousands."""


class World:
    """Entries as they come, the same for everybody."""

    def __init__(self, keys: int) -> None:
        self.draw = random.Random(7)
        self.keys = keys
        self.common = [self.draw.getrandbits(32) for _ in range(COMMON)]
        self.stored: list[tuple[int, ...]] = []
        self.number = 0

    def batch(self, keys: Callable[[], tuple[int, ...]]) -> list[DescribedEntry]:
        return [self._entry(keys()) for _ in range(BATCH)]

    def rare(self) -> tuple[int, ...]:
        return tuple(self.draw.getrandbits(64) - (1 << 63) for _ in range(self.keys))

    def usual(self) -> tuple[int, ...]:
        everyday = {
            self.common[min(int(self.draw.expovariate(1 / 40)), COMMON - 1)] for _ in range(self.keys // 4)
        }
        return self.rare()[len(everyday) :] + tuple(everyday)

    def twins(self) -> tuple[int, ...]:
        if self.draw.random() < 0.09:
            return self.draw.choice(self.stored[-50_000:])[2:] + self.rare()[:2]
        return self.rare()

    def _entry(self, keys: tuple[int, ...]) -> DescribedEntry:
        self.number += 1
        name = str(self.number)
        entry = Entry(
            source_id=SOURCES[self.number % len(SOURCES)].id,
            guid=f"https://news.example/{name}",
            raw_hash=name.encode().rjust(16),
            url=f"https://news.example/{name}",
            canonical_url=f"news.example/{name}",
            title=f"Title of entry {name} about something that happened",
            text="Some text about it. " * 30,
            html=f"<p>{'Some text about it. ' * 30}</p>",
            published=NOW - timedelta(hours=1),
            date_guessed=False,
            as_published=self.draw.randbytes(300),
        )
        description = Description(
            "en",
            "Latn",
            tags=(Tag("KZ", 1.0),),
            keys=keys,
            shown_hash=entry.raw_hash,
        )
        if hasattr(description, "terms"):
            random_bytes = self.draw.randbytes(800)
            description = replace(
                description, title_key=keys[0], fingerprint=random_bytes[:400], terms=random_bytes[400:]
            )
        return DescribedEntry(entry, description)


def opened(address: str) -> tuple[database.Engine, EntryStore]:
    engine = database.connect(address)
    database.upgrade(engine)
    SourceStore(engine, SOURCES).synchronise(NOW)
    return engine, EntryStore(engine, "news.example")


def commit(world: World, store: EntryStore, entries: Sequence[DescribedEntry]) -> None:
    world.stored += [one.description.keys for one in entries]
    store.commit(Batch(NOW, (), Decisions(tuple(Founding(one) for one in entries)), "1"))


def timed(work: Callable[[], object]) -> float:
    """In microseconds per entry of a batch."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) / BATCH * 1e6


def look_back(store: EntryStore, entries: Sequence[DescribedEntry]) -> int:
    return len(store.candidates(entries, NOW))


def rounds(world: World, store: EntryStore) -> Iterator[str]:
    for name, keys in (("alone", world.rare), ("twins", world.twins), ("common", world.usual)):
        taken, found = [], 0
        for _ in range(BATCHES):
            batch = world.batch(keys)
            taken.append(timed(lambda: look_back(store, batch)))  # noqa: B023
            found += look_back(store, batch)
        yield f"{name} {statistics.median(taken):6.1f} ({found / BATCHES / BATCH:.2f} found)"
    written = []
    for _ in range(40):
        batch = world.batch(world.usual)
        written.append(timed(lambda: commit(world, store, batch)))  # noqa: B023
    yield f"commit {statistics.median(written):6.1f}, at most {max(written) * BATCH / 1e3:.0f} ms"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", default="10000,100000,300000")
    arguments.add_argument("--keys", type=int, default=12)
    arguments.add_argument("--database", help="an empty one; a file in a temporary folder unless told")
    given = arguments.parse_args()
    world = World(given.keys)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        address = given.database or f"sqlite:///{folder}/news.db"
        for size in map(int, given.sizes.split(",")):
            engine, store = opened(address)
            while len(world.stored) < size:
                commit(world, store, world.batch(world.usual))
            engine.dispose()
            engine, store = opened(address)
            print(f"{size} entries stored, us per entry:", "; ".join(rounds(world, store)), flush=True)
            engine.dispose()
            if not given.database:
                print(f"   database {(Path(folder) / 'news.db').stat().st_size / 1e6:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
