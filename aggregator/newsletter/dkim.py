"""Signatures of letters (DKIM, RFC 6376): rsa-sha256, or ed25519-sha256 (RFC 8463), relaxed/relaxed.

Every field of a letter is signed, and those that a forger would add once more are signed as absent besides
(section 8.15): with them List-Unsubscribe-Post, without which no mailbox provider offers one click (RFC 8058
section 4). Both algorithms give the same signature for the same letter: a letter sent again stays the same.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

WEAKEST_BITS, STRONG_BITS = 1024, 2048
"""Verifiers refuse RSA keys below the first, and every year more those below the second (RFC 8301)."""
SIGNED_TWICE = (
    *("from", "to", "cc", "reply-to", "subject", "date", "message-id", "mime-version", "content-type"),
    *("content-transfer-encoding", "list-unsubscribe", "list-unsubscribe-post"),
)
"""Fields of which nobody may add another on the way."""

_WHITE = re.compile(rb"[ \t\r\n]+")
_LINE_CHARACTERS = 72


@dataclass(frozen=True, slots=True)
class Field:
    """One header field."""

    name: str
    """In lower case."""
    line: bytes
    """As it is sent, folded or not, with its line end."""
    canonical: bytes
    """As it is signed (section 3.4.2), with its line end."""


def field(line: bytes) -> Field:
    """A field from `Name: value` and a line end."""
    name, _, value = line.partition(b":")
    lower = name.lower()
    return Field(lower.decode("ascii"), line, lower + b":" + _WHITE.sub(b" ", value).strip() + b"\r\n")


def relaxed(lines: bytes) -> bytes:
    """Lines of a body as they are signed (section 3.4.4); the same object when nothing is to change."""
    spaced = lines.replace(b"\t", b" ")
    while b"  " in spaced:
        spaced = spaced.replace(b"  ", b" ")
    return spaced.replace(b" \r\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class Record:
    """What the domain's name server has to say, so that others can check signatures."""

    name: str
    value: str

    def lines(self) -> str:
        """As a zone file has it: strings of at most 255 characters (section 3.6.2.2)."""
        parts = [self.value[at : at + 250] for at in range(0, len(self.value), 250)]
        return f"{self.name}. IN TXT ( " + " ".join(f'"{part}"' for part in parts) + " )"


class Signer:
    """Signs as one domain with one key."""

    def __init__(self, domain: str, selector: str, pem: bytes) -> None:
        """`pem`: the private key. Raises ValueError for one that cannot be used, with the cure."""
        self.domain = domain.encode("idna").decode("ascii").lower()
        """Who signs, in A-labels."""
        self._selector = selector
        self._key, self.bits = _private_key(pem)
        """`bits`: size of an RSA key; None for Ed25519, which has but one."""
        self._algorithm = "ed25519" if self.bits is None else "rsa"
        self._sign = _signing(self._key)
        self._head = lru_cache(maxsize=16)(self._heading)

    def record(self) -> Record:
        """The TXT record for the key's public half (section 3.6.1)."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self._key.public_key()
        if self.bits is None:
            said = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        else:
            said = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        value = f"v=DKIM1; k={self._algorithm}; p={base64.b64encode(said).decode('ascii')}"
        return Record(f"{self._selector}._domainkey.{self.domain}", value)

    def signature(self, fields: Sequence[Field], body_hash: bytes, at: datetime) -> bytes:
        """The DKIM-Signature field of a letter. `fields`: all others, each once. `body_hash`: SHA-256."""
        head = self._head(tuple(one.name for one in fields))
        values = (b" t=%d;" % int(at.timestamp()), b" bh=%b;" % base64.b64encode(body_hash), b" b=")
        unsigned = field(b"DKIM-Signature: " + head + b"\r\n".join((b"", *values)) + b"\r\n")
        signed = b"".join([one.canonical for one in fields]) + unsigned.canonical[:-2]
        text = base64.b64encode(self._sign(signed))
        folded = [text[at : at + _LINE_CHARACTERS] for at in range(0, len(text), _LINE_CHARACTERS)]
        return unsigned.line[:-2] + b"\r\n ".join(folded) + b"\r\n"

    def _heading(self, names: tuple[str, ...]) -> bytes:
        """The tags that are the same for all letters with these fields."""
        who = f"v=1; a={self._algorithm}-sha256; c=relaxed/relaxed; d={self.domain};\r\n s={self._selector};"
        lines = [" h="]
        for name in (*names, *SIGNED_TWICE):
            if len(lines[-1]) + len(name) > _LINE_CHARACTERS:
                lines.append("  ")
            lines[-1] += name + ":"
        return "\r\n".join((who, *lines)).removesuffix(":").encode("ascii") + b";"


def _signing(key: RSAPrivateKey | Ed25519PrivateKey) -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    if isinstance(key, Ed25519PrivateKey):
        return lambda data: key.sign(hashlib.sha256(data).digest())
    padding, digest = PKCS1v15(), SHA256()
    return lambda data: key.sign(data, padding, digest)


def _private_key(pem: bytes) -> tuple[RSAPrivateKey | Ed25519PrivateKey, int | None]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, None)
    except TypeError:
        raise ValueError("the key is locked with a passphrase; store it without one, mode 0600") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("not a private key in PEM; `openssl genrsa -out FILE 2048` makes one") from None
    if isinstance(key, Ed25519PrivateKey):
        return key, None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(  # noqa: TRY004
            "neither an RSA nor an Ed25519 key; `openssl genrsa -out FILE 2048` makes one"
        )
    if key.key_size < WEAKEST_BITS:
        raise ValueError(
            f"{key.key_size} bits are too few; `openssl genrsa -out FILE {STRONG_BITS}` makes a new key"
        )
    return key, key.key_size
