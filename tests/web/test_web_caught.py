"""Caught mail: shown on this machine to those who know the key, and inert."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from starlette.exceptions import HTTPException
from starlette.requests import Request
from yarl import URL

from aggregator.web.caught import FRAME_POLICY, MAILS_LISTED, Caught, CaughtMail

LETTER = """\
From: Review <review@example.org>
To: reader@example.org
Subject: =?utf-8?b?0JrQsNC90LDQuyDQvtGC0LrRgNGL0YI=?=
List-Unsubscribe: <mailto:x@example.org>, <http://127.0.0.1:8000/u/abc>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain; charset=utf-8

Канал <открыт>
--x
Content-Type: text/html; charset=utf-8

<h1>Канал</h1><script>alert(1)</script><img src="https://tracker.example/">
--x--
"""
HOSTILE = """\
To: "<script>alert(1)</script>" <a@example.org>
Subject: <script>alert(2)</script>
List-Unsubscribe: <javascript:alert(3)>
Content-Type: text/html; charset=no-such-charset

<script>alert(4)</script>
"""


@pytest.fixture
def caught(tmp_path: Path) -> Caught:
    folder = tmp_path / "mail"
    folder.mkdir()
    for age, (name, letter) in enumerate({"0002.eml": LETTER, "0001.eml": HOSTILE}.items()):
        (folder / name).write_bytes(letter.replace("\n", "\r\n").encode())
        os.utime(folder / name, (1_800_000_000 - age,) * 2)
    (folder / "notes.txt").write_text("secret")
    (folder / "odd name.eml").write_text("secret")
    (folder / "link.eml").symlink_to(folder / "notes.txt")
    return Caught(folder, "the-key")


@pytest.fixture
def demo(web_settings, caught: Caught):
    return replace(web_settings, caught=caught)


async def test_the_list_names_time_recipient_and_subject_newest_first(visit, demo) -> None:
    async with visit(demo) as client, client.get("/caught/the-key/") as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        page = html.fromstring(await answer.text())
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.find(".//tbody")]
    mails = [row for row in rows if row[1]]
    assert [row[1:] for row in mails] == [
        ["reader@example.org", "Канал открыт"],
        ['"<script>alert(1)</script>" <a@example.org>', "<script>alert(2)</script>"],
    ]
    assert all("2027" in row[0] for row in mails)
    assert list(page.iter("script")) == []


async def test_an_empty_folder_says_so(visit, web_settings, tmp_path: Path) -> None:
    demo = replace(web_settings, caught=Caught(tmp_path / "none", "the-key"))
    async with visit(demo) as client, client.get("/caught/the-key/") as answer:
        assert "No mail yet." in await answer.text()


async def test_the_list_is_bounded(visit, demo, caught: Caught) -> None:
    for number in range(MAILS_LISTED + 5):
        (caught.folder / f"x{number}.eml").write_bytes(b"Subject: one\r\n\r\n")
    async with visit(demo) as client, client.get("/caught/the-key/") as answer:
        page = html.fromstring(await answer.text())
    assert len(page.find(".//tbody")) == MAILS_LISTED


async def test_one_mail_shows_headers_text_and_a_sandboxed_frame(visit, demo) -> None:
    async with visit(demo) as client, client.get("/caught/the-key/0002.eml") as answer:
        page = html.fromstring(await answer.text())
        policy = answer.headers["Content-Security-Policy"]
    headers = {row[0].text_content(): row[1].text_content() for row in page.find(".//tbody")}
    assert headers["Subject"] == "Канал открыт"
    assert headers["To"] == "reader@example.org"
    assert page.findtext(".//pre").strip() == "Канал <открыт>"
    frame = page.find(".//iframe")
    assert (frame.get("src"), frame.get("sandbox")) == ("0002.eml/html", "")
    assert "http://127.0.0.1:8000/u/abc" in [one.get("href") for one in page.iter("a")]
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none';")


async def test_the_frame_may_run_and_load_nothing(visit, demo) -> None:
    async with visit(demo) as client, client.get("/caught/the-key/0002.eml/html") as answer:
        assert answer.headers["Content-Security-Policy"] == FRAME_POLICY
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<h1>Канал</h1>" in await answer.text()
    assert FRAME_POLICY.startswith("sandbox; default-src 'none';")
    assert "allow-" not in FRAME_POLICY
    assert "http" not in FRAME_POLICY


async def test_hostile_headers_and_text_do_not_become_markup(visit, demo) -> None:
    async with visit(demo) as client, client.get("/caught/the-key/0001.eml") as answer:
        page = html.fromstring(await answer.text())
    assert list(page.iter("script")) == []
    assert [one.get("href") for one in page.iter("a") if one.get("href").startswith("javascript")] == []


async def test_the_mail_can_be_downloaded_as_it_is(visit, demo, caught: Caught) -> None:
    async with visit(demo) as client, client.get("/caught/the-key/0002.eml/raw") as answer:
        assert await answer.read() == (caught.folder / "0002.eml").read_bytes()
        assert answer.headers["Content-Type"] == "message/rfc822"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="0002.eml"'


async def test_a_mail_without_html_has_no_frame(visit, demo, caught: Caught) -> None:
    (caught.folder / "plain.eml").write_bytes(b"Subject: one\r\n\r\nOnly text.\r\n")
    async with visit(demo) as client:
        async with client.get("/caught/the-key/plain.eml") as answer:
            assert "<iframe" not in await answer.text()
        async with client.get("/caught/the-key/plain.eml/html") as answer:
            assert answer.status == 404


async def test_a_mail_that_the_parser_cannot_read_is_still_listed(visit, demo, caught: Caught) -> None:
    broken = b"To: <\r\nSubject: fine\r\nContent-Type: text/html; charset=idna\r\n\r\n\xff\xfe\r\n"
    (caught.folder / "broken.eml").write_bytes(broken)
    async with visit(demo) as client:
        for path in ("", "broken.eml", "broken.eml/html"):
            async with client.get(f"/caught/the-key/{path}") as answer:
                assert answer.status == 200, path
                assert "(unreadable)" in await answer.text()


@pytest.mark.parametrize(
    "path",
    [
        "/caught/wrong-key/",
        "/caught/%D0%BA%D0%BB%D1%8E%D1%87/",
        "/caught/wrong-key/0002.eml",
        "/caught/wrong-key/0002.eml/html",
        "/caught/wrong-key/0002.eml/raw",
        "/caught/the-key",
        "/caught/the-key/notes.txt",
        "/caught/the-key/odd%20name.eml",
        "/caught/the-key/link.eml",
        "/caught/the-key/none.eml",
        "/caught/the-key/%2e%2e%2f0002.eml",
    ],
)
async def test_without_the_key_or_a_mail_there_is_nothing(path: str, visit, demo) -> None:
    async with visit(demo) as client, client.get(URL(path, encoded=True)) as answer:
        assert answer.status == 404
        assert await answer.read() == b"<h1>Nothing here</h1>"


@pytest.mark.parametrize("field", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_whoever_comes_through_a_web_server_of_this_machine_is_not_admitted(
    field: str, visit, demo
) -> None:
    async with visit(demo) as client:
        for name, status in (("X-Other", 200), (field, 404)):
            async with client.get("/caught/the-key/", headers={name: "127.0.0.1"}) as answer:
                assert answer.status == status


@pytest.mark.parametrize("client", [("192.0.2.7", 1), ("2001:db8::1", 1), ("localhost", 1), None])
def test_nobody_from_elsewhere_is_admitted(client: tuple[str, int] | None, demo, caught: Caught) -> None:
    mail = CaughtMail(caught, demo.environment, demo.site)
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": client}
    with pytest.raises(HTTPException) as refused:
        mail.index(Request(scope | {"path_params": {"key": "the-key"}}))
    assert refused.value.status_code == 404


async def test_links_to_the_pages_for_readers_can_be_followed_from_a_mail(
    visit, demo, caught: Caught
) -> None:
    base = "https://news.example.org"
    ours = f"Confirm: {base}/c/Ab-1_x (or not).\n{base}/u/t {base}/account\n{base}/c/Ab-1_x\n"
    others = f"https://evil.example/c/x {base}.evil.example/c/y {base}/c/../x {base}/en/story/1"
    (caught.folder / "notice.eml").write_bytes(f"Subject: one\r\n\r\n{ours}{others}\r\n".encode())
    async with visit(demo) as client, client.get("/caught/the-key/notice.eml") as answer:
        links = html.fromstring(await answer.text()).xpath("//ul/li/a/@href")
    assert links == [f"{base}/c/Ab-1_x", f"{base}/u/t", f"{base}/account"]
