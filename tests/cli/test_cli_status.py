"""`aggregator status`: one screen of how everything stands."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from aggregator.cli import main
from aggregator.store.engine import connect, writing
from aggregator.store.tables import issues, server_pauses, sources, tracks
from tests.installation import SourceHost

Call = Callable[..., Result]


@pytest.fixture(scope="module")
def source_host() -> Iterator[SourceHost]:
    with SourceHost(pause=0) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield host
        host.shutdown()


@pytest.fixture
def call(tmp_path: Path, source_host: SourceHost) -> Call:
    settings = {
        "site": {"title": "Steppe", "base_url": "http://news.example.org", "contact": "desk@example.org"},
        "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en"]},
        "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s", "workers": 1},
        "sources": [{"id": "dala", "name": "Dala", "url": f"{source_host.url}/dala"}],
        "newsletters": [
            {
                "id": "week",
                "names": {"en": "The Week"},
                "sender": "desk@example.org",
                "time_zone": "Asia/Almaty",
                "tracks": [{"weekly": "monday"}, "daily"],
            }
        ],
    }
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")

    def run(*arguments: str, expected: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--config", str(path), *arguments])
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result

    return run


def change(tmp_path: Path, *statements: object) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'data' / 'aggregator.db'}")
    with writing(engine) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]
    engine.dispose()


def test_an_installation_that_has_not_begun_needs_nobody(call: Call) -> None:
    out = call("status").output
    for words in (
        "1, 0 in trouble",
        "0 told today",
        "no issue yet",
        "none waits",
        "caught, not sent",
        "free",
    ):
        assert words in out
    assert "NEEDS YOU" not in out


def test_the_next_issue_stands_there_in_the_newsletters_zone(call: Call) -> None:
    out = call("status").output
    assert "week weekly-1: no issue yet" in out
    assert ", due since Mon " in out
    assert "07:00 (Asia/Almaty)" in out


def test_after_a_poll_and_an_issue_the_screen_tells_both(call: Call) -> None:
    call("poll")
    call("newsletter", "compose", "--early", "week")
    out = call("status").output
    assert " told today" in out
    assert "0 told today" not in out
    assert "no letters, done" in out
    assert "/caught/" in out


def test_programs_get_the_same_as_json(call: Call) -> None:
    shown = json.loads(call("status", "--json").output)
    assert shown["sources"] == {"count": 1, "in_trouble": []}
    assert [one["track"] for one in shown["newsletters"]["tracks"]] == ["weekly-1", "daily"]
    assert shown["mail"]["smtp"] is False
    assert shown["room"]["database"] > 0
    assert shown["needs_you"] == []


def test_a_source_that_brings_nothing_for_more_than_a_day_needs_the_operator(
    call: Call, tmp_path: Path
) -> None:
    call("poll")
    long_ago = datetime.now(UTC) - timedelta(days=2)
    change(tmp_path, update(sources).values(state="timeout", message="no answer", last_success=long_ago))
    out = call("status", expected=3).output
    assert "dala: timeout no answer" in out
    assert "NEEDS YOU    1 source brings nothing for more than a day" in out


def test_a_server_that_rests_and_a_paused_issue_need_the_operator(call: Call, tmp_path: Path) -> None:
    call("poll")
    call("newsletter", "compose", "--early", "week")
    moment = datetime.now(UTC)
    change(
        tmp_path,
        update(issues).values(paused_at=moment, pause_reason="a wrong name"),
        server_pauses.insert().values(
            server="mail.example", until=moment + timedelta(hours=1), reason="535 no"
        ),
    )
    out = call("status", expected=3).output
    assert "paused since" in out
    assert "a wrong name: `aggregator newsletter resume 1`" in out
    assert "mail.example: 535 no" in out
    assert json.loads(call("status", "--json", expected=3).output)["mail"]["paused"][0]["reason"] == "535 no"
    call("newsletter", "send", "--now")
    assert "mail.example" not in call("status", expected=3).output


@pytest.mark.parametrize(("hours", "is_overdue"), [(47, False), (49, True)])
def test_an_issue_that_was_missed_for_too_long_needs_the_operator(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int, is_overdue: bool
) -> None:
    call("poll")
    call("newsletter", "compose", "--early", "week")
    today = datetime.now(UTC)
    monday_at_7_in_almaty = datetime(today.year + 1, 3, 1, 2, tzinfo=UTC)
    while monday_at_7_in_almaty.isoweekday() != 1:
        monday_at_7_in_almaty += timedelta(days=1)
    change(tmp_path, update(tracks).values(last_period_end=monday_at_7_in_almaty - timedelta(days=8)))
    moment = monday_at_7_in_almaty + timedelta(hours=hours)
    monkeypatch.setattr("aggregator.cli.status.now", lambda: moment)
    shown = json.loads(call("status", "--json", expected=3 if is_overdue else 0).output)
    assert shown["newsletters"]["tracks"][0]["overdue"] is is_overdue
    assert any("weekly-1" in want and "overdue" in want for want in shown["needs_you"]) is is_overdue


# ------------------------------------------------------------------------------------------------ unserved


def rewrite(tmp_path: Path, **newsletter: object) -> None:
    """Change the newsletter in the configuration."""
    path = tmp_path / "config.yaml"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings["newsletters"][0] |= newsletter
    path.write_text(json.dumps(settings), encoding="utf-8")


def test_readers_of_a_rhythm_that_is_offered_no_more_are_not_lost_unseen(call: Call, tmp_path: Path) -> None:
    for email in ("ann@example.org", "ben@example.org"):
        call("subscriber", "add", email, "--newsletter=week", "--consent=fair")
    call("subscriber", "add", "cle@example.org", "--newsletter=week", "--track=daily", "--consent=fair")
    call("subscriber", "add", "dan@example.org", "--newsletter=week", "--consent=fair")
    call("subscriber", "remove", "dan@example.org")
    rewrite(tmp_path, tracks=[{"weekly": "tuesday"}, "daily"])
    (want,) = json.loads(call("status", "--json", expected=3).output)["needs_you"]
    assert want.startswith(
        "week weekly-1 has 2 confirmed readers without letters: the configuration has no rhythm"
    )


def test_letters_of_a_newsletter_that_is_gone_need_the_operator(call: Call, tmp_path: Path) -> None:
    call("poll")
    call("subscriber", "add", "ann@example.org", "--newsletter=week", "--consent=fair")
    call("newsletter", "compose", "--early", "week")
    rewrite(tmp_path, id="weekly")
    out = call("status", expected=3).output
    assert (
        "week weekly-1 has 1 confirmed reader without letters: the configuration has no newsletter week"
        in out
    )
    assert "put it back, or call `aggregator newsletter cancel 1`" in out
    call("newsletter", "cancel", "1", "--yes")
    assert "newsletter cancel" not in call("status", expected=3).output
