"""Poll the made-up world with ours and with the package `reader`, side by side, on the same bytes.

    make bench-poll [READER=/path/to/python/of/an/environment/with/reader]

Rounds: `first` (all is new), `same` (nothing changed), `ten` (one feed in ten has one new entry). `reader`
needs an environment of its own: `pip install reader sgmllib3k`. Figures are of whole processes; quote ratios.
"""

from __future__ import annotations

import argparse
import json
import socket
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import world
from measure import Figures, run

HERE = Path(__file__).parent
ROUNDS = ("first", "same", "ten")
READER = """
import sys, reader
made = reader.make_reader("reader.db")
if sys.argv[1] == "first":
    for url in open("urls.txt").read().split():
        made.add_feed(url, allow_invalid_url=True)
made.update_feeds(workers=int(sys.argv[2]), scheduled=False)
print(made.get_entry_counts().total)
"""


@contextmanager
def served(feeds: int, latency: float) -> Iterator[int]:
    """The world on a free port, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [sys.executable, str(HERE / "feed_server.py"), str(port)]
    command += [f"--feeds={feeds}", f"--latency-ms={latency}"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    server.stdout.readline()
    try:
        yield port
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def ask(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.1.0.1:{port}{path}", timeout=60) as response:
        return str(response.read().decode())


def urls(feeds: int, port: int) -> list[str]:
    return [f"http://{world.host(number)}:{port}/feed/{number}.xml" for number in range(feeds)]


class Ours:
    """`aggregator poll`, with tagging, duplicates and storing."""

    name = "aggregator"

    def __init__(self, folder: Path, addresses: list[str], concurrency: int, workers: int) -> None:
        self.folder = folder
        self.ids = [f"feed-{number}" for number in range(len(addresses))]
        sources = [
            {"id": name, "name": name, "url": url} for name, url in zip(self.ids, addresses, strict=True)
        ]
        settings = {
            "site": {"title": "World", "base_url": "http://127.0.0.1:1", "contact": "desk@example.org"},
            "region": {
                "name": "World",
                "countries": ["KZ", "KG", "UZ", "TJ", "TM", "AF"],
                "languages": ["fr", "en", "ru", "kk"],
            },
            "polling": {
                "allow_networks": ["127.0.0.0/8"],
                "host_gap": "0s",
                "concurrency": concurrency,
                "workers": workers,
            },
            "sources": sources,
        }
        (folder / "config.yaml").write_text(json.dumps(settings))

    def round(self, name: str) -> Figures:
        command = [sys.executable, "-m", "aggregator", "poll"]
        if name != "first":
            command += [f"--force={source}" for source in self.ids]
        return run(command, {}, self.folder)

    def stored(self) -> int:
        with closing(sqlite3.connect(self.folder / "data" / "aggregator.db")) as database:
            return int(database.execute("select count(*) from entries").fetchone()[0])


class Reader:
    """The PyPI package `reader`, with its own threads."""

    name = "reader"

    def __init__(self, folder: Path, addresses: list[str], python: str, workers: int) -> None:
        self.folder, self.python, self.workers = folder, python, workers
        (folder / "urls.txt").write_text("\n".join(addresses))
        (folder / "poll.py").write_text(READER)

    def round(self, name: str) -> Figures:
        return run([self.python, "poll.py", name, str(self.workers)], {}, self.folder)

    def stored(self) -> int:
        return int((self.folder / "output.txt").read_text().split()[-1])


def measure(polled: Ours | Reader, port: int) -> dict[str, Figures]:
    """All rounds of one aggregator, printed as they end."""
    found = {}
    for name in ROUNDS:
        if name != "first":
            ask(port, f"/round/{name}")
        figures = polled.round(name)
        found[name] = figures
        print(
            f"| {polled.name} | {name} | {figures.wall:.2f} | {figures.cpu:.2f} | {figures.largest:.0f} "
            f"| {figures.together:.0f} | {ask(port, '/counts')} | {polled.stored()} | {figures.code} |",
            flush=True,
        )
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=1000)
    arguments.add_argument("--latency-ms", type=float, default=50)
    arguments.add_argument("--concurrency", type=int, default=100)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--reader", help="python of an environment that has `reader`")
    given = arguments.parse_args()
    print("| who | round | wall s | CPU s | largest MB | together MB | answers | stored | code |")
    print("|---|---|---|---|---|---|---|---|---|")
    found = []
    for python in (None, given.reader):
        if python is None or given.reader:
            with (
                served(given.feeds, given.latency_ms) as port,
                tempfile.TemporaryDirectory(prefix="bench-") as name,
            ):
                addresses = urls(given.feeds, port)
                polled = (
                    Reader(Path(name), addresses, python, 20)
                    if python
                    else Ours(Path(name), addresses, given.concurrency, given.workers)
                )
                found.append(measure(polled, port))
    if len(found) == 2:
        for name in ROUNDS:
            ours, theirs = found[0][name], found[1][name]
            print(
                f"{name}: wall 1/{theirs.wall / ours.wall:.1f}, CPU 1/{theirs.cpu / ours.cpu:.1f} of reader"
            )


if __name__ == "__main__":
    main()
