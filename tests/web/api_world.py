"""A small invented world that the API tells: stories of every fate, sources of every rule."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
from starlette.applications import Starlette

from aggregator.model import (
    FoundStories,
    Member,
    Picture,
    PictureFile,
    Relation,
    Selection,
    Site,
    Source,
    SourceState,
    SourceStatus,
    Story,
    StoryQuery,
    Tag,
    ToldStory,
)
from aggregator.publish import text
from aggregator.web.api import api, routes
from aggregator.web.server import serve

BASE = "https://news.example.org"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STEPPE = Source(
    "steppe",
    "The Steppe Courier",
    "https://reader:hunter2@steppe.example/feed?section=all&api_key=hush",
    homepage="https://steppe.example/",
    language="en",
    default_country="KZ",
    profile="independent",
)
MIRROR = Source(
    "mirror", "آینه", "https://mirror.example/rss", language="fa", content="full", profile="exile"
)
WIRE = Source("wire", "Wire", "https://wire.example/rss", content="title", profile="agency", images="none")
SITE = Site(
    title="Steppe & Mountains",
    description="Told <once>.",
    base_url=BASE,
    language="en",
    contact="editor@example.org",
    countries=("KZ", "TJ"),
    time_zone="Asia/Almaty",
    sources={one.id: one for one in (STEPPE, MIRROR, WIRE)},
    id_domain="example.org",
)
PICTURE = Picture(PictureFile("img/aa/small.jpg", 320, 180), PictureFile("img/aa/large.jpg", 1200, 675))
LONG = "word " * 400


def member(entry_id: int, source: Source | str = STEPPE, **changed: object) -> Member:
    """An entry of no particular interest."""
    source_id = source if isinstance(source, str) else source.id
    plain = Member(
        entry_id=entry_id,
        source_id=source_id,
        relation=Relation.LEAD,
        url=f"https://{source_id}.example/{entry_id}",
        title=f"Headline {entry_id}",
        text=f"The beginning of entry {entry_id}. {LONG}",
        html=f"<p>The whole of entry {entry_id}.</p>",
        language="en",
        script="Latn",
        published=NOON - timedelta(hours=1),
        author="A. Writer",
        tags=(Tag("KZ", 0.9), Tag("TJ", 0.4)),
    )
    return replace(plain, **changed)


def story(story_id: int, *members: Member, **changed: object) -> Story:
    """A story; without members, with one entry of a hundred times its id."""
    plain = Story(
        id=story_id,
        uri=f"tag:example.org,2026:story/{story_id}",
        told_at=NOON + timedelta(minutes=story_id),
        updated_at=NOON + timedelta(minutes=story_id),
        members=members or (member(story_id * 100),),
        countries=("KZ", "TJ"),
        regions=("region:CA",),
        picture=PICTURE,
    )
    return replace(plain, **changed)


TOLD_BY_THREE = story(
    1,
    member(100),
    member(
        101,
        MIRROR,
        relation=Relation.TRANSLATION,
        title="سرخط خبر",
        language="fa",
        script="Arab",
        html="<p>همه</p>",
    ),
    member(
        102, WIRE, relation=Relation.REPORT, language="ru", script="Cyrl", title="Заголовок", paywalled=True
    ),
)
MERGED, HIDDEN = 3, 4


class FakeLibrary:
    """Stories in memory: 3 was merged into 1, 4 was hidden, all others are told."""

    def __init__(self, stories: Sequence[Story] = ()) -> None:
        self.stories = {one.id: one for one in (stories or (TOLD_BY_THREE, story(2), story(5), story(6)))}
        self.asked: list[StoryQuery] = []
        self.fault: Exception | None = None

    def found(self, query: StoryQuery) -> FoundStories:
        self._may_fail()
        self.asked.append(query)
        newest = sorted(self.stories.values(), key=lambda one: -one.id)
        after = [one for one in newest if query.before is None or one.id < query.before]
        shown = tuple(after[: query.limit])
        return FoundStories(shown, shown[-1].id if len(after) > query.limit else None)

    def told(self, story_id: int) -> ToldStory | None:
        self._may_fail()
        if story_id == MERGED:
            return ToldStory(merged_into=1)
        if story_id == HIDDEN:
            return ToldStory()
        found = self.stories.get(story_id)
        return ToldStory(found) if found else None

    def entry(self, entry_id: int) -> ToldStory | None:
        return self.told(entry_id // 100)

    def statuses(self) -> Sequence[SourceStatus]:
        self._may_fail()
        return [
            SourceStatus(
                STEPPE,
                SourceState.HTTP_ERROR,
                "403 from https://steppe.example/feed?api_key=hush",
                failures=3,
                last_success=NOON,
                newest_entry=NOON,
                entries=7,
            ),
            SourceStatus(MIRROR, SourceState.NEVER, ""),
        ]

    def selections(self) -> Mapping[str, Selection]:
        self._may_fail()
        return {
            "all": Selection("everything", "Everything"),
            "kz-in-ru": Selection("kz-in-ru", "Kazakhstan", "In Russian", ("KZ", "region:CA"), ("ru",)),
            "voices": Selection("voices", "Voices", sources=("steppe", "mirror")),
        }

    def _may_fail(self) -> None:
        if self.fault is not None:
            raise self.fault


class FakeAdmission:
    """Lets everybody in until told otherwise, and remembers who came."""

    def __init__(self) -> None:
        self.open = True
        self.came: list[str] = []
        self.inside = 0

    @contextmanager
    def __call__(self, name: str) -> Iterator[bool]:
        self.came.append(name)
        self.inside += 1
        try:
            yield self.open
        finally:
            self.inside -= 1


def mounted(library: FakeLibrary, admission: FakeAdmission | None = None, site: Site = SITE) -> Starlette:
    """The API where it stands in the whole application."""
    return Starlette(routes=routes(api(library, admission or FakeAdmission(), site, text)))


@asynccontextmanager
async def served(
    library: FakeLibrary | None = None, admission: FakeAdmission | None = None, site: Site = SITE
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the API over real HTTP on loopback; it neither follows nor decodes."""
    app = mounted(library or FakeLibrary(), admission, site)
    async with (
        serve(app, "127.0.0.1", 0) as address,
        aiohttp.ClientSession(address.url, auto_decompress=False) as client,
    ):
        yield client
