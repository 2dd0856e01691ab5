"""Leaving a newsletter: one click, no traps, no traces."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

import aiohttp
import pytest
from lxml import html

from aggregator.web import reader_forms

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def post(client: aiohttp.ClientSession, token: str, **how: object) -> tuple[int, str]:
    how = {"data": ONE_CLICK, "headers": FORM, "allow_redirects": False} | how
    async with client.post(f"/u/{token}", **how) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.text()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_the_link_changes_nothing(method: str, visit, web_settings, readers) -> None:
    async with visit(web_settings) as client, client.request(method, "/u/known-token") as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        page = await answer.read()
    assert readers.left == []
    if method == "GET":
        assert len(list(html.fromstring(page).iter("button"))) == 1


async def test_the_button_of_the_page_leaves(visit, web_settings, readers) -> None:
    async with visit(web_settings) as client:
        async with client.get("/u/known-token") as answer:
            form = html.fromstring(await answer.text()).forms[0]
        assert (form.method, form.action) == ("POST", None)
        status, page = await post(client, "known-token", data=dict(form.form_values()), headers={})
    assert (status, readers.left) == (200, ["known-token"])
    assert "Вы отказались от рассылки" in page


async def test_a_mail_program_leaves_with_one_click_without_cookies_or_redirect(
    visit, web_settings, readers
) -> None:
    async with visit(web_settings) as client:
        status, _ = await post(client, "known-token")
        assert list(client.cookie_jar) == []
    assert (status, readers.left) == (200, ["known-token"])


async def test_one_click_may_come_as_multipart(visit, web_settings, readers) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("List-Unsubscribe", "One-Click")
    async with visit(web_settings) as client:
        status, _ = await post(client, "known-token", data=form, headers={})
    assert (status, readers.left) == (200, ["known-token"])


async def test_leaving_twice_is_as_good_as_once(visit, web_settings, readers) -> None:
    async with visit(web_settings) as client:
        assert await post(client, "known-token") == await post(client, "known-token")


async def test_an_unknown_token_gets_the_same_words(visit, web_settings, readers) -> None:
    russian = FORM | {"Accept-Language": "ru"}
    async with visit(web_settings) as client:
        known = await post(client, "known-token", headers=russian)
        assert await post(client, "unknown", headers=russian) == known
        async with client.get("/u/known-token") as first, client.get("/u/unknown") as second:
            assert await first.read() == await second.read()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"List-Unsubscribe=One-Click&more=1",
        b"list-unsubscribe=one-click",
        b"List-Unsubscribe=Two-Click",
        b"\xff\xfe",
        b"&".join([b"a=b"] * 50),
        ONE_CLICK + b"&" * 10_000,
    ],
)
async def test_any_other_body_leaves_nobody_and_offers_the_button(
    body: bytes, visit, web_settings, readers
) -> None:
    async with visit(web_settings) as client:
        status, page = await post(client, "known-token", data=body)
    assert (status, readers.left) == (400, [])
    assert "<button>" in page


async def test_a_body_that_does_not_come_holds_nobody_up(
    visit, web_settings, readers, monkeypatch, caplog
) -> None:
    monkeypatch.setattr(reader_forms, "READ_WITHIN", 0.2)

    async def begun(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(b"POST /u/known-token HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\nList-")
        await writer.drain()
        return reader, writer

    async with visit(web_settings) as client:
        reader, writer = await begun(str(client._base_url))
        assert b" 400 " in await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        _, gone = await begun(str(client._base_url))
        gone.close()
        await gone.wait_closed()
        await post(client, "known-token")
    assert readers.left == ["known-token"]
    assert [one for one in caplog.records if one.levelname in ("WARNING", "ERROR")] == []


async def test_a_broken_multipart_body_leaves_nobody(visit, web_settings, readers) -> None:
    async with visit(web_settings) as client:
        status, _ = await post(
            client, "known-token", data=ONE_CLICK, headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
    assert (status, readers.left) == (400, [])


@pytest.mark.parametrize(
    ("wish", "heading"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.5", "Отказаться от рассылки?"),
        ("de,fr-FR;q=0.7", "Quitter la lettre d’information ?"),
        ("kk", "Leave the newsletter?"),
        ("*;q=,,;", "Leave the newsletter?"),
    ],
)
async def test_the_page_speaks_the_language_that_the_browser_wishes(
    wish: str, heading: str, visit, web_settings
) -> None:
    wishes = {"Accept-Language": wish}
    async with visit(web_settings) as client, client.get("/u/token", headers=wishes) as answer:
        assert html.fromstring(await answer.text()).findtext(".//h1") == heading


async def test_a_store_that_fails_is_told_and_can_be_tried_again(
    visit, web_settings, readers, caplog
) -> None:
    readers.fault = RuntimeError("UPDATE … parameters: ('known-token',)")
    async with (
        visit(web_settings) as client,
        client.post("/u/known-token", data=ONE_CLICK, headers=FORM) as answer,
    ):
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "300"
        assert "<button>" in await answer.text()
    assert "a reader could not leave: RuntimeError" in caplog.text
    assert "known-token" not in caplog.text


async def test_the_token_is_never_logged(visit, web_settings, caplog, capfd) -> None:
    caplog.set_level(logging.INFO)
    async with visit(web_settings) as client:
        await post(client, "known-token")
        await post(client, "unknown")
    printed = capfd.readouterr()
    assert "a reader left Weekly" in caplog.text
    assert "known-token" not in caplog.text + printed.out + printed.err
