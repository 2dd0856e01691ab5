"""Text of sources, made safe to stand in a feed or a page."""

from __future__ import annotations

import pytest

from aggregator.publish import text


def test_characters_that_xml_forbids_and_direction_controls_vanish() -> None:
    assert text.clean("a\x00\x0b\x1b\x85\ufffe\ud800b\u202ec\u2066d") == "abcd"


def test_joiners_marks_and_letters_of_every_plane_stay() -> None:
    whole = "می\u200cخواهم\u200f 𐰴𐰀𐰍𐰣 é ӯ\n"
    assert text.clean(whole) == whole


def test_a_line_has_single_spaces() -> None:
    assert text.line("  a\n\t b\u2028c\xa0 ") == "a b c"


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        ("ten letters", "ten letters"),
        ("one two three four", "one two…"),
        ("one two, three four", "one two…"),
        ("one twothr eefour", "one twothr…"),
        ("abcdefghijklmnop", "abcdefghij…"),
    ],
)
def test_text_is_cut_at_a_word_where_there_is_one(whole: str, short: str) -> None:
    assert text.shorten(whole, 11) == short


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (" https://a.example/x?b=c#d ", "https://a.example/x?b=c#d"),
        ("HTTP://User:Word@A.example:8080/", "http://a.example:8080/"),
        (
            "https://kz.example/жаңалық?q=ә%20b",
            "https://kz.example/%D0%B6%D0%B0%D2%A3%D0%B0%D0%BB%D1%8B%D2%9B?q=%D3%99%20b",
        ),
        ("https://қаз.example/", "https://xn--80ao21a.example/"),
        ("https://a.example/%zz%2F%", "https://a.example/%25zz%2F%25"),
        ("http://[::1]:80/a", ""),
        ('http://a"b.example/', ""),
        ('https://a.example/"><script>', "https://a.example/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", ""),
        ("//a.example/", ""),
        ("/relative", ""),
        ("https://", ""),
        ("https://a.example/a b", ""),
        ("https://a.example/\ud800", ""),
        ("https://a.example:port/", ""),
        ("https://[broken/", ""),
        ("https://" + "a" * 70 + ".example/", ""),
        ("https://a.example/" + "x" * 2000, ""),
        ("", ""),
    ],
)
def test_only_absolute_web_addresses_pass(given: str, address: str) -> None:
    assert text.web_address(given) == address


@pytest.mark.parametrize(
    ("language", "script", "tag", "direction"),
    [
        ("ru", "Cyrl", "ru", "ltr"),
        ("uz", "Cyrl", "uz-Cyrl", "ltr"),
        ("kk", "Arab", "kk-Arab", "rtl"),
        ("fa", "Zyyy", "fa", "rtl"),
        ("en", "Zyyy", "en", "ltr"),
        ("und", "Arab", "", "rtl"),
        ('x" onload=', "Latn", "", "ltr"),
        ("en", "<b>", "en", "ltr"),
    ],
)
def test_language_tag_and_direction(language: str, script: str, tag: str, direction: str) -> None:
    assert text.language_tag(language, script) == tag
    assert text.direction(language, script) == direction


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Canal <b>reopened</b> &amp;amp; shared", "Canal reopened & shared"),
        ("AT&T &#8211; R&D", "AT&T – R&D"),
        ("5 < 6 and a <b", "5 < 6 and a < b"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;x", "alert(1)x"),
        ("S&P500 &copy 2026", "S& P500 & copy 2026"),
        ("one <!-- two --> three", "one three"),
        ("&amp;" * 9 + "lt;", None),
        ("plain", "plain"),
    ],
)
def test_what_is_left_of_markup_vanishes_from_plain_text(given: str, shown: str | None) -> None:
    plain = text.plain(given, 300)
    assert shown is None or plain == shown
    assert "&lt" not in plain


@pytest.mark.parametrize(
    ("given", "public"),
    [
        ("https://u:p@a.example/feed?x=1#top", "https://a.example/feed?x=1"),
        ("https://a.example/feed?token=abc&format=rss", "https://a.example/feed?format=rss"),
        (
            "https://a.example/feed?API_Key=1&rss_token=2&auth=3&signature=4&sid=5;pwd=6",
            "https://a.example/feed",
        ),
        ("https://a.example/?author=5&category=key&monkey=1&user=x", None),
        ("https://a.example:443/a/../%7efeed", "https://a.example/~feed"),
        ("https://a.example", "https://a.example/"),
        ("javascript:alert(1)", ""),
    ],
)
def test_the_address_of_a_source_is_published_without_its_secrets(given: str, public: str | None) -> None:
    assert text.public_address(given) == (given if public is None else public)


def test_an_address_that_needs_no_change_is_not_changed() -> None:
    for address in (
        "https://a.example/",
        "http://a-b.c.example/x/1.html?q=%D0%B6&b=c,d;e",
        "https://1.2.3.4/~a",
    ):
        assert text.web_address(address) == text.web_address(f" {address}") == address


def test_a_long_text_is_cut_like_a_short_one() -> None:
    words = "water " * 40
    assert text.shorten(words * 500, 100) == text.shorten(words, 100)
    assert text.shorten(" " * 5000 + "water" + " " * 5000 + "again", 100) == "water again"


def test_an_unknown_language_has_no_tag() -> None:
    assert [text.language_tag(one, "Latn") for one in ("qq", "und", "kk-Latn")] == ["", "", ""]
