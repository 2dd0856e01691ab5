"""The configuration of the sample world."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from aggregator.config.schema import Config
from aggregator.demo.configuration import SUBSCRIBERS, demo_config
from aggregator.demo.server import World
from aggregator.demo.world import outlets

WORLD = World("http://127.0.0.1:8000", "http://127.0.0.1:8001", outlets())


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return demo_config(WORLD, tmp_path, 8099)


def test_it_polls_every_outlet_at_its_address(config: Config) -> None:
    urls = {source.id: source.url for source in config.sources_enabled()}
    assert set(urls) == {outlet.id for outlet in WORLD.outlets}
    assert urls["amu-wire"] == "http://127.0.0.1:8000/amu-wire/feed.xml"
    assert urls["otrar-radio"] == "http://127.0.0.1:8001/otrar-radio/feed.xml"


def test_it_may_reach_loopback_and_nothing_else_private(config: Config) -> None:
    assert config.polling.allow_networks == (ip_network("127.0.0.0/8"),)


def test_everything_it_keeps_goes_into_its_folder(config: Config, tmp_path: Path) -> None:
    assert config.storage.database == f"sqlite:///{tmp_path}/demo.db"
    assert config.storage.data == tmp_path / "data"
    assert config.storage.public == tmp_path / "public"


def test_its_pages_are_at_the_web_port(config: Config) -> None:
    assert config.web.port == 8099
    assert config.publisher().base_url == "http://127.0.0.1:8099"


def test_its_mail_stays_at_home(config: Config) -> None:
    assert config.smtp is None


def test_it_publishes_a_feed_beside_those_that_are_there_by_themselves(config: Config) -> None:
    (selection,) = config.selections()
    assert set(selection.countries) < set(config.region.countries)


def test_its_letter_comes_weekly_in_the_languages_of_its_readers(config: Config) -> None:
    (weekly,) = config.newsletters_offered()
    assert [track.id for track in weekly.tracks] == ["weekly-1"]
    assert set(weekly.interface_languages) == {subscriber.choice.language for subscriber in SUBSCRIBERS}


def test_no_letter_could_reach_anybody() -> None:
    reserved = ("example.org", "example.net", "example.com")
    assert all(subscriber.address.endswith(reserved) for subscriber in SUBSCRIBERS)
    assert len({subscriber.address for subscriber in SUBSCRIBERS}) == 5
