"""The editor's note: Markdown that becomes safe HTML and plain text."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from aggregator.errors import UsageError
from aggregator.newsletter import note

MARKDOWN = """\
# A quiet week

It *was*, says [our desk](https://example.org/a?b=1&c), write to [us](mailto:desk@example.org).

- rain
- snow
  1. on the pass

> Nobody
> was there.
"""


def test_markdown_becomes_html_below_the_letters_own_headline() -> None:
    tree = LexborHTMLParser(note.as_html(MARKDOWN))
    assert [node.tag for node in tree.css("h1, h2, h3")] == ["h2"]
    assert [node.attributes["href"] for node in tree.css("a")] == [
        "https://example.org/a?b=1&c",
        "mailto:desk@example.org",
    ]
    assert [node.text().split()[0] for node in tree.css("li")] == ["rain", "snow", "on"]


def test_the_text_reads_without_html_and_keeps_addresses() -> None:
    assert note.as_text(MARKDOWN) == (
        "A quiet week\n\n"
        "It was, says our desk <https://example.org/a?b=1&c>, write to us\n<desk@example.org>.\n\n"
        "- rain\n- snow\n  1. on the pass\n\n"
        "> Nobody was there."
    )


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        '<img src="https://spy.test/x.png">',
        "![spy](https://spy.test/x.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        '<a href="https://x.test" onclick="x">y</a>',
        "[x]: javascript:alert(1)\n\n[x]",
        "<style>p {display: none}</style>",
    ],
)
def test_nothing_in_a_note_runs_or_is_loaded(markdown: str) -> None:
    html = note.as_html(markdown)
    tree = LexborHTMLParser(html)
    assert tree.css("script, img, style, form, [onclick]") == []
    assert all(str(node.attributes["href"]).startswith("https://") for node in tree.css("a"))


def test_controls_are_dropped_and_lines_stay_short() -> None:
    text = note.as_text("one\x00\u202e two\n\n" + "word " * 100)
    assert text.startswith("one two\n\n")
    assert max(map(len, text.splitlines())) <= note.WIDTH


def test_an_empty_note_is_nothing() -> None:
    assert (note.as_html(" \n"), note.as_text(" \n")) == ("", "")


def test_a_note_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(UsageError, match="20001 characters; it may have 20000"):
        note.as_html("x" * 20_001)


def test_what_tabs_set_below_something_stands_below_it() -> None:
    markdown = "- rain\n\t- on the pass\n"
    assert note.as_text(markdown) == "- rain\n  - on the pass"
    assert len(LexborHTMLParser(note.as_html(markdown)).css("li li")) == 1


@pytest.mark.parametrize(
    "address", ["/about", "about.html", "#top", "//example.org/x", "ftp://example.org/x"]
)
def test_a_link_that_leads_nowhere_from_a_letter_stays_as_it_was_typed(address: str) -> None:
    markdown = f"See [this]({address})."
    assert LexborHTMLParser(note.as_html(markdown)).css("a") == []
    assert note.as_text(markdown) == markdown
