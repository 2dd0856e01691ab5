"""What readers wish, and what is offered."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from aggregator.errors import UsageError
from aggregator.model import Choice, Offer, Rhythm, Track, Wish
from aggregator.newsletter import wishes

OFFER = Offer("weekly", {"en": "The Week"}, (Track("daily", Rhythm.DAILY),), ("KZ",), ("en",))


def test_a_list_of_readers_with_time_zones_does_not_read_all_zones_for_each(monkeypatch) -> None:
    read = []

    def counted() -> set[str]:
        read.append(1)
        return available_timezones()

    monkeypatch.setattr(wishes, "available_timezones", counted)
    for zone in ("Asia/Almaty", "Europe/Paris", "Asia/Tashkent"):
        wish = Wish("daily", Choice("en"), local_hour=7, time_zone=zone)
        assert wishes.admitted(OFFER, wish) == wish
    with pytest.raises(UsageError, match="no time zone 'Asia/Bishkent'"):
        wishes.admitted(OFFER, Wish("daily", Choice("en"), local_hour=7, time_zone="Asia/Bishkent"))
    assert len(read) <= 1
