"""YAML text to plain values, with the place of every key and value.

YAML 1.2: `no` is text, `18:30` is text, `010` is ten. A key that stands twice would silently lose one of its
values and is refused. The node graph is read here rather than constructed by the library, because only so one
reading finds every duplicate and keeps the place of every value.

A sound file is read by libyaml (ruamel.yaml.clib), ten times as fast as by ruamel.yaml in Python; where the
two part, and for the words and places of every fault, Python's reading rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.reader import ReaderError

from aggregator.errors import Fault

Steps = tuple[str | int, ...]
"""The way to a value from the top: `("sources", 3, "url")`."""
MAX_BYTES = 2_000_000
MAX_VALUES = 200_000
"""Values a file may hold once its aliases are followed: a few nested aliases can stand for billions."""
PARTING = re.compile(r"[\t\r\x85\u2028\u2029\ufeff]|^%|^ +$", re.MULTILINE)
"""What libyaml and Python's reading may understand differently: tabs, line ends of other systems, byte order
marks, directives, lines of spaces."""
NESTING = re.compile(r"[\[{]|[-?] ")
MAX_NESTING = 10_000
"""Beginnings of lists and mappings in a text for libyaml, which nests calls on the machine's stack for them.

Those that begin by indentation alone are few enough within `MAX_BYTES`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; line and column count from 1."""

    file: str
    line: int
    column: int

    def fault(self, message: str) -> Fault:
        """What is wrong at this place."""
        return Fault(self.file, self.line, self.column, message)


@dataclass(slots=True)
class Document:
    """The values of a file, and where they stand.

    Places carry their file, so that a document can be joined from several.
    """

    file: str
    values: Any = None
    faults: list[Fault] = field(default_factory=list)
    quick: bool = False
    """Read by libyaml: some places may be a little off."""
    _keys: dict[Steps, Place] = field(default_factory=dict)
    _values: dict[Steps, Place] = field(default_factory=dict)

    def place(self, steps: Steps) -> Place:
        """Where the value at `steps` stands, or the nearest thing around it that the file holds."""
        for length in range(len(steps), -1, -1):
            if (place := self._values.get(steps[:length])) is not None:
                return place
        return Place(self.file, 1, 1)

    def place_of_key(self, steps: Steps) -> Place:
        """Where the last key of `steps` stands, or the nearest thing around it that the file holds."""
        return self._keys.get(steps) or self.place(steps)

    def at(self, steps: Steps) -> Any:
        """The value at `steps`; None where the file has none."""
        value = self.values
        for step in steps:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def read(path: Path, *, exactly: bool = False) -> Document:
    """Read a YAML file; whatever is wrong with it stands in the document's `faults`. Never raises.

    Who finds a fault in what a `quick` document says reads it again, `exactly`.
    """
    document = Document(str(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        document.faults.append(Place(str(path), 1, 1).fault(f"cannot be read: {error.strerror}"))
        return document
    if len(content) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES} bytes: this cannot be a configuration"
        document.faults.append(Place(str(path), 1, 1).fault(message))
        return document
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        document.faults.append(Place(str(path), line, column).fault("is not UTF-8: save the file as UTF-8"))
        return document
    if not exactly and _is_read_alike(text):
        quick = _parsed(text, Document(str(path), quick=True))
        if not quick.faults:
            return quick
    return _parsed(text, document)


def _is_read_alike(text: str) -> bool:
    return not PARTING.search(text) and len(NESTING.findall(text)) <= MAX_NESTING


def _parsed(text: str, document: Document) -> Document:
    try:
        if (root := YAML(typ="safe", pure=not document.quick).compose(text)) is not None:
            document.values = _Reader(document).value(root, ())
    except MarkedYAMLError as error:
        document.faults.append(_syntax_fault(error, document.file))
    except ReaderError as error:
        before = text[: error.position]
        place = Place(document.file, before.count("\n") + 1, error.position - before.rfind("\n"))
        document.faults.append(place.fault(f"YAML: the character U+{error.character:04X} is not allowed"))
    except RecursionError:
        message = "is nested too deeply, or an alias contains itself"
        document.faults.append(Place(document.file, 1, 1).fault(message))
    return document


def _syntax_fault(error: MarkedYAMLError, file: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    problem = error.problem or error.context or "this is not YAML"
    if r"'\t'" in problem:
        problem = "a tab cannot indent: use spaces"
    elif "cannot start any token" in problem:
        problem += ": put quotes around the text"
    return place.fault(f"YAML: {problem}")


class _Reader:
    """Turns nodes into plain values and notes their places."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._construct = YAML(typ="safe", pure=True).constructor.construct_object
        self._left = MAX_VALUES

    def value(self, node: Node, steps: Steps) -> Any:
        self._left -= 1
        if self._left < 0:
            raise MarkedYAMLError(problem=f"more than {MAX_VALUES} values", problem_mark=node.start_mark)
        self._document._values[steps] = self._place(node)
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, steps))
        if isinstance(node, SequenceNode):
            return [self.value(child, (*steps, number)) for number, child in enumerate(node.value)]
        return self._scalar(node)

    def _pairs(self, node: MappingNode, steps: Steps) -> Iterator[tuple[str, Any]]:
        seen: dict[str, Place] = {}
        for key_node, value_node in node.value:
            key, place = str(key_node.value), self._place(key_node)
            if key in seen:
                message = f"`{key}` stands here a second time; the first is on line {seen[key].line}"
                self._document.faults.append(place.fault(message))
                continue
            seen[key] = self._document._keys[*steps, key] = place
            yield key, self.value(value_node, (*steps, key))

    def _scalar(self, node: Node) -> Any:
        try:
            return self._construct(node)
        except (YAMLError, ValueError) as error:
            problem = getattr(error, "problem", None) or str(error)
            self._document.faults.append(self._place(node).fault(f"YAML: {problem}"))
            return None

    def _place(self, node: Node) -> Place:
        mark = node.start_mark
        return Place(self._document.file, mark.line + 1, mark.column + 1)
