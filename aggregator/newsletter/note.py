"""The editor's note: Markdown in, safe HTML and plain text out.

The editor is trusted and mistakes are not: raw HTML stays words, pictures are left out, links lead to the web
or to a mail address, and headings rank below the letter's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from textwrap import fill

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from aggregator.errors import UsageError
from aggregator.newsletter.plain import line

MOST_CHARACTERS = 20_000
WIDTH = 72
_LEADS_OUT = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "h2", "h3"}


def as_html(markdown: str) -> str:
    """The note as HTML that can stand in a letter and on a page; empty for an empty one.

    Raises UsageError for a note longer than `MOST_CHARACTERS`.
    """
    parser = _parser()
    html = parser.renderer.render(_tokens(markdown), parser.options, {})
    attributes = {"a": {"href"}, "ol": {"start"}}
    clean: str = nh3.clean(
        html, tags=_TAGS, attributes=attributes, url_schemes={"http", "https", "mailto"}, link_rel=None
    )
    return clean.strip()


def as_text(markdown: str) -> str:
    """The note as plain text, in lines of at most `WIDTH` characters; links with their addresses."""
    parts: list[str] = []
    place = _Place()
    for token in _tokens(markdown):
        if place.follow(token):
            parts.append("\n")
        if token.type == "hr":
            parts.append("* * *\n\n")
        elif token.type in ("inline", "fence", "code_block"):
            words = _words(token.children) if token.children else token.content
            parts.append(_indented(words, place.marks) + ("\n" if place.tight else "\n\n"))
    return "".join(parts).strip("\n")


class _Place:
    """Within which lists and quotations the text stands."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        """What stands before its lines, the outermost first."""
        self.tight = False
        """No empty line follows: so are short lists written."""
        self._numbers: list[int] = []

    def follow(self, token: Token) -> bool:
        """Go on to this token; whether an empty line is due because a tight list has ended."""
        if token.type == "paragraph_open":
            self.tight = token.hidden
        elif token.type.endswith("_list_open"):
            self._numbers.append(int(token.attrGet("start") or 1) if token.tag == "ol" else 0)
        elif token.type == "list_item_open":
            number = self._numbers[-1]
            self.marks.append(f"{number}. " if number else "- ")
            self._numbers[-1] += bool(number)
        elif token.type == "blockquote_open":
            self.marks.append("> ")
        elif token.type in ("list_item_close", "blockquote_close"):
            self.marks.pop()
        elif token.type.endswith("_list_close"):
            self._numbers.pop()
            ended, self.tight = self.tight and not self._numbers, self.tight and bool(self._numbers)
            return ended
        return False


def _tokens(markdown: str) -> list[Token]:
    if len(markdown) > MOST_CHARACTERS:
        raise UsageError(
            f"the editor's note has {len(markdown)} characters; it may have {MOST_CHARACTERS}: shorten it"
        )
    fit = "\n".join(
        f"{_leading(one)}{line(one)}{'  ' if one.endswith('  ') else ''}"
        for one in markdown.expandtabs(4).splitlines()
    )
    tokens = _parser().parse(fit)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h2" if token.tag in ("h1", "h2") else "h3"
    return tokens


class _Markdown(MarkdownIt):
    """What leads nowhere from a letter, an address without a scheme, is no link: it stays as it was typed."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 (markdown-it's name)
        return _LEADS_OUT.match(url) is not None


@cache
def _parser() -> MarkdownIt:
    return _Markdown("commonmark", {"html": False, "maxNesting": 20}).disable(["image", "html_block"])


def _leading(text: str) -> str:
    """White space at the start of a line, which says what stands within what."""
    return " " * min(len(text) - len(text.lstrip(" ")), 40)


def _words(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[str] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append("\n" if token.type == "hardbreak" else " ")
        elif token.type == "link_open":
            links.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            address = links.pop().removeprefix("mailto:")
            if not "".join(parts).endswith(address):
                parts.append(f" <{address}>")
        else:
            parts.append(token.content)
    return "".join(parts)


def _indented(words: str, marks: Sequence[str]) -> str:
    """Wrapped, with the list's mark before the first line and as much space before the others."""
    first = "".join(mark if mark == "> " or number == len(marks) - 1 else " " * len(mark)
                    for number, mark in enumerate(marks))  # fmt: skip
    rest = "".join(mark if mark == "> " else " " * len(mark) for mark in marks)
    wrapped = [
        fill(one, WIDTH, initial_indent=rest if number else first, subsequent_indent=rest,
             break_long_words=False, break_on_hyphens=False)
        for number, one in enumerate(words.splitlines())
    ]  # fmt: skip
    return "\n".join(wrapped)
