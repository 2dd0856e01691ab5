"""The OpenAPI 3.1 document: made of the operations and the models that answer, so that it cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from aggregator.model import Site
from aggregator.web.api_operations import OPERATIONS, Operation
from aggregator.web.api_problems import MEDIA_TYPE, TOO_MANY, UNAVAILABLE, WRONG_METHOD, Kind, Problem, reason
from aggregator.web.api_query import SEVERAL_VALUES, StoryParameters

VERSION = "1.0.0"
"""Of the API, not of the program: parts are added under 1, never taken away or changed."""
LARGEST_ID = 2**63 - 1
_COMPONENT = "#/components/schemas/{model}"
_WELCOME = (
    "Everything that is told here, read-only and open to everybody: no key, no registration, any origin. "
    "Answers carry an ETag; ask again with `If-None-Match`. Titles and excerpts belong to their publishers: "
    "name them and link to them when you show what you got. New fields may be added to answers at any time."
)


def document(site: Site, server: str) -> dict[str, Any]:
    """The document. `server`: absolute address of this version of the API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{site.title}: API",
            "version": VERSION,
            "description": _WELCOME,
            "contact": {"email": site.contact},
        },
        "servers": [{"url": server}],
        "paths": {operation.path: {"get": _operation(operation)} for operation in OPERATIONS},
        "components": {"schemas": _schemas(), "headers": _HEADERS},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation),
    }


def _parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    if operation.named:
        number = {"type": "integer", "format": "int64", "minimum": 1, "maximum": LARGEST_ID}
        yield {"name": "id", "in": "path", "required": True, "schema": number}
    if operation.parameters:
        yield from _query_parameters(operation.parameters)
    yield {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The ETag of what you have: you get 304 as long as it is what would be answered.",
        "schema": {"type": "string"},
    }


def _query_parameters(parameters: type[StoryParameters]) -> Iterable[dict[str, Any]]:
    for name, schema in parameters.model_json_schema()["properties"].items():
        described = {key: value for key, value in schema.items() if key not in ("title", "description")}
        one = {"name": name, "in": "query", "required": False, "description": schema["description"]}
        shape = {"style": "form", "explode": True} if name in SEVERAL_VALUES else {}
        yield one | shape | {"schema": _without_null(described)}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An address has no null: what may be left out is not given."""
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf" and value is not None}
    if not choices:
        return rest
    return rest | (choices[0] if len(choices) == 1 else {"anyOf": choices})


def _responses(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "200": {
            "description": operation.summary,
            "headers": _headers("ETag", "Cache-Control", "Access-Control-Allow-Origin")
            | ({"Link": {"$ref": "#/components/headers/Link"}} if operation.parameters else {}),
            "content": {"application/json": {"schema": _reference(operation.answer)}},
        },
        "304": {
            "description": "What `If-None-Match` names is still what would be answered.",
            "headers": _headers("ETag", "Cache-Control"),
        },
    }
    if operation.moves:
        answers["301"] = {
            "description": "It was merged into another story, which `Location` names.",
            "headers": _headers("Location"),
        }
    answers |= {str(kind.status): _problem(kind) for kind in operation.problems}
    return dict(sorted(answers.items()))


def _problem(kind: Kind) -> dict[str, Any]:
    extra = {TOO_MANY: ("Retry-After",), UNAVAILABLE: ("Retry-After",), WRONG_METHOD: ("Allow",)}.get(
        kind, ()
    )
    return {
        "description": f"{reason(kind.status)}: {kind.title}. {kind.remedy}",
        "headers": _headers("Access-Control-Allow-Origin", *extra),
        "content": {MEDIA_TYPE: {"schema": _reference(Problem)}},
    }


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _header(description: str, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": {"type": "string"} | schema}


_HEADERS = {
    "ETag": _header("Changes whenever the answer does (RFC 9110 section 8.8.3)."),
    "Cache-Control": _header("How long the answer may be used without asking again."),
    "Access-Control-Allow-Origin": _header("Pages of any origin may read this.", const="*"),
    "Link": _header('The following page with `rel="next"` (RFC 8288).', required=False),
    "Location": _header("Where it is now.", format="uri"),
    "Allow": _header("What the address can be asked with."),
    "Retry-After": _header("Seconds to wait.", type="integer", minimum=1),
}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _COMPONENT.format(model=model.__name__)}


def _schemas() -> dict[str, Any]:
    models: list[type[BaseModel]] = [*(operation.answer for operation in OPERATIONS), Problem]
    _, definitions = models_json_schema(
        [(model, "serialization") for model in models], ref_template=_COMPONENT
    )
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas
