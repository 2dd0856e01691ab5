"""The commands of `aggregator newsletter` as an operator calls them."""

from __future__ import annotations

import errno
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select, update

from aggregator.cli import main
from aggregator.store.engine import connect, reading, writing
from aggregator.store.tables import deliveries, issues, subscriptions, tracks
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
        "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en", "fr"]},
        "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s", "workers": 1},
        "sources": [{"id": "dala", "name": "Dala", "url": f"{source_host.url}/dala"}],
        "newsletters": [
            {
                "id": "week",
                "names": {"en": "The Week", "fr": "La Semaine"},
                "sender": "desk@example.org",
                "tracks": [{"weekly": "monday"}, "monthly"],
                "note": "note.md",
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


@pytest.fixture
def told(call: Call) -> Call:
    call("poll")
    return call


@pytest.fixture
def engine(call: Call, tmp_path: Path) -> Iterator[Engine]:
    opened = connect(f"sqlite:///{tmp_path / 'data' / 'aggregator.db'}")
    yield opened
    opened.dispose()


def subscribe(call: Call, *emails: str, language: str = "en") -> None:
    for email in emails:
        call("subscriber", "add", email, "--newsletter=week", "--consent=fair", f"--language={language}")


def caught(tmp_path: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((tmp_path / "data" / "caught").glob("*.eml"))]


def count(engine: Engine, table: object) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------ list


def test_list_says_what_there_is_and_when_the_next_issue_goes(call: Call) -> None:
    subscribe(call, "ann@example.org")
    week, month = call("newsletter", "list").output.splitlines()
    assert week.split("\t")[:4] == ["week", "weekly-1", "1", "none"]
    assert month.split("\t")[1:3] == ["monthly", "0"]
    assert re.match(r"\d{4}-W\d\d, due since Mon .* 07:00$", week.split("\t")[4])
    (shown, _) = json.loads(call("newsletter", "list", "--json").output)
    assert (shown["readers"], shown["last_issue_up_to"], shown["languages"]) == (1, None, ["en", "fr"])
    assert datetime.fromisoformat(shown["next_issue_at"]) < datetime.now(UTC)
    call("newsletter", "compose")
    assert re.match(r"\d{4}-W\d\d at Mon .* 07:00$", call("newsletter", "list").output.split("\t")[4])


# ------------------------------------------------------------------------------------------------ dry run


def test_a_dry_run_says_who_would_get_what_and_changes_nothing(
    told: Call, engine: Engine, tmp_path: Path
) -> None:
    subscribe(told, "ann@example.org", "bob@example.org")
    subscribe(told, "cyd@example.org", language="fr")
    out = told("newsletter", "send", "--early", "week", "--dry-run").output
    assert "5 stories, 3 letters in 2 variants" in out
    assert "2 letters in en, 5 stories, HTML" in out
    assert "1 letter in fr" in out
    assert "tells" in out
    assert "expires" in out
    assert out.endswith("Nothing was frozen, nothing was sent.\n")
    assert (count(engine, issues), count(engine, deliveries), caught(tmp_path)) == (0, 0, [])
    assert "3 letters sent" in told("newsletter", "send", "--early", "week").output


def test_a_dry_run_says_who_is_passed_over_and_why(told: Call, engine: Engine) -> None:
    subscribe(told, "ann@example.org", "bob@example.org")
    with writing(engine) as connection:
        later = datetime.now(UTC) + timedelta(days=30)
        paused = update(subscriptions).where(subscriptions.c.subscriber_id == 1)
        connection.execute(paused.values(paused_until=later))
    out = told("newsletter", "send", "--early", "week", "--dry-run").output
    assert "1 letter in 1 variant" in out
    assert "passed   1 reader: paused" in out


def test_what_cannot_be_shown_is_told_with_its_period(told: Call) -> None:
    told("newsletter", "compose", "--early", "week")
    out = told("newsletter", "preview", "week", expected=2).output
    assert "the running period of week weekly-1 has its issue already" in out
    assert re.search(r"before the next one begins, Mon \d{4}-\d\d-\d\d 00:00 \(UTC\)", out)


def test_a_preview_without_news_says_up_to_when(call: Call) -> None:
    out = call("newsletter", "preview", "week", "--track", "monthly").output
    assert re.search(r"Nothing new to tell in week monthly \d{4}-\d\d, up to \w{3} \d{4}-", out)


def test_a_dry_run_without_news_or_a_due_issue_says_so(call: Call) -> None:
    assert (
        "nothing new, nothing would be sent"
        in call("newsletter", "send", "--early", "week", "--dry-run").output
    )


# ------------------------------------------------------------------------------------------------ tests


def test_a_test_letter_goes_to_one_address_and_touches_no_reader(
    told: Call, engine: Engine, tmp_path: Path
) -> None:
    subscribe(told, "ann@example.org")
    told("newsletter", "compose", "--early", "week")
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM told_stories WHERE track = 'monthly'")
        connection.exec_driver_sql("DELETE FROM tracks WHERE track = 'monthly'")
    out = told(
        "newsletter", "send", "--to", "me@example.org", "--track", "monthly", "--language", "fr"
    ).output
    assert "sent" in out
    (letter,) = caught(tmp_path)
    message = message_from_bytes(letter)
    assert message["To"] == "<me@example.org>"
    assert readable(letter).startswith("[test] ")
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    assert all(b"[[" not in part for part in parts if isinstance(part, bytes))
    assert any(b"La Semaine" in part for part in parts if isinstance(part, bytes))
    with reading(engine) as connection:
        rows = connection.execute(select(deliveries.c.kind, deliveries.c.state).order_by(deliveries.c.id))
        assert [tuple(row) for row in rows] == [("issue", "ready"), ("alert", "sent")]
    assert count(engine, issues) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--to", "nobody"), "address"),
        (("--to", "me@example.org", "--dry-run"), "a test alone"),
        (("--to", "me@example.org", "--newsletter", "month"), "it has week"),
        (("--to", "me@example.org", "--language", "de"), "it is in en, fr"),
        (("--language", "fr"), "choose what --to sends"),
        (("--early", "month", "--dry-run"), "it has week"),
    ],
)
def test_what_cannot_be_sent_is_refused(told: Call, arguments: tuple[str, ...], words: str) -> None:
    assert words in told("newsletter", "send", *arguments, expected=2).output


# ------------------------------------------------------------------------------------------------ late


def late_by(engine: Engine, monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    """It is so many hours after a Monday's issue should have gone; the one before it went."""
    monday = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=7)
    while monday.isoweekday() != 1 or monday.day > 24:
        monday += timedelta(days=1)
    with writing(engine) as connection:
        connection.execute(update(tracks).values(last_period_end=monday - timedelta(days=7, hours=7)))
        # The month is not what is looked at.
        connection.execute(
            update(tracks)
            .where(tracks.c.track == "monthly")
            .values(last_period_end=monday + timedelta(days=99))
        )
    for module in ("sending", "forecasting"):
        monkeypatch.setattr(
            f"aggregator.cli.newsletter.{module}.now", lambda: monday + timedelta(hours=hours)
        )


@pytest.fixture
def behind(told: Call, engine: Engine) -> Call:
    """Both tracks had an issue that told nothing; the news are still untold."""
    told("newsletter", "compose", "--early", "week")
    with writing(engine) as connection:
        for table in ("told_stories", "issue_blocks", "issue_frames", "issue_stories", "issues"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        connection.execute(update(tracks).values(watermark=0))
        connection.exec_driver_sql("UPDATE entries SET published = '2099-01-01 00:00:00'")
    return told


def test_a_missed_slot_is_made_up_within_max_lateness(
    behind: Call, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(behind, "ann@example.org")
    late_by(engine, monkeypatch, 47.5)
    assert "5 stories for 1 reader" in behind("newsletter", "send").output
    assert "No issue is due." in behind("newsletter", "compose").output


def test_a_slot_that_was_missed_for_longer_asks_the_operator(
    behind: Call, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(behind, "ann@example.org")
    late_by(engine, monkeypatch, 48.5)
    assert "overdue and not sent" in behind("newsletter", "send", expected=3).output
    assert "it waits for your word" in behind("newsletter", "send", "--dry-run", expected=3).output
    assert "overdue" not in behind("newsletter", "send", "--dry-run", "--late").output
    assert "5 stories for 1 reader" in behind("newsletter", "send", "--late").output


def test_nothing_new_is_said_and_nothing_sent(call: Call, tmp_path: Path) -> None:
    subscribe(call, "ann@example.org")
    out = call("newsletter", "send", "--early", "week").output
    assert out.count("nothing new, nothing is sent") == 2
    assert "0 letters sent" in out
    assert "nothing new; nothing was sent" in call("newsletter", "status").output
    assert caught(tmp_path) == []


def test_an_explanation_shows_titles_that_do_nothing_to_a_terminal(told: Call, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE entries SET title = 'Rain' || char(27) || '[31m' || char(8238)")
    out = told("newsletter", "preview", "week", "--explain").output
    assert "Rain[31m\n" in out
    assert not {"\x1b", "\u202e"} & set(out)


# ------------------------------------------------------------------------------------------------ note


def test_a_note_is_shown_in_the_preview_and_frozen_with_one_issue(told: Call, tmp_path: Path) -> None:
    words = tmp_path / "words.md"
    words.write_text("Dear readers, **this** week was long.\n", encoding="utf-8")
    told("newsletter", "note", "week", str(words), "--track", "weekly-1")
    assert "this" in told("newsletter", "preview", "week").output
    assert "Dear readers" not in told("newsletter", "preview", "week", "--track", "monthly").output
    subscribe(told, "ann@example.org")
    told("newsletter", "send", "--early", "week")
    message = message_from_bytes(caught(tmp_path)[0])
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    assert all(isinstance(part, bytes) and b"Dear readers" in part for part in parts)
    shown = told("newsletter", "note", "week").output
    assert "next issue" not in shown
    assert "Dear readers" in shown


def test_the_standing_note_gives_way_to_one_that_was_written(told: Call, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("We speak every week.\n", encoding="utf-8")
    assert "We speak every week." in told("newsletter", "preview", "week").output
    told("newsletter", "note", "week", "--text", "Only today.")
    shown = told("newsletter", "preview", "week").output
    assert ("Only today." in shown, "every week" in shown) == (True, False)
    assert "no note any more" in told("newsletter", "note", "week", "--clear").output
    assert "every week" in told("newsletter", "preview", "week").output


def test_a_standing_note_that_is_no_text_keeps_its_newsletter_back_and_says_why(
    told: Call, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "note.md").write_bytes(b"caf\xe9")
    assert "is not UTF-8 from byte 3 on" in told("check-config", expected=2).output
    foretold = told("newsletter", "send", "--dry-run", "--early", "week", expected=3).output
    assert foretold.count("not composed: the note") == 2
    result = told("newsletter", "compose", "--early", "week", expected=3)
    assert "not composed: the note" in result.output
    assert "is not UTF-8 from byte 3 on" in result.output
    assert not [one for one in caplog.records if one.exc_info], "words say it, no traceback"
    (tmp_path / "note.md").unlink()
    assert "5 stories for 0 readers" in told("newsletter", "compose", "--early", "week").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--text", "x", "--clear"), "say one of"),
        (("--text", "x", "--period", "2026-W99"), "is no period of week"),
        (("--text", "x", "--period", "2026-11-22"), "is no period of week"),
        (("--text", "  "), "the note is empty"),
        (("--text", "ш" * 20_001), "longer than 20000 characters"),
        (("--text", "x" * 90_000), "longer than 20000 characters"),
        (("--text", "x", "--track", "daily"), "it has weekly-1, monthly"),
    ],
)
def test_a_note_that_cannot_stand_is_refused(call: Call, arguments: tuple[str, ...], words: str) -> None:
    assert words in call("newsletter", "note", "week", *arguments, expected=2).output


def test_a_note_may_be_as_long_in_any_script(call: Call) -> None:
    assert "is kept" in call("newsletter", "note", "week", "--text", "ш" * 20_000).output


def test_a_note_can_be_for_a_period_to_come(call: Call) -> None:
    call("newsletter", "note", "week", "--text", "Happy new year", "--period", "2031-W01")
    shown = call("newsletter", "note", "week", "--period", "2031-W01").output
    assert "week weekly-1, 2031-W01" in shown
    assert "monthly" not in shown


# ------------------------------------------------------------------------------------------------ steering


@pytest.fixture
def frozen(told: Call) -> Call:
    subscribe(told, "ann@example.org", "bob@example.org")
    told("newsletter", "compose", "--early", "week")
    return told


def test_a_paused_issue_is_not_sent_until_it_is_resumed(frozen: Call, tmp_path: Path) -> None:
    assert "weekly-1" in frozen("newsletter", "pause", "1", "--reason", "a wrong name").output
    assert "already paused" in frozen("newsletter", "pause", "1").output
    assert "0 letters sent" in frozen("newsletter", "send").output
    assert "a wrong name" in frozen("newsletter", "progress", "1", expected=3).output
    assert "goes on" in frozen("newsletter", "resume", "1").output
    assert "was not paused" in frozen("newsletter", "resume", "1").output
    assert "2 letters sent" in frozen("newsletter", "send").output
    assert len(caught(tmp_path)) == 2


def test_cancelling_asks_first(frozen: Call, engine: Engine, tmp_path: Path) -> None:
    assert "2 letters would not be sent, ever" in frozen("newsletter", "cancel", "1", expected=3).output
    assert "2 letters cancelled" in frozen("newsletter", "cancel", "1", "--yes").output
    assert "0 letters sent" in frozen("newsletter", "send").output
    assert caught(tmp_path) == []
    assert "cancelled" in frozen("newsletter", "progress", "1").output
    assert "already cancelled" in frozen("newsletter", "pause", "1").output
    assert "there is nothing to cancel" in frozen("newsletter", "cancel", "1").output


def test_progress_shows_how_far_and_how_fast(frozen: Call) -> None:
    waiting = frozen("newsletter", "progress", "weekly-1/" + key_of(frozen)).output.split("\t")
    assert waiting[2:4] == ["0", "2"]
    assert "not begun" in waiting[-1]
    frozen("newsletter", "send")
    (shown,) = json.loads(frozen("newsletter", "progress", "1", "--json").output)
    assert shown["letters"] == {"sent": 2}
    assert shown["pace"].startswith("done ")


def key_of(call: Call) -> str:
    shown = json.loads(call("newsletter", "progress", "1", "--json").output)
    return str(shown[0]["period"])


@pytest.mark.parametrize("name", ["99", "2020-W01", "week/daily/2026-W47", "9" * 60])
def test_an_issue_that_is_not_there_is_said(frozen: Call, name: str) -> None:
    assert "there is no issue" in frozen("newsletter", "progress", name, expected=2).output


def test_settling_can_be_for_one_issue_alone(frozen: Call, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(deliveries).values(
                state="unknown",
                message_id=deliveries.c.id,
                secret_key_id=_key(engine),
                date=datetime.now(UTC),
            )
        )
    assert frozen("newsletter", "progress", "1", expected=3).output.split("\t")[-1] == "held\n"
    assert "2 letters taken as sent." in frozen("newsletter", "settle", "--sent", "--issue", "1").output
    assert "0 letters ready" in frozen("newsletter", "settle", "--resend").output


def _key(engine: Engine) -> str:
    database = engine.url.database
    assert database is not None
    return (Path(database).parent / "secret.keys").read_text(encoding="ascii").split()[0]


def test_letters_that_wait_for_an_hour_go_when_they_are_told_to(told: Call, engine: Engine) -> None:
    subscribe(told, "ann@example.org")
    with writing(engine) as connection:
        in_five_hours = (datetime.now(UTC) + timedelta(hours=5)).hour
        connection.execute(update(subscriptions).values(local_hour=in_five_hours, time_zone="UTC"))
    out = told("newsletter", "send", "--early", "week").output
    assert "0 letters sent" in out
    assert "1 ready: `aggregator newsletter progress` says what they wait for" in out
    (shown,) = json.loads(told("newsletter", "progress", "1", "--json").output)
    assert datetime.fromisoformat(shown["next_at"]) > datetime.now(UTC) + timedelta(hours=3)
    assert shown["pace"].startswith(f"the next from {shown['next_at'][:10]} ")
    assert "1 letter sent" in told("newsletter", "send", "--now").output


# ------------------------------------------------------------------------------------------------ hiding


def test_a_story_hidden_on_the_way_is_in_no_letter_that_has_not_gone(
    frozen: Call, engine: Engine, tmp_path: Path
) -> None:
    with writing(engine) as connection:
        later = datetime.now(UTC) + timedelta(hours=1)
        connection.execute(update(deliveries).where(deliveries.c.id == 2).values(not_before=later))
    assert "1 letter sent" in frozen("newsletter", "send").output
    first = message_from_bytes(caught(tmp_path)[0])
    lead = str(make_header(decode_header(first["Subject"])))
    listed = frozen("story", "list", "--json").output
    hidden = next(one for one in json.loads(listed) if one["title"][:30] in lead)
    frozen("story", "hide", str(hidden["id"]), "--reason", "wrong")
    out = frozen("newsletter", "send", "--now").output
    assert "1 waiting letter put together without a hidden story" in out
    assert "1 letter sent" in out
    told_first, told_then = (readable(letter) for letter in caught(tmp_path))
    assert hidden["title"] in told_first
    assert hidden["title"] not in told_then
    assert lead not in told_then


def readable(letter: bytes) -> str:
    """Subject and all text of a letter, decoded."""
    message = message_from_bytes(letter)
    parts = (part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
    words = (part.decode() for part in parts if isinstance(part, bytes))
    return "\n".join((str(make_header(decode_header(message["Subject"]))), *words))


# ------------------------------------------------------------------------------------------------ files


def test_a_preview_that_cannot_be_written_says_where(told: Call, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "letter.html"
    out = told("newsletter", "preview", "week", "--html", str(nowhere), expected=1).output
    assert f"Error: {nowhere}: No such file or directory" in out


@pytest.mark.parametrize("key", ["data", "public"])
def test_a_folder_that_cannot_be_made_is_named_with_its_key(call: Call, tmp_path: Path, key: str) -> None:
    path = tmp_path / "config.yaml"
    settings = json.loads(path.read_text(encoding="utf-8")) | {"storage": {key: "config.yaml/inside"}}
    path.write_text(json.dumps(settings), encoding="utf-8")
    out = call("newsletter", "list", expected=2).output
    assert f"storage.{key}: the folder {path}/inside cannot be made: Not a directory" in out


def test_a_database_without_its_keys_is_refused_as_long_as_it_remembers_anybody(
    call: Call, tmp_path: Path
) -> None:
    keys = tmp_path / "data" / "secret.keys"
    call("newsletter", "list")
    keys.unlink()
    call("suppression", "add", "ann@example.org")
    kept = keys.read_bytes()
    keys.unlink()
    out = call("suppression", "list", expected=1).output
    assert "restore `secret.keys` from its backup" in out
    assert not keys.exists()
    keys.write_bytes(kept)
    call("suppression", "list")


def test_a_full_disk_is_told_without_a_traceback(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("aggregator.cli.newsletter.previewing.show_rows", full)
    assert call("newsletter", "list", expected=1).output == "Error: No space left on device\n"
