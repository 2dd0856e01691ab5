"""Somebody with a browser, and what it would tell if a page misbehaved."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

_TELL_OF_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event =>
  console.error(`policy violated: ${event.violatedDirective} by ${event.blockedURI} ${event.sample}`))
"""


PATIENCE = 10_000
"""Milliseconds."""


class Visitor:
    """One page in a browser context of its own; addresses are paths below the site's root."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self._context = context
        self.base_url = base_url
        self.requests: list[Request] = []
        self.answers: list[Response] = []
        self.oddities: list[str] = []
        """Requests to elsewhere, complaints of the browser, breaches of the policy."""
        context.set_default_timeout(PATIENCE)
        context.add_init_script(_TELL_OF_VIOLATIONS)
        context.on("request", self._note_request)
        context.on("console", self._note_message)
        context.on("weberror", lambda error: self.oddities.append(f"error: {error.error}"))
        context.on("dialog", lambda dialog: self.oddities.append(f"dialog: {dialog.message}"))
        context.on("response", lambda answer: self.answers.append(answer))  # noqa: PLW0108 - no builtin may be given
        self.page: Page = context.new_page()

    def open(self, path: str = "") -> Page:
        """Go there; the page, loaded."""
        self.page.goto(self.absolute(path))
        return self.page

    def absolute(self, path: str) -> str:
        """The whole address of a path."""
        return path if path.startswith("http") else f"{self.base_url}/{path}"

    @property
    def place(self) -> str:
        """Path and query of the page that is shown, below the root."""
        return self.page.url.removeprefix(f"{self.base_url}/")

    @property
    def document(self) -> Response:
        """The answer that is shown."""
        return next(one for one in reversed(self.answers) if one.request.is_navigation_request())

    def leave(self) -> None:
        """Close the browser's window and forget everything."""
        self._context.close()

    def _note_request(self, request: Request) -> None:
        self.requests.append(request)
        own = urlsplit(self.base_url)
        whole = urlsplit(request.url)
        if (whole.scheme, whole.netloc) != (own.scheme, own.netloc):
            self.oddities.append(f"request: {request.url}")

    def _note_message(self, message: ConsoleMessage) -> None:
        # Chromium says of every refused page that it was refused.
        refused = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if message.type == "error" and not refused:
            self.oddities.append(message.text)
