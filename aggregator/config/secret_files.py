"""Passwords that stand in files of their own, out of the configuration and the environment."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from aggregator.config.paths import beside
from aggregator.config.yaml_source import Steps

MAX_BYTES = 10_000
PASSWORD, WEBHOOK_SECRET = "password", "webhook_secret"
FILE = "_file"
"""What the key of a secret's file has beside the secret's own."""
SECTIONS = ("smtp", "bounces")
"""Those that may hold secrets."""
_CALLED = {PASSWORD: "password", WEBHOOK_SECRET: "secret"}


def with_secrets(values: dict[str, Any], folder: Path) -> tuple[dict[str, Any], list[tuple[Steps, str]]]:
    """The values with each secret read from the file that is named for it, and why one could not be read.

    A relative path counts from `folder`. What cannot be read leaves its section as it is; so does a secret
    that stands in the configuration itself.
    """
    faults: list[tuple[Steps, str]] = []
    read = values
    for steps, key in places(values):
        holder = at(values, steps)
        named = holder.get(key + FILE)
        if key in holder or not isinstance(named, str):
            continue
        try:
            path = beside(folder, named)
        except ValueError:
            continue  # the schema refuses it
        if read is values:
            read = {**values, **{name: deepcopy(values[name]) for name in SECTIONS if name in values}}
        secret, fault = _read(path)
        if fault:
            faults.append(((*steps, key + FILE), f"the {_CALLED[key]} file {fault}"))
        else:
            at(read, steps)[key] = secret
    return read, faults


def places(values: dict[str, Any]) -> Iterator[tuple[Steps, str]]:
    """Where secrets may stand: the way to each section that is there, and the secret's key in it."""
    smtp, bounces = values.get("smtp"), values.get("bounces")
    if isinstance(smtp, dict):
        yield ("smtp",), PASSWORD
        more = smtp.get("more")
        for number, server in enumerate(more if isinstance(more, list) else ()):
            if isinstance(server, dict):
                yield ("smtp", "more", number), PASSWORD
    if isinstance(bounces, dict):
        yield ("bounces",), WEBHOOK_SECRET
        if isinstance(bounces.get("imap"), dict):
            yield ("bounces", "imap"), PASSWORD


def at(values: Any, steps: Steps) -> Any:
    """What stands there; it must be there."""
    for step in steps:
        values = values[step]
    return values


def _read(path: Path) -> tuple[str, str]:
    """The first line, or why there is none."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES)
        secret = content.decode("utf-8-sig").partition("\n")[0].rstrip("\r")
    except OSError as error:
        return "", f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        return "", "is not UTF-8 text"
    return secret, "" if secret else "has an empty first line"
