"""An SMTP server that misbehaves by plan and remembers durably what it took.

    async with FaultySmtp(Faults(seed=7)) as server: ...      in this process
    with mail_server(folder, Faults(seed=7)) as server: ...   in another one, for senders that are killed

What becomes of a transaction depends on the seed, the recipient and how often this recipient was tried, not
on the order in which senders happen to come. A message counts as taken when it is on disk, before the sender
hears of it: what the server then says, or fails to say, changes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Self

from tests.shifted import unmeasured

ROOT = Path(__file__).resolve().parent.parent
LARGEST_MESSAGE = 8 << 20
END = b"\r\n.\r\n"
_LINK = re.compile(rb"^List-Unsubscribe:\s*<(https?://[^>\s]+)>", re.MULTILINE | re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>\s]+)>", re.MULTILINE | re.IGNORECASE)


class Fate(StrEnum):
    """What the server does with one transaction."""

    TAKEN = "taken"
    SLOW = "taken, the word comes late"
    GREYLISTED = "450 to RCPT"
    MAILBOX_FULL = "452 4.2.2 to RCPT"
    TOO_MANY = "452 4.5.3 to RCPT"
    NO_SUCH_USER = "550 5.1.1 to RCPT"
    CLOSING = "421 to RCPT"
    HUNG_UP = "lost at RCPT"
    CUT = "lost in the middle of the text"
    LOST = "lost after the dot, not taken"
    SILENT = "taken, and lost after the dot"
    REFUSED = "451 after the dot"
    CLOSING_LATE = "421 after the dot, not taken"


TROUBLE: Mapping[Fate, float] = {
    Fate.SLOW: 0.05,
    Fate.GREYLISTED: 0.04,
    Fate.MAILBOX_FULL: 0.01,
    Fate.TOO_MANY: 0.01,
    Fate.CLOSING: 0.002,
    Fate.HUNG_UP: 0.01,
    Fate.CUT: 0.01,
    Fate.LOST: 0.005,
    Fate.SILENT: 0.01,
    Fate.REFUSED: 0.01,
    Fate.CLOSING_LATE: 0.002,
}
"""Share of the transactions; the others are taken without ado."""

WORDS = {
    Fate.GREYLISTED: "450 4.2.0 greylisted, come again",
    Fate.MAILBOX_FULL: "452 4.2.2 mailbox full",
    Fate.TOO_MANY: "452 4.5.3 too many recipients",
    Fate.NO_SUCH_USER: "550 5.1.1 no such user",
    Fate.CLOSING: "421 4.3.2 closing",
    Fate.REFUSED: "451 4.3.0 not now",
    Fate.CLOSING_LATE: "421 4.3.2 closing",
}
AT_RECIPIENT = {Fate.GREYLISTED, Fate.MAILBOX_FULL, Fate.TOO_MANY, Fate.NO_SUCH_USER, Fate.CLOSING}
KEPT = {Fate.TAKEN, Fate.SLOW, Fate.SILENT}
ENDS_WITH_IT = {Fate.CLOSING, Fate.CLOSING_LATE}
HANGS_UP = {Fate.LOST, Fate.SILENT}


@dataclass(frozen=True, slots=True)
class Faults:
    """The plan: how often what goes wrong."""

    seed: int = 0
    trouble: Mapping[Fate, float] = field(default_factory=lambda: TROUBLE)
    missing: float = 0.0
    """Share of the addresses that do not exist, always the same ones."""
    pause: float = 0.0
    """Seconds before each word after the dot."""
    late: float = 0.3
    """Seconds before a late word."""
    greeting_closes: float = 0.0
    """Share of the connections greeted with 421."""

    def is_missing(self, recipient: str) -> bool:
        return self._chance(f"exists {recipient}") < self.missing

    def fate(self, recipient: str, attempt: int) -> Fate:
        """What becomes of the attempt with this number (from 0) at a recipient."""
        if self.is_missing(recipient):
            return Fate.NO_SUCH_USER
        chance = self._chance(f"{attempt} {recipient}")
        for fate, share in self.trouble.items():
            chance -= share
            if chance < 0:
                return fate
        return Fate.TAKEN

    def greets(self, connection: int) -> bool:
        return self._chance(f"connection {connection}") >= self.greeting_closes

    def _chance(self, what: str) -> float:
        digest = hashlib.sha256(f"{self.seed} {what}".encode()).digest()
        return int.from_bytes(digest[:8]) / 2**64


CALM = Faults(trouble={})


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the server took."""

    recipient: str
    sender: str
    message_id: str
    sha256: str
    size: int
    unsubscribe: str
    """The first link of List-Unsubscribe; empty without one."""


@dataclass
class FaultySmtp:
    """The server, on loopback. `login`: the only user and password that are let in; None asks for none."""

    faults: Faults = CALM
    login: tuple[str, str] | None = None
    record: Path | None = None
    """File to which each taken message is appended, as a line of JSON, durably."""
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    """Of the taken messages; not kept where there is a record."""
    commands: list[str] = field(default_factory=list)
    """Every line that clients said outside of texts; likewise."""
    connections: int = 0
    refused_logins: int = 0
    _attempts: Counter[str] = field(default_factory=Counter)
    _file: BinaryIO | None = None
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._file = self.record.open("ab") if self.record else None
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port, limit=LARGEST_MESSAGE)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for session in list(self._open):
            session.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        if self._file:
            self._file.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        try:
            await _Session(self, reader, writer).serve(greets=self.faults.greets(self.connections))
        except (OSError, EOFError, asyncio.LimitOverrunError, _HangsUpError):
            """The client went, or is left."""
        finally:
            self._open.discard(task)
            writer.transport.abort()

    def next_fate(self, recipient: str) -> Fate:
        attempt = self._attempts[recipient]
        self._attempts[recipient] += 1
        return self.faults.fate(recipient, attempt)

    def heard(self, line: str) -> None:
        if self._file is None:
            self.commands.append(line)

    def take(self, sender: str, recipient: str, content: bytes) -> None:
        head = content.partition(b"\r\n\r\n")[0]
        found, link = _MESSAGE_ID.search(head), _LINK.search(head)
        taken = Taken(
            recipient=recipient,
            sender=sender,
            message_id=found[1].decode("utf-8", "replace") if found else "",
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            unsubscribe=link[1].decode("ascii", "replace") if link else "",
        )
        if self._file is None:
            self.taken.append(taken)
            self.contents.append(content)
            return
        self._file.write(json.dumps(asdict(taken)).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


class _HangsUpError(Exception):
    """The server leaves without a word."""


class _Session:
    """One client from its greeting to the end (RFC 5321, with RFC 2920's pipelining)."""

    def __init__(
        self, server: FaultySmtp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._logged_in = server.login is None
        self._reset()

    def _reset(self) -> None:
        self._sender: str | None = None
        self._recipient: str | None = None
        self._fate = Fate.TAKEN

    async def _say(self, *lines: str) -> None:
        for line in lines:
            self._writer.write(line.encode() + b"\r\n")
        await self._writer.drain()

    async def _line(self) -> str:
        line = await self._reader.readuntil(b"\r\n")
        said = line[:-2].decode("utf-8", "replace")
        self._server.heard(said)
        return said

    async def serve(self, *, greets: bool) -> None:
        if not greets:
            await self._say("421 4.3.2 too many connections")
            return
        await self._say("220 faulty.example ESMTP")
        while True:
            verb, _, rest = (await self._line()).partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                await self._say("221 2.0.0 bye")
                return
            await getattr(self, f"_on_{verb.lower()}", self._unknown)(rest)

    async def _unknown(self, rest: str) -> None:
        await self._say("502 5.5.2 what is that")

    async def _on_ehlo(self, rest: str) -> None:
        offered = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if self._server.login is not None:
            offered.append("AUTH PLAIN LOGIN")
        *others, last = ["faulty.example", *offered]
        await self._say(*(f"250-{one}" for one in others), f"250 {last}")

    async def _on_helo(self, rest: str) -> None:
        await self._say("250 faulty.example")

    async def _on_noop(self, rest: str) -> None:
        await self._say("250 2.0.0 yes")

    async def _on_rset(self, rest: str) -> None:
        self._reset()
        await self._say("250 2.0.0 forgotten")

    async def _on_auth(self, rest: str) -> None:
        mechanism, _, first = rest.partition(" ")
        if mechanism.upper() == "PLAIN":
            user, password = _decoded(first or await self._asked("")).split("\0")[-2:]
        else:
            user = _decoded(first or await self._asked("Username:"))
            password = _decoded(await self._asked("Password:"))
        self._logged_in = (user, password) == self._server.login
        self._server.refused_logins += not self._logged_in
        await self._say("235 2.7.0 welcome" if self._logged_in else "535 5.7.8 wrong user or password")

    async def _asked(self, question: str) -> str:
        await self._say("334 " + base64.b64encode(question.encode()).decode())
        return await self._line()

    async def _on_mail(self, rest: str) -> None:
        if not self._logged_in:
            await self._say("530 5.7.0 log in first")
        elif self._sender is not None:
            await self._say("503 5.5.1 a sender was named already")
        else:
            self._sender = _path(rest)
            await self._say("250 2.1.0 ok")

    async def _on_rcpt(self, rest: str) -> None:
        if self._sender is None or self._recipient is not None:
            await self._say("503 5.5.1 one sender, then one recipient")
            return
        recipient = _path(rest)
        self._fate = self._server.next_fate(recipient)
        if self._fate is Fate.HUNG_UP:
            raise _HangsUpError
        if self._fate in AT_RECIPIENT:
            await self._say(WORDS[self._fate])
            if self._fate in ENDS_WITH_IT:
                raise _HangsUpError
            return
        self._recipient = recipient
        await self._say("250 2.1.5 ok")

    async def _on_data(self, rest: str) -> None:
        if self._sender is None or self._recipient is None:
            await self._say("503 5.5.1 nobody to send it to")
            return
        await self._say("354 go on")
        if self._fate is Fate.CUT:
            await self._reader.read(random.Random(self._recipient).randint(1, 2_000))
            raise _HangsUpError
        await self._finish(await self._reader.readuntil(END))

    async def _finish(self, text: bytes) -> None:
        assert self._sender is not None
        assert self._recipient is not None
        fate = self._fate
        if fate in KEPT:
            content = (b"\r\n" + text[: -len(END)]).replace(b"\r\n..", b"\r\n.")[2:] + b"\r\n"
            self._server.take(self._sender, self._recipient, content)
        late = self._server.faults.late if fate is Fate.SLOW else 0.0
        await asyncio.sleep(self._server.faults.pause + late)
        if fate in HANGS_UP:
            raise _HangsUpError
        self._reset()
        await self._say(WORDS.get(fate, "250 2.0.0 taken"))
        if fate in ENDS_WITH_IT:
            raise _HangsUpError


def _path(rest: str) -> str:
    """What stands between the angle brackets of `FROM:<…>` or `TO:<…>`."""
    return rest.partition("<")[2].partition(">")[0]


def _decoded(word: str) -> str:
    return base64.b64decode(word).decode("utf-8", "replace")


# ------------------------------------------------------------------------------- in a process of its own


@dataclass(slots=True)
class MailServer:
    """A faulty server in another process, and what it has taken so far."""

    port: int
    record: Path
    _read: int = 0
    _taken: list[Taken] = field(default_factory=list)

    def taken(self) -> list[Taken]:
        """All messages on record, in the order in which they were taken."""
        with self.record.open("rb") as file:
            file.seek(self._read)
            news = file.read()
        whole = news[: news.rfind(b"\n") + 1]
        self._read += len(whole)
        self._taken += [Taken(**json.loads(line)) for line in whole.splitlines()]
        return self._taken


@contextmanager
def mail_server(folder: Path, faults: Faults, login: tuple[str, str] | None = None) -> Iterator[MailServer]:
    """The server as a process that outlives the senders; it ends with this block, or with its parent."""
    record = folder / "taken.jsonl"
    record.touch()
    plan = json.dumps(asdict(faults))
    command = [sys.executable, "-m", "tests.faulty_smtp", "--record", str(record), "--plan", plan]
    command += ["--login", *login] if login else []
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, env=unmeasured())
    try:
        assert process.stdout is not None
        yield MailServer(int(process.stdout.readline()), record)
    finally:
        process.kill()
        process.communicate()


async def _serve(record: Path, faults: Faults, login: tuple[str, str] | None) -> None:
    async with FaultySmtp(faults, login, record) as server:
        print(server.port, flush=True)
        # Its parent holds the other end of stdin: when the parent is gone, so is the reason to serve.
        await asyncio.to_thread(sys.stdin.buffer.read)


def _plan(text: str) -> Faults:
    plan = json.loads(text)
    plan["trouble"] = {Fate(fate): share for fate, share in plan["trouble"].items()}
    return Faults(**plan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--plan", type=_plan, default=CALM)
    parser.add_argument("--login", nargs=2)
    chosen = parser.parse_args()
    login = (chosen.login[0], chosen.login[1]) if chosen.login else None
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(chosen.record, chosen.plan, login))


if __name__ == "__main__":
    main()
