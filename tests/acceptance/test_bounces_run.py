"""A letter comes back through a real Postfix, and its address gets no more mail."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from tests import private_postfix
from tests.installation import Installation, SourceHost
from tests.private_postfix import Postfix

READER = "aigul@gone.example"


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    if reason := private_postfix.why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with private_postfix.running("bounces@steppe.example") as running:
        yield running


def test_a_genuine_report_comes_back_to_the_letters_own_address_and_suppresses_the_reader(
    installation: Installation, source_host: SourceHost, postfix: Postfix
) -> None:
    installation.settings |= {
        "sources": [{"id": "dala", "name": "Dala", "url": f"{source_host.url}/dala"}],
        "newsletters": [
            {
                "id": "week",
                "names": {"en": "The Week"},
                "sender": "desk@steppe.example",
                "tracks": [{"weekly": "monday"}],
            }
        ],
        "smtp": {"host": "127.0.0.1", "port": postfix.port, "security": "none"},
        "bounces": {"address": "bounces@steppe.example", "maildir": str(postfix.maildir)},
    }
    installation.write()
    installation.run("poll")
    installation.run("subscriber", "add", READER, "--newsletter", "week", "--consent", "on paper")
    installation.run("newsletter", "send", "--early", "week")

    deadline = time.monotonic() + 30
    while not any((postfix.maildir / "new").glob("*")):
        assert time.monotonic() < deadline, postfix.told()
        time.sleep(0.1)
    (report,) = (postfix.maildir / "new").iterdir()
    raw = report.read_bytes()
    assert b"Delivered-To: bounces+1-" in raw
    assert b"multipart/report" in raw

    out = installation.run("bounces", "collect").stdout
    assert "maildir: 1 mails read" in out
    assert "1 hard; 1 led to suppression, 0 to leaving" in out
    assert list((postfix.maildir / "new").iterdir()) == []
    listed = installation.run("suppression", "list").stdout
    assert "no such address: 550 5.1.1" in listed
    assert "User unknown" in listed
    assert READER not in listed
    assert READER not in installation.run("bounces", "show", "1").stdout
    assert "1 hard" in installation.run("bounces", "list", "--address", READER).stderr
