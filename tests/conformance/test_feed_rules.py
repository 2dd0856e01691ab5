"""Our own rules for feeds, held against real feeds and against a validator's test cases.

Set FEED_CORPORA to a folder of feed corpora; run with `-s` to see the account. Its folder `feedvalidator`, if
it is there, holds documents that each say in a comment what the W3C Feed Validation Service says of them:
`Expect: DuplicateUpdated`, or `Expect: !DuplicateUpdated` of one that it accepts in this respect.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.feed_rules import documents
from tests.feed_rules.fault import rules

CORPORA = os.environ.get("FEED_CORPORA", "")
CASES = Path(CORPORA) / "feedvalidator"
PARTS = (
    "rss-parser/input",
    "feedjira",
    "node-feedparser",
    "news-media",
    "cyrillic",
    "feedsmith",
    "gofeed",
    "feedparser",
)
FEWEST_FOUND, FEWEST_PASSED = 0.95, 0.9
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_EXPECTED = re.compile(r"Expect:\s*(!?)(\w+)")
_ATOM = re.compile(rb"<feed\b[^>]*http://www\.w3\.org/2005/Atom")
_RSS = re.compile(rb"<rss\b[^>]*version\s*=\s*[\"']2\.0")

pytestmark = pytest.mark.skipif(not CORPORA, reason="set FEED_CORPORA to a folder of feed corpora")

NEVER_OURS = re.compile(
    "Valid|Itunes|Media|Latitude|Longitude|Coord|Kml|Sse|Opml|Outline|Xrd|Opensearch|Keywords|Duration|YesNo|NSS|Cloud"
    "|Hour|Day(?!s)|EightDays|Country|Currency|Gender|Label|Location|Marital|Payment|Price|Rating|Reviewer|Salary|Service"
    "|Unit$|Year|TooMany|Percent|Thr|RDF|Update(Period)|Text(Input)|WPBlank|Http(?!GUID)|Https|IOError|Encoding(?!Mis)"
    "|ContentType|Syndication|Adult|Wiki|CommentRSS|Credit|NPT|Hash|Restriction|Form|Local|Alphanum|Float|Integer(?!Attr)"
    "|Obsolete|Info$|Uncompressed|TempRedirect|TextXml|BestPractices|Nonstd|SlashDate|Since|ShouldInclude|Meta"
)
"""Messages of formats, modules and servers that no document of ours has, and those that are no complaint."""
ALIKE = {
    "UndefinedElement": {"UndefinedElement", "UnexpectedNode"},
    "UnexpectedText": {"UnexpectedText", "UndefinedElement"},
    "DuplicateSemantics": {"UndefinedElement"},
    "DuplicateItemSemantics": {"UndefinedElement"},
    "DuplicateDescriptionSemantics": {"UndefinedElement"},
    "MissingNamespace": {"SAXError", "UndefinedElement"},
    "NotInANamespace": {"UndefinedElement"},
    "InvalidNamespace": {"UndefinedElement", "UnknownNamespace"},
    "UndefinedNamedEntity": {"SAXError"},
    "UseOfExtensionAttr": {"UnexpectedAttribute"},
    "MissingHref": {"MissingAttribute"},
    "MissingRecommendedAttribute": {"MissingAttribute"},
    "MissingDescription": {"MissingElement"},
    "MissingLink": {"MissingElement"},
    "MissingTitle": {"MissingElement"},
    "ItemMustContainTitleOrDescription": {"MissingElement"},
    "MissingGuid": {"MissingElement"},
    "MissingSourceElement": {"MissingElement"},
    "MissingXhtmlDiv": {"InvalidTextType"},
    "MissingSummary": {"MissingTextualContent", "InvalidTextType", "UnexpectedAttribute"},
    "InvalidMIMEType": {"InvalidMIMEType", "InvalidTextType", "UnexpectedAttribute"},
    "NotBase64": {"InvalidTextType"},
    "NotInline": {"InvalidTextType"},
    "HtmlFragment": {"InvalidTextType"},
    "MissingAtomSelfLink": {"MissingSelf"},
    "AvoidTextInput": {"UndefinedElement"},
    "AtomLinkNotEmpty": {"UnexpectedText", "UndefinedElement"},
    "AttrNotBlank": {"AttrNotBlank", "NotBlank", "UnregisteredAtomLinkRel", "InvalidTextType"},
    "DuplicateEnclosure": {"DuplicateElement"},
    "ProblematicalRFC822Date": {"InvalidRFC2822Date"},
    "UnexpectedWhitespace": {
        "UnexpectedWhitespace", "InvalidRFC3339Date", "InvalidFullLink", "InvalidIRI", "InvalidAddrSpec",
    },
    "SameDocumentReference": {"RelativeSelf"},
    "EmailFormat": {"EmailFormat", "InvalidContact"},
    "MissingRealName": {"MissingRealName", "InvalidContact"},
}  # fmt: skip
"""What our rules call a message where they know it under other names."""
FAMILIES = {
    "InvalidLink": (
        "IRI",
        "Link",
        "URI",
        "URN",
        "TAG",
        "UUID",
        "IRIAttribute",
        "UriChar",
        "UriNotIri",
        "SchemeNotIANA",
    ),
    "SecurityRisk": ("SecurityRisk", "DangerousStyle", "Scriptable", "InvalidTextType"),
    "ContainsHTML": ("ContainsHTML", "CharacterData", "ContainsUndeclaredHTML"),
    "InvalidContact": ("InvalidContact", "InvalidAddrSpec"),
}
"""Messages that are one to us: by a part of their names."""


@dataclass(frozen=True, slots=True)
class Case:
    """A document, and what the validator says of it."""

    path: Path
    suffix: str
    accepted: bool
    message: str

    def is_met(self) -> bool:
        """Whether our rules find what the validator finds, and nothing of the kind where it finds none."""
        found = rules(
            documents.faults(f"case.{self.suffix}", self.path.read_bytes(), "http://case.example", NOW)
        )
        names = set(ALIKE.get(self.message, {self.message}))
        if self.accepted:
            return not found & {self.message}
        for parts in FAMILIES.values():
            if any(part in self.message for part in parts):
                names |= {rule for rule in found if any(part in rule for part in parts)}
        return bool(found & names)


def suffix(content: bytes) -> str:
    """Which rules a document is for; empty for other formats."""
    return "atom" if _ATOM.search(content) else "rss" if _RSS.search(content) else ""


def cases() -> Iterator[Case]:
    for path in sorted(CASES.rglob("*.xml")):
        content = path.read_bytes()
        expected = _EXPECTED.search(content.decode("latin-1"))
        kind = suffix(content)
        if expected and kind and not NEVER_OURS.search(expected[2]):
            yield Case(path, kind, bool(expected[1]), expected[2])


@cache
def account() -> dict[tuple[str, bool], tuple[int, list[Case]]]:
    """By format and by what is expected: how many cases, and those that we judge otherwise."""
    judged: dict[tuple[str, bool], tuple[int, list[Case]]] = {}
    for case in cases():
        count, others = judged.get((case.suffix, case.accepted), (0, []))
        judged[case.suffix, case.accepted] = count + 1, others + ([] if case.is_met() else [case])
    for (kind, accepted), (count, others) in sorted(judged.items()):
        what = "accepted" if accepted else "faulty"
        print(f"\n{kind}: {count - len(others)} of {count} {what} documents judged alike")
        for message, times in Counter(case.message for case in others).most_common():
            names = [case.path.name for case in others if case.message == message]
            print(f"  {times:4} {message}: {' '.join(names[:5])}")
    return judged


@pytest.mark.skipif(not CASES.is_dir(), reason="no folder feedvalidator in FEED_CORPORA")
@pytest.mark.parametrize(("accepted", "fewest"), [(False, FEWEST_FOUND), (True, FEWEST_PASSED)])
@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_what_the_validator_says_our_rules_say(kind: str, accepted: bool, fewest: float) -> None:
    count, others = account()[kind, accepted]
    assert (count - len(others)) / count >= fewest, [str(case.path) for case in others]


def test_any_feed_of_the_world_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    """Rules that stumble over an odd document could not be trusted with ours."""
    found: Counter[str] = Counter()
    judged = 0
    for path in sorted(
        path for part in PARTS for path in (Path(CORPORA) / part).rglob("*") if path.is_file()
    ):
        content = path.read_bytes()
        if kind := suffix(content):
            judged += 1
            found.update(rules(documents.faults(f"case.{kind}", content, "http://case.example", NOW)))
    with capsys.disabled():
        print(
            f"\n{judged} feeds judged: "
            + ", ".join(f"{rule} {count}" for rule, count in found.most_common(40))
        )
    assert judged > 1000
