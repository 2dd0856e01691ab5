"""New sources into a `config.yaml` that people edit: comments, order and every other line stay."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from aggregator.config.load import load
from aggregator.config.proposal import Proposal


def append(path: Path, proposals: Sequence[Proposal], environment: Mapping[str, str]) -> Path:
    """Append sources to a sound configuration, all or none, and return where the old file is kept.

    The new file takes the place of the old one in one step, and only when it is as sound. Raises ConfigError
    when it would not be, and OSError when it cannot be written; the old one is untouched then.
    """
    text = with_sources(path.read_text("utf-8-sig"), proposals)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    candidate = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        load(candidate, environment)
        shutil.copymode(path, candidate)
        backup = path.with_name(f"{path.name}.bak")
        shutil.copy2(path, backup)
        candidate.replace(path)
    finally:
        candidate.unlink(missing_ok=True)
    return backup


def with_sources(text: str, proposals: Sequence[Proposal]) -> str:
    """The text of a configuration with sources appended to its list.

    Written into the text behind the list's last line: the library, which rewrites the whole, would put them
    behind the comment that follows the list. It is used where the list is missing or written in brackets.
    """
    listed = _listed(YAML(typ="safe", pure=True).compose(text))
    if listed is None or listed.flow_style or not listed.value:
        return _rewritten(text, proposals)
    indent = " " * (listed.value[0].start_mark.column - 2)
    lines = text.splitlines(keepends=True)
    at = _last_line(listed) + 1
    while not lines[at - 1].strip():  # blank lines behind a block text belong to it
        at -= 1
    if not lines[at - 1].endswith("\n"):
        lines[at - 1] += "\n"
    blocks = "".join(f"\n{_indented(one.lines(), indent)}\n" for one in proposals)
    return "".join([*lines[:at], blocks, *lines[at:]])


def _listed(root: Node | None) -> SequenceNode | None:
    pairs = root.value if isinstance(root, MappingNode) else []
    found = (value for key, value in pairs if key.value == "sources")
    node = next(found, None)
    return node if isinstance(node, SequenceNode) else None


def _last_line(node: Node) -> int:
    """The line, from 0, on which the last text of a node ends."""
    if not isinstance(node, MappingNode | SequenceNode) or not node.value or node.flow_style:
        end = node.end_mark
        # A block text ends where the next line begins.
        return int(end.line) - (1 if end.column == 0 and end.line > node.start_mark.line else 0)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(node, MappingNode) else last)


def _indented(block: str, indent: str) -> str:
    lines = block.splitlines()
    own = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(indent + line[own:] for line in lines)


def _rewritten(text: str, proposals: Sequence[Proposal]) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 100_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(text)
    if not document.get("sources"):
        document["sources"] = []
    document["sources"].extend(one.keys() for one in proposals)
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()
