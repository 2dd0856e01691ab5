"""How a source stands after a poll, and when it is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import (
    Claim,
    Fetched,
    NotModified,
    Reading,
    SourceFailure,
    SourceState,
    SourceUpdate,
)

LONGEST_BACK_OFF = timedelta(hours=24)
"""A source that fails is never given up: sites come back."""
_MOST_DOUBLINGS = 16


def settle(
    claim: Claim, fetched: Fetched | NotModified | SourceFailure, reading: Reading | SourceFailure | None
) -> SourceUpdate:
    """What to remember of a source, from its answer and from what reading the body gave.

    Validators and body hash are kept only together with what they stand for: after a failure the stored ones
    stay, so that the next request asks for the same change again. The server's own word (`not_before`) is a
    floor under whatever we reckon ourselves.
    """
    if isinstance(fetched, SourceFailure):
        return _failed(claim, fetched)
    if isinstance(reading, SourceFailure):
        return _failed(claim, reading, floor=fetched.not_before)
    if isinstance(fetched, NotModified):
        return _succeeded(claim, fetched, SourceState.NOT_MODIFIED, "nothing changed (304)")
    if reading is None:
        return _succeeded(claim, fetched, SourceState.NOT_MODIFIED, "nothing changed (the same body again)")
    if not reading.total:
        return _empty(claim, fetched)
    return _succeeded(claim, fetched, SourceState.OK, _account(reading), _newest(reading))


def unexpected(claim: Claim, at: datetime, error: BaseException) -> SourceFailure:
    """An error nobody foresaw, as this source's failure; its traceback belongs into the log."""
    return SourceFailure(
        claim.source.id,
        at,
        SourceState.PARSE_ERROR,
        f"an unexpected {type(error).__name__} while polling {claim.source.url}: {error}; "
        "the log holds its traceback: please report it",
    )


def _empty(claim: Claim, fetched: Fetched) -> SourceUpdate:
    """A feed without entries: one that never held any is most likely the wrong address."""
    if not claim.first:
        return _succeeded(claim, fetched, SourceState.EMPTY, f"{fetched.url} holds no entries at the moment")
    message = f"{fetched.url} is a feed without any entry: check that this is the site's feed address"
    failure = SourceFailure(claim.source.id, fetched.at, SourceState.EMPTY, message, fetched.not_before)
    return _failed(claim, failure)


def _succeeded(
    claim: Claim,
    fetched: Fetched | NotModified,
    state: SourceState,
    message: str,
    newest: datetime | None = None,
) -> SourceUpdate:
    return SourceUpdate(
        source_id=claim.source.id,
        at=fetched.at,
        state=state,
        message=message,
        next_poll=_later(fetched.at + claim.source.interval, fetched.not_before),
        not_before=fetched.not_before,
        failures=0,
        validators=fetched.validators,
        body_hash=fetched.body_hash if isinstance(fetched, Fetched) else None,
        newest_entry=newest,
    )


def _failed(claim: Claim, failure: SourceFailure, floor: datetime | None = None) -> SourceUpdate:
    failures = claim.failures + 1
    not_before = _later(failure.not_before, floor) if failure.not_before else floor
    return SourceUpdate(
        source_id=claim.source.id,
        at=failure.at,
        state=failure.state,
        message=failure.message,
        next_poll=_later(failure.at + _back_off(claim.source.interval, failures), not_before),
        not_before=not_before,
        failures=failures,
    )


def _back_off(interval: timedelta, failures: int) -> timedelta:
    """The interval doubled with each failure in a row, up to a day, or to an interval longer than that."""
    doublings = min(failures, _MOST_DOUBLINGS)
    return min(interval * (1 << doublings), max(interval, LONGEST_BACK_OFF))


def _later(moment: datetime, floor: datetime | None) -> datetime:
    return moment if floor is None else max(moment, floor)


def _account(reading: Reading) -> str:
    parts = [f"{reading.total} entries, {len(reading.entries)} new or changed"]
    if reading.undated:
        parts.append(f"{reading.undated} of these without a readable date")
    if reading.warning:
        parts.append(reading.warning)
    return "; ".join(parts)


def _newest(reading: Reading) -> datetime | None:
    """Date of the newest entry, as far as the source itself gave one."""
    dates = [one.entry.published for one in reading.entries if not one.entry.date_guessed]
    return max(dates, default=None)
