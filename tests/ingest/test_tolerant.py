"""What feedparser would lose, or take minutes for, is read in time."""

from __future__ import annotations

import re
from typing import Any

import feedparser.mixin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.ingest import parse, tolerant
from aggregator.model import PublishedEntry

LINK = "https://dala.example/1?a=1&amp;b=2"
READ = "https://dala.example/1?a=1&b=2"


def entry(item: str, opening: str = "<rss version='2.0'>") -> PublishedEntry:
    """The only entry of a feed, whichever way it is read."""
    ending = re.sub(r"<(\w+).*", r"</\1>", opening)
    body = f"{opening}<channel><title>News</title><item><title>Pass</title>{item}</item></channel>{ending}"
    (found,) = parse.parse(body.encode(), "application/xml", "https://feed.example/", 10).entries
    return found


@pytest.mark.parametrize(
    "link",
    [
        f"<link uri='at://did:plc:1/post/2'>{LINK}</link>",
        f"<link href='https://other.example/'>{LINK}</link>",
        f"<link rel='alternate' url=\"https://other.example/\" type='text/html'>\n  {LINK}\n</link>",
        f"<link href=''>{LINK}</link>",
        f"<link href='/one'><![CDATA[ {READ} ]]></link>",
        f"<link rel='alternate' type='text/html'>{LINK}</link>",
        f"<link>{LINK}</link>",
    ],
)
def test_the_link_of_rss_is_its_text_whatever_its_attributes_say(link: str) -> None:
    for description in ("", "<description>Closed.</description>"):
        assert entry(link + description).link == READ


@pytest.mark.parametrize(
    "link",
    [
        f"<link href='{LINK}'/>",
        f"<link href='{LINK}'></link>",
        f"<link url='{LINK}'>Read on</link>",
        f"<link href='{LINK}' /><guid>/elsewhere</guid>",
    ],
)
def test_the_link_of_rss_is_its_attribute_where_the_text_is_no_address(link: str) -> None:
    assert entry(link).link == READ


def test_a_link_beside_text_may_be_the_sites_own() -> None:
    assert entry("<link uri='at://x'>/news/1</link>").link == "/news/1"


def test_the_link_of_atom_is_its_attribute() -> None:
    body = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title><entry><id>tag:x,1</id><title>Pass"
        f"</title><link href='{LINK}'>https://other.example/</link></entry></feed>"
    )
    assert parse.parse(body.encode(), "", "https://feed.example/", 10).entries[0].link == READ


class SearchedTexts:
    """Stands for `re` in feedparser: counts the characters in which a mail address was looked for."""

    def __init__(self) -> None:
        self.longest = 0

    def search(self, pattern: str, text: str) -> re.Match[str] | None:
        if "@" in pattern:
            self.longest = max(self.longest, len(text))
        return re.search(pattern, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(re, name)


@pytest.mark.parametrize("element", ["author", "dc:creator", "dc:publisher", "itunes:author"])
@pytest.mark.parametrize("name", ["a." * 50_000, "a" * 100_000 + "@", "a@" + "a." * 50_000])
def test_a_mail_address_is_looked_for_in_short_names_only(
    element: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = SearchedTexts()
    monkeypatch.setattr(feedparser.mixin, "re", searched)
    opening = (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:itunes='http://www.itunes.com/DTDs/PodCast-1.0.dtd'>"
    )
    found = entry(f"<{element}>{name}</{element}><link>{LINK}</link>", opening)
    assert searched.longest == tolerant.LONGEST_AUTHOR
    assert found.link == READ
    assert len(found.author) <= tolerant.LONGEST_AUTHOR


def test_a_name_of_usual_length_is_still_parted_from_its_mail_address() -> None:
    assert entry("<author>aida@dala.org (Aida Serik)</author>").author == "Aida Serik"


def test_each_of_very_many_categories_is_compared_with_few_others(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    add_tag = tolerant._add_tag

    def counting(parser: Any, *tag: Any) -> None:
        kept.append(len(parser._get_context()["tags"]))
        add_tag(parser, *tag)

    monkeypatch.setattr(tolerant, "_add_tag", counting)
    categories = "".join(f"<category domain='x'>{number}</category>" for number in range(1000))
    found = entry(f"<guid/>{categories}")
    assert found.categories == tuple(map(str, range(parse.MOST_CATEGORIES)))
    assert len(kept) == tolerant.MOST_CATEGORIES
    assert max(kept) < tolerant.MOST_CATEGORIES


@pytest.mark.parametrize(
    "element",
    [
        "<gml:pos>1 2</gml:pos>",
        "<gml:posList>1 2 3</gml:posList>",
        "<psc:chapters><psc:chapter title='x'/></psc:chapters>",
        "<psc:chapters><psc:chapter/></psc:chapters><gml:pos/>",
    ],
)
def test_an_element_that_feedparser_stumbles_over_costs_itself_only(element: str) -> None:
    opening = (
        "<rss version='2.0' xmlns:gml='http://www.opengis.net/gml' "
        "xmlns:psc='http://podlove.org/simple-chapters'>"
    )
    found = entry(f"{element}<link>{LINK}</link><category>Eau</category>", opening)
    assert (found.title, found.link, found.categories) == ("Pass", READ, ("Eau",))


def test_links_that_end_in_another_entry_than_they_began_spoil_nothing() -> None:
    broken = "<item><title></title><link><item><title><svg></title></item></link>"
    body = f"<rss version='2.0'><channel><item><title>Pass</title></item>{broken}</channel></rss>"
    found = parse.parse(body.encode(), "", "https://feed.example/", 10)
    assert found.entries[0].title == "Pass"


PREFIXES = {
    prefix.lower(): prefix for prefix in feedparser.mixin._FeedParserMixin.namespaces.values() if prefix
}
NAMESPACES = " ".join(
    f"xmlns:{prefix}='{uri}'"
    for uri, prefix in feedparser.mixin._FeedParserMixin.namespaces.items()
    if prefix
)
KNOWN = sorted(name[7:] for name in dir(feedparser.mixin._FeedParserMixin) if name.startswith("_start_"))


def element_of(name: str) -> str:
    """`media_content` to `media:content`: an element by the name of its method."""
    prefix, _, rest = name.partition("_")
    return f"{PREFIXES[prefix]}:{rest}" if rest and prefix in PREFIXES else name


ATTRIBUTES = st.sampled_from(
    [
        "",
        " href='http://[a'",
        " type='base64'",
        " url=''",
        " srsName='EPSG:x' srsDimension='0'",
        " rel='self'",
    ]
)
SOUP = st.recursive(
    st.sampled_from(["", "1", "-1", "x y", "http://[a", "&#233;", "2010-13-45T99:99:99Z"]),
    lambda inner: st.lists(
        st.tuples(st.sampled_from([*map(element_of, KNOWN)]), ATTRIBUTES, inner).map(
            lambda one: f"<{one[0]}{one[1]}>{one[2]}</{one[0]}>"
        ),
        max_size=3,
    ).map("".join),
    max_leaves=8,
)


@given(SOUP, SOUP)
def test_no_mixture_of_elements_costs_the_feed(channel: str, item: str) -> None:
    body = (
        f"<rss version='2.0' {NAMESPACES}><channel>{channel}<item><guid>1</guid>{item}</item></channel></rss>"
    )
    tolerant.read(body, "rss")
