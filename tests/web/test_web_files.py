"""The public folder over HTTP."""

from __future__ import annotations

import os
import time
from email.utils import formatdate
from pathlib import Path

import pytest
from yarl import URL

from aggregator.model import File
from aggregator.publish.disk import PublicFolder
from aggregator.web.files import PublicFiles

HTML = "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "content", "content_type", "seconds"),
    [
        ("/", b"<h1>Front</h1>", HTML, 60),
        ("/index.html", b"<h1>Front</h1>", HTML, 60),
        ("/country/kz", b"<h1>KZ</h1>", HTML, 60),
        ("/country/kz.html?utm=1", b"<h1>KZ</h1>", HTML, 60),
        ("/feeds/all.atom", b"<feed/>", "application/atom+xml; charset=utf-8", 300),
        ("/feeds/all.rss", b"<rss/>", "application/rss+xml; charset=utf-8", 300),
        ("/feeds/all.json", b"{}", "application/feed+json", 300),
        ("/style.css?v=1", b"body{}", "text/css; charset=utf-8", 86400),
        ("/robots.txt", b"User-agent: *\n", "text/plain; charset=utf-8", 60),
        ("/icon.svg", b"<svg/>", "image/svg+xml", 86400),
        ("/sources.opml", b"<opml/>", "text/x-opml; charset=utf-8", 60),
        ("/odd.thing", b"?", "application/octet-stream", 60),
    ],
)
async def test_a_published_file_is_served_with_its_type_and_age(
    path: str, content: bytes, content_type: str, seconds: int, visit, web_settings
) -> None:
    async with visit(web_settings) as client, client.get(path) as answer:
        assert answer.status == 200
        assert await answer.read() == content
        assert answer.headers["Content-Type"] == content_type
        assert answer.headers["Cache-Control"] == f"public, max-age={seconds}"


@pytest.mark.parametrize(
    ("path", "caching"),
    [
        (f"img/ab/{'0' * 30}.jpg", "public, max-age=31536000, immutable"),
        ("img/ab/portrait.jpg", "public, max-age=60"),
    ],
)
async def test_a_picture_named_by_its_content_is_kept_for_ever(
    path: str, caching: str, visit, web_settings, public: Path
) -> None:
    target = public / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"\xff\xd8")
    async with visit(web_settings) as client, client.get(f"/{path}") as answer:
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == caching


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/country/",
        "/country",
        "/feeds/all.atom/",
        "/.hidden",
        "/feeds/.all.atom.x.tmp",
        "/../outside.html",
        "/..%2foutside.html",
        "/country/%2e%2e/%2e%2e/outside.html",
        "/%2e%2e%5coutside.html",
        "/%2fetc/passwd",
        "/index.html%00",
        "/link.html",
        "/" + "a" * 900,
        "/feeds/all.atom.gz",
        "/pipe.html",
    ],
)
async def test_anything_else_is_the_page_that_helps(path: str, visit, web_settings, public: Path) -> None:
    (public / "link.html").symlink_to(public.parent / "outside.html")
    (public / "feeds/all.atom.gz").write_bytes(b"packed")
    os.mkfifo(public / "pipe.html")
    async with visit(web_settings) as client, client.get(URL(path, encoded=True)) as answer:
        assert answer.status == 404
        assert await answer.read() == b"<h1>Nothing here</h1>"
        assert answer.headers["Content-Type"] == HTML
        assert answer.headers["Cache-Control"] == "no-cache"


async def test_before_the_first_publication_every_path_is_a_plain_404(
    visit, web_settings, public: Path
) -> None:
    (public / "404.html").unlink()
    async with visit(web_settings) as client, client.get("/nothing") as answer:
        assert (answer.status, await answer.text()) == (404, "Not found.\n")


async def test_a_link_within_the_folder_is_followed(visit, web_settings, public: Path) -> None:
    (public / "newest.html").symlink_to(public / "country/kz.html")
    async with visit(web_settings) as client, client.get("/newest") as answer:
        assert await answer.read() == b"<h1>KZ</h1>"


async def test_a_file_that_is_replaced_by_a_link_that_leads_out_is_served_no_more(
    visit, web_settings, public: Path
) -> None:
    async with visit(web_settings) as client:
        for status in (200, 404):
            async with client.get("/country/kz") as answer:
                assert answer.status == status
            (public / "country/kz.html").unlink(missing_ok=True)
            (public / "country/kz.html").symlink_to(public.parent / "outside.html")


async def test_a_folder_leads_to_its_first_page(visit, web_settings, public: Path) -> None:
    (public / "country/index.html").write_bytes(b"<h1>All</h1>")
    async with visit(web_settings) as client:
        async with client.get("/country/") as answer:
            assert (answer.status, await answer.read()) == (200, b"<h1>All</h1>")
        async with client.get("/country", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (301, "/country/")


async def test_a_replaced_file_is_served_at_once(visit, web_settings, public: Path) -> None:
    async with visit(web_settings) as client:
        for content in (b"<feed/>", b"<feed>new</feed>", b"<feed>NEW</feed>"):
            (public / "x.tmp").write_bytes(content)
            (public / "x.tmp").replace(public / "feeds/all.atom")
            async with client.get("/feeds/all.atom") as answer:
                assert await answer.read() == content
        (public / "feeds/all.atom").unlink()
        async with client.get("/feeds/all.atom") as answer:
            assert answer.status == 404


@pytest.fixture
def written(public: Path) -> bytes:
    """A text with its compressed bytes, as publishing writes it."""
    content = b"<feed>" + b"news " * 1000 + b"</feed>"
    PublicFolder(public).write(File("feeds/kz.atom", content))
    return content


async def test_a_text_is_sent_as_it_was_compressed_when_it_was_written(
    visit, web_settings, public: Path, written: bytes
) -> None:
    tags = set()
    async with visit(web_settings) as client:
        for accepted, coding, suffix in (
            ("gzip, br", "br", ".br"),
            ("gzip", "gzip", ".gz"),
            ("identity", None, ""),
        ):
            wish = {"Accept-Encoding": accepted}
            async with client.get("/feeds/kz.atom", headers=wish) as answer:
                assert answer.headers.get("Content-Encoding") == coding
                assert answer.headers["Vary"] == "accept-encoding, sec-fetch-dest"
                assert await answer.read() == (public / f"feeds/kz.atom{suffix}").read_bytes()
                tags.add(answer.headers["ETag"])
                condition = {**wish, "If-None-Match": answer.headers["ETag"]}
            async with client.get("/feeds/kz.atom", headers=condition) as answer:
                assert answer.status == 304
                assert answer.headers["Vary"] == "accept-encoding, sec-fetch-dest"
    assert len(tags) == 3, "each coding has a validator of its own"


async def test_compressed_bytes_of_another_time_are_not_believed(
    visit, web_settings, public: Path, written: bytes
) -> None:
    os.utime(public / "feeds/kz.atom.br", ns=(1, 1))
    (public / "feeds/kz.atom.gz").unlink()
    async with (
        visit(web_settings) as client,
        client.get("/feeds/kz.atom", headers={"Accept-Encoding": "gzip, br"}) as answer,
    ):
        assert "Content-Encoding" not in answer.headers
        assert await answer.read() == written


async def test_a_part_of_a_file_can_be_asked_for(visit, web_settings, written: bytes) -> None:
    identity = {"Accept-Encoding": "identity"}
    async with visit(web_settings) as client:
        async with client.get("/feeds/kz.atom", headers={**identity, "Range": "bytes=6-9"}) as answer:
            assert (answer.status, await answer.read()) == (206, b"news")
            assert answer.headers["Content-Range"] == f"bytes 6-9/{len(written)}"
            assert answer.headers["Content-Length"] == "4"
            etag = answer.headers["ETag"]
        for condition, status in ((etag, 206), ('"other"', 200)):
            headers = {**identity, "Range": "bytes=0-0", "If-Range": condition}
            async with client.get("/feeds/kz.atom", headers=headers) as answer:
                assert answer.status == status
        async with client.get("/feeds/kz.atom", headers={**identity, "Range": "bytes=99999-"}) as answer:
            assert answer.status == 416
            assert answer.headers["Content-Range"] == f"bytes */{len(written)}"
        async with client.head("/feeds/kz.atom", headers={**identity, "Range": "bytes=0-0"}) as answer:
            assert answer.status == 200, "ranges are for GET alone"


async def test_who_has_seen_another_file_is_told_so(visit, web_settings) -> None:
    condition = {"If-Match": '"other"'}
    async with visit(web_settings) as client, client.get("/feeds/all.atom", headers=condition) as answer:
        assert answer.status == 412


@pytest.mark.parametrize(
    ("path", "origins"), [("/feeds/all.atom", "*"), ("/sources.opml", "*"), ("/index.html", None)]
)
async def test_scripts_of_other_sites_may_read_feeds_and_nothing_else(
    path: str, origins: str | None, visit, web_settings
) -> None:
    async with visit(web_settings) as client, client.get(path) as answer:
        assert answer.headers.get("Access-Control-Allow-Origin") == origins


async def test_a_file_too_large_to_be_kept_is_served_all_the_same(public: Path) -> None:
    files = PublicFiles(public, room=100)
    opened = await files.find("/feeds/all.atom")
    assert opened is not None
    assert opened.representations.by_coding[b"identity"].content == b"<feed/>"
    assert files.kept("/feeds/all.atom") is None


async def test_an_unchanged_file_is_answered_with_304(visit, web_settings) -> None:
    async with visit(web_settings) as client:
        async with client.get("/feeds/all.atom") as first:
            etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
        for condition in (
            {"If-None-Match": etag},
            {"If-None-Match": f'"other", W/{etag}'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": modified},
            {"If-None-Match": etag, "If-Modified-Since": formatdate(0, usegmt=True)},
        ):
            async with client.get("/feeds/all.atom", headers=condition) as answer:
                assert answer.status == 304, condition
                assert await answer.read() == b""
                assert answer.headers["ETag"] == etag
                assert answer.headers["Last-Modified"] == modified
                assert "Cache-Control" in answer.headers


async def test_a_changed_file_or_a_broken_condition_is_answered_in_full(visit, web_settings) -> None:
    async with visit(web_settings) as client:
        async with client.get("/feeds/all.atom") as first:
            modified = first.headers["Last-Modified"]
        for condition in (
            {"If-None-Match": '"other"'},
            {"If-None-Match": '"other"', "If-Modified-Since": modified},
            {"If-Modified-Since": formatdate(0, usegmt=True)},
            {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 -0000"},
            {"If-Modified-Since": "yesterday"},
        ):
            async with client.get("/feeds/all.atom", headers=condition) as answer:
                assert answer.status == 200, condition


async def test_the_etag_follows_the_bytes_and_not_the_clock(visit, web_settings, public: Path) -> None:
    async with visit(web_settings) as client:
        tags = []
        for content, at in ((b"<feed/>", 0), (b"<feed/>", 60), (b"<feed>new</feed>", 60)):
            (public / "feeds/all.atom").write_bytes(content)
            os.utime(public / "feeds/all.atom", (time.time() - at,) * 2)
            async with client.get("/feeds/all.atom") as answer:
                tags.append(answer.headers["ETag"])
    assert tags[0] == tags[1] != tags[2]
    assert not tags[0].startswith("W/")


async def test_head_gives_the_headers_alone(visit, web_settings) -> None:
    async with visit(web_settings) as client, client.head("/feeds/all.atom") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert answer.headers["Content-Length"] == str(len(b"<feed/>"))
        assert "ETag" in answer.headers


async def test_files_cannot_be_written(visit, web_settings) -> None:
    async with visit(web_settings) as client, client.post("/index.html", data=b"x") as answer:
        assert answer.status == 405
        assert set(answer.headers["Allow"].replace(" ", "").split(",")) == {"GET", "HEAD"}
