"""Servers on loopback that play good and hostile sources, and a resolver that answers as a test wants."""

from __future__ import annotations

import asyncio
import random
import ssl
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.misdeeds import ANSWERS, KINDS, good, whole

CERTIFICATE = Path(__file__).with_name("hostile.pem")
"""Self-signed, for elsewhere.example, with its throwaway key."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a hostile server listens: for HTTP, for TLS, and where only TLS is expected."""

    plain: int
    tls: int
    no_tls: int

    def url(self, name: str, number: int) -> str:
        """Address of one source: each has a domain of its own, so that none waits for another's turn."""
        host = f"{name.replace(',', '').replace('.', '')}-{number}.test"
        if name == "tls-self-signed":
            return f"https://{host}:{self.tls}/{name}/{number}"
        if name in KINDS and KINDS[name].tls:
            return f"https://{host}:{self.no_tls}/{name}/{number}"
        return f"http://{host}:{self.plain}/{name}/{number}"


class HostileServer:
    """Plays good and hostile sources; an async context manager.

    The path says what: `/good/7` is an honest feed, `/gzip-bomb/3` is not. Every answer is the same for the
    same path and seed.
    """

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self.asked: list[str] = []
        """Paths of all requests, in their order."""

    async def __aenter__(self) -> Self:
        self._talks: set[asyncio.Task[None]] = set()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self._plain = await asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=2000)
        self._tls = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)
        self._dead = await asyncio.start_server(self._say_nothing_of_tls, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in (self._plain, self._tls, self._dead):
            server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    @property
    def ports(self) -> Ports:
        """Where it listens."""
        return Ports(*(server.sockets[0].getsockname()[1] for server in (self._plain, self._tls, self._dead)))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._kept(writer):
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ", 2)[1].decode()
            self.asked.append(path)
            name, _, number = path.lstrip("/").partition("/")
            if name == "good":
                writer.write(whole(good(f"good{number}"), f'ETag: "{number}"', "Connection: close"))
            else:
                await KINDS.get(name, KINDS["nothing-at-all"]).speak(
                    writer, random.Random(f"{self._seed}{path}")
                )
            await writer.drain()

    async def _say_nothing_of_tls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._kept(writer):
            hello = await reader.read(4096)
            name = "drip-tls" if b"drip-tls" in hello else "tls-plaintext"
            await KINDS[name].speak(writer, random.Random(self._seed))
            await writer.drain()

    def _kept(self, writer: asyncio.StreamWriter) -> _Talk:
        return _Talk(self._talks, writer)


class _Talk:
    """One connection: its task is known while it lasts, and whatever the client does to it is its end."""

    def __init__(self, talks: set[asyncio.Task[None]], writer: asyncio.StreamWriter) -> None:
        self._talks, self._writer = talks, writer
        self._task = asyncio.current_task()

    def __enter__(self) -> None:
        assert self._task is not None
        self._talks.add(self._task)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        assert self._task is not None
        self._talks.discard(self._task)
        with suppress(Exception):
            self._writer.close()
        return isinstance(error, OSError | EOFError | asyncio.LimitOverrunError)


class Names:
    """Answers as a test wants: each name its addresses one after the other, and the last for ever."""

    def __init__(self, answers: Mapping[str, list[str]] | None = None) -> None:
        """Names that `answers` does not hold are 127.0.0.1; addresses are left to speak for themselves."""
        self._answers = {name: list(addresses) for name, addresses in (answers or {}).items()}
        self.asked: list[str] = []

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        if _is_address(host):
            return []
        left = self._answers.get(host, ["127.0.0.1"])
        return [left.pop(0) if len(left) > 1 else left[0]]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def _serve() -> None:
    """As a process of its own: tell the ports, and serve until standard input ends."""
    for answer in ANSWERS:
        answer()
    async with HostileServer() as server:
        print(server.ports.plain, server.ports.tls, server.ports.no_tls, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
