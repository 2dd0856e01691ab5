"""Asks one source over HTTP: politely, within bounds, and never an address that must not be reached."""

from __future__ import annotations

import errno
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict
from yarl import URL

from aggregator import __version__
from aggregator.errors import AggregatorError, BlockedAddressError
from aggregator.ingest import diagnosis, freshness, sniff
from aggregator.ingest.allowance import Budget, Slots, at_once
from aggregator.ingest.bodies import UnreadableBodyError, read_body
from aggregator.ingest.domains import registrable_domain
from aggregator.ingest.lanes import Lanes
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.reach import Reach
from aggregator.model import Claim, Fetched, NotModified, SourceFailure, SourceState, Validators

log = logging.getLogger(__name__)

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})


class UnusableAddressError(AggregatorError):
    """An address, of a source or of a redirect, that cannot be followed."""


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of every request."""

    concurrency: int = 20
    """Requests under way at once, over all hosts."""
    host_gap: timedelta = timedelta(seconds=1)
    """Pause between two requests to one registrable domain."""
    connect: timedelta = timedelta(seconds=10)
    redirects: int = 5
    body_bytes: int = 10_000_000
    """On the wire, and once more after decompression."""
    header_bytes: int = 32 * 1024
    """Longest single header: some sites send policies of more than 8 KiB."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """One answer, whatever its status; `body` only of a success."""

    url: URL
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    moved: bool = False
    """Redirects led here, every one of them permanent."""


class HttpFetcher:
    """The pipeline's `Fetch` port over HTTP; use it as an async context manager.

    Conditional requests with validators echoed verbatim, one request per domain at a time, redirects followed
    by hand so that every hop is checked. Never sends cookies or a referrer. What a server does becomes a
    value.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        guard: NetGuard,
        limits: HttpLimits | None = None,
        resolver: AbstractResolver | None = None,
        trust: ssl.SSLContext | None = None,
        room: Callable[[], Awaitable[None]] = at_once,
    ) -> None:
        """`user_agent`: `Name/version (+contact)`. `clock`: now, aware, in UTC.

        `resolver` and `trust` (whose certificates are believed) default to the system's own. No
        request begins before `room` has returned.
        """
        self._user_agent = user_agent
        self._plain_user_agent = _as_plain_reader(user_agent)
        self._clock = clock
        self._guard = guard
        self._limits = limits or HttpLimits()
        self._resolver = resolver
        self._trust = trust or ssl.create_default_context()
        self._lanes = Lanes(self._limits.host_gap.total_seconds())
        self._reach = Reach()
        self._slots = Slots(self._limits.concurrency, room)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, resolver=self._resolver, ssl=self._trust, socket_factory=self._guarded_socket
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect.total_seconds()),
            max_line_size=self._limits.header_bytes,
            max_field_size=self._limits.header_bytes,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def __call__(self, claim: Claim) -> Fetched | NotModified | SourceFailure:
        """Ask the claimed source; errors of the server or the network come back as SourceFailure."""
        try:
            return await self._ask(claim)
        except (aiohttp.ClientError, OSError, UnreadableBodyError, UnusableAddressError) as error:
            state, message = diagnosis.of_error(error, _shown(claim.url))
            down = diagnosis.is_unreached(error) and self._missed(claim)
            return SourceFailure(claim.source.id, self._clock(), state, message, network_down=down)

    def _missed(self, claim: Claim) -> bool:
        domain = registrable_domain(URL(claim.url).host or "")
        return self._reach.missed(domain, worked_before=not claim.failures)

    async def _ask(self, claim: Claim) -> Fetched | NotModified | SourceFailure:
        source = claim.source
        budget = Budget(source.timeout.total_seconds())
        plain = self._plain_user_agent
        agent = plain if claim.plain_agent else source.user_agent or self._user_agent
        reply = await self._follow(claim, agent, budget)
        if sniff.is_html(reply.body) and agent != plain and source.type != "html":
            agent = plain
            reply = await self._follow(claim, plain, budget)
            if not sniff.is_html(reply.body) and reply.status < 400:
                log.info("%s gives its feed to %r only: set that as its user_agent", source.id, plain)
        return self._judged(claim, reply, agent)

    async def _follow(self, claim: Claim, agent: str, budget: Budget) -> _Reply:
        """Ask, and go where redirects lead."""
        headers = _request_headers(claim.validators, agent)
        url = _target(URL(), claim.url)
        met: set[int] = set()
        for _ in range(self._limits.redirects + 1):
            reply = await self._request(url, headers, budget)
            if reply.status not in _REDIRECTS:
                return replace(reply, moved=bool(met) and met <= _PERMANENT)
            met.add(reply.status)
            url = _target(url, reply.headers.get("Location", ""))
        raise UnusableAddressError(f"more than {self._limits.redirects} redirects, the last to {_shown(url)}")

    async def _request(self, url: URL, ours: Mapping[str, str], budget: Budget) -> _Reply:
        async with (
            self._lanes.turn(registrable_domain(url.host or "")),
            self._slots.one(),
            budget.spend(),
            self._session.get(url, headers=ours, allow_redirects=False) as response,
        ):
            self._reach.answered()
            headers = CIMultiDict(response.headers)
            if "Cache-Control" in headers:  # a server and the cache before it may both send one
                headers["Cache-Control"] = ", ".join(response.headers.getall("Cache-Control"))
            if not 200 <= response.status < 300:
                return _Reply(url, response.status, headers)
            body = await read_body(response.content.iter_any(), headers, self._limits.body_bytes)
            return _Reply(url, response.status, headers, body)

    def _judged(self, claim: Claim, reply: _Reply, agent: str) -> Fetched | NotModified | SourceFailure:
        source, now = claim.source, self._clock()
        not_before = freshness.not_before(reply.headers, now)
        moved_to = _shown(reply.url) if reply.moved else None
        if reply.status == 304 and claim.validators != Validators():
            validators = _validators(reply.headers, claim.validators)
            return NotModified(source.id, now, validators, not_before, moved_to)
        content_type = reply.headers.get("Content-Type", "")
        if failure := _failure(reply, agent):
            return SourceFailure(source.id, now, *failure, not_before)
        return Fetched(
            source_id=source.id,
            at=now,
            url=_shown(reply.url),
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

    def _guarded_socket(self, info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        """A socket for the address about to be connected to: the last look, after DNS and on every hop."""
        family, kind, protocol, _, address = info
        try:
            self._guard.check(str(address[0]))
        except BlockedAddressError as error:
            raise PermissionError(errno.EACCES, str(error)) from error
        return socket.socket(family, kind, protocol)


def _failure(reply: _Reply, agent: str) -> tuple[SourceState, str] | None:
    """Why this answer has no body worth reading; None when it has one."""
    url = _shown(reply.url)
    if not 200 <= reply.status < 300:
        return diagnosis.of_status(reply.status, url)
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


def _target(current: URL, reference: str) -> URL:
    """Where `reference` leads from `current`; raises UnusableAddressError for all but http and https."""
    try:
        url = current.join(URL(reference)) if current.absolute else URL(reference)
    except ValueError as error:
        raise UnusableAddressError(f"the address {reference!r} cannot be read ({error})") from error
    if not reference or url.scheme not in {"http", "https"} or not url.host:
        raise UnusableAddressError(f"{reference!r} is no http or https address")
    return url.with_fragment(None)


def _shown(address: URL | str) -> str:
    """The address without a user name or password: for messages and for what is stored."""
    try:
        url = URL(address)
        return str(url.with_user(None) if url.absolute else url)
    except ValueError:
        return repr(address)
