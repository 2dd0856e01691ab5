"""What a relay's webhook says."""

from __future__ import annotations

import json

import pytest

from aggregator.model import BounceKind, Finding
from aggregator.newsletter.bounce_events import MOST_EVENTS, NoEventsError, is_events, read


def told(*events: object) -> bytes:
    return json.dumps(list(events)).encode()


def test_events_name_a_letter_by_tag_message_or_recipient() -> None:
    assert read(
        told(
            {"type": "hard", "tag": "7-0a1b2c3d", "status": "5.1.1", "diagnostic": "550 no a@b.example here"},
            {"type": "complaint", "message_id": "<42.7.x@news.example.org>"},
            {"type": "soft", "recipient": "aigul@example.net"},
        )
    ) == (
        Finding(BounceKind.HARD, "5.1.1", "550 no … here", tags=("7-0a1b2c3d",)),
        Finding(BounceKind.COMPLAINT, message_ids=("42.7.x@news.example.org",)),
        Finding(BounceKind.SOFT, recipient="aigul@example.net"),
    )


@pytest.mark.parametrize(
    ("word", "status", "kind"),
    [
        ("bounce", "5.1.1", BounceKind.HARD),
        ("Bounced", "5.2.2", BounceKind.SOFT),
        ("dropped", "5.7.1", BounceKind.POLICY),
        ("spam", "", BounceKind.COMPLAINT),
        ("unsubscribed", "", BounceKind.UNSUBSCRIBE),
        ("delivered", "2.0.0", BounceKind.IGNORED),
    ],
)
def test_common_words_are_known(word: str, status: str, kind: BounceKind) -> None:
    (finding,) = read(json.dumps({"type": word, "status": status, "tag": "7-0a1b2c3d"}).encode())
    assert finding.kind is kind


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[", "not JSON"),
        (b"[]", "0 events"),
        (told(*[{"type": "hard", "tag": "x"}] * (MOST_EVENTS + 1)), "1001 events"),
        (told("hard"), "event 1 is no object"),
        (told({"type": "hard", "tag": "x"}, {"type": "odd", "tag": "x"}), "event 2 has the type 'odd'"),
        (told({"type": "hard"}), "names no letter"),
        (told({"type": "hard", "tag": 7}), "names no letter"),
        (b'[{"type": "hard", "tag": "\xff"}]', "not JSON"),
    ],
)
def test_what_is_no_list_of_events_is_refused_with_the_place(content: bytes, says: str) -> None:
    with pytest.raises(NoEventsError, match=says):
        read(content)


def test_a_mail_is_no_list_of_events() -> None:
    assert is_events(b" \r\n[{}]")
    assert not is_events(b"Received: from [192.0.2.1]\r\n\r\n")
    assert not is_events(b"")
