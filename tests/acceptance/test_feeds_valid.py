"""Everything that the sample world publishes keeps the rules: feeds in every format, archives, pages."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.feed_rules import documents
from tests.site_rules import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The public folder after one run of the demo: sources polled over HTTP, stories told, files written."""
    folder = tmp_path_factory.mktemp("valid")
    command = [sys.executable, "-m", "aggregator", "demo", "--once", "--port", "0", "--folder", str(folder)]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    own = re.search(r"Merged page\s+(http://[^/\s]+)", outcome.stdout)
    assert own is not None
    return Site(published(folder / "public"), own[1])


def published(public: Path) -> dict[str, bytes]:
    return {
        path.relative_to(public).as_posix(): path.read_bytes() for path in public.rglob("*") if path.is_file()
    }


def feeds_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        path: content
        for path, content in files.items()
        if path.startswith("feeds/") and path.rpartition(".")[2] in documents.FORMATS
    }


def test_every_feed_is_free_of_errors_and_warnings(site: Site) -> None:
    feeds = feeds_of(site.files)
    kinds = {path.rpartition(".")[2] for path in feeds}
    assert {"atom", "rss"} <= kinds <= set(documents.FORMATS)
    now = datetime.now(UTC)
    found = {path: documents.faults(path, content, site.base_url, now) for path, content in feeds.items()}
    assert {path: [str(one) for one in faults[:5]] for path, faults in found.items() if faults} == {}


def test_every_feed_stands_in_the_same_formats(site: Site) -> None:
    """Archive documents are Atom alone, and lie a folder deeper."""
    formats: dict[str, set[str]] = {}
    for path in feeds_of(site.files):
        name, _, suffix = path.removeprefix("feeds/").rpartition(".")
        if "/" not in name:
            formats.setdefault(name, set()).add(suffix)
    assert len(formats) >= 9
    assert set(map(frozenset, formats.values())) == {frozenset(formats["all"])}


def test_archives_hang_together(site: Site) -> None:
    assert [str(one) for one in documents.chain_faults(feeds_of(site.files), site.base_url)] == []


def test_every_page_keeps_the_rules(site: Site) -> None:
    assert len(site.pages) >= 10
    found = {path: [str(one) for one in faults[:8]] for path, faults in site.faults().items()}
    assert found == {}
