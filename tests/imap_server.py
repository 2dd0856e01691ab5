"""A small IMAP server on loopback: as much of RFC 3501 and RFC 4315 as reading a mailbox takes."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PASSWORD = "open sesame"


@dataclass
class Mailbox:
    """One folder, and what clients did to it."""

    validity: int = 7
    next_uid: int = 1
    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    capabilities: str = "IMAP4rev1 UIDPLUS"
    commands: list[str] = field(default_factory=list)
    vanishing: set[int] = field(default_factory=set)
    """Found by a search, gone when asked for."""
    broken: str = ""
    """The command at which the connection is dropped."""
    refused: str = ""
    """The command that is answered with NO."""
    number_first: bool = True
    """Whether the number of a mail stands before its text."""
    found: str = ""
    """What a search finds, in place of the mails that are there."""

    def add(self, content: bytes, gap: int = 0) -> int:
        """Deliver a mail; `gap` numbers are left out before it."""
        uid = self.next_uid + gap
        self.mails[uid], self.flags[uid], self.next_uid = content, set(), uid + 1
        return uid


class _Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        box = self.server.mailbox
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            tag, command = line.decode().rstrip("\r\n").split(" ", 1)
            box.commands.append(command)
            name = command.upper()
            if box.broken and box.broken in name:
                return
            if box.refused and box.refused in name:
                self._say(f"{tag} NO not today".encode())
                continue
            answered = self._answer(name, command, box)
            self._say(f"{tag} {answered}".encode())
            if name == "LOGOUT":
                return

    def _answer(self, name: str, command: str, box: Mailbox) -> str:
        verb = name.partition(" ")[0] if not name.startswith("UID ") else "_".join(name.split()[:2])
        answer = getattr(self, f"_{verb.lower()}", None)
        return (answer(command, box) if answer else None) or "OK done"

    def _capability(self, command: str, box: Mailbox) -> None:
        self._say(f"* CAPABILITY {box.capabilities}".encode())

    def _login(self, command: str, box: Mailbox) -> str:
        return "OK in" if PASSWORD in command else "NO [AUTHENTICATIONFAILED] wrong"

    def _select(self, command: str, box: Mailbox) -> str:
        if "Bounces" not in command:
            return "NO no such folder"
        self._say(f"* {len(box.mails)} EXISTS".encode())
        self._say(f"* OK [UIDVALIDITY {box.validity}] yes".encode())
        self._say(f"* OK [UIDNEXT {box.next_uid}] yes".encode())
        return "OK open"

    def _uid_search(self, command: str, box: Mailbox) -> None:
        low, high = map(int, re.findall(r"(\d+):(\d+)", command)[0])
        found = [str(uid) for uid in {*box.mails, *box.vanishing} if low <= uid <= high]
        self._say(f"* SEARCH {box.found or ' '.join(found)}".encode())

    def _uid_store(self, command: str, box: Mailbox) -> None:
        for uid in _uids(command):
            box.flags[uid].update(re.findall(r"\\\w+", command))

    def _uid_expunge(self, command: str, box: Mailbox) -> None:
        for uid in _uids(command):
            if r"\Deleted" in box.flags[uid]:
                del box.mails[uid]

    def _uid_fetch(self, command: str, box: Mailbox) -> None:
        (uid,) = _uids(command)
        if uid in box.mails:
            content = box.mails[uid][:1_000_000]
            self._say(b"* 1 FETCH (FLAGS (\\Seen) UID 99999)")
            before, behind = (f"UID {uid} ", "") if box.number_first else ("", f" UID {uid}")
            self._say(f"* 1 FETCH ({before}BODY[]<0> {{{len(content)}}}".encode())
            self.wfile.write(content + f"{behind})\r\n".encode())

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


def _uids(command: str) -> list[int]:
    return [int(uid) for uid in command.split()[2].split(",")]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        super().__init__(("127.0.0.1", 0), _Session)


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[int]:
    """Serve the mailbox while the context is open; gives the port."""
    with _Server(mailbox) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()
