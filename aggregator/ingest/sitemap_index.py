"""Sitemap indexes: the newest sitemaps that an index names are fetched with it, one level deep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import blake2b

from aggregator.ingest import sitemap, sniff
from aggregator.ingest.parse import UnreadableFeedError
from aggregator.model import Claim, Fetched, NotModified, SourceFailure, Validators

Outcome = Fetched | NotModified | SourceFailure
Fetch = Callable[[Claim], Awaitable[Outcome]]


class IndexFollowingFetch:
    """The pipeline's `Fetch` port around another: a sitemap index brings its newest sitemaps as `parts`.

    Should one of them fail, the source fails: what was not read comes with the next poll.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    async def __call__(self, claim: Claim) -> Outcome:
        """Ask the claimed source, and what its sitemap index names."""
        answer = await self._fetch(claim)
        if (
            claim.source.type != "sitemap"
            or not isinstance(answer, Fetched)
            or sniff.first_tag(answer.body) != "sitemapindex"
        ):
            return answer
        try:
            addresses, dated = sitemap.children(answer.body, answer.content_type, answer.url)
        except UnreadableFeedError:
            return answer  # reading it says what is wrong
        if dated and answer.body_hash == claim.body_hash:
            return answer  # the index would tell of any change
        return await self._joined(claim, answer, addresses, dated=dated)

    async def _joined(
        self, claim: Claim, index: Fetched, addresses: tuple[str, ...], *, dated: bool
    ) -> Fetched | SourceFailure:
        parts = []
        for address in addresses:
            answer = await self._fetch(Claim(replace(claim.source, url=address)))
            if isinstance(answer, SourceFailure):
                return answer
            if isinstance(answer, Fetched):
                parts.append(answer.body)
        if dated:
            return replace(index, parts=tuple(parts))
        # Without dates an unchanged index says nothing of its sitemaps: neither its validators nor its hash
        # alone may stand for them.
        whole = blake2b(index.body_hash + b"".join(parts), digest_size=16).digest()
        return replace(index, parts=tuple(parts), body_hash=whole, validators=Validators())
