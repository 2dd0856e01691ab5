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
        ("http://[::1]:80/a", "http://[::1]:80/a"),
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
