"""`check-config` says what a configuration counts on and does not find; it may come yet."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from aggregator.cli import main

CONFIG = """\
site: {title: T, base_url: "https://n.example.org", contact: a@example.org}
region: {name: R, countries: [KZ]}
bounces: {address: b@n.example.org, maildir: returned}
smtp: {host: mail.example.org, more: [{host: other.example.org, postfix_log: logs/mail.log}]}
"""


def said(folder: Path) -> str:
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    outcome = CliRunner().invoke(main, ["--config", str(folder / "config.yaml"), "check-config"])
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def test_a_mailbox_and_a_log_that_are_not_there_are_told(tmp_path: Path) -> None:
    out = said(tmp_path)
    assert f"bounces.maildir: {tmp_path}/returned is no Maildir so far" in out
    assert f"smtp.postfix_log: {tmp_path}/logs/mail.log cannot be read: No such file" in out


def test_what_is_there_is_no_news(tmp_path: Path) -> None:
    (tmp_path / "returned" / "new").mkdir(parents=True)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "mail.log").touch()
    out = said(tmp_path)
    assert "maildir" not in out
    assert "postfix_log" not in out
