"""One request after another over HTTP: bounded, one per site at a time, never to a forbidden address.

What is asked for, and what an answer means, is the business of those who ask: `http` for feeds, `images` for
pictures, `websub` for hubs.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache, partial
from types import TracebackType
from typing import Self

from multidict import CIMultiDict
from yarl import URL

from aggregator.errors import BlockedAddressError
from aggregator.ingest import bodies, trust
from aggregator.ingest.allowance import Budget, Slots, at_once
from aggregator.ingest.bodies import UnreadableBodyError
from aggregator.ingest.curl import Answer, CurlClient, Form, Request, Resolve, Wanted
from aggregator.ingest.domains import registrable_domain
from aggregator.ingest.faults import TlsError, TransferError, UnusableAddressError
from aggregator.ingest.lanes import Lanes
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.trust import Trust

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_REPEATING = frozenset({307, 308})
"""Redirects of a form that ask for the same again elsewhere (RFC 9110 section 15.4)."""
_LONGEST_WORD = 2_000
"""Bytes that are read of what a server says to a form."""


FAILURES = (TransferError, TimeoutError, BlockedAddressError, UnreadableBodyError)
"""What `Transport` raises for whatever servers and networks do."""


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
class Reply:
    """One answer, whatever its status; `body` only of a success."""

    url: URL
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    moved: bool = False
    """Redirects led here, every one of them permanent."""


class Transport:
    """Gets, or sends a form to, one address at a time; use it as an async context manager.

    Redirects are followed by hand so that every hop waits its turn and is checked. Never sends cookies or a
    referrer.
    """

    def __init__(
        self,
        *,
        guard: NetGuard,
        limits: HttpLimits,
        lanes: Lanes | None = None,
        resolve: Resolve | None = None,
        trusted: Trust | None = None,
        room: Callable[[], Awaitable[None]] = at_once,
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        """`lanes`: shared by all who ask at the same time, so that a site has one of our requests at once.

        `resolve` (the addresses of a host's name) and `trusted` (whose certificates are believed) default to
        the system's own. No request begins before `room` has returned. `answered` is told of every answer,
        whatever its status.
        """
        self._limits = limits
        self._lanes = lanes or Lanes(limits.host_gap.total_seconds())
        self._trusted = trusted or trust.of_system()
        self._client = CurlClient(
            guard=guard,
            trust=self._trusted,
            connect=limits.connect,
            longest_header=limits.header_bytes,
            kept_connections=limits.concurrency,
            resolve=resolve,
        )
        self._slots = Slots(limits.concurrency, room)
        self._answered = answered

    async def __aenter__(self) -> Self:
        self._client.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def get(self, address: str, headers: Mapping[str, str], budget: Budget) -> Reply:
        """Ask, and go where redirects lead; raises one of `FAILURES`."""
        url = _beginning(address)
        met: set[int] = set()
        for _ in range(self._limits.redirects + 1):
            reply = await self._request(url, headers, budget)
            if reply.status not in _REDIRECTS:
                return replace(reply, moved=bool(met) and met <= _PERMANENT)
            met.add(reply.status)
            url = _target(url, reply.headers.get("Location", ""))
        raise UnusableAddressError(f"more than {self._limits.redirects} redirects, the last to {shown(url)}")

    async def _request(self, url: URL, ours: Mapping[str, str], budget: Budget) -> Reply:
        limit = self._limits.body_bytes
        answer = await self._ask(_request(url, ours), partial(_of_success, limit=limit), budget)
        headers = answer.headers
        if "Cache-Control" in headers:  # a server and the cache before it may both send one
            headers["Cache-Control"] = ", ".join(headers.getall("Cache-Control"))
        if not 200 <= answer.status < 300:
            return Reply(url, answer.status, headers)
        if answer.cut:
            raise bodies.too_large(limit)
        return Reply(url, answer.status, headers, bodies.unpacked(answer.body, headers, limit))

    async def _ask(self, request: Request, wanted: Wanted, budget: Budget) -> Answer:
        def heard(status: int, headers: CIMultiDict[str]) -> int:
            self._answered()
            return wanted(status, headers)

        if self._trusted is None and request.url.startswith("https:"):
            raise TlsError(trust.MISSING)
        async with self._lanes.turn(registrable_domain(request.host)), self._slots.one(), budget.spend():
            return await self._client.perform(request, heard)

    async def post(self, address: str, form: Form, headers: Mapping[str, str], budget: Budget) -> Reply:
        """Send a form; only redirects that repeat it are followed, and none away from TLS.

        The reply's body is the beginning of what the server said, whatever its status. Raises one of
        `FAILURES`.
        """
        url = _beginning(address)
        for _ in range(self._limits.redirects + 1):
            reply = await self._send(url, form, headers, budget)
            if reply.status not in _REPEATING:
                return reply
            target = _target(url, reply.headers.get("Location", ""))
            if url.scheme == "https" != target.scheme:
                raise UnusableAddressError(f"a redirect from {shown(url)} to {shown(target)}, without TLS")
            url = target
        raise UnusableAddressError(f"more than {self._limits.redirects} redirects, the last to {shown(url)}")

    async def _send(self, url: URL, form: Form, ours: Mapping[str, str], budget: Budget) -> Reply:
        answer = await self._ask(_request(url, ours, form), _first_words, budget)
        return Reply(url, answer.status, answer.headers, bytes(answer.body))


def _of_success(status: int, headers: Mapping[str, str], limit: int) -> int:
    """Only the body of a success is read."""
    return bodies.size_to_read(headers, limit) if 200 <= status < 300 else 0


def _first_words(_status: int, _headers: Mapping[str, str]) -> int:
    """The beginning of what a server says, whatever its status."""
    return _LONGEST_WORD


def _request(url: URL, headers: Mapping[str, str], form: Form | None = None) -> Request:
    """A user name in the address goes into a header: nothing else sees it."""
    if url.raw_user is not None:
        login = b64encode(f"{url.user or ''}:{url.password or ''}".encode()).decode()
        headers = {**headers, "Authorization": f"Basic {login}"}
        url = url.with_user(None)
    return Request(str(url), url.raw_host or "", url.port or 0, headers, form)


@lru_cache(maxsize=4096)
def _beginning(address: str) -> URL:
    """Where a request starts; sources are asked at the same address again and again."""
    return _target(URL(), address)


def _target(current: URL, reference: str) -> URL:
    """Where `reference` leads from `current`; raises UnusableAddressError for all but http and https."""
    try:
        url = current.join(URL(reference)) if current.absolute else URL(reference)
    except ValueError as error:
        raise UnusableAddressError(f"the address {reference!r} cannot be read ({error})") from error
    if not reference or url.scheme not in {"http", "https"} or not url.host:
        raise UnusableAddressError(f"{reference!r} is no http or https address")
    return url.with_fragment(None)


def shown(address: URL | str) -> str:
    """The address without a user name or password: for messages and for what is stored."""
    try:
        url = URL(address)
        return str(url.with_user(None) if url.absolute else url)
    except ValueError:
        return repr(address)
