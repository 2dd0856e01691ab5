"""What judgement costs: to describe an entry, and to decide where it belongs while the window grows.

Entries are made up: a title and 600 characters. Figures are CPU time of one process. Beside stand peers, run
on the same entries in the same process: what one would write first with the libraries that are at hand.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path

from babel import Locale
from world import BEGAN, made_up

from aggregator.editorial import language, sketches
from aggregator.editorial.decide import decide
from aggregator.editorial.describe import Describer, shipped_describer
from aggregator.editorial.frequencies import Frequencies
from aggregator.editorial.rules import Rules
from aggregator.model import Batch, DescribedEntry, Entry, Source
from aggregator.store import engine as database
from aggregator.store.entries import EntryStore
from aggregator.store.sources import SourceStore
from aggregator.wiring.memory import prepare_for_batches

LANGUAGES = ("fr", "en", "ru", "kk")
CONFIGURED = (*LANGUAGES, "de", "ky", "uz", "tg", "tk", "fa", "tr")
EACH = 30
"""Entries of one source."""
BATCH = 500
"""Entries judged at once, as in a poll."""
PEERS_WINDOW = 500
"""Titles that the peer of deciding compares each title with; its cost grows with the window."""
NOBODY = Source("", "", "")
RULES = Rules("bench")


def entries(first: int, count: int, *, alone: bool) -> Iterator[Entry]:
    """Made-up entries; one in twelve is told by another source too, or, `alone`, nothing is like another."""
    for number in range(first, first + count):
        source, each = divmod(number, EACH)
        story = made_up(source, LANGUAGES[source % 4], each, seed=2)
        address = f"site-{source}.example/{each}" if alone else story.link.removeprefix("http://")
        draw = random.Random(number)
        yield Entry(
            source_id=f"source-{source}",
            guid=f"{story.guid}/{alone}",
            raw_hash=story.guid.encode(),
            url=f"https://{address}",
            canonical_url=address.partition("?")[0],
            title=_unheard_of(draw, 8) if alone else story.title,
            text=_unheard_of(draw, 90) if alone else story.summary.removeprefix("<p>").removesuffix("</p>"),
            html="",
            published=BEGAN + timedelta(seconds=number),
            date_guessed=False,
        )


def _unheard_of(draw: random.Random, words: int) -> str:
    """So many words of no language, every fifth with a capital."""
    made = ["".join(draw.choice(pair) for pair in ("bdfgklmnprstvz", "aeiou") * 3) for _ in range(words)]
    return " ".join(word.capitalize() if place % 5 == 0 else word for place, word in enumerate(made))


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds that it takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def row(what: str, count: int, seconds: float, note: str = "") -> None:
    """One line of the account."""
    print(f"{what:44} {count / seconds:10,.0f}/s {seconds / count * 1e6:9.1f} µs  {note}", flush=True)


# ------------------------------------------------------------------------------------------------ start-up

START = """
import resource, time
began = time.perf_counter()
from aggregator.editorial.describe import shipped_describer
from aggregator.editorial.items import Item
from aggregator.model import Source
describer = shipped_describer({languages!r})
describer.describe(Item("1", "Бишкекте жаңы мектеп ачылды", "", "").entry(), Source("", "", ""))
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def start_up() -> None:
    """What a worker takes until it has described its first entry."""
    told = subprocess.run(
        [sys.executable, "-c", START.format(languages=CONFIGURED)], capture_output=True, text=True, check=True
    )
    seconds, megabytes = map(float, told.stdout.split())
    print(f"{'start-up of a worker':44} {seconds:10.2f} s, largest {megabytes:.0f} MB")


# ------------------------------------------------------------------------------------------------ describe


def describe(count: int) -> None:
    """Language, countries, fingerprint and terms, after a first round that warms up."""
    describer = shipped_describer(CONFIGURED)
    some = list(entries(0, count, alone=False))
    for entry in some:
        describer.describe(entry, NOBODY)
    seconds = cpu(lambda: [describer.describe(entry, NOBODY) for entry in some])
    peer = _peer_of_describe()
    for entry in some[:100]:
        peer(entry)
    peers = cpu(lambda: [peer(entry) for entry in some])
    row("describe", count, seconds)
    row("  peer: langid + a regex of all names", count, peers, f"ours {peers / seconds:.1f} times as fast")


def _peer_of_describe() -> Callable[[Entry], object]:
    """Languages by py3langid; countries by one regular expression of CLDR's names in these languages."""
    names = {
        name: code
        for spoken in CONFIGURED
        for code, name in Locale.parse(spoken).territories.items()
        if len(code) == 2
    }
    pattern = re.compile(
        rf"\b(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})", re.IGNORECASE
    )

    def look(entry: Entry) -> object:
        text = f"{entry.title}\n{entry.text}"
        return language.detect(text, None, CONFIGURED), pattern.findall(text)

    return look


# ------------------------------------------------------------------------------------------------ decide


def decide_alone(count: int) -> None:
    """Where nothing belongs together and nothing is stored: sketches, keys, identity, duplicates, stories."""
    described = _described(0, count, alone=True)
    frequencies = Frequencies()
    seconds = cpu(lambda: [_judge(batch, frequencies) for batch in _batches(described)])
    row("decide, nothing found", count, seconds)


def decide_in_windows(windows: Sequence[int], measured: int) -> None:
    """In a database that grows: what is judged is like what is stored."""
    with tempfile.TemporaryDirectory() as folder:
        engine = database.connect(f"sqlite:///{Path(folder) / 'bench.db'}")
        database.upgrade(engine)
        highest = windows[-1] + 2 * measured * len(windows)
        sources = [
            Source(f"source-{each}", "", f"https://{each}.example/") for each in range(highest // EACH + 1)
        ]
        SourceStore(engine, sources).synchronise(BEGAN)
        store, frequencies, stored = EntryStore(engine, "bench.example"), Frequencies(), 0
        for window in windows:
            for first in range(stored, window, 10_000):
                count = min(10_000, window - first)
                for batch in _batches(_described(first, count, alone=False)):
                    _store(store, batch, frequencies)
            stored = window
            stored += _measure(store, frequencies, stored, measured, "bench world", alone=False)
            stored += _measure(store, frequencies, stored, measured, "nothing found", alone=True)
        peers = cpu(partial(_peer_of_decide, [entry.title for entry in entries(0, 1_000, alone=False)]))
        row(f"  peer: difflib over {PEERS_WINDOW} titles", 1_000, peers)


def _measure(
    store: EntryStore, frequencies: Frequencies, stored: int, count: int, world: str, *, alone: bool
) -> int:
    described = _described(stored, count, alone=alone)
    seconds = dict.fromkeys(("sketch", "look back", "decide", "store"), 0.0)
    for batch in _batches(described):
        for step, spent in _store(store, batch, frequencies).items():
            seconds[step] += spent
    judging = sum(seconds[step] for step in ("sketch", "look back", "decide"))
    note = ", ".join(f"{step} {spent / count * 1e6:.0f}" for step, spent in seconds.items())
    row(f"decide, {stored:,} stored, {world}", count, judging, note)
    return count


def _store(store: EntryStore, batch: Sequence[DescribedEntry], frequencies: Frequencies) -> dict[str, float]:
    now = batch[-1].entry.published
    at = [time.process_time()]
    arrivals = sketches.draw(batch, frequencies)
    at.append(time.process_time())
    known = store.candidates(arrivals, now)
    at.append(time.process_time())
    decisions = decide(arrivals, known, now=now, first_polls=frozenset(), rules=RULES)
    at.append(time.process_time())
    store.commit(Batch(now, (), decisions, "bench"))
    at.append(time.process_time())
    steps = ("sketch", "look back", "decide", "store")
    return {step: end - begin for step, begin, end in zip(steps, at, at[1:], strict=False)}


def _judge(batch: Sequence[DescribedEntry], frequencies: Frequencies) -> None:
    arrivals = sketches.draw(batch, frequencies)
    decide(arrivals, (), now=batch[-1].entry.published, first_polls=frozenset(), rules=RULES)


def _described(first: int, count: int, *, alone: bool) -> list[DescribedEntry]:
    describer: Describer = shipped_describer(CONFIGURED)
    return [
        DescribedEntry(entry, describer.describe(entry, NOBODY))
        for entry in entries(first, count, alone=alone)
    ]


def _batches(described: Sequence[DescribedEntry]) -> Iterator[Sequence[DescribedEntry]]:
    return (described[start : start + BATCH] for start in range(0, len(described), BATCH))


def _peer_of_decide(titles: Sequence[str]) -> None:
    """Each title beside the last ones, by the ratio of difflib."""
    matcher = SequenceMatcher(autojunk=False)
    for number, title in enumerate(titles):
        matcher.set_seq2(title)
        for other in titles[max(0, number - PEERS_WINDOW) : number]:
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() > 0.8 and matcher.quick_ratio() > 0.8:
                matcher.ratio()


def main() -> None:
    """Print the account."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", default="10000,100000,300000", help="stored entries, ascending")
    parser.add_argument("--measured", type=int, default=3_000, help="entries judged in each window")
    options = parser.parse_args()
    start_up()
    describe(options.measured)
    prepare_for_batches()
    decide_alone(options.measured)
    decide_in_windows([int(window) for window in options.windows.split(",")], options.measured)
    print(f"largest {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
