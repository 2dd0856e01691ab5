"""An entry's zones: what of it is title, lead, body, category and address."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial import countries
from aggregator.editorial.countries import BODY_LENGTH, LEAD_LENGTH
from aggregator.editorial.folding import text_of
from aggregator.model import Entry


def entry(text: str = "", url: str = "", categories: tuple[str, ...] = ()) -> Entry:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    return Entry("s", "g", b"", url, url, "A title", text, "", moment, False, categories=categories)


def zones_of(entry: Entry) -> dict[str, str]:
    """The text in each zone of an entry."""
    found = countries.zones_of(entry, text_of(entry.title), text_of(entry.text))
    return {zone: folded.original for zone, folded in zip(countries.ZONES, found, strict=True)}


def test_an_entry_has_five_zones() -> None:
    url = "https://example.org/fr/ouzbekistan/une-ecole/"
    assert zones_of(entry("Short.", url, ("kazakhstan", "école"))) == {
        "title": "A title",
        "lead": "Short.",
        "body": "",
        "category": "kazakhstan | école",
        "url": "fr ouzbekistan",
    }


def test_an_address_that_cannot_be_read_has_no_sections() -> None:
    assert zones_of(entry(url="http://[broken/kazakhstan/x"))["url"] == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/fr/asie-centrale/slug", "fr asie centrale"),
        ("https://example.org/fr/asie_centrale/slug/", "fr asie centrale"),
        ("https://example.org/fr/slug?from=/kazakhstan/&x=1#/iran/", "fr"),
        ("https://example.org/fr#/iran/x", ""),
        ("https://example.org/%D0%B8%D1%80%D0%B0%D0%BD/%D1%81%D0%BB%D0%BE%D0%B2%D0%BE", "иран"),
        ("https://example.org/fr/iran%2fslug", "fr iran"),
        ("https://example.org/fr/iran%2F", "fr"),
        ("https://example.org/fr//slug", "fr "),
        ("https://example.org", ""),
        ("https://example.org/", ""),
        ("//example.org/fr/slug", "fr"),
        ("example.org/fr/slug", "example.org fr"),
        ("slug", ""),
        ("", ""),
        ("/", ""),
        ("https://example.org/иран/слово", "иран"),
        ("http://example.org?/fr/slug", ""),
        ("https:///fr/slug", "fr"),
    ],
)
def test_the_sections_are_all_folders_of_an_address_but_the_pages_own_name(url: str, expected: str) -> None:
    assert zones_of(entry(url=url))["url"] == expected


_ADDRESSES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "http://", "https://", "//", "HTTP://", "mailto:", " http://"]),
        st.text(st.sampled_from("ab/%2Ff?#:@[];.-_~ \n\té"), max_size=30),
    ),
)


@given(_ADDRESSES)
def test_remembered_folders_say_what_the_whole_address_says(url: str) -> None:
    try:
        folders = unquote(urlsplit(url).path).strip("/").split("/")[:-1]
    except ValueError:
        folders = []
    said = " ".join(folders).replace("-", " ").replace("_", " ")
    assert zones_of(entry(url=url))["url"] == said


def test_the_lead_is_the_first_paragraph_or_whole_sentences() -> None:
    first = "A sentence of some length that stands alone in the first paragraph of this article."
    assert zones_of(entry(text=f"{first}\n" + "More. " * 100))["lead"] == first
    sentences = zones_of(entry(text="Twenty letters here. " * 40))
    assert sentences["lead"].rstrip().endswith("here.")
    assert LEAD_LENGTH / 2 < len(sentences["lead"]) <= LEAD_LENGTH
    assert len(zones_of(entry(text="x" * 1000))["lead"]) == LEAD_LENGTH
    short = {"title": "A title", "lead": "Short.", "body": "", "category": "", "url": ""}
    assert zones_of(entry(text="Short.")) == short


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (f"{'x' * 200}. {'y' * 40}\n{'z' * 500}", 242),
        (f"{'x' * 200}. {'y' * 500}", 202),
        (f"{'x' * 147}. {'y' * 500}", LEAD_LENGTH),
        (f"{'x' * 149}. {'y' * 500}", 151),
        (f"{'x' * 298}. {'y' * 500}", LEAD_LENGTH),
        (f"{'x' * 200}» {'y' * 20}… {'z' * 500}", 224),
        (f"{'x' * 10}\n{'y' * 600}", LEAD_LENGTH),
    ],
)
def test_the_lead_ends_at_the_last_sentence_between_half_and_all_of_its_length(text: str, end: int) -> None:
    assert len(zones_of(entry(text=text))["lead"]) == end


def test_lead_and_body_together_are_the_text_up_to_its_bound() -> None:
    text = "Слово за словом. " * 3000
    placed = zones_of(entry(text=text))
    assert text.startswith(placed["lead"] + placed["body"])
    assert len(placed["body"]) == BODY_LENGTH
