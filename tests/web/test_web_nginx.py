"""The shipped configuration in the real nginx: it serves what the program serves, and asks for the rest."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest

from aggregator.model import Answer, File
from aggregator.publish.disk import PublicFolder
from aggregator.web.app import WebSettings, create_app
from aggregator.web.headers import SECURITY
from aggregator.web.server import serve

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
HAS_BROTLI = BROTLI.exists()
PLAIN = {"Accept-Encoding": "identity"}
IN_BROWSER = {"Sec-Fetch-Dest": "document"}
TEXT = b"<feed>" + b"news " * 1000 + b"</feed>"

pytestmark = pytest.mark.skipif(
    NGINX is None and os.environ.get("CI") != "true",
    reason="nginx is not installed (Debian: apt-get install nginx)",
)


@pytest.fixture
def settings(web_settings: WebSettings, public: Path, library) -> WebSettings:
    folder = PublicFolder(public)
    for path in ("feeds/kz.atom", "feeds/kz/1.atom", "en/index.html", "en/country/kz.html", "style.css"):
        folder.write(File(path, TEXT + path.encode()))
    folder.write(File("en/404.html", b"<h1>Nothing in English</h1>"))
    folder.write(File(f"img/ab/{'0' * 30}.jpg", b"\xff\xd8"))
    library.answers = {
        "en/feed/kz": Answer(200, b"<h1>How to subscribe</h1>", "text/html; charset=utf-8"),
        "feeds/kz+tj.atom": Answer(200, TEXT, "application/atom+xml", indexed=False),
        "en/story/5": Answer(200, TEXT, "text/html; charset=utf-8"),
    }
    return replace(web_settings, browse=library, trusted_proxies=())


@dataclass
class Both:
    """The same site, once served by nginx before the program and once by the program alone."""

    nginx: aiohttp.ClientSession
    program: aiohttp.ClientSession

    async def compared(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """nginx's answer, which in all that matters is the program's."""
        answers = []
        for client in (self.nginx, self.program):
            async with client.get(path, headers=headers, allow_redirects=False) as answer:
                answers.append((answer.status, shown(answer), await answer.read()))
        assert answers[0] == answers[1]
        return answers[0]


def shown(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """What both must agree on; `Vary` in one order."""
    names = ("Content-Type", "Content-Encoding", "Cache-Control", "Location", "Access-Control-Allow-Origin")
    told = {name: answer.headers[name] for name in (*names, *SECURITY) if name in answer.headers}
    vary = ",".join(answer.headers.getall("Vary", [])).lower().replace(" ", "").split(",")
    return told | {"Vary": ",".join(sorted(vary))}


@asynccontextmanager
async def nginx(folder: Path, public: Path, program: str) -> AsyncIterator[aiohttp.ClientSession]:
    """nginx as it is shipped, on a socket file: no port is taken."""
    listening = folder / "nginx.sock"
    arguments = ["-p", str(folder), "-c", str(configure(folder, public, program))]
    process = await asyncio.create_subprocess_exec(NGINX or "nginx", *arguments)
    try:
        for _ in range(500):
            with suppress(OSError):
                _, writer = await asyncio.open_unix_connection(str(listening))
                writer.close()
                break
            await asyncio.sleep(0.02)
        connector = aiohttp.UnixConnector(str(listening))
        site = "http://news.example.org"
        async with aiohttp.ClientSession(site, connector=connector, auto_decompress=False) as client:
            yield client
    finally:
        process.terminate()
        await process.wait()


def configure(folder: Path, public: Path, program: str) -> Path:
    """The shipped files, with the lines that are the operator's changed."""
    site = (DEPLOY / "nginx/news.conf").read_text(encoding="utf-8")
    for pattern, line in (
        (r"server 127\.0\.0\.1:8080;", f"server {program};"),
        (r"listen 80;", f"listen unix:{folder}/nginx.sock;"),
        (r" +listen \[::\]:80;\n", ""),
        (r"root /srv/news/public;", f"root {public};"),
        (r"access_log /var/log/nginx/news.log", f"access_log {folder}/access.log"),
        (r"include /etc/nginx/", f"include {folder}/"),
    ):
        site, changed = re.subn(pattern, line, site)
        assert changed, pattern
    shutil.copy(DEPLOY / "nginx/news-headers.conf", folder)
    modules = ""
    if HAS_BROTLI:
        shutil.copy(DEPLOY / "nginx/news-brotli.conf", folder)
        modules = f"load_module {BROTLI};"
    spools = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"{modules} daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}} http {{ {spools}\n{site}\n}}"
    )
    return configuration


@pytest.fixture
async def both(settings: WebSettings, tmp_path: Path) -> AsyncIterator[Both]:
    async with (
        serve(create_app(settings), "127.0.0.1", 0) as address,
        nginx(tmp_path, settings.public, address.url.removeprefix("http://")) as before,
        aiohttp.ClientSession(address.url, auto_decompress=False) as alone,
    ):
        yield Both(before, alone)


async def test_files_are_served_as_the_program_serves_them(both: Both, library) -> None:
    for path in (
        "/en/",
        "/en/country/kz",
        "/en/country/kz.html",
        "/feeds/kz.atom",
        "/feeds/kz.atom?utm=1",
        "/feeds/kz/1.atom",
        "/feeds/all.rss",
        "/feeds/all.json",
        "/style.css?v=1",
        "/icon.svg",
        "/robots.txt",
        "/sources.opml",
        "/odd.thing",
        f"/img/ab/{'0' * 30}.jpg",
    ):
        for accepted in ("identity", "gzip", *(["gzip, br"] if HAS_BROTLI else [])):
            status, headers, _ = await both.compared(path, **{"Accept-Encoding": accepted})
            assert status == 200, path
            assert SECURITY.items() <= headers.items()
    assert library.asked == []


async def test_the_program_is_asked_for_what_is_no_file(both: Both, library) -> None:
    for path, status, headers in (
        ("/", 302, {"Accept-Language": "ru"}),
        ("/search?q=x", 302, {}),
        ("/en/story/5", 200, {}),
        ("/feeds/kz+tj.atom", 200, {}),
        ("/feeds/kz.atom", 200, IN_BROWSER),
        ("/feeds/kz.atom?x=1&raw", 200, IN_BROWSER),
        ("/feeds/kz/1.atom", 200, IN_BROWSER),
        ("/en/country/xx", 404, {}),
        ("/country/", 404, {}),
        ("/.hidden", 404, {}),
        ("/feeds/.all.atom.x.tmp", 404, {}),
        ("/feeds/kz.atom.gz", 404, {}),
        ("/u/token", 200, {}),
        ("/healthz", 200, {}),
    ):
        got, _, _ = await both.compared(path, **headers)
        assert got == status, path
    async with both.nginx.get("/feeds/kz.atom", headers=IN_BROWSER) as answer:
        assert await answer.read() == b"<h1>How to subscribe</h1>"
    async with both.nginx.get("/feeds/kz.atom?raw=1", headers=IN_BROWSER | PLAIN) as answer:
        assert (await answer.read()).startswith(b"<feed>")


async def test_readers_who_have_a_file_are_told_so(both: Both) -> None:
    for accepted in ("identity", "gzip"):
        wish = {"Accept-Encoding": accepted}
        async with both.nginx.get("/feeds/kz.atom", headers=wish) as first:
            etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
        assert not etag.startswith("W/")
        for condition in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
            async with both.nginx.get("/feeds/kz.atom", headers={**wish, **condition}) as answer:
                assert answer.status == 304
        async with both.program.get("/feeds/kz.atom", headers=wish) as answer:
            assert answer.headers["Last-Modified"] == modified
    async with both.nginx.get("/feeds/kz.atom", headers={"Range": "bytes=0-5"} | PLAIN) as part:
        assert (part.status, await part.read()) == (206, b"<feed>")


async def test_the_program_learns_who_asks_and_nothing_that_clients_invent(
    settings: WebSettings, library, tmp_path: Path
) -> None:
    told: list[dict[str, str]] = []
    app = create_app(settings)

    async def listening(scope, receive, send) -> None:
        told.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await app(scope, receive, send)

    forged = {"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1"}
    async with (
        serve(listening, "127.0.0.1", 0) as address,
        nginx(tmp_path, settings.public, address.url.removeprefix("http://")) as client,
        client.get("/en/story/5", headers=forged) as answer,
    ):
        assert answer.status == 200
    assert told[0]["x-forwarded-for"] == "unix:"
    assert "forwarded" not in told[0]


async def test_while_the_program_is_away_the_files_still_are_there(
    settings: WebSettings, tmp_path: Path
) -> None:
    async with nginx(tmp_path, settings.public, "127.0.0.1:1") as client:
        for path, headers, status in (
            ("/", {}, 200),
            ("/feeds/kz.atom", IN_BROWSER, 200),
            ("/en/story/5", {}, 503),
            ("/.hidden", {}, 503),
        ):
            async with client.get(path, headers=headers) as answer:
                assert answer.status == status, path
                assert SECURITY.items() <= dict(answer.headers).items()


SECRETS = ("u", "p", "c", "a", "n", "websub", "caught/key")


async def test_addresses_that_are_secrets_are_not_logged(both: Both, tmp_path: Path) -> None:
    for path in (*(f"/{one}/token" for one in SECRETS), "/en/story/5"):
        async with both.nginx.get(path):
            pass
        async with both.nginx.post(path, data=b"do=x"):
            pass
    logged = (tmp_path / "access.log").read_text()
    assert "/en/story/5" in logged
    assert "token" not in logged


async def test_secrets_are_not_logged_either_while_the_program_is_away(
    settings: WebSettings, tmp_path: Path, capfd
) -> None:
    async with nginx(tmp_path, settings.public, "127.0.0.1:1") as client:
        for path in (*(f"/{one}/token" for one in SECRETS), "/en/story/5"):
            async with client.post(path, data=b"do=x") as answer:
                assert answer.status == 503
    said = "".join(capfd.readouterr()) + (tmp_path / "access.log").read_text()
    said += (tmp_path / "error.log").read_text()
    assert "/en/story/5" in said
    assert "token" not in said


def test_the_headers_of_files_are_those_of_the_program() -> None:
    shipped = (DEPLOY / "nginx/news-headers.conf").read_text(encoding="utf-8")
    assert dict(re.findall(r'^add_header (\S+) "(.+)" always;$', shipped, re.MULTILINE)) == SECURITY
