"""What is rendered on request: once for all, kept a while, and not for everybody at once."""

from __future__ import annotations

import asyncio
import gzip
import threading
from dataclasses import replace

import pytest

from aggregator.model import Answer, Asked
from aggregator.web import browsing
from aggregator.web.admission import Admission, Capacity
from aggregator.web.browsing import Browsing, NotNow, Rendered
from aggregator.web.representation import reply

PAGE = b"<p>" + b"news " * 1000
HTML = "text/html; charset=utf-8"


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Slow:
    """Renders when it is let go on."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.go_on = threading.Event()

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        assert self.go_on.wait(10)
        return Answer(200, PAGE, HTML)


def story(number: int, **query: str) -> Asked:
    return Asked(f"en/story/{number}", query, "en")


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


ROOMY = Capacity(at_once=9, at_once_each=9, per_window_each=9)


def opened(browse, seconds: Seconds, capacity: Capacity = ROOMY, **more: int) -> Browsing:
    return Browsing(browse, Admission(capacity, seconds), seconds, **more)


async def test_many_who_ask_for_the_same_cause_one_rendering(seconds: Seconds) -> None:
    slow = Slow()
    site = opened(slow, seconds)
    asking = [asyncio.create_task(site.answer(story(5, q="a"), f"client {number}")) for number in range(9)]
    await asyncio.sleep(0.01)
    slow.go_on.set()
    answers = await asyncio.gather(*asking)
    assert len(slow.asked) == 1
    assert {answer.answer.content for answer in answers if isinstance(answer, Rendered)} == {PAGE}


async def test_who_leaves_does_not_end_what_others_wait_for(seconds: Seconds) -> None:
    slow = Slow()
    site = opened(slow, seconds)
    leaving, staying = (asyncio.create_task(site.answer(story(5), name)) for name in "ab")
    await asyncio.sleep(0.01)
    leaving.cancel()
    await asyncio.sleep(0.01)
    slow.go_on.set()
    assert isinstance(await staying, Rendered)


async def test_an_answer_is_kept_as_long_as_it_says(seconds: Seconds) -> None:
    asked = []

    def browse(one: Asked) -> Answer:
        asked.append(one)
        return Answer(200, PAGE, HTML, max_age=30)

    site = opened(browse, seconds)
    for moment, rendered in ((0.0, 1), (29.0, 1), (30.0, 2), (31.0, 2)):
        seconds.now = moment
        await site.answer(story(5), "a")
        assert len(asked) == rendered, moment


async def test_another_question_is_another_answer(seconds: Seconds) -> None:
    asked = []
    site = opened(asked.append, seconds)
    for one in (story(5), story(5, q="a"), story(5, q="b"), story(6)):
        for _ in range(2):
            answer = await site.answer(one, "a")
            assert isinstance(answer, Rendered)
            assert answer.answer.status == 404, "nobody knows: that is kept as well"
    assert len(asked) == 4


async def test_who_asks_too_often_waits_for_the_next_minute(seconds: Seconds) -> None:
    site = opened(lambda one: Answer(200, PAGE, HTML), seconds, Capacity(9, 9, 2))
    seconds.now = 20.0
    answers = [await site.answer(story(number), "a") for number in (1, 2, 3, 1)]
    assert answers[2] == NotNow(429, 40)
    assert isinstance(answers[3], Rendered), "what is kept is no work"
    assert isinstance(await site.answer(story(3), "b"), Rendered)


async def test_when_much_is_under_way_nobody_is_let_in(seconds: Seconds) -> None:
    slow = Slow()
    site = opened(slow, seconds, Capacity(at_once=2, at_once_each=1, per_window_each=9))
    under_way = [asyncio.create_task(site.answer(story(number), f"client {number}")) for number in range(2)]
    await asyncio.sleep(0.01)
    assert await site.answer(story(7), "another") == NotNow(503, browsing.TRY_AGAIN_AFTER)
    slow.go_on.set()
    await asyncio.gather(*under_way)
    assert isinstance(await site.answer(story(7), "another"), Rendered)


async def test_nobody_waits_for_ever(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "PATIENCE", 0.05)
    slow = Slow()
    site = opened(slow, seconds)
    assert await site.answer(story(5), "a") == NotNow(503, browsing.TRY_AGAIN_AFTER)
    slow.go_on.set()
    assert isinstance(await site.answer(story(5), "a"), Rendered)
    assert len(slow.asked) == 1, "what was under way was finished"


async def test_a_failure_is_told_to_all_who_wait_and_kept_by_none(seconds: Seconds, caplog) -> None:
    answers = iter([ZeroDivisionError("the inside"), Answer(200, PAGE, HTML)])

    def browse(one: Asked) -> Answer:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    site = opened(browse, seconds)
    first = await asyncio.gather(site.answer(story(5), "a"), site.answer(story(5), "b"))
    assert [one.answer.status for one in first if isinstance(one, Rendered)] == [500, 500]
    assert "the inside" in caplog.text
    again = await site.answer(story(5), "a")
    assert isinstance(again, Rendered)
    assert again.answer.status == 200


async def test_an_answer_larger_than_there_is_room_is_not_kept(seconds: Seconds) -> None:
    asked = []
    site = opened(lambda one: asked.append(one) or Answer(200, PAGE, HTML), seconds, room=1000)
    for _ in range(2):
        await site.answer(story(5), "a")
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("content", "media_type", "is_compressed"),
    [
        (PAGE, HTML, True),
        (PAGE, "application/atom+xml; charset=utf-8", True),
        (b"<p>short", HTML, False),
        (PAGE, "image/png", False),
    ],
)
async def test_a_text_is_compressed_once(
    content: bytes, media_type: str, is_compressed: bool, seconds: Seconds
) -> None:
    site = opened(lambda one: Answer(200, content, media_type), seconds)
    answer = await site.answer(story(5), "a")
    assert isinstance(answer, Rendered)
    assert answer.representations is not None
    head, body = reply({b"accept-encoding": b"gzip"}, "GET", answer.representations)
    headers = dict(head["headers"])
    assert (headers.get(b"content-encoding") == b"gzip") is is_compressed
    assert (gzip.decompress(body["body"]) if is_compressed else body["body"]) == content
    head, _ = reply(
        {b"accept-encoding": b"gzip", b"if-none-match": headers[b"etag"]}, "GET", answer.representations
    )
    assert head["status"] == 304


async def test_the_refusals_reach_the_client(visit, web_settings, library) -> None:
    library.answers = {f"en/story/{number}": Answer(200, PAGE, HTML) for number in range(2)}
    settings = replace(web_settings, browse=library, requests_per_minute=1)
    async with visit(settings) as client:
        async with client.get("/en/story/0") as answer:
            assert answer.status == 200
        async with client.get("/en/story/1") as answer:
            assert (answer.status, await answer.text()) == (429, "You ask often. Come again in a while.\n")
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
            assert answer.headers["Cache-Control"] == "no-store"


async def test_a_failure_of_rendering_is_a_500_without_details(visit, web_settings) -> None:
    def browse(asked: Asked) -> Answer:
        raise RuntimeError("the inside")

    async with visit(replace(web_settings, browse=browse)) as client, client.get("/en/story/5") as answer:
        assert (answer.status, await answer.text()) == (
            500,
            "Something went wrong here. Try again in a while.\n",
        )
