"""The embedded mailbox: an SMTP server on loopback that keeps what it is given as files.

It stands in where no mail server is configured, so that the whole road can be walked and looked at. It keeps
its word as a real relay does: a mail is durable on disk before the server says 250.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import itertools
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

log = logging.getLogger(__name__)

START_SECONDS = 10.0
MESSAGE_BYTES = 10_000_000
"""Largest single mail."""
HEADER_BYTES = 16_384
"""How much of a stored mail is read to find its Message-ID."""
TORN_AFTER_SECONDS = 3600.0
REMEMBERED = 100_000
"""Message-IDs that are known although their mail may have been dropped."""


class Catcher:
    """Catches mail in a folder, one `<time>-<number>.eml` per mail; names sort by arrival. Thread-safe."""

    def __init__(
        self,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        max_mails: int = 1000,
        max_bytes: int = 100_000_000,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`port` 0 takes a free one. Beyond `max_mails` or `max_bytes` the oldest mails are dropped.

        Raises ValueError when `host` is not a loopback address: this server takes mail from anybody.
        """
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"the embedded mailbox listens on loopback only, not on {host}")
        self.host, self.port = host, port
        self._mailbox = _Mailbox(folder, max_mails, max_bytes, clock)
        self._server: _ServerThread | None = None

    def start(self) -> None:
        """Serve in a thread of its own; `port` then tells which. Raises OSError when it is taken."""
        if self._server is not None:
            raise RuntimeError("the embedded mailbox is running already")
        self._mailbox.open()
        server = _ServerThread(self._mailbox, self.host, self.port)
        self.port = server.start()
        self._server = server

    def stop(self) -> None:
        """Stop serving and wait until the thread has ended; a second call does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def holds(self, message_id: str) -> bool:
        """Whether a mail with this Message-ID (without angle brackets) was accepted."""
        return self._mailbox.holds(message_id)


class _Mailbox:
    """The folder: durable writes, bounded contents, and an index of Message-IDs."""

    def __init__(self, folder: Path, max_mails: int, max_bytes: int, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._max_mails = max_mails
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._numbers = itertools.count(1)

    def open(self) -> None:
        """Read what an earlier run caught; half-written files of a crash are swept away."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            for part in self._folder.glob("*.part"):
                # A fresh one may be under another process's pen.
                if self._clock().timestamp() - part.stat().st_mtime > TORN_AFTER_SECONDS:
                    part.unlink(missing_ok=True)
            self._sizes.clear()
            self._take_in()
            last = next(reversed(self._sizes), "").removesuffix(".eml").rpartition("-")[2]
            self._numbers = itertools.count(int(last) + 1 if last.isdecimal() else 1)

    def add(self, content: bytes) -> str:
        """Store one mail; it is durable when its name is returned. Raises OSError when the disk refuses."""
        with self._lock:
            name = f"{self._clock():%Y%m%dT%H%M%S.%fZ}-{next(self._numbers):06}.eml"
            _write_durably(self._folder / name, content)
            self._sizes[name] = len(content)
            self._remember(content)
            while len(self._sizes) > 1 and self._is_full():
                oldest, _ = self._sizes.popitem(last=False)
                (self._folder / oldest).unlink(missing_ok=True)
        return name

    def holds(self, message_id: str) -> bool:
        with self._lock:
            if message_id not in self._ids:
                self._take_in()  # another process may catch into the same folder
            return message_id in self._ids

    def _take_in(self) -> None:
        """Learn of mails in the folder that are not known yet."""
        for path in sorted(self._folder.glob("*.eml")):
            if path.name in self._sizes:
                continue
            with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                self._remember(file.read(HEADER_BYTES))
                self._sizes[path.name] = path.stat().st_size

    def _is_full(self) -> bool:
        return len(self._sizes) > self._max_mails or sum(self._sizes.values()) > self._max_bytes

    def _remember(self, content: bytes) -> None:
        message_id = str(BytesHeaderParser().parsebytes(content[:HEADER_BYTES]).get("Message-ID", ""))
        self._ids[message_id.strip().strip("<>")] = None
        if len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)


def _write_durably(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Reception:
    """What aiosmtpd asks when a mail has come in."""

    def __init__(self, mailbox: _Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        content = envelope.content or b""
        try:
            name = self._mailbox.add(content if isinstance(content, bytes) else content.encode())
        except OSError as error:
            log.error("a mail could not be caught: %s", error)
            return "452 4.3.1 the mailbox cannot be written"
        return f"250 2.0.0 queued as {name.removesuffix('.eml')}"


class _ServerThread:
    """An event loop with an SMTP server in a thread. aiosmtpd's own controller cannot take a free port."""

    def __init__(self, mailbox: _Mailbox, host: str, port: int) -> None:
        self._mailbox, self._host, self._port = mailbox, host, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="caught-mail", daemon=True)
        self._sessions: WeakSet[SMTP] = WeakSet()

    def start(self) -> int:
        self._thread.start()
        try:
            listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
            self._server = listening.result(START_SECONDS)
        except BaseException:
            self._end()
            raise
        return int(self._server.sockets[0].getsockname()[1])

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._protocol, self._host, self._port)

    def _protocol(self) -> Any:
        session = SMTP(
            _Reception(self._mailbox),
            data_size_limit=MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="caught mail",
            loop=self._loop,
        )
        self._sessions.add(session)
        return session

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(START_SECONDS)
        self._end()

    async def _close(self) -> None:
        self._server.close()
        for session in self._sessions:
            if isinstance(session.transport, asyncio.Transport):
                session.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._server.wait_closed()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
