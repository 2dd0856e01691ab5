"""The wire: which commands go together, and what becomes of words that fit no command."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from aggregator.model import Letter, Phase, SmtpReply
from aggregator.newsletter import replies
from aggregator.newsletter.smtp import SmtpCarrier, Timeouts

LETTER = Letter("desk@example.org", "ann@example.net", b"Subject: x\r\n\r\n.dot\r\nend\r\n")


async def ignore(phase: Phase) -> None:
    pass


@dataclass
class Script:
    """A server that answers each segment it reads with the next of its lines; None hangs up."""

    answers: Sequence[bytes | None]
    heard: list[bytes] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        for answer in self.answers:
            said = await reader.read(65536)
            while said and self.heard and self.heard[-1] == b"DATA\r\n" and not said.endswith(b"\r\n.\r\n"):
                said += await reader.read(65536)
            self.heard.append(said)
            if answer is None or not said:
                break
            writer.write(answer)
        else:
            if await reader.read(65536):
                writer.write(b"221 bye\r\n")
        writer.close()


@asynccontextmanager
async def talking(script: Script, **options: ssl.SSLContext) -> AsyncIterator[int]:
    server = await asyncio.start_server(script.talk, "127.0.0.1", 0, **options)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)


async def sent(script: Script, letters: int = 1) -> list[SmtpReply]:
    async with talking(script) as port:
        carrier = SmtpCarrier("127.0.0.1", port, tls="none", timeouts=Timeouts(2, 2, 2))
        replies = [await carrier.send(LETTER, ignore) for _ in range(letters)]
        await carrier.close()
        return replies


async def refused_session(script: Script, **options: object) -> SmtpReply:
    """How a server answers with which no session is opened, as configured."""
    async with talking(script) as port:
        said = {"tls": "none", "timeouts": Timeouts(2, 2, 2), **options}
        return await SmtpCarrier("127.0.0.1", port, **said).send(LETTER, ignore)  # type: ignore[arg-type]


HELLO = b"250-here\r\n250 PIPELINING\r\n"
FINE = (b"250 ok\r\n250 ok\r\n", b"354 go\r\n", b"250 2.0.0 taken\r\n")


async def test_mail_and_rcpt_go_together_and_data_waits_for_their_answers() -> None:
    script = Script([HELLO, *FINE])
    assert [reply.code for reply in await sent(script)] == [250]
    assert script.heard[1:] == [
        b"MAIL FROM:<desk@example.org>\r\nRCPT TO:<ann@example.net>\r\n",
        b"DATA\r\n",
        b"Subject: x\r\n\r\n..dot\r\nend\r\n.\r\n",
    ]


async def test_a_server_that_can_is_asked_to_tell_of_failures_alone() -> None:
    script = Script([b"250-here\r\n250-PIPELINING\r\n250 DSN\r\n", *FINE])
    await sent(script)
    assert script.heard[1] == (
        b"MAIL FROM:<desk@example.org> RET=HDRS\r\nRCPT TO:<ann@example.net> NOTIFY=FAILURE\r\n"
    )


async def test_an_answer_to_rcpt_after_a_refused_sender_is_not_taken_for_the_next_ones() -> None:
    refused = (b"550 5.7.1 no\r\n503 first\r\n", b"250 reset\r\n")
    first, second = await sent(Script([HELLO, *refused, *FINE]), 2)
    assert (first.phase, first.code) == (Phase.MAIL, 550)
    assert (second.phase, second.code) == (Phase.DOT, 250)


@pytest.mark.parametrize(
    ("answers", "phase", "code"),
    [
        ([b"250 ok\r\n250 ok\r\n", None], Phase.RCPT, None),
        ([b"250 ok\r\n250 ok\r\n", b"250 what\r\n"], Phase.RCPT, None),
        ([b"250 ok\r\n250 ok\r\n", b"451 4.3.0 later\r\n"], Phase.DOT, 451),
        ([b"250 ok\r\n250 ok\r\n", b"354 go\r\n", b"354 again\r\n"], Phase.DOT, None),
        ([b"250 ok\r\n250 ok\r\n", b"354 go\r\n", None], Phase.DOT, None),
        ([b"hello\r\n"], Phase.MAIL, None),
        ([b"250-" + b"x" * 40_000 + b"\r\n"], Phase.MAIL, None),
        ([b"421 4.3.2 closing\r\n"], Phase.MAIL, 421),
    ],
)
async def test_how_far_it_came_is_known_whatever_a_server_says(
    answers: list[bytes | None], phase: Phase, code: int | None
) -> None:
    (reply,) = await sent(Script([HELLO, *answers]))
    assert (reply.phase, reply.code) == (phase, code)


async def test_after_an_answer_that_fits_no_command_the_next_letter_begins_anew() -> None:
    script = Script([HELLO, b"354 what\r\n250 ok\r\n", b"250 reset\r\n", *FINE])
    first, second = await sent(script, 2)
    assert (first.phase, first.code) == (Phase.MAIL, 354)
    assert script.heard[2] == b"RSET\r\n"
    assert (second.phase, second.code) == (Phase.DOT, 250)


async def test_a_server_that_closes_after_some_letters_loses_none() -> None:
    script = Script([HELLO, *FINE, b"421 4.7.0 enough for one session\r\n"])
    assert [reply.code for reply in await sent(script, 3)] == [250, 250, 250]
    assert sum(one.startswith(b"EHLO") for one in script.heard) == 3


async def test_a_server_that_speaks_unasked_is_left() -> None:
    script = Script([HELLO, *FINE[:2], b"250 taken\r\n421 I am closing\r\n", HELLO, *FINE])
    first, second = await sent(script, 2)
    assert first.code == 250
    assert (second.phase, second.code) != (Phase.MAIL, 421)


@pytest.mark.parametrize(
    ("sender", "recipient", "phase"),
    [
        ("desk@example.org", "ann@example.net>\r\nRCPT TO:<all@example.net", Phase.RCPT),
        ("a\nb@example.org", "ann@example.net", Phase.MAIL),
    ],
)
async def test_no_address_becomes_a_command(sender: str, recipient: str, phase: Phase) -> None:
    reply = await SmtpCarrier("127.0.0.1", 9).send(Letter(sender, recipient, b""), ignore)
    assert (reply.phase, reply.code, reply.enhanced) == (phase, 501, "5.1.3")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for 127.0.0.1, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    began = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    return path


async def test_letters_go_over_tls(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    script = Script([HELLO, *FINE, FINE[0], FINE[1], FINE[2], b"221 bye\r\n"])
    async with talking(script, ssl=context) as port:
        carrier = SmtpCarrier("127.0.0.1", port, tls="tls", timeouts=Timeouts(2, 2, 2))
        replies = [await carrier.send(LETTER, ignore) for _ in range(2)]
        await carrier.close()
    assert [reply.code for reply in replies] == [250, 250], replies
    assert script.heard[-1] == b"QUIT\r\n"


@pytest.fixture
def offering(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for_rests_the_server_and_is_told(
    monkeypatch: pytest.MonkeyPatch, certificate: Path, offering: ssl.SSLContext, tls: str, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    kept: list[bytes] = []

    class Keeping:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            kept.append(envelope.content or b"")
            return "250 2.0.0 Ok"

    loop = asyncio.get_running_loop()
    by_itself = {"tls_context": offering} if tls == "starttls" else {}
    server = await loop.create_server(
        lambda: SMTP(Keeping(), hostname="localhost", loop=loop, **by_itself),
        *("127.0.0.1", 0),
        ssl=None if by_itself else offering,
    )
    port = server.sockets[0].getsockname()[1]
    carrier = SmtpCarrier("127.0.0.1", port, tls=tls, timeouts=Timeouts(2, 2, 2))  # type: ignore[arg-type]
    reply = await carrier.send(LETTER, ignore)
    await carrier.close()
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.01)
    if trusted:
        assert (reply.phase, reply.code, kept) == (Phase.DOT, 250, [LETTER.content])
        return
    assert (reply.phase, reply.code, kept) == (Phase.CONNECT, None, [])
    settlement = replies.settle(reply, attempts=0, now=datetime.now(UTC))
    assert replies.is_configuration(settlement.reason), settlement.reason
    assert "CERTIFICATE_VERIFY_FAILED" in settlement.reason
    assert not settlement.counts


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"tls": "starttls"}, "STARTTLS extension not supported"),
        ({"username": "news", "password": "x"}, "AUTH extension is not supported"),
    ],
)
async def test_what_the_server_does_not_offer_needs_the_operator(options: dict[str, str], says: str) -> None:
    reply = await refused_session(Script([HELLO, HELLO]), **options)
    settlement = replies.settle(reply, attempts=0, now=datetime.now(UTC))
    assert replies.is_configuration(settlement.reason), settlement.reason
    assert says in settlement.reason
    assert not settlement.counts
