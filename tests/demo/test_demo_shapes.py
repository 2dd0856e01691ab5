"""Every shape of the sample world yields what it promises, read with feedparser alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest

from aggregator.demo.answer import Answer
from aggregator.demo.dates import STYLES, written
from aggregator.demo.shapes import SHAPES
from aggregator.demo.world import Outlet, outlets

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SITE = "http://127.0.0.1:8000"
OUTLETS = {outlet.id: outlet for outlet in outlets()}
TELLING = {"amu-wire": 10, "steppe-courier": 8, "carrefour-des-steppes": 7, "dala-tynysy": 7} | dict.fromkeys(
    ("dara-ye-sabz", "karakum-vestnik", "oqdaryo", "predgorye", "seidenstrassenbrief", "subhi-pomir"), 6
)


def answered(name: str) -> Answer:
    outlet = OUTLETS[name]
    return SHAPES[outlet.shape](outlet, SITE, NOW)


def parsed(name: str) -> Any:
    answer = answered(name)
    return feedparser.parse(answer.body, response_headers={"content-type": answer.content_type})


def entry(name: str, slug: str) -> Any:
    (number,) = (item.number for item in OUTLETS[name].items if item.slug == slug)
    return next(one for one in parsed(name).entries if str(number) in one.id or slug in one.id)


def age(moment: Any) -> timedelta:
    return NOW - datetime(*moment[:6], tzinfo=UTC)


@pytest.mark.parametrize(("name", "count"), TELLING.items())
def test_every_feed_can_be_read_to_its_last_entry(name: str, count: int) -> None:
    feed = parsed(name)
    assert len(feed.entries) == count
    assert feed.feed.title == OUTLETS[name].name
    titles = {one.title for one in feed.entries}
    if name != "oqdaryo":
        assert titles == {item.title for item in OUTLETS[name].items}


def test_the_world_speaks_eight_languages_in_three_scripts() -> None:
    assert {outlet.language for outlet in OUTLETS.values()} == {
        "fr",
        "en",
        "ru",
        "de",
        "kk",
        "uz",
        "tg",
        "fa",
    }


def test_every_shape_is_worn_by_an_outlet_and_every_outlet_has_one() -> None:
    assert {outlet.shape for outlet in OUTLETS.values()} == {*SHAPES, "dead-host"}


def test_guids_are_unique_within_a_feed() -> None:
    for name, count in TELLING.items():
        assert len({one.id for one in parsed(name).entries}) == count, name


@pytest.mark.parametrize(
    ("name", "footer"),
    [
        ("steppe-courier", "appeared first on"),
        ("carrefour-des-steppes", "est apparu en premier sur"),
        ("predgorye", "появились сначала на"),
    ],
)
def test_wordpress_signs_every_article_in_its_language(name: str, footer: str) -> None:
    for one in parsed(name).entries:
        assert footer in one.summary
        assert footer in one.content[0].value
        assert re.fullmatch(rf"{SITE}/{name}/\?p=\d+", one.id)


def test_wordpress_carries_full_texts() -> None:
    content = entry("steppe-courier", "night-train-almaty-tashkent").content[0].value
    assert "<h3>Passports checked on board</h3>" in content
    assert "ticket window" in content


def test_a_paid_article_ends_at_the_paywall() -> None:
    content = entry("carrefour-des-steppes", "naryn-accord-eau").content[0].value
    assert "Abonnez-vous" in content
    assert "commission commune" not in content


def test_windows_1251_stands_in_the_xml_declaration_only() -> None:
    answer = answered("predgorye")
    assert answer.content_type == "text/xml"
    assert answer.body.startswith(b'<?xml version="1.0" encoding="windows-1251"?>')
    assert "Вести предгорья" in answer.body.decode("cp1251")
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")


def test_the_server_of_a_utf8_feed_claims_windows_1251() -> None:
    answer = answered("subhi-pomir")
    assert answer.content_type.endswith("charset=windows-1251")
    assert "Субҳи Помир" in answer.body.decode("utf-8")


def test_its_links_are_relative_and_its_dates_are_days() -> None:
    one = entry("subhi-pomir", "trolleybus-dushanbe")
    assert one.link == "trolleybus-dushanbe"
    assert one.published == "Nov 21, 2026"


def test_atom_dates_an_update_after_its_publication() -> None:
    feed = parsed("seidenstrassenbrief")
    assert feed.version == "atom10"
    moments = [(age(one.published_parsed), age(one.updated_parsed)) for one in feed.entries]
    assert moments[0] == (timedelta(hours=6), timedelta(hours=5, minutes=15))
    assert all(published == updated for published, updated in moments[1:])
    assert (
        "<li>Usbekistan: 900 Millionen"
        in entry("seidenstrassenbrief", "naryn-wasserabkommen").content[0].value
    )


@pytest.mark.parametrize(
    ("slug", "date"),
    [
        ("tungi-poiyz-almaty-tashkent", "22 ноября 2026, 09:30"),
        ("naryn-suy-kelisim", "Saturday, November 21, 2026 - 22:30"),
        ("bidai-jinaldy-qostanai", "2026-11-22 03:30:00"),
        ("aral-balyqshylary", "Sat, 21 Nov 26 04:30:00 +0500"),
        ("burkitshi-qyzdar-mektebi", "19.11.2026, 22:30"),
        ("buzylgan-saghat", "Sun, 22 Nov 2026 19:30:00 +0500"),
        ("qys-mezgili-eskertu", None),
    ],
)
def test_dates_come_in_many_forms_one_in_the_future_one_not_at_all(slug: str, date: str | None) -> None:
    assert entry("dala-tynysy", slug).get("published") == date


def test_bare_numbers_claim_to_be_links() -> None:
    body = answered("dala-tynysy").body.decode()
    assert re.search(r"<guid>\d+</guid>", body)


def test_titles_in_cdata_hold_entities() -> None:
    titles = [one.title for one in parsed("oqdaryo").entries]
    assert any(title.startswith("&laquo;Suv evaziga elektr&raquo;") for title in titles)
    assert any("&#699;" in title for title in titles)


def test_links_carry_tracking_keys_and_enclosures_no_type() -> None:
    entries = parsed("oqdaryo").entries
    assert all(one.link.endswith("?utm_source=rss&utm_medium=feed") for one in entries)
    pictures = [enclosure for one in entries for enclosure in one.get("enclosures", [])]
    assert len(pictures) == 4
    assert all("type" not in picture and "length" not in picture for picture in pictures)


def test_local_times_name_no_zone() -> None:
    assert entry("dara-ye-sabz", "zelzele-badakhshan").published == "2026-11-22 11:00:00"


def test_the_archive_goes_back_for_months_in_w3c_dates() -> None:
    ages = [age(one.published_parsed) for one in parsed("amu-wire").entries]
    assert sum(old > timedelta(hours=72) for old in ages) == 5
    assert max(ages) > timedelta(days=90)
    assert entry("amu-wire", "pamir-earthquake").published == "2026-11-22T11:30:00+05:00"


def test_broken_xml_is_broken_and_can_be_read_all_the_same() -> None:
    feed = parsed("karakum-vestnik")
    assert feed.bozo
    assert "</rss>" not in answered("karakum-vestnik").body.decode()
    assert "Газ & банкоматы: чего не хватает в Дашогузе" in [one.title for one in feed.entries]


def test_reprints_link_to_the_agencys_page_under_keys_of_their_own() -> None:
    original = entry("amu-wire", "naryn-water-schedule").link
    reprints = [
        entry("steppe-courier", "naryn-water-reprint"),
        entry("karakum-vestnik", "naryn-perepechatka"),
    ]
    assert {one.link.partition("?")[0] for one in reprints} == {original}
    assert len({one.link for one in reprints}) == 2


def test_a_page_in_place_of_a_feed_holds_no_entry() -> None:
    answer = answered("bazar-bulletin")
    assert (answer.status, answer.content_type) == (200, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!DOCTYPE html>")
    assert parsed("bazar-bulletin").entries == []


def test_an_overloaded_source_asks_to_be_left_alone_for_an_hour() -> None:
    answer = answered("talas-online")
    assert (answer.status, answer.headers) == (503, {"Retry-After": "3600"})


def test_the_same_moment_gives_the_same_bytes() -> None:
    for outlet in OUTLETS.values():
        if outlet.shape in SHAPES:
            assert answered(outlet.id) == answered(outlet.id)


def test_every_style_of_date_is_written_in_the_outlets_zone() -> None:
    assert {style: written(NOW, style, "Asia/Kabul") for style in STYLES} == {
        "rfc822": "Sun, 22 Nov 2026 14:00:00 +0430",
        "w3c": "2026-11-22T14:00:00+04:30",
        "local": "2026-11-22 14:00:00",
        "day": "Nov 22, 2026",
        "drupal": "Sunday, November 22, 2026 - 14:00",
        "dotted": "22.11.2026, 14:00",
        "two-digit-year": "Sun, 22 Nov 26 14:00:00 +0430",
        "russian": "22 ноября 2026, 14:00",
        "missing": "",
    }


def test_outlets_list_their_newest_article_first() -> None:
    for outlet in OUTLETS.values():
        ages = [item.hours_ago for item in outlet.items]
        assert ages == sorted(ages)


def test_the_failing_outlets_have_nothing_to_tell() -> None:
    silent: list[Outlet] = [outlet for outlet in OUTLETS.values() if not outlet.items]
    assert {outlet.shape for outlet in silent} == {"html-page", "overloaded", "dead-host"}
