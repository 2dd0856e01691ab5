"""`aggregator subscriber`: readers are added, imported, shown, paused, confirmed and forgotten."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator import membership
from aggregator.cli import main
from aggregator.config.load import load
from aggregator.model import Application, Choice, Wish
from aggregator.wiring.members import membership_ports
from aggregator.wiring.stores import open_stores

Call = Callable[..., Result]

SETTINGS = {
    "site": {"title": "Steppe News", "base_url": "http://news.example.org", "contact": "desk@example.org"},
    "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en", "fr"]},
    "subscribe": {"open": True},
    "newsletters": [
        {
            "id": "week",
            "names": {"en": "The Week", "fr": "La Semaine"},
            "sender": "desk@example.org",
            "tracks": [{"weekly": "monday"}, "daily"],
        },
        {"id": "month", "names": {"en": "Month"}, "sender": "desk@example.org", "tracks": ["monthly"]},
    ],
}


@pytest.fixture
def config_path(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(SETTINGS), encoding="utf-8")
    return path


@pytest.fixture
def call(config_path: Path) -> Call:
    def run(*arguments: str, expected: int = 0, said: str | None = None) -> Result:
        result = CliRunner().invoke(
            main, ["--config", str(config_path), "subscriber", *arguments], input=said
        )
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result

    return run


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[[bytes | str], str]:
    def write(content: bytes | str) -> str:
        path = tmp_path / "readers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8-sig"))
        return str(path)

    return write


WEEK = ("--newsletter=week", "--consent=fair")


def apply(config_path: Path, email: str) -> None:
    config, moment = load(config_path, {}), datetime.now(UTC)
    with open_stores(config, moment) as stores:
        wish = Wish("daily", Choice("fr"))
        application = Application(email, "week", wish, "http://x.example/", "fr-1", text="Je demande, svp")
        membership.apply(moment, membership_ports(config, stores), application)


# -------------------------------------------------------------------------------------------- one by one


def test_readers_are_added_listed_and_taken_off(call: Call) -> None:
    added = call("add", "Ann@Example.org", *WEEK, "--country=uz", "--hour=6").output
    assert "Ann@example.org gets week (weekly-1) in en." in added
    assert "in en already." in call("add", "ann@example.org", *WEEK, "--language=fr").output
    assert call("list").output.splitlines() == [
        "email,newsletter,track,state,language,countries,told_in",
        "Ann@example.org,week,weekly-1,confirmed,en,UZ,",
    ]
    assert len(call("list", "--newsletter=month").output.splitlines()) == 1
    assert "gets no more letters" in call("remove", "ann@example.org").output
    assert "was not subscribed" in call("remove", "ben@example.org").output
    assert "only they themselves can come back" in call("add", "ann@example.org", *WEEK, expected=2).output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ann@example.org", "--language=de"), "there is en, fr"),
        (("ann@example.org", "--country=FR"), "country 'FR' is not offered; there is KZ, UZ"),
        (("ann@example.org", "--told-in=kk"), "language of stories 'kk' is not offered"),
        (("ann@example.org", "--track=hourly"), "there is weekly-1, daily"),
        (("ann@example.org", "--hour=7", "--time-zone=Bishkek"), "take one such as Asia/Almaty"),
        (("ann at example", "--language=en"), "ann at example"),
    ],
)
def test_a_reader_who_cannot_be_served_is_refused(call: Call, arguments: tuple[str, ...], words: str) -> None:
    assert words in call("add", *arguments, *WEEK, expected=2).output


def test_one_reader_is_shown_with_all_that_is_kept(call: Call) -> None:
    call("add", "ann@example.org", *WEEK, "--country=uz", "--hour=0", "--time-zone=Asia/Tashkent")
    assert call("show", "ANN@example.org").output.splitlines()[1:] == [
        "  week: confirmed, weekly-1, in en, about UZ, from 0:00 Asia/Tashkent; agreed by operator: fair",
        "  0 mails sent",
    ]
    kept = json.loads(call("show", "ann@example.org", "--json").output)
    assert kept["subscriptions"][0]["consent"]["note"] == "fair"
    assert "is not known" in call("show", "ben@example.org", expected=2).output


def test_who_did_not_get_the_confirmation_is_confirmed_by_hand(call: Call, config_path: Path) -> None:
    assert "nothing waits" in call("confirm", "ann@example.org", "--consent=phone", expected=2).output
    apply(config_path, "ann@example.org")
    apply(config_path, "ann@example.org")
    assert "week: asked for, not confirmed" in call("show", "ann@example.org").output
    said = "ann@example.org gets week (daily) in fr."
    assert call("confirm", "ann@example.org", "--consent=phone").output.strip() == said
    shown = call("show", "ann@example.org").output.splitlines()
    assert shown[1].endswith("agreed by operator: phone")
    assert shown[2] == "    Je demande, svp"
    version, since, words = list(csv.reader(io.StringIO(call("consents").output)))[1]
    assert (version, datetime.fromisoformat(since).tzinfo, words) == ("fr-1", UTC, "Je demande, svp")
    assert "nothing waits" in call("confirm", "ann@example.org", "--consent=phone", expected=2).output


def test_a_pause_is_set_shown_and_ended(call: Call) -> None:
    call("add", "ann@example.org", *WEEK)
    assert "until 2099-01-02" in call("pause", "ann@example.org", "--until=2099-01-02").output
    assert "paused until 2099-01-02" in call("show", "ann@example.org").output
    assert "letters again" in call("pause", "ann@example.org", "--resume", "--newsletter=week").output
    assert "paused" not in call("show", "ann@example.org").output
    for arguments, words in (
        (("ann@example.org",), "either --until"),
        (("ann@example.org", "--until=2001-01-01"), "is not to come"),
        (("ann@example.org", "--resume", "--newsletter=month"), "no subscription to month"),
        (("ben@example.org", "--resume"), "no subscription"),
    ):
        assert words in call("pause", *arguments, expected=2).output


def test_a_reader_is_forgotten_once_the_operator_is_sure(call: Call, config_path: Path) -> None:
    call("add", "ann@example.org", *WEEK)
    apply(config_path, "ben@example.org")
    assert "Forget all" in call("erase", "ann@example.org", expected=1, said="n\n").output
    assert len(call("list").output.splitlines()) == 2
    assert "is forgotten" in call("erase", "ann@example.org", said="y\n").output
    assert "is forgotten" in call("erase", "ben@example.org", "--yes").output
    assert "was not known" in call("erase", "ann@example.org", "--yes").output
    assert len(call("list").output.splitlines()) == 1


# ------------------------------------------------------------------------------------------------ lists


def test_rows_that_cannot_be_used_are_named_with_their_cure_and_the_others_imported(
    call: Call, file_of: Callable[[bytes | str], str]
) -> None:
    listed = file_of(
        b"\xef\xbb\xbfEmail,language,countries,told_in,hour\n"
        b"ann@example.org,fr,KZ uz,,\n"
        b"nobody,,,,\n"
        b"ben@example.org,de,,,\n"
        b"\n"
        b'"cle@example.org,,,,\n'
        b"dan@example.org,,,,,,,\n"
        b"\xe9ve@example.org,,,,\n"
        b"fay@example.org,,,,25\n"
        b"gus\0@example.org,,,,\n"
        b"hal@example.org,,,,,\n"
        b"ida@example.org," + b"x" * 20_000 + b",,,\n"
        b"jon@example.org,,,fr en,07\n"
        b"kim@example.org"
    )
    result = call("import", listed, *WEEK, expected=3)
    for line, words in (
        (3, "'nobody' is not a mail address; write name@example.org"),
        (4, "language of letters 'de' is not offered; there is en, fr"),
        (6, "close each quote in its line"),
        (7, "8 cells under 5 columns"),
        (8, "not UTF-8: save the file in this encoding"),
        (9, "25 is no hour"),
        (10, "holds U+0000, which is no text: save the file as CSV in UTF-8"),
        (11, "6 cells under 5 columns"),
        (12, "is a line break missing?"),
    ):
        (said,) = [one for one in result.output.splitlines() if f"readers.csv:{line}: " in one]
        assert words in said
    assert "3 readers added, 0 there already, 9 rows left out." in result.output
    assert call("list").output.splitlines()[1:] == [
        "ann@example.org,week,weekly-1,confirmed,fr,KZ UZ,",
        "jon@example.org,week,weekly-1,confirmed,en,,en fr",
        "kim@example.org,week,weekly-1,confirmed,en,,",
    ]


def test_a_list_can_be_tried_and_imported_again(call: Call, file_of: Callable[[bytes | str], str]) -> None:
    listed = file_of("email;language\nann@example.org;fr\nben@example.org;\n")
    tried = call("import", listed, *WEEK, "--dry-run").output
    assert "2 readers would be added, 0 there already, 0 rows left out." in tried
    assert len(call("list").output.splitlines()) == 1
    assert "2 readers added, 0 there already" in call("import", listed, *WEEK).output
    assert "0 readers added, 2 there already" in call("import", listed, *WEEK).output
    call("remove", "ann@example.org")
    again = call("import", listed, *WEEK, expected=3).output
    assert "readers.csv:2: a…@example.org left week: only they themselves can come back" in again


def test_what_was_exported_is_imported_elsewhere(call: Call, file_of: Callable[[bytes | str], str]) -> None:
    call("add", "ann@example.org", *WEEK, "--country=uz", "--hour=7", "--time-zone=Asia/Tashkent")
    call("add", "ann@example.org", "--newsletter=month", "--consent=on paper")
    call("add", "cle@example.org", "--newsletter=week", "--consent=at the fair,\nhall 3")
    call("add", "ben@example.org", *WEEK, "--track=daily")
    call("remove", "ben@example.org")
    exported = call("export").output
    for email in ("ann@example.org", "ben@example.org", "cle@example.org"):
        call("erase", email, "--yes")
    result = call("import", file_of(exported), expected=3)
    assert "the reader's state is 'left'" in result.output
    assert "3 readers added" in result.output
    kept = ("email", "newsletter", "track", "language", "countries", "hour", "time_zone", "consent")
    before, after = (
        [
            [row[one] for one in kept]
            for row in csv.DictReader(io.StringIO(text))
            if row["state"] == "confirmed"
        ]
        for text in (exported, call("export").output)
    )
    assert before == after
    assert ["ann@example.org", "week", "weekly-1", "en", "UZ", "7", "Asia/Tashkent", "fair"] in after


def test_no_cell_is_a_formula_to_a_program_for_tables_and_all_come_back_as_they_were(
    call: Call, file_of: Callable[[bytes | str], str]
) -> None:
    emails = [f"{one}cmd|'/Ccalc'!A0@example.org" for one in ("=", "+", "'=", "'")]
    for email in emails:
        call("add", email, "--newsletter=week", "--consent=@fair")
    exported = call("export").output
    for rows in (exported, call("list").output):
        cells = [cell for row in csv.reader(io.StringIO(rows)) for cell in row]
        assert [cell for cell in cells if cell[:1] in tuple("=+-@")] == []
    for email in emails:
        call("erase", email, "--yes")
    assert "4 readers added" in call("import", file_of(exported)).output
    for email in emails:
        assert "agreed by operator: @fair" in call("show", email).output


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        ("email\nann@example.org\n".encode("utf-16"), WEEK, "not UTF-8: save the file in this encoding"),
        ("email\nann@example.org\n".encode("utf-16-le"), WEEK, "readers.csv:1: holds U+0000"),
        ("email\rann@example.org\r", WEEK, "readers.csv:1: holds U+000D"),
        ("name\nAnn\n", WEEK, "readers.csv:1: no column `email`; it has name"),
        ("", WEEK, "no column `email`; it has none"),
        (b"em\xffail\n", WEEK, "readers.csv:1: not UTF-8"),
        ("email\nann@example.org\n", ("--newsletter=year", "--consent=x"), "it has week, month"),
        ("email\nann@example.org\n", (*WEEK, "--track=hourly"), "no track 'hourly'"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(
    call: Call,
    file_of: Callable[[bytes | str], str],
    content: bytes | str,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    assert words in call("import", file_of(content), *arguments, expected=2).output


def test_each_row_says_what_its_newsletter_and_consent_are_or_the_options_do(
    call: Call, file_of: Callable[[bytes | str], str]
) -> None:
    listed = file_of("email,newsletter,consent\nann@example.org,month,paper\nben@example.org,,\n")
    assert "which newsletter?" in call("import", listed, expected=3).output
    assert "how did they agree?" in call("import", listed, "--newsletter=week", expected=3).output
    assert "1 reader added, 1 there already" in call("import", listed, *WEEK).output
