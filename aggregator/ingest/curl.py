"""One HTTP exchange after another with libcurl, in the event loop: never to a forbidden address, all bounded.

libcurl connects, speaks TLS and HTTP/1.1 and frames bodies. It follows no redirect, keeps no cookie, reads no
environment and unpacks nothing: all of that is ours to judge.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pycurl
from multidict import CIMultiDict

from aggregator.errors import AggregatorError, BlockedAddressError
from aggregator.ingest import faults
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.trust import Trust

KEPT_FOR = 15
"""Seconds after which an idle connection is not used again."""
_LONGEST_HEADERS = 8
"""As many bytes as this many longest headers may come in all, before the answer (1xx) and after it (trailers)
included."""
_MOST_HEADERS = 500
_BUFFER = 64 * 1024
_WEB = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
_WITHOUT_BODY = frozenset({204, 304})

Resolve = Callable[[str], Sequence[str]]
Wanted = Callable[[int, CIMultiDict[str]], int]
Form = Mapping[str, str] | Sequence[tuple[str, str]]
"""Names and values; a sequence may repeat a name."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: a form is sent by POST."""

    url: str
    """Absolute, encoded, without a user name."""
    host: str
    port: int
    headers: Mapping[str, str]
    form: Form | None = None


@dataclass(slots=True)
class Answer:
    """One answer as it comes in."""

    status: int = 0
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    body: bytearray = field(default_factory=bytearray)
    cut: bool = False
    """There was more than was wanted."""


class _Handle:
    """A libcurl handle with what comes in on it; used for one exchange after another."""

    def __init__(self, guard: NetGuard, trust: Trust | None, connect: timedelta, longest_header: int) -> None:
        self._guard = guard
        self._longest_header = longest_header
        self.curl = pycurl.Curl()
        for option, value in (*_ALWAYS, (pycurl.CONNECTTIMEOUT_MS, int(connect.total_seconds() * 1000))):
            self.curl.setopt(option, value)
        self.curl.unsetopt(pycurl.CAPATH)  # a folder beside the file would keep it from being read only once
        if trust and trust.file:
            self.curl.setopt(pycurl.CAINFO, trust.file)
        elif trust and trust.folder:
            self.curl.setopt(pycurl.CAPATH, trust.folder)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._take_header)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._take_body)

    def prepare(self, request: Request, wanted: Wanted, resolve: Resolve | None) -> None:
        """Set what differs between exchanges; `wanted` says of a head how many bytes of its body to read."""
        self.answer = Answer()
        self._asks_for = wanted
        self._wanted = 0
        self._heads = bytearray()
        self._head_starts = 0
        self._head_is_whole = False
        self._stopped: AggregatorError | None = None
        self._blocked: BlockedAddressError | None = None
        self._passed = False
        self.curl.setopt(pycurl.URL, request.url)
        self.curl.setopt(pycurl.HTTPHEADER, [_line(name, value) for name, value in request.headers.items()])
        if request.form is None:
            self.curl.setopt(pycurl.HTTPGET, 1)
        else:
            self.curl.setopt(pycurl.POSTFIELDS, urlencode(request.form))
        if resolve:
            addresses = ",".join(resolve(request.host))
            known = [f"{request.host}:{request.port}:{addresses}"] if addresses else []
            self.curl.setopt(pycurl.RESOLVE, known)

    def judge(self, error: Any) -> None:
        """Return if libcurl's `error` is but our having read enough; raise what it means otherwise."""
        if self._stopped:
            raise self._stopped from None
        if self.answer.cut:
            return
        if self._blocked and not self._passed:
            raise self._blocked from None
        connected = self.curl.getinfo(pycurl.CONNECT_TIME) > 0
        code, text = error.args
        raise faults.of_curl(code, text, self.curl.getinfo(pycurl.OS_ERRNO), connected=connected) from None

    def _open(self, _purpose: int, address: Any) -> Any:
        """A socket for the address about to be connected to: the last look, after DNS and on every hop."""
        try:
            self._guard.check(str(address.addr[0]))
            opened = socket.socket(address.family, address.socktype, address.protocol)
        except BlockedAddressError as error:
            self._blocked = error
            return pycurl.SOCKET_BAD
        except OSError:
            return pycurl.SOCKET_BAD
        self._passed = True
        asyncio.get_running_loop().call_soon(opened.close)  # libcurl goes on with a duplicate
        return opened

    def _take_header(self, line: bytes) -> int | None:
        self._heads += line
        if len(self._heads) > self._longest_header * _LONGEST_HEADERS:
            return self._stop("its headers have no end")
        if line.strip() or self._head_is_whole:
            return None
        self.answer = answer = Answer(*_parsed(self._heads[self._head_starts :]))
        self._head_starts = len(self._heads)
        if answer.status < 200:
            return None  # the answer proper is still to come
        self._head_is_whole = True
        return self._judge_head(answer)

    def _judge_head(self, answer: Answer) -> int | None:
        headers = answer.headers
        if len(headers) > _MOST_HEADERS:
            return self._stop(f"it has more than {_MOST_HEADERS} headers")
        if any(len(value) > self._longest_header for value in headers.values()):
            return self._stop(f"one header is larger than {self._longest_header} bytes")
        try:
            self._wanted = self._asks_for(answer.status, headers)
        except AggregatorError as error:
            self._stopped = error
            return -1
        if self._wanted or answer.status in _WITHOUT_BODY or headers.get("Content-Length") == "0":
            return None
        answer.cut = True
        return -1

    def _take_body(self, chunk: bytes) -> int | None:
        body = self.answer.body
        if len(body) + len(chunk) <= self._wanted:
            body += chunk
            return None
        body += chunk[: self._wanted - len(body)]
        self.answer.cut = True
        return -1

    def _stop(self, text: str) -> int:
        self._stopped = faults.MalformedReplyError(text)
        return -1


class CurlClient:
    """Performs exchanges, many at once; use it between `start` and `close`, in one event loop."""

    def __init__(
        self,
        *,
        guard: NetGuard,
        trust: Trust | None,
        connect: timedelta,
        longest_header: int,
        kept_connections: int,
        resolve: Resolve | None = None,
    ) -> None:
        """`resolve`: the addresses of a host's name, asked before each request; if none, the system's."""
        self._new_handle = partial(_Handle, guard, trust, connect, longest_header)
        self._kept = kept_connections
        self._resolve = resolve
        self._idle: list[_Handle] = []

    def start(self) -> None:
        """Make ready."""
        self._multi = pycurl.AsyncCurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, self._kept)

    async def close(self) -> None:
        """Close all connections; what is under way is cancelled."""
        await self._multi.aclose()
        for handle in self._idle:
            handle.curl.close()
        self._idle.clear()

    async def perform(self, request: Request, wanted: Wanted) -> Answer:
        """Ask once, and read as much of the body as `wanted` makes of status and headers.

        Cancellation ends the exchange at once. Raises TransferError, BlockedAddressError, TimeoutError
        (the connection alone has a limit of its own), and what `wanted` raises.
        """
        handle = self._idle.pop() if self._idle else self._new_handle()
        handle.prepare(request, wanted, self._resolve)
        try:
            await self._multi.perform(handle.curl)
        except pycurl.error as error:
            handle.judge(error)
        finally:
            with suppress(RuntimeError):  # it is there no more, save when we were cancelled
                self._multi.remove_handle(handle.curl)
            if len(self._idle) < self._kept:
                self._idle.append(handle)
        return handle.answer


_ALWAYS: tuple[tuple[int, Any], ...] = (
    (pycurl.NOSIGNAL, 1),
    (pycurl.PROTOCOLS, _WEB),
    (pycurl.REDIR_PROTOCOLS, _WEB),
    (pycurl.FOLLOWLOCATION, 0),
    # One request per site at a time: nothing to multiplex, and less to be fooled by.
    (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
    (pycurl.HTTP09_ALLOWED, 0),
    (pycurl.PATH_AS_IS, 1),
    (pycurl.PROXY, ""),
    (pycurl.NOPROXY, "*"),
    (pycurl.NETRC, 0),
    (pycurl.SSL_VERIFYPEER, 1),
    (pycurl.SSL_VERIFYHOST, 2),
    (pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2),
    (pycurl.MAXAGE_CONN, KEPT_FOR),
    (pycurl.BUFFERSIZE, _BUFFER),
    # Each host is looked up once a round; libcurl would go through all it remembers at every request.
    (pycurl.DNS_CACHE_TIMEOUT, 0),
)


def _parsed(head: bytes | bytearray) -> tuple[int, CIMultiDict[str]]:
    """Status and headers, reversibly as text; libcurl has refused bare CR and NUL, and unfolded lines."""
    status, *lines = head.decode("utf-8", "surrogateescape").rstrip("\r\n").split("\n")
    number = status.split(" ", 2)[1:2]
    pairs = (line.partition(":") for line in lines)
    headers = CIMultiDict([(name.strip(), value.strip()) for name, _, value in pairs])
    return (int(number[0]) if number and number[0].strip().isdigit() else 0), headers


def _line(name: str, value: str) -> bytes:
    """A header as sent; line ends in a value would make two of it."""
    return f"{name}: {value}".replace("\r", " ").replace("\n", " ").encode("utf-8", "surrogateescape")
