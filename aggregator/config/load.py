"""`config.yaml` to `Config`: all of it, or every fault it has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aggregator.config import faults, interpolate, references, secret_files, word_files, yaml_source
from aggregator.config.schema import Config
from aggregator.config.word_files import WordFaults
from aggregator.errors import ConfigError, Fault


def _unread(*_: object) -> list[Fault]:
    return []


def load(path: Path, environment: Mapping[str, str], word_faults: WordFaults = _unread) -> Config:
    """Read a configuration; `environment` is where `${NAME}` is looked up.

    `word_faults` looks through the operator's gazetteer files; without it they are taken as they are.

    Changes nothing and keeps nothing: a caller that reloads holds on to the old `Config` until this returns.
    Raises `ConfigError` with all faults, in the order in which they stand in the file.
    """
    document = yaml_source.read(path)
    config, every = _examined(document, environment, path, word_faults)
    if every and document.quick:
        document = yaml_source.read(path, exactly=True)
        config, every = _examined(document, environment, path, word_faults)
    if config is None or every:
        raise ConfigError(sorted(set(every), key=lambda fault: (fault.file, fault.line, fault.column)))
    return config


def _examined(
    document: yaml_source.Document, environment: Mapping[str, str], path: Path, word_faults: WordFaults
) -> tuple[Config | None, list[Fault]]:
    if document.values is None:
        empty = document.place(()).fault("is empty: start from the config.yaml that is shipped")
        return None, document.faults or [empty]
    values, missing = interpolate.interpolated(document, environment)
    config, found = _validated(values, document, path.parent.absolute(), word_faults)
    return config, [*document.faults, *missing, *found]


def _validated(
    values: Any, document: yaml_source.Document, folder: Path, word_faults: WordFaults
) -> tuple[Config | None, list[Fault]]:
    if not isinstance(values, dict):
        return None, [document.place(()).fault("expects sections such as `site:` and `sources:` at the top")]
    # A section whose lines are all commented out is left in YAML as a key without a value.
    sections = {key: value for key, value in values.items() if value is not None}
    found = [document.place(steps).fault(message) for steps, message in references.problems(sections)]
    sections, unreadable = secret_files.with_secrets(sections, folder)
    found += [document.place(steps).fault(message) for steps, message in unreadable]
    sections, wanting = word_files.read(sections, folder)
    found += [document.place(steps).fault(message) for steps, message in wanting]
    found += word_faults(*word_files.with_languages(sections))
    try:
        return Config.model_validate(sections, context={"folder": folder}), found
    except ValidationError as error:
        told = [one for one in error.errors() if not faults.is_echo(one, document)]
        return None, found + [faults.explain(one, document, Config) for one in told]
