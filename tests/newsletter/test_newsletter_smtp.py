"""The carrier against a real SMTP server that misbehaves by script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from aggregator.model import Letter, Phase, SmtpReply
from aggregator.newsletter import smtp
from aggregator.newsletter.catcher import Catcher
from aggregator.newsletter.smtp import SmtpCarrier, Timeouts

LETTER = Letter(
    sender="digest@example.org",
    recipient="reader@example.net",
    content=b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\n.a leading dot\r\n..two\r\nend\r\n",
)


def hang_up(session: SMTP) -> None:
    if isinstance(session.transport, asyncio.Transport):
        session.transport.abort()


@dataclass
class Scripted:
    """An SMTP server's part: says what it is told to and remembers what it was given."""

    mail: str | None = None
    rcpt: str | None = None
    text: str = "250 2.0.0 Ok: queued as 4F2A"
    drop_at: str = ""
    hang: bool = False
    contents: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    sessions: list[SMTP] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def _drop(self, server: SMTP, at: str) -> None:
        if self.drop_at == at:
            hang_up(server)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.events.append("MAIL")
        self._drop(server, "mail")
        if self.mail is None:
            envelope.mail_from = address
        return self.mail or "250 2.1.0 Ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.events.append("RCPT")
        self._drop(server, "rcpt")
        if self.rcpt is None:
            envelope.rcpt_tos.append(address)
        return self.rcpt or "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.events.append("DATA")
        assert isinstance(envelope.content, bytes)
        self.contents.append(envelope.content)
        self.recipients.extend(envelope.rcpt_tos)
        self._drop(server, "dot")
        self.reached.set()
        if self.hang:
            await asyncio.Event().wait()
        return self.text


@asynccontextmanager
async def serving(script: Scripted, **options: Any) -> AsyncIterator[int]:
    """The script as a server on loopback; yields its port."""
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        session = SMTP(script, hostname="localhost", loop=loop, **options)
        script.sessions.append(session)
        return session

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for session in script.sessions:
            hang_up(session)
        await asyncio.sleep(0)
        await server.wait_closed()


@asynccontextmanager
async def carrier_to(
    script: Scripted, *, server: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[SmtpCarrier]:
    async with serving(script, **(server or {})) as port:
        carrier = SmtpCarrier("127.0.0.1", port, **{"tls": "none", **options})
        try:
            yield carrier
        finally:
            await carrier.close()


async def ignore(phase: Phase) -> None:
    pass


async def test_a_letter_arrives_byte_for_byte() -> None:
    async with carrier_to(script := Scripted()) as carrier:
        reply = await carrier.send(LETTER, ignore)
    assert script.contents == [LETTER.content]
    assert script.recipients == ["reader@example.net"]
    assert (reply.phase, reply.code, reply.enhanced, reply.queue_id) == (Phase.DOT, 250, "2.0.0", "4F2A")
    assert reply.server.startswith("127.0.0.1:")


async def test_the_dot_is_on_record_before_the_text_goes_over() -> None:
    script = Scripted()

    async def reach(phase: Phase) -> None:
        script.events.append(phase.value)

    async with carrier_to(script) as carrier:
        await carrier.send(LETTER, reach)
    assert script.events == ["MAIL", "RCPT", "dot", "DATA"]


async def test_when_the_dot_cannot_be_recorded_the_text_stays_here() -> None:
    async def full_disk(phase: Phase) -> None:
        raise OSError("no space left")

    script = Scripted()
    async with carrier_to(script) as carrier:
        with pytest.raises(OSError, match="no space left"):
            await carrier.send(LETTER, full_disk)
        assert script.contents == []
        assert (await carrier.send(LETTER, ignore)).code == 250


@pytest.mark.parametrize(
    ("script", "phase", "code", "enhanced"),
    [
        (Scripted(mail="550 5.7.1 sender refused"), Phase.MAIL, 550, "5.7.1"),
        (Scripted(rcpt="450 4.2.0 greylisted"), Phase.RCPT, 450, "4.2.0"),
        (Scripted(rcpt="550 5.1.1 no such user"), Phase.RCPT, 550, "5.1.1"),
        (Scripted(rcpt="550 no such user"), Phase.RCPT, 550, ""),
        (Scripted(text="554 5.7.1 spam"), Phase.DOT, 554, "5.7.1"),
        (Scripted(text="451 4.3.0 later"), Phase.DOT, 451, "4.3.0"),
    ],
)
async def test_a_refusal_tells_phase_and_codes_and_the_connection_goes_on(
    script: Scripted, phase: Phase, code: int, enhanced: str
) -> None:
    reached: list[Phase] = []

    async def reach(at: Phase) -> None:
        reached.append(at)

    async with carrier_to(script) as carrier:
        reply = await carrier.send(LETTER, reach)
        assert (reply.phase, reply.code, reply.enhanced) == (phase, code, enhanced)
        assert reached == ([Phase.DOT] if phase is Phase.DOT else [])
        script.mail, script.rcpt, script.text = None, None, "250 Ok"
        assert (await carrier.send(LETTER, ignore)).code == 250
    assert len(script.sessions) == 1


@pytest.mark.parametrize(
    ("drop_at", "phase"), [("mail", Phase.MAIL), ("rcpt", Phase.RCPT), ("dot", Phase.DOT)]
)
async def test_a_lost_connection_tells_how_far_it_came(drop_at: str, phase: Phase) -> None:
    script = Scripted(drop_at=drop_at)
    async with carrier_to(script) as carrier:
        reply = await carrier.send(LETTER, ignore)
        assert (reply.phase, reply.code) == (phase, None)
        assert reply.text
        script.drop_at = ""
        assert (await carrier.send(LETTER, ignore)).code == 250
    assert len(script.sessions) == 2


async def test_a_server_that_says_421_and_closes_is_asked_on_a_new_connection_next_time() -> None:
    class Closing(Scripted):
        async def handle_RCPT(self, server: SMTP, *args: Any) -> str:
            answer = await super().handle_RCPT(server, *args)
            if answer.startswith("421"):
                asyncio.get_running_loop().call_soon(hang_up, server)
            return answer

    script = Closing(rcpt="421 4.3.2 shutting down")
    async with carrier_to(script) as carrier:
        reply = await carrier.send(LETTER, ignore)
        assert (reply.phase, reply.code) == (Phase.RCPT, 421)
        script.rcpt = None
        assert (await carrier.send(LETTER, ignore)).code == 250


async def test_a_silence_after_the_dot_is_told_as_such() -> None:
    async with carrier_to(Scripted(hang=True), timeouts=Timeouts(text=0.2)) as carrier:
        reply = await carrier.send(LETTER, ignore)
    assert (reply.phase, reply.code) == (Phase.DOT, None)
    assert "Timeout" in reply.text


@asynccontextmanager
async def mute_server(greeting: bytes = b"") -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A server that says no more than its greeting; the event tells that it was spoken to."""
    spoken_to, gone = asyncio.Event(), asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.readline()
        spoken_to.set()
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], spoken_to
    await gone.wait()
    server.close()
    await server.wait_closed()


async def test_a_server_that_never_greets_is_given_up() -> None:
    async with mute_server() as (port, _):
        carrier = SmtpCarrier("127.0.0.1", port, tls="none", timeouts=Timeouts(connect=0.2))
        reply = await carrier.send(LETTER, ignore)
    assert (reply.phase, reply.code) == (Phase.CONNECT, None)


async def test_a_letter_that_is_cancelled_while_connecting_leaves_nothing_open() -> None:
    async with mute_server(b"220 mute\r\n") as (port, spoken_to):
        task = asyncio.create_task(SmtpCarrier("127.0.0.1", port, tls="none").send(LETTER, ignore))
        await spoken_to.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_server_that_is_not_there_is_told_without_raising() -> None:
    async with serving(Scripted()) as port:
        pass
    reply = await SmtpCarrier("127.0.0.1", port, tls="none").send(LETTER, ignore)
    assert (reply.phase, reply.code, reply.server) == (Phase.CONNECT, None, f"127.0.0.1:{port}")


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_without_the_tls_that_is_asked_for_nothing_is_sent(tls: str) -> None:
    script = Scripted()
    async with carrier_to(script, tls=tls, timeouts=Timeouts(connect=2)) as carrier:
        reply = await carrier.send(LETTER, ignore)
    assert (reply.phase, reply.code) == (Phase.CONNECT, None)
    assert script.events == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(
    ("password", "phase", "code"), [("right", Phase.DOT, 250), ("wrong", Phase.CONNECT, 535)]
)
async def test_a_login_is_tried_before_any_mail(password: str, phase: Phase, code: int) -> None:
    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == b"right", handled=False)

    server = {"authenticator": authenticate, "auth_require_tls": False, "auth_required": True}
    async with carrier_to(Scripted(), server=server, username="digest", password=password) as carrier:
        reply = await carrier.send(LETTER, ignore)
    assert (reply.phase, reply.code) == (phase, code)


async def test_letters_share_a_few_connections() -> None:
    script = Scripted()
    async with carrier_to(script, sessions=2) as carrier:
        replies = await asyncio.gather(*(carrier.send(LETTER, ignore) for _ in range(8)))
        assert [reply.code for reply in replies] == [250] * 8
        assert len(script.sessions) == 2


async def test_a_connection_that_the_server_closed_while_idle_is_replaced_unnoticed() -> None:
    script = Scripted()
    async with carrier_to(script) as carrier:
        await carrier.send(LETTER, ignore)
        hang_up(script.sessions[0])
        assert (await carrier.send(LETTER, ignore)).code == 250
    assert len(script.sessions) == 2


async def test_a_421_on_a_rested_connection_counts_only_if_a_new_one_says_it_too() -> None:
    script = Scripted()
    async with carrier_to(script) as carrier:
        await carrier.send(LETTER, ignore)
        script.mail = "421 4.4.2 idle too long"
        reply = await carrier.send(LETTER, ignore)
    assert (reply.phase, reply.code) == (Phase.MAIL, 421)
    assert len(script.sessions) == 2


@pytest.mark.parametrize(("name", "value"), [("IDLE_SECONDS", -1.0), ("LETTERS_PER_CONNECTION", 1)])
async def test_a_connection_is_not_kept_for_ever(
    monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    monkeypatch.setattr(smtp, name, value)
    script = Scripted()
    async with carrier_to(script) as carrier:
        for _ in range(2):
            assert (await carrier.send(LETTER, ignore)).code == 250
    assert len(script.sessions) == 2


@pytest.mark.parametrize("offered", [True, False])
async def test_an_international_address_goes_only_where_smtputf8_is_offered(offered: bool) -> None:
    script = Scripted()
    letter = replace(LETTER, recipient="айгүл@example.kz")
    async with carrier_to(script, server={"enable_SMTPUTF8": offered}) as carrier:
        reply = await carrier.send(letter, ignore)
        assert (await carrier.send(LETTER, ignore)).code == 250
    assert script.recipients[:-1] == (["айгүл@example.kz"] if offered else [])
    assert (reply.code, reply.enhanced) == ((250, "2.0.0") if offered else (550, "5.6.7"))


async def test_a_letter_that_is_cancelled_takes_its_connection_along() -> None:
    script = Scripted(hang=True)
    async with carrier_to(script) as carrier:
        task = asyncio.create_task(carrier.send(LETTER, ignore))
        await script.reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        script.hang = False
        assert (await carrier.send(LETTER, ignore)).code == 250
    assert len(script.sessions) == 2


@pytest.mark.parametrize(
    ("said", "queue_id"),
    [
        ("250 2.0.0 Ok: queued as 4F2A", "4F2A"),
        ("250 OK id=1tAbCd-0001Ab-2X", "1tAbCd-0001Ab-2X"),
        ("250 2.0.0 OK", ""),
    ],
)
async def test_the_servers_name_for_the_mail_is_kept(said: str, queue_id: str) -> None:
    async with carrier_to(Scripted(text=said)) as carrier:
        assert (await carrier.send(LETTER, ignore)).queue_id == queue_id


async def test_what_a_server_says_is_kept_within_bounds() -> None:
    async with carrier_to(Scripted(rcpt="550 " + "no " * 1000)) as carrier:
        assert len((await carrier.send(LETTER, ignore)).text) == smtp.TEXT_CHARACTERS


def test_a_carrier_outlives_an_event_loop(tmp_path: Path) -> None:
    catcher = Catcher(tmp_path)
    catcher.start()
    try:
        carrier = SmtpCarrier(catcher.host, catcher.port, tls="none", accepted=catcher.holds)

        async def send_and_leave() -> SmtpReply:
            reply = await carrier.send(LETTER, ignore)
            await carrier.close()
            return reply

        assert [asyncio.run(send_and_leave()).code for _ in range(2)] == [250, 250]
    finally:
        catcher.stop()
    assert carrier.was_accepted("1@example.org") is True
    assert carrier.was_accepted("2@example.org") is False
    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_without_a_record_nothing_is_known_of_a_lost_letter() -> None:
    assert SmtpCarrier("127.0.0.1", 25).was_accepted("1@example.org") is None


async def test_a_batch_over_the_catcher_arrives_whole(tmp_path: Path) -> None:
    catcher = Catcher(tmp_path)
    catcher.start()
    carrier = SmtpCarrier(catcher.host, catcher.port, tls="none", sessions=3)
    try:
        make: Callable[[int], Letter] = lambda n: replace(  # noqa: E731
            LETTER, content=f"Message-ID: <{n}@example.org>\r\n\r\n{n}\r\n".encode()
        )
        replies = await asyncio.gather(*(carrier.send(make(n), ignore) for n in range(20)))
    finally:
        await carrier.close()
        catcher.stop()
    assert {reply.code for reply in replies} == {250}
    assert all(catcher.holds(f"{n}@example.org") for n in range(20))
    assert all((tmp_path / f"{reply.queue_id}.eml").exists() for reply in replies)
