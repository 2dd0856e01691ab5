"""Asks one source over HTTP: politely, within bounds, and never an address that must not be reached."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from types import TracebackType
from typing import Any, Self

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from aggregator import __version__
from aggregator.errors import AggregatorError, BlockedAddressError
from aggregator.ingest import diagnosis, freshness, sniff
from aggregator.ingest.bodies import UnreadableBodyError, read_body
from aggregator.ingest.lanes import HostLanes
from aggregator.ingest.netguard import NetGuard
from aggregator.model import Claim, Fetched, NotModified, SourceFailure, SourceState, Validators

log = logging.getLogger(__name__)

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class UnusableAddressError(AggregatorError):
    """An address, of a source or of a redirect, that cannot be followed."""


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of every request."""

    concurrency: int = 20
    """Requests under way at once, over all hosts."""
    host_gap: timedelta = timedelta(seconds=1)
    """Pause between two requests to one host."""
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


class _Budget:
    """Seconds that a source may still take; waiting for one's turn does not count."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout(self._left):
                yield
        finally:
            self._left -= clock() - started


class HttpFetcher:
    """The pipeline's `Fetch` port over HTTP; use it as an async context manager.

    Conditional requests with validators echoed verbatim, one request per host at a time, redirects followed
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
    ) -> None:
        """`user_agent`: `Name/version (+contact)`. `clock`: now, aware, in UTC."""
        self._user_agent = user_agent
        self._plain_user_agent = _as_plain_reader(user_agent)
        self._clock = clock
        self._guard = guard
        self._limits = limits or HttpLimits()
        self._lanes = HostLanes(self._limits.host_gap.total_seconds())
        self._slots = asyncio.Semaphore(self._limits.concurrency)
        self._plain_reader_for: set[str] = set()
        """Sources that gave their feed to the second User-Agent only; asked that way at once from then on."""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, socket_factory=self._guarded_socket),
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
            state, message = diagnosis.of_error(error, _shown(claim.source.url))
            return SourceFailure(claim.source.id, self._clock(), state, message)

    async def _ask(self, claim: Claim) -> Fetched | NotModified | SourceFailure:
        source = claim.source
        budget = _Budget(source.timeout.total_seconds())
        plain = self._plain_user_agent
        agent = plain if source.id in self._plain_reader_for else source.user_agent or self._user_agent
        reply = await self._follow(claim, agent, budget)
        if sniff.is_html(reply.body) and agent != plain:
            reply = await self._follow(claim, plain, budget)
            if not sniff.is_html(reply.body) and reply.status < 400:
                self._plain_reader_for.add(source.id)
                log.info("%s gives its feed to %r only: set that as its user_agent", source.id, plain)
        return self._judged(claim, reply)

    async def _follow(self, claim: Claim, agent: str, budget: _Budget) -> _Reply:
        """Ask, and go where redirects lead."""
        headers = _request_headers(claim.validators, agent)
        url = _target(URL(), claim.source.url)
        for _ in range(self._limits.redirects + 1):
            reply = await self._request(url, headers, budget)
            if reply.status not in _REDIRECTS:
                return reply
            url = _target(url, reply.headers.get("Location", ""))
        raise UnusableAddressError(f"more than {self._limits.redirects} redirects, the last to {_shown(url)}")

    async def _request(self, url: URL, ours: Mapping[str, str], budget: _Budget) -> _Reply:
        async with (
            self._lanes.turn(url.host or ""),
            self._slots,
            budget.spend(),
            self._session.get(url, headers=ours, allow_redirects=False) as response,
        ):
            headers = CIMultiDict(response.headers)
            if "Cache-Control" in headers:  # a server and the cache before it may both send one
                headers["Cache-Control"] = ", ".join(response.headers.getall("Cache-Control"))
            if not 200 <= response.status < 300:
                return _Reply(url, response.status, headers)
            body = await read_body(response.content.iter_any(), headers, self._limits.body_bytes)
            return _Reply(url, response.status, headers, body)

    def _judged(self, claim: Claim, reply: _Reply) -> Fetched | NotModified | SourceFailure:
        source, now = claim.source, self._clock()
        not_before = freshness.not_before(reply.headers, now)
        if reply.status == 304 and claim.validators != Validators():
            return NotModified(source.id, now, _validators(reply.headers, claim.validators), not_before)
        content_type = reply.headers.get("Content-Type", "")
        if failure := _failure(reply, content_type):
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
        )

    def _guarded_socket(self, info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        """A socket for the address about to be connected to: the last look, after DNS and on every hop."""
        family, kind, protocol, _, address = info
        try:
            self._guard.check(str(address[0]))
        except BlockedAddressError as error:
            raise PermissionError(errno.EACCES, str(error)) from error
        return socket.socket(family, kind, protocol)


def _failure(reply: _Reply, content_type: str) -> tuple[SourceState, str] | None:
    """Why this answer holds no feed; None when its body is worth reading."""
    url = _shown(reply.url)
    if not 200 <= reply.status < 300:
        return diagnosis.of_status(reply.status, url)
    if not reply.body.strip():
        return (
            SourceState.EMPTY,
            f"HTTP {reply.status} from {url} with an empty body: check the feed's address",
        )
    if sniff.is_html(reply.body):
        return SourceState.HTML_INSTEAD, (
            f"an HTML page instead of a feed at {url} ({sniff.describe(reply.body, content_type)}), "
            "for our own and for a plain feed reader's User-Agent: open it and look for its feed link"
        )
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
