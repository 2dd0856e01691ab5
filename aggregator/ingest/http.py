"""Asks one source over HTTP: politely, within bounds, and never an address that must not be reached."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from hashlib import blake2b
from types import TracebackType
from typing import Self

from yarl import URL

from aggregator import __version__
from aggregator.ingest import diagnosis, freshness, sniff
from aggregator.ingest.allowance import Budget, at_once
from aggregator.ingest.curl import Resolve
from aggregator.ingest.domains import registrable_domain
from aggregator.ingest.lanes import Lanes
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.reach import Reach
from aggregator.ingest.transport import FAILURES, HttpLimits, Reply, Transport, shown
from aggregator.ingest.trust import Trust
from aggregator.model import Claim, Fetched, NotModified, SourceFailure, SourceState, Validators

log = logging.getLogger(__name__)

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)


class HttpFetcher:
    """The pipeline's `Fetch` port over HTTP; use it as an async context manager.

    Conditional requests with validators echoed verbatim. What a server does becomes a value.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        guard: NetGuard,
        limits: HttpLimits | None = None,
        resolve: Resolve | None = None,
        trusted: Trust | None = None,
        room: Callable[[], Awaitable[None]] = at_once,
        lanes: Lanes | None = None,
    ) -> None:
        """`user_agent`: `Name/version (+contact)`. `clock`: now, aware, in UTC. The rest: see `Transport`."""
        self._user_agent = user_agent
        self._plain_user_agent = _as_plain_reader(user_agent)
        self._clock = clock
        self._reach = Reach()
        self._transport = Transport(
            guard=guard,
            limits=limits or HttpLimits(),
            lanes=lanes,
            resolve=resolve,
            trusted=trusted,
            room=room,
            answered=self._reach.answered,
        )

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def __call__(self, claim: Claim) -> Fetched | NotModified | SourceFailure:
        """Ask the claimed source; errors of the server or the network come back as SourceFailure."""
        try:
            return await self._ask(claim)
        except FAILURES as error:
            state, message = diagnosis.of_error(error, shown(claim.url), self._agent(claim))
            down = diagnosis.is_unreached(error) and self._missed(claim)
            return SourceFailure(claim.source.id, self._clock(), state, message, network_down=down)

    def _missed(self, claim: Claim) -> bool:
        domain = registrable_domain(URL(claim.url).host or "")
        return self._reach.missed(domain, worked_before=not claim.failures)

    async def _ask(self, claim: Claim) -> Fetched | NotModified | SourceFailure:
        source = claim.source
        budget = Budget(source.timeout.total_seconds())
        plain, agent = self._plain_user_agent, self._agent(claim)
        reply = await self._get(claim, agent, budget)
        if sniff.is_html(reply.body) and agent != plain and source.type != "html":
            agent = plain
            reply = await self._get(claim, plain, budget)
            if not sniff.is_html(reply.body) and reply.status < 400:
                log.info("%s gives its feed to %r only: set that as its user_agent", source.id, plain)
        return self._judged(claim, reply, agent)

    def _agent(self, claim: Claim) -> str:
        """As whom to ask first."""
        return self._plain_user_agent if claim.plain_agent else claim.source.user_agent or self._user_agent

    async def _get(self, claim: Claim, agent: str, budget: Budget) -> Reply:
        return await self._transport.get(claim.url, _request_headers(claim.validators, agent), budget)

    def _judged(self, claim: Claim, reply: Reply, agent: str) -> Fetched | NotModified | SourceFailure:
        source, now = claim.source, self._clock()
        not_before = freshness.not_before(reply.headers, now)
        moved_to = shown(reply.url) if reply.moved else None
        if reply.status == 304 and claim.validators != Validators():
            validators = _validators(reply.headers, claim.validators)
            return NotModified(source.id, now, validators, not_before, moved_to)
        content_type = reply.headers.get("Content-Type", "")
        if failure := _failure(reply, agent):
            return SourceFailure(source.id, now, *failure, not_before)
        return Fetched(
            source_id=source.id,
            at=now,
            url=shown(reply.url),
            content_type=content_type,
            body=reply.body,
            body_hash=blake2b(reply.body, digest_size=16).digest(),
            validators=_validators(reply.headers, Validators()),
            not_before=not_before,
            moved_to=moved_to,
            plain_agent=agent == self._plain_user_agent,
            status=reply.status,
            user_agent=agent,
            headers=tuple(reply.headers.items()),
        )


def _failure(reply: Reply, agent: str) -> tuple[SourceState, str] | None:
    """Why this answer has no body worth reading; None when it has one."""
    url = shown(reply.url)
    if not 200 <= reply.status < 300:
        return diagnosis.of_status(reply.status, url, reply.headers, agent)
    if not reply.body.strip():
        return diagnosis.of_empty_body(reply.status, url, reply.headers.get("Content-Type", ""), agent)
    return None


def _as_plain_reader(user_agent: str) -> str:
    """A name that reads as any feed reader's, no less honest about whom to write to.

    Some sites send their web page to every name that they do not take for a feed reader.
    """
    contact = user_agent.partition("(")[2]
    return f"rss-reader/{__version__} ({contact}" if contact else f"rss-reader/{__version__}"


def _request_headers(validators: Validators, agent: str) -> dict[str, str]:
    headers = {"User-Agent": agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def _validators(headers: Mapping[str, str], otherwise: Validators) -> Validators:
    """Both validators as sent, `otherwise` where one is missing (a 304 need not repeat them)."""
    return Validators(
        _echoable(headers.get("ETag")) or otherwise.etag,
        _echoable(headers.get("Last-Modified")) or otherwise.last_modified,
    )


def _echoable(value: str | None) -> str | None:
    """None for bytes that are not UTF-8: they could be neither stored as text nor sent back."""
    try:
        return value if value and value.encode() else None
    except UnicodeEncodeError:
        return None
