"""Returned mails in an IMAP mailbox, read from a real server on loopback."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from aggregator.newsletter import bounce_imap
from aggregator.newsletter.bounce_imap import ImapAccount, ImapError, ImapMailbox
from tests.imap_server import PASSWORD, Mailbox, serving


class Positions:
    def __init__(self) -> None:
        self.known: dict[str, tuple[int, int]] = {}

    def position(self, mailbox: str) -> tuple[int, int]:
        return self.known.get(mailbox, (0, 0))

    def advance(self, mailbox: str, validity: int, uid: int) -> None:
        self.known[mailbox] = (validity, uid)


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def positions() -> Positions:
    return Positions()


Opener = Callable[..., ImapMailbox]


@pytest.fixture
def opened(box: Mailbox, positions: Positions) -> Iterator[Opener]:
    with ExitStack() as stack:
        port = stack.enter_context(serving(box))

        def make(*, keep: bool = False, **changes: Any) -> ImapMailbox:
            said = {
                "security": "none",
                "username": "news",
                "password": PASSWORD,
                "folder": "Bounces",
                **changes,
            }
            mailbox = ImapMailbox(ImapAccount("127.0.0.1", port, **said), positions, keep=keep)
            stack.callback(mailbox.close)
            return mailbox

        yield make


def keys(mailbox: ImapMailbox, limit: int = 10) -> list[str]:
    return [one.key for one in mailbox.some(limit)]


def test_mails_come_in_order_and_are_not_marked_as_read_by_reading(box, opened) -> None:
    for text in (b"one\r\n", b"two\r\n", b"three\r\n"):
        box.add(text)
    mailbox = opened()
    assert [(one.key, one.content) for one in mailbox.some(2)] == [("1", b"one\r\n"), ("2", b"two\r\n")]
    assert box.flags == {1: set(), 2: set(), 3: set()}
    mailbox.settle(["1", "2"], [])
    assert keys(mailbox) == ["3"]


def test_understood_mails_are_deleted_one_by_one_and_strange_ones_flagged(box, opened) -> None:
    for _ in range(3):
        box.add(b"x")
    mailbox = opened()
    assert keys(mailbox) == ["1", "2", "3"]
    mailbox.settle(["1", "3"], ["2"])
    assert [*box.mails] == [2]
    assert box.flags[2] == {r"\Flagged"}
    assert not any(command == "EXPUNGE" for command in box.commands)


def test_where_single_mails_cannot_be_deleted_they_are_marked(box, opened) -> None:
    box.capabilities = "IMAP4rev1"
    box.add(b"x")
    mailbox = opened()
    assert keys(mailbox) == ["1"]
    mailbox.settle(["1"], [])
    assert (box.flags[1], [*box.mails]) == ({r"\Deleted"}, [1])


def test_what_is_kept_is_marked_as_read(box, opened) -> None:
    box.add(b"x")
    mailbox = opened(keep=True)
    assert keys(mailbox) == ["1"]
    mailbox.settle(["1"], [])
    assert (box.flags[1], [*box.mails]) == ({r"\Seen"}, [1])


def test_another_reading_goes_on_where_the_last_one_ended(box, opened) -> None:
    box.add(b"x")
    first = opened(keep=True)
    assert keys(first) == ["1"]
    first.settle(["1"], [])
    first.close()
    box.add(b"y")
    assert keys(first) == ["2"]
    assert keys(opened()) == ["2"]


def test_what_was_read_and_not_settled_comes_again(box, opened) -> None:
    box.add(b"x")
    assert keys(opened()) == ["1"]
    assert keys(opened()) == ["1"]


def test_a_mailbox_whose_numbers_begin_anew_is_read_anew(box, opened, positions) -> None:
    box.add(b"x")
    mailbox = opened(keep=True)
    mailbox.some(10)
    mailbox.settle(["1"], [])
    box.validity = 8
    assert keys(opened()) == ["1"]


def test_numbers_far_apart_are_found(box, opened, monkeypatch) -> None:
    monkeypatch.setattr(bounce_imap, "UIDS_ASKED", 10)
    box.add(b"x", gap=95)
    box.add(b"y", gap=40)
    assert keys(opened()) == ["96", "137"]


def test_a_long_gap_is_passed_over_in_several_readings(box, opened, monkeypatch) -> None:
    monkeypatch.setattr(bounce_imap, "UIDS_ASKED", 10)
    monkeypatch.setattr(bounce_imap, "QUESTIONS", 4)
    box.add(b"x", gap=95)
    found = [keys(opened()) for _ in range(3)]
    assert found == [[], [], ["96"]]


def test_a_mail_that_is_gone_meanwhile_is_passed_over(box, opened) -> None:
    box.add(b"x")
    box.vanishing = {2}
    box.next_uid = 3
    assert keys(opened()) == ["1"]


def test_an_empty_mailbox_holds_nothing(opened) -> None:
    mailbox = opened()
    assert keys(mailbox) == []
    mailbox.settle([], [])


def test_a_large_mail_is_read_in_part(box, opened) -> None:
    box.add(b"x" * 1_500_000)
    (arrived,) = opened().some(1)
    assert len(arrived.content) == 1_000_000


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"password": "guessed"}, "AUTHENTICATIONFAILED"), ({"folder": "Nowhere"}, "no such folder")],
)
def test_what_the_server_refuses_is_told_without_the_password(opened, changes, says) -> None:
    with pytest.raises(ImapError, match=says) as refused:
        opened(**changes).some(1)
    assert "imap 127.0.0.1:" in str(refused.value)
    assert "guessed" not in str(refused.value)


@pytest.mark.parametrize("command", ["SEARCH", "FETCH", "SELECT"])
def test_a_lost_connection_is_an_error_and_the_next_reading_connects_anew(box, opened, command) -> None:
    box.add(b"x")
    mailbox = opened()
    box.broken = command
    with pytest.raises(ImapError):
        mailbox.some(1)
    mailbox.close()
    box.broken = ""
    assert keys(mailbox) == ["1"]


@pytest.mark.parametrize("command", ["STORE", "EXPUNGE"])
def test_what_could_not_be_settled_comes_again(box, opened, command) -> None:
    box.add(b"x")
    mailbox = opened()
    mailbox.some(1)
    box.refused = command
    with pytest.raises(ImapError, match="not today"):
        mailbox.settle(["1"], [])
    box.refused = ""
    assert keys(opened()) == ["1"]


def test_a_server_that_says_no_number_is_refused(box, opened) -> None:
    box.next_uid = -1
    with pytest.raises(ImapError, match="UIDNEXT"):
        opened().some(1)


def test_a_server_may_say_the_number_behind_the_text(box, opened) -> None:
    box.add(b"one\r\n")
    box.number_first = False
    assert [(one.key, one.content) for one in opened().some(2)] == [("1", b"one\r\n")]


def test_a_folder_may_have_a_name_in_any_script(box, opened) -> None:
    box.add(b"x")
    assert keys(opened(folder='Bounces & "Отказы"')) == ["1"]
    assert r'SELECT "Bounces &- \"&BB4EQgQ6BDAENwRL-\""' in box.commands


@pytest.mark.parametrize("changes", [{"password": "сезам"}, {"username": "почта"}])
def test_a_login_that_imap_cannot_carry_is_told(opened, changes) -> None:
    with pytest.raises(ImapError, match="in ASCII only"):
        opened(**changes).some(1)


def test_an_answer_that_is_no_number_is_an_error_of_this_mailbox(box, opened) -> None:
    box.add(b"x")
    box.found = "one two"
    with pytest.raises(ImapError, match="invalid literal"):
        opened().some(1)


def test_a_server_that_is_not_there_is_told(positions) -> None:
    account = ImapAccount("127.0.0.1", 1, "tls", "news", PASSWORD)
    for security in ("tls", "none"):
        account = ImapAccount("127.0.0.1", 1, security, "news", PASSWORD)
        with pytest.raises(ImapError, match="refused"):
            ImapMailbox(account, positions).some(1)


def test_no_password_goes_over_where_tls_is_asked_for_and_not_offered(box, opened) -> None:
    with pytest.raises(ImapError):
        opened(security="starttls").some(1)
    assert not [command for command in box.commands if PASSWORD in command]
    assert list(itertools.chain(box.flags.values())) == []
