"""Single-use links: opening one does nothing, a button does it, and it is done once."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from lxml import html

from tests.web.reader_world import ADDRESS

ACCOUNT = "/a/account-token"


async def send(client: aiohttp.ClientSession, path: str, **fields: str) -> tuple[int, str]:
    async with client.post(path, data=fields, allow_redirects=False) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        return answer.status, await answer.text()


async def opened(client: aiohttp.ClientSession, path: str) -> Any:
    async with client.get(path) as answer:
        assert answer.status == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        return html.fromstring(await answer.text())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/c/confirm-token", "/n/address-token", ACCOUNT])
async def test_opening_a_link_does_nothing(path: str, method: str, visit, for_readers, members) -> None:
    async with visit(for_readers) as client, client.request(method, path) as answer:
        assert answer.status == 200
        assert answer.headers["X-Robots-Tag"] == "noindex"
    assert members.done == []


@pytest.mark.parametrize("kind", ["c", "n"])
async def test_before_the_button_every_token_gets_the_same_page(kind: str, visit, for_readers) -> None:
    async with visit(for_readers) as client:
        pages = {html.tostring(await opened(client, f"/{kind}/{one}")) for one in ("confirm-token", "forged")}
    assert len(pages) == 1


async def test_the_button_confirms_and_the_page_says_what_begins(visit, for_readers, members) -> None:
    async with visit(for_readers) as client:
        (form,) = (await opened(client, "/c/confirm-token")).forms
        assert (form.method, form.action) == ("POST", None)
        status, page = await send(client, "/c/confirm-token", **dict(form.form_values()))
    assert (status, members.done) == (200, [("confirm", "confirm-token", "127.0.0.1")])
    read = html.fromstring(page)
    assert (read.get("lang"), read.findtext(".//h1")) == ("ru", "Теперь вы получаете «Центральная Азия»")
    assert "Киргизия, Узбекистан" in " ".join(read.text_content().split())


@pytest.mark.parametrize("path", ["/c/confirm-token", "/n/address-token"])
async def test_a_link_serves_once_and_then_gets_the_words_of_a_forged_one(
    path: str, visit, for_readers
) -> None:
    async with visit(for_readers) as client:
        assert (await send(client, path, do="confirm"))[0] == 200
        again = await send(client, path, do="confirm")
        assert again[0] == 404
        assert again == await send(client, "/c/forged", do="confirm")
        assert again == await send(client, "/n/" + "x" * 400, do="confirm")
        assert again == await send(client, "/a/forged", do="erase for good")


async def test_the_account_shows_all_that_is_kept(visit, for_readers) -> None:
    async with visit(for_readers) as client:
        page = await opened(client, ACCOUNT)
    text = " ".join(page.text_content().split())
    for part in (ADDRESS, "Central Asia Weekly", "Plain & simple", "You have left this newsletter.",
                 "Paused until November 25, 2026", "Every week: Monday", "Kyrgyzstan, Uzbekistan",
                 "(Kyrgyzstan – Bishkek)"):  # fmt: skip
        assert part in text, part
    assert [one.fields["do"] for one in page.forms] == ["export", "change", "erase"]


async def test_the_export_is_a_file_and_uses_the_link_up(visit, for_readers) -> None:
    async with visit(for_readers) as client:
        async with client.post(ACCOUNT, data={"do": "export"}) as answer:
            assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
            assert answer.headers["Cache-Control"] == "no-store"
            assert json.loads(await answer.read()) == {"email": ADDRESS}
        async with client.get(ACCOUNT) as answer:
            assert answer.status == 404


async def test_erasing_is_asked_twice(visit, for_readers, members) -> None:
    async with visit(for_readers) as client:
        status, page = await send(client, ACCOUNT, do="erase")
        assert (status, members.done) == (200, [])
        assert ADDRESS in html.fromstring(page).text_content()
        (form,) = html.fromstring(page).forms
        status, page = await send(client, ACCOUNT, **dict(form.form_values()))
    assert (status, members.done) == (200, [("erase", "account-token")])
    assert html.fromstring(page).findtext(".//h1") == "Everything is erased"


async def test_a_new_address_gets_a_link_and_a_wrong_one_is_said_at_the_field(
    visit, for_readers, members
) -> None:
    async with visit(for_readers) as client:
        status, page = await send(client, ACCOUNT, do="change", email="nowhere")
        assert status == 400
        assert html.fromstring(page).xpath("//input[@aria-invalid='true']/@value") == ["nowhere"]
        status, page = await send(client, ACCOUNT, do="change", email="new@example.org")
        assert status == 200
        assert "new@example.org" in page
        assert ADDRESS not in page
    assert members.done[-1] == ("change_address", "account-token", "new@example.org")


@pytest.mark.parametrize("path", ["/c/confirm-token", "/n/address-token", ACCOUNT])
async def test_a_strange_form_does_nothing(path: str, visit, for_readers, members) -> None:
    async with visit(for_readers) as client:
        assert (await send(client, path, do="export", more="1"))[0] == 400
        assert (await send(client, ACCOUNT, do="everything"))[0] == 400
    assert members.done == []


async def test_a_fault_of_ours_uses_no_link_up(visit, for_readers, members, caplog) -> None:
    members.fault = RuntimeError("account-token")
    async with visit(for_readers) as client:
        for path in ("/c/confirm-token", "/n/address-token", ACCOUNT):
            async with client.post(path, data={"do": "erase for good" if path == ACCOUNT else "x"}) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "300")
    assert "token" not in caplog.text
