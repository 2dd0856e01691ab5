"""Passwords that stand in files of their own, out of the configuration and the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MAX_BYTES = 10_000


def with_password(values: dict[str, Any], folder: Path) -> tuple[dict[str, Any], str | None]:
    """The values with each `password` of `smtp` read from its `password_file`, and why one could not be read.

    A relative path counts from `folder`. A file that cannot be read leaves the values as they are.
    """
    smtp = values.get("smtp")
    if not isinstance(smtp, dict):
        return values, None
    read, fault = _server(smtp, folder)
    more = []
    for server in smtp["more"] if isinstance(smtp.get("more"), list) else ():
        one, missed = _server(server, folder) if isinstance(server, dict) else (server, None)
        more.append(one)
        fault = fault or missed
    if more:
        read = {**read, "more": more}
    return (values, fault) if fault else ({**values, "smtp": read}, None)


def _server(server: dict[str, Any], folder: Path) -> tuple[dict[str, Any], str | None]:
    named = server.get("password_file")
    if "password" in server or not isinstance(named, str):
        return server, None
    try:
        password = _first_line(Path(folder, Path(named).expanduser()))
    except OSError as error:
        return server, f"the password file cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        return server, "the password file is not UTF-8 text"
    if not password:
        return server, "the password file's first line is empty"
    return {**server, "password": password}, None


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES)
    return content.decode("utf-8-sig").partition("\n")[0].rstrip("\r")
