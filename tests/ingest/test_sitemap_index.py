from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from aggregator.ingest.sitemap_index import IndexFollowingFetch
from aggregator.model import Claim, Fetched, NotModified, Source, SourceFailure, SourceState, Validators

INDEX = "<sitemapindex><sitemap><loc>https://s.example/a</loc>{}</sitemap></sitemapindex>"
DATED = INDEX.format("<lastmod>2026-11-20</lastmod>").encode()
UNDATED = INDEX.format("").encode()
CHILD = b"<urlset/>"


class Site:
    """Answers by address and keeps what it was asked."""

    def __init__(self, now: datetime, **bodies: bytes | SourceFailure) -> None:
        self.now, self.bodies = now, bodies
        self.asked: list[Claim] = []

    async def __call__(self, claim: Claim) -> Fetched | NotModified | SourceFailure:
        self.asked.append(claim)
        body = self.bodies[claim.source.url.rpartition("/")[2]]
        if isinstance(body, SourceFailure):
            return body
        return Fetched(
            claim.source.id, self.now, claim.source.url, "text/xml", body, body[-16:], Validators("e")
        )


@pytest.fixture
def claim(source: Source) -> Claim:
    return Claim(replace(source, url="https://s.example/index", type="sitemap"), Validators("known"))


async def test_an_index_brings_the_sitemaps_it_names(claim: Claim, now: datetime) -> None:
    site = Site(now, index=DATED, a=CHILD)
    whole = await IndexFollowingFetch(site)(claim)
    assert isinstance(whole, Fetched)
    assert (whole.body, whole.parts, whole.validators) == (DATED, (CHILD,), Validators("e"))
    assert site.asked[1].validators == Validators(), "those of the index say nothing of its sitemaps"


async def test_an_unchanged_index_with_dates_asks_for_nothing_more(claim: Claim, now: datetime) -> None:
    site = Site(now, index=DATED, a=CHILD)
    answer = await IndexFollowingFetch(site)(replace(claim, body_hash=DATED[-16:]))
    assert isinstance(answer, Fetched)
    assert answer.body_hash == DATED[-16:]
    assert len(site.asked) == 1


async def test_an_index_without_dates_stands_for_nothing_alone(claim: Claim, now: datetime) -> None:
    one = await IndexFollowingFetch(Site(now, index=UNDATED, a=CHILD))(claim)
    other = await IndexFollowingFetch(Site(now, index=UNDATED, a=CHILD + b" "))(claim)
    assert isinstance(one, Fetched)
    assert isinstance(other, Fetched)
    assert one.validators == Validators()
    assert one.body_hash != other.body_hash


async def test_a_sitemap_that_fails_fails_the_source(claim: Claim, now: datetime) -> None:
    failure = SourceFailure("steppe", now, SourceState.TIMEOUT, "slow")
    assert await IndexFollowingFetch(Site(now, index=DATED, a=failure))(claim) is failure


@pytest.mark.parametrize("body", [CHILD, b"<rss/>", b"<sitemapindex"])
async def test_all_else_passes_as_it_is(claim: Claim, now: datetime, body: bytes) -> None:
    site = Site(now, index=body)
    answer = await IndexFollowingFetch(site)(claim)
    assert isinstance(answer, Fetched)
    assert (answer.parts, len(site.asked)) == ((), 1)


async def test_only_sitemap_sources_follow_an_index(claim: Claim, now: datetime) -> None:
    site = Site(now, index=DATED, a=CHILD)
    await IndexFollowingFetch(site)(replace(claim, source=replace(claim.source, type="feed")))
    assert len(site.asked) == 1
