"""A variant, or a notice, and a delivery become the bytes of one message.

The same input gives the same bytes: date and Message-ID come from the delivery's row, the MIME boundary from
the words, so that a letter sent again is the same letter. What readers of a variant share is encoded once and
kept (`Writer`); a letter is that, with the reader's own links joined in. All is 7-bit, save the field of an
address that is not.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from threading import Lock
from urllib.parse import quote

from aggregator.model import Delivery, Letter, Newsletter, Notice, Site, Variant
from aggregator.newsletter import dkim, encoding, fields, verp
from aggregator.newsletter.fields import ascii_domain, author, mailto, sender_id, verbatim
from aggregator.newsletter.mould import Mould, in_html, moulded
from aggregator.newsletter.places import LINK, PREFERENCES, UNSUBSCRIBE

VARIANTS_CACHED = 64
"""Letters come ordered by variant; at 100 kB each this stays below 10 MB, and below 50 MB where each carries
as many pictures as it may."""

_PATHS = {UNSUBSCRIBE: "/u/", PREFERENCES: "/p/"}
"""Where a letter's slots lead."""


class Writer:
    """Writes letters and notices of one publisher, and signs them where there is a key."""

    def __init__(
        self,
        site: Site,
        *,
        notices_from: str = "",
        bounces: str = "",
        unsubscribe: str = "",
        signer: dkim.Signer | None = None,
    ) -> None:
        """`notices_from`: From address of notices, by default the publisher's contact.

        `bounces`: address to which bounces return, tagged per letter (VERP). `unsubscribe`: address to which
        mail programs may write to leave, tagged with the letter's token. Both are empty for none.
        """
        self._site = site
        self._notices_from = notices_from or site.contact
        # In A-labels, as all that is on the wire: few programs undo any other form.
        self._contact, self._bounces, self._unsubscribe = (
            ascii_domain(one).addr_spec if one else "" for one in (site.contact, bounces, unsubscribe)
        )
        self._signer = signer
        self._sender_id = sender_id(site.id_domain)
        self._moulds: OrderedDict[object, Mould] = OrderedDict()
        self._moulding = Lock()
        """Several sendings of a process write at once."""

    def write_letter(self, newsletter: Newsletter, variant: Variant, delivery: Delivery) -> Letter:
        """One reader's letter, with the fields of bulk mail (RFC 2369, RFC 2919, RFC 8058).

        Raises ValueError for an address, token or name that cannot stand in a header.
        """
        links = {slot: _link(delivery, path) for slot, path in _PATHS.items()}
        words = _words(links)
        lengths = _lengths(words)
        mould = self._mould(
            (newsletter.id, variant, delivery.link_base, tuple(lengths.values())),
            lambda: self._letter_mould(newsletter, variant, delivery.link_base, lengths),
        )
        labels = self._labels(newsletter, variant, delivery, links[UNSUBSCRIBE])
        return self._cast(mould, newsletter.sender, delivery, words, labels)

    def write_notice(self, notice: Notice, delivery: Delivery) -> Letter:
        """One person's notice: no list, nothing to unsubscribe from (RFC 3834 says who sent it).

        Raises ValueError as `write_letter` does.
        """
        link = _link(delivery, notice.link_path) if notice.link_path else ""
        words = _words({LINK: link, UNSUBSCRIBE: link}) if link else {}
        lengths = _lengths(words)
        mould = self._mould((notice, tuple(lengths.values())), lambda: self._notice_mould(notice, lengths))
        return self._cast(mould, self._notices_from, delivery, words, {})

    # ----------------------------------------------------------------------------------------- one letter

    def _cast(
        self,
        mould: Mould,
        sender: str,
        delivery: Delivery,
        words: encoding.Words,
        labels: Mapping[str, bytes],
    ) -> Letter:
        recipient = ascii_domain(delivery.address).addr_spec
        own = {
            "to": verbatim("To", f"<{recipient}>", ascii_only=False),
            "date": verbatim("Date", _shown(delivery.date)),
            "message-id": verbatim("Message-ID", f"<{delivery.message_id}>"),
            **labels,
        }
        pieces = mould.body(words)
        lines = [own[one] if isinstance(one, str) else one.line for one in mould.fields]
        if self._signer is not None:
            signed = [dkim.field(own[one]) if isinstance(one, str) else one for one in mould.fields]
            lines.insert(0, self._signer.signature(signed, mould.body_hash(pieces), delivery.date))
        return Letter(self._envelope(sender, delivery), recipient, b"".join((*lines, b"\r\n", *pieces)))

    def _envelope(self, sender: str, delivery: Delivery) -> str:
        if self._bounces and delivery.bounce_tag:
            return verp.address(self._bounces, delivery.bounce_tag)
        return ascii_domain(sender).addr_spec

    def _labels(
        self, newsletter: Newsletter, variant: Variant, delivery: Delivery, way: str
    ) -> dict[str, bytes]:
        """The fields of a list's letter that are this letter's own. `way`: its link to unsubscribe."""
        ways = [f"<{way}>"]
        if self._unsubscribe:
            ways.append(f"<{mailto(verp.leaving_address(self._unsubscribe, delivery.token))}>")
        issue = (str(delivery.issue_id), newsletter.id, variant.language, self._sender_id)
        return {
            "list-unsubscribe": verbatim("List-Unsubscribe", ", ".join(ways)),
            "feedback-id": verbatim("Feedback-ID", ":".join(issue)),
        }

    # ------------------------------------------------------------------------------------- what is shared

    def _mould(self, key: object, make: Callable[[], Mould]) -> Mould:
        """The mould under a key; the ones used last stay in memory."""
        with self._moulding:
            found = self._moulds.get(key)
            if found is None:
                found = self._moulds[key] = make()
                if len(self._moulds) > VARIANTS_CACHED:
                    self._moulds.popitem(last=False)
            else:
                self._moulds.move_to_end(key)
            return found

    def _letter_mould(
        self, newsletter: Newsletter, variant: Variant, link_base: str, lengths: Mapping[str, int]
    ) -> Mould:
        site = self._site
        name = newsletter.names.get(variant.language) or next(iter(newsletter.names.values()))
        listed = {
            "List-Id": f"<{newsletter.id}.{site.id_domain}>",
            "List-Unsubscribe": "",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Subscribe": f"<{link_base}/subscribe>",
            "List-Archive": f"<{link_base}/letters>",
            "List-Help": f"<{mailto(self._contact)}>" if self._contact else None,
            "List-Owner": f"<{mailto(self._contact)}>" if self._contact else None,
            "List-Post": "NO",
            "Feedback-ID": "",
        }
        head = self._head(name, newsletter.sender, variant.subject, listed)
        return moulded(head, variant, tuple(_PATHS), lengths)

    def _notice_mould(self, notice: Notice, lengths: Mapping[str, int]) -> Mould:
        shown = Variant(0, notice.language, notice.subject, (notice.html, "", ""), (notice.text, "", ""))
        slots = (LINK, UNSUBSCRIBE) if lengths else ()
        head = self._head(self._site.title, self._notices_from, notice.subject, {})
        return moulded(head, shown, slots, lengths)

    def _head(
        self, name: str, sender: str, subject: str, listed: Mapping[str, str | None]
    ) -> list[bytes | str]:
        """All fields before those of MIME; own ones, whose value is empty in `listed`, by name."""
        contact = self._contact
        replies = contact.isascii() and contact not in ("", ascii_domain(sender).addr_spec)
        return [
            author(name, sender),
            "to",
            *([verbatim("Reply-To", contact)] if replies else ()),
            fields.subject(subject),
            "date",
            "message-id",
            *(
                verbatim(name, value) if value else name.lower()
                for name, value in listed.items()
                if value is not None
            ),
            verbatim("Auto-Submitted", "auto-generated"),
        ]


@lru_cache(maxsize=64)
def _shown(date: datetime) -> str:
    """RFC 5322 section 3.3; letters of one claim have the same."""
    return format_datetime(date)


def unsubscribe_link(delivery: Delivery) -> str:
    """The address at which this letter's reader leaves: its page asks, a one-click POST to it obeys."""
    return _link(delivery, _PATHS[UNSUBSCRIBE])


def preferences_link(delivery: Delivery) -> str:
    """The address at which this letter's reader changes what comes, or has it rest."""
    return _link(delivery, _PATHS[PREFERENCES])


def _link(delivery: Delivery, path: str) -> str:
    return f"{delivery.link_base}{path}{quote(delivery.token, safe='')}"


def _words(links: Mapping[str, str]) -> encoding.Words:
    """What slots are filled with, in the text and, escaped, in HTML."""
    plain = {slot: link.encode() for slot, link in links.items()}
    return plain | {in_html(slot): escape(link).encode() for slot, link in links.items()}


def _lengths(words: encoding.Words) -> dict[str, int]:
    return {slot: len(word) for slot, word in words.items()}
