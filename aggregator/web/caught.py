"""Shows the mail that the embedded catcher took instead of a real mail server.

For this machine alone: the client must come from loopback and know the folder's key, a part of the path that
cannot be guessed. What a mail holds is hostile: its HTML is shown in a frame that runs nothing, loads nothing
and has no origin.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from aggregator.model import Site

MAILS_LISTED = 200
"""The newest ones."""
LARGEST_MAIL = 5 * 1024 * 1024
"""Bytes of a mail that are read."""
LINKS_SHOWN = 20
SHOWN_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")
FRAME_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}\.eml")
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Fields of which a web server before us sends one or the other."""
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True, slots=True)
class Caught:
    """Where caught mail lies, and the path segment that opens it."""

    folder: Path
    key: str


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    at: datetime
    recipient: str
    subject: str


class CaughtMail:
    """Answers `/caught/<key>/…` from a folder of `.eml` files."""

    def __init__(self, caught: Caught, environment: Callable[[str], Environment], site: Site) -> None:
        self._caught = caught
        self._templates = environment(site.language)
        self._site = site
        self._shared = {"site": site, "root": urlsplit(site.base_url).path.rstrip("/")}

    def routes(self) -> list[BaseRoute]:
        """The list, one mail, its HTML part for the frame, and its bytes."""
        return [
            Route("/caught/{key}/", self.index),
            Route("/caught/{key}/{name}", self.mail),
            Route("/caught/{key}/{name}/html", self.html),
            Route("/caught/{key}/{name}/raw", self.raw),
        ]

    def index(self, request: Request) -> Response:
        """The newest mails: time, recipient, subject."""
        self._admit(request)
        found = [path for path in self._caught.folder.glob("*.eml") if _NAME.fullmatch(path.name)]
        newest = sorted(found, key=lambda path: (path.stat().st_mtime, path.name), reverse=True)
        return self._page("site/caught.html", mails=[_line(path) for path in newest[:MAILS_LISTED]])

    def mail(self, request: Request) -> Response:
        """One mail: headers, HTML part in a frame, text part."""
        path = self._file(request)
        message = _read(path)
        headers = [(name, value) for name in SHOWN_HEADERS if (value := _header(message, name))]
        return self._page(
            "site/caught-mail.html",
            name=path.name,
            headers=headers,
            has_html=_part(message, "html") is not None,
            text=_part(message, "plain") or "",
            leaving=_leaving_link(message),
            links=own_links(_part(message, "plain") or "", self._site.base_url),
        )

    def html(self, request: Request) -> Response:
        """The HTML part for the frame: no scripts, no origin, nothing from elsewhere; inline style only."""
        part = _part(_read(self._file(request)), "html")
        if part is None:
            raise HTTPException(404)
        content = part.encode("utf-8", "replace")
        headers = _HEADERS | {"Content-Security-Policy": FRAME_POLICY}
        return Response(content, headers=headers, media_type="text/html")

    def raw(self, request: Request) -> Response:
        """The mail as it went over the wire, for download."""
        path = self._file(request)
        disposition = {"Content-Disposition": f'attachment; filename="{path.name}"'}
        return Response(path.read_bytes(), headers=_HEADERS | disposition, media_type="message/rfc822")

    def _admit(self, request: Request) -> None:
        """404 for everybody who is not on this machine or does not know the key."""
        key = request.path_params["key"]
        if not (_is_loopback(request) and secrets.compare_digest(key.encode(), self._caught.key.encode())):
            raise HTTPException(404)

    def _file(self, request: Request) -> Path:
        self._admit(request)
        name = request.path_params["name"]
        path: Path = self._caught.folder / name
        if not _NAME.fullmatch(name) or not path.is_file() or path.is_symlink():
            raise HTTPException(404)
        return path

    def _page(self, template: str, **values: object) -> Response:
        page = self._templates.get_template(template).render(**self._shared, **values)
        headers = _HEADERS | {"Content-Security-Policy": _PAGE_POLICY}
        return Response(page.encode("utf-8", "replace"), headers=headers, media_type="text/html")


def _is_loopback(request: Request) -> bool:
    """Whether who asks is on this machine, and not somebody for whom a web server here asks."""
    if any(name in request.headers for name in _PASSED_ON):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _read(path: Path) -> EmailMessage:
    with path.open("rb") as stream:
        message = message_from_bytes(stream.read(LARGEST_MAIL), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _line(path: Path) -> _Line:
    message = _read(path)
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return _Line(path.name, at, _header(message, "To"), _header(message, "Subject"))


def _header(message: EmailMessage, name: str) -> str:
    """A header's text. The parser raises many things on broken headers: one must not hide the rest."""
    try:
        return str(message.get(name, ""))
    except Exception:
        return "(unreadable)"


def _leaving_link(message: EmailMessage) -> str:
    """The letter's own unsubscribe address, so that leaving can be tried; empty when it has none."""
    found = re.search(r"<(https?://[^\s<>]+)>", _header(message, "List-Unsubscribe"))
    return found[1] if found else ""


def own_links(text: str, base_url: str) -> list[str]:
    """Addresses in a mail's text that lead to the pages for readers: in the frame nothing leads anywhere."""
    found = re.findall(rf"{re.escape(base_url)}/(?:[acnpu]/[\w-]+|account|subscribe)(?![\w/])", text)
    return list(dict.fromkeys(found))[:LINKS_SHOWN]


def _part(message: EmailMessage, kind: str) -> str | None:
    """The first body part of a kind (`html`, `plain`) as text; None when there is none."""
    try:
        part = message.get_body((kind,))
        return None if part is None else str(part.get_content())
    except Exception:
        return "(unreadable)"
