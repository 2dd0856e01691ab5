"""The page behind a letter's link: it chooses, pauses and leaves, and never says whose letter it was."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from lxml import html

from aggregator.model import Choice, Preferences, Wish
from tests.web.reader_world import ADDRESS, CHOSEN, NOW, WEEKLY

PAGE = "/p/letter-token"


async def send(client: aiohttp.ClientSession, fields: Any, path: str = PAGE) -> tuple[int, str]:
    async with client.post(path, data=fields, allow_redirects=False) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        return answer.status, await answer.text()


async def opened(client: aiohttp.ClientSession, path: str = PAGE) -> Any:
    async with client.get(path) as answer:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        return html.fromstring(await answer.text())


def form(page: Any, deed: str) -> Any:
    return next(one for one in page.forms if one.fields.get("do") == deed)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_the_link_changes_nothing(method: str, visit, for_readers, members) -> None:
    before = dict(members.letters)
    async with visit(for_readers) as client, client.request(method, PAGE) as answer:
        assert answer.status == 200
    assert (members.done, members.letters) == ([], before)


async def test_the_page_shows_the_choice_in_the_readers_language_and_never_the_address(
    visit, for_readers
) -> None:
    async with visit(for_readers) as client:
        page = await opened(client)
    assert page.get("lang") == "ru"
    chosen = form(page, "choose").form_values()
    assert set(chosen) == {
        ("do", "choose"), ("track", "weekly-1"), ("country", "KG"), ("country", "UZ"), ("told_in", "ru"),
        ("language", "ru"), ("hour", "7"), ("zone", "Asia/Bishkek"),
    }  # fmt: skip
    assert ADDRESS not in page.text_content()


async def test_what_the_page_shows_can_be_sent_as_it_is(visit, for_readers, members) -> None:
    async with visit(for_readers) as client:
        status, _ = await send(client, form(await opened(client), "choose").form_values())
    assert status == 200
    assert members.done == [("choose", "letter-token", CHOSEN)]


async def test_another_choice_is_kept_and_answered_in_its_language(visit, for_readers, members) -> None:
    fields = [("do", "choose"), ("track", "monthly"), ("language", "fr"), ("hour", ""), ("zone", "")]
    async with visit(for_readers) as client:
        status, page = await send(client, fields)
    assert status == 200
    assert members.letters["letter-token"].wish == Wish("monthly", Choice("fr"))
    assert html.fromstring(page).get("lang") == "fr"
    assert html.fromstring(page).xpath("//*[@role='status']")


async def test_a_pause_begins_and_ends(visit, for_readers, members) -> None:
    async with visit(for_readers) as client:
        status, page = await send(client, {"do": "pause", "days": "14"})
        assert status == 200
        assert members.letters["letter-token"].paused_until == NOW + timedelta(days=14)
        assert "6 декабря 2026" in html.fromstring(page).text_content()
        fields = form(await opened(client), "resume").form_values()
        await send(client, fields)
    assert members.done[-1] == ("pause", "letter-token", None)


async def test_a_pause_that_is_over_is_not_told(visit, for_readers, members) -> None:
    members.letters["letter-token"] = Preferences(WEEKLY, CHOSEN, NOW - timedelta(days=1))
    async with visit(for_readers) as client:
        page = await opened(client)
    assert form(page, "pause") is not None


async def test_leaving_is_one_click_and_leads_back_only_through_the_form(visit, for_readers, members) -> None:
    async with visit(for_readers) as client:
        status, page = await send(client, form(await opened(client), "leave").form_values())
        assert (status, members.done) == (200, [("leave", "letter-token")])
        assert "Вы отказались от рассылки" in page
        after = await opened(client)
    assert after.forms == []
    assert after.xpath("//a[@class='button']/@href") == ["/subscribe?newsletter=weekly&language=ru"]


async def test_the_page_of_leaving_offers_a_pause_and_other_choices(visit, for_readers, members) -> None:
    async with visit(for_readers) as client:
        page = await opened(client, "/u/letter-token")
        assert "/p/letter-token" in page.xpath("//a/@href")
        pause = form(page, "pause")
        assert pause.action == "/p/letter-token"
        await send(client, pause.form_values(), pause.action)
        assert members.done == [("pause", "letter-token", NOW + timedelta(days=7))]
        known, unknown = [
            html.tostring(await opened(client, f"/u/{token}")).replace(token.encode(), b"X")
            for token in ("letter-token", "who-knows")
        ]
    assert known == unknown


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "erase"},
        {},
        {"do": "pause"},
        {"do": "pause", "days": "10000"},
        {"do": "pause", "days": "-7"},
        {"do": "choose", "track": "hourly", "language": "ru"},
        {"do": "choose", "track": "daily", "language": "ru", "email": "other@example.org"},
    ],
)
async def test_what_the_page_does_not_offer_changes_nothing(fields, visit, for_readers, members) -> None:
    before = dict(members.letters)
    async with visit(for_readers) as client:
        status, _ = await send(client, fields)
    assert (status, members.letters) == (400, before)


@pytest.mark.parametrize("token", ["forged", "a" * 500, "%00", "letter-token%20"])
async def test_a_token_that_is_not_known_gets_the_same_words(token, visit, for_readers, members) -> None:
    answers = set()
    async with visit(for_readers) as client:
        for path in (f"/p/{token}", "/p/other"):
            async with client.get(path) as answer:
                answers.add((answer.status, await answer.text()))
            answers.add(await send(client, {"do": "leave"}, path))
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert members.done == []


async def test_a_token_is_never_logged(visit, for_readers, members, caplog, capfd) -> None:
    caplog.set_level(logging.DEBUG)
    async with visit(for_readers) as client:
        await opened(client)
        await send(client, {"do": "pause", "days": "7"})
        members.fault = RuntimeError("letter-token")
        assert (await send(client, {"do": "leave"}))[0] == 503
    printed = capfd.readouterr()
    assert "letter-token" not in caplog.text + printed.out + printed.err


async def test_a_time_zone_that_is_not_listed_is_kept(visit, for_readers, members) -> None:
    wish = Wish("daily", Choice("en"), local_hour=6, time_zone="Asia/Calcutta")
    members.letters["letter-token"] = Preferences(WEEKLY, wish)
    async with visit(for_readers) as client:
        await send(client, form(await opened(client), "choose").form_values())
    assert members.done == [("choose", "letter-token", wish)]
