"""A look at one address, with a world made of answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from aggregator.model import Claim, Fetched, NotModified, Reading, Source, SourceFailure, SourceState
from aggregator.probe import Look, ProbePorts, look

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PAGE = b"<!doctype html><html>"
LINKS = b"".join(b"<link rel=alternate type=application/rss+xml href=/%d>" % number for number in range(9))


async def looked(bodies: Mapping[str, bytes | None], **fields: str) -> tuple[Look, list[str]]:
    asked: list[str] = []

    async def fetch(claim: Claim) -> Fetched | NotModified | SourceFailure:
        path = claim.source.url.removeprefix("https://s.example")
        asked.append(path)
        body = bodies.get(path, b"")
        if body is None:
            return NotModified("x", NOW)
        if not body:
            return SourceFailure("x", NOW, SourceState.HTTP_ERROR, "404")
        return Fetched("x", NOW, claim.source.url, "", body, b"")

    async def read(claim: Claim, fetched: Fetched, known: Mapping[str, bytes]) -> Reading | SourceFailure:
        if fetched.body.startswith(b"feed"):
            return Reading("x", NOW, 1)
        return SourceFailure("x", NOW, SourceState.PARSE_ERROR, "no feed")

    source = Source("x", "X", "https://s.example/", **fields)  # type: ignore[arg-type]
    return await look(source, ProbePorts(fetch, read)), asked


async def test_a_feed_is_asked_once() -> None:
    found, asked = await looked({"/": b"feed"})
    assert (found.works, found.page, asked) == (True, None, ["/"])


async def test_of_a_pages_feeds_a_few_are_tried_and_those_that_work_are_told() -> None:
    found, asked = await looked({"/": PAGE + LINKS, "/1": b"feed", "/2": b"feed"})
    assert asked == ["/", "/0", "/1", "/2", "/3"]
    assert [one.source.url for one in found.feeds] == ["https://s.example/1", "https://s.example/2"]
    assert not found.works


async def test_guesses_are_made_only_without_a_named_feed_and_end_with_the_first_that_works() -> None:
    found, asked = await looked({"/": PAGE, "/rss": b"feed"})
    assert asked == ["/", "/feed/", "/rss"]
    assert len(found.feeds) == 1


async def test_a_page_that_is_the_source_is_searched_for_no_feeds() -> None:
    found, asked = await looked({"/": PAGE + LINKS}, type="html")
    assert (found.page, asked) == (None, ["/"])


async def test_what_does_not_answer_or_answers_nonsense_is_a_failure() -> None:
    for bodies in ({}, {"/": None}):
        found, _ = await looked(bodies)  # type: ignore[arg-type]
        assert isinstance(found.fetched, SourceFailure)
        assert not found.works
