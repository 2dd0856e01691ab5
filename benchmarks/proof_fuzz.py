"""Reading bodies, fuzzed by coverage: whatever comes in is read or refused, and what comes out can be stored.

    python benchmarks/proof_fuzz.py [folder of findings] [libFuzzer options, e.g. -max_total_time=600]

The corpus begins with the sample world's feeds. Needs `atheris`; stops at the first finding and leaves the
body that caused it in the folder.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import atheris

with atheris.instrument_imports(include=["aggregator.ingest", "feedparser"]):
    from aggregator.ingest import read
    from aggregator.ingest.parse import UnreadableFeedError

from aggregator.demo.shapes import SHAPES
from aggregator.demo.world import outlets
from aggregator.model import Fetched, Source

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SOURCE = Source("fuzz", "Fuzz", "https://fuzz.example/feed", time_zone="Asia/Almaty")
TYPES = (
    "application/rss+xml",
    "text/xml; charset=windows-1251",
    "application/feed+json",
    "text/xml; charset=utf-8",
)
LIMITS = ("-timeout=10", "-rss_limit_mb=2048", "-max_len=20000")


def read_one(body: bytes) -> None:
    """One body; its length chooses what it claims to be."""
    fetched = Fetched(SOURCE.id, NOW, SOURCE.url, TYPES[len(body) % len(TYPES)], body, b"")
    try:
        parsed = read.entries(SOURCE, fetched, {}, NOW)
    except UnreadableFeedError as error:
        if "no feed could be read" in str(error):
            raise  # feedparser stumbled: that costs a whole feed
        return
    for entry in parsed.entries:
        texts = (entry.guid, entry.url, entry.title, entry.text, entry.html, entry.author, *entry.categories)
        assert "\0" not in "".join(texts)
        "".join(texts).encode()
        assert entry.published.tzinfo is UTC
        assert "<script" not in entry.html.lower()


def seeds(folder: Path) -> None:
    """The sample world's feeds, as its servers send them."""
    folder.mkdir(parents=True, exist_ok=True)
    for outlet in outlets():
        if shape := SHAPES.get(outlet.shape):
            (folder / outlet.id).write_bytes(shape(outlet, "https://site.example", NOW).body)


def main() -> None:
    findings = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".fuzz" / "findings")
    seeds(findings / "corpus")
    options = (f"-artifact_prefix={findings}/", *LIMITS, *sys.argv[2:], str(findings / "corpus"))
    atheris.Setup([sys.argv[0], *options], read_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
