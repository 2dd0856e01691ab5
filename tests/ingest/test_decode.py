from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.ingest.decode import decode, mend_references

RUSSIAN = "В столице открыли новый мост через реку, движение по нему начнётся весной"
KAZAKH_RU = "Снегопад закрыл перевал, водителей просят выбирать объезд"
FRENCH = "L’été a été marqué par une sécheresse exceptionnelle à Khodjent"


def xml(text: str, declared: str = "") -> str:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{declaration}<rss><title>{text}</title></rss>"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic"])
@pytest.mark.parametrize("text", [RUSSIAN, KAZAKH_RU])
@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1", "windows-1252"])
def test_cyrillic_is_read_though_undeclared_or_declared_wrong(
    encoding: str, text: str, declared: str
) -> None:
    decoded = decode(xml(text, declared).encode(encoding), "text/xml")
    assert text in decoded.text
    assert decoded.encoding == encoding
    assert bool(decoded.warning) is bool(declared)


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("cp1251", "windows-1251", "text/xml"),
        ("cp1251", "", "text/xml; charset=windows-1251"),
        ("koi8-r", "koi8-r", "text/xml; charset=utf-8"),
        ("cp1251", "no-such-charset", 'text/xml; charset="windows-1251"'),
        ("utf-8", "windows-1251", "text/xml; charset=windows-1251"),
        ("utf-8-sig", "utf-8", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-16-be", "", ""),
        ("utf-32-le", "", ""),
        ("utf-32-be", "utf-32", ""),
    ],
)
def test_russian_is_read_in_every_declared_encoding(encoding: str, declared: str, content_type: str) -> None:
    assert RUSSIAN in decode(xml(RUSSIAN, declared).encode(encoding), content_type).text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "总统会见代表团"),
        ("iso2022_jp", "大統領が会談"),
        ("cp1256", "رئيس الجمهورية يلتقي الوفد"),
        ("cp1254", "Cumhurbaşkanı heyeti kabul etti"),
    ],
)
def test_other_declared_encodings_are_trusted(encoding: str, text: str) -> None:
    name = {"gb18030": "gb2312"}.get(encoding, encoding)
    assert text in decode(xml(text, name).encode(encoding), "").text


def test_western_letters_are_not_taken_for_cyrillic() -> None:
    decoded = decode(xml(FRENCH, "utf-8").encode("cp1252"), "")
    assert FRENCH in decoded.text
    assert decoded.warning == "declared as utf-8, but read as cp1252"


def test_utf8_with_a_character_cut_in_two_stays_utf8() -> None:
    body = xml(RUSSIAN).encode().replace("мост".encode(), "мост".encode()[:-1])
    decoded = decode(body, "")
    assert (decoded.encoding, "столице открыли новый мос\ufffd" in decoded.text) == ("utf-8", True)


def test_a_chosen_encoding_with_one_impossible_byte_is_still_used() -> None:
    body = xml(RUSSIAN, "windows-1251").encode("cp1251") + b"\x98"
    assert RUSSIAN in decode(body, "").text


def test_python_codecs_that_are_no_character_sets_are_not_obeyed() -> None:
    for name in ("rot13", "unicode_escape", "utf-7", "idna", "zlib"):
        assert decode(xml(r"a\x3c", name).encode(), "").text == r"<rss><title>a\x3c</title></rss>"


@pytest.mark.parametrize("junk", ["\n\n  ", "\ufeff\n", "<br />\n<b>Warning</b>: something broke\n"])
def test_what_stands_before_the_declaration_is_dropped(junk: str) -> None:
    assert decode((junk + xml("x", "utf-8")).encode(), "").text == "<rss><title>x</title></rss>"


def test_characters_that_xml_forbids_are_dropped() -> None:
    assert decode("<a>\x00b\x0b\x1fc\ufffe\td</a>".encode(), "").text == "<a>bc\td</a>"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("<t>R&D</t>", "<t>R&amp;D</t>"),
        ("<t>a & b &amp; c</t>", "<t>a &amp; b &amp; c</t>"),
        ("<u>/?a=1&b=2</u>", "<u>/?a=1&amp;b=2</u>"),
        ("<t>caf&eacute;&nbsp;&laquo;x&raquo;</t>", "<t>café\xa0«x»</t>"),
        ("<t>&unknown;</t>", "<t>&amp;unknown;</t>"),
        ("<t>&#8217;&#x2019;&#146;</t>", "<t>’’’</t>"),
        ("<t>&#60;b&#62;&#38;</t>", "<t>&lt;b&gt;&amp;</t>"),
        ("<t>a&#0;b&#11;c</t>", "<t>a\ufffdbc</t>"),
        ("<t>&lt;&gt;&quot;&apos;</t>", "<t>&lt;&gt;&quot;&apos;</t>"),
        ("<![CDATA[a & b]]>&<![CDATA[c & d", "<![CDATA[a & b]]>&amp;<![CDATA[c & d"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x; & </a>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x; & </a>"),
        ("<t>none</t>", "<t>none</t>"),
    ],
)
def test_ampersands_become_well_formed(text: str, mended: str) -> None:
    assert mend_references(text) == mended


@given(st.binary(max_size=300), st.sampled_from(["", "text/xml; charset=koi8-r", "charset=undefined"]))
def test_no_bytes_break_the_decoder(body: bytes, content_type: str) -> None:
    text = decode(body, content_type).text
    mend_references(text).encode()


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщыьэюя ", min_size=1, max_size=200))
def test_any_russian_utf8_is_utf8(text: str) -> None:
    assert decode(f"<a>{text}</a>".encode(), "text/xml; charset=windows-1251").text == f"<a>{text}</a>"


@pytest.mark.parametrize("name", ["zlib", "rot13", "base64", "idna", "x" * 5000, "undefined"])
def test_a_codec_that_is_no_character_set_is_passed_over(name: str) -> None:
    body = "<rss>Новости дня</rss>".encode("cp1251")
    assert decode(body, f"text/xml; charset={name}").text == "<rss>Новости дня</rss>"


def test_utf_16_that_shows_none_of_its_nuls_is_not_believed() -> None:
    body = "<rss>Новости дня!</rss>".encode("koi8-r")
    assert decode(body, "text/xml; charset=utf-16").encoding == "koi8-r"
