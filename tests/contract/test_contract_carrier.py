"""What every road for letters must do: say how far it came, and mark the dot before the text goes over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from aggregator.model import Letter, Phase, SmtpReply
from aggregator.newsletter.smtp import SmtpCarrier, Timeouts
from aggregator.pipeline import Carrier
from tests.fakes import FakeCarrier
from tests.installation import free_port

LETTER = b"From: desk@example.org\r\nTo: ann@example.org\r\nSubject: News\r\n\r\nHello.\r\n"
REFUSED, DEFERRED, LOST = "refused@example.org", "deferred@example.org", "lost@example.org"


@dataclass
class ScriptedServer:
    """A real SMTP server that refuses, defers, or hangs up after the dot, by recipient."""

    accepted: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address == REFUSED:
            return "550 5.1.1 no such user"
        if address == DEFERRED:
            return "451 4.7.1 try later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if envelope.rcpt_tos == [LOST]:
            server.transport.abort()
            await asyncio.sleep(0)
        self.accepted.append(envelope.content)
        return "250 2.0.0 queued as ABC123"


@pytest.fixture(params=["fake", "smtp"])
async def carrier(request: pytest.FixtureRequest) -> AsyncIterator[Carrier]:
    if request.param == "fake":
        yield FakeCarrier(
            {
                REFUSED: SmtpReply(Phase.RCPT, 550, "5.1.1 no such user", "5.1.1"),
                DEFERRED: SmtpReply(Phase.RCPT, 451, "4.7.1 try later", "4.7.1"),
                LOST: SmtpReply(Phase.DOT, None, "connection lost"),
            }
        )
        return
    port = free_port()
    controller = Controller(ScriptedServer(), hostname="127.0.0.1", port=port)
    controller.start()
    road = SmtpCarrier("127.0.0.1", port, tls="none", timeouts=Timeouts(5, 5, 5))
    yield road
    await road.close()
    controller.stop()


async def send(carrier: Carrier, recipient: str) -> tuple[SmtpReply, list[Phase]]:
    reached: list[Phase] = []

    async def reach(phase: Phase) -> None:
        reached.append(phase)

    reply = await carrier.send(Letter("desk@example.org", recipient, LETTER), reach)
    return reply, reached


async def test_an_accepted_letter_passed_the_dot(carrier: Carrier) -> None:
    reply, reached = await send(carrier, "ann@example.org")
    assert (reply.phase, reply.code, reached) == (Phase.DOT, 250, [Phase.DOT])


@pytest.mark.parametrize(
    ("recipient", "code", "enhanced"), [(REFUSED, 550, "5.1.1"), (DEFERRED, 451, "4.7.1")]
)
async def test_a_refused_recipient_never_comes_to_the_dot(
    carrier: Carrier, recipient: str, code: int, enhanced: str
) -> None:
    reply, reached = await send(carrier, recipient)
    assert (reply.phase, reply.code, reply.enhanced, reached) == (Phase.RCPT, code, enhanced, [])


async def test_a_connection_lost_after_the_dot_has_no_code_and_says_so(carrier: Carrier) -> None:
    reply, reached = await send(carrier, LOST)
    assert (reply.phase, reply.code, reached) == (Phase.DOT, None, [Phase.DOT])


async def test_one_bad_letter_does_not_stop_the_next(carrier: Carrier) -> None:
    for recipient in (REFUSED, LOST, DEFERRED):
        await send(carrier, recipient)
    reply, _ = await send(carrier, "ann@example.org")
    assert reply.code == 250


async def test_what_marking_the_dot_raises_keeps_the_letter_here(carrier: Carrier) -> None:
    async def fails(phase: Phase) -> None:
        raise RuntimeError("the ledger does not answer")

    with pytest.raises(RuntimeError, match="ledger"):
        await carrier.send(Letter("desk@example.org", "ann@example.org", LETTER), fails)
