"""`aggregator bounces` and `aggregator suppression`, as an operator calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import main
from aggregator.config.load import load
from aggregator.wiring.bouncing import notifying
from tests.newsletter.returned_mails import plain

Call = Callable[..., Result]
BASE = "bounces@news.example.org"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, object]:
    return {
        "site": {
            "title": "Steppe News",
            "base_url": "http://news.example.org",
            "contact": "desk@example.org",
        },
        "region": {"name": "Steppe", "countries": ["KZ"], "languages": ["en"]},
        "bounces": {
            "address": BASE,
            "unsubscribe": "u@news.example.org",
            "maildir": "mail",
            "webhook_secret": "a secret of the relay",
        },
    }


@pytest.fixture
def call(tmp_path: Path, settings: dict[str, object]) -> Call:
    def run(*arguments: str, expected: int = 0) -> Result:
        path = tmp_path / "config.yaml"
        path.write_text(json.dumps(settings), encoding="utf-8")
        result = CliRunner().invoke(main, ["--config", str(path), *arguments])
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result

    return run


def deliver(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "mail" / "new").mkdir(parents=True, exist_ok=True)
    (tmp_path / "mail" / "new" / name).write_bytes(content)


def accepted(tmp_path: Path, body: bytes) -> str:
    """What the webhook answers to a body that is signed."""
    told = notifying(load(tmp_path / "config.yaml", {}))
    assert told is not None
    return told[1](body)


def test_collecting_says_what_was_read_and_what_needs_a_look(call: Call, tmp_path: Path) -> None:
    deliver(tmp_path, "1.a", plain("Out of office", to=BASE))
    deliver(tmp_path, "2.b", plain("A question", to=BASE))
    out = call("bounces", "collect", expected=3).output
    assert "maildir: 2 mails read, 1 not understood and kept there" in out
    assert (tmp_path / "mail" / "cur" / "2.b:2,F").exists()
    assert call("bounces", "collect").output == ""
    listed = call("bounces", "list")
    assert "1 ignored, 1 strange." in listed.stderr
    assert "neither a report" in listed.stdout
    shown = call("bounces", "show", "2").output
    assert "strange" in shown
    assert "maildir 2.b" in shown
    assert "no bounce 9" in call("bounces", "show", "9", expected=2).output


def test_a_mail_to_leave_with_a_token_of_nobody_is_strange(call: Call, tmp_path: Path) -> None:
    deliver(tmp_path, "1.a", plain(to="u+guessed@news.example.org"))
    call("bounces", "collect", expected=3)
    assert "of no letter of ours" in call("bounces", "list", "--kind", "strange").stdout


def test_what_the_webhook_took_is_judged_by_the_next_round(call: Call, tmp_path: Path) -> None:
    call("suppression", "list")
    assert accepted(tmp_path, b'{"type": "complaint", "recipient": "aigul@example.net"}') == ""
    assert accepted(tmp_path, plain("Out of office", to=BASE)) == ""
    assert "event 1" in accepted(tmp_path, b'["hard"]')
    assert "empty body" in accepted(tmp_path, b" \r\n")
    (tmp_path / "data" / "bounces" / "new" / "9.torn").write_bytes(b"[")
    out = call("bounces", "collect", expected=3).output
    assert "webhook: 3 mails read, 1 not understood" in out
    assert "1 complaint; 1 led to suppression, 1 to leaving" in out
    assert "complaint" in call("suppression", "list").stdout


def test_a_mail_that_looks_like_events_is_no_event(call: Call, tmp_path: Path) -> None:
    deliver(tmp_path, "1.a", b'[{"type": "hard", "recipient": "aigul@example.net"}]')
    call("bounces", "collect", expected=3)
    assert "Without mail: 0 addresses" in call("suppression", "list").stderr


def test_a_mailbox_that_cannot_be_read_is_told(call: Call, settings: dict[str, object]) -> None:
    settings["bounces"] = {
        "address": BASE,
        "imap": {"host": "127.0.0.1", "port": 1, "username": "news", "password": "open sesame"},
    }
    out = call("bounces", "collect", expected=3).output
    assert "imap: imap 127.0.0.1:1, folder INBOX" in out
    assert "sesame" not in out


def test_without_mailboxes_only_refusals_are_judged(call: Call, settings: dict[str, object]) -> None:
    del settings["bounces"]
    assert "No mailbox is configured" in call("bounces", "collect").stderr


# ------------------------------------------------------------------------------------------------ suppression


def test_an_address_is_put_on_the_list_and_taken_off(call: Call) -> None:
    assert (
        "gets no mail" in call("suppression", "add", "Aigul@example.net", "--reason", "asked by phone").output
    )
    assert "first reason stays" in call("suppression", "add", "aigul@example.net").output
    listed = call("suppression", "list")
    assert "asked by phone" in listed.stdout
    assert "Without mail: 1 address." in listed.stderr
    assert "asked by phone" in call("suppression", "remove", "aigul@EXAMPLE.net").output
    assert "was not suppressed" in call("suppression", "remove", "aigul@example.net").output
    assert "not a mail address" in call("suppression", "add", "nobody", expected=2).output


def test_the_list_goes_out_without_addresses_and_comes_back(call: Call, tmp_path: Path) -> None:
    call("suppression", "add", "aigul@example.net", "--reason", "complaint")
    exported = call("suppression", "export").stdout
    assert exported.splitlines()[0] == "hash,reason,at"
    assert "aigul" not in exported
    call("suppression", "remove", "aigul@example.net")
    file = tmp_path / "list.csv"
    file.write_text(exported, encoding="utf-8")
    assert "1 address added, 0 listed before, 0 rows" in call("suppression", "import", str(file)).output
    assert "0 addresses added, 1 listed before" in call("suppression", "import", str(file)).output
    assert call("suppression", "export").stdout == exported


def test_rows_that_cannot_be_used_are_told_with_line_and_cure(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "email,hash,reason,at\n"
        "aigul@example.net,,left,2026-01-02\n"
        "nobody,,,\n"
        ",abc,,\n"
        "bek@example.net,,,yesterday\n"
        "dana@example.net\n"
        f"{'x' * 200_000}@example.net,,,\n"
        "emil@example.net,,,2026-01-02T03:04:05+06:00\n",
        encoding="utf-8",
    )
    result = call("suppression", "import", str(file), expected=3)
    assert "3 addresses added, 0 listed before, 4 rows left out." in result.stdout
    for line, says in (
        (3, "not a mail address"),
        (4, "64 digits"),
        (5, "write 2026"),
        (7, "line break missing"),
    ):
        assert f"list.csv:{line}: " in result.stderr
        assert says in result.stderr
    exported = call("suppression", "export").stdout
    assert "left,2026-01-02T00:00:00+00:00" in exported
    assert "imported,2026-01-01T21:04:05+00:00" in exported
    file.write_text("address\na@example.net\n", encoding="utf-8")
    assert (
        "no column `email` or `hash`; it has address"
        in call("suppression", "import", str(file), expected=2).output
    )


def test_a_long_list_is_imported_in_lots(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("email\n" + "\n".join(f"r{n}@example.net" for n in range(2_500)), encoding="utf-8")
    assert "2500 addresses added" in call("suppression", "import", str(file)).output
    assert len(call("suppression", "list", "--limit", "3").stdout.splitlines()) == 3


def test_a_list_from_another_program_is_read_however_it_was_saved(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(
        b"\xef\xbb\xbfEmail;Reason\r\n"
        b"aigul@example.net;left\r\n"
        b"caf\xe9@example.net;left\r\n"
        b'bek@example.net;"he said\r\n'
        b"dana@example.net;left\r\n"
    )
    result = call("suppression", "import", str(file), expected=3)
    assert "2 addresses added, 0 listed before, 2 rows left out." in result.stdout
    for line, says in ((3, "not UTF-8"), (4, "close each quote in its line")):
        assert f"list.csv:{line}: " in result.stderr
        assert says in result.stderr


def test_a_reason_of_several_lines_goes_out_in_one_and_a_moment_before_all_time_is_refused(
    call: Call, tmp_path: Path
) -> None:
    call("suppression", "add", "aigul@example.net", "--reason", "he wrote:\nno more")
    exported = call("suppression", "export").stdout
    assert ",he wrote: no more," in exported
    file = tmp_path / "list.csv"
    file.write_text("email,at\nbek@example.net,0001-01-01T00:00:00+06:00\n", encoding="utf-8")
    assert "is no moment" in call("suppression", "import", str(file), expected=3).stderr
