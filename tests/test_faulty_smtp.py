"""The faulty mail server does what its plan says, and remembers what it took."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faulty_smtp import CALM, KEPT, TROUBLE, Fate, Faults, FaultySmtp, mail_server

TEXT = b"Message-ID: <1@example.org>\r\nList-Unsubscribe: <https://example.org/u/abc>\r\n\r\n..dot\r\nend\r\n"


async def said(server: FaultySmtp, *commands: bytes) -> Sequence[str]:
    """First word of each of the server's lines, until it has nothing more to say."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"".join(commands))
    writer.write(b"QUIT\r\n")
    try:
        answer = await reader.read()
    except ConnectionResetError:
        answer = b""
    writer.close()
    return [line.split()[0].decode() for line in answer.splitlines()]


LETTER = (
    b"EHLO here\r\n",
    b"MAIL FROM:<desk@example.org>\r\n",
    b"RCPT TO:<ann@example.org>\r\n",
    b"DATA\r\n",
)


LEAVES = {Fate.CLOSING, Fate.HUNG_UP, Fate.CUT, Fate.LOST, Fate.SILENT, Fate.CLOSING_LATE}


@pytest.mark.parametrize("fate", [*TROUBLE, Fate.TAKEN])
async def test_each_fate_is_what_it_says(fate: Fate) -> None:
    async with FaultySmtp(Faults(trouble={fate: 1.0}, late=0.01)) as server:
        words = await said(server, *LETTER, TEXT.replace(b"\r\n..", b"\r\n...") + b".\r\n")
    assert [one.recipient for one in server.taken] == (["ann@example.org"] if fate in KEPT else [])
    if code := fate.value.split()[0] if fate.value[0].isdigit() else "":
        assert code in words
    assert ("221" in words) == (fate not in LEAVES), "it stays until it is told to quit, or leaves at once"


async def test_what_is_taken_is_kept_as_it_was_sent() -> None:
    async with FaultySmtp() as server:
        await said(server, *LETTER, TEXT.replace(b"\r\n..", b"\r\n...") + b".\r\n")
    (taken,) = server.taken
    assert server.contents == [TEXT]
    assert (taken.sender, taken.message_id) == ("desk@example.org", "1@example.org")
    assert taken.unsubscribe == "https://example.org/u/abc"


def test_fates_hang_on_the_recipient_and_the_attempt_alone() -> None:
    faults = Faults(seed=3, missing=0.1)
    addresses = [f"reader-{number}@example.org" for number in range(3_000)]
    fates = [faults.fate(address, 0) for address in addresses]
    assert fates == [Faults(seed=3, missing=0.1).fate(address, 0) for address in addresses]
    assert fates != [Faults(seed=4, missing=0.1).fate(address, 0) for address in addresses]
    assert set(fates) == set(Fate)
    missing = {address for address in addresses if faults.is_missing(address)}
    assert 200 < len(missing) < 400
    assert {faults.fate(address, number) for address in missing for number in range(5)} == {Fate.NO_SUCH_USER}


def test_a_server_of_its_own_keeps_its_record_on_disk(tmp_path: Path) -> None:
    with mail_server(tmp_path, CALM) as server:
        asyncio.run(_send(server.port))
        (taken,) = server.taken()
    assert json.loads(server.record.read_text(encoding="utf-8"))["sha256"] == taken.sha256


async def _send(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(LETTER) + TEXT + b".\r\nQUIT\r\n")
    await reader.read()
    writer.close()
    await writer.wait_closed()
