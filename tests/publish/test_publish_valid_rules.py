"""The rules for Atom and RSS themselves: a faultless document passes, and each fault is named."""

from __future__ import annotations

import pytest

from tests.feed_rules import documents
from tests.feed_rules.fault import Fault, rules
from tests.feed_rules.specimens import (
    ATOM,
    ATOM_PATH,
    BASE,
    NOW,
    RSS,
    RSS_PATH,
)


def faults(path: str, content: str) -> list[Fault]:
    return documents.faults(path, content.encode("utf-8", "surrogatepass"), BASE, NOW)


def spoilt(document: str, old: str, new: str) -> str:
    assert old in document, old
    return document.replace(old, new, 1)


@pytest.mark.parametrize(("path", "content"), [(ATOM_PATH, ATOM), (RSS_PATH, RSS)])
def test_a_faultless_document_passes(path: str, content: str) -> None:
    assert faults(path, content) == []


SELF = '<link rel="self" type="application/atom+xml" href="https://news.example.org/region/feeds/kz.atom"/>'
ID = "<id>tag:example.org,2026:story/2</id>"
CONTENT = '&lt;div lang="kk" dir="ltr"&gt;&lt;p&gt;Water again.&lt;/p&gt;&lt;/div&gt;'
RELATED = 'rel="related" href="https://cols.example/2"'
FIRST = f'<link rel="first" href="{BASE}/{ATOM_PATH}"/>'
ARCHIVE = '<link rel="prev-archive" href="https://news.example.org/region/feeds/kz/1.atom"/>'

ATOM_FAULTS = [
    ("UnicodeError", "Canal", "\ud800"),
    ("SAXError", "Canal", "\x0b"),
    ("SAXError", "</feed>", ""),
    ("SAXError", "Canal", "&nbsp;"),
    ("BadCharacters", "Canal", "Canal \x85"),
    ("BadCharacters", "Canal", "Canal \ufffd"),
    ("BadCharacters", "Canal reopened", "CafÃ©"),
    ("BidiControl", "Canal", "\u202eCanal"),
    ("BidiControl", 'label="Kazakhstan"', 'label="\u2067Kazakhstan"'),
    ("Noncharacter", "Canal", "Canal \ufdd0"),
    ("Noncharacter", "Canal", "Canal \U0001ffff"),
    ("MissingEncoding", ' encoding="UTF-8"', ""),
    ("MissingEncoding", "<?xml version", "\ufeff<?xml version"),
    ("InvalidDoctype", "<feed ", '<!DOCTYPE feed [<!ENTITY a "b">]>\n<feed '),
    ("UnexpectedNode", "<entry>", "<!-- note --><entry>"),
    ("BidiControl", "<feed", "<!-- \u202e --><feed"),
    ("UnexpectedNode", "<?xml-stylesheet", "<?php"),
    ("MissingAttribute", 'type="text/css" ', ""),
    ("UnknownNamespace", "xmlns:fh=", 'xmlns:odd="https://odd.example/" xmlns:fh='),
    ("ReservedPrefix", "xmlns:fh", "xmlns:history"),
    ("AvoidNamespacePrefix", "xmlns:fh=", 'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:fh='),
    ("NamespaceDeclaredTwice", "<title>", '<title xmlns="http://www.w3.org/2005/Atom">'),
    ("UndefinedElement", "Canal reopened", "Canal <b>reopened</b>"),
    ("UndefinedElement", "<title>Canal", "<tagline>x</tagline><title>Canal"),
    ("UndefinedElement", "<title>Canal", '<title xmlns="">x</title><title>Canal'),
    ("UndefinedElement", "<source>", "<source><entry/>"),
    ("UnexpectedText", "<entry>", "<entry>stray"),
    ("UnexpectedText", '<category term="water"/>', '<category term="water">water</category>'),
    ("UnexpectedAttribute", "<generator>", '<generator url="https://a.example/">'),
    ("MissingAttribute", ' href="https://dala.example/2"', ""),
    ("MissingAttribute", 'term="water"', ""),
    ("MissingElement", "<title>Kazakhstan</title>", ""),
    ("MissingElement", "<id>tag:example.org,2026:feed/kz</id>", ""),
    ("MissingElement", ID, ""),
    ("MissingElement", "<author><name>Dala</name>", "<author>"),
    ("MissingElement", "<id>https://dala.example/feed</id>", ""),
    ("DuplicateElement", ID, ID + ID),
    ("DuplicateElement", "<name>Dala</name>", "<name>Dala</name><name>Dala</name>"),
    ("MissingDCLanguage", ' xml:lang="en"', ""),
    ("InvalidLanguage", 'xml:lang="kk"', 'xml:lang="kazakh"'),
    ("InvalidLanguage", 'hreflang="kk"', 'hreflang="zz"'),
    ("InvalidLanguage", 'xml:lang="kk"', 'xml:lang=""'),
    ("MisplacedMetadata", "</feed>", "<category term='late'/></feed>"),
    ("DuplicateEntries", "2026:story/1", "2026:story/2"),
    ("DuplicateUpdated", "2026-11-22T08:30:00Z", "2026-11-22T09:00:00.000002+00:00"),
    ("FeedOlderThanEntry", "<updated>2026-11-22T09:00:00", "<updated>2026-11-21T09:00:00"),
    ("FeedOlderThanEntry", "2026-11-22T08:30:00Z", "2026-11-22T09:30:00+00:00"),
    ("InvalidRFC3339Date", "2026-11-22T08:30:00Z", "2026-11-22T08:30:00"),
    ("InvalidRFC3339Date", "2026-11-22T08:30:00Z", "2026-11-31T08:30:00Z"),
    ("InvalidRFC3339Date", "2026-11-22T08:30:00Z", "2026-11-22t08:30:00z"),
    ("InvalidRFC3339Date", "2026-11-22T08:30:00Z", " 2026-11-22T08:30:00Z"),
    ("ImplausibleDate", "2026-11-22T08:30:00Z", "1970-01-01T00:00:00Z"),
    ("ImplausibleDate", "<published>2026-11-22T08:00:00Z", "<published>2026-11-22T10:00:00Z"),
    ("InvalidFullLink", "tag:example.org,2026:story/2", "story/2"),
    ("InvalidFullLink", "tag:example.org,2026:story/2", "tag:Example.org,26:story"),
    ("InvalidFullLink", 'scheme="urn:iso:std:iso:3166"', 'scheme="countries"'),
    ("NonCanonicalURI", "<id>https://dala.example/feed</id>", "<id>https://dala.example:443/feed</id>"),
    ("NonCanonicalURI", "<id>https://dala.example/feed</id>", "<id>https://dala.example</id>"),
    ("NonCanonicalURI", "<id>https://dala.example/feed</id>", "<id>https://dala.example/%7efeed</id>"),
    ("NonCanonicalURI", "<id>https://dala.example/feed</id>", "<id>https://dala.example/a/../feed</id>"),
    ("InvalidIRI", "<uri>https://dala.example/</uri>", "<uri>/about</uri>"),
    ("InvalidIRI", "https://cols.example/2", "javascript:alert(1)"),
    ("InvalidIRI", "https://cols.example/2", "https://cols.example/a b"),
    ("InvalidIRI", "https://cols.example/2", "https://cols.example/%zz"),
    ("InvalidIRI", "https://cols.example/2", "https://колс.example/2"),
    ("InvalidIRI", "https://cols.example/2", "//cols.example/2"),
    ("InvalidIRI", "https://cols.example/2", "https://[::1]/2"),
    ("InvalidAddrSpec", "<name>Cols</name>", "<name>Cols</name><email>Cols at example</email>"),
    ("ContainsEmail", "<name>Cols</name>", "<name>Cols &lt;desk@cols.example&gt;</name>"),
    ("InvalidTextType", '<title type="html">', '<title type="text/html">'),
    ("InvalidTextType", '<content type="html">', '<content type="xhtml">'),
    ("NotBlank", CONTENT, ""),
    ("NotBlank", "Canal reopened", " "),
    ("NotBlank", "<generator>aggregator", "<generator>"),
    ("UnexpectedWhitespace", "Canal reopened", "Canal\nreopened"),
    ("TooLong", "Canal", "Canal" * 200),
    ("ContainsUndeclaredHTML", "Canal reopened", "Canal &lt;b&gt;reopened&lt;/b&gt;"),
    ("ContainsUndeclaredHTML", "Canal reopened", "Canal &amp;mdash; reopened"),
    ("ContainsUndeclaredHTML", "Canal reopened", "Canal &lt;img src=x"),
    ("ContainsHTML", "<name>Dala</name>", "<name>&lt;b&gt;Dala&lt;/b&gt;</name>"),
    ("ContainsHTML", 'label="Kazakhstan"', 'label="&lt;b&gt;Kazakhstan&lt;/b&gt;"'),
    ("AttrNotBlank", 'term="water"', 'term=" "'),
    ("DuplicateCategory", 'term="water"', 'term="KZ" scheme="urn:iso:std:iso:3166"'),
    ("MissingTextualContent", f'<content type="html">{CONTENT}</content>', ""),
    ("MissingContentOrAlternate", '<content type="html">&lt;p&gt;Text.&lt;/p&gt;</content>', ""),
    ("MissingRecommendedElement", "<published>2026-11-22T08:00:00Z</published>", ""),
    ("RelativeSelf", "<entry xml:lang", '<entry xml:base="/region/" xml:lang'),
    ("MissingSelf", SELF, ""),
    ("MissingSelf", SELF, SELF + SELF),
    ("SelfDoesntMatchLocation", "feeds/kz.atom", "feeds/tj.atom"),
    ("SelfNotAtom", "application/atom+xml", "application/xml"),
    ("InvalidMIMEType", 'type="text/html"', 'type="html page"'),
    ("UnregisteredAtomLinkRel", 'rel="related"', 'rel="also"'),
    ("AttrNotBlank", 'term="water"', 'term=""'),
    ("DuplicateAtomLink", f'{RELATED} hreflang="fr"', 'href="x" hreflang="kk"'),
    ("DuplicateLink", RELATED, 'rel="alternate" href="https://dala.example/2"'),
    ("NotBlank", 'title="Cols"', 'title=""'),
    ("InvalidNonNegativeInteger", 'title="Cols"', 'length="-1"'),
    ("MissingTypeAttr", 'rel="related"', 'rel="enclosure"'),
    ("FeedHistoryRelInEntry", 'rel="related"', 'rel="next"'),
    ("FeedHistoryRelInEntry", 'rel="self" href="https://dala', 'rel="prev-archive" href="https://dala'),
    ("DuplicateAtomLink", ARCHIVE, ARCHIVE + ARCHIVE),
    ("FeedRelInCompleteFeed", "<generator>", "<fh:complete/><generator>"),
    ("CurrentNotSelfInCompleteFeed", ARCHIVE, '<fh:complete/><link rel="current" href="https://a.example/"/>'),
    ("MissingCurrentInArchive", "<generator>", "<fh:archive/><generator>"),
    ("ArchiveIncomplete", ARCHIVE, '<fh:archive/><link rel="current" href="https://a.example/"/>'),
    ("LinkPastEnd", ARCHIVE, f'<link rel="previous" href="https://a.example/"/>{FIRST}'),
    ("LinkToSelf", "feeds/kz/1.atom", "feeds/kz.atom"),
    ("UnexpectedText", "<generator>", "<fh:archive>yes</fh:archive><generator>"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new"), ATOM_FAULTS)
def test_a_fault_in_an_atom_feed_is_named(rule: str, old: str, new: str) -> None:
    assert rule in rules(faults(ATOM_PATH, spoilt(ATOM, old, new)))


ENCLOSURE = '<enclosure url="https://news.example.org/region/img/a.jpg" length="1200" type="image/jpeg"/>'
GUID = '<guid isPermaLink="false">tag:example.org,2026:story/2</guid>'

RSS_FAULTS = [
    ("SAXError", "Bits", "\x1f"),
    ("InvalidRSSVersion", ' version="2.0"', ' version="0.92"'),
    ("UndefinedElement", "<ttl>15</ttl>", "<textInput/>"),
    ("UndefinedElement", "<dc:creator>", "<author>Dala</author><dc:creator>"),
    ("UndefinedElement", "<dc:creator>", "<dc:date>2026-11-22</dc:date><dc:creator>"),
    ("UnknownNamespace", "xmlns:dc", 'xmlns:odd="https://odd.example/" xmlns:dc'),
    ("ReservedPrefix", "xmlns:atom", 'xmlns:a="http://www.w3.org/2005/Atom" xmlns:atom'),
    ("UndefinedElement", "xmlns:content", 'xmlns="http://www.w3.org/2005/Atom" xmlns:content'),
    ("MissingElement", "<title>Kazakhstan</title>", ""),
    ("MissingElement", "<link>https://news.example.org/region/</link>", ""),
    ("MissingElement", "<description>Told once.</description>", ""),
    ("MissingElement", GUID, ""),
    ("MissingElement", "<pubDate>Sun, 22 Nov 2026 08:00:00 +0000</pubDate>", ""),
    ("DuplicateElement", ENCLOSURE, ENCLOSURE + ENCLOSURE),
    ("DuplicateElement", GUID, GUID + GUID),
    ("MissingDCLanguage", "<language>en</language>", ""),
    ("InvalidLanguage", "<language>en</language>", "<language>English</language>"),
    ("MisplacedItem", "</channel>", "<category>late</category></channel>"),
    ("MissingSelf", 'rel="self"', 'rel="via"'),
    ("SelfDoesntMatchLocation", "feeds/kz.rss", "feeds/kz.atom"),
    ("DuplicateValue", '"true">https://cols.example/1', '"false">tag:example.org,2026:story/2'),
    ("InvalidBooleanAttribute", 'isPermaLink="false"', 'isPermaLink="no"'),
    ("MissingAttribute", ' isPermaLink="false"', ""),
    ("InvalidPermalink", 'isPermaLink="false"', 'isPermaLink="true"'),
    ("InvalidHttpGUID", '"true">https://cols.example/1', '"true">1'),
    ("NotSufficientlyUnique", ">tag:example.org,2026:story/2<", ">1234<"),
    ("InvalidRFC2822Date", "Sun, 22 Nov 2026 08:00:00 +0000", "2026-11-22T08:00:00Z"),
    ("InvalidRFC2822Date", "Sun, 22 Nov 2026 08:00:00 +0000", "Sun, 22 Nov 26 08:00:00 +0000"),
    ("InvalidRFC2822Date", "Sun, 22 Nov 2026 08:00:00 +0000", "Sun, 31 Nov 2026 08:00:00 +0000"),
    ("InvalidRFC2822Date", "08:00:00 +0000", "08:00:00 +0545"),
    ("IncorrectDOW", "Sun, 22 Nov 2026 08:00:00 +0000", "Mon, 22 Nov 2026 08:00:00 +0000"),
    ("ImplausibleDate", "Sun, 22 Nov 2026 09:00:00 +0000", "Thu, 01 Jan 1970 00:00:00 +0000"),
    ("InvalidFullLink", "<link>https://dala.example/2</link>", "<link>/2</link>"),
    ("InvalidFullLink", 'source url="https://dala.example/feed"', 'source url="feed"'),
    ("InvalidFullLink", 'domain="urn:iso:std:iso:3166"', 'domain="ISO 3166"'),
    ("InvalidURLAttribute", 'enclosure url="https://news.example.org/', 'enclosure url="ftp://news.example.org/'),
    ("InvalidIntegerAttribute", 'length="1200"', 'length=""'),
    ("InvalidMIMEAttribute", 'type="image/jpeg"', 'type="jpeg"'),
    ("NeedDescriptionBeforeContent", "<description>&lt;p&gt;Water again.&lt;/p&gt;</description>", ""),
    ("ImageTitleDoesntMatch", "<title>Kazakhstan</title>\n      <link>", "<title>Icon</title>\n      <link>"),
    ("ImageLinkDoesntMatch", "<link>https://news.example.org/region/</link>\n      <width>", "<link>https://a.example/</link><width>"),
    ("InvalidWidth", "<width>96", "<width>200"),
    ("InvalidContact", "editor@example.org (The Editor)", "The Editor"),
    ("MissingRealName", "editor@example.org (The Editor)", "editor@example.org"),
    ("EmailFormat", "editor@example.org (The Editor)", "editor@example.org The Editor"),
    ("InvalidPositiveInteger", "<ttl>15", "<ttl>0"),
    ("ContainsHTML", "Bits and bytes", "&lt;b&gt;Bits&lt;/b&gt; and bytes"),
    ("ContainsHTML", "Bits and bytes", "Bits &amp;amp; bytes"),
    ("ContainsHTML", "Canal reopened", "Canal &#x3C;/b> reopened"),
    ("CharacterData", "Bits and bytes", "Bits &lt;bytes"),
    ("ContainsHTML", "Told once.", "Told &lt;i&gt;once&lt;/i&gt;."),
    ("NotBlank", "<dc:creator>Dala", "<dc:creator>"),
    ("DuplicateCategory", "<source ", '<category domain="urn:iso:std:iso:3166">KZ</category><source '),
    ("NotHtml", "&lt;p&gt;Water again.&lt;/p&gt;", "&lt;p&gt;Water &lt;b&gt;again.&lt;/p&gt;"),
    ("SecurityRisk", "Water again, all day.", "&lt;script&gt;alert(1)&lt;/script&gt;"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new"), RSS_FAULTS)
def test_a_fault_in_an_rss_feed_is_named(rule: str, old: str, new: str) -> None:
    assert rule in rules(faults(RSS_PATH, spoilt(RSS, old, new)))


@pytest.mark.parametrize(
    "title", ["Bits & bytes", "AT&T U-verse", "Pam & Jim <3", "5 < 6 > 4", "M&S to expand"]
)
def test_plain_text_that_no_reader_takes_for_markup_passes(title: str) -> None:
    escaped = title.replace("&", "&amp;").replace("<", "&lt;")
    assert faults(RSS_PATH, spoilt(RSS, "Bits and bytes", escaped)) == []
    assert faults(ATOM_PATH, spoilt(ATOM, "Canal reopened", escaped)) == []


@pytest.mark.parametrize("path", [ATOM_PATH, RSS_PATH])
def test_what_is_no_feed_is_refused(path: str) -> None:
    assert rules(faults(path, "<html/>")) == {"UndefinedElement"}


def test_a_document_that_validators_do_not_read_to_its_end_is_refused() -> None:
    padding = " " * 5_000_000
    assert "ValidatorLimit" in rules(faults(ATOM_PATH, ATOM + padding))
