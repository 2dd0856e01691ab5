"""Passwords that stand in files of their own, out of the configuration and the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MAX_BYTES = 10_000


def with_password(values: dict[str, Any], folder: Path) -> tuple[dict[str, Any], str | None]:
    """The values with `smtp.password` read from `smtp.password_file`, and why it could not be read.

    A relative path counts from `folder`. A file that cannot be read leaves the values as they are.
    """
    smtp = values.get("smtp")
    if not isinstance(smtp, dict) or "password" in smtp:
        return values, None
    named = smtp.get("password_file")
    if not isinstance(named, str):
        return values, None
    try:
        password = _first_line(Path(folder, Path(named).expanduser()))
    except OSError as error:
        return values, f"the password file cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        return values, "the password file is not UTF-8 text"
    if not password:
        return values, "the password file's first line is empty"
    return {**values, "smtp": {**smtp, "password": password}}, None


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES)
    return content.decode("utf-8-sig").partition("\n")[0].rstrip("\r")
