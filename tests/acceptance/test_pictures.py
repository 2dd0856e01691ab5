"""Pictures as an operator meets them: polled, published, served, and off again."""

from __future__ import annotations

import re
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from PIL import Image

from tests.acceptance.test_run import eventually
from tests.installation import Installation, free_port


class PictureHost(ThreadingHTTPServer):
    """Serves a feed of four entries: two good pictures, a page that calls itself one, and a gone one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked: Counter[str] = Counter()
        exif = Image.Exif()
        exif[0x010E] = "Where the witness lives"
        out = BytesIO()
        Image.new("RGB", (1600, 1000), (180, 60, 40)).save(out, "JPEG", exif=exif)
        self.answers = {
            "/feed": (self._feed(), "application/rss+xml"),
            "/0.jpg": (out.getvalue(), "image/jpeg"),
            "/1.jpg": (out.getvalue(), "image/jpeg"),
            "/2.jpg": (b"<!doctype html><title>Log in</title>", "image/jpeg"),
        }

    def _feed(self) -> bytes:
        items = "".join(
            f"<item><guid isPermaLink='false'>{number}</guid>"
            f"<title>Train {number} to Almaty in Kazakhstan</title>"
            f"<link>{self.url}/{number}</link>"
            f"<pubDate>{format_datetime(datetime.now(UTC) - timedelta(hours=number + 1))}</pubDate>"
            f"<enclosure url='{self.url}/{number}.jpg' type='image/jpeg' length='1'/>"
            f"<description>Report {number}: the train left platform {number} on time.</description></item>"
            for number in range(4)
        )
        channel = f"<channel><title>Dala</title>{items}</channel>"
        return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>".encode()


class _Answer(BaseHTTPRequestHandler):
    server: PictureHost

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        body, kind = self.server.answers.get(self.path, (b"", ""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep the tests' output quiet."""


@pytest.fixture
def host(installation: Installation) -> Iterator[PictureHost]:
    with PictureHost() as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        source = {"id": "dala", "name": "Dala", "url": f"{host.url}/feed"}
        installation.settings["sources"] = [source]
        installation.write()
        yield host
        host.shutdown()


def test_pictures_are_copied_once_shown_and_gone_when_they_are_off(
    installation: Installation, host: PictureHost
) -> None:
    assert "Pictures: 2 copied, 2 given up." in installation.run("poll").stdout
    assert "Pictures" not in installation.run("poll").stdout
    assert [host.asked[f"/{number}.jpg"] for number in range(4)] == [1, 1, 1, 1]
    installation.run("publish", "--changed")
    public = installation.folder / "public"
    files = [*(public / "img").rglob("*.jpg")]
    assert len(files) == 2, "equal pictures have one file per size"
    assert all(b"witness" not in file.read_bytes() for file in files)
    for page in ("index.html", "feeds/all.atom", "feeds/all.rss"):
        text = (public / page).read_text("utf-8")
        assert "/img/" in text
        assert f"{host.url}/0.jpg" not in text
    installation.settings["images"] = {"enabled": False}
    installation.write()
    installation.run("poll")
    installation.run("publish", "--changed")
    for page in ("index.html", "feeds/all.atom", "feeds/all.rss"):
        assert "/img/" not in (public / page).read_text("utf-8")


def test_a_running_installation_shows_pictures_by_itself(
    installation: Installation, host: PictureHost
) -> None:
    port = free_port()
    installation.settings["web"] = {"port": port}
    installation.settings["site"]["base_url"] = f"http://127.0.0.1:{port}"
    installation.write()
    process = installation.start("run")
    try:

        def pictured() -> bool:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
                return "/img/" in page.read().decode()

        eventually(pictured, "a picture on the front page", seconds=100)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            path = re.search(r'src="(/img/[^"]+)"', page.read().decode())
        assert path is not None
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path[1]}", timeout=5) as picture:
            assert picture.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert picture.headers["Content-Type"] == "image/jpeg"
    finally:
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
