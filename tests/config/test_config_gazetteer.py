"""Gazetteer files and groups of countries in the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from aggregator.cli.terminal import Setting
from aggregator.config.load import load
from aggregator.config.schema import Config
from aggregator.errors import ConfigError, Fault
from aggregator.model import WordFile

SITE = 'site: {title: News, base_url: "https://news.example.org", contact: desk@example.org}\n'


def written(folder: Path, region: str, more: str = "") -> Path:
    path = folder / "config.yaml"
    said = f"region: {{name: Steppe, countries: [KZ, KG], languages: [kk, ky], {region}}}\n"
    path.write_text(SITE + said + more, encoding="utf-8")
    return path


def loaded(folder: Path, region: str, more: str = "") -> Config:
    return Setting(written(folder, region, more)).config


def faults(folder: Path, region: str, more: str = "") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, region, more)
    return [str(fault).replace(str(folder), "") for fault in caught.value.faults]


def put(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_files_and_folders_are_read_in_order_from_beside_the_configuration(tmp_path: Path) -> None:
    put(tmp_path / "words" / "UZ.toml", "# uz")
    put(tmp_path / "words" / "KG.toml", "\ufeff# kg")
    put(tmp_path / "words" / "README.md", "words of ours")
    put(tmp_path / "KZ.toml", "# kz")
    files = loaded(tmp_path, "gazetteer: [KZ.toml, words]").judged_region().words
    assert [(Path(file.name).relative_to(tmp_path).as_posix(), file.text) for file in files] == [
        ("KZ.toml", "# kz"),
        ("words/KG.toml", "# kg"),
        ("words/UZ.toml", "# uz"),
    ]


def test_without_files_the_region_has_its_languages_and_the_shipped_group(tmp_path: Path) -> None:
    region = loaded(tmp_path, "").judged_region()
    assert (region.languages, region.words) == (("kk", "ky"), ())
    assert region.groups == (("CA", ("KZ", "KG", "UZ", "TJ", "TM")),)


def test_faults_of_the_files_and_of_the_configuration_come_together(tmp_path: Path) -> None:
    put(tmp_path / "words" / "KZ.toml", '[nmaes]\nkk = []\n[without]\nkk = ["Алматыы"]\n')
    found = faults(tmp_path, "gazetteer: [words, nowhere.toml], groups: {steppe: [KZ]}", "foo: 1\n")
    assert [fault.split(": ")[0] for fault in found] == [
        "/config.yaml:2:85",
        "/config.yaml:2:109",
        "/config.yaml:3:1",
        "/words/KZ.toml:1:1",
        "/words/KZ.toml:4:1",
    ]


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("gazetteer: words", "expects a list of files like KZ.toml"),
        ("gazetteer: [5]", "expects a list of files like KZ.toml"),
        ("gazetteer: [nowhere.toml]", "nowhere.toml cannot be read: No such file"),
        ("gazetteer: [empty]", "holds no file like KZ.toml"),
        ("gazetteer: [words.txt]", "words.txt is no gazetteer file: name it like KZ.toml"),
        ("gazetteer: [latin.toml]", "latin.toml is not UTF-8 in line 2"),
        ("gazetteer: [large.toml]", "large.toml is larger than 1000000 bytes"),
        ("groups: {CA: [KZZ]}", "`KZZ` is no country code"),
        ("groups: {steppe: [KZ]}", "`steppe`: expects a name such as CA"),
        ("groups: [KZ]", "`groups`: expects"),
    ],
)
def test_what_cannot_be_read_is_a_fault(region: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    put(tmp_path / "words.txt", "")
    (tmp_path / "latin.toml").write_bytes("# ok\n# Новости".encode("cp1251"))
    put(tmp_path / "large.toml", "#" * 1_000_001)
    (fault,) = faults(tmp_path, region)
    assert fault.startswith("/config.yaml:2:")
    assert says in fault


def test_a_feed_can_ask_for_a_group(tmp_path: Path) -> None:
    feed = 'feeds: [{id: five, title: Five, countries: ["region:ca", kz]}]\n'
    (selection,) = loaded(tmp_path, "", feed).selections()
    assert selection.countries == ("region:CA", "KZ")
    (fault,) = faults(tmp_path, "groups: {SAHEL: [ML, NE]}", feed)
    assert "there is no group `ca` in `region.groups`: known are SAHEL" in fault
    (fault,) = faults(tmp_path, "groups: {}", feed)
    assert "there is none" in fault


def test_who_loads_says_who_looks_through_the_files(tmp_path: Path) -> None:
    put(tmp_path / "KZ.toml", "nonsense")
    path = written(tmp_path, "gazetteer: [KZ.toml]")
    assert load(path, {}).judged_region().words[0].text == "nonsense"

    def refuse(files: Sequence[WordFile], languages: Sequence[str]) -> list[Fault]:
        assert languages == ("kk", "ky")
        return [Fault(file.name, 7, 1, "no") for file in files]

    with pytest.raises(ConfigError, match=r"KZ\.toml:7:1: no"):
        load(path, {}, refuse)
