"""What holds for all faults of a configuration, and files that cannot be read at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from aggregator.config.load import load
from aggregator.config.schema import Config
from aggregator.errors import ConfigError

SOUND = """\
site: {title: News, base_url: "https://news.example.org", contact: desk@example.org}
region: {name: Steppe, countries: [KZ, KG], languages: [kk, ky, fr]}
"""


def faults_of(text: str, folder: Path, environment: dict[str, str] | None = None) -> list[str]:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, environment or {})
    return [f"{fault.line}:{fault.column}: {fault.message}" for fault in caught.value.faults]


ODD = [
    "5",
    "x",
    "[]",
    "[5]",
    "[[]]",
    "{}",
    "{a: 1}",
    "[{id: [1], sources: x, countries: {}}]",
    "{id: 1}",
    "true",
]


@pytest.mark.parametrize("section", list(Config.model_fields))
@pytest.mark.parametrize("odd", ODD)
def test_nothing_but_faults_comes_of_a_section_of_the_wrong_shape(
    section: str, odd: str, tmp_path: Path
) -> None:
    whole = SOUND.splitlines()
    lines = [line for line in whole if not line.startswith(section)]
    (tmp_path / "config.yaml").write_text("\n".join([*lines, f"{section}: {odd}"]), encoding="utf-8")
    with suppress(ConfigError):
        load(tmp_path / "config.yaml", {})


def test_all_faults_are_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = SOUND + (
        "sources:\n- {id: dala, name: Dala, url: x}\n- id: b\n  note: ${NOWHERE}\n  note: again\n"
        "feeds: [{id: one, sources: [dalla], limit: x}]\nfoo: 1\n"
    )
    lines = [int(fault.partition(":")[0]) for fault in faults_of(text, tmp_path)]
    assert lines == [4, 5, 5, 6, 7, 8, 8, 8, 9]


def test_a_fault_prints_as_file_line_column_message(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("foo: 1", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.yaml:1:1: unknown key `foo`"):
        load(path, {})


def test_a_file_that_is_not_utf8_names_the_place_of_the_wrong_byte(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes("site:\n  title: Новости\n".encode("cp1251"))
    with pytest.raises(ConfigError, match=r":2:10: is not UTF-8: save the file as UTF-8"):
        load(tmp_path / "config.yaml", {})


def test_a_missing_file_is_a_fault_like_any_other(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml:1:1: cannot be read: No such file"):
        load(tmp_path / "nowhere.yaml", {})


def test_a_file_too_large_to_be_a_configuration_is_refused(tmp_path: Path) -> None:
    assert faults_of("#" * 2_000_001, tmp_path) == [
        "1:1: is larger than 2000000 bytes: this cannot be a configuration"
    ]


def test_aliases_that_stand_for_billions_of_values_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "more than 200000 values" in faults_of("\n".join(lines), tmp_path)[0]


def test_a_password_is_never_repeated_in_a_message(tmp_path: Path) -> None:
    text = SOUND + "smtp: {host: mail.example.org, username: me, password: 987654, port: '${PORT}'}"
    found = faults_of(text, tmp_path, {"PORT": "987654"})
    assert len(found) == 2
    assert "987654" not in "\n".join(found)


@pytest.mark.parametrize("content", [b"", b"\nsecond line", b"\xff\xfe"])
def test_a_password_file_without_a_readable_first_line_is_a_fault(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(content)
    (fault,) = faults_of(SOUND + "smtp: {host: h, username: me, password_file: secret}", tmp_path)
    assert fault.startswith("3:46: the password file")


def test_a_secret_from_a_file_is_held_to_the_same_rule_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("too short\n", encoding="utf-8")
    (fault,) = faults_of(SOUND + "bounces: {address: b@example.org, webhook_secret_file: secret}", tmp_path)
    assert "at least 16 characters" in fault
    assert "too short" not in fault
