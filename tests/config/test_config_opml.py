"""Lists of feeds read, and sources appended to a file that people edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config import opml, proposal
from aggregator.config.appending import append, with_sources
from aggregator.config.load import load
from aggregator.config.proposal import Proposal
from aggregator.errors import ConfigError

NEW = Proposal("new-one", "Новый: «one»", "https://new.example/f$x")
SOUND = """\
site: {title: S, base_url: "https://news.example", contact: a@example.org}
region: {name: S, countries: [KZ]}
"""


def listed(*outlines: str) -> opml.Listed:
    return opml.read(f"<opml><body>{''.join(outlines)}</body></opml>".encode(), "l.opml")


def test_folders_notes_and_links_are_no_feeds() -> None:
    found = listed(
        '<outline text="F"><outline text="n"/><outline type="link" url="https://x.example"/></outline>'
    )
    assert (found.outlines, found.faults) == ((), ())


@pytest.mark.parametrize(
    ("attribute", "url"),
    [
        ('xmlurl="https://a.example/f"', "https://a.example/f"),
        ('xmlUrl="feed://a.example/f"', "http://a.example/f"),
        ('xmlUrl="feed:https://a.example/f"', "https://a.example/f"),
    ],
)
def test_addresses_are_read_as_programs_write_them(attribute: str, url: str) -> None:
    (one,) = listed(f"<outline {attribute}/>").outlines
    assert (one.url, one.name) == (url, "a.example")


@pytest.mark.parametrize("url", ["ftp://a.example/f", "https://", "https://a b.example/", "http://[::1/"])
def test_an_address_that_is_none_is_named_with_its_line(url: str) -> None:
    (fault,) = listed("\n", f'<outline text="T" xmlUrl="{url}"/>').faults
    assert str(fault).startswith("l.opml:2:1: «T»")


def test_damaged_xml_is_named_and_what_can_be_read_is_read() -> None:
    found = listed(
        '<outline xmlUrl="https://a.example/f?a&b=1"/>', '\n<outline xmlUrl="https://c.example/"/>'
    )
    assert "https://c.example/" in [one.url for one in found.outlines]
    assert any("XML:" in fault.message for fault in found.faults)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE o [<!ENTITY a 'b'>]><opml/>", "entities"),
        ("<!DOCTYPE o [<!ENTITY a 'b'>]><opml/>".encode("utf-16"), "entities"),
        (b"<rss/>", "first tag is <rss>"),
        (b"", "no XML"),
        (b" " * (opml.LARGEST + 1), "larger"),
    ],
    ids=["bomb", "bomb in UTF-16", "a feed", "nothing", "too much"],
)
def test_what_is_no_list_is_refused_with_the_reason(content: bytes, words: str) -> None:
    found = opml.read(content, "l.opml")
    assert found.outlines == ()
    assert words in " ".join(fault.message for fault in found.faults)


@pytest.mark.parametrize(
    "last",
    [
        "    url: https://a.example/f  # why\n",
        "    url: https://a.example/f\n    note: |\n      one\n      two\n",
    ],
    ids=["a comment", "a block text"],
)
@pytest.mark.parametrize("tail", ["", "\n# after\nfeeds: []\n"])
def test_sources_are_appended_behind_the_last_one_and_no_other_line_moves(last: str, tail: str) -> None:
    text = f"{SOUND}sources:   # whom\n  - id: a\n    name: A\n{last}{tail}"
    added = with_sources(text, [NEW])
    assert added.replace(f"\n{NEW.lines()}\n", "", 1) == text
    assert added.index("new-one") < added.index("# after") if tail else True


def test_a_list_that_stands_at_the_margin_keeps_its_indent() -> None:
    text = f"{SOUND}sources:\n- id: a\n  name: A\n  url: https://a.example/f"
    assert "\n- id: new-one\n  name: " in with_sources(text, [NEW])


def test_a_file_without_a_list_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("# mine\n" + SOUND, encoding="utf-8")
    backup = append(path, [NEW], {})
    assert path.read_text("utf-8").startswith("# mine\n")
    assert [source.name for source in load(path, {}).sources] == ["Новый: «one»"]
    assert backup.read_text("utf-8") == "# mine\n" + SOUND


def test_nothing_is_written_that_would_be_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(SOUND, encoding="utf-8")
    with pytest.raises(ConfigError):
        append(path, [Proposal("Not a slug", "N", "https://n.example")], {})
    assert path.read_text("utf-8") == SOUND
    assert [one.name for one in tmp_path.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("Le Monde — Asie", "https://x.example", "le-monde-asie"),
        ("Oʻzbekiston ovozi", "https://x.example", "ozbekiston-ovozi"),
        ("Қазақ үні", "https://www.uni.example/feed", "uni-example"),
        ("Новости", "https://xn--80a.xn--p1ai/", "xn-80a-xn-p1ai"),
        ("", "nothing", "source"),
        ("Taken", "https://x.example", "taken-3"),
    ],
)
def test_ids_are_slugs_of_the_name_or_the_host(name: str, url: str, expected: str) -> None:
    assert proposal.slug(name, url, {"taken", "taken-2"}) == expected


@pytest.mark.parametrize(
    ("url", "zone"),
    [
        ("https://a.kg/f", "Asia/Bishkek"),
        ("https://a.ru/f", ""),
        ("https://a.example/f", ""),
        ("https://a.co.uk", "Europe/London"),
    ],
)
def test_a_zone_is_guessed_only_where_a_country_has_one(url: str, zone: str) -> None:
    assert proposal.time_zone(url, []) == zone


def test_a_zone_is_guessed_from_neighbours_first(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        SOUND + "sources: [{id: a, name: A, url: 'https://a.ru', time_zone: Asia/Omsk}]\n", encoding="utf-8"
    )
    assert proposal.time_zone("https://b.ru/f", load(path, {}).sources) == "Asia/Omsk"


@pytest.mark.parametrize(("declared", "code"), [("ru-RU", "ru"), ("EN", "en"), ("unknown", ""), ("", "")])
def test_languages_are_codes_or_nothing(declared: str, code: str) -> None:
    assert proposal.language(declared) == code


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("type: html", "needs `selectors:`"),
        ("selectors: {entry: article}", "with `type: html` only"),
        ("type: html, selectors: {entry: 'a['}", "no CSS selector"),
        ("type: html, selectors: {title: h2}", "`entry` is missing"),
        ("type: rss", "feed, sitemap, html"),
    ],
)
def test_a_source_without_a_feed_says_how_it_is_read(lines: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"{SOUND}sources: [{{id: a, name: A, url: 'https://a.example', {lines}}}]\n", "utf-8")
    with pytest.raises(ConfigError, match=words):
        load(path, {})


def test_selectors_reach_the_source(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    lines = "type: html, selectors: {entry: article, date: time}"
    path.write_text(f"{SOUND}sources: [{{id: a, name: A, url: 'https://a.example', {lines}}}]\n", "utf-8")
    (source,) = load(path, {}).sources_enabled()
    assert source.selectors is not None
    assert (source.selectors.entry, source.selectors.date, source.selectors.link) == ("article", "time", None)
