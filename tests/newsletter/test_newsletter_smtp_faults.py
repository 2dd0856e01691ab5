"""The road out against a server that breaks in every way: how far each letter came is always told right."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from aggregator.model import Letter, Phase, SmtpReply
from aggregator.newsletter.smtp import SmtpCarrier
from tests.faulty_smtp import TROUBLE, Fate, Faults, FaultySmtp

LETTER = Letter(
    sender="digest@example.org",
    recipient="reader@example.net",
    content=b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\n.a leading dot\r\n..two\r\nend\r\n"
    + b"x" * 9_000
    + b"\r\n",
)
ENDS: dict[Fate, tuple[Phase, int | None]] = {
    Fate.TAKEN: (Phase.DOT, 250),
    Fate.SLOW: (Phase.DOT, 250),
    Fate.GREYLISTED: (Phase.RCPT, 450),
    Fate.MAILBOX_FULL: (Phase.RCPT, 452),
    Fate.TOO_MANY: (Phase.RCPT, 452),
    Fate.NO_SUCH_USER: (Phase.RCPT, 550),
    Fate.CLOSING: (Phase.RCPT, 421),
    Fate.HUNG_UP: (Phase.RCPT, None),
    Fate.CUT: (Phase.DOT, None),
    Fate.LOST: (Phase.DOT, None),
    Fate.SILENT: (Phase.DOT, None),
    Fate.REFUSED: (Phase.DOT, 451),
    Fate.CLOSING_LATE: (Phase.DOT, 421),
}


async def _send(server: FaultySmtp, *letters: Letter) -> tuple[list[SmtpReply], list[Phase]]:
    reached: list[Phase] = []

    async def reach(phase: Phase) -> None:
        reached.append(phase)

    carrier = SmtpCarrier("127.0.0.1", server.port, tls="none", sessions=3)
    try:
        return list(await asyncio.gather(*(carrier.send(letter, reach) for letter in letters))), reached
    finally:
        await carrier.close()


@pytest.mark.parametrize("fate", ENDS)
async def test_how_far_a_letter_came_is_told_whatever_the_server_does(fate: Fate) -> None:
    faults = Faults(trouble={fate: 1.0}, missing=float(fate is Fate.NO_SUCH_USER), late=0.01)
    async with FaultySmtp(faults) as server:
        (reply,), reached = await _send(server, LETTER)
    phase, code = ENDS[fate]
    assert (reply.phase, reply.code) == (phase, code)
    assert reached == ([Phase.DOT] if phase is Phase.DOT else []), "the dot is on record before the text goes"
    assert server.contents == ([LETTER.content] if fate in {Fate.TAKEN, Fate.SLOW, Fate.SILENT} else [])


async def test_in_the_midst_of_trouble_each_reply_belongs_to_its_letter() -> None:
    faults = Faults(
        seed=5, trouble={fate: share * 3 for fate, share in TROUBLE.items()}, missing=0.05, late=0.01
    )
    letters = [replace(LETTER, recipient=f"reader-{number}@example.net") for number in range(300)]
    async with FaultySmtp(faults) as server:
        replies, _ = await _send(server, *letters)
    for letter, reply in zip(letters, replies, strict=True):
        assert (reply.phase, reply.code) == ENDS[faults.fate(letter.recipient, 0)], letter.recipient
    kept = [one.recipient for one in server.taken]
    assert len(kept) == len(set(kept)), "nothing is sent twice within one sending"
    assert set(server.contents) == {LETTER.content}


@pytest.mark.parametrize(
    "hostile",
    [
        "reader@example.net>\r\nRCPT TO:<victim@example.net",
        "reader@example.net\nDATA",
        "reader@example.net\rRSET",
        "reader@example.net\x00",
        "reader@example.net> SIZE=1 <",
    ],
)
@pytest.mark.parametrize("field", ["recipient", "sender"])
async def test_an_address_never_says_a_command(hostile: str, field: str) -> None:
    async with FaultySmtp() as server:
        try:
            (reply,), reached = await _send(server, replace(LETTER, **{field: hostile}))
        except ValueError:
            reached = []
        else:
            assert reply.code is None or reply.code >= 500
    assert reached == []
    assert server.taken == []
    assert not any("victim" in command or command in {"DATA", "RSET"} for command in server.commands)
