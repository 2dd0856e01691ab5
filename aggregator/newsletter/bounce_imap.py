"""An IMAP mailbox in which returned mails arrive (RFC 9051, and RFC 3501 before it).

Mails are read by UID from where the last reading ended, without marking them as read; what others do in the
mailbox is nothing to us. Understood ones are deleted one by one (RFC 4315) or marked as read; all else stays,
flagged. Where the server cannot delete single mails, they are only marked as deleted.
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from aggregator.model import Arrived
from aggregator.newsletter.bounce_parts import MESSAGE_BYTES

SECONDS = 30
"""That the server may be silent."""
UIDS_ASKED = 10_000
"""Numbers in one question: an answer line is bounded, and numbers may lie far apart."""
QUESTIONS = 200
"""Before a reading ends; the next one goes on from there."""

_UID = re.compile(rb"\bUID (\d+)")
_NOT_ASCII = re.compile("[^\x20-\x7e]+")


class Positions(Protocol):
    """Remembers how far mailboxes were read."""

    def position(self, mailbox: str) -> tuple[int, int]:
        """UIDVALIDITY and the last UID that was read; zeros at first."""

    def advance(self, mailbox: str, validity: int, uid: int) -> None:
        """Remember both."""


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """Where a mailbox is, and how it opens."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str
    password: str
    folder: str = "INBOX"


class ImapError(OSError):
    """The server refused something; the message says what and where, never the password."""


class ImapMailbox:
    """What lies in one IMAP mailbox. Connects when it is first asked; blocks."""

    name = "imap"

    def __init__(self, account: ImapAccount, positions: Positions, *, keep: bool = False) -> None:
        """`keep`: what was understood stays, marked as read."""
        self._account = account
        self._positions = positions
        self._keep = keep
        self._client: imaplib.IMAP4 | None = None
        self._validity = self._read_to = self._ends_before = 0

    def some(self, limit: int) -> Sequence[Arrived]:
        """The next that were not read. Raises OSError for what the server or the wire does."""
        with _translated(self._account):
            client = self._opened()
            found: list[Arrived] = []
            for uids in self._unread(client):
                contents = ((uid, _content(client, uid)) for uid in uids[: limit - len(found)])
                found += [Arrived(str(uid), content) for uid, content in contents if content is not None]
                if len(found) == limit:
                    break
            return found

    def settle(self, understood: Sequence[str], strange: Sequence[str]) -> None:
        """Delete or mark these, and go on behind them. Raises OSError as `some`."""
        with _translated(self._account):
            client = self._opened()
            if understood:
                flag = r"(\Seen)" if self._keep else r"(\Deleted)"
                _expect(client.uid("STORE", ",".join(understood), "+FLAGS.SILENT", flag))
                if not self._keep and "UIDPLUS" in client.capabilities:
                    _expect(client.uid("EXPUNGE", ",".join(understood)))
            if strange:
                _expect(client.uid("STORE", ",".join(strange), "+FLAGS.SILENT", r"(\Flagged)"))
        read = [int(uid) for uid in (*understood, *strange)]
        self._advance(max(read, default=self._read_to))

    def close(self) -> None:
        """Leave the server."""
        client, self._client = self._client, None
        for farewell in (client.logout, client.shutdown) if client else ():
            # A logout that the server does not answer leaves the socket open.
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                farewell()

    @property
    def _known_as(self) -> str:
        account = self._account
        return f"{account.username}@{account.host}:{account.port}/{account.folder}"

    def _advance(self, uid: int) -> None:
        self._read_to = uid
        self._positions.advance(self._known_as, self._validity, uid)

    def _unread(self, client: imaplib.IMAP4) -> Iterator[list[int]]:
        """Numbers of mails behind the last one read, in order; goes on where there are none for long."""
        last = self._read_to
        for _ in range(QUESTIONS):
            if last + 1 >= self._ends_before:
                return
            until = min(last + UIDS_ASKED, self._ends_before - 1)
            (listed, *_) = _expect(client.uid("SEARCH", "UID", f"{last + 1}:{until}"))
            uids = sorted(int(uid) for uid in (listed or b"").split())
            if uids:
                yield [uid for uid in uids if uid > last]
            elif last == self._read_to:
                self._advance(until)
            last = until

    def _opened(self) -> imaplib.IMAP4:
        if self._client is None:
            client = _connected(self._account)
            self._client = client
            _expect(client.select(_quoted(self._account.folder)))
            self._validity, self._ends_before = _number(client, "UIDVALIDITY"), _number(client, "UIDNEXT")
            validity, uid = self._positions.position(self._known_as)
            # Another validity: the numbers have begun anew, and what is read twice counts once.
            self._read_to = uid if validity == self._validity else 0
        return self._client


def _connected(account: ImapAccount) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if account.security == "tls":
        client: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            account.host, account.port, ssl_context=context, timeout=SECONDS
        )
    else:
        client = imaplib.IMAP4(account.host, account.port, timeout=SECONDS)
    try:
        if account.security == "starttls":
            client.starttls(context)
        if not (account.username + account.password).isascii():
            raise ImapError("LOGIN takes a name and a password in ASCII only")
        client.login(account.username, account.password)
    except BaseException:
        client.shutdown()
        raise
    return client


def _content(client: imaplib.IMAP4, uid: int) -> bytes | None:
    """The beginning of a mail; None for one that is gone meanwhile."""
    answer = _expect(client.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{MESSAGE_BYTES}>)"))
    for part, after in zip(answer, (*answer[1:], b""), strict=True):
        # Flags that others change meanwhile may come in the same answer, without a text. The number stands
        # before the text or behind it.
        if isinstance(part, tuple):
            said = _UID.search(part[0]) or (_UID.search(after) if isinstance(after, bytes) else None)
            if said and int(said[1]) == uid:
                return bytes(part[1])
    return None


def _number(client: imaplib.IMAP4, name: str) -> int:
    """A number that the server said when the mailbox was opened."""
    _, (value, *_) = client.response(name)
    if value is None or not value.isdigit():
        raise ImapError(f"the server did not say {name}")
    return int(value)


def _expect(answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
    status, said = answer
    if status != "OK":
        raise ImapError(f"the server says {status} {said[0]!r}"[:300])
    return said


def _quoted(folder: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501 section 5.1.3), between quotation marks."""
    encoded = _NOT_ASCII.sub(_shifted, folder.replace("&", "&-"))
    escaped = encoded.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _shifted(found: re.Match[str]) -> str:
    words = base64.b64encode(found[0].encode("utf-16-be"), altchars=b"+,").decode("ascii")
    return f"&{words.rstrip('=')}-"


@contextlib.contextmanager
def _translated(account: ImapAccount) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, imaplib.IMAP4.error) as error:  # ValueError: it said what is no number
        raise ImapError(
            f"imap {account.host}:{account.port}, folder {account.folder}: {error}"[:400]
        ) from error
