"""What asks sources is opened when it is first needed; the rules of judgement have a version."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.model import WordFile
from aggregator.newsletter.pieces import PICTURE_BYTES
from aggregator.wiring import hubs, rules, site
from aggregator.wiring.letter_pictures import picture_reader
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


@pytest.mark.parametrize(
    ("base_url", "told"),
    [
        ("https://news.example.org", True),
        ("https://news.example.org/central-asia", True),
        ("http://news.example.org", False),
        ("https://127.0.0.1", False),
        ("https://localhost:8443", False),
    ],
)
def test_hubs_are_told_and_named_in_feeds_only_where_they_can_read_them(base_url: str, told: bool) -> None:
    config = Config.model_validate(
        {
            "site": {"title": "News", "base_url": base_url, "contact": "desk@example.org"},
            "region": {"name": "Steppe", "countries": ["KZ"]},
            "publish": {"hubs": ["https://hub.example.net/"]},
        }
    )
    expected = ("https://hub.example.net/",) if told else ()
    assert hubs.hubs_told(config) == site.publisher(config).hubs == expected
    assert bool(hubs.why_not_reached(config)) is not told


@pytest.mark.parametrize(
    ("said", "languages"),
    [
        ({}, ("en", "de", "fr", "ru")),
        ({"language": "ru"}, ("ru", "de", "en", "fr")),
        ({"language": "ru", "languages": ["fr"]}, ("ru", "fr")),
        ({"languages": ["fr", "en"]}, ("en", "fr")),
    ],
)
def test_pages_are_offered_in_the_sites_language_first(
    said: dict[str, object], languages: tuple[str, ...]
) -> None:
    assert site.publisher(_config(**said)).languages == languages


@pytest.mark.parametrize("said", [{"language": "kk"}, {"languages": ["en", "kk"]}])
def test_an_interface_language_without_words_is_refused_with_the_cure(said: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"no words for pages in `kk`.*de, en, fr, ru.*kk/site.po"):
        site.publisher(_config(**said))


def _config(**said: object) -> Config:
    publisher = {"title": "News", "base_url": "https://news.example.org", "contact": "desk@example.org"}
    region = {"name": "Steppe", "countries": ["KZ"]}
    return Config.model_validate({"site": {**publisher, **said}, "region": region})


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


def test_pictures_for_letters_are_read_below_the_public_folder_and_are_jpeg(tmp_path: Path) -> None:
    public = tmp_path / "public"
    (public / "img").mkdir(parents=True)
    jpeg = b"\xff\xd8\xff\xe0 and more"
    files = {"img/a.jpg": jpeg, "img/page.jpg": b"<!doctype html>", "../secret.jpg": jpeg}
    files["img/large.jpg"] = jpeg + b"x" * PICTURE_BYTES
    for name, content in files.items():
        (public / name).write_bytes(content)
    read = picture_reader(public)
    assert read("img/a.jpg") == jpeg
    assert [read(name) for name in ("img/page.jpg", "../secret.jpg", "img/gone.jpg")] == [None, None, None]
    assert len(read("img/large.jpg") or b"") == PICTURE_BYTES + 1, "more than a letter carries, and no more"


def test_a_picture_that_cannot_be_read_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "img").mkdir()
    assert picture_reader(tmp_path)("img") is None
    assert "letters go without it" in caplog.text
