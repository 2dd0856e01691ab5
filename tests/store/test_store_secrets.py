"""Secret keys: made once, kept to their owner, rotated without breaking what they signed."""

from __future__ import annotations

import base64
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from aggregator.errors import StoreError
from aggregator.store.letter_identity import message_id, token, token_hash
from aggregator.store.secrets import FILE_NAME, Key, Secrets

LINE = f"k1 {base64.b64encode(b'1' * 32).decode()}\n"


def test_the_first_call_makes_a_file_that_only_its_owner_reads(tmp_path):
    made = Secrets.load(tmp_path / "data")
    path = tmp_path / "data" / FILE_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert Secrets.load(tmp_path / "data") == made
    assert [one.name for one in path.parent.iterdir()] == [FILE_NAME]


def test_processes_that_start_at_once_share_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        loaded = [*pool.map(lambda _: Secrets.load(tmp_path), range(16))]
    assert loaded == [Secrets.load(tmp_path)] * 16


def test_a_process_that_comes_second_takes_the_first_ones_key(tmp_path, monkeypatch):
    """The file appears between looking for it and making it."""
    first = Secrets.load(tmp_path)
    monkeypatch.setattr("pathlib.Path.exists", lambda path: False)
    assert Secrets.load(tmp_path) == first


def test_rotation_signs_with_a_new_key_and_keeps_the_old_ones(tmp_path):
    old = Secrets.load(tmp_path)
    new = old.rotated(tmp_path)
    assert Secrets.load(tmp_path) == new
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert new.current not in old.keys
    assert new.key(old.current.id) == old.current
    assert new.address_hash("a@example.org") == old.address_hash("a@example.org")


def test_a_key_that_is_gone_is_an_error_that_names_the_cure(tmp_path):
    with pytest.raises(StoreError, match=r"key gone is missing: restore secret\.keys"):
        Secrets.load(tmp_path).key("gone")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("one two three\n", ":1: not «id base64»"),
        (LINE + "k2 ***\n", ":2: not «id base64»"),
        (LINE + "k2 c2hvcnQ=\n", ":2: not 32 bytes"),
        ("k1 \u044f\n", ":1: not «id base64»"),
    ],
)
def test_a_damaged_file_is_an_error_with_its_line(tmp_path, content, message):
    path = tmp_path / FILE_NAME
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(StoreError, match=message):
        Secrets.load(tmp_path)


def test_a_file_that_others_can_read_is_warned_of(tmp_path, caplog):
    (tmp_path / FILE_NAME).write_text(LINE)
    (tmp_path / FILE_NAME).chmod(0o644)
    with caplog.at_level(logging.WARNING):
        assert Secrets.load(tmp_path).current.id == "k1"
    assert "chmod 600" in caplog.text


def test_a_folder_that_cannot_be_used_is_an_error(tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match=r"data/secret\.keys"):
        Secrets.load(tmp_path / "data")
    secrets = Secrets((Key("k1", b"1" * 32),))
    with pytest.raises(StoreError, match=r"data/secret\.keys"):
        secrets.rotated(tmp_path / "data")


def test_each_purpose_has_signatures_of_its_own():
    key = Key("k1", b"1" * 32)
    assert key.sign("a", "1") != key.sign("b", "1")
    assert key.sign("a", "1") == Key("other-id", b"1" * 32).sign("a", "1")


def test_tokens_are_url_safe_and_differ_by_letter_and_key():
    one, other = Key("k1", b"1" * 32), Key("k2", b"2" * 32)
    tokens = {token(key, number, mark) for key in (one, other) for number in range(50) for mark in ("", "a")}
    assert len(tokens) == 200
    assert all(len(value) == 32 and value.replace("-", "").replace("_", "").isalnum() for value in tokens)
    assert len({token_hash(value) for value in tokens}) == 200


def test_a_message_id_derives_from_its_row():
    key = Key("k1", b"1" * 32)
    made = message_id(key, 42, 1737, "a1", "mail.example")
    issue, delivery, rest = made.split(".", 2)
    assert (issue, delivery) == ("42", "1737")
    mark, domain = rest.split("@")
    assert len(mark) == 8
    assert domain == "mail.example"
    assert message_id(key, 42, 1737, "a1", "mail.example") == made
    assert message_id(key, 42, 1738, "a1", "mail.example") != made
    assert message_id(key, 42, 1737, "b2", "mail.example") != made, "its number came a second time"
