"""The configuration that is shipped, and its JSON Schema."""

from __future__ import annotations

from pathlib import Path

from aggregator.config.load import load
from aggregator.config.schema import json_schema

TOP = Path(__file__).parents[2]
CONFIG = load(TOP / "config.yaml", {})


def test_the_shipped_configuration_has_no_fault_and_needs_no_environment() -> None:
    assert len(CONFIG.sources_enabled()) >= 60


def test_every_source_that_rests_says_why_and_since_when_it_is_known() -> None:
    resting = [source for source in CONFIG.sources if not source.enabled]
    assert resting
    assert [source.id for source in resting if not (source.note and source.checked)] == []


def test_no_two_sources_poll_the_same_address() -> None:
    urls = [source.url for source in CONFIG.sources]
    assert len(urls) == len(set(urls))


def test_every_source_knows_the_zone_of_its_dates() -> None:
    assert [source.id for source in CONFIG.sources if "time_zone" not in source.model_fields_set] == []


def test_no_feed_repeats_one_that_is_there_by_itself() -> None:
    criteria = [(feed.countries, feed.languages, feed.sources) for feed in CONFIG.selections()]
    assert [one for one in criteria if len(one[0]) <= 1 and len(one[1]) <= 1 and not one[2]] == []


def test_the_weekly_letter_goes_out_on_monday_morning_in_almaty() -> None:
    (weekly,) = CONFIG.newsletters_offered()
    assert weekly.interface_languages == ("fr", "en", "ru", "de")
    assert (weekly.send_at, weekly.time_zone) == ("07:00", "Asia/Almaty")
    assert [track.id for track in weekly.tracks] == ["weekly-1"]
    assert weekly.countries == CONFIG.region.countries


def test_letters_leave_the_machine_only_once_a_mail_server_is_named() -> None:
    assert CONFIG.smtp is None


def test_the_json_schema_is_that_of_the_models() -> None:
    shipped = (TOP / "config.schema.json").read_text(encoding="utf-8")
    assert shipped == json_schema(), "run: python -m aggregator.config.schema > config.schema.json"


def test_editors_find_the_json_schema() -> None:
    first_line = (TOP / "config.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first_line == "# yaml-language-server: $schema=./config.schema.json"
