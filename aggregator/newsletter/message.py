"""A variant and a delivery become the bytes of one message.

The same input gives the same bytes: date, Message-ID and MIME boundary come from the delivery's row, so that
a letter sent again is the same letter. Headers that machines read (List-Unsubscribe, Message-ID …) are
written verbatim: the email package would fold a long address into RFC 2047 words, in which nobody finds it.
The text is 7-bit clean, so that no relay has a reason to re-encode it.
"""

from __future__ import annotations

import hashlib
import re
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import quote

from email_validator import validate_email

from aggregator.model import Delivery, Letter, Newsletter, Site, Variant
from aggregator.newsletter.plain import line

UNSUBSCRIBE = "[[unsubscribe]]"
LINE_CHARACTERS = 998
"""Longest line of a message (RFC 5322 section 2.1.1)."""

_NEEDS_QUOTING = re.compile(rb"[^\t\n\r\x20-\x3c\x3e-\x7e]")
_NOT_IN_SENDER_ID = re.compile("[^a-z0-9]")


class VerbatimHeader(UnstructuredHeader, BaseHeader):
    """A header on one line, as it was given. Raises ValueError for what is not ASCII or too long for that."""

    max_count = 1

    def fold(self, *, policy: Any) -> str:
        """The header as `Name: value` and a line end."""
        whole = f"{self.name}: {self}"
        if not whole.isascii() or len(whole) > LINE_CHARACTERS:
            raise ValueError(
                f"header {self.name} must be ASCII and at most {LINE_CHARACTERS} characters long"
            )
        return f"{whole}{policy.linesep}"


def _headers() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in (
        "message-id",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "feedback-id",
        "auto-submitted",
        "content-language",
    ):
        registry.map_to_type(name, VerbatimHeader)
    return registry


# 76, not the default 78: the longest encoded word and quoted-printable line (RFC 2047 2, RFC 2045 6.7).
_POLICY = EmailPolicy(
    header_factory=_headers(), linesep="\r\n", max_line_length=76, cte_type="7bit", raise_on_defect=False
)


def write(newsletter: Newsletter, variant: Variant, delivery: Delivery, site: Site) -> Letter:
    """One reader's letter: multipart/alternative, text first, with bulk mail's headers (RFC 2919, RFC 8058).

    Raises ValueError for an address, token or name that cannot stand in a header.
    """
    sender, recipient = _ascii_domain(newsletter.sender), _ascii_domain(delivery.address)
    international = not f"{sender}{recipient}".isascii()
    message = EmailMessage(policy=_POLICY.clone(utf8=international))
    name = newsletter.names.get(variant.language) or next(iter(newsletter.names.values()))
    message["From"] = Address(line(name), sender.username, sender.domain)
    message["To"] = recipient
    message["Subject"] = line(variant.subject)
    message["Date"] = format_datetime(delivery.date)
    message["Message-ID"] = f"<{delivery.message_id}>"
    _label(message, newsletter, variant, delivery, site)
    link = unsubscribe_link(delivery)
    message["MIME-Version"] = "1.0"
    message.make_alternative(boundary=_boundary(delivery.message_id))
    message["Content-Language"] = variant.language  # not before: make_alternative moves Content-* into a part
    message.attach(_part("plain", _filled(variant.text, link)))
    message.attach(_part("html", _filled(variant.html, escape(link))))
    return Letter(sender.addr_spec, recipient.addr_spec, message.as_bytes())


def unsubscribe_link(delivery: Delivery) -> str:
    """The address at which this letter's reader leaves: its page asks, a one-click POST to it obeys."""
    return f"{delivery.link_base}/u/{quote(delivery.token, safe='')}"


def _label(
    message: EmailMessage, newsletter: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    message["List-Id"] = f"<{newsletter.id}.{site.id_domain}>"
    message["List-Unsubscribe"] = f"<{unsubscribe_link(delivery)}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Feedback-ID"] = ":".join(
        (str(delivery.issue_id), newsletter.id, variant.language, _sender_id(site.id_domain))
    )
    message["Auto-Submitted"] = "auto-generated"


def _sender_id(domain: str) -> str:
    """Feedback-ID's last field: 5 to 15 characters that stay the same for all our mail."""
    return _NOT_IN_SENDER_ID.sub("", domain.lower())[-15:]


def _filled(parts: tuple[str, str, str], link: str) -> str:
    """Head, body and foot as one. Slots are filled in head and foot only: the body holds words of sources."""
    head, body, foot = parts
    return head.replace(UNSUBSCRIBE, link) + body + foot.replace(UNSUBSCRIBE, link)


def _part(subtype: str, text: str) -> EmailMessage:
    part = EmailMessage(policy=_POLICY)
    part.set_content(text, subtype=subtype, charset="utf-8", cte=_smaller_encoding(text.encode()))
    del part["MIME-Version"]  # said once, by the message itself
    return part


def _smaller_encoding(content: bytes) -> str:
    """Quoted-printable spends two more bytes on each byte it quotes, base64 a third of everything."""
    quoted = len(_NEEDS_QUOTING.findall(content))
    return "quoted-printable" if 2 * quoted < len(content) / 3 else "base64"


def _boundary(message_id: str) -> str:
    """Derived from the message; `=_` occurs in neither base64 nor quoted-printable (RFC 2045 section 6.7)."""
    return "=_" + hashlib.sha256(message_id.encode()).hexdigest()[:32]


def _ascii_domain(address: str) -> Address:
    """The address with its domain in A-labels, which every server takes; a local part stays as it is."""
    local, _, domain = address.rpartition("@")
    if not local or not domain or "@" in local:
        raise ValueError(f"{address!r} is no mail address: it needs a name, one @ and a domain")
    if not domain.isascii():
        domain = validate_email(address, check_deliverability=False).ascii_domain
    return Address(username=local, domain=domain)
