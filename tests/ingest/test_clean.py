from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from aggregator.ingest import clean, plain_text, repeats
from aggregator.ingest.sanitise import BLOCKS, sanitise

BASE = "https://news.example/story/1"
REL = ' rel="noopener nofollow noreferrer"'


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<p onclick=x style=y class=z id=w>Text</p>", "<p>Text</p>"),
        ('<p dir="rtl" lang="fa">متن</p>', '<p dir="rtl" lang="fa">متن</p>'),
        ("<script>alert(1)</script><style>p{}</style>Text", "Text"),
        ("<iframe src=x>no</iframe><svg><a href=x>no</a></svg><form><input>no</form>Text", "Text"),
        ('Text<img src="https://t.example/pixel.gif">', "Text"),
        ('<a href="javascript:alert(1)">link</a>', f"<a{REL}>link</a>"),
        ('<a href="/2" target="_blank">link</a>', f'<a href="https://news.example/2"{REL}>link</a>'),
        ('<a href="2">link</a>', f'<a href="https://news.example/story/2"{REL}>link</a>'),
        ('<a href="mailto:desk@news.example">link</a>', f'<a href="mailto:desk@news.example"{REL}>link</a>'),
        ("<h1>Big</h1><center>mid</center>", "Bigmid"),
        ("<b>open <i>tags", "<b>open <i>tags</i></b>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<!-- note -->Text", "Text"),
        ("", ""),
    ],
)
def test_only_harmless_markup_survives(markup: str, shown: str) -> None:
    assert clean.body(markup, BASE).html == shown


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One <b>two</b><i>three</i></p>tail<p>four</p>", "One twothree\ntail\nfour"),
        ("one<br>two<br/>\n\n three", "one\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul><table><tr><td>c</td><td>d</td></tr></table>", "a\nb\nc\nd"),
        ("<p>&laquo;x&raquo;&nbsp;&amp;  y\n\t z</p>", "«x» & y z"),
        ("<p>a\u202eb\u200b\x07c</p>", "abc"),
        ("<p>می\u200cخواهد</p>", "می\u200cخواهد"),
        ("<div><div><p>deep</p></div></div>", "deep"),
    ],
)
def test_the_text_has_one_line_for_each_block(markup: str, text: str) -> None:
    assert clean.body(markup, BASE).text == text


def test_boilerplate_leaves_both_forms() -> None:
    body = clean.body(
        "<div><p>The pass is closed.</p><p>See also: <a href='/2'>Another road</a></p>"
        "<p>The post <a href='/1'>Pass closed</a> appeared first on <a href='/'>News</a>.</p></div>"
        "<ul><li>Read more »</li></ul>[mkd_separator class_name='x']",
        BASE,
    )
    assert body.text == "The pass is closed."
    assert body.html == "<div><p>The pass is closed.</p></div><ul></ul>"


def test_a_footer_within_a_paragraph_leaves_the_paragraph() -> None:
    body = clean.body("The pass is closed &amp; dark. The post Pass appeared first on News.", BASE)
    assert (body.html, body.text) == ("The pass is closed &amp; dark.", "The pass is closed & dark.")


def test_a_text_that_is_all_boilerplate_leaves_nothing() -> None:
    assert clean.body("Already a subscriber? Log in here", BASE) == clean.CleanBody("", "")


@pytest.mark.parametrize("base", ["", "no base", "https://exa mple/"])
def test_without_a_usable_base_relative_links_are_dropped(base: str) -> None:
    assert clean.body('<a href="/2">link</a>', base).html == f"<a{REL}>link</a>"


def test_both_forms_are_bounded() -> None:
    body = clean.body("<p>" + "слово " * 40_000, BASE)
    assert (len(body.html) <= clean.LONGEST_HTML, len(body.text)) == (True, clean.LONGEST_TEXT)
    links = clean.body('<a href="/">link</a> ' * 4_999, BASE)
    assert 0 < len(links.html) <= clean.LONGEST_HTML


def test_absurd_nesting_is_read_as_plain_text_in_no_time() -> None:
    started = time.process_time()
    body = clean.body("<div>" * 19_000 + "deep" + "</div>", BASE)
    assert (body.html, body.text) == ("deep", "deep")
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("Bridge opens", "Bridge opens"),
        ("&laquo;Мост&raquo; открыт", "«Мост» открыт"),
        ("&amp;laquo;Мост&amp;raquo;", "«Мост»"),
        ("R&amp;D", "R&D"),
        ("&amp;amp;amp;", "&amp;"),
        ("A <b>bold</b> claim<br>in two lines", "A bold claim in two lines"),
        ("&lt;i&gt;Italic&lt;/i&gt; title", "Italic title"),
        ("1 &lt; 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a\u202eb\u2066c\x00d\ufeff", "abcd"),
        ("two\nlines\tand  blanks", "two lines and blanks"),
        ("<!-- x --><p>", ""),
        ("x" * 600, "x" * 500),
    ],
)
def test_a_title_is_plain_text_on_one_line(markup: str, title: str) -> None:
    assert plain_text.title(markup) == title


@given(st.text(alphabet="<>/abp&;\"'= \n!-[]", max_size=200))
def test_no_markup_breaks_cleaning_and_cleaning_twice_changes_nothing(markup: str) -> None:
    once = clean.body(markup, BASE).html
    assert clean.body(once, BASE).html == once
    plain_text.title(markup)


def text_of(markup: str) -> tuple[str, bool]:
    body = clean.body(markup, BASE)
    return body.text, body.paywalled


def test_an_article_ends_at_its_paywall() -> None:
    wall = "<p>Vous avez encore 80 % de cet article à découvrir!</p><p>Three euros.</p>"
    markup = f"<p>The pass is closed.</p>{wall}"
    assert text_of(markup) == ("The pass is closed.", True)
    assert text_of("The pass is closed. Subscribe to continue reading the story.<br>Now!") == (
        "The pass is closed.",
        True,
    )


def test_a_paywall_above_the_article_takes_nothing_of_it() -> None:
    assert text_of("<p>This article is for subscribers.</p><p>The pass is closed.</p>") == (
        "The pass is closed.",
        True,
    )


def test_readers_comments_are_not_the_article() -> None:
    markup = "<p>The pass is closed.</p><h3>Commentaires (2)</h3><p>First!</p><div><p>In Kabul too.</p></div>"
    assert text_of(markup) == ("The pass is closed.", False)
    assert (
        text_of("<h3>Commentaires</h3><p>The minister spoke.</p>")[0] == "Commentaires\nThe minister spoke."
    )


def test_titles_of_other_articles_go_with_the_line_that_points_to_them() -> None:
    markup = (
        "<p>The pass is closed.</p><p>See also:</p><ul><li><a href='/1'>Floods in Baku</a></li>"
        "<li><a href='/2'>Elections in Kabul</a></li></ul><p>It opens in May.</p><p><a href='/3'>Map</a></p>"
    )
    assert text_of(markup)[0] == "The pass is closed.\nIt opens in May.\nMap"


def test_repeated_sentences_go_from_both_forms() -> None:
    memory = repeats.Memory()
    memory.learn(f"Village number {number} is open. Follow us on the channel." for number in range(5))
    body = clean.body("<p>The <b>pass</b> is closed.</p><p>It snows. Follow us on the channel.</p>", BASE)
    shorter = clean.without_repeats(body, memory.repeated())
    assert shorter == clean.CleanBody(
        "<p>The <b>pass</b> is closed.</p><p>It snows.</p>", "The pass is closed.\nIt snows."
    )
    assert clean.without_repeats(shorter, memory.repeated()) is shorter
    only_text = clean.CleanBody("", "It snows.\nFollow us on the channel.", paywalled=True)
    assert clean.without_repeats(only_text, memory.repeated()).text == "It snows."


def test_titles_lose_scripts_with_all_they_say() -> None:
    assert plain_text.title("Pass <script>go('/')</script>closed") == "Pass closed"
    assert plain_text.title("Pass &lt;style&gt;p {}&lt;/style&gt;closed") == "Pass closed"
    assert plain_text.title("How to write <script") == "How to write <script"


def _text_by_the_tree(safe: str) -> str:
    """The text as a browser's tree of the same markup has it."""
    root = LexborHTMLParser(safe).body
    assert root is not None
    for block in root.css(", ".join(sorted(BLOCKS | {"td", "th"}))):
        block.insert_before("\x1e")
        block.insert_after("\x1e")
    return "\n".join(filter(None, map(plain_text.folded, root.text().split("\x1e"))))


TAGS = (
    *(
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<ul>",
        "<li>",
        "</ul>",
        "<br>",
        "<hr>",
        "<td>",
        "<table>",
        "<tr>",
        "</table>",
    ),
    *(
        "<b>",
        "</b>",
        "<a href='/x?a=1&b=2' title='a > b'>",
        "</a>",
        "<h2>",
        "</h2>",
        "<pre>",
        "</pre>",
        "<script>",
    ),
    *(
        "</script>",
        "<img src=x>",
        "<!-- c -->",
        "&lt;p&gt;",
        "&amp;amp;",
        "&nbsp;",
        "«x»",
        "می\u200cخواهد",
        "\u202e",
    ),
    *("one", "two", " ", "\n", "<", ">", "&"),
)


@given(st.lists(st.sampled_from(TAGS), max_size=25).map("".join))
def test_the_text_is_that_of_the_markups_tree(markup: str) -> None:
    safe = sanitise(markup, BASE)
    assert clean.text_of(safe) == _text_by_the_tree(safe)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/2", "https://news.example/2"),
        ("/\t/elsewhere.example/2", "https://elsewhere.example/2"),
        ("//elsewhere.example/2", "https://elsewhere.example/2"),
        ("2", "https://news.example/story/2"),
        ("?p=2", "https://news.example/story/1?p=2"),
        ("#two", "https://news.example/story/1#two"),
        ("HTTPS://Other.example/", "HTTPS://Other.example/"),
        ("&#104;ttp://other.example/", "http://other.example/"),
    ],
)
def test_links_hang_on_the_entry_whatever_stands_beside_them(link: str, address: str) -> None:
    for beside in ("", "<a href='/other'>o</a>", "<a href='https://other.example/'>o</a>", "href='/x' "):
        assert f'<a href="{address}"{REL}>l</a>' in sanitise(f'<a href="{link}">l</a>{beside}', BASE)
