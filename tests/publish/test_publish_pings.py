"""Which feeds hubs are told of, in which words, and what their answers mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from aggregator.model import HubAnswer, Owed, Ping, Telling
from aggregator.publish import pings

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HUB = "https://hub.example.org/"
GOOGLE = "https://pubsubhubbub.appspot.com/"


def due(name: str, ago: timedelta = MINUTE, attempts: int = 0, hub: str = HUB) -> Ping:
    return Ping(hub, f"feeds/{name}.atom", NOW - ago, attempts)


def test_hubs_are_told_of_feeds_in_each_format() -> None:
    told = {"feeds/kz.atom", "feeds/kz.rss", "feeds/kz-in-ru.json", "feeds/all.atom"}
    assert pings.feeds([*told]) == told


@pytest.mark.parametrize(
    "path",
    [
        *("index.html", "ru/index.html", "sources.opml", "feed.css", "img/ab/cd-640.jpg"),
        *("feeds/kz/1.atom", "feeds/kz/12.atom", "feeds/source/dala.atom", "feeds/topic/water.atom"),
        *("feeds/kz+tj.atom", "feeds/kz.atom.gz", "feeds/kz.html", "feeds/kz.atom\n", "old/feeds/kz.atom"),
    ],
)
def test_hubs_are_not_told_of_pages_archives_or_what_is_made_on_request(path: str) -> None:
    assert pings.feeds([path]) == set()


@pytest.mark.parametrize("name", ["kz-in-ru", "all", "top"])
def test_hubs_are_told_of_every_document_that_subscribers_poll(name: str) -> None:
    told = pings.paths(name)
    assert told == {f"feeds/{name}.{suffix}" for suffix in ("atom", "rss", "json")}
    assert pings.feeds(told) == told


# ------------------------------------------------------------------------------------------------ plan


def test_a_hub_that_names_no_more_is_told_of_one_feed_in_each_request() -> None:
    one, two = due("kz"), due("uz")
    assert pings.plan(Owed(HUB, (one, two)), NOW).requests == ((one,), (two,))


def test_a_hub_that_takes_several_is_told_of_a_hundred_at_once() -> None:
    many = tuple(due(f"f{number:03}", hub=GOOGLE) for number in range(250))
    requests = pings.plan(Owed(GOOGLE, many), NOW).requests
    assert [len(request) for request in requests] == [100, 100, 50]
    assert {ping for request in requests for ping in request} == set(many)


def test_what_failed_least_goes_first_then_what_waits_longest() -> None:
    failed, older, newer = due("failed", HOUR, 1), due("older", HOUR), due("newer")
    planned = pings.plan(Owed(HUB, (failed, newer, older)), NOW)
    assert planned.requests == ((older,), (newer,), (failed,))


def test_a_hub_is_left_alone_until_its_pause_is_over() -> None:
    waiting, old = due("kz"), due("uz", 2 * pings.LONGEST)
    paused = Owed(HUB, (waiting, old), 1, NOW + MINUTE)
    assert pings.plan(paused, NOW) == pings.Plan()
    assert pings.plan(paused, NOW + MINUTE) == pings.Plan(((waiting,),), (old,))


def test_what_was_tried_often_or_long_enough_is_given_up() -> None:
    often = due("often", attempts=pings.MOST_ATTEMPTS)
    long = due("long", pings.LONGEST + MINUTE)
    still = due("still", pings.LONGEST, pings.MOST_ATTEMPTS - 1)
    planned = pings.plan(Owed(HUB, (often, long, still)), NOW)
    assert planned.requests == ((still,),)
    assert set(planned.given_up) == {often, long}


# ------------------------------------------------------------------------------------------------ form


def test_a_hub_finds_the_topic_under_both_names_that_hubs_know() -> None:
    topic = "https://news.example.org/feeds/kz.atom"
    assert pings.form(HUB, [topic]) == (
        ("hub.mode", "publish"),
        ("hub.url", topic),
        ("hub.topic", topic),
    )


@pytest.mark.parametrize(
    ("hub", "body"),
    [
        (GOOGLE, "hub.mode=publish&hub.url=a&hub.url=b"),
        ("https://news.superfeedr.com/", "hub.mode=publish&hub.url%5B%5D=a&hub.url%5B%5D=b"),
    ],
)
def test_hubs_that_take_several_topics_get_them_as_they_say(hub: str, body: str) -> None:
    assert pings.most_topics(hub) == pings.MOST_TOPICS
    assert urlencode(pings.form(hub, ["a", "b"])) == body


@pytest.mark.parametrize(
    "hub", ["https://appspot.com/", "https://superfeedr.com.evil.example/", "https://h/"]
)
def test_hubs_with_like_names_are_not_taken_for_them(hub: str) -> None:
    assert pings.most_topics(hub) == 1


# ------------------------------------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((status, Telling.TOLD) for status in (200, 202, 204)),
        *((status, Telling.REFUSED) for status in (301, 400, 401, 403, 404, 410, 413)),
        *((status, Telling.LATER) for status in (408, 425, 429, 500, 502, 503, 599)),
    ],
)
def test_an_answer_settles_gives_up_or_puts_off(status: int, outcome: Telling) -> None:
    assert pings.judged(HubAnswer(200 <= status < 300, status=status)) is outcome


def test_no_answer_puts_off() -> None:
    assert pings.judged(HubAnswer(False, "no answer", reached=False)) is Telling.LATER


def test_pauses_double_up_to_the_longest() -> None:
    minutes = [(pings.pause_after(failures, NOW) - NOW) / MINUTE for failures in range(9)]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 120, 120]
    assert pings.pause_after(10**9, NOW) == NOW + 2 * HOUR


def test_the_hubs_own_word_counts_when_it_is_later() -> None:
    assert pings.pause_after(0, NOW, NOW + HOUR) == NOW + HOUR
    assert pings.pause_after(3, NOW, NOW + MINUTE) == NOW + 8 * MINUTE


def test_a_hub_that_is_down_is_asked_a_bounded_number_of_times() -> None:
    """From the first failure on, until the ping is given up by its age alone."""
    moment, requests = NOW, 0
    while pings.plan(Owed(HUB, (due("kz", timedelta(0)),)), moment).requests:
        moment = pings.pause_after(requests, moment)
        requests += 1
    assert requests <= 20
