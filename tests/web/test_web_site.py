"""The site as visitors see it: languages, feeds as pages, what moved, what is gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from yarl import URL

from aggregator.model import Answer
from aggregator.web.app import WebSettings

RUSSIAN = {"Accept-Language": "ru-KZ, en;q=0.5"}
IN_BROWSER = {"Sec-Fetch-Dest": "document"}
HTML = "text/html; charset=utf-8"


@pytest.fixture
def settings(web_settings: WebSettings, library) -> WebSettings:
    """A site in two languages below a path, of which somebody knows what is not in files."""
    site = replace(web_settings.site, base_url="https://example.org/news", languages=("en", "ru"))
    return replace(
        web_settings,
        site=site,
        browse=library,
        moved=lambda: {"kazakhstan": "kz"},
        gone=lambda: {"sport"},
        refusal=lambda status, language, is_feed: f"<h1>{status} {language} {'feed' * is_feed}</h1>".encode(),
    )


@pytest.fixture(autouse=True)
def pages(public: Path) -> None:
    for path in ("en/index.html", "ru/index.html", "en/404.html", "ru/404.html", "ru/country/kz.html"):
        (public / path).parent.mkdir(parents=True, exist_ok=True)
        (public / path).write_text(f"<h1>{path}</h1>")


@pytest.mark.parametrize(
    ("path", "headers", "location"),
    [
        ("/", RUSSIAN, "/news/ru/"),
        ("/", {}, "/news/en/"),
        ("/", {"Accept-Language": "kk"}, "/news/en/"),
        (
            "/search?q=%D1%85%D0%BB%D0%B5%D0%B1&country=KZ",
            RUSSIAN,
            "/news/ru/search?q=%D1%85%D0%BB%D0%B5%D0%B1&country=KZ",
        ),
        ("/story/5", {}, "/news/en/story/5"),
        ("/country/tj.html", RUSSIAN, "/news/ru/country/tj.html"),
        ("/sources", {}, "/news/en/sources"),
        ("/de/letters/weekly/weekly-1/2026-W47", RUSSIAN, "/news/ru/letters/weekly/weekly-1/2026-W47"),
    ],
)
async def test_without_a_language_the_readers_own_is_shown(
    path: str, headers: dict[str, str], location: str, visit, settings
) -> None:
    async with (
        visit(settings) as client,
        client.get(path, headers=headers, allow_redirects=False) as answer,
    ):
        assert (answer.status, answer.headers["Location"]) == (302, location)
        assert answer.headers["Vary"] == "accept-language"


async def test_before_its_pages_are_there_the_front_page_is_a_file(visit, settings, public: Path) -> None:
    (public / "en/index.html").unlink()
    async with visit(settings) as client, client.get("/") as answer:
        assert await answer.read() == b"<h1>Front</h1>"


@pytest.mark.parametrize(
    ("path", "headers", "page"),
    [
        ("/nothing", RUSSIAN, b"<h1>ru/404.html</h1>"),
        ("/nothing", {}, b"<h1>en/404.html</h1>"),
        ("/en/country/xx", RUSSIAN, b"<h1>en/404.html</h1>"),
        ("/en/story/5", RUSSIAN, b"<h1>en/404.html</h1>"),
        ("/u/a/b", RUSSIAN, b"<h1>ru/404.html</h1>"),
    ],
)
async def test_what_is_not_there_is_said_in_the_readers_language(
    path: str, headers: dict[str, str], page: bytes, visit, settings
) -> None:
    async with visit(settings) as client, client.get(path, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (404, page)


async def test_without_a_page_in_that_language_the_sites_own_helps(visit, settings, public: Path) -> None:
    (public / "ru/404.html").unlink()
    async with visit(settings) as client, client.get("/ru/nothing") as answer:
        assert await answer.read() == b"<h1>Nothing here</h1>"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/feeds/kazakhstan.atom", "/news/feeds/kz.atom"),
        ("/feeds/kazakhstan.json?raw=1", "/news/feeds/kz.json?raw=1"),
        ("/feeds/kazakhstan/3.atom", "/news/feeds/kz/3.atom"),
        ("/ru/feed/kazakhstan", "/news/ru/feed/kz"),
    ],
)
async def test_a_renamed_feed_leads_to_its_new_name(path: str, location: str, visit, settings) -> None:
    async with visit(settings) as client, client.get(path, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (301, location)
        assert answer.headers["Cache-Control"] == "public, max-age=86400"


@pytest.mark.parametrize("path", ["/feeds/sport.rss", "/feeds/sport/1.atom", "/en/feed/sport"])
async def test_a_feed_that_was_given_up_is_gone(path: str, visit, settings, library) -> None:
    async with visit(settings) as client, client.get(path) as answer:
        assert (answer.status, await answer.read()) == (410, b"<h1>410 en feed</h1>")
    assert library.asked == []


async def test_without_a_page_for_it_a_line_says_that_a_feed_is_gone(visit, settings) -> None:
    async with visit(replace(settings, refusal=None)) as client, client.get("/feeds/sport.rss") as answer:
        assert (answer.status, await answer.text()) == (410, "This feed is published no more.\n")


async def test_a_feed_that_is_a_file_is_neither_moved_nor_gone(visit, settings) -> None:
    async with (
        visit(replace(settings, gone=lambda: {"all"})) as client,
        client.get("/feeds/all.atom") as answer,
    ):
        assert answer.status == 200


async def test_what_moved_is_asked_now_and_then_and_a_failure_changes_nothing(
    visit, settings, monkeypatch, caplog
) -> None:
    asked = []

    def moved() -> dict[str, str]:
        asked.append(1)
        if len(asked) > 1:
            raise OSError("the store is away")
        return {"old": "new"}

    settings = replace(settings, moved=moved)
    async with visit(settings) as client:
        for _ in range(3):
            async with client.get("/feeds/old.atom", allow_redirects=False) as answer:
                assert answer.status == 301
        assert len(asked) == 1
        monkeypatch.setattr("aggregator.web.former_feeds.ASKED_EVERY", -1.0)
    async with visit(settings) as client, client.get("/feeds/old.atom") as answer:
        assert answer.status == 404
    assert "the store is away" in caplog.text


async def test_a_feed_that_a_browser_opens_is_shown_as_a_page(visit, settings, library) -> None:
    library.answers["ru/feed/all"] = Answer(200, b"<h1>How to subscribe</h1>", HTML)
    async with visit(settings) as client:
        async with client.get("/feeds/all.atom?x=1", headers=IN_BROWSER | RUSSIAN) as answer:
            assert (answer.status, await answer.read()) == (200, b"<h1>How to subscribe</h1>")
            assert answer.headers["Content-Type"] == HTML
            assert answer.headers["Vary"] == "sec-fetch-dest, accept-language"
        assert [(asked.path, dict(asked.query), asked.language) for asked in library.asked] == [
            ("ru/feed/all", {"x": "1"}, "ru")
        ]
        for headers, path in (({}, "/feeds/all.atom"), (IN_BROWSER, "/feeds/all.atom?raw")):
            async with client.get(path, headers=headers) as answer:
                assert await answer.read() == b"<feed/>"
                assert answer.headers["Vary"] == "sec-fetch-dest"


@pytest.mark.parametrize("answer", [None, Answer(404), Answer(503)])
async def test_without_such_a_page_the_browser_gets_the_feed(answer, visit, settings, library) -> None:
    if answer:
        library.answers["en/feed/all"] = answer
    async with visit(settings) as client, client.get("/feeds/all.atom", headers=IN_BROWSER) as got:
        assert (got.status, await got.read()) == (200, b"<feed/>")
    async with (
        visit(replace(settings, browse=None)) as client,
        client.get("/feeds/all.atom", headers=IN_BROWSER) as got,
    ):
        assert (got.status, await got.read()) == (200, b"<feed/>")


async def test_a_document_of_an_archive_is_never_shown_as_a_page(
    visit, settings, library, public: Path
) -> None:
    (public / "feeds/all").mkdir()
    (public / "feeds/all/1.atom").write_bytes(b"<feed>1</feed>")
    async with visit(settings) as client, client.get("/feeds/all/1.atom", headers=IN_BROWSER) as answer:
        assert await answer.read() == b"<feed>1</feed>"
    assert library.asked == []


async def test_a_feed_may_be_rendered_on_request(visit, settings, library) -> None:
    library.answers["feeds/kz+tj.atom"] = Answer(200, b"<feed/>", "application/atom+xml", indexed=False)
    async with visit(settings) as client, client.get("/feeds/kz+tj.atom?raw") as answer:
        assert await answer.read() == b"<feed/>"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Vary"] == "sec-fetch-dest"
    assert dict(library.asked[0].query) == {}


async def test_an_answer_may_lead_elsewhere(visit, settings, library) -> None:
    library.answers["feeds/tj+kz.atom"] = Answer(301, location="feeds/kz+tj.atom")
    library.answers["en/story/5"] = Answer(302, location="en/search?q=a b&x=\r\nX-Evil: 1")
    async with visit(settings) as client:
        async with client.get("/feeds/tj+kz.atom", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (301, "/news/feeds/kz+tj.atom")
        async with client.get("/en/story/5", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/news/en/search?q=a%20b&x=%0D%0AX-Evil:%201"
            assert "X-Evil" not in answer.headers


async def test_where_an_answer_leads_is_encoded_once(visit, settings, library) -> None:
    library.answers["feeds/topic/Вода?.atom"] = Answer(301, location="feeds/topic/%D0%B2%3F%20%25.atom?q=%3F")
    path = URL("/feeds/topic/%D0%92%D0%BE%D0%B4%D0%B0%3F.atom", encoded=True)
    async with visit(settings) as client, client.get(path, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/news/feeds/topic/%D0%B2%3F%20%25.atom?q=%3F"


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("/en/search?q=" + "a" * 2000, ""),
        ("/en/search?" + "a=1&" * 30, ""),
        ("/feeds/" + "kz+" * 1000 + "tj.atom", "feed"),
        ("/en/feed/" + "kz+" * 1000 + "tj", "feed"),
    ],
)
async def test_what_asks_for_too_much_is_refused_politely(
    path: str, about: str, visit, settings, library
) -> None:
    async with visit(settings) as client, client.get(path) as answer:
        assert (answer.status, await answer.text()) == (400, f"<h1>400 en {about}</h1>")
    async with visit(replace(settings, refusal=None)) as client, client.get(path) as answer:
        assert (answer.status, await answer.text()) == (
            400,
            "This address asks for more than we read. A feed joins six codes at most.\n",
        )
    assert library.asked == []


@pytest.mark.parametrize(
    ("status", "page"),
    [(400, b"<h1>400 ru </h1>"), (404, b"<h1>ru/404.html</h1>"), (410, b"<h1>410 ru </h1>")],
)
async def test_an_answer_without_content_gets_the_page_that_helps(
    status: int, page: bytes, visit, settings, library
) -> None:
    library.answers["ru/story/5"] = Answer(status)
    async with visit(settings) as client, client.get("/ru/story/5") as answer:
        assert (answer.status, await answer.read()) == (status, page)
        assert answer.headers["Cache-Control"] == "public, max-age=60"


async def test_an_answer_that_says_no_may_bring_its_own_page(visit, settings, library) -> None:
    library.answers["ru/story/5"] = Answer(410, b"<h1>withdrawn</h1>", HTML, indexed=False)
    async with visit(settings) as client, client.get("/ru/story/5") as answer:
        assert (answer.status, await answer.read()) == (410, b"<h1>withdrawn</h1>")
        assert answer.headers["X-Robots-Tag"] == "noindex"


async def test_a_fault_of_a_port_is_told_without_details(visit, settings, caplog) -> None:
    def broken(status: int, language: str, is_feed: bool) -> bytes:
        raise RuntimeError("the inside")

    async with visit(replace(settings, refusal=broken)) as client, client.get("/feeds/sport.atom") as answer:
        assert answer.status == 500
        assert "the inside" not in await answer.text()
        assert "Content-Security-Policy" in answer.headers
    assert "the inside" in caplog.text
