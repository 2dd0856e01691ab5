"""What documents the API: the OpenAPI document, and the page for people."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser

import jsonschema_rs
import pytest

from aggregator.web import api_models, api_problems
from aggregator.web.api_openapi import document
from aggregator.web.api_operations import OPERATIONS
from aggregator.web.api_page import page
from aggregator.web.api_query import StoryParameters
from tests.web.api_world import BASE, SITE, served

SERVER = f"{BASE}/api/v1"
DOCUMENT = document(SITE, SERVER)


def test_everything_that_is_referred_to_is_there() -> None:
    def references(value: object):
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            for one in value.values():
                yield from references(one)
        elif isinstance(value, list):
            for one in value:
                yield from references(one)

    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        place = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_is_one(name: str) -> None:
    jsonschema_rs.meta.validate(DOCUMENT["components"]["schemas"][name])


def test_every_parameter_is_described_with_the_values_it_takes() -> None:
    described = {one["name"]: one for one in DOCUMENT["paths"]["/stories"]["get"]["parameters"]}
    assert set(StoryParameters.model_fields) <= set(described)
    assert all(one["description"] for one in described.values())
    assert described["country"]["schema"]["maxItems"] == 20
    assert described["country"]["explode"]
    assert described["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
    assert {"type": "null"} not in described["since"]["schema"]["anyOf"]
    assert "null" not in str(described)


def test_every_field_is_told_in_the_document() -> None:
    entry = DOCUMENT["components"]["schemas"]["Entry"]["properties"]
    assert set(entry) == set(api_models.Entry.model_fields)
    assert "paywalled" in entry
    assert entry["published"]["format"] == "date-time"
    assert entry["api_url"]["format"] == "uri"


def test_every_status_but_the_good_ones_is_a_problem() -> None:
    for path in DOCUMENT["paths"].values():
        responses = path["get"]["responses"]
        assert {"200", "304", "405", "429", "500", "503"} <= set(responses)
        for status, response in responses.items():
            if int(status) >= 400:
                assert list(response["content"]) == [api_problems.MEDIA_TYPE]


class Seen(HTMLParser):
    """What a page holds: ids, and what it loads or leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.loaded += [given[name] or "" for name in ("src", "srcset", "data") if name in given]
        self.loaded += [given["href"] or ""] if tag == "link" else []
        assert not any(name.startswith("on") or name == "style" for name in given)


def test_the_page_runs_nothing_and_loads_nothing_from_elsewhere() -> None:
    shown = page(SITE, DOCUMENT["info"], SERVER, f"{BASE}/api/openapi.json")
    seen = Seen()
    seen.feed(shown.content.decode())
    assert "script" not in seen.tags
    assert all(address.startswith(f"{BASE}/") for address in seen.loaded)
    assert len(seen.ids) == len(set(seen.ids))
    assert "Told &lt;once&gt;" not in shown.content.decode()
    assert "<code>If-None-Match</code>" in shown.content.decode()


def test_the_policy_admits_the_style_of_the_page_and_no_other() -> None:
    shown = page(SITE, DOCUMENT["info"], SERVER, f"{BASE}/api/openapi.json")
    (style,) = re.findall(rb"<style>(.*?)</style>", shown.content, re.DOTALL)
    digest = b64encode(hashlib.sha256(style).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in shown.policy
    assert "unsafe" not in shown.policy


def test_a_hostile_title_is_only_text_on_the_page() -> None:
    info = DOCUMENT["info"] | {"title": "<script>alert(1)</script>", "description": "`<img src=x>` & more"}
    shown = page(SITE, info, SERVER, BASE).content.decode()
    assert "<script>" not in shown
    assert "<code>&lt;img src=x&gt;</code> &amp; more" in shown


async def test_every_kind_of_problem_leads_to_its_line_on_the_page() -> None:
    async with served() as client, client.get("/api/") as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]
    seen = Seen()
    seen.feed(page(SITE, DOCUMENT["info"], SERVER, BASE).content.decode())
    assert {kind.name for kind in api_problems.KINDS} | {one.id for one in OPERATIONS} <= set(seen.ids)


async def test_every_operation_of_the_document_is_answered_at_its_address() -> None:
    async with served() as client:
        for operation in OPERATIONS:
            path = f"/api/v1{operation.path}".replace("{id}", "101" if "entries" in operation.path else "1")
            async with client.get((operation.example and f"/api/v1{operation.example}") or path) as answer:
                assert answer.status == 200, path
                assert answer.headers["Cache-Control"] == f"public, max-age={operation.max_age}"
