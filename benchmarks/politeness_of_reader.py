"""How the PyPI package `reader` scores at the host that `tests/acceptance/test_politeness.py` uses.

`reader` is no dependency of ours: it lives in a virtual environment of its own.

    python3 -m venv /somewhere && /somewhere/bin/pip install reader sgmllib3k
    /somewhere/bin/python benchmarks/politeness_of_reader.py [DAYS]

Each simulated day is one process's life, as in our own test: the program is opened anew on its database.
"""

import importlib.util
import sys
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

import reader

ROOT = Path(__file__).resolve().parent.parent
STEP = timedelta(minutes=10)


def strict_host():
    """The module of the tests, by its path: the package around it needs our own libraries."""
    spec = importlib.util.spec_from_file_location("strict_host", ROOT / "tests" / "strict_host.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main(days):
    module = strict_host()
    now = module.BEGIN

    def clock():
        return now

    host = module.StrictHost(clock)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        for day in range(1, days + 1):
            opened = reader.make_reader(f"{folder}/reader.db")
            # Its clock: the one place at which it asks for the time.
            opened._now = clock
            for name in host.polled():
                opened.add_feed(f"{host.url}/{name}", exist_ok=True)
            while now < module.BEGIN + timedelta(days=day):
                opened.update_feeds(scheduled=True)
                now += STEP
            opened.close()
    host.shutdown()
    print(f"reader {reader.__version__}, update_feeds(scheduled=True), its defaults, {days} days")
    print(host.score())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
