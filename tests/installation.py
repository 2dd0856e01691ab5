"""What acceptance tests stand on: an installation in a folder, a host of sources, a mail host."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.invented import sentence

Command = subprocess.CompletedProcess[str]


@dataclass
class Installation:
    """A configuration with its data, and the command to work with it."""

    folder: Path
    settings: dict[str, Any]

    @property
    def path(self) -> Path:
        return self.folder / "config.yaml"

    def write(self) -> None:
        # JSON is YAML: nothing here needs more.
        self.path.write_text(json.dumps(self.settings, ensure_ascii=False), encoding="utf-8")

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "aggregator", "--config", str(self.path), *arguments]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **options
        )

    def run(self, *arguments: str, expected: int = 0) -> Command:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        assert process.returncode == expected, f"{arguments}: exit {process.returncode}\n{out}\n{err}"
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


# ------------------------------------------------------------------------------------------------ sources


def rss(name: str, entries: int, now: datetime) -> bytes:
    """A feed of short invented news, an hour apart, each with a place of the region."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{name}-{number}</guid>"
        f"<title>Story {number} of {name}, Kazakhstan: {sentence(f'{name} {number}', 6)}</title>"
        f"<link>http://{name}.example/{number}</link>"
        f"<pubDate>{format_datetime(now - timedelta(hours=number + 1))}</pubDate>"
        f"<description>In Almaty {sentence(f'text of {name} {number}', 20)}.</description></item>"
        for number in range(entries)
    )
    channel = f"<channel><title>{name}</title>{items}</channel>"
    return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>".encode()


class SourceHost(ThreadingHTTPServer):
    """Serves `/NAME` as a feed of five entries, after a pause; counts what is asked."""

    daemon_threads = True

    def __init__(self, pause: float) -> None:
        super().__init__(("127.0.0.1", 0), _Feed)
        self.pause = pause
        self.asked: Counter[str] = Counter()
        self.max_age: dict[str, int] = {}
        """Seconds by name of feed."""
        self.began = datetime.now(UTC)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A poller that is killed hangs up: nothing to report."""


class _Feed(BaseHTTPRequestHandler):
    server: SourceHost

    def do_GET(self) -> None:
        name = self.path.strip("/")
        self.server.asked[name] += 1
        time.sleep(self.server.pause)
        body = rss(name, 5, self.server.began)
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{name}"')
        if name in self.server.max_age:
            self.send_header("Cache-Control", f"max-age={self.server.max_age[name]}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep the tests' output quiet."""


# ------------------------------------------------------------------------------------------------ mail


@dataclass
class MailHost:
    """A real SMTP server that keeps what it accepted."""

    pause: float = 0.0
    accepted: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Recipient, Message-ID and bytes, in the order of acceptance."""
    on_accept: Callable[[int], None] = lambda count: None

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        await asyncio.sleep(self.pause)
        content = bytes(envelope.content)
        message_id = next(
            line.split(b":", 1)[1].strip().decode()
            for line in content.splitlines()
            if line.lower().startswith(b"message-id:")
        )
        self.accepted.append((envelope.rcpt_tos[0], message_id, content))
        self.on_accept(len(self.accepted))
        return "250 2.0.0 accepted"

    @property
    def recipients(self) -> Counter[str]:
        return Counter(recipient for recipient, _, _ in self.accepted)
