"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# How fast a machine is says nothing of the code: an example that does not end is stopped by pytest's timeout.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")

WHOLE_PROGRAMS = ("acceptance", "browser")
"""Folders whose tests start processes and mostly wait for them."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers, one tries whole programs, one after the other; the others take file by file.

    Two programs at a time would wait for each other's processes, and a file's fixtures are made once.
    """
    tests = Path(__file__).parent
    for item in items:
        folder, *_ = item.path.relative_to(tests).parts
        group = "whole programs" if folder in WHOLE_PROGRAMS else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
