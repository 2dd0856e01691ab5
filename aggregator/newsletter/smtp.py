"""The road out: letters handed to one SMTP server (RFC 5321) over a few connections that are kept.

Whatever the wire does comes back as an `SmtpReply` that says how far the transaction came. The same lost
connection means «try again» before the text went over and «it may have arrived» after, and only we know
which: so the phase is recorded before the text is sent, and kept here beside every command. aiosmtplib opens
a connection, with TLS and login; `smtp_wire` speaks on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import aiosmtplib

from aggregator.model import Letter, Phase, SmtpReply
from aggregator.newsletter.smtp_wire import Reply, Wire, WireError, envelope, transparent

IDLE_SECONDS = 30.0
"""A connection that rested longer is opened anew: servers close idle ones without a word."""
LETTERS_PER_CONNECTION = 100
TEXT_CHARACTERS = 500

Reach = Callable[[Phase], Awaitable[None]]
"""Records that a letter reached a phase; durable when it returns."""

UNTRUSTED = "4.7.0"
"""Enhanced status, by RFC 3463, of a server with which TLS or login as configured cannot be agreed on."""

_OPENING_ERRORS = (aiosmtplib.SMTPException, OSError, ValueError)
"""What aiosmtplib raises for a server or a connection (timeouts, TLS)."""
_UNFIT = re.compile(r"[\x00-\x1f\x7f<>]")
"""What cannot stand in an address on the wire."""
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
    wire: Wire
    extensions: frozenset[str] = frozenset()
    """Those that we use, of those that the server offers."""
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

    @property
    def server(self) -> str:
        """`host:port`, as replies and pauses name it."""
        return self._server

    def was_accepted(self, message_id: str) -> bool | None:
        """Whether the server's record holds this message; None when it keeps none that we can read."""
        return self._accepted(message_id)

    async def send(self, letter: Letter, reach: Reach) -> SmtpReply:
        """Send one letter, its bytes unchanged; never raises for what the wire does.

        `reach(Phase.DOT)` is called, and must return, before the text goes over; what it raises goes to the
        caller, and the transaction is given up.
        """
        for phase, address in ((Phase.MAIL, letter.sender), (Phase.RCPT, letter.recipient)):
            if _UNFIT.search(address):
                return SmtpReply(phase, 501, "5.1.3 it cannot stand in a command", "5.1.3", self._server)
        sessions = self._of_this_loop()
        async with sessions.free:
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
            await self._quit(connection.wire)

    def _of_this_loop(self) -> _Sessions:
        loop = asyncio.get_running_loop()
        if self._sessions is None or self._sessions.loop is not loop:
            self._sessions = _Sessions(loop, asyncio.Semaphore(self._most))
        return self._sessions

    def _rested(self, sessions: _Sessions) -> _Connection | None:
        """An idle connection that is worth a try; the others are closed."""
        while sessions.idle:
            connection = sessions.idle.pop()
            rested = sessions.loop.time() - connection.rested_since
            if connection.wire.is_open and rested < IDLE_SECONDS:
                return connection
            connection.wire.close()
        return None

    async def _open(self) -> _Connection | SmtpReply:
        """A connection greeted, encrypted and logged in as configured, its extensions known."""
        client = self._client()
        try:
            async with asyncio.timeout(self._timeouts.connect):
                await client.connect()
                await client.ehlo()
        except _OPENING_ERRORS as error:
            client.close()
            return self._not_opened(error)
        except BaseException:
            client.close()
            raise
        offered = filter(client.supports_extension, ("pipelining", "smtputf8", "dsn"))
        if not isinstance(client.transport, asyncio.Transport):
            client.close()
            return SmtpReply(Phase.CONNECT, None, "the connection was lost", server=self._server)
        return _Connection(Wire(client.transport), frozenset(offered))

    async def _transact(
        self, connection: _Connection, letter: Letter, reach: Reach, sessions: _Sessions
    ) -> SmtpReply:
        """One mail transaction (RFC 5321 section 3.3); the connection is then kept, or closed."""
        try:
            reply = await self._offer(connection, letter)
            if reply is None:
                await reach(Phase.DOT)
                reply = await self._hand_over(connection.wire, letter)
        except BaseException:
            connection.wire.close()
            raise
        await self._keep(connection, sessions, reply)
        return reply

    async def _offer(self, connection: _Connection, letter: Letter) -> SmtpReply | None:
        """MAIL and RCPT, together where the server lets us; None when it wants the text."""
        wire, extensions = connection.wire, connection.extensions
        international = not (letter.sender + letter.recipient).isascii()
        if international and "smtputf8" not in extensions:
            said = "5.6.7 the server does not offer SMTPUTF8"
            return SmtpReply(Phase.MAIL, 550, said, "5.6.7", self._server)
        mail, rcpt = envelope(letter, international=international, tells="dsn" in extensions)
        together = "pipelining" in extensions
        phase = Phase.MAIL
        try:
            wire.send(mail + rcpt if together else mail, 2 if together else 1)
            reply = await wire.reply(self._timeouts.command)
            if reply.code >= 300:
                if together and reply.code != 421:
                    with contextlib.suppress(WireError):
                        await wire.reply(self._timeouts.command)  # to RCPT, which means nothing now
                return self._said(phase, reply)
            phase = Phase.RCPT
            if not together:
                wire.send(rcpt)
            reply = await wire.reply(self._timeouts.command)
        except WireError as error:
            return self._lost(phase, error)
        return self._said(phase, reply) if reply.code >= 300 else None

    async def _hand_over(self, wire: Wire, letter: Letter) -> SmtpReply:
        """DATA, the text and the final dot. The text is not sent before the server asks for it."""
        try:
            wire.send(b"DATA\r\n")
            reply = await wire.reply(self._timeouts.command)
        except WireError as error:
            return self._lost(Phase.RCPT, error)
        if reply.code < 400 and reply.code != 354:
            wire.close()
            return self._lost(Phase.RCPT, WireError(f"the server said {reply.code} to DATA"))
        if reply.code == 354:
            try:
                wire.send(transparent(letter.content))
                reply = await wire.reply(self._timeouts.text)
            except WireError as error:
                return self._lost(Phase.DOT, error)
        return self._said(Phase.DOT, reply)

    async def _keep(self, connection: _Connection, sessions: _Sessions, reply: SmtpReply) -> None:
        """Keep the connection for the next letter; after a refusal its transaction is reset first."""
        connection.letters += 1
        wire = connection.wire
        if reply.code in (None, 421) or sessions is not self._sessions:
            wire.close()
        elif connection.letters >= LETTERS_PER_CONNECTION:
            await self._quit(wire)
        elif reply.code < 300 or await self._was_reset(wire):
            connection.rested_since = sessions.loop.time()
            sessions.idle.append(connection)

    async def _was_reset(self, wire: Wire) -> bool:
        try:
            wire.send(b"RSET\r\n")
            if (await wire.reply(self._timeouts.connect)).code < 300:
                return True
        except WireError:
            return False
        wire.close()
        return False

    async def _quit(self, wire: Wire) -> None:
        with contextlib.suppress(WireError):
            wire.send(b"QUIT\r\n")
            await wire.reply(self._timeouts.connect)
        wire.close()

    def _not_opened(self, error: Exception) -> SmtpReply:
        if isinstance(error, aiosmtplib.SMTPResponseException) and 200 <= error.code <= 599:
            return self._said(Phase.CONNECT, Reply(error.code, error.message))
        lost = self._lost(Phase.CONNECT, error, f"{type(error).__name__}: ")
        return replace(lost, enhanced=UNTRUSTED) if _is_untrusted(error) else lost

    def _lost(self, phase: Phase, error: Exception, kind: str = "") -> SmtpReply:
        text = f"{kind}{error}".rstrip(": ")
        return SmtpReply(phase, None, text[:TEXT_CHARACTERS], server=self._server)

    def _said(self, phase: Phase, reply: Reply) -> SmtpReply:
        if phase is Phase.DOT and 300 <= reply.code < 400:  # neither yes nor no
            return self._lost(phase, WireError(f"the server said {reply.code} to the text"))
        enhanced = _ENHANCED.match(reply.text)
        queue_id = _QUEUE_ID.search(reply.text)
        return SmtpReply(
            phase=phase,
            code=reply.code,
            text=" ".join(reply.text.split())[:TEXT_CHARACTERS],
            enhanced=enhanced[1] if enhanced else "",
            server=self._server,
            queue_id=queue_id[1] if queue_id else "",
        )


def _is_untrusted(error: Exception) -> bool:
    """Whether it is the certificate, or no TLS or login is offered: no later try will find it otherwise."""
    because = (error, error.__cause__, error.__context__)
    refuses = type(error) is aiosmtplib.SMTPException and "not supported" in str(error)
    return refuses or any(isinstance(one, ssl.SSLCertVerificationError) for one in because)
