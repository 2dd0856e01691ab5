"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# How fast a machine is says nothing of the code: an example that does not end is stopped by pytest's timeout.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")
