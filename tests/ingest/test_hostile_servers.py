"""Servers that stall, lie and overflow: each costs its own source a failure, and nothing else."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.ingest.http import HttpFetcher
from aggregator.model import Claim, Fetched, Source, SourceFailure, SourceState, Validators

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ServeRaw = Callable[[Speak], Awaitable[str]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"


def says(*parts: bytes) -> Speak:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))

    return speak


async def slow_drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n<rss>")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n<rss>")
    while True:
        writer.write(b"x" * 10_000)
        await writer.drain()


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


BOMB = gzip.compress(bytes(20_000_000))


@pytest.mark.parametrize(
    ("speak", "state", "said"),
    [
        (slow_drip, SourceState.TIMEOUT, "TimeoutError"),
        (silence, SourceState.TIMEOUT, "TimeoutError"),
        (endless, SourceState.HTTP_ERROR, "larger than 100000 bytes"),
        (
            says(HEAD, b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB), BOMB),
            SourceState.HTTP_ERROR,
            "once decompressed",
        ),
        (says(HEAD, b"Content-Length: 5000\r\n\r\n<rss>"), SourceState.HTTP_ERROR, "BrokenOffError"),
        (says(HEAD, b"Content-Length: -5\r\n\r\n<rss>"), SourceState.HTTP_ERROR, "MalformedReplyError"),
        (
            says(HEAD, b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n<rss>"),
            SourceState.HTTP_ERROR,
            "chunk",
        ),
        (says(HEAD, b"X-Long: ", b"x" * 200_000, b"\r\n\r\n"), SourceState.HTTP_ERROR, "MalformedReplyError"),
        (
            says(HEAD, *(b"X-%d: y\r\n" % n for n in range(5000)), b"\r\n"),
            SourceState.HTTP_ERROR,
            "MalformedReplyError",
        ),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), SourceState.HTTP_ERROR, "MalformedReplyError"),
        (says(b""), SourceState.HTTP_ERROR, "BrokenOffError"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_it_costs_its_own_source_a_failure(
    fetch: HttpFetcher, serve_raw: ServeRaw, source: Source, speak: Speak, state: SourceState, said: str
) -> None:
    url = await serve_raw(speak)
    claim = Claim(replace(source, url=url, timeout=timedelta(seconds=0.3)))
    outcome = await asyncio.wait_for(fetch(claim), 5)
    assert isinstance(outcome, SourceFailure)
    assert outcome.state is state
    assert said in outcome.message
    assert url in outcome.message


async def test_a_dead_port_and_an_unknown_host_are_told_apart(fetch: HttpFetcher, source: Source) -> None:
    dead = await fetch(Claim(replace(source, url="http://127.0.0.1:9/")))
    unknown = await fetch(Claim(replace(source, url="http://no-such-host.invalid/")))
    assert isinstance(dead, SourceFailure)
    assert isinstance(unknown, SourceFailure)
    assert "ConnectionFailedError" in dead.message
    assert "NameNotFoundError" in unknown.message
    assert "host's name" in unknown.message


async def test_a_server_that_speaks_no_tls_is_told_as_such(fetch: HttpFetcher, source: Source) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        outcome = await fetch(Claim(replace(source, url=f"https://127.0.0.1:{port}/")))
    assert isinstance(outcome, SourceFailure)
    assert outcome.state is SourceState.HTTP_ERROR
    assert "certificate" in outcome.message


async def test_a_validator_that_is_no_text_is_not_kept(
    fetch: HttpFetcher, serve_raw: ServeRaw, source: Source
) -> None:
    reply = HEAD + b'ETag: "\xe9"\r\nLast-Modified: now\r\nContent-Length: 6\r\n\r\n<rss/>'
    outcome = await fetch(Claim(replace(source, url=await serve_raw(says(reply)))))
    assert isinstance(outcome, Fetched)
    assert outcome.validators == Validators(None, "now")
