"""HTML in entries: well-formed, by an allow-list, with absolute addresses, readable in both directions.

Whoever shows an entry shows it inside a page of his own, and not all clean it: nothing in it may run, load
from strangers, or reach outside its block.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

from html5lib import HTMLParser

from tests.feed_rules import addresses, characters, languages
from tests.feed_rules.fault import Fault

_ALLOWED = {
    "a": {"href", "hreflang", "title", "rel"}, "abbr": {"title"}, "b": set(), "bdi": set(),
    "blockquote": {"cite"}, "br": set(), "caption": set(), "cite": set(), "code": set(), "dd": set(),
    "del": set(), "div": set(), "dl": set(), "dt": set(), "em": set(), "figcaption": set(),
    "figure": set(), "h2": set(), "h3": set(), "h4": set(), "h5": set(), "h6": set(), "hr": set(),
    "i": set(), "img": {"src", "alt", "width", "height"}, "ins": set(), "li": set(), "ol": {"start"},
    "p": set(), "pre": set(), "q": {"cite"}, "s": set(), "small": set(), "span": set(), "strong": set(),
    "sub": set(), "sup": set(), "table": set(), "tbody": set(), "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"}, "thead": set(), "time": {"datetime"}, "tr": set(), "u": set(),
    "ul": set(),
}  # fmt: skip
_EVERYWHERE = {"lang", "dir"}
_LINKS = {"href", "cite"}
_LINK = re.compile(r"https?://[^/?#\s\\][^\x00-\x1f\x7f]*|mailto:[^\x00-\x1f\x7f]+")
"""Where a source's own link may lead: spelled as it likes, as readers mend it, but nowhere else."""
_NUMBERS = {"width", "height", "start", "colspan", "rowspan"}
DEEPEST = 300
LONGEST = 200_000
"""Characters of one entry."""


@lru_cache(maxsize=4096)
def faults(content: str) -> tuple[Fault, ...]:
    """What is wrong with the HTML of one entry; the same entry stands in many feeds."""
    return tuple(_faults(content))


def _faults(content: str) -> Iterator[Fault]:
    if not content.strip():
        yield Fault("NotBlank", "content")
    if len(content) > LONGEST:
        yield Fault("TooLong", "content", str(len(content)))
    parser = HTMLParser(namespaceHTMLElements=False)
    root = parser.parseFragment(content)
    for (line, column), code, _ in parser.errors:
        yield Fault("NotHtml", f"content, line {line}, column {column}", code)
    yield from _within(root, direction=None, depth=0)


def _within(parent: Element, direction: str | None, depth: int) -> Iterator[Fault]:
    """Faults of what an element holds, in whose direction its text is read (None: nobody said)."""
    if depth > DEEPEST:
        yield Fault("DeepMarkup", "content")
        return
    yield from _text_faults(parent.text or "", direction)
    for child in parent:
        if isinstance(child.tag, str):
            yield from _element_faults(child)
            own = "auto" if child.tag == "bdi" else direction
            yield from _within(child, child.get("dir", own), depth + 1)
        else:
            yield Fault("MarkupComment", "content", str(child.text))
        yield from _text_faults(child.tail or "", direction)


def _text_faults(text: str, direction: str | None) -> Iterator[Fault]:
    yield from characters.faults("content", text)
    if is_right_to_left(text):
        if direction is None:
            yield Fault("MissingDir", "content", text)
        elif direction == "ltr":
            yield Fault("WrongDir", "content", text)


def is_right_to_left(text: str) -> bool:
    """Whether most of its letters are."""
    directions = [unicodedata.bidirectional(one) for one in text[:500] if one.isalpha()]
    right = sum(one in ("R", "AL") for one in directions)
    return right > sum(one == "L" for one in directions)


def _element_faults(element: Element) -> Iterator[Fault]:
    name = str(element.tag)
    if name not in _ALLOWED:
        yield Fault("SecurityRisk", f"<{name}>")
        return
    for attribute, value in element.attrib.items():
        yield from _attribute_faults(name, str(attribute), value)
    if name == "img" and not {"src", "alt", "width", "height"} <= set(element.attrib):
        yield Fault("MissingAttribute", "<img>", str(element.attrib))


def _attribute_faults(name: str, attribute: str, value: str) -> Iterator[Fault]:
    place = f"<{name} {attribute}>"
    yield from characters.faults(place, value)
    if attribute == "style":
        yield Fault("DangerousStyleAttr", place, value)
    elif attribute not in _ALLOWED[name] | _EVERYWHERE:
        yield Fault("SecurityRiskAttr", place, value)
    if attribute in _LINKS or attribute == "src":
        fit = addresses.web(value) if attribute == "src" else _LINK.fullmatch(value) is not None
        yield from () if fit else _unfit_link(place, value)
    elif attribute in ("lang", "hreflang"):
        yield from (fault._replace(rule="MisusedAttribute") for fault in languages.faults(place, value))
    elif attribute == "dir" and value not in ("ltr", "rtl", "auto"):
        yield Fault("MisusedAttribute", place, value)
    elif attribute in _NUMBERS and not value.isdecimal():
        yield Fault("MisusedAttribute", place, f"{value} is no number")


def _unfit_link(place: str, value: str) -> Iterator[Fault]:
    scheme = "".join(value.split()).partition(":")[0].lower()
    if scheme in ("javascript", "vbscript", "data", "blob", "file", "about"):
        yield Fault("Scriptable", place, value)
    elif ":" in value:
        yield Fault("InvalidLink", place, value)
    else:
        yield Fault("ContainsRelRef", place, value)
