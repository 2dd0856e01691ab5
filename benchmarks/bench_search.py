"""What searching stories costs, and what keeping the index adds to writing entries.

    python benchmarks/bench_search.py [--stories 100000] [--database postgresql://…]

Stories in seven languages and three scripts, of words that are as common as in real texts (Zipf), with
topics, countries and 200 sources; one entry in six joins a story that is stored. Queries are those of
readers: each is asked 40 times with other words, of a database that was opened anew. Then batches of 500
entries are written, with the index and without it in turns.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from aggregator.model import (
    Batch,
    Decisions,
    DescribedEntry,
    Description,
    Entry,
    Founding,
    Joining,
    Relation,
    Source,
    StoryQuery,
    Tag,
)
from aggregator.store import engine as database
from aggregator.store import batch as rows
from aggregator.store import search_documents
from aggregator.store.entries import EntryStore
from aggregator.store.search import StorySearch
from aggregator.store.sources import SourceStore

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SOURCES = [Source(f"s{number}", f"S{number}", f"https://s{number}.example/feed") for number in range(200)]
COUNTRIES = ("KZ", "KG", "UZ", "TJ", "TM", "AF")
BATCH = 500
TIMES = 40
VOCABULARY = 40_000
LETTERS = {
    "ru": ("бвгдзклмнпрст", "аеиоу", ("", "а", "ов", "ы", "ский", "ом", "ение")),
    "kk": ("бғдзқлмнпрст", "аәеиөұ", ("", "да", "лар", "ның", "ға")),
    "en": ("bcdfghklmnprst", "aeiou", ("", "s", "ing", "ed", "er")),
    "uz": ("bdghklmnpqrst", "aeiou", ("", "da", "lar", "ning")),
    "fr": ("bcdfglmnprst", "aeiouéè", ("", "s", "e", "ement")),
    "fa": ("بتدرزسشکلمن", "اوی", ("", "ها", "ی")),
    "ky": ("бгдзклмнпрст", "аеиоөү", ("", "да", "лар", "нын")),
}
SHARES = {"ru": 40, "en": 20, "kk": 15, "uz": 10, "fr": 5, "fa": 5, "ky": 5}


def vocabulary(language: str) -> list[str]:
    """The commonest first, and short as such words are."""
    draw = random.Random(language)
    consonants, vowels, endings = LETTERS[language]

    def word(rank: int) -> str:
        syllables = 1 if rank < 50 else draw.choice((2, 2, 3, 3, 4))
        stem = "".join(draw.choice(consonants) + draw.choice(vowels) for _ in range(syllables))
        return stem + (draw.choice(endings) if rank >= 50 else "")

    return list(dict.fromkeys(word(rank) for rank in range(VOCABULARY)))


class World:
    """Entries as they come, the same for everybody."""

    def __init__(self) -> None:
        self.draw = random.Random(11)
        self.words = {language: vocabulary(language) for language in LETTERS}
        self.number = self.stories = 0

    def rank(self) -> int:
        """Zipf's law: the word of rank r is drawn with a probability of about 1/r."""
        return min(int(VOCABULARY ** self.draw.random()), VOCABULARY) - 1

    def word(self, language: str) -> str:
        words = self.words[language]
        return words[self.rank() % len(words)]

    def sentence(self, language: str, length: int) -> str:
        return " ".join(self.word(language) for _ in range(length))

    def entry(self) -> DescribedEntry:
        self.number += 1
        name, draw = str(self.number), self.draw
        language = draw.choices(list(SHARES), list(SHARES.values()))[0]
        length = draw.choice((20, 40, 60, 80, 100, 120, 400))
        text = self.sentence(language, length)
        entry = Entry(
            source_id=SOURCES[int(len(SOURCES) * draw.random() ** 2)].id,
            guid=name,
            raw_hash=name.encode().rjust(16),
            url=f"https://news.example/{name}",
            canonical_url=f"news.example/{name}",
            title=self.sentence(language, 9).capitalize(),
            text=text,
            html=f"<p>{text}</p>",
            published=NOW - timedelta(hours=1),
            date_guessed=False,
            categories=tuple(f"Topic {int(100 * draw.random() ** 3)}" for _ in range(draw.choice((0, 1, 3)))),
            as_published=draw.randbytes(len(text) // 2),
        )
        keys = tuple(draw.getrandbits(64) - (1 << 63) for _ in range(12))
        description = Description(
            language,
            "Latn",
            tags=tuple(Tag(code, 1.0) for code in {*draw.choices(COUNTRIES, (40, 20, 20, 10, 5, 5), k=1)}),
            keys=keys,
            title_key=keys[0],
            shown_hash=entry.raw_hash,
            fingerprint=draw.randbytes(400),
            terms=draw.randbytes(400),
        )
        return DescribedEntry(entry, description)

    def batch(self, at: datetime) -> Batch:
        foundings, joinings = [], []
        for _ in range(BATCH):
            entry = self.entry()
            if self.stories > BATCH and self.draw.random() < 1 / 6:
                story = self.stories - int(self.draw.expovariate(1 / 1000)) % self.stories
                relation = self.draw.choice((Relation.REPORT, Relation.COPY))
                joinings.append(Joining(story, entry, relation, "same event"))
            else:
                foundings.append(Founding(entry))
        self.stories += len(foundings)
        return Batch(at, (), Decisions(tuple(foundings), tuple(joinings)), "1")


def opened(address: str) -> database.Engine:
    engine = database.connect(address)
    database.upgrade(engine)
    SourceStore(engine, SOURCES).synchronise(NOW)
    return engine


def queries(world: World) -> Iterator[tuple[str, Callable[[], StoryQuery]]]:
    draw, words = random.Random(5), world.words

    def rare(language: str = "ru") -> str:
        return words[language][draw.randrange(5_000, len(words[language]))]

    def usual(language: str = "ru") -> str:
        return words[language][draw.randrange(100, 1_000)]

    yield "no criteria", StoryQuery
    yield "a rare word", lambda: StoryQuery(rare())
    yield "a usual word", lambda: StoryQuery(usual())
    yield "the commonest words", lambda: StoryQuery(words["ru"][draw.randrange(3)])
    yield "a word of an unstemmed language", lambda: StoryQuery(usual("kk"))
    yield "three usual words", lambda: StoryQuery(f"{usual()} {usual()} {usual()}")
    yield "a phrase of common words", lambda: StoryQuery(f'"{words["ru"][draw.randrange(5)]} {usual()}"')
    yield "all but a common word", lambda: StoryQuery(f"-{words['ru'][draw.randrange(3)]}")
    yield "a beginning of three letters", lambda: StoryQuery(usual()[:3])
    yield "nothing found", lambda: StoryQuery(f"{rare()} {rare('en')} {rare('kk')}")
    yield (
        "nothing found of common words",
        lambda: StoryQuery(f"{words['ru'][0]} {words['en'][0]} {words['kk'][0]}"),
    )
    yield (
        "country and language",
        lambda: StoryQuery(countries=("KZ",), languages=(draw.choice(("ru", "kk")),)),
    )
    yield "rare country and language", lambda: StoryQuery(countries=("AF",), languages=("fr",))
    yield "a source", lambda: StoryQuery(sources=(draw.choice(SOURCES).id,))
    yield "a topic", lambda: StoryQuery(topic=f"topic {draw.randrange(100)}")
    yield "a common word in a country", lambda: StoryQuery(words["ru"][1], countries=("TM",))
    yield "a week", lambda: StoryQuery(since=NOW - timedelta(days=100), until=NOW - timedelta(days=93))
    yield "a word in a year", lambda: StoryQuery(usual(), since=NOW - timedelta(days=365))
    yield "the 1000th page", lambda: StoryQuery(words["ru"][0], before=world.stories // 2)


def measured(search: StorySearch, world: World) -> None:
    for name, make in queries(world):
        taken, found = [], 0
        for _ in range(TIMES):
            query = make()
            began = time.perf_counter()
            found += len(search.found(query).stories)
            taken.append((time.perf_counter() - began) * 1e3)
        worst = statistics.quantiles(taken, n=20)[-1]
        print(
            f"  {name:32} median {statistics.median(taken):6.1f}  p95 {worst:6.1f} ms "
            f"({found / TIMES:.0f} found)"
        )


def written(store: EntryStore, world: World) -> None:
    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(40):
        batch = world.batch(NOW)
        indexed = turn % 2 == 0
        began = time.perf_counter()
        if indexed:
            store.commit(batch)
        else:
            with mock.patch.object(search_documents, "write"), mock.patch.object(rows, "entry_words"):
                store.commit(batch)
        taken[indexed].append((time.perf_counter() - began) / BATCH * 1e6)
    with_it, without = (statistics.median(taken[indexed]) for indexed in (True, False))
    added = with_it / without - 1
    print(
        f"  an entry is written in {without:.0f} us without the index, {with_it:.0f} with it (+{added:.0%})"
    )
    print(f"  the slowest batch of {BATCH}: {max(taken[True]) * BATCH / 1e3:.0f} ms")


def filled(store: EntryStore, world: World, stories: int) -> None:
    days = 365
    began = time.perf_counter()
    while world.stories < stories:
        store.commit(world.batch(NOW - timedelta(days=days * (1 - world.stories / stories))))
    print(
        f"  {world.number} entries of {world.stories} stories written in {time.perf_counter() - began:.0f} s"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--stories", type=int, default=100_000)
    arguments.add_argument("--database", help="an empty one; a file in a temporary folder unless told")
    given = arguments.parse_args()
    world = World()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        address = given.database or f"sqlite:///{folder}/news.db"
        engine = opened(address)
        filled(EntryStore(engine, "news.example"), world, given.stories)
        engine.dispose()
        engine = opened(address)
        measured(StorySearch(engine), world)
        written(EntryStore(engine, "news.example"), world)
        engine.dispose()


if __name__ == "__main__":
    main()
