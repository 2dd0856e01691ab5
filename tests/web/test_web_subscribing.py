"""Subscribing, and asking for one's own data: no script, no trap, and no word of who is known."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from lxml import html

from aggregator.model import Choice, Wish
from aggregator.web.reader_desk import SENT
from tests.web.reader_world import PLAIN, WEEKLY

EMAIL = "камила@example.org"


def tree(page: str) -> Any:
    return html.fromstring(page)


async def filled(client: aiohttp.ClientSession, path: str = "/subscribe", **fields: Any) -> dict[str, Any]:
    """The form as a browser would send it, with some fields filled in."""
    async with client.get(path) as answer:
        assert answer.status == 200
        (form,) = tree(await answer.text()).forms
    return dict(form.form_values()) | fields


async def send(client: aiohttp.ClientSession, path: str, fields: Any, **headers: str) -> tuple[int, str]:
    async with client.post(path, data=fields, headers=headers, allow_redirects=False) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "Set-Cookie" not in answer.headers
        return answer.status, await answer.text()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/subscribe", "/account"])
async def test_opening_a_form_sends_nothing(path: str, method: str, visit, for_readers, members) -> None:
    async with visit(for_readers) as client, client.request(method, path) as answer:
        assert answer.status == 200
        assert answer.headers["Referrer-Policy"] == "same-origin"
    assert members.asked == []


async def test_the_form_subscribes_with_what_was_chosen_and_the_proof_of_what_was_read(
    visit, for_readers, members
) -> None:
    path = "/subscribe?newsletter=weekly&language=fr"
    async with visit(for_readers) as client:
        fields = await filled(client, path, email=EMAIL, track="weekly-1", hour="7", zone="Asia/Bishkek")
        pairs = [*fields.items(), ("country", "UZ"), ("country", "KG"), ("told_in", "ru")]
        status, page = await send(client, path, pairs)
    assert status == 200
    assert EMAIL in tree(page).text_content()
    ((_, application),) = members.asked
    assert application.email == EMAIL
    assert application.newsletter == "weekly"
    assert application.wish == Wish("weekly-1", Choice("fr", ("KG", "UZ"), ("ru",)), 7, "Asia/Bishkek")
    assert application.form == "https://news.example.org/subscribe?newsletter=weekly&language=fr"
    assert application.text_version == fields["consent"]
    assert application.text.startswith("Je demande à Steppe &amp; Mountains de m’envoyer «\xa0Asie centrale")
    digest = hashlib.sha256(application.text.encode()).hexdigest()
    assert fields["consent"] == f"fr-{digest[:12]}"
    assert application.client == "127.0.0.1"


async def test_each_wording_of_the_consent_is_a_version_of_its_own(visit, for_readers) -> None:
    paths = ["/subscribe?language=en", "/subscribe?language=de", "/subscribe?newsletter=plain&language=en"]
    async with visit(for_readers) as client:
        versions = [(await filled(client, path))["consent"] for path in paths]
        assert (await filled(client, paths[0]))["consent"] == versions[0]
    assert len(set(versions)) == 3
    assert [version.partition("-")[0] for version in versions] == ["en", "de", "en"]


async def test_who_read_other_words_is_asked_to_read_them_again_and_types_nothing_twice(
    visit, for_readers, members
) -> None:
    async with visit(for_readers) as client:
        fields = await filled(client, email=EMAIL, track="monthly", consent="en-000000000000")
        status, page = await send(client, "/subscribe", [*fields.items(), ("country", "TJ")])
    assert (status, members.asked) == (400, [])
    (form,) = tree(page).forms
    again = form.form_values()
    assert {("email", EMAIL), ("track", "monthly"), ("country", "TJ")} <= set(again)
    assert ("consent", "en-000000000000") not in again
    assert tree(page).xpath("//*[@role='alert']")


async def test_what_is_no_address_is_said_at_the_field(visit, for_readers) -> None:
    async with visit(for_readers) as client:
        for path in ("/subscribe", "/account"):
            status, page = await send(client, path, await filled(client, path, email='"><script>x'))
            assert status == 400
            (field,) = tree(page).xpath("//input[@aria-invalid='true']")
            assert field.get("value") == '"><script>x'
            (reason,) = tree(page).xpath(f"//*[@id='{field.get('aria-describedby')}']")
            assert reason.text_content()
            assert list(tree(page).iter("script")) == []


async def test_names_of_newsletters_and_sites_are_no_markup(visit, for_readers, members) -> None:
    members.offered = (replace(PLAIN, names={"en": "<b>News & more</b>"}),)
    async with visit(for_readers) as client, client.get("/subscribe") as answer:
        page = tree(await answer.text())
    assert "<b>News & more</b>" in page.findtext(".//h1")
    assert "“<b>News & more</b>”" in page.xpath("string(//*[@class='consent'])")
    assert "Steppe & Mountains" in page.xpath("string(//*[@class='consent'])")


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
)
async def test_a_form_of_another_site_does_nothing(headers, visit, for_readers, members) -> None:
    async with visit(for_readers) as client:
        for path in ("/subscribe", "/account"):
            status, _ = await send(client, path, await filled(client, path, email=EMAIL), **headers)
            assert status == 403
    assert members.asked == []


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"email=a%40b.example&more=1", "application/x-www-form-urlencoded", 400),
        (b"email=" + b"a" * 9_000, "application/x-www-form-urlencoded", 413),
        (b'{"email": "a@b.example"}', "application/json", 415),
        (b"email=a%40b.example", "text/plain", 415),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
    ],
)
async def test_a_body_that_no_form_sends_does_nothing(
    body, content_type, status, visit, for_readers, members
) -> None:
    async with visit(for_readers) as client:
        for path in ("/subscribe", "/account"):
            assert (await send(client, path, body, **{"Content-Type": content_type}))[0] == status
    assert members.asked == []


async def test_where_mail_cannot_go_out_the_form_is_closed(visit, for_readers, members) -> None:
    members.is_open = False
    async with visit(for_readers) as client:
        async with client.get("/subscribe") as answer:
            page = tree(await answer.text())
            assert answer.status == 200
        assert page.findtext(".//h1") == "Subscribing is not possible yet"
        assert page.forms == []
        status, _ = await send(client, "/subscribe", {"email": EMAIL})
    assert (status, members.asked) == (503, [])


async def test_a_newsletter_that_is_not_offered_has_no_form(visit, for_readers) -> None:
    async with visit(for_readers) as client, client.get("/subscribe?newsletter=none") as answer:
        assert answer.status == 404


async def test_of_several_newsletters_each_has_its_form(visit, for_readers) -> None:
    async with visit(for_readers) as client, client.get("/subscribe?newsletter=plain") as answer:
        page = tree(await answer.text())
    assert "Plain & simple" in page.findtext(".//h1")
    assert page.xpath("//nav//a[@aria-current='page']/text()") == ["Plain & simple"]
    assert page.xpath("//input[@type='checkbox']") == [], "one country and no choice of languages"
    assert page.xpath("//input[@name='language']/@value") == ["en"]


@pytest.mark.parametrize(
    ("path", "wish", "language", "heading"),
    [
        ("/account", "fr", "fr", "Vos données"),
        ("/account?language=de", "fr", "de", "Ihre Daten"),
        ("/account?language=xx", "ru-RU,en;q=0.4", "ru", "Ваши данные"),
        ("/account", "kk", "en", "Your data"),
    ],
)
async def test_pages_speak_the_readers_language(path, wish, language, heading, visit, for_readers) -> None:
    wishes = {"Accept-Language": wish}
    async with visit(for_readers) as client, client.get(path, headers=wishes) as answer:
        page = tree(await answer.text())
    assert (page.get("lang"), page.findtext(".//h1")) == (language, heading)
    assert len(page.xpath("//nav[@class='switch']//a")) == 4


async def test_a_link_to_ones_data_is_asked_for_in_the_language_of_the_page(
    visit, for_readers, members
) -> None:
    async with visit(for_readers) as client:
        path = "/account?language=de"
        status, page = await send(client, path, await filled(client, path, email=EMAIL))
        known = (status, page.replace(EMAIL, "X"))
        other = await send(client, path, {"email": "nobody@example.org"})
        assert (other[0], other[1].replace("nobody@example.org", "X")) == known
    assert members.asked[0] == ("send_account_link", EMAIL, "de", "127.0.0.1")


async def test_who_sends_forms_often_has_to_wait(visit, for_readers, members) -> None:
    async with visit(for_readers) as client:
        fields = await filled(client, "/account", email=EMAIL)
        statuses = [(await send(client, "/account", fields))[0] for _ in range(SENT.per_window_each + 3)]
        assert statuses == [200] * SENT.per_window_each + [429] * 3
        async with client.post("/subscribe", data={}) as answer:
            assert answer.status == 429
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
        async with client.get("/subscribe") as answer:
            assert answer.status == 200, "looking is not sending"
    assert len(members.asked) == SENT.per_window_each


async def test_others_are_answered_while_a_form_takes_its_time(visit, for_readers, members) -> None:
    def slow(application: object) -> None:
        time.sleep(0.5)

    members.apply = slow
    async with visit(for_readers) as client:
        fields = await filled(client, email=EMAIL)
        sending = asyncio.create_task(send(client, "/subscribe", fields))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        async with client.get("/country/kz.html") as answer:
            assert answer.status == 200
        assert time.monotonic() - began < 0.3
        assert not sending.done()
        assert (await sending)[0] == 200


async def test_a_fault_of_ours_is_told_without_details(visit, for_readers, members, caplog) -> None:
    caplog.set_level(logging.INFO)
    members.fault = RuntimeError(f"INSERT … parameters: ({EMAIL!r},)")
    async with visit(for_readers) as client:
        for path in ("/subscribe", "/account"):
            status, page = await send(client, path, await filled(client, path, email=EMAIL))
            assert status == 503
            assert EMAIL not in page
    assert "a reader could not be answered: RuntimeError" in caplog.text
    assert EMAIL not in caplog.text


async def test_where_nothing_stands_behind_them_there_are_no_pages_for_readers(visit, web_settings) -> None:
    async with visit(web_settings) as client:
        for path in ("/subscribe", "/account", "/p/token", "/c/token", "/a/token", "/n/token"):
            async with client.get(path) as answer:
                assert answer.status == 404


async def test_the_form_says_what_it_offers(visit, for_readers) -> None:
    async with visit(for_readers) as client, client.get("/subscribe?language=en") as answer:
        page = tree(await answer.text())
    assert page.xpath("//input[@name='track']/@value") == [track.id for track in WEEKLY.tracks]
    assert page.xpath("//input[@name='country']/@value") == list(WEEKLY.countries)
    assert page.xpath("//select[@name='language']/option/@value") == list(WEEKLY.names)
    texts = [label.text_content().strip() for label in page.xpath("//label[@class='tick']")]
    assert texts[:4] == ["Every day", "Every week: Monday", "Every month", "Kazakhstan"]
    assert len(page.xpath("//fieldset/legend")) == 3
