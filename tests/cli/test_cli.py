"""The commands as an operator calls them: what they print, and how they end."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import main
from tests.installation import SourceHost

Call = Callable[..., Result]


@pytest.fixture(scope="module")
def source_host() -> Iterator[SourceHost]:
    with SourceHost(pause=0) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield host
        host.shutdown()


def settings(url: str) -> dict[str, object]:
    return {
        "site": {
            "title": "Steppe News",
            "base_url": "http://news.example.org",
            "contact": "desk@example.org",
        },
        "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en", "fr"]},
        "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s", "workers": 1},
        "sources": [
            {"id": "dala", "name": "Dala", "url": f"{url}/dala"},
            {"id": "gone", "name": "Gone", "url": f"{url}/gone", "enabled": False, "note": "closed"},
        ],
        "feeds": [{"id": "steppe", "title": "Kazakhstan", "countries": ["KZ"]}],
        "newsletters": [
            {
                "id": "week",
                "names": {"en": "The Week", "fr": "La Semaine"},
                "sender": "desk@example.org",
                "tracks": [{"weekly": "monday"}],
            }
        ],
    }


@pytest.fixture
def call(tmp_path: Path, source_host: SourceHost) -> Call:
    """Calls a command with a configuration of one source and one newsletter."""
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(settings(source_host.url)), encoding="utf-8")

    def run(*arguments: str, expected: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--config", str(path), *arguments])
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result

    return run


@pytest.fixture
def told(call: Call) -> Call:
    """The same after a poll: there are stories to tell."""
    call("poll")
    return call


# ------------------------------------------------------------------------------------------------ config


def test_check_config_says_what_there_is(call: Call) -> None:
    out = call("check-config").output
    assert "1 source to poll (1 resting), 1 feed, 1 newsletter. Pages in en, de, fr, ru." in out
    assert "mail is caught" in out


@pytest.mark.parametrize("said", [{"language": "kk"}, {"languages": ["fr", "kk"]}])
def test_check_config_refuses_an_interface_language_without_words(
    said: dict[str, object], tmp_path: Path
) -> None:
    wanted = settings("http://dala.example")
    wanted["site"] = {**wanted["site"], **said}  # type: ignore[dict-item]
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(wanted), encoding="utf-8")
    result = CliRunner().invoke(main, ["--config", str(path), "check-config"])
    assert result.exit_code == 2
    assert "no words for pages in `kk`" in result.output
    assert "fine" not in result.output


def test_check_config_warns_where_hubs_could_not_read_our_feeds(tmp_path: Path) -> None:
    said = settings("http://dala.example") | {"publish": {"hubs": ["https://hub.example.net/"]}}
    path = tmp_path / "config.yaml"
    for base_url, warned in (("http://news.example.org", True), ("https://news.example.org", False)):
        said["site"] = {**said["site"], "base_url": base_url}  # type: ignore[dict-item]
        path.write_text(json.dumps(said), encoding="utf-8")
        result = CliRunner().invoke(main, ["--config", str(path), "check-config"])
        assert result.exit_code == 0
        reason = (
            "no hub is told of our feeds, for it could not read them: http://news.example.org is not https"
        )
        assert (reason in result.output) is warned


def test_check_config_names_every_fault_and_ends_with_2(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(
        "site: {title: News}\nregion: {name: Steppe, countries: [KAZ]}\nnewsleters: []\n", encoding="utf-8"
    )
    result = CliRunner().invoke(main, ["--config", str(path), "check-config"])
    assert result.exit_code == 2
    assert "broken.yaml:2:" in result.output
    assert "broken.yaml:3:" in result.output
    assert "newsletters" in result.output
    assert "faults found; nothing was changed" in result.output


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--config", str(tmp_path / "none.yaml"), "check-config"])
    assert result.exit_code == 2
    assert "none.yaml" in result.output


def test_a_database_that_is_something_else_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "aggregator.db")) as database:
        database.execute("create table recipes (id integer)")
    assert "another program" in call("sources", expected=1).output


# ------------------------------------------------------------------------------------------------ poll


def test_poll_tells_each_source_and_the_sum(call: Call) -> None:
    out = call("poll").output
    assert "dala" in out
    assert "5 entries, 5 new" in out
    assert "1 source polled, 5 new stories, 0 sources in trouble." in out


def test_a_named_source_that_must_not_be_asked_yet_says_when(told: Call) -> None:
    out = told("poll", "dala", expected=3).output
    assert "dala" in out
    assert "it may be asked at" in out


def test_force_overrides_our_interval(told: Call) -> None:
    assert "nothing new" in told("poll", "--force", "dala").output


def test_force_does_not_override_the_sources_own_word(call: Call, source_host: SourceHost) -> None:
    source_host.max_age["dala"] = 7200
    try:
        call("poll")
        asked = source_host.asked["dala"]
        out = call("poll", "--force", "dala", expected=3).output
    finally:
        source_host.max_age.clear()
    assert "it may be asked at" in out
    assert source_host.asked["dala"] == asked


def test_progress_is_a_bar_on_a_terminal_and_plain_lines_elsewhere(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "━" not in call("poll").output
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    out = call("poll", "--force", "dala").output
    assert "nothing new" in out
    assert "━" in out


def test_a_poll_with_nothing_due_says_so(told: Call) -> None:
    assert "0 sources polled" in told("poll").output


def test_an_unknown_source_is_told_with_what_is_near(call: Call) -> None:
    assert "dala" in call("poll", "dalla", expected=2).output


def test_sources_lists_how_they_stand(told: Call) -> None:
    (line,) = told("sources").output.splitlines()
    source, state, entries, *_ = line.split("\t")
    assert (source, state, entries) == ("dala", "ok", "5")


def test_publish_writes_feeds_and_pages(told: Call, tmp_path: Path) -> None:
    out = told("publish").output
    assert "5 stories looked at, 11 feeds rendered" in out
    assert "Story 0 of dala" in (tmp_path / "public" / "feeds" / "steppe.atom").read_text("utf-8")
    assert "0 files written" in told("publish", "--changed").output


# ------------------------------------------------------------------------------------------------ newsletter


def test_preview_shows_the_letter_and_why_and_stores_nothing(told: Call, tmp_path: Path) -> None:
    page = tmp_path / "letter.html"
    out = told("newsletter", "preview", "week", "--explain", "--language", "fr", "--html", str(page)).output
    assert "Subject: Story 0 of dala" in out
    assert "La Semaine" in out
    assert "top " in out
    assert "<html" in page.read_text("utf-8")
    assert told("newsletter", "status").output == ""


def test_preview_says_when_there_is_nothing_to_tell(call: Call) -> None:
    assert "Nothing new" in call("newsletter", "preview", "week").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("month",), "it has week"),
        (("week", "--track", "daily"), "it has weekly-1"),
        (("week", "--language", "de"), "it is in en, fr"),
    ],
)
def test_preview_names_what_there_is(told: Call, arguments: tuple[str, ...], words: str) -> None:
    assert words in told("newsletter", "preview", *arguments, expected=2).output


def test_a_letter_goes_to_the_local_mailbox_once(told: Call, tmp_path: Path) -> None:
    told("subscriber", "add", "ann@example.org", "--newsletter", "week", "--consent", "in person")
    out = told("newsletter", "send", "--early", "week").output
    assert "5 stories for 1 reader" in out
    assert "1 letter sent, 0 not sent, 0 held." in out
    again = told("newsletter", "send", "--early", "week").output
    assert "has its issue already" in again
    assert "0 letters sent" in again
    assert len(list((tmp_path / "data" / "caught").glob("*.eml"))) == 1
    assert "5 stories; 1 sent" in told("newsletter", "status").output


def test_compose_says_when_nothing_is_due(told: Call) -> None:
    told("newsletter", "compose")
    assert "No issue is due." in told("newsletter", "compose").output


def test_settle_wants_one_word_from_the_operator(call: Call) -> None:
    assert "either --sent or --resend" in call("newsletter", "settle", expected=2).output
    assert "0 letters taken as sent" in call("newsletter", "settle", "--sent").output
