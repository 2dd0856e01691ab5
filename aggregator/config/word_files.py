"""The operator's gazetteer files: read with the configuration, so that both are of one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from aggregator.config.paths import beside
from aggregator.config.yaml_source import Steps
from aggregator.errors import Fault
from aggregator.model import WordFile

MAX_BYTES = 1_000_000
"""Of one file."""
MAX_FILES = 1000
"""Of one folder."""
SUFFIX = ".toml"

WordFaults = Callable[[Sequence[WordFile], Sequence[str]], Sequence[Fault]]
"""All that is wrong with gazetteer files, given the region's languages too."""


class UnusableError(ValueError):
    """What stands under `gazetteer` leads to no gazetteer file; the message says why."""


def read(values: dict[str, Any], folder: Path) -> tuple[dict[str, Any], list[tuple[Steps, str]]]:
    """The values with the files that `region.gazetteer` names read in, and why some could not be.

    A relative path counts from `folder`; of a folder, all that ends in `.toml` is read. What is no list of
    paths stays as it is: the schema refuses it.
    """
    region = values.get("region")
    named = region.get("gazetteer") if isinstance(region, dict) else None
    if not isinstance(region, dict) or not isinstance(named, list):
        return values, []
    files: list[object] = []
    problems: list[tuple[Steps, str]] = []
    for number, one in enumerate(named):
        if not isinstance(one, str):
            files.append(one)
            continue
        try:
            files += _files(beside(folder, one))
        except ValueError as error:
            problems.append((("region", "gazetteer", number), str(error)))
    return {**values, "region": {**region, "gazetteer": files}}, problems


def with_languages(values: dict[str, Any]) -> tuple[tuple[WordFile, ...], tuple[str, ...]]:
    """The files that were read, and the region's languages; what is neither is left out."""
    region = values.get("region")
    said = region if isinstance(region, dict) else {}
    files, languages = said.get("gazetteer"), said.get("languages")
    return (
        tuple(one for one in _listed(files) if isinstance(one, WordFile)),
        tuple(one.lower() for one in _listed(languages) if isinstance(one, str)),
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _files(path: Path) -> Iterator[WordFile]:
    try:
        paths = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not paths:
            raise UnusableError(f"the folder {path} holds no file like KZ{SUFFIX}")
        if len(paths) > MAX_FILES:
            raise UnusableError(f"the folder {path} holds more than {MAX_FILES} files")
        return iter([WordFile(str(one), _text(one)) for one in paths])
    except OSError as error:
        raise UnusableError(f"{error.filename or path} cannot be read: {error.strerror}") from error


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if path.suffix != SUFFIX:
        raise UnusableError(f"{path} is no gazetteer file: name it like KZ{SUFFIX}")
    if len(content) > MAX_BYTES:
        raise UnusableError(f"{path} is larger than {MAX_BYTES} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnusableError(f"{path} is not UTF-8 in line {line}: save the file as UTF-8") from error


def _were_read(value: object) -> tuple[WordFile, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, WordFile) for one in value):
        raise ValueError("expects a list of files like KZ.toml, or of folders that hold such")
    return tuple(value)


WordFiles = Annotated[
    tuple[WordFile, ...],
    PlainValidator(_were_read),
    PlainSerializer(lambda files: [file.name for file in files]),
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
]
