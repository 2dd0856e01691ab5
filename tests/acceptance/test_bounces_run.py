"""A real Postfix: what it sends back is understood, and its log tells what it took."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests import private_postfix
from tests.installation import Installation, SourceHost
from tests.private_postfix import Postfix

READER = "aigul@gone.example"


class Torn:
    """A way to a mail server on which two connections stand still once their text goes over.

    Of the first the whole text arrives, and no word comes back; of the second only the text's beginning.
    """

    BEGINNING = 6_000

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listening]
        self.port = int(self._listening.getsockname()[1])
        self.stands_still = threading.Semaphore(0)
        """Released once for each connection."""
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        with suppress(OSError):
            for upto in (10**9, self.BEGINNING):
                client, server = self._listening.accept()[0], socket.create_connection(self._server)
                self._open += [client, server]
                asked = threading.Event()
                threading.Thread(target=self._answers, args=(server, client, asked), daemon=True).start()
                threading.Thread(target=self._text, args=(client, server, asked, upto), daemon=True).start()

    def _answers(self, server: socket.socket, client: socket.socket, asked: threading.Event) -> None:
        with suppress(OSError):
            while said := server.recv(65_536):
                if asked.is_set():
                    self.stands_still.release()
                    return
                if said.startswith(b"354"):
                    asked.set()
                client.sendall(said)

    def _text(self, client: socket.socket, server: socket.socket, asked: threading.Event, upto: int) -> None:
        with suppress(OSError):
            while said := client.recv(65_536):
                part = said[:upto] if asked.is_set() else said
                upto -= len(part) if asked.is_set() else 0
                server.sendall(part)
                if upto <= 0:
                    self.stands_still.release()
                    return


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    if reason := private_postfix.why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with private_postfix.running("bounces@steppe.example") as running:
        yield running


def prepare(installation: Installation, source_host: SourceHost, postfix: Postfix, *readers: str) -> None:
    """Readers of a newsletter with news, whose letters go out by this Postfix."""
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
    listed = installation.folder / "readers.csv"
    listed.write_text("\n".join(("email", *readers)), encoding="utf-8")
    installation.run("subscriber", "import", str(listed), "--newsletter", "week", "--consent", "on paper")


def test_a_genuine_report_comes_back_to_the_letters_own_address_and_suppresses_the_reader(
    installation: Installation, source_host: SourceHost, postfix: Postfix
) -> None:
    prepare(installation, source_host, postfix, READER)
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
    assert "maildir: 1 mail read" in out
    assert "1 hard; 1 led to suppression, 0 to leaving" in out
    assert list((postfix.maildir / "new").iterdir()) == []
    listed = installation.run("suppression", "list").stdout
    assert "no such address: 550 5.1.1" in listed
    assert "User unknown" in listed
    assert READER not in listed
    assert READER not in installation.run("bounces", "show", "1").stdout
    assert "1 hard" in installation.run("bounces", "list", "--address", READER).stderr


def test_its_log_tells_of_a_letter_that_it_took_and_of_none_that_it_only_began(
    installation: Installation, source_host: SourceHost, postfix: Postfix
) -> None:
    prepare(installation, source_host, postfix, "bounces+ann@steppe.example", "bounces+ben@steppe.example")
    torn, before = Torn(postfix.port), len(postfix.told())
    smtp = installation.settings["smtp"]
    installation.settings["smtp"] = smtp | {"port": torn.port, "postfix_log": str(postfix.log)}
    installation.write()
    sender = installation.start("newsletter", "send", "--early", "week")
    assert all(torn.stands_still.acquire(timeout=30) for _ in range(2)), postfix.told()
    sender.kill()
    sender.communicate()
    torn.close()
    deadline = time.monotonic() + 30
    while "lost connection after DATA" not in postfix.told()[before:]:
        assert time.monotonic() < deadline, postfix.told()
        time.sleep(0.05)
    begun = set(re.findall(r"cleanup\[\d+\]: \S+ message-id=<(\S+)>", postfix.told()[before:]))
    assert len(begun) == 2, "the log names both"

    smtp |= {"postfix_log": str(postfix.log)}
    installation.settings["smtp"] = smtp
    installation.write()
    words = installation.run("newsletter", "send", expected=3).stdout
    assert "0 letters sent, 0 not sent, 1 held" in words
    installation.run("newsletter", "settle", "--resend")
    assert "1 letter sent" in installation.run("newsletter", "send").stdout

    deadline = time.monotonic() + 30
    while len(arrived := list((postfix.maildir / "new").iterdir())) < 2:
        assert time.monotonic() < deadline, postfix.told()
        time.sleep(0.05)
    taken = re.findall(
        rb"^Message-ID: <(1\..*)>$", b"".join(one.read_bytes() for one in arrived), re.MULTILINE
    )
    assert sorted(one.decode() for one in taken) == sorted(begun), "each came once"
    for one in arrived:
        one.unlink()
