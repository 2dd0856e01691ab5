"""One SMTP connection that is open and logged in: commands out, replies in (RFC 5321 section 4).

aiosmtplib opens it; a letter's few commands then go over this protocol, which does no more than they need.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from aggregator.model import Letter

LOOK_AGAIN = 5.0
"""Seconds between looks at how long a reply is awaited: a timer for each reply would cost more than it."""
LONGEST_REPLY = 32_768
"""Bytes of one reply, all its lines together."""


class WireError(Exception):
    """No reply came: the connection was lost, or the server took too long, or said what is no SMTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said to one command."""

    code: int
    text: str
    """Its lines, joined by line feeds, without the codes."""


class Wire(asyncio.Protocol):
    """Pairs replies with commands in their order. Whatever cannot be paired ends the connection."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """Takes over a transport on which nothing is under way."""
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._lines: list[str] = []
        """Those of the reply that is coming in."""
        self._size = 0
        self._replies: deque[Reply] = deque()
        self._expected = 0
        self._waiter: asyncio.Future[None] | None = None
        self._patience = 0.0
        """Seconds that the server gets for the reply that is awaited, and until when that is."""
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._fault = ""
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether commands can be sent, as far as we know."""
        return not self._fault and not self._transport.is_closing()

    def send(self, lines: bytes, replies: int = 1) -> None:
        """Send commands, or a text, to which the server owes so many replies."""
        self._expected += replies
        self._transport.write(lines)

    async def reply(self, seconds: float) -> Reply:
        """The next reply. Raises WireError when none comes within so many seconds, and then closes."""
        if not self._replies:
            if self._fault:
                raise WireError(self._fault)
            self._waiter = self._loop.create_future()
            self._patience, self._until = seconds, self._loop.time() + seconds
            self._look_within(seconds)
            try:
                await self._waiter
            finally:
                self._waiter = None
            if not self._replies:
                raise WireError(self._fault)
        return self._replies.popleft()

    def close(self) -> None:
        """Close without a word."""
        self._fail("the connection was closed")

    # ----------------------------------------------------------------------------------- asyncio.Protocol

    def data_received(self, data: bytes) -> None:
        """Read whole lines; a reply is complete with the first that has no hyphen behind its code."""
        self._received += data
        *lines, rest = self._received.split(b"\n")
        self._received = bytearray(rest)
        self._size += len(data)
        for line in lines:
            self._read(bytes(line))
        if self._size > LONGEST_REPLY:
            self._fail("the reply is too long")
        if self._waiter and self._replies and not self._waiter.done():
            self._waiter.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits learns it."""
        self._fail(f"the connection was lost: {exc}" if exc else "the connection was lost")

    def _read(self, line: bytes) -> None:
        code, separator = line[:3], line[3:4]
        if self._fault:
            return
        if not (code.isdigit() and 200 <= int(code) <= 599 and separator in (b"", b" ", b"-", b"\r")):
            self._fail("the server said what is no SMTP")
            return
        self._lines.append(line[4:].decode("utf-8", "replace").strip())
        if separator == b"-":
            return
        if not self._expected:  # a farewell, mostly: it must not be taken for the answer to the next command
            self._fail(f"the server said {int(code)} unasked")
            return
        self._expected -= 1
        self._replies.append(Reply(int(code), "\n".join(self._lines)))
        self._lines, self._size = [], len(self._received)

    def _look_within(self, seconds: float) -> None:
        when = self._loop.time() + min(seconds, LOOK_AGAIN)
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._waiter is None:
            return
        left = self._until - self._loop.time()
        if left <= 0:
            self._fail(f"Timeout: no reply within {self._patience:g} s")
        else:
            self._look_within(left)

    def _fail(self, fault: str) -> None:
        self._fault = self._fault or fault
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._transport.abort()
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


def envelope(letter: Letter, *, international: bool, tells: bool) -> tuple[bytes, bytes]:
    """MAIL and RCPT. `tells`: the server can be asked to tell of failures alone, briefly (RFC 3461)."""
    options = (" SMTPUTF8" if international else "") + (" RET=HDRS" if tells else "")
    notify = " NOTIFY=FAILURE" if tells else ""
    return (
        f"MAIL FROM:<{letter.sender}>{options}\r\n".encode(),
        f"RCPT TO:<{letter.recipient}>{notify}\r\n".encode(),
    )


def transparent(content: bytes) -> bytes:
    """The text with its final dot; leading dots are doubled, which the server undoes (section 4.5.2)."""
    if content.startswith(b"."):
        content = b"." + content
    if b"\n." in content:
        content = content.replace(b"\r\n.", b"\r\n..")
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
