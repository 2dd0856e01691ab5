"""Where mail is caught, and shown, when no `smtp` is configured."""

from __future__ import annotations

from pathlib import Path

from aggregator.config.schema import Config
from aggregator.wiring.stores import Stores


def caught_folder(config: Config) -> Path:
    """Where it is kept."""
    return config.storage.data / "caught"


def caught_key(opened: Stores) -> str:
    """What its address holds: known on this machine alone."""
    return opened.secrets.current.sign("caught", "mailbox").hex()[:32]


def caught_path(opened: Stores) -> str:
    """Path of the page that shows it; whoever knows it may read, on this machine."""
    return f"/caught/{caught_key(opened)}/"
