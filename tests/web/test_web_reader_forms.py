"""Forms are read strictly, and wishes hold nothing that is not offered."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from starlette.datastructures import Headers

from aggregator.model import Choice, Wish
from aggregator.web import wishes
from aggregator.web.reader_forms import Form, Refused, is_from_here, parsed
from aggregator.web.reader_words import own_name, words
from tests.web.reader_world import PLAIN, WEEKLY

BASE = "https://news.example.org/region"


def form(**fields: str | tuple[str, ...]) -> Form:
    chosen = {"track": "daily", "language": "en"} | fields
    return Form({name: (value,) if isinstance(value, str) else value for name, value in chosen.items()})


def test_fields_are_read_by_name() -> None:
    read = parsed(b"email=%D0%B0%40b.example+&country=KZ&country=KG", ("email",), ("country",))
    assert read.one("email") == "а@b.example"
    assert read.all("country") == ("KZ", "KG")
    assert (read.one("absent"), read.all("absent")) == ("", ())


@pytest.mark.parametrize(
    "body",
    [
        b"email=a&email=b",
        b"name=somebody",
        b"email=%ff",
        b"email=\xd0\xb0",
        b"email=a%0d%0aBcc:b@example.org",
        b"email=a%00",
        b"email=%E2%80%AEa",
        b"email=" + b"a" * 321,
        b"&".join([b"country=KZ"] * 500),
        quote("email=\u2028").encode().replace(b"%3D", b"="),
    ],
    ids=[
        "twice",
        "unknown",
        "no UTF-8",
        "no ASCII",
        "CR LF",
        "NUL",
        "turned",
        "long",
        "many",
        "line separator",
    ],
)
def test_what_no_page_of_ours_sends_is_refused_whole(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        parsed(body, ("email",), ("country",))
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("headers", "here"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://news.example.org"}, False),
        ({"Origin": "https://news.example.org"}, True),
        ({"Origin": "https://NEWS.example.org"}, True),
        ({"Origin": "http://news.example.org"}, False),
        ({"Origin": "https://news.example.org.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
    ],
)
def test_a_form_comes_from_here_or_from_what_is_no_browser(headers: dict[str, str], here: bool) -> None:
    assert is_from_here(Headers(headers), BASE) is here


def test_a_wish_is_in_the_order_of_the_offer() -> None:
    ticked = form(track="weekly-1", country=("UZ", "KZ"), told_in=("en",), hour="0", zone="Asia/Almaty")
    assert wishes.read(ticked, WEEKLY) == Wish(
        "weekly-1", Choice("en", ("KZ", "UZ"), ("en",)), local_hour=0, time_zone="Asia/Almaty"
    )


def test_all_ticked_is_as_good_as_none() -> None:
    everything = form(country=WEEKLY.countries, told_in=WEEKLY.languages)
    assert wishes.read(everything, WEEKLY) == wishes.read(form(), WEEKLY) == Wish("daily", Choice("en"))


def test_a_time_zone_without_an_hour_means_nothing() -> None:
    assert wishes.read(form(zone="Asia/Almaty"), WEEKLY).time_zone is None


@pytest.mark.parametrize(
    "strange",
    [
        {"track": "hourly"},
        {"track": ""},
        {"language": "kk"},
        {"country": "FR"},
        {"told_in": "xx"},
        {"hour": "24"},
        {"hour": "-1"},
        {"hour": "٣"},
        {"hour": "007"},
        {"hour": "7", "zone": "Mars/Olympus"},
        {"hour": "7", "zone": "../../etc/passwd"},
    ],
)
def test_what_is_not_offered_is_refused(strange: dict[str, str]) -> None:
    with pytest.raises(Refused):
        wishes.read(form(**strange), WEEKLY)


@pytest.mark.parametrize(("language", "own"), [("ru", "ru"), ("kk", "fr")])
def test_a_form_begins_with_letters_in_the_language_of_the_page(language: str, own: str) -> None:
    assert wishes.first(WEEKLY, language) == Wish("daily", Choice(own))
    assert wishes.first(PLAIN, "ru").choice.language == "en"


@pytest.mark.parametrize("language", ["en", "fr", "ru", "de"])
def test_every_zone_that_is_listed_can_be_chosen(language: str) -> None:
    told = words(language)
    listed = [zone for _, zones in told.zones for zone, _ in zones]
    assert len(listed) == len(set(listed)) > 350
    assert {"Asia/Almaty", "Europe/Paris", "America/New_York"} <= set(listed)
    assert [wishes.read(form(hour="7", zone=zone), WEEKLY).time_zone for zone in listed] == listed
    assert (len(told.weekdays), len(told.hours)) == (7, 24)
    assert all(len(zones) > 30 for _, zones in told.zones)


def test_names_are_in_the_language_of_the_page() -> None:
    assert words("de").weekdays[0] == "Montag"
    assert words("ru").zone_ids["Asia/Almaty"] == "Казахстан – Алматы"
    assert [own_name(one) for one in ("ru", "de", "no-such-language")] == [
        "Русский",
        "Deutsch",
        "No-such-language",
    ]
