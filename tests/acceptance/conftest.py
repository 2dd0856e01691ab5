"""A whole installation in a temporary folder: real command, real HTTP sources, a real SMTP server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.installation import Installation, MailHost, SourceHost, free_port


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    settings = {
        "site": {
            "title": "Steppe News",
            "base_url": "http://127.0.0.1:8099",
            "contact": "desk@example.org",
            "id_domain": "steppe.example",
        },
        "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en", "fr", "ru"]},
        "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s", "workers": 1},
        "sources": [],
    }
    return Installation(tmp_path, settings)


@pytest.fixture
def source_host() -> Iterator[SourceHost]:
    with SourceHost(pause=0.2) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield host
        host.shutdown()


@pytest.fixture
def mail_host() -> Iterator[tuple[MailHost, int]]:
    host = MailHost()
    port = free_port()
    controller = Controller(host, hostname="127.0.0.1", port=port)
    controller.start()
    yield host, port
    controller.stop()
