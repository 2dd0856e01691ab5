"""What every page of the site must keep: valid HTML, an outline, nothing that runs, no dead link.

Pages are judged as files: `Site` knows what else is published.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from urllib.parse import unquote, urljoin, urlsplit

from html5lib import HTMLParser
from html5lib.treebuilders import getTreeBuilder
from lxml import etree

from tests import accessible_names
from tests.feed_rules import addresses, characters, languages
from tests.feed_rules.fault import Fault
from tests.feed_rules.markup import is_right_to_left

LARGEST = 150_000
"""Bytes of a page."""
_ID = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_CODES = r"[a-z]{2,3}(?:\+[a-z]{2,3})*"
_FEED = rf"{_CODES}(?:-in-{_CODES})?|in-{_CODES}|source/{_ID}|topic/.+|search"
_ON_REQUEST = re.compile(
    rf"""(?:[a-z]{{2,3}}/)?(?:
          story/{_ID} | source/{_ID} | feed/(?:{_ID}|{_FEED}) | archive | search | about | feeds | sources
        | country/[a-z]{{2}} | archive/\d{{4}}(?:-\d\d)? | day/\d{{4}}-\d\d-\d\d | week/\d{{4}}-W\d\d
        | letters(?:/{_ID}/{_ID}/{_ID}|/{_ID}\.atom)?
    )
    | feeds/(?:{_FEED})\.(?:atom|rss|json)
    | subscribe | account
    | api/(?:v1(?:/.*)?|openapi\.json)""",
    re.VERBOSE,
)
"""What the program answers on request, below the root: no file stands there."""
_LOADED = {"img": ("src", "srcset"), "source": ("src", "srcset"), "script": ("src",), "link": ("href",),
           "input": ("src",), "video": ("src", "poster"), "audio": ("src",), "track": ("src",)}  # fmt: skip
_LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "apple-touch-icon", "manifest"}
_FORBIDDEN = {"style", "iframe", "frame", "object", "embed", "applet", "base", "marquee", "font", "center"}
_REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "list", "headers")


@dataclass(frozen=True)
class Site:
    """All published files, by path below `base_url`."""

    files: Mapping[str, bytes]
    base_url: str

    @property
    def root(self) -> str:
        """Path of the root, without a slash at its end."""
        return urlsplit(self.base_url).path.rstrip("/")

    @cached_property
    def pages(self) -> Mapping[str, etree._Element]:
        """Every page, parsed."""
        return {path: parse(one)[0] for path, one in self.files.items() if path.endswith(".html")}

    def faults(self) -> dict[str, list[Fault]]:
        """What is wrong, by page; pages without faults are left out."""
        found = {path: page_faults(path, self.files[path], self) for path in self.pages}
        return {path: faults for path, faults in found.items() if faults}

    def path(self, address: str, page: str) -> str | None:
        """Where an address on a page leads below the root; None when it leaves the site."""
        whole = urlsplit(urljoin(f"{self.base_url}/{page}", address))
        own = urlsplit(self.base_url)
        if (whole.scheme, whole.netloc) != (own.scheme, own.netloc) or not whole.path.startswith(
            f"{self.root}/"
        ):
            return None
        return unquote(whole.path.removeprefix(f"{self.root}/"))

    def holds(self, path: str) -> bool:
        """Whether something answers there: a file, a page by its short name, or the program."""
        return any(name in self.files for name in _files(path)) or _ON_REQUEST.fullmatch(path) is not None

    def has_id(self, path: str, name: str) -> bool:
        """Whether a page has an element of that id; of what stands in no file nobody knows."""
        page = next((self.pages[one] for one in _files(path) if one in self.pages), None)
        return page is None or any(one.get("id") == name for one in page.iter(etree.Element))


def _files(path: str) -> tuple[str, ...]:
    """Files that answer a request for a path."""
    return (path, f"{path}.html", f"{path}index.html", f"{path}/index.html")


def parse(content: bytes) -> tuple[etree._Element, list[str]]:
    """The page as a browser builds it, and where its HTML is not valid."""
    parser = HTMLParser(tree=getTreeBuilder("lxml"), namespaceHTMLElements=False)
    tree = parser.parse(content.decode("utf-8"))
    return tree.getroot(), [f"line {line}: {code}" for (line, _), code, _ in parser.errors]


def page_faults(path: str, content: bytes, site: Site) -> list[Fault]:
    """What is wrong with one page."""
    if len(content) >= LARGEST:
        return [Fault("TooLarge", "page", f"{len(content)} bytes")]
    page, errors = parse(content)
    return [
        *(Fault("InvalidHtml", "page", error) for error in errors),
        *characters.faults("page", content.decode("utf-8")),
        *_head_faults(page),
        *_outline_faults(page),
        *_id_faults(page),
        *accessible_names.faults(page),
        *_inert_faults(page),
        *_language_faults(page),
        *_link_faults(path, page, site),
    ]


# ------------------------------------------------------------------------------------------ frame


def _head_faults(page: etree._Element) -> Iterator[Fault]:
    if page.get("dir") not in ("ltr", "rtl") or not page.get("lang"):
        yield Fault("MissingLanguage", "html", str(dict(page.attrib)))
    if not (page.findtext("head/title") or "").strip():
        yield Fault("MissingTitle", "head")
    charsets = [one.get("charset") for one in page.iter("meta") if one.get("charset")]
    if charsets != ["utf-8"]:
        yield Fault("MissingCharset", "head", str(charsets))
    viewports = [one.get("content", "") for one in page.iter("meta") if one.get("name") == "viewport"]
    if len(viewports) != 1 or re.search("user-scalable|maximum-scale", "".join(viewports)):
        yield Fault("UnscalableViewport", "head", str(viewports))
    if len([one for one in page.iter("link") if one.get("rel") == "canonical"]) > 1:
        yield Fault("DuplicateCanonical", "head")


def _outline_faults(page: etree._Element) -> Iterator[Fault]:
    headings = list(page.iter("h1", "h2", "h3", "h4", "h5", "h6"))
    if [one.tag for one in headings].count("h1") != 1:
        yield Fault(
            "NotOneHeading", "page", str([accessible_names.text(one) for one in headings if one.tag == "h1"])
        )
    for before, after in pairwise(headings):
        if int(after.tag[1]) > int(before.tag[1]) + 1:
            yield Fault("SkippedHeading", after.tag, accessible_names.text(after))
    yield from (Fault("EmptyHeading", one.tag) for one in headings if not accessible_names.name(one, page))
    for landmark, count in (("main", 1), ("header", 1), ("footer", 1)):
        found = [
            one
            for one in page.iter(landmark)
            if next(one.iterancestors("article", "section", "main"), None) is None
        ]
        if len(found) != count:
            yield Fault("MissingLandmark", landmark, str(len(found)))
    names = [accessible_names.name(one, page) for one in page.iter("nav", "aside")]
    if not all(names) or len(set(names)) < len(names):
        yield Fault("UnnamedLandmark", "nav", str(names))
    first = next(page.iter("a"), None)
    if first is None or first.get("href") != "#main":
        yield Fault("MissingSkipLink", "body")


def _id_faults(page: etree._Element) -> Iterator[Fault]:
    ids = Counter(one.get("id", "") for one in page.iter(etree.Element) if one.get("id") is not None)
    for name, count in ids.items():
        if count > 1 or not name or len(name.split()) != 1:
            yield Fault("InvalidId", name, f"{count} times")
    for element in page.iter(etree.Element):
        for attribute in _REFERENCES:
            for name in element.get(attribute, "").split():
                if name not in ids:
                    yield Fault("BrokenReference", f"<{element.tag} {attribute}>", name)


# ------------------------------------------------------------------------------------------ conduct


def _inert_faults(page: etree._Element) -> Iterator[Fault]:
    for element in page.iter(etree.Element):
        name = etree.QName(element).localname
        place = f"<{name}>"
        if name in _FORBIDDEN or (name == "script" and element.tag != name):
            yield Fault("ForbiddenElement", place)
        if name == "script" and ((element.text or "").strip() or not element.get("src")):
            yield Fault("InlineScript", place)
        if element.tag == "meta" and element.get("http-equiv") is not None:
            yield Fault("ForbiddenElement", place, str(element.get("http-equiv")))
        for attribute, value in element.attrib.items():
            if str(attribute) == "style" or str(attribute).startswith("on"):
                yield Fault("InlineScript", f"{place} {attribute}", value)
        if element.get("target") == "_blank" and "noopener" not in element.get("rel", ""):
            yield Fault("OpenerExposed", place, element.get("href", ""))
        if element.get("tabindex", "0") not in ("0", "-1") or element.get("accesskey") is not None:
            yield Fault("ForcedOrder", place, str(dict(element.attrib)))


def _language_faults(page: etree._Element) -> Iterator[Fault]:
    for element in page.iter(etree.Element):
        for attribute in ("lang", "hreflang"):
            tag = element.get(attribute)
            if tag is not None and (attribute, tag) != ("hreflang", "x-default"):
                yield from languages.faults(f"<{element.tag} {attribute}>", tag)
        texts = [element.text or "", *(child.tail or "" for child in element)]
        shown = element.tag not in ("title", "script", "option")
        if shown and is_right_to_left("".join(texts)) and _direction(element) == "ltr":
            yield Fault("WrongDir", f"<{element.tag}>", "".join(texts))


def _direction(element: etree._Element) -> str | None:
    for one in (element, *element.iterancestors()):
        if one.get("dir"):
            return one.get("dir")
        if one.tag == "bdi":
            return "auto"
    return None


# ------------------------------------------------------------------------------------------ links


def _link_faults(path: str, page: etree._Element, site: Site) -> Iterator[Fault]:
    for element in page.iter(etree.Element):
        for attribute in ("href", "action", "formaction", "cite"):
            if (address := element.get(attribute)) is not None:
                yield from _address_faults(f"<{element.tag} {attribute}>", address, path, site)
        loaded = set(element.get("rel", "").split()) & _LOADED_LINKS if element.tag == "link" else True
        for attribute in _LOADED.get(str(element.tag), ()) if loaded else ():
            for address in _sources(element.get(attribute, ""), attribute):
                if site.path(address, path) is None:
                    yield Fault("ThirdParty", f"<{element.tag} {attribute}>", address)
                else:
                    yield from _address_faults(f"<{element.tag} {attribute}>", address, path, site)


def _sources(value: str, attribute: str) -> list[str]:
    if attribute == "srcset":
        return [one.split()[0] for one in value.split(",") if one.strip()]
    return [value] if value else []


def _address_faults(place: str, address: str, page: str, site: Site) -> Iterator[Fault]:
    if address.startswith("#"):
        target: str | None = page
    else:
        target = site.path(address, page)
    if address.startswith("mailto:"):
        if not addresses.absolute(address):
            yield Fault("InvalidLink", place, address)
    elif target is None:
        if not addresses.web(address):
            yield Fault("InvalidLink", place, address)
    elif not site.holds(target):
        yield Fault("BrokenLink", place, address)
    elif (name := urlsplit(address).fragment) and not site.has_id(target, unquote(name)):
        yield Fault("BrokenReference", place, address)
