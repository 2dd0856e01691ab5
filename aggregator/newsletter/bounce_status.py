"""What a status code says: of the address, of its mailbox, or of us. Codes are those of RFC 3463."""

from __future__ import annotations

import re

from aggregator.model import BounceKind

DIAGNOSTIC_CHARACTERS = 500

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])", re.ASCII)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"']{1,255}")
_NO_SUCH_ADDRESS = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"})
_OURS = ("7.", "6.")
"""Policy and content: said of us and of our letter."""
_OURS_EXACTLY = frozenset({"1.7", "1.8", "2.3", "3.4"})
"""Our sender's address, and the size of our letter."""
_VAGUE = frozenset({"", "0.0", "1.0", "5.0"})
"""They say that it failed, not why."""
_LEAVE_IT_TO_WORDS = _VAGUE | {"7.1"}
"""Some servers, Yandex for one, say 5.7.1 of an address that does not exist, too."""
_UNKNOWN_USER = re.compile(
    r"(?:user|recipient|addressee) unknown|unknown (?:user|recipient)|invalid (?:mailbox|recipient)|"
    r"no such (?:user|mailbox|recipient|address|account)|"
    r"(?:user|mailbox|recipient|address|account) (?:was )?not found|"
    r"(?:user|mailbox|account|address|recipient)\b[^.]{0,40} (?:does not|doesn't) exist|"
    r"user (?:does not|doesn't) have an? \S{1,60} account",
    re.IGNORECASE,
)
_OUR_SENDER = re.compile(
    r"\bsender(?: (?:e-?mail|address|domain)){0,2}:? "
    r"(?:verif|call-?out|reject|denied|refused|unknown|invalid|not found|does not exist)|"
    r"\bverification failed for\b|\bcall-?out\b",
    re.IGNORECASE,
)
"""A server that asked ours whether we can be written to, and tells what it heard: `no such user` means us."""
_MAILBOX_FULL = re.compile(
    r"(?:mailbox|quota|storage)[^.]{0,30}(?:full|exceeded)|over ?quota|exceed\w* (?:\w+ )?quota",
    re.IGNORECASE,
)


def kind_of(status: str, diagnostic: str) -> BounceKind:
    """What a final refusal means: hard, soft or policy.

    A vague status (`5.0.0`) is made up for by the code in the server's own words, then by the few phrases
    that leave no doubt. What is still unclear is soft: it takes several to count.
    """
    if _OUR_SENDER.search(diagnostic):
        return BounceKind.POLICY
    said = status_in(status) or status_in(diagnostic)
    if said.partition(".")[2] in _VAGUE:
        said = status_in(diagnostic) or said
    permanent, detail = said[:1] != "4", said.partition(".")[2]
    if permanent and (
        detail in _NO_SUCH_ADDRESS or (detail in _LEAVE_IT_TO_WORDS and _is_unknown(diagnostic))
    ):
        return BounceKind.HARD
    if detail.startswith(_OURS) or detail in _OURS_EXACTLY:
        return BounceKind.POLICY
    return BounceKind.SOFT


def _is_unknown(diagnostic: str) -> bool:
    return _UNKNOWN_USER.search(diagnostic) is not None and not _MAILBOX_FULL.search(diagnostic)


def status_in(text: str) -> str:
    """The first enhanced status code of a text; empty without one."""
    match = _STATUS.search(text[:DIAGNOSTIC_CHARACTERS])
    return match[0] if match else ""


def without_addresses(text: str) -> str:
    """A server's words on one line, cut, and with all that looks like a mail address taken out."""
    plain = "".join(one if one.isprintable() else " " for one in text[: 4 * DIAGNOSTIC_CHARACTERS])
    return _ADDRESS.sub("…", " ".join(plain.split()))[:DIAGNOSTIC_CHARACTERS]
