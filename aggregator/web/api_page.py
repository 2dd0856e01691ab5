"""The API's page for people: no script, nothing from elsewhere, one style in the page itself."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from aggregator.model import Site
from aggregator.web.api_operations import OPERATIONS
from aggregator.web.api_problems import KINDS

_CODE = re.compile("`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Page:
    """The page and the policy under which a browser shows it (CSP level 3)."""

    content: bytes
    policy: str


def page(site: Site, info: dict[str, Any], server: str, openapi: str) -> Page:
    """The page. `info`: of the OpenAPI document. `server`, `openapi`: absolute addresses."""
    folder = resources.files("aggregator.web")
    style = (folder / "api_page.css").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["coded"] = _coded
    template = environment.from_string((folder / "api_page.html").read_text(encoding="utf-8"))
    content = template.render(
        site=site,
        info=info,
        server=server,
        openapi=openapi,
        operations=OPERATIONS,
        kinds=KINDS,
        style=Markup(style),  # noqa: S704 - a file of ours
    )
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    return Page(content.encode(), policy)


def _coded(text: str) -> Markup:
    """Text with what stands between backquotes as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before
