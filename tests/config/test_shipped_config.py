"""The configuration that is shipped, and its JSON Schema."""

from __future__ import annotations

import re
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


def test_what_is_commented_out_can_be_used_as_it_stands(tmp_path: Path) -> None:
    text = (TOP / "config.yaml").read_text(encoding="utf-8")
    before, newsletters, mail = text.partition("\nnewsletters:\n")
    mail = re.sub(r"^( *)#(?=[a-z]|  )", r"\1", mail, flags=re.MULTILINE)
    (tmp_path / "my-templates").mkdir()
    (tmp_path / "config.yaml").write_text(before + newsletters + mail, encoding="utf-8")
    used = load(tmp_path / "config.yaml", {"SMTP_PASSWORD": "p", "BOUNCE_SECRET": "s" * 16})
    sections = (used.smtp, used.bounces, used.dkim, used.templates)
    assert None not in sections
    assert used.subscribe.open is False
    (weekly,) = used.newsletters_offered()
    assert (weekly.images, weekly.hide_empty, weekly.on_unknown) == ("hosted", False, "resend")
    assert weekly.send_window is not None


def test_the_json_schema_is_that_of_the_models() -> None:
    shipped = (TOP / "config.schema.json").read_text(encoding="utf-8")
    assert shipped == json_schema(), "run: python -m aggregator.config.schema > config.schema.json"


def test_editors_find_the_json_schema() -> None:
    first_line = (TOP / "config.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first_line == "# yaml-language-server: $schema=./config.schema.json"
