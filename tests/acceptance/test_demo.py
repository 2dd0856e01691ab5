"""The sample world, from the wire to the caught letter, as `make demo` shows it."""

from __future__ import annotations

import email
import email.policy
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder and the account of one run of the demo."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "aggregator", "demo", "--once", "--port", "0", "--folder", str(folder)]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return folder, outcome.stdout


def query(folder: Path, sql: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(folder / "demo.db")) as database:
        return database.execute(sql).fetchall()


def test_it_tells_what_happened(demo: tuple[Path, str]) -> None:
    _, account = demo
    assert re.search(r"Polling 15 invented sources in 8 languages", account)
    assert re.search(r"5 readers", account)
    assert len(re.findall(r" sent \(", account)) == 5
    assert "example.org sent" not in account.replace("…@", ""), "addresses are masked"


def test_the_broken_corners_of_the_world_have_their_own_states(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    states = dict(query(folder, "select id, state from sources where state != 'ok'"))
    assert states == {
        "bazar-bulletin": "html-instead",
        "otrar-radio": "http-error",
        "talas-online": "http-error",
    }


def test_no_text_is_garbled_and_no_paywall_line_is_told(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    texts = "\n".join(title + text for title, text in query(folder, "select title, text from entries"))
    assert not re.search(r"[ÃÂ][\x80-\xbf]|â€|\ufffd|&amp;|&#\d|Рџ|Р\xa0", texts)
    assert "Abonnez-vous" not in texts
    assert "appeared first on" not in texts
    assert "сначала на" not in texts


def test_languages_and_scripts_are_told_apart(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    found = set(query(folder, "select language, script from entries"))
    assert {
        ("en", "Latn"),
        ("fr", "Latn"),
        ("de", "Latn"),
        ("uz", "Latn"),
        ("ru", "Cyrl"),
        ("kk", "Cyrl"),
        ("tg", "Cyrl"),
        ("fa", "Arab"),
    } == found


def test_stories_are_tagged_with_the_countries_they_are_about(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    tagged = query(
        folder,
        "select e.title, group_concat(t.country) from entries e left join entry_tags t "
        "on t.entry_id = e.id and t.role = 'subject' group by e.id order by e.title",
    )
    countries = {title: set((codes or "").split(",")) for title, codes in tagged}
    assert countries["Night train between Almaty and Tashkent returns after twelve years"] == {"KZ", "UZ"}
    assert countries["Toshkent va Olmaota oʻrtasida tungi poyezd qatnovi tiklanadi"] == {"KZ", "UZ"}
    assert countries["برق وارداتی از ازبیکستان دوباره به کابل رسید"] == {"AF", "UZ"}
    assert countries["Usbekistan: Die letzte Baumwolle von Hand"] == {"UZ"}
    untagged = [title for title, codes in countries.items() if codes == {""}]
    assert len(untagged) <= len(countries) * 0.1, untagged


def test_the_reprinted_story_is_told_once(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    told = query(folder, "select relation, count(*) from story_entries group by relation")
    assert dict(told)["same"] == 2
    feed = etree.parse(folder / "public/feeds/all.atom")
    ids = [element.text for element in feed.findall("a:entry/a:id", ATOM)]
    assert len(ids) == len(set(ids)) >= 40


def test_old_entries_are_kept_but_not_told_as_new(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    assert query(folder, "select count(*) from entries where state = 'old'")[0][0] == 5
    assert "Samarkand orders twenty trams" not in (folder / "public/feeds/all.atom").read_text("utf-8")


def test_every_reader_gets_a_letter_of_their_choice(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    letters = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((folder / "data/caught").glob("*.eml"))
    ]
    assert sorted(letter["To"] for letter in letters) == [
        "aigerim@example.net",
        "bruno@example.com",
        "camille@example.org",
        "edward@example.org",
        "nilufar@example.net",
    ]
    assert {letter["Content-Language"] for letter in letters} == {"en", "fr", "ru"}
    links = {letter["List-Unsubscribe"] for letter in letters}
    assert len(links) == 5, "each letter has a way out of its own"
    nilufars = next(letter for letter in letters if letter["To"] == "nilufar@example.net")
    text = nilufars.get_body(("plain",)).get_content()
    assert "Naryn" not in text, "she chose Tajikistan and Afghanistan"
    assert "Помир" in text


def test_nothing_in_a_letter_reaches_out(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    for path in (folder / "data/caught").glob("*.eml"):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        html = letter.get_body(("html",)).get_content()
        assert not re.search(r"<(img|script|link|iframe|form)\b|url\(", html)


PLACES = re.compile(
    r"""(?:src|srcset|poster|data|background)\s*=\s*["']([^"']*)|url\(([^)]*)\)"""
    r"""|<(?:enclosure|media:\w+|image)\b([^>]*)|<link\b([^>]*rel=["']?(?:enclosure|stylesheet|icon|preload)[^>]*)""",
    re.IGNORECASE,
)
"""Whatever a page, a feed or a mail has a program load by itself."""


BYTES = {".jpg", ".gz", ".br"}
"""What is no text; compressed texts stand beside themselves."""


def loaded_by_itself(text: str) -> list[str]:
    """Addresses in such places, also in the escaped HTML of feeds."""
    found = [match for text in (text, unescape(text)) for match in PLACES.findall(text)]
    return [address for one in found for address in re.findall(r"(?:https?:)?//[^\s\"'<>,]+", " ".join(one))]


def test_nothing_that_is_published_or_mailed_points_to_a_sources_server(demo: tuple[Path, str]) -> None:
    folder, account = demo
    own = re.search(r"Merged page\s+(http://[^/\s]+)", account)
    assert own is not None
    paths = [path for path in (folder / "public").rglob("*") if path.is_file() and path.suffix not in BYTES]
    texts = {str(path): path.read_text("utf-8") for path in paths}
    for path in (folder / "data/caught").glob("*.eml"):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        texts[str(path)] = letter.get_body(("html",)).get_content()
    assert len(texts) > 25
    foreign = {
        path: strangers
        for path, text in texts.items()
        if (strangers := [one for one in loaded_by_itself(text) if not one.startswith(f"{own[1]}/")])
    }
    assert foreign == {}
    feed = loaded_by_itself(texts[str(folder / "public/feeds/all.atom")])
    assert len(set(feed)) >= 12, "the feed has pictures, so that this test can fail"


def test_every_picture_that_is_shown_is_there_and_is_a_bare_jpeg(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    shown = {
        path
        for page in (folder / "public").rglob("*.html")
        for path in re.findall(r"/(img/[0-9a-f/]+\.jpg)", page.read_text("utf-8"))
    }
    assert len(shown) >= 12
    for path in shown:
        with Image.open(folder / "public" / path) as image:
            assert image.format == "JPEG"
            assert dict(image.getexif()) == {}
