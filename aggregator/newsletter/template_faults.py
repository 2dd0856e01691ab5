"""Where a template is at fault: jinja's exceptions become one error with file, line and reason."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError

from aggregator.errors import Fault, TemplateFaultError

_WORDING = "the wordings (locale/{language}/{part}.po)"


def render(environment: Callable[[str], Environment], template: str, language: str, **shown: object) -> str:
    """The template in one interface language. Raises TemplateFaultError for whatever it does wrong."""
    part = "notices" if template.startswith("email/notices/") else "email"
    with _placed(_WORDING.format(language=language, part=part)):
        made = environment(language)
    with _placed(template):
        return made.get_template(template).render(language=language, **shown)


@contextmanager
def _placed(name: str) -> Iterator[None]:
    """Errors as faults of a file: the template in which they happened, or else the one of this name."""
    try:
        yield
    except TemplateFaultError:
        raise
    except Exception as error:  # whoever writes a template can make it do anything
        raise TemplateFaultError(_fault(error, name)) from error


def _fault(error: Exception, name: str) -> Fault:
    if isinstance(error, TemplateNotFound):
        return Fault(*_place(error, name), 1, f"there is no template {error.name!r}")
    if isinstance(error, TemplateSyntaxError):
        return Fault(error.filename or error.name or name, error.lineno, 1, _reason(error.message, error))
    place = _place(error, name)
    return Fault(*place, 1, _reason(str(error), error))


def _reason(message: str | None, error: Exception) -> str:
    words = " ".join((message or "").split())[:300]
    return words if isinstance(error, TemplateSyntaxError) else f"{type(error).__name__}: {words}"


def _place(error: Exception, name: str) -> tuple[str, int]:
    """The innermost line of a template; jinja writes its lines into the traceback."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.endswith(".py"):
            return frame.filename, frame.lineno or 1
    return name, 1
