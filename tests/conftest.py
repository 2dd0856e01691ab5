"""What all tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

# How fast a machine is says nothing of the code: an example that does not end is stopped by pytest's timeout.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")

WHOLE_PROGRAMS = ("tests/acceptance/", "tests/browser/")
"""Folders whose tests start processes and mostly wait for them."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """With several workers, one tries whole programs, one after the other; the others take file by file.

    Two programs at a time would wait for each other's processes, and a file's fixtures are made once.
    """
    from xdist.scheduler import LoadScopeScheduling

    class WholeProgramsTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "whole programs" if nodeid.startswith(WHOLE_PROGRAMS) else nodeid.partition("::")[0]

    return WholeProgramsTogether(config, log)
