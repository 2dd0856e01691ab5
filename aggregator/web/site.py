"""The site as visitors see it: files, pages in their language, feeds as pages, what is answered on request.

a file below the public folder      itself; a feed that a browser opens is shown as a page
no language in the path             the reader's own (Accept-Language)
a feed that was renamed, or is gone 301, or 410
what the port `Browse` knows        rendered, and kept a while
anything else                       the 404 page in the reader's language
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from aggregator.model import Asked, Browse
from aggregator.web import addresses, browsing, negotiation
from aggregator.web.admission import Admission
from aggregator.web.browsing import Browsing, NotNow, Rendered
from aggregator.web.clients import requester
from aggregator.web.files import OpenedFile, PublicFiles
from aggregator.web.former_feeds import FormerFeeds
from aggregator.web.representation import (
    Field,
    Reply,
    of_interest,
    page,
    plain,
    redirect,
    reply,
    varying_also,
)

log = logging.getLogger(__name__)

METHODS = ("GET", "HEAD")
RefusalPage = Callable[[int, str, bool], bytes]
"""The HTML page that helps, by status (400 or 410), language, and whether a feed was asked for. May block."""
_RAW = "raw"
"""Field of a query that shows a feed itself to a browser."""
_HTML = b"text/html; charset=utf-8"
_BY_LANGUAGE = b"accept-language"
_AS_PAGE = b"sec-fetch-dest, accept-language"
"""Fields by which a feed's address gives its view for people."""
_LINES = {
    400: b"This address asks for more than we read. A feed joins six codes at most.\n",
    404: b"Not found.\n",
    410: b"This feed is published no more.\n",
    429: b"You ask often. Come again in a while.\n",
    500: b"Something went wrong here. Try again in a while.\n",
    503: b"Much is asked for right now. Come again in a while.\n",
}
_KEPT_BRIEFLY = (b"cache-control", b"public, max-age=60")
_KEPT_FOR_A_DAY = (b"cache-control", b"public, max-age=86400")
_ASKED_AGAIN = (b"cache-control", b"no-cache")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the site is made of."""

    public: Path
    root: str
    """Path of `base_url`, before every address that we send; empty for none."""
    languages: Sequence[str]
    """Interface languages in which pages stand; the first one is the site's own."""
    admission: Admission
    """Of those who ask for what has to be rendered."""
    browse: Browse | None = None
    moved: Callable[[], Mapping[str, str]] = dict
    gone: Callable[[], Collection[str]] = tuple
    refusal: RefusalPage | None = None
    seconds: Callable[[], float] = field(default=time.monotonic)


class PublicSite:
    """Answers GET and HEAD; plain ASGI."""

    def __init__(self, settings: SiteSettings) -> None:
        self._settings = settings
        self._languages = tuple(settings.languages)
        self._files = PublicFiles(settings.public)
        self._former = FormerFeeds(settings.moved, settings.gone, settings.seconds)
        self._browsing = settings.browse and Browsing(settings.browse, settings.admission, settings.seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer one request; a fault of ours is told without details."""
        try:
            head, body = await self._answer(scope)
        except Exception:
            log.exception("answering %s failed", scope["path"])
            head, body = plain(500, _LINES[500])
        await send(head)
        await send(body)

    def at_once(self, scope: Scope) -> Reply | None:
        """The answer when it is a file at hand and nothing about the request is out of the ordinary."""
        path = scope["path"]
        if scope["method"] not in METHODS or len(path) > addresses.LONGEST_PATH or addresses.is_root(path):
            return None
        opened = self._files.kept(path)
        if opened is None:
            return None
        fields = of_interest(scope["headers"])
        if opened.is_feed and _is_opened_in_browser(fields, scope):
            return None
        return reply(fields, scope["method"], opened.representations)

    async def refused(self, scope: Scope, status: int, *extra: Field) -> Reply:
        """The page that helps, in the reader's language, or a line while there is none."""
        language = self._language(scope)
        content = None
        if status == 404:
            content = await self._page_file(f"/{language}/404.html") or await self._page_file("/404.html")
        elif status in (400, 410) and self._settings.refusal is not None:
            is_feed = addresses.is_of_feed(scope["path"], self._languages)
            content = await asyncio.to_thread(self._settings.refusal, status, language, is_feed)
        headers = extra or (_ASKED_AGAIN,)
        if content is None:
            return page(status, _LINES[status], b"text/plain; charset=utf-8", headers)
        if addresses.language_of(scope["path"], self._languages) is None and len(self._languages) > 1:
            headers = (*headers, (b"vary", _BY_LANGUAGE))
        return page(status, content, _HTML, headers)

    async def _answer(self, scope: Scope) -> Reply:
        path = scope["path"]
        if scope["method"] not in METHODS:
            return plain(405, b"Method Not Allowed.\n", [(b"allow", b"GET, HEAD")])
        if len(path) > addresses.LONGEST_PATH:
            return await self.refused(scope, 400)
        if addresses.is_root(path) and (front := await self._front(scope)):
            return front
        fields = of_interest(scope["headers"])
        opened = await self._files.find(path)
        if addresses.feed(path) is not None:
            return await self._feed(scope, fields, opened)
        if opened is not None:
            return reply(fields, scope["method"], opened.representations)
        return await self._elsewhere(scope, path) or await self._on_request(scope, fields)

    async def _front(self, scope: Scope) -> Reply | None:
        """The way to the front page in the reader's language; None while there is none."""
        language = self._wished(scope)
        if await self._files.find(f"/{language}/") is None:
            return None
        return self._redirect(302, f"{language}/", b"", _KEPT_BRIEFLY, (b"vary", _BY_LANGUAGE))

    async def _feed(self, scope: Scope, fields: Mapping[bytes, bytes], opened: OpenedFile | None) -> Reply:
        """A feed as itself, or as a page when a browser opens it; else where it went."""
        named = addresses.feed(scope["path"])
        assert named is not None
        if opened is None and (
            former := await self._former_feed(scope, named.name, f"feeds/{{}}{named.document}")
        ):
            return former
        in_browser = _is_opened_in_browser(fields, scope) and not named.is_archived
        if in_browser and (view := await self._view(scope, fields, named.name)):
            return view
        if opened is not None:
            return reply(fields, scope["method"], opened.representations)
        return varying_also(await self._on_request(scope, fields), b"sec-fetch-dest")

    async def _view(self, scope: Scope, fields: Mapping[bytes, bytes], name: str) -> Reply | None:
        """A feed's page for people at the feed's own address; None when there is none to be had now."""
        query = _fields(scope)
        if self._browsing is None or query is None:
            return None
        language = self._wished(scope)
        asked = Asked(f"{language}/feed/{name}", query, language)
        rendered = await self._browsing.answer(asked, requester(scope))
        if isinstance(rendered, NotNow) or rendered.representations is None:
            return None
        return varying_also(reply(fields, scope["method"], rendered.representations), _AS_PAGE)

    async def _elsewhere(self, scope: Scope, path: str) -> Reply | None:
        """Where a page is that is asked for by another address; None when it has none."""
        name = addresses.feed_page(path, self._languages)
        if name is not None:
            language = addresses.language_of(path, self._languages)
            return await self._former_feed(scope, name, f"{language}/feed/{{}}")
        letter = addresses.letter(path, self._languages)
        if letter is not None or addresses.stands_in_each_language(path):
            address = f"{self._wished(scope)}{letter or path}"
            query = scope["query_string"][: addresses.LONGEST_QUERY + 1]
            return self._redirect(302, address, query, _KEPT_BRIEFLY, (b"vary", _BY_LANGUAGE))
        if not path.endswith("/") and await self._files.find(f"{path}/") is not None:
            return self._redirect(301, f"{addresses.below_root(path)}/", b"", _KEPT_FOR_A_DAY)
        return None

    async def _former_feed(self, scope: Scope, name: str, address: str) -> Reply | None:
        """301 to the name that a feed has now, 410 for one that was given up."""
        now_named = await self._former.now_named(name)
        if now_named is not None:
            return self._redirect(301, address.format(now_named), scope["query_string"], _KEPT_FOR_A_DAY)
        if await self._former.is_gone(name):
            return await self.refused(scope, 410)
        return None

    async def _on_request(self, scope: Scope, fields: Mapping[bytes, bytes]) -> Reply:
        path = scope["path"]
        if self._browsing is None or not addresses.is_answered_on_request(path, self._languages):
            return await self.refused(scope, 404)
        query = _fields(scope)
        if query is None:
            return await self.refused(scope, 400)
        language = addresses.language_of(path, self._languages) or self._languages[0]
        asked = Asked(addresses.below_root(path), query, language)
        return await self._sent(scope, fields, await self._browsing.answer(asked, requester(scope)))

    async def _sent(self, scope: Scope, fields: Mapping[bytes, bytes], rendered: Rendered | NotNow) -> Reply:
        if isinstance(rendered, NotNow):
            again = (b"retry-after", b"%d" % rendered.retry_after)
            return plain(rendered.status, _LINES[rendered.status], [again])
        if rendered.representations is not None:
            return reply(fields, scope["method"], rendered.representations)
        answer = rendered.answer
        if answer.location:
            path, _, query = answer.location.partition("?")
            return self._redirect(answer.status, unquote(path), query.encode(), *browsing.headers(answer))
        if answer.status == 500:
            return plain(500, _LINES[500])
        if not answer.content:
            return await self.refused(scope, answer.status, *browsing.headers(answer))
        media_type = answer.media_type.encode("latin-1")
        return page(answer.status, answer.content, media_type, browsing.headers(answer))

    def _redirect(self, status: int, path: str, query: bytes, *headers: Field) -> Reply:
        return redirect(status, f"{self._settings.root}/{addresses.written(path, query)}", headers)

    async def _page_file(self, path: str) -> bytes | None:
        opened = await self._files.find(path)
        return opened.representations.by_coding[negotiation.IDENTITY].content if opened else None

    def _language(self, scope: Scope) -> str:
        return addresses.language_of(scope["path"], self._languages) or self._wished(scope)

    def _wished(self, scope: Scope) -> str:
        accepted = of_interest(scope["headers"]).get(_BY_LANGUAGE, b"")
        return negotiation.language(accepted, self._languages, self._languages[0])


def _is_opened_in_browser(fields: Mapping[bytes, bytes], scope: Scope) -> bool:
    """Whether somebody looks at it; `?raw` shows the feed itself."""
    if fields.get(b"sec-fetch-dest") != b"document":
        return False
    query = addresses.fields(scope["query_string"])
    return query is None or _RAW not in query


def _fields(scope: Scope) -> dict[str, str] | None:
    """What is asked for, without what is said to this module."""
    query = addresses.fields(scope["query_string"])
    return query and {name: value for name, value in query.items() if name != _RAW}
