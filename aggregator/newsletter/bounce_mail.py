"""What a mail says that came back: a delivery report, a complaint, a wish to leave, or nothing of the kind.

The address it came to is looked at first (variable envelope return paths): it names the letter whatever the
mail's shape. Then come delivery status notifications (RFC 3464, internationalised RFC 6533), feedback reports
(RFC 5965), automatic answers (RFC 3834), and bounces without a report. Pure: nothing here is believed yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from aggregator.model import BounceKind, Finding
from aggregator.newsletter import verp
from aggregator.newsletter.bounce_parts import Fields, Part, blocks, fields, part
from aggregator.newsletter.bounce_status import kind_of, status_in, without_addresses

MOST_FINDINGS = 20
"""Of one mail: ours go to one reader each."""
MOST_NAMES = 10

_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset(
    {
        "message/rfc822",
        "text/rfc822-headers",
        "message/global",
        "message/global-headers",
        "message/rfc822-headers",
    }
)
_NO_FAILURES = frozenset({"delayed", "delivered", "relayed", "expanded"})
"""RFC 3464 section 2.3.3."""
_ENVELOPE = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "to", "cc")
"""Fields in which mail servers leave the address that a mail came to, the surest first."""
_COMPLAINTS = frozenset({"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"})
_ADDRESS = re.compile(r"[^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,255}")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,250})>")
_DAEMON = re.compile(r"\b(?:mailer-daemon|postmaster|mail delivery (?:sub)?system)\b", re.IGNORECASE)
_LATE = re.compile(r"\bwarning\b|\bdelay(?:ed)?\b|still being retried", re.IGNORECASE)
"""What servers call a letter that they go on trying to deliver."""
_AWAY = re.compile(
    r"^\s*(?:out of (?:the )?office|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|away from|"
    r"réponse automatique|absence|absent du bureau|abwesenheit|automatische antwort|"
    r"автоответ|автоматический ответ|вне офиса)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Addresses to which mails come back."""

    bounces: str
    unsubscribe: str = ""
    """Empty when letters offer no such address."""


def read(raw: bytes, boxes: Mailboxes) -> tuple[Finding, ...]:
    """What a mail says; never empty. Raises nothing, whatever it is given."""
    mail = part(raw)
    reached = list(_addresses(mail, _ENVELOPE))
    if boxes.unsubscribe and (token := _first_tag(reached, boxes.unsubscribe)):
        return (Finding(BounceKind.UNSUBSCRIBE, token=verp.token_of(token)),)
    tags = tuple(_tags(reached, boxes.bounces))
    if mail.media_type == "multipart/report":
        findings = _reported(mail, boxes, tags)
    elif _is_automatic(mail):
        return (Finding(BounceKind.IGNORED, diagnostic="an automatic answer"),)
    else:
        findings = [_unreported(mail)]
    return tuple(replace(one, tags=_distinct((*tags, *one.tags))) for one in findings[:MOST_FINDINGS])


# ------------------------------------------------------------------------------------------ reports


def _reported(mail: Part, boxes: Mailboxes, tags: tuple[str, ...]) -> list[Finding]:
    parts = mail.parts()
    ids = tuple(_returned_ids(parts))
    kinds = {one.media_type for one in parts}
    if "message/feedback-report" in kinds:
        findings = [_complaint(one, boxes) for one in parts if one.media_type == "message/feedback-report"]
    elif kinds & _REPORTS:
        findings = [one for each in parts if each.media_type in _REPORTS for one in _statuses(each)]
    elif "message/disposition-notification" in kinds:
        findings = [Finding(BounceKind.IGNORED, diagnostic="a receipt")]
    else:
        findings = []
    if not findings:
        findings = [Finding(BounceKind.STRANGE, diagnostic="a report without a part that tells")]
    if len(tags) == 0:
        # Old servers return the letter with the address that it was sent from.
        tags = tuple(_tags(_senders(parts), boxes.bounces))
    return [replace(one, message_ids=ids, tags=(*one.tags, *tags)) for one in findings]


def _statuses(report: Part) -> Iterator[Finding]:
    """One finding per recipient; that a letter is late or has arrived means nothing."""
    for block in blocks(report.content())[: MOST_FINDINGS + 1]:
        action = _value(block, "action").lower()
        if not action:
            continue  # the block about the message as a whole
        status, said = status_in(_value(block, "status")), _value(block, "diagnostic-code")
        words = without_addresses(said.partition(";")[2].strip() or said)
        if action == "failed":
            yield Finding(kind_of(status, words), status, words)
        else:
            kind = BounceKind.IGNORED if action in _NO_FAILURES else BounceKind.STRANGE
            yield Finding(kind, status, f"{without_addresses(action)[:20]}: {words}".rstrip(": "))


def _complaint(report: Part, boxes: Mailboxes) -> Finding:
    said = fields(report.content())
    kind = _value(said, "feedback-type").lower()
    sender = _ADDRESS.findall(_value(said, "original-mail-from"))
    tags = tuple(_tags(sender, boxes.bounces))
    words = f"feedback: {without_addresses(kind)[:40]}"
    is_complaint = kind in _COMPLAINTS
    return Finding(BounceKind.COMPLAINT if is_complaint else BounceKind.IGNORED, diagnostic=words, tags=tags)


def _returned_ids(parts: Iterable[Part]) -> Iterator[str]:
    for returned in _returned(parts):
        yield from _MESSAGE_ID.findall(returned.first("message-id"))[:1]


def _returned(parts: Iterable[Part]) -> Iterator[Part]:
    return (part(one.content()) for one in parts if one.media_type in _RETURNED)


def _senders(parts: Iterable[Part]) -> Iterator[str]:
    for returned in _returned(parts):
        yield from _ADDRESS.findall(returned.first("return-path"))


# ------------------------------------------------------------------------------------------ all else


def _is_automatic(mail: Part) -> bool:
    """An answer that a program gave, but no bounce (RFC 3834 and what came before it)."""
    submitted = mail.first("auto-submitted").partition(";")[0].strip().lower()
    answers = submitted.startswith(("auto-replied", "auto-notified"))
    if answers or mail.fields.keys() & {"x-autoreply", "x-autorespond", "x-autogenerated"}:
        return not _is_from_daemon(mail)  # Exim calls its bounces answers, too
    return bool(_AWAY.match(mail.first("subject"))) or "auto_reply" in mail.first("precedence").lower()


def _unreported(mail: Part) -> Finding:
    """A bounce in free words, as a few servers still write them: nothing in it is certain, so it is soft."""
    if not _is_from_daemon(mail):
        return Finding(BounceKind.STRANGE, diagnostic="neither a report nor an automatic answer")
    if _LATE.search(mail.first("subject")):
        return Finding(BounceKind.IGNORED, diagnostic="a letter is late")
    words = without_addresses(mail.content()[:4_000].decode("utf-8", "replace"))
    kind = kind_of("", words)
    return Finding(
        BounceKind.POLICY if kind is BounceKind.POLICY else BounceKind.SOFT, status_in(words), words
    )


def _is_from_daemon(mail: Part) -> bool:
    return mail.first("return-path").strip() == "<>" and bool(_DAEMON.search(mail.first("from")))


# ------------------------------------------------------------------------------------------ addresses


def _addresses(mail: Part, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for value in mail.fields.get(name, ())[:MOST_NAMES]:
            yield from _ADDRESS.findall(value)[:MOST_NAMES]


def _tags(addresses: Iterable[str], base: str) -> Iterator[str]:
    return (tag for one in addresses if (tag := verp.tag_of(one, base)))


def _first_tag(addresses: Iterable[str], base: str) -> str:
    return next(_tags(addresses, base), "")


def _distinct(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tags))[:MOST_NAMES]


def _value(block: Fields, name: str) -> str:
    return next(iter(block.get(name, ())), "").strip()
