"""What it costs to say which stories stand in which selections, by how many stories are stored.

    python benchmarks/bench_placements.py [--stories 100000] [--selections 200] [--database postgresql://…]

Each story stands in ten selections, and in the one that holds everything. `everything` looks at all stories,
as after a change of config: once while the selections are new, once when all stand there already.
`entering` and `changed` place 500 stories beside those, as after a poll. The database is a file of its own.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from aggregator.model import Batch, Decisions, DescribedEntry, Description, Entry, Founding, Placement
from aggregator.model import Selection, Source, Story, Tag
from aggregator.publish import selections as placing
from aggregator.store import engine as database
from aggregator.store.entries import EntryStore
from aggregator.store.sources import SourceStore
from aggregator.store.stories import StoryStore

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SOURCES = [Source(f"s{number}", f"S{number}", f"https://s{number}.example/feed") for number in range(200)]
BATCH, LOOK, TIMES = 500, 500, 12
MEMBERSHIPS = 10


def entry(number: int) -> DescribedEntry:
    """An invented entry about Kazakhstan."""
    hashed = random.Random(number).randbytes(16)
    made = Entry(
        source_id=SOURCES[number % len(SOURCES)].id,
        guid=f"g{number}",
        raw_hash=hashed,
        url=f"https://news.example/{number}",
        canonical_url=f"news.example/{number}",
        title=f"Title {number}",
        text="A text of some length. " * 10,
        html="<p>A text of some length.</p>" * 10,
        published=NOW,
        date_guessed=False,
    )
    return DescribedEntry(made, Description("en", "Latn", tags=(Tag("KZ", 1.0),), shown_hash=hashed))


def tell(entries: EntryStore, first: int, count: int) -> None:
    """Store so many stories, a batch a minute."""
    for start in range(first, first + count, BATCH):
        foundings = tuple(Founding(entry(one)) for one in range(start, min(start + BATCH, first + count)))
        at = NOW - timedelta(days=90) + timedelta(minutes=start // BATCH)
        entries.commit(Batch(at, (), Decisions(foundings, (), ()), "1"))


def placements(stories: Sequence[Story], selections: Sequence[Selection]) -> dict[str, Placement]:
    """Each story in everything and in ten selections that its id decides."""
    ids = frozenset(story.id for story in stories)
    held: dict[str, set[int]] = {one.id: set() for one in selections}
    for story_id in ids:
        for one in random.Random(story_id).sample(selections, MEMBERSHIPS):
            held[one.id].add(story_id)
    placed = {name: Placement(frozenset(inside), ids - inside) for name, inside in held.items()}
    placed[placing.EVERYTHING] = Placement(ids)
    return placed


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def everything(store: StoryStore, selections: Sequence[Selection]) -> tuple[float, float]:
    """Seconds that reading all stories took, and placing them."""
    read = placed = 0.0
    looks = store.all_told(LOOK)
    while True:
        begun = time.perf_counter()
        look = next(looks, None)
        read += time.perf_counter() - begun
        if look is None:
            return read, placed
        wanted = placements(look.stories, selections)
        placed += seconds(partial(store.place, NOW, wanted, look.withdrawn))


def report(store: StoryStore, entries: EntryStore, selections: Sequence[Selection], stored: int) -> None:
    """Measure and print."""
    everything_selection = Selection(placing.EVERYTHING, "All")
    store.synchronise_selections([everything_selection, *selections], NOW)
    for name in ("everything, new", "everything, again"):
        read, placed = everything(store, selections)
        print(f"{name:20} {read:7.1f} s reading  {placed:7.1f} s placing", flush=True)
    figures: dict[str, list[float]] = {"entering": [], "changed": []}
    since = next(store.all_told(1)).upto
    for number in range(TIMES):
        tell(entries, stored + number * LOOK, LOOK)
        changes = store.changes(since, LOOK)
        since = changes.upto
        wanted = placements(changes.stories, selections)
        for times in figures.values():
            times.append(seconds(partial(store.place, NOW, wanted, ())))
    for name, values in figures.items():
        print(f"{name:20} {statistics.median(values) * 1000:7.1f} ms  at most {max(values) * 1000:.1f} ms")
    for name, look in {
        "newest 100 places": lambda: store.newest_places("f1", 100),
        "50 places": lambda: store.places_between("f1", 500, 550),
        "count": lambda: store.count("f1"),
        "synchronise": lambda: store.synchronise_selections([everything_selection, *selections], NOW),
        "coverage of 90 days": lambda: store.coverage(NOW - timedelta(days=90)),
        "one is gone": lambda: store.synchronise_selections(selections[1:], NOW),
    }.items():
        print(f"{name:20} {seconds(look) * 1000:7.1f} ms")


def main() -> None:
    """Store stories and place them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--selections", type=int, default=200)
    parser.add_argument("--database", help="an empty one of PostgreSQL; by default a new file of SQLite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = database.connect(asked.database or f"sqlite:///{folder}/news.db")
        database.upgrade(engine)
        SourceStore(engine, SOURCES).synchronise(NOW)
        entries = EntryStore(engine, "news.example")
        print(f"storing {asked.stories} stories: {seconds(lambda: tell(entries, 0, asked.stories)):.1f} s")
        selections = [Selection(f"f{number}", f"F{number}") for number in range(asked.selections)]
        report(StoryStore(engine), entries, selections, asked.stories)
        engine.dispose()


if __name__ == "__main__":
    main()
