"""What a status code says: of the address, of its mailbox, or of us. Codes are those of RFC 3463."""

from __future__ import annotations

import re

from aggregator.model import BounceKind

DIAGNOSTIC_CHARACTERS = 500

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])", re.ASCII)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"']{1,255}")
_NO_SUCH_ADDRESS = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"})
_FULL = "2.2"
_OURS = ("7.", "6.")
"""Policy and content: said of us and of our letter."""
_OURS_EXACTLY = frozenset({"1.7", "1.8", "2.3", "3.4"})
"""Our sender's address, and the size of our letter."""
_VAGUE = frozenset({"", "0.0", "1.0", "5.0"})
"""They say that it failed, not why."""
_UNKNOWN_USER = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient)|"
    r"(?:user|mailbox|account|address|recipient)\b[^.]{0,40} (?:does not|doesn't) exist",
    re.IGNORECASE,
)
_MAILBOX_FULL = re.compile(
    r"(?:mailbox|quota|storage)[^.]{0,30}(?:full|exceeded)|over ?quota|exceed\w* (?:\w+ )?quota",
    re.IGNORECASE,
)


def kind_of(status: str, diagnostic: str) -> BounceKind:
    """What a final refusal means: hard, soft or policy.

    A vague status (`5.0.0`) is made up for by the code in the server's own words, then by the few phrases
    that leave no doubt. What is still unclear is soft: it takes several to count.
    """
    said = status_in(status) or status_in(diagnostic)
    if said.partition(".")[2] in _VAGUE:
        said = status_in(diagnostic) or said
    permanent, detail = said[:1] != "4", said.partition(".")[2]
    if detail.startswith(_OURS) or detail in _OURS_EXACTLY:
        return BounceKind.POLICY
    if detail == _FULL:
        return BounceKind.SOFT
    if permanent and detail in _NO_SUCH_ADDRESS:
        return BounceKind.HARD
    if permanent and detail in _VAGUE and not _MAILBOX_FULL.search(diagnostic):
        return BounceKind.HARD if _UNKNOWN_USER.search(diagnostic) else BounceKind.SOFT
    return BounceKind.SOFT


def status_in(text: str) -> str:
    """The first enhanced status code of a text; empty without one."""
    match = _STATUS.search(text[:DIAGNOSTIC_CHARACTERS])
    return match[0] if match else ""


def without_addresses(text: str) -> str:
    """A server's words on one line, cut, and with all that looks like a mail address taken out."""
    plain = "".join(one if one.isprintable() else " " for one in text[: 4 * DIAGNOSTIC_CHARACTERS])
    return _ADDRESS.sub("…", " ".join(plain.split()))[:DIAGNOSTIC_CHARACTERS]
