"""Header fields of letters: those that machines read verbatim, those for people in encoded words. Pure."""

from __future__ import annotations

import base64
import re
from email.headerregistry import Address
from urllib.parse import quote

from email_validator import validate_email

from aggregator.newsletter.plain import line

LINE_CHARACTERS = 998
"""Longest line of a message (RFC 5322 section 2.1.1)."""
FOLDED_CHARACTERS = 76
"""Longest line with an encoded word (RFC 2047 section 2)."""
WORD_BYTES = 39
"""What one encoded word holds, so that it fits beside the name of a field: 64 characters."""

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NOT_IN_SENDER_ID = re.compile("[^a-z0-9]")
_FOLD = "\r\n"
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


def verbatim(name: str, value: str, *, ascii_only: bool = True) -> bytes:
    """A field on one line, as it was given: the email package would fold it into words nobody finds.

    Raises ValueError for what is no line of ASCII, or too long for one.
    """
    whole = f"{name}: {value}"
    if (ascii_only and not whole.isascii()) or len(whole) > LINE_CHARACTERS or _UNFIT.search(whole):
        raise ValueError(
            f"header {name} must be one line of ASCII, at most {LINE_CHARACTERS} characters long"
        )
    return whole.encode() + b"\r\n"


def subject(text: str) -> bytes:
    """The Subject field: as it is where it is short ASCII, in encoded words (RFC 2047) where it is not."""
    words = line(text)
    plain = words.isascii() and "=?" not in words and len(words) + len("Subject: ") <= FOLDED_CHARACTERS
    return f"Subject: {words if plain else _encoded_words(words)}\r\n".encode("ascii")


def author(name: str, sender: str) -> bytes:
    """The From field: a name and an address."""
    address = ascii_domain(sender).addr_spec
    words = line(name)
    if not words.isascii() or "=?" in words or len(words) > FOLDED_CHARACTERS - len('From: ""'):
        words = _encoded_words(words)
    elif not _ATOMS.fullmatch(words):
        words = '"{}"'.format(words.replace("\\", "\\\\").replace('"', '\\"'))
    last = words.rpartition("\n")[2] or words
    fits = len("From: ") + len(last) + len(address) + len(" <>") <= FOLDED_CHARACTERS
    whole = f"From: {words}{' ' if fits else f'{_FOLD} '}<{address}>"
    if _UNFIT.search(whole.replace(_FOLD, "")) or len(address) > LINE_CHARACTERS:
        raise ValueError("the sender's address cannot stand in a header")
    return whole.encode() + b"\r\n"


def _encoded_words(text: str) -> str:
    """UTF-8 in base64, a word a line, none cut inside a character (RFC 2047 sections 2 and 5)."""
    words, pending = [], b""
    for character in text:
        one = character.encode()
        if len(pending) + len(one) > WORD_BYTES:
            words.append(pending)
            pending = b""
        pending += one
    words.append(pending)
    encoded = (f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)
    return f"{_FOLD} ".join(encoded)


def mailto(address: str) -> str:
    """A mailto: URI (RFC 6068)."""
    return f"mailto:{quote(address, safe='@+')}"


def sender_id(domain: str) -> str:
    """Feedback-ID's last field: 5 to 15 characters that stay the same for all our mail."""
    return _NOT_IN_SENDER_ID.sub("", domain.lower())[-15:].ljust(5, "x")


def ascii_domain(address: str) -> Address:
    """The address with its domain in A-labels, which every server takes; a local part stays as it is.

    Raises ValueError for what is no address.
    """
    local, _, domain = address.rpartition("@")
    if not local or not domain or "@" in local:
        raise ValueError("no mail address: it needs a name, one @ and a domain")
    if not domain.isascii():
        domain = validate_email(address, check_deliverability=False).ascii_domain
    return Address(username=local, domain=domain)
