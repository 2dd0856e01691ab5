"""What a feed of 1,000 entries costs: by feedgen alone, from stories, and from entries written before.

Stories are made up: an excerpt of 300 characters, two countries, and for three in ten others who covered
them, one of these in another language. *Bare* is feedgen alone, handed the finished texts of every field that
it knows: id, title, summary, content as HTML with coverage, author, links, categories with scheme and label,
source, both dates; it builds the entries once and writes Atom and RSS. It cleans nothing, runs no template,
and leaves out `xml:lang`, relations of links, what `atom:source` must have, and JSON Feed. *The same, texts
made from stories first* calls our functions for the texts, and is what a program on feedgen alone would do.
*Cold* is ours: from stories as the store gives them to Atom, RSS and JSON Feed. *Joined* is the same
documents once more, *cached* after ten stories changed. Figures are CPU time of one process, the best of
several rounds, which alternate.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from feedgen.feed import FeedGenerator

from aggregator.model import Member, Place, Relation, Selection, Site, Source, Story
from aggregator.publish.automatic import Environments
from aggregator.publish.entry_writer import EntryWriter
from aggregator.publish.feeds import Feeds
from aggregator.publish.fragments import updated
from aggregator.publish.presentation import show
from aggregator.templating import Templates, shipped_templates

BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
EVERYTHING = Selection("everything", "Everything", limit=1000)
LANGUAGES = (("en", "Latn"), ("ru", "Cyrl"), ("fr", "Latn"), ("fa", "Arab"), ("kk", "Cyrl"))
WORDS = [
    "canal",
    "village",
    "water",
    "minister",
    "border",
    "library",
    "reopened",
    "шахта",
    "район",
    "вода",
    "les",
    "villages",
    "آب",
    "کتابخانه",
]
SOURCES = {
    f"source-{one}": Source(
        f"source-{one}", f"Source No. {one}", f"https://s{one}.example/feed", f"https://s{one}.example/"
    )
    for one in range(40)
}
SITE = Site(
    title="Bench & Valley",
    description="Told once.",
    base_url="https://news.example.org",
    language="en",
    contact="editor@example.org",
    countries=("KZ", "KG", "UZ", "TJ", "TM", "AF"),
    time_zone="UTC",
    sources=SOURCES,
    id_domain="example.org",
)


def stories(count: int) -> list[Story]:
    """The newest first."""
    draw = random.Random(5)
    return [story(draw, number) for number in range(count, 0, -1)]


def story(draw: random.Random, number: int) -> Story:
    spoken = draw.choice(LANGUAGES)
    other = draw.choice([one for one in LANGUAGES if one != spoken])
    members = [member(draw, number * 10, spoken, Relation.LEAD)]
    if draw.random() < 0.3:
        members += [member(draw, number * 10 + 1 + one, spoken, Relation.REPORT) for one in range(2)]
        members.append(member(draw, number * 10 + 5, other, Relation.TRANSLATION))
    told = BEGAN + timedelta(minutes=number)
    countries = tuple(draw.sample(SITE.countries, 2))
    uri = f"tag:example.org,2026:story/{number}"
    return Story(number, uri, told, told, tuple(members), countries, version=number)


def member(draw: random.Random, number: int, spoken: tuple[str, str], relation: Relation) -> Member:
    text = " ".join(draw.choices(WORDS, k=100))
    return Member(
        entry_id=number,
        source_id=f"source-{draw.randrange(40)}",
        relation=relation,
        url=f"https://site-{number % 97}.example/news/2026/11/{number}?id={number}",
        title=" ".join(draw.choices(WORDS, k=9)).capitalize(),
        text=text,
        html=f"<p>{text}</p>",
        language=spoken[0],
        script=spoken[1],
        published=BEGAN + timedelta(minutes=number // 10 - 30),
    )


def bare(fields: Sequence[dict[str, object]]) -> int:
    """What feedgen alone writes of ready fields; bytes."""
    feed = FeedGenerator()
    feed.load_extension("dc", atom=False, rss=True)
    feed.id("tag:example.org,2026:feed/everything")
    feed.title(SITE.title)
    feed.description(SITE.description)
    feed.link(href=f"{SITE.base_url}/feeds/all.atom", rel="self")
    feed.link(href=SITE.base_url)
    for said in fields:
        entry = feed.add_entry(order="append")
        entry.id(said["id"])
        entry.title(said["title"])
        entry.published(said["published"])
        entry.updated(said["updated"])
        entry.author(said["author"])
        entry.dc.dc_creator(said["creator"])
        entry.summary(said["summary"])
        entry.content(said["content"], type="html")
        entry.link([dict(link) for link in said["links"]])
        entry.category(said["categories"])
        entry.source(**said["source"])
    return len(feed.atom_str()) + len(feed.rss_str())


def ready_fields(told: Sequence[Story], environment: Environments) -> list[dict[str, object]]:
    """The finished texts that *bare* is handed."""
    writer, country = EntryWriter(environment, SITE), environment(SITE.language).filters["country"]
    ready = []
    for one in told:
        shown = show(one, SITE.sources)
        publisher = shown.headline.publisher
        alternate = {"href": shown.headline.url, "rel": "alternate", "hreflang": shown.headline.tag}
        related = [{"href": other.url, "rel": "related", "hreflang": other.tag} for other in shown.coverage]
        ready.append(
            {
                "id": shown.uri,
                "title": shown.headline.title,
                "published": shown.published,
                "updated": updated(one, one),
                "author": {"name": publisher.name, "uri": publisher.homepage},
                "creator": publisher.name,
                "summary": shown.excerpt,
                "content": writer.content(shown),
                "links": [alternate, *related],
                "categories": [
                    {"term": code, "scheme": "urn:iso:std:iso:3166", "label": country(code)}
                    for code in shown.countries
                ],
                "source": {"url": publisher.feed, "title": publisher.name},
            }
        )
    return ready


def bench(count: int, rounds: int) -> None:
    told = stories(count)
    places = [Place(one.id, one.version, one.id - 1) for one in told]
    changed = [replace(one, version=one.version + count) for one in told[:: max(1, count // 10)]]
    moved = {one.id: one.version for one in changed}
    later = [replace(one, version=moved.get(one.story_id, one.version)) for one in places]
    environment = Templates("site", [shipped_templates()], "UTC").environment
    fields = ready_fields(told, environment)
    figures: dict[str, list[float]] = {}

    def timed(what: str, work: Callable[[], object]) -> object:
        began = time.process_time()
        done = work()
        figures.setdefault(what, []).append((time.process_time() - began) * 1000)
        return done

    for _ in range(rounds):
        timed("bare: feedgen alone, ready texts, Atom and RSS", lambda: bare(fields))
        timed("the same, texts made from stories first", lambda: bare(ready_fields(told, environment)))
        feeds = Feeds(environment, SITE)
        timed("cold: ours, Atom, RSS and JSON Feed", lambda: fresh(feeds, told, places))  # noqa: B023
        timed("joined: nothing changed", lambda: feeds.current(EVERYTHING, places, 0))  # noqa: B023
        changed_only = [one for one in changed if one.id in set(feeds.missing(later))]
        timed(
            f"cached: {len(changed_only)} of {count} stories changed",
            lambda: fresh(feeds, changed_only, later),  # noqa: B023
        )
    basis = min(next(iter(figures.values())))
    for what, took in figures.items():
        print(f"{what:52} {min(took):8.1f} ms   {min(took) / basis:6.3f} of bare")


def fresh(feeds: Feeds, told: Sequence[Story], places: Sequence[Place]) -> None:
    feeds.learn(told)
    feeds.current(EVERYTHING, places, 0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    bench(options.entries, options.rounds)


if __name__ == "__main__":
    main()
