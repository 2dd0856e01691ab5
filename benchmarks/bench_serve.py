"""What an answer of the built-in server costs, beside nginx that serves the same files with the same headers.

Each server has one core, wrk the other. Requests per CPU second say what an answer costs whatever else the
machine does; requests per second and p99 are what a client sees. Needs wrk and nginx.

    python benchmarks/bench_serve.py [--seconds 5] [--rounds 3] [--connections 200]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TICKS = os.sysconf("SC_CLK_TCK")
FILES = {"5 kB": ("feeds/small.atom", 5_000), "100 kB": ("feeds/large.atom", 100_000)}
SERVER_CORE, CLIENT_CORE = "0", str((os.cpu_count() or 2) - 1)


class Figures(NamedTuple):
    per_cpu_second: float
    per_second: float
    p99_ms: float


def write_files(public: Path) -> None:
    from aggregator.model import File
    from aggregator.publish.disk import PublicFolder

    words = [line.strip() for line in (ROOT / "docs/operating.md").read_text().split() if line]
    chance = random.Random(7)
    folder = PublicFolder(public)
    for path, size in FILES.values():
        content = "<feed>"
        while len(content) < size - 7:
            content += f"<entry>{' '.join(chance.choices(words, k=40))}</entry>"
        folder.write(File(path, f"{content[: size - 7]}</feed>".encode()[:size]))


def serve_ours(public: Path, port: int) -> None:
    from aggregator.model import Site
    from aggregator.web.app import WebSettings, create_app
    from aggregator.web.server import serve

    site = Site("t", "d", "https://news.example", "en", "a@b.example", ("KZ",), "UTC", {}, "news.example")

    async def run() -> None:
        app = create_app(WebSettings(public, site, lambda _: None, ("en",), lambda _: None))
        async with serve(app, "127.0.0.1", port):
            await asyncio.Event().wait()

    asyncio.run(run())


@contextmanager
def ours(folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    serving = [sys.executable, __file__, "--serve", str(folder / "public"), str(port)]
    with started(serving, port) as process:
        yield port, process.pid


@contextmanager
def nginx(folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    site = (ROOT / "deploy/nginx/news.conf").read_text()
    site = re.sub(r"listen 80;", f"listen 127.0.0.1:{port};", site)
    site = re.sub(r" +listen \[::\]:80;\n| +access_log .*\n| +include /etc/nginx/news-brotli.*\n", "", site)
    site = site.replace("/srv/news/public", f"{folder}/public")
    site = site.replace("/etc/nginx/news-headers.conf", str(ROOT / "deploy/nginx/news-headers.conf"))
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        "events { worker_connections 1024; }\n"
        "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;\n"
        f"open_file_cache max=1000; proxy_temp_path {folder}/proxy; {site} }}\n"
    )
    with started(
        [shutil.which("nginx", path="/usr/sbin:/usr/bin") or "nginx", "-c", str(conf)], port
    ) as process:
        yield port, process.pid


@contextmanager
def started(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["taskset", "-c", SERVER_CORE, *command])
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measured(port: int, pid: int, path: str, *, again: bool, seconds: int, connections: int) -> Figures:
    """One run of wrk; `again` asks with the validator of the copy it has."""
    url = f"http://127.0.0.1:{port}/{path}"
    with urllib.request.urlopen(url) as answer:
        etag = answer.headers["ETag"]
    condition = ["-H", f"If-None-Match: {etag}"] if again else []
    wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *condition, url]
    before = cpu_seconds(pid)
    told = subprocess.run(
        ["taskset", "-c", CLIENT_CORE, *wrk], capture_output=True, text=True, check=True
    ).stdout
    spent = cpu_seconds(pid) - before
    assert "Non-2xx" not in told, told
    requests = int(re.search(r"(\d+) requests in", told)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])  # type: ignore[index]
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", told).groups()  # type: ignore[union-attr]
    return Figures(requests / spent, rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit])


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def compare(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder) / "public")
        tasks = [(name, path, again) for name, (path, _) in FILES.items() for again in (True, False)]
        found: dict[tuple[str, bool, str], list[Figures]] = {}
        for _ in range(arguments.rounds):
            for who in (nginx, ours):
                with who(Path(folder)) as (port, pid):
                    for name, path, again in tasks:
                        figures = measured(
                            port,
                            pid,
                            path,
                            again=again,
                            seconds=arguments.seconds,
                            connections=arguments.connections,
                        )
                        found.setdefault((name, again, who.__name__), []).append(figures)
    print(f"{arguments.connections} connections, medians of {arguments.rounds} rounds")
    print(f"{'':14}{'per CPU second':>28}{'per second':>22}{'p99 ms':>16}")
    print(f"{'':14}{'ours':>9}{'nginx':>9}{'ratio':>10}{'ours':>11}{'nginx':>11}{'ours':>8}{'nginx':>8}")
    for name, _, again in tasks:
        mine, theirs = (medians(found[name, again, who]) for who in ("ours", "nginx"))
        print(
            f"{name:>7} {304 if again else 200:<6}{mine.per_cpu_second:>9,.0f}{theirs.per_cpu_second:>9,.0f}"
            f"{mine.per_cpu_second / theirs.per_cpu_second:>10.2f}{mine.per_second:>11,.0f}"
            f"{theirs.per_second:>11,.0f}{mine.p99_ms:>8.1f}{theirs.p99_ms:>8.1f}"
        )


def medians(figures: list[Figures]) -> Figures:
    return Figures(*(statistics.median(values) for values in zip(*figures, strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve_ours(Path(arguments.serve[0]), int(arguments.serve[1]))
    elif not shutil.which("wrk") or not shutil.which("nginx", path="/usr/sbin:/usr/bin"):
        parser.exit(1, "wrk and nginx are needed: apt-get install wrk nginx\n")
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
