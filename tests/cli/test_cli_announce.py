"""What operators read of hubs that are told."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.announce import AnnouncePorts, HubTold
from aggregator.cli.publish import describe_told
from aggregator.cli.run import _Jobs
from aggregator.model import HubAnswer, Owed, Ping, Telling
from aggregator.schedule import Rhythm

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HUB = "https://hub.example.org/"
OTHERS = (
    "polling",
    "subscribing",
    "receiving",
    "illustrating",
    "publishing",
    "search",
    "mail",
)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (HubTold(HUB, Telling.TOLD, 1), f"{HUB} told of 1 feed"),
        (HubTold(HUB, Telling.TOLD, 12), f"{HUB} told of 12 feeds"),
        (HubTold(HUB, Telling.REFUSED, 2, "HTTP 400"), f"{HUB} refuses to be told of 2 feeds: HTTP 400"),
        (
            HubTold(HUB, Telling.LATER, 2, "HTTP 503", NOW + timedelta(minutes=1)),
            f"{HUB} could not be told of 2 feeds: HTTP 503; it is asked again at 2026-11-22 09:01:00 UTC",
        ),
        (
            HubTold(HUB, Telling.GIVEN_UP, 3, "HTTP 503"),
            f"{HUB} could not be told for too long of 3 feeds, and is not until they change again: HTTP 503",
        ),
    ],
)
def test_one_line_says_what_became_of_telling_a_hub(line: HubTold, words: str) -> None:
    assert describe_told(line) == words


class Refusing:
    """A hub that owes us an explanation, each time for one more feed."""

    def __init__(self, *answers: HubAnswer) -> None:
        self.answers = [*answers]

    def owed(self, hub: str) -> Owed:
        return Owed(hub, (Ping(hub, "feeds/kz.atom", NOW),))

    def take(self, told: Sequence[Ping], try_after: datetime, now: datetime) -> Sequence[Ping]:
        return told

    def settle(self, told: Sequence[Ping]) -> None: ...
    def put_off(self, hub: str, try_after: datetime, message: str) -> None: ...
    def give_up(self, overdue: Sequence[Ping]) -> None: ...

    async def tell(self, hub: str, form: Sequence[tuple[str, str]]) -> HubAnswer:
        return self.answers.pop(0)


class NoMail:
    def rhythms(self) -> tuple[Rhythm, ...]:
        return ()


async def test_run_warns_of_a_refusal_once_until_the_hub_says_something_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    no, never = HubAnswer(False, "HTTP 403", status=403), HubAnswer(False, "HTTP 410", status=410)
    busy = HubAnswer(False, "HTTP 503", status=503)
    hub = Refusing(no, no, HubAnswer(True, status=204), no, never, busy, busy)
    jobs = _Jobs(
        announcing=AnnouncePorts(hub, hub.tell, (HUB,), "https://news.example.org"), **dict.fromkeys(OTHERS)
    )  # type: ignore[arg-type]
    with caplog.at_level(logging.INFO, "aggregator"):
        for _ in range(7):
            await jobs.announce(HUB, NOW)
    warned, said = logging.WARNING, logging.INFO
    assert [record.levelno for record in caplog.records] == [warned, said, said, said, warned, warned, warned]


def test_run_wakes_each_hub_by_itself() -> None:
    hubs = (HUB, "https://other.example.org/")
    hub = Refusing()
    announcing = AnnouncePorts(hub, hub.tell, hubs, "")
    jobs = _Jobs(announcing=announcing, **dict.fromkeys(OTHERS) | {"mail": NoMail()})  # type: ignore[arg-type]
    names = [rhythm.name for rhythm in jobs.rhythms() if rhythm.every == timedelta(seconds=10)]
    assert [name for name in names if name.startswith("announce")] == [f"announce to {hub}" for hub in hubs]
