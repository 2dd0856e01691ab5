"""The operator looks at what was judged, and sets it right."""

from __future__ import annotations

import html
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from aggregator.cli import main
from tests.installation import SourceHost

NEXT = "`aggregator publish --changed` does it now"


class Desk:
    """An installation that has polled one source of five stories, and the command to work with it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        settings = {
            "site": {"title": "News", "base_url": "http://news.example.org", "contact": "desk@example.org"},
            "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en", "ky"]},
            "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s", "workers": 1},
            "sources": [{"id": "dala", "name": "Dala", "url": f"{url}/dala", "weight": 1.5}],
            "feeds": [{"id": "steppe", "title": "Kazakhstan", "countries": ["KZ"]}],
        }
        (folder / "config.yaml").write_text(json.dumps(settings), encoding="utf-8")

    def __call__(self, *arguments: str, expected: int = 0) -> str:
        config = str(self.folder / "config.yaml")
        result = CliRunner().invoke(main, ["--config", config, *arguments])
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result.output

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))

    def listed(self, *arguments: str) -> list[list[str]]:
        return [line.split("\t") for line in self("story", "list", *arguments).splitlines()]

    def doubt(self, entry_id: int, why: str) -> None:
        """As if judgement had been in doubt."""
        with closing(sqlite3.connect(self.folder / "data" / "aggregator.db")) as database, database:
            database.execute("update story_entries set attention = ? where entry_id = ?", (why, entry_id))

    def feed(self) -> str:
        return (self.folder / "public" / "feeds" / "steppe.atom").read_text("utf-8")


@pytest.fixture(scope="module")
def source_host() -> Iterator[SourceHost]:
    with SourceHost(pause=0) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield host
        host.shutdown()


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory, source_host: SourceHost) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("polled"), source_host.url)
    desk("poll")
    return desk


@pytest.fixture
def desk(polled: Desk, tmp_path: Path, source_host: SourceHost) -> Desk:
    """One's own copy of it."""
    (tmp_path / "data").mkdir()
    with (
        closing(sqlite3.connect(polled.folder / "data" / "aggregator.db")) as original,
        closing(sqlite3.connect(tmp_path / "data" / "aggregator.db")) as copy,
    ):
        original.backup(copy)
    return Desk(tmp_path, source_host.url)


# ------------------------------------------------------------------------------------------------ looking


def test_stories_are_listed_with_what_stands_in_them(desk: Desk) -> None:
    first, *_ = rows = desk.listed()
    assert len(rows) == 5
    number, _, about, entries, sources, lead, title, notes = first
    assert (about, entries, sources, lead, notes) == ("KZ", "1", "1", "dala (en)", "")
    assert title.startswith("Story ")
    assert len(desk.listed("--limit", "2")) == 2
    (shown,) = desk.json("story", "list", "--limit", "1")
    assert (shown["id"], shown["about"], shown["attention"]) == (int(number), ["KZ"], [])


def test_a_list_is_narrowed(desk: Desk) -> None:
    assert len(desk.listed("--since", "1h", "--country", "kz")) == 5
    assert "No such story." in desk("story", "list", "--country", "UZ")
    assert "No such story." in desk("story", "list", "--since", "2999-01-01")
    assert "36h or 7d" in desk("story", "list", "--since", "yesterday", expected=2)
    assert "36h or 7d" in desk("story", "list", "--since", "999999d", expected=2)


def test_the_list_is_a_table_on_a_terminal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "200")
    out = desk("story", "list", "--limit", "1")
    assert "led by" in out
    assert "dala (en)" in out


def test_the_front_pages_order_is_shown_and_explained(desk: Desk) -> None:
    notes = [row[-1] for row in desk.listed("--ranked", "--explain")]
    assert "coverage 1 independent source ×1.0, weight 1.5, 1 h old ×0.99, about KZ ×1.0" in notes[0]
    assert "second story of KZ ×0.8" in notes[1]
    assert [row[-1] for row in desk.listed("--ranked")] == [""] * 5
    desk("publish")
    front = html.unescape((desk.folder / "public" / "index.html").read_text("utf-8"))
    titles = [row[6] for row in desk.listed("--ranked")]
    assert sorted(titles, key=front.index) == titles
    assert desk.json("story", "list", "--ranked", "--explain")[0]["rank"].startswith("1.")
    assert "No such story." in desk("story", "list", "--ranked", "--country", "UZ")
    assert "with --ranked" in desk("story", "list", "--explain", expected=2)


def test_a_story_shows_why_it_is_what_it_is(desk: Desk) -> None:
    out = desk("story", "show", "1")
    assert "Story 1  tag:news.example.org,20" in out
    assert "KZ " in out
    assert "«Kazakhstan» at " in out
    assert "of the title (KZ names any: Kazakhstan" in out
    assert "1  lead  dala (en)" in out
    assert "because: founded the story" in out
    shown = desk.json("story", "show", "1")
    assert desk.json("story", "show", shown["uri"]) == shown
    assert shown["members"][0]["tags"][0]["code"] == "KZ"
    assert shown["corrections"] == []


def test_an_entry_shows_why_it_is_what_it_is(desk: Desk) -> None:
    out = desk("entry", "show", "1")
    for part in (
        "Entry 1 of dala: Story ",
        "state        told",
        "language     en, script Latn",
        "Story 1: lead",
    ):
        assert part in out
    assert "«Almaty» at " in out
    assert desk.json("entry", "show", "1")["tags"][0]["evidence"][0]["surface"] == "Kazakhstan"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("story", "show", "99"), "there is no story 99: name it by the number that `aggregator story list`"),
        (("story", "hide", "tag:x", "--reason", "wrong"), "there is no story tag:x"),
        (("story", "merge", "1", "--reason", "one event"), "at least two stories"),
        (("story", "split", "99", "--reason", "another event"), "there is no entry 99"),
        (("story", "dismiss", "99"), "there is no entry 99"),
        (("story", "corrections", "--withdraw", "9"), "there is no correction 9"),
        (("story", "hide", "1"), "--reason"),
        (("entry", "show", "99"), "there is no entry 99"),
        (("entry", "retag", "1", "--reason", "wrong"), "or say --none"),
        (("entry", "retag", "1", "KZ", "--none", "--reason", "wrong"), "or say --none"),
        (("entry", "retag", "1", "KY", "--reason", "wrong"), "Kyrgyzstan is `KG`"),
        (("entry", "retag", "1", "Kazakhstan", "--reason", "wrong"), "Kazakhstan is `KZ`"),
        (("entry", "retag", "1", "region:EU", "--reason", "wrong"), "the region has region:CA"),
    ],
)
def test_what_is_not_there_or_cannot_be_is_refused_with_the_cure(
    desk: Desk, arguments: tuple[str, ...], words: str
) -> None:
    assert words in desk(*arguments, expected=2)


# ------------------------------------------------------------------------------------------------ correcting


def test_merged_stories_are_one_and_can_be_split_again(desk: Desk) -> None:
    desk("publish")
    merged = desk("story", "merge", "3", "1", "--reason", "one event")
    assert "Story 1 holds them all" in merged
    assert NEXT in merged
    assert "Story 3 was merged into story 1:" in desk("story", "show", "3")
    assert "merged into it: 3" in desk("story", "show", "1")
    assert "stories 3 merged into 1: one event" in desk("story", "show", "1")
    assert "merged into story 1: name 1 instead" in desk("story", "hide", "3", "--reason", "x", expected=2)
    assert "Story 6 holds what was split off; story 1 keeps the rest" in desk(
        "story", "split", "3", "--reason", "two events after all"
    )
    assert "entries 3 split off from story 1 to 6" in desk("entry", "show", "3")
    assert "all entries of story 6: nothing was changed" in desk("story", "split", "3", "--reason", "again")
    desk("publish", "--changed")
    assert "story/6</id>" in desk.feed()
    assert "story/3</id>" not in desk.feed()


def test_a_hidden_story_leaves_the_feed_and_comes_back(desk: Desk) -> None:
    desk("publish")
    assert "story/2</id>" in desk.feed()
    assert "Story 2 is hidden (correction 1)" in desk("story", "hide", "2", "--reason", "a hoax")
    desk("publish", "--changed")
    assert "story/2</id>" not in desk.feed()
    assert [row[-1] for row in desk.listed() if row[0] == "2"] == ["hidden"]
    assert "hidden: in no file" in desk("story", "show", "2")
    assert "Story 2 is shown" in desk("story", "unhide", "2")
    desk("publish", "--changed")
    assert "story/2</id>" in desk.feed()
    (line,) = desk("story", "corrections").splitlines()
    assert "story 2 hidden: a hoax, withdrawn " in line


def test_the_operators_countries_stand_until_they_are_withdrawn(desk: Desk) -> None:
    out = desk("entry", "retag", "1", "uz", "region:ca", "--reason", "the other railway")
    assert "Entry 1 is about UZ region:CA (correction 1)" in out
    assert [row[2] for row in desk.listed() if row[0] == "1"] == ["UZ region:CA"]
    shown = desk("entry", "show", "1")
    assert "UZ 1.00: the operator's word" in shown
    assert "overruled" in shown
    desk("entry", "retag", "1", "--none", "--reason", "about nowhere")
    assert [row[2] for row in desk.listed() if row[0] == "1"] == ["–"]
    assert "About\n  no country\n" in desk("story", "show", "1")
    assert "what was judged stands again" in desk("story", "corrections", "--withdraw", "2")
    assert [row[2] for row in desk.listed() if row[0] == "1"] == ["KZ"]


def test_what_wants_a_look_is_pointed_out_until_it_was_looked_at(desk: Desk) -> None:
    assert "No story wants a look." in desk("story", "list", "--attention")
    assert "wants a look" not in desk("sources")
    desk.doubt(4, "it resembles story 2, too")
    assert "1 entry wants a look: `aggregator story list --attention`." in desk("poll")
    assert "1 entry wants a look" in desk("sources")
    (row,) = desk.listed("--attention")
    assert (row[0], row[-1]) == ("4", "look at entry 4 of dala: it resembles story 2, too")
    assert [row[0] for row in desk.listed("--ranked", "--attention")] == ["4"]
    for shown in (desk("story", "show", "4"), desk("entry", "show", "4")):
        assert "LOOK: it resembles story 2, too (`aggregator story dismiss 4` if it may stay)" in shown
    desk.doubt(5, "it was changed")
    assert "2 entries want a look" in desk("sources")
    assert desk("story", "dismiss", "4", "5") == "Entry 4 stays where it is.\nEntry 5 stays where it is.\n"
    assert "Entry 4 wanted no look." in desk("story", "dismiss", "4")
    assert "wants a look" not in desk("poll")


def test_what_strangers_wrote_cannot_command_the_terminal(desk: Desk) -> None:
    desk.doubt(4, "red \x1b[31m\talert\nover two lines")
    (row,) = desk.listed("--attention")
    assert row[-1] == "look at entry 4 of dala: red [31m alert over two lines"
