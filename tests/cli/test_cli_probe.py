"""`probe`, `sources`, and lists of feeds, as an operator calls them."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import main
from aggregator.config.load import load

Call = Callable[..., Result]


def rss(*titles: str, hours: float = 1) -> bytes:
    date = format_datetime(datetime.now(UTC) - timedelta(hours=hours))
    items = "".join(
        f"<item><title>{title}</title><link>http://127.0.0.1/{number}</link><pubDate>{date}</pubDate>"
        f"<description>Words about trains in the town of {title}.</description></item>"
        for number, title in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>Dala News</title>{items}</channel></rss>".encode()


ANSWERS: dict[str, bytes] = {
    "/feed": rss("Almaty", "Tashkent opens a bridge"),
    "/page": b"<!doctype html><html><title>Dala</title>"
    b"<link rel=alternate type='application/rss+xml' title='All' href='/feed'></html>",
    "/bare/": b"<!doctype html><html><title>Bare</title></html>",
    "/offtopic": rss(*(f"Recipe {number}" for number in range(6))),
    "/old": rss("Almaty", hours=24 * 100),
    "/broken": b"<urlset>",
}


class Host(BaseHTTPRequestHandler):
    """Answers by path; counts who was asked."""

    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        body = ANSWERS.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html" if self.path in {"/page", "/bare/"} else "text/xml")
        self.send_header("Cache-Control", "max-age=7200" if self.path == "/old" else "no-cache")
        self.end_headers()
        self.wfile.write(body or b"none")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def config(tmp_path: Path, url: str) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(
        f"""\
site: {{title: Steppe, base_url: "http://news.example.org", contact: desk@example.org}}
region: {{name: Steppe, countries: [KZ, UZ], languages: [en]}}
polling: {{allow_networks: [127.0.0.0/8], host_gap: 0s, workers: 1}}
sources:
  # the first
  - {{id: dala, name: Dala, url: "{url}/feed"}}
  - {{id: recipes, name: Recipes, url: "{url}/offtopic"}}
  - {{id: sleepy, name: Sleepy, url: "{url}/old"}}
  - {{id: broken, name: Broken, url: "{url}/broken"}}
  - {{id: resting, name: Resting, url: "{url}/bare/", enabled: false}}
# the end
""",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def call(config: Path) -> Call:
    def run(*arguments: str, expected: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--config", str(config), *arguments])
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result

    return run


# ------------------------------------------------------------------------------------------------ probe


def test_a_feed_gets_a_verdict_and_the_lines_to_paste_and_no_store(
    call: Call, url: str, tmp_path: Path
) -> None:
    ANSWERS["/new"] = ANSWERS["/feed"]
    out = call("probe", f"{url}/new").output
    for said in ("HTTP 200, text/xml", "RegionalNews/", "RSS 2.0", "100 % read", "en 2", "100 % tagged"):
        assert said in out
    assert "Cache-Control: no-cache" in out
    assert "neither ETag nor Last-Modified" in out
    assert "Tashkent opens a bridge" in out
    assert f"  - id: dala-news\n    name: Dala News\n    url: {url}/new\n    homepage: {url}/\n" in out
    assert not (tmp_path / "data").exists()


def test_the_feeds_of_a_page_are_found_and_one_that_is_configured_is_named(call: Call, url: str) -> None:
    out = call("probe", f"{url}/page", expected=3).output
    assert "a web page that names these feeds" in out
    assert f"{url}/feed  RSS All" in out
    assert f"{url}/feed is configured already, as dala" in out


def test_a_page_without_feeds_is_asked_about_a_few_usual_places_only(call: Call, url: str) -> None:
    before = Host.asked.total()
    out = call("probe", f"{url}/bare/", expected=3).output
    assert "/rss" in Host.asked
    assert Host.asked.total() - before <= 7
    assert "html-instead" in out


def test_a_source_is_probed_by_its_id_and_its_own_word_holds(call: Call, url: str) -> None:
    call("poll", "sleepy", expected=3)
    asked = Host.asked["/old"]
    out = call("probe", "sleepy", expected=3).output
    assert out.startswith("sleepy ")
    assert "not asked: its server said" in out
    assert Host.asked["/old"] == asked


def test_after_a_probe_the_source_may_be_polled_unless_its_server_said_later(call: Call, url: str) -> None:
    call("probe", "dala")
    assert "entries" in call("poll", "--force", "dala").output
    call("probe", "sleepy")
    asked = Host.asked["/old"]
    assert "its server said" in call("poll", "--force", "sleepy", expected=3).output
    assert Host.asked["/old"] == asked


def test_a_resting_source_can_be_probed(call: Call) -> None:
    assert "html-instead" in call("probe", "resting", expected=3).output


@pytest.mark.parametrize(
    ("target", "words"), [("dalla", "did you mean dala"), ("ftp://a", "http://"), ("x", "http://")]
)
def test_what_cannot_be_probed_is_named(call: Call, target: str, words: str) -> None:
    assert words in call("probe", target, expected=2).output


# ------------------------------------------------------------------------------------------------ sources


def test_sources_names_silence_untagged_entries_and_where_a_body_is_kept(call: Call, tmp_path: Path) -> None:
    call("poll")
    lines = {line.split("\t")[0]: line.split("\t") for line in call("sources").output.splitlines()}
    assert list(lines) == ["dala", "recipes", "sleepy", "broken"]
    assert lines["dala"][1:5] == ["ok", "2", "2", "0 %"]
    assert lines["recipes"][4:6] == ["100 %", "0 %"]
    assert "6 of 6 entries name no country" in lines["recipes"][-1]
    assert lines["sleepy"][1] == "stale"
    assert lines["broken"][1] == "parse-error"
    kept = tmp_path / "data" / "bodies" / "broken.body"
    assert str(kept) in lines["broken"][-1]
    assert kept.read_bytes().endswith(b"\n\n<urlset>")
    in_trouble = call("sources", "--trouble").output.splitlines()
    assert [line.split("\t")[0] for line in in_trouble] == ["recipes", "sleepy", "broken"]


# ------------------------------------------------------------------------------------------------ OPML


def test_a_list_of_feeds_is_appended_once_and_the_rest_of_the_file_stays(
    call: Call, config: Path, tmp_path: Path, url: str
) -> None:
    before = config.read_text("utf-8")
    listed = tmp_path / "list.opml"
    listed.write_text(
        f"""<opml version="2.0"><body><outline text="Group">
<outline type="rss" text="Talas &amp; co" xmlUrl="https://talas.kg/feed?k=${{HOME}}" htmlUrl="https://talas.kg/"/>
<outline type="rss" text="Dala again" xmlUrl="{url}/feed/"/>
<outline type="rss" text="No address"/>
<outline type="rss" text="Dala" xmlUrl="https://elsewhere.example/feed" language="ru-RU"/>
</outline></body></opml>""",
        encoding="utf-8",
    )
    out = call("import-opml", str(listed), expected=3).output
    assert "list.opml:4:1: «No address» says it is a feed" in out
    assert f"list.opml:3: {url}/feed/ is there already, as dala" in out
    assert "2 sources added, 1 known already, 1 fault." in out
    after = config.read_text("utf-8")
    assert (tmp_path / "config.yaml.bak").read_text("utf-8") == before
    assert after.startswith(before.removesuffix("# the end\n"))
    assert after.endswith("# the end\n")
    sources = {source.id: source for source in load(config, {}).sources}
    assert sources["talas-co"].url == "https://talas.kg/feed?k=${HOME}", "taken at its word"
    assert sources["talas-co"].time_zone == "Asia/Bishkek"
    assert (sources["dala-2"].name, sources["dala-2"].language) == ("Dala", "ru")
    assert "0 sources added, 3 known already" in call("import-opml", str(listed), expected=3).output


def test_the_sources_are_printed_or_written_as_a_list(call: Call, tmp_path: Path, url: str) -> None:
    printed = call("export-opml").output
    assert f'xmlUrl="{url}/feed"' in printed
    assert "resting" not in printed.lower()
    target = tmp_path / "out.opml"
    call("export-opml", str(target))
    assert target.read_text("utf-8") == printed
    assert "cannot be written" in call("export-opml", str(tmp_path / "no" / "x"), expected=2).output


def test_a_configuration_in_brackets_takes_sources_too(tmp_path: Path) -> None:
    settings = {
        "site": {"title": "S", "base_url": "http://n.example.org", "contact": "a@example.org"},
        "region": {"name": "S", "countries": ["KZ"]},
    }
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps(settings), encoding="utf-8")
    listed = tmp_path / "l.opml"
    listed.write_text('<opml><body><outline text="A" xmlUrl="https://a.example/f"/></body></opml>')
    result = CliRunner().invoke(main, ["--config", str(config), "import-opml", str(listed)])
    assert result.exit_code == 0, result.output
    assert [source.id for source in load(config, {}).sources] == ["a"]
