"""Which elements and attributes stand where, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from tests.feed_rules.fault import Fault
from tests.feed_rules.xml_document import XML, name

ONCE, OPTIONAL, ANY, SOME = (1, 1), (0, 1), (0, 10_000), (1, 10_000)
_LANGUAGE = f"{{{XML}}}lang"


@dataclass(frozen=True, slots=True)
class Shape:
    """What an element may hold. Without `children` it holds text, or nothing when it is `empty`."""

    children: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Fewest and most of each, by name."""
    required: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    """Attributes besides those and `xml:lang`."""
    empty: bool = False


def shape(
    children: Mapping[str, tuple[int, int]] | None = None, attributes: str = "", *, empty: bool = False
) -> Shape:
    """`attributes`: names; those that are required end with `!`."""
    names = attributes.split()
    return Shape(
        children or {},
        frozenset(one[:-1] for one in names if one.endswith("!")),
        frozenset(one for one in names if not one.endswith("!")),
        empty,
    )


def faults(element: etree._Element, shapes: Mapping[str, Shape], path: str) -> Iterator[Fault]:
    """Faults of an element and all it holds.

    `path`: its name, or `parent/name` where it has a shape of its own there.
    """
    here = shapes[path]
    yield from _attribute_faults(element, here)
    yield from _text_faults(element, here)
    within = list(element.iterchildren(etree.Element))
    found = Counter(name(one) for one in within)
    for child, (fewest, most) in here.children.items():
        count = found[child]
        if count < fewest:
            yield Fault("MissingElement", name(element), child)
        if count > most:
            yield Fault("DuplicateElement", name(element), child)
    for one in within:
        below = f"{path}/{name(one)}" if f"{path}/{name(one)}" in shapes else name(one)
        if name(one) in here.children:
            yield from faults(one, shapes, below)
        else:
            yield Fault("UndefinedElement", name(element), name(one))


def _attribute_faults(element: etree._Element, here: Shape) -> Iterator[Fault]:
    present = {str(one) for one in element.attrib} - {_LANGUAGE}
    for attribute in sorted(here.required - present):
        yield Fault("MissingAttribute", name(element), attribute)
    for attribute in sorted(present - here.required - here.allowed):
        yield Fault("UnexpectedAttribute", name(element), attribute)


def _text_faults(element: etree._Element, here: Shape) -> Iterator[Fault]:
    texts = [element.text or "", *(one.tail or "" for one in element)]
    if (here.children or here.empty) and any(one.strip() for one in texts):
        yield Fault("UnexpectedText", name(element), "".join(texts))
