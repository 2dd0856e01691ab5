"""The API keeps what its OpenAPI document promises, whatever it is asked."""

from __future__ import annotations

import schemathesis
from hypothesis import settings
from schemathesis.config import SchemathesisConfig

from tests.web.api_world import FakeLibrary, mounted

# Loaded here alone: see `addopts` in pyproject.toml.
pytest_plugins = ["schemathesis.pytest.plugin"]

WELL_FORMED_IS_ANSWERED = {"expected-statuses": ["2xx", "301", "304", "404", "410"]}
"""Ids are well-formed whether or not anything has them, or has them no more."""
CONFIG = {"seed": 20261122, "checks": {"positive_data_acceptance": WELL_FORMED_IS_ANSWERED}}
schema = schemathesis.openapi.from_asgi(
    "/api/openapi.json", mounted(FakeLibrary()), config=SchemathesisConfig.from_dict(CONFIG)
)


@schema.parametrize()
@settings(max_examples=50, deadline=None, database=None)
def test_every_answer_is_one_that_the_document_tells(case) -> None:
    case.call_and_validate(allow_redirects=False)
