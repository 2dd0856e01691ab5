"""A published folder, and the application served over real HTTP on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from aggregator.model import Answer, Asked, Departure, Site
from aggregator.templating import Templates, shipped_templates
from aggregator.web.app import ReaderSettings, WebSettings, create_app
from aggregator.web.server import serve
from tests.web.reader_world import NOW, FakeMembers

Visit = Callable[[WebSettings], AbstractAsyncContextManager[aiohttp.ClientSession]]


class Readers:
    """Who may leave, in memory: `tokens` maps a letter's token to what leaving with it answers."""

    def __init__(self) -> None:
        self.tokens: dict[str, Departure] = {"known-token": Departure("Weekly", "ru")}
        self.left: list[str] = []
        self.fault: Exception | None = None

    def __call__(self, token: str) -> Departure | None:
        if self.fault is not None:
            raise self.fault
        if token in self.tokens:
            self.left.append(token)
        return self.tokens.get(token)


class Library:
    """What is answered on request, in memory: `answers` by path; asked for others it knows nothing."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []

    def __call__(self, asked: Asked) -> Answer | None:
        self.asked.append(asked)
        return self.answers.get(asked.path)


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def readers() -> Readers:
    return Readers()


@pytest.fixture
def public(tmp_path: Path) -> Path:
    root = tmp_path / "public"
    for path, content in {
        "index.html": b"<h1>Front</h1>",
        "404.html": b"<h1>Nothing here</h1>",
        "country/kz.html": b"<h1>KZ</h1>",
        "feeds/all.atom": b"<feed/>",
        "feeds/all.rss": b"<rss/>",
        "feeds/all.json": b"{}",
        "style.css": b"body{}",
        "robots.txt": b"User-agent: *\n",
        "icon.svg": b"<svg/>",
        "sources.opml": b"<opml/>",
        "odd.thing": b"?",
        ".hidden": b"secret",
        "feeds/.all.atom.x.tmp": b"half",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    (tmp_path / "outside.html").write_bytes(b"secret")
    return root


@pytest.fixture
def web_settings(public: Path, readers: Readers) -> WebSettings:
    site = Site(
        title="Steppe & Mountains",
        description="Told once.",
        base_url="https://news.example.org",
        language="en",
        contact="editor@example.org",
        countries=("KZ",),
        time_zone="Asia/Almaty",
        sources={},
        id_domain="example.org",
    )
    environment = Templates("site", [shipped_templates()], "Asia/Almaty").environment
    return WebSettings(public, site, environment, ("fr", "en", "ru"), readers)


@pytest.fixture
def visit() -> Visit:
    """Serve the application while the context is open, and give a client that sends no Accept-Language."""

    @asynccontextmanager
    async def visiting(settings: WebSettings) -> AsyncIterator[aiohttp.ClientSession]:
        async with (
            serve(create_app(settings), "127.0.0.1", 0) as address,
            aiohttp.ClientSession(address.url, auto_decompress=False) as client,
        ):
            yield client

    return visiting


@pytest.fixture
def members() -> FakeMembers:
    return FakeMembers()


@pytest.fixture
def for_readers(web_settings: WebSettings, members: FakeMembers) -> WebSettings:
    """The application with the pages for readers, in four languages."""
    languages = ("en", "fr", "ru", "de")
    return replace(
        web_settings,
        languages=languages,
        site=replace(web_settings.site, languages=languages),
        readers=ReaderSettings(members, lambda: NOW),
    )
