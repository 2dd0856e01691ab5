"""`aggregator rejudge` as an operator calls it, on an installation that was polled by other rules."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import main
from aggregator.cli.rejudge import Moment
from aggregator.store.corrections import CorrectionStore
from aggregator.store.rejudging import RejudgingStore
from tests.installation import Installation, SourceHost

Call = Callable[..., Result]

TOWN = "Zarafoy"
"""An invented town that is in no gazetteer but the operator's."""
ENTRIES = 400


def news(name: str, entries: int, now: datetime) -> bytes:
    """A feed of short invented news; every other one is about the town."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{name}-{number}</guid>"
        f"<title>Report {number}: {_subject(number)}</title>"
        f"<link>http://{name}.example/{number}</link>"
        f"<pubDate>{format_datetime(now - timedelta(minutes=3 * number + 1))}</pubDate>"
        f"<description>Under number {number} the desk heard of {_subject(number)}.</description></item>"
        for number in range(entries)
    )
    channel = f"<channel><title>{name}</title>{items}</channel>"
    return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>".encode()


def _subject(number: int) -> str:
    return f"a fair in {TOWN} with {number} stalls" if number % 2 else f"a lottery with {number} prizes"


@pytest.fixture
def source_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[SourceHost]:
    monkeypatch.setattr("tests.installation.rss", news)
    with SourceHost(pause=0) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield host
        host.shutdown()


@pytest.fixture
def installation(tmp_path: Path, source_host: SourceHost) -> Installation:
    """With one source, one newsletter, and a feed of what is about Kyrgyzstan."""
    settings = {
        "site": {
            "title": "Steppe News",
            "base_url": "http://news.example.org",
            "contact": "desk@example.org",
        },
        "region": {"name": "Steppe", "countries": ["KZ", "KG"], "languages": ["en", "ru"]},
        "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s", "workers": 1},
        "sources": [{"id": "dala", "name": "Dala", "url": f"{source_host.url}/dala"}],
        "feeds": [{"id": "mountains", "title": "Kyrgyzstan", "countries": ["KG"]}],
        "newsletters": [
            {
                "id": "week",
                "names": {"en": "The Week"},
                "sender": "desk@example.org",
                "tracks": [{"weekly": "monday"}],
            }
        ],
    }
    installation = Installation(tmp_path, settings)
    installation.write()
    return installation


@pytest.fixture
def call(installation: Installation) -> Call:
    def run(*arguments: str, expected: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--config", str(installation.path), *arguments])
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result

    return run


@pytest.fixture
def told(call: Call) -> Call:
    call("poll")
    call("publish")
    return call


def know_the_town(installation: Installation) -> None:
    """Today's rules: the operator's own words say where it is."""
    words = installation.folder / "words" / "KG.toml"
    words.parent.mkdir()
    words.write_text(f'[places]\nany = ["{TOWN}"]\n', encoding="utf-8")
    installation.settings["region"]["gazetteer"] = ["words"]
    installation.write()


def query(installation: Installation, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(installation.folder / "data" / "aggregator.db")) as database:
        return database.execute(sql).fetchall()


IN_TOWN = "select count(*) from entry_tags where country = 'KG' and role = 'subject'"


def begun(installation: Installation) -> subprocess.Popen[str]:
    """The command in a process of its own, from which something was written."""
    process = installation.start("rejudge")
    deadline = time.monotonic() + 60
    while query(installation, IN_TOWN) == [(0,)]:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "nothing was ever written"
    return process


def in_the_feed(installation: Installation) -> int:
    return (installation.folder / "public" / "feeds" / "mountains.atom").read_text("utf-8").count("<entry")


def test_other_words_change_tags_and_feeds_and_tell_nobody_anything(
    told: Call, installation: Installation
) -> None:
    told("subscriber", "add", "reader@example.org", "--newsletter", "week", "--consent", "on paper")
    told("newsletter", "send", "--early", "week")
    mailed = query(installation, "select count(*) from deliveries")
    before = query(installation, "select id, told_at, told_number, updated_at from stories order by id")
    assert in_the_feed(installation) == 0
    know_the_town(installation)
    out = told("rejudge").output
    assert "5 entries looked at, 5 of them judged by other rules." in out
    assert "2 entries with other countries: gained KG 2." in out
    assert f"+KG: KG for «{TOWN}» in the title" in out
    assert "0 stories joined to others, 0 stories split off, 0 entries moved from one to another." in out
    told("publish", "--changed")
    assert in_the_feed(installation) == 2
    assert (
        query(installation, "select id, told_at, told_number, updated_at from stories order by id") == before
    )
    told("newsletter", "send", "--early", "week")
    assert query(installation, "select count(*) from deliveries") == mailed
    out = told("rejudge").output
    assert "0 entries with other countries." in out
    assert "Stories stay as they are" in out


def test_a_rehearsal_writes_nothing_and_gives_its_account_to_programs(
    told: Call, installation: Installation
) -> None:
    know_the_town(installation)
    account = json.loads(told("rejudge", "--dry-run", "--json").stdout)
    assert (account["dry_run"], account["entries"], account["outdated"]) == (True, 5, 5)
    assert (account["retagged"]["entries"], account["retagged"]["gained"]) == (2, {"KG": 2})
    assert account["retagged"]["examples"][0]["gained"] == ["KG"]
    assert account["languages"] == {"entries": 0, "changes": [], "examples": []}
    assert account["stories"]["joined"] == 0
    assert "Nothing was written." in told("rejudge", "--dry-run").output
    assert query(installation, "select count(distinct rules_version) from entries") == [(1,)]
    assert json.loads(told("rejudge", "--dry-run", "--json").stdout) == account


def test_since_when_entries_are_judged_is_the_operators_choice(
    told: Call, installation: Installation
) -> None:
    know_the_town(installation)
    assert "0 entries looked at." in told("rejudge", "--since", "2999-01-01").output
    assert "5 entries looked at, 5 of" in told("rejudge", "--since", "7d").output
    assert "5 entries looked at." in told("rejudge", "--since", "2026-11-01T06:00+05:00").output
    assert (
        "give 2026-11-01, 2026-11-01T06:00, or 30d" in told("rejudge", "--since", "soon", expected=2).output
    )


def test_other_languages_are_told_with_examples_and_progress_goes_to_stderr(
    told: Call, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.cli.rejudge.ENTRIES_PER_LINE", 2)
    installation.settings["region"]["languages"] = ["ru", "fr"]
    installation.write()
    result = told("rejudge")
    assert "5 entries in another language or script: en-Latn → fr-Latn 5." in result.stdout
    assert "    en-Latn → fr-Latn: told from the text" in result.stdout
    assert "5 entries looked at …" in result.stderr


def test_a_moment_without_a_zone_is_utc() -> None:
    assert Moment().convert("2026-11-01", None, None) == datetime(2026, 11, 1, tzinfo=UTC)
    assert Moment().convert(datetime(2026, 11, 1, tzinfo=UTC), None, None).day == 1


def test_what_the_operator_did_meanwhile_needs_another_call(
    told: Call, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(installation.folder / "data" / "aggregator.db")) as database, database:
        database.execute("update story_entries set story_id = 1")
    rearrange = RejudgingStore.rearrange

    def overtaken(self: RejudgingStore, *arguments: object) -> int:
        CorrectionStore(self._engine, "news.example").hide(1, "a hoax", datetime.now(UTC))
        return rearrange(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(RejudgingStore, "rearrange", overtaken)
    out = told("rejudge", "--since", "7d", expected=3).output
    assert "split from" in out
    assert "1 group of stories changed meanwhile and stayed as they were: call it again." in out


def test_killed_in_the_middle_and_called_again_it_goes_on(
    installation: Installation, source_host: SourceHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.installation.rss", lambda name, _entries, now: news(name, ENTRIES, now))
    installation.run("poll")
    know_the_town(installation)
    process = begun(installation)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    out = installation.run("rejudge").stdout
    assert f"{ENTRIES:,} entries looked at" in out
    assert query(installation, IN_TOWN) == [(ENTRIES // 2,)]
    assert query(installation, "select count(distinct rules_version) from entries") == [(1,)]
    assert "of them judged by other rules" not in installation.run("rejudge").stdout
    assert query(installation, "select count(*), count(distinct entry_id) from story_entries") == [
        (ENTRIES, ENTRIES)
    ]


def test_stopped_by_the_system_it_says_that_it_goes_on(
    installation: Installation, source_host: SourceHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.installation.rss", lambda name, _entries, now: news(name, ENTRIES, now))
    installation.run("poll")
    know_the_town(installation)
    process = begun(installation)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    # On a slow machine it may be done before the signal comes.
    assert process.returncode in (0, 130)
    assert process.returncode == 0 or "Stopped. What was done is stored; called again, it goes on." in err
