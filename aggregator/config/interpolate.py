"""`${NAME}` in the texts of a configuration.

Only this form counts: addresses of real feeds hold bare dollar signs (`/api/z-$g_x`), which stay as they are.
`$${` writes a literal `${`. Values are put in after the YAML was read, so that no value can add keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aggregator.config.yaml_source import Document, Steps
from aggregator.errors import Fault

REFERENCE = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{")


def interpolated(document: Document, environment: Mapping[str, str]) -> tuple[Any, list[Fault]]:
    """The document's values with every `${NAME}` replaced, and a fault for each that cannot be."""
    faults: list[Fault] = []
    return _replace(document.values, (), document, environment, faults), faults


def _replace(
    value: Any, steps: Steps, document: Document, environment: Mapping[str, str], faults: list[Fault]
) -> Any:
    if isinstance(value, dict):
        return {
            key: _replace(one, (*steps, key), document, environment, faults) for key, one in value.items()
        }
    if isinstance(value, list):
        return [
            _replace(one, (*steps, number), document, environment, faults) for number, one in enumerate(value)
        ]
    if not isinstance(value, str):
        return value
    text, problems = fill(value, environment)
    faults += [document.place(steps).fault(problem) for problem in problems]
    return text


def fill(text: str, environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """One text with its references replaced, and what is wrong with those that are left as they were."""
    problems: list[str] = []

    def replacement(match: re.Match[str]) -> str:
        name = match[1]
        if match[0] == "$${":
            return "${"
        if name is None:
            problems.append("`${` begins no `${NAME}`; write `$${` for a literal `${`")
        elif name not in environment:
            problems.append(f"the environment variable {name} is not set")
        else:
            return environment[name]
        return match[0]

    return REFERENCE.sub(replacement, text), problems
