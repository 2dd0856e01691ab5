"""The road out: letters handed to one SMTP server (RFC 5321) over a few connections that are kept.

Whatever the wire does comes back as an `SmtpReply` that says how far the transaction came. The same lost
connection means «try again» before the text went over and «it may have arrived» after, and only we know
which: so the phase is recorded before the text is sent, and kept here beside every command.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import aiosmtplib

from aggregator.model import Letter, Phase, SmtpReply

IDLE_SECONDS = 30.0
"""A connection that rested longer is opened anew: servers close idle ones without a word."""
LETTERS_PER_CONNECTION = 100
TEXT_CHARACTERS = 500

_WIRE_ERRORS = (aiosmtplib.SMTPException, OSError, ValueError)
"""What aiosmtplib raises for a server, a connection (timeouts, TLS) or an address it cannot send."""
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_QUEUE_ID = re.compile(r"\b(?:queued as|queued mail for delivery as|id=)\s*<?([\w.:-]{1,100})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that the server gets (RFC 5321 section 4.5.3.2)."""

    connect: float = 30.0
    """For the connection with its greeting, TLS and login."""
    command: float = 300.0
    text: float = 600.0
    """For the word after the final dot. A shorter one makes duplicates of what a slow server has taken."""


@dataclass(slots=True)
class _Connection:
    client: aiosmtplib.SMTP
    letters: int = 0
    rested_since: float = 0.0


@dataclass(slots=True)
class _Sessions:
    """The connections of one event loop: neither they nor the semaphore outlive it."""

    loop: asyncio.AbstractEventLoop
    free: asyncio.Semaphore
    idle: list[_Connection] = field(default_factory=list)


class SmtpCarrier:
    """`pipeline.Carrier` on aiosmtplib, one server."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: Literal["none", "starttls", "tls"] = "starttls",
        username: str | None = None,
        password: str | None = None,
        local_hostname: str | None = None,
        sessions: int = 5,
        timeouts: Timeouts = Timeouts(),
        accepted: Callable[[str], bool | None] = lambda _: None,
    ) -> None:
        """`sessions`: most connections at once. `accepted`: asks the server's own record for a Message-ID."""
        self._server = f"{host}:{port}"
        self._client = partial(
            aiosmtplib.SMTP,
            hostname=host,
            port=port,
            use_tls=tls == "tls",
            start_tls=tls == "starttls",
            username=username,
            password=password,
            local_hostname=local_hostname,
        )
        self._most = sessions
        self._timeouts = timeouts
        self._accepted = accepted
        self._sessions: _Sessions | None = None

    def was_accepted(self, message_id: str) -> bool | None:
        """Whether the server's record holds this message; None when it keeps none that we can read."""
        return self._accepted(message_id)

    async def send(self, letter: Letter, reach: Callable[[Phase], None]) -> SmtpReply:
        """Send one letter, its bytes unchanged; never raises for what the wire does.

        `reach(Phase.DOT)` is called, and must return, before the text goes over; what it raises goes to the
        caller, and the transaction is given up.
        """
        async with self._session() as sessions:
            while connection := self._rested(sessions):
                reply = await self._transact(connection, letter, reach, sessions)
                if reply.phase is not Phase.MAIL or reply.code not in (None, 421):
                    return reply
                # The server had closed the idle connection, and nothing was said on it: another is asked.
            opened = await self._open()
            if isinstance(opened, SmtpReply):
                return opened
            return await self._transact(opened, letter, reach, sessions)

    async def close(self) -> None:
        """Take leave of the server; to be called before the event loop ends."""
        sessions, self._sessions = self._sessions, None
        for connection in sessions.idle if sessions else ():
            await self._quit(connection.client)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[_Sessions]:
        """A place among the sessions of the running event loop."""
        loop = asyncio.get_running_loop()
        if self._sessions is None or self._sessions.loop is not loop:
            self._sessions = _Sessions(loop, asyncio.Semaphore(self._most))
        sessions = self._sessions
        async with sessions.free:
            yield sessions

    def _rested(self, sessions: _Sessions) -> _Connection | None:
        """An idle connection that is worth a try; the others are closed."""
        while sessions.idle:
            connection = sessions.idle.pop()
            rested = sessions.loop.time() - connection.rested_since
            if connection.client.is_connected and rested < IDLE_SECONDS:
                return connection
            connection.client.close()
        return None

    async def _open(self) -> _Connection | SmtpReply:
        """A connection greeted, encrypted and logged in as configured, its extensions known."""
        client = self._client()
        try:
            async with asyncio.timeout(self._timeouts.connect):
                await client.connect()
                await client.ehlo()
        except _WIRE_ERRORS as error:
            client.close()
            return self._failure(Phase.CONNECT, error)
        except BaseException:
            client.close()
            raise
        return _Connection(client)

    async def _transact(
        self, connection: _Connection, letter: Letter, reach: Callable[[Phase], None], sessions: _Sessions
    ) -> SmtpReply:
        """One mail transaction (RFC 5321 section 3.3); the connection is then kept, or closed."""
        try:
            reply = await self._offer(connection.client, letter)
            if reply is None:
                reach(Phase.DOT)
                reply = await self._hand_over(connection.client, letter)
        except BaseException:
            connection.client.close()
            raise
        await self._keep(connection, sessions, reply)
        return reply

    async def _offer(self, client: aiosmtplib.SMTP, letter: Letter) -> SmtpReply | None:
        """MAIL and RCPT; None when the server wants the text."""
        phase, timeout = Phase.MAIL, self._timeouts.command
        international = not (letter.sender + letter.recipient).isascii()
        if international and not client.supports_extension("smtputf8"):
            return SmtpReply(phase, 550, "5.6.7 the server does not offer SMTPUTF8", "5.6.7", self._server)
        encoding, options = ("utf-8", ["SMTPUTF8"]) if international else ("ascii", [])
        try:
            await client.mail(letter.sender, options=options, encoding=encoding, timeout=timeout)
            phase = Phase.RCPT
            await client.rcpt(letter.recipient, encoding=encoding, timeout=timeout)
        except _WIRE_ERRORS as error:
            return self._failure(phase, error)
        return None

    async def _hand_over(self, client: aiosmtplib.SMTP, letter: Letter) -> SmtpReply:
        """DATA, the text and the final dot. The bytes end in CRLF already: nothing is added to them."""
        try:
            answer = await client.data(letter.content, timeout=self._timeouts.text)
        except _WIRE_ERRORS as error:
            return self._failure(Phase.DOT, error)
        return self._said(Phase.DOT, answer.code, answer.message)

    async def _keep(self, connection: _Connection, sessions: _Sessions, reply: SmtpReply) -> None:
        """Keep the connection for the next letter; after a refusal its transaction is reset first."""
        connection.letters += 1
        client = connection.client
        if reply.code is None or sessions is not self._sessions:
            client.close()
        elif connection.letters >= LETTERS_PER_CONNECTION:
            await self._quit(client)
        elif reply.code < 400 or await self._was_reset(client):
            connection.rested_since = sessions.loop.time()
            sessions.idle.append(connection)

    async def _was_reset(self, client: aiosmtplib.SMTP) -> bool:
        try:
            await client.rset(timeout=self._timeouts.connect)
        except _WIRE_ERRORS:
            client.close()
            return False
        return True

    async def _quit(self, client: aiosmtplib.SMTP) -> None:
        with contextlib.suppress(*_WIRE_ERRORS):
            await client.quit(timeout=self._timeouts.connect)
        client.close()

    def _failure(self, phase: Phase, error: Exception) -> SmtpReply:
        code = error.code if isinstance(error, aiosmtplib.SMTPResponseException) else None
        if code is None or not 200 <= code <= 599:
            text = f"{type(error).__name__}: {error}".rstrip(": ")
            return SmtpReply(phase, None, text[:TEXT_CHARACTERS], server=self._server)
        message = error.message if isinstance(error, aiosmtplib.SMTPException) else ""
        return self._said(phase, code, message)

    def _said(self, phase: Phase, code: int, message: str) -> SmtpReply:
        enhanced = _ENHANCED.match(message)
        queue_id = _QUEUE_ID.search(message)
        return SmtpReply(
            phase=phase,
            code=code,
            text=" ".join(message.split())[:TEXT_CHARACTERS],
            enhanced=enhanced[1] if enhanced else "",
            server=self._server,
            queue_id=queue_id[1] if queue_id else "",
        )
