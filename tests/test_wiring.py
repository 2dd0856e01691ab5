"""What asks sources is opened when it is first needed; the rules of judgement have a version."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.config.schema import Config
from aggregator.model import WordFile
from aggregator.wiring import rules
from aggregator.wiring.polling import _once_needed


class Door:
    def __init__(self) -> None:
        self.events: list[str] = []

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        await asyncio.sleep(0)
        self.events.append("opened")
        yield "inside"
        self.events.append("closed")


async def test_what_nobody_needs_is_never_opened() -> None:
    door = Door()
    async with _once_needed(door.opened):
        pass
    assert door.events == []


async def test_all_who_need_it_at_the_same_time_share_one_that_is_closed_at_the_end() -> None:
    door = Door()
    async with _once_needed(door.opened) as needed:
        assert await asyncio.gather(needed(), needed(), needed()) == ["inside"] * 3
        assert door.events == ["opened"]
    assert door.events == ["opened", "closed"]


def test_the_version_of_the_rules_changes_with_the_operators_words_and_groups() -> None:
    site = {"title": "News", "base_url": "https://news.example.org", "contact": "desk@example.org"}

    def version(**said: object) -> str:
        region = {"name": "Steppe", "countries": ["KZ"], **said}
        return rules.of(Config.model_validate({"site": site, "region": region})).version

    versions = [
        version(),
        version(gazetteer=[WordFile("KZ.toml", "")]),
        version(gazetteer=[WordFile("KZ.toml", "# more")]),
        version(groups={"CA": ["KZ", "KG"]}),
    ]
    assert len(set(versions)) == 4
    assert version() == versions[0]
