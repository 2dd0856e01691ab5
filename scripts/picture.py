"""Take README's picture from the demo: the merged page and a letter side by side. Needs Chromium."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "picture.png"
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SIDE_BY_SIDE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 24px; background: #d9d5cc; display: flex; gap: 24px; align-items: flex-start }}
img {{ display: block; height: 900px; object-fit: cover; object-position: top;
       box-shadow: 0 2px 16px rgb(0 0 0 / .25) }}
</style><img src="{page}" width="900"><img src="{letter}" width="560">"""


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed for the picture (Debian: apt-get install chromium).")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo = subprocess.Popen(
            [sys.executable, "-m", "aggregator", "demo", "--port", "0", "--folder", str(folder / "demo")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        try:
            until_pictures_are_there = "--virtual-time-budget=10000"
            shoot(chromium, page_address(demo), folder / "page.png", 1200, 1300, until_pictures_are_there)
            letter = folder / "letter.html"
            letter.write_text(whole_letter(folder / "demo"), encoding="utf-8")
            shoot(chromium, letter.as_uri(), folder / "letter.png", 680, 1093)
        finally:
            demo.terminate()
            demo.wait()
        both = folder / "both.html"
        both.write_text(SIDE_BY_SIDE.format(page="page.png", letter="letter.png"), encoding="utf-8")
        shoot(chromium, both.as_uri(), PICTURE, 1532, 948)
    print(f"{PICTURE.relative_to(ROOT)} is new")


def page_address(demo: subprocess.Popen[str]) -> str:
    """The address of the merged page, from the demo's account; everything is sent by then."""
    assert demo.stdout is not None
    for line in demo.stdout:
        if found := re.search(r"Merged page\s+(http://\S+)", line):
            return found[1]
    sys.exit("The demo ended without naming its page.")


def whole_letter(folder: Path) -> str:
    """The HTML part of the letter to the reader who wants everything in English."""
    for path in sorted(folder.rglob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("html",))
        if message["To"] == "edward@example.org" and body is not None:
            return str(body.get_content())
    sys.exit("The demo caught no letter to Edward.")


def shoot(chromium: str, address: str, target: Path, width: int, height: int, *more: str) -> None:
    """One screenshot of `address`, in CSS pixels, in a browser profile of its own."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                chromium,
                *QUIET,
                *more,
                f"--user-data-dir={profile}",
                f"--window-size={width},{height}",
                f"--screenshot={target}",
                address,
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


if __name__ == "__main__":
    main()
