"""How a source stands after a poll, and when it is asked again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.ingest import appointment, health, hubs, rhythm, sniff, whereabouts
from aggregator.model import (
    GONE_FOR_GOOD,
    Claim,
    Fetched,
    NotModified,
    Pace,
    Reading,
    SourceFailure,
    SourceState,
    SourceUpdate,
    Validators,
    Whereabouts,
)

LONGEST_MESSAGE = 1_000
"""Characters of what is said of a source."""
_END = 250
"""Of these, how many are its end."""
NETWORK_BACK = timedelta(minutes=15)
"""When to try again after our own network was down: no request went out, so that none comes early."""


def settle(
    claim: Claim,
    fetched: Fetched | NotModified | SourceFailure,
    reading: Reading | SourceFailure | None,
    arrived: int = 0,
) -> SourceUpdate:
    """What to remember of a source, from its answer, what reading the body gave, and how much of it was news.

    Validators and body hash are kept only together with what they stand for: after a failure the stored ones
    stay, so that the next request asks for the same change again. The server's own word (`not_before`) is a
    floor under whatever we reckon ourselves. Of a push only rhythm and dates are kept: whatever the next poll
    depends on stays as if it had not come.
    """
    if claim.pushed:
        return _pushed(claim, fetched, reading, arrived)
    if isinstance(fetched, SourceFailure):
        return _failed(claim, fetched)
    if isinstance(reading, SourceFailure):
        return _failed(claim, reading, floor=fetched.not_before)
    if isinstance(fetched, NotModified) or reading is None:
        how = "304" if isinstance(fetched, NotModified) else "the same body again"
        return _succeeded(claim, fetched, SourceState.NOT_MODIFIED, f"nothing changed ({how})")
    if not reading.total:
        return _empty(claim, fetched, reading)
    pace = _pace(claim, reading, arrived)
    update = _succeeded(claim, fetched, SourceState.OK, _account(reading), _dates(reading), pace, arrived)
    announced = hubs.announced(fetched, reading.hints)
    return replace(
        update, repeats=reading.repeats, announced=None if announced == claim.announced else announced
    )


def after_hint(claim: Claim, asked_at: datetime) -> datetime:
    """When to poll a source, asked last at `asked_at`, of which somebody says that it has news.

    The word needs no proof, for it is never earlier than the least interval that the source ever meets.
    """
    conditional = claim.validators != Validators()
    return _since(claim, asked_at, rhythm.least(claim.source.interval, claim.pace, conditional=conditional))


def without_pushes(claim: Claim, asked_at: datetime) -> datetime:
    """When to poll a source, asked last at `asked_at`, that no hub pushes any more."""
    conditional = claim.validators != Validators()
    wait = rhythm.interval(claim.source.interval, claim.pace, conditional=conditional)
    return _since(claim, asked_at, wait)


def _since(claim: Claim, asked_at: datetime, wait: timedelta) -> datetime:
    """A request may go out some time after its poll began, but not after its answer came."""
    return _next_poll(claim, max(asked_at, claim.last_success or asked_at), wait, None, claim.pace)


def _pushed(
    claim: Claim,
    pushed: Fetched | NotModified | SourceFailure,
    reading: Reading | SourceFailure | None,
    arrived: int,
) -> SourceUpdate:
    failure = next((one for one in (pushed, reading) if isinstance(one, SourceFailure)), None)
    state = failure.state if failure else SourceState.OK
    update = SourceUpdate(claim.source.id, pushed.at, state, "", None, None, claim.failures)
    if failure:
        return replace(update, message=_bounded(failure.message))
    if not isinstance(reading, Reading):
        return replace(update, state=SourceState.NOT_MODIFIED, message="its hub pushed what is known")
    dates = _dates(reading)
    return replace(
        update,
        message=_bounded(f"pushed by its hub: {_account(reading)}"),
        newest_entry=max(dates, default=None),
        pace=rhythm.learned(claim.pace, arrived, _elapsed(claim, reading.at)),
        repeats=reading.repeats,
    )


def unexpected(claim: Claim, at: datetime, error: BaseException) -> SourceFailure:
    """An error nobody foresaw, as this source's failure; its traceback belongs into the log."""
    return SourceFailure(
        claim.source.id,
        at,
        SourceState.PARSE_ERROR,
        f"an unexpected {type(error).__name__} while polling {claim.source.url}: {error}; "
        "the log holds its traceback: please report it",
    )


def _empty(claim: Claim, fetched: Fetched, reading: Reading) -> SourceUpdate:
    """A feed without entries: one that never held any is most likely the wrong address."""
    if not claim.first:
        message = f"{fetched.url} holds no entries at the moment ({_described(fetched)})"
        return _succeeded(claim, fetched, SourceState.EMPTY, message, pace=_pace(claim, reading, 0))
    message = (
        f"{fetched.url} is a feed without any entry ({_described(fetched)}): "
        "check that this is the site's feed address"
    )
    failure = SourceFailure(claim.source.id, fetched.at, SourceState.EMPTY, message, fetched.not_before)
    return _failed(claim, failure)


def _succeeded(
    claim: Claim,
    fetched: Fetched | NotModified,
    state: SourceState,
    message: str,
    dates: Collection[datetime] = (),
    pace: Pace | None = None,
    arrived: int = 0,
) -> SourceUpdate:
    pace = pace or rhythm.learned(claim.pace, 0, _elapsed(claim, fetched.at))
    conditional = fetched.validators != Validators()
    wait = rhythm.interval(claim.source.interval, pace, conditional=conditional)
    if not arrived and _is_pushed_at(claim, fetched.at):
        wait = rhythm.backup(wait, claim.source.backup_interval, pace)
    newest = max(dates, default=None)
    if state is not SourceState.EMPTY:
        state, message = _health(claim, fetched, state, message, newest, pace)
    return SourceUpdate(
        source_id=claim.source.id,
        at=fetched.at,
        state=state,
        message=_bounded(message),
        next_poll=_next_poll(claim, fetched.at, wait, fetched.not_before, pace),
        not_before=fetched.not_before,
        failures=0,
        validators=fetched.validators,
        body_hash=fetched.body_hash if isinstance(fetched, Fetched) else None,
        newest_entry=newest,
        pace=pace,
        whereabouts=whereabouts.after_success(claim, fetched),
        plain_agent=fetched.plain_agent if isinstance(fetched, Fetched) else None,
    )


def _is_pushed_at(claim: Claim, at: datetime) -> bool:
    """Whether a hub pushes the source and the operator leaves its interval to us.

    It counts only while polls find nothing: one that found news that was not pushed proves the hub late.
    """
    return claim.pushed_until is not None and claim.pushed_until > at and claim.source.interval is None


def _bounded(message: str) -> str:
    """What a message quotes comes from strangers: a line of bounded length, without control characters.

    It is shortened within, for it begins with the thing and ends with the cure.
    """
    if len(message) > LONGEST_MESSAGE:
        message = f"{message[: LONGEST_MESSAGE - _END]} … {message[-_END:]}"
    if message.isprintable():
        return message
    return "".join(character if character.isprintable() else " " for character in message)


def _health(
    claim: Claim,
    answer: Fetched | NotModified,
    state: SourceState,
    message: str,
    newest: datetime | None,
    pace: Pace,
) -> tuple[SourceState, str]:
    """State and message, with what is wrong although the source answered as it should."""
    if claim.first and state is SourceState.NOT_MODIFIED:
        return state, message  # none of its entries has been read yet
    newest = max(filter(None, (claim.newest_entry, newest)), default=None)
    gap = rhythm.usual_gap(pace, answer.at - newest) if newest else None
    if trouble := health.trouble(newest, answer.at, gap):
        what = f" ({_described(answer)})" if isinstance(answer, Fetched) else ""
        return trouble[0], f"{message}; {trouble[1]}{what}"
    return state, message


def without_body(fetched: Fetched) -> Fetched:
    """An answer whose body was read: its bytes go, what messages tell of them stays."""
    return replace(fetched, body=b"", parts=(), described=_described(fetched))


def _described(fetched: Fetched) -> str:
    return fetched.described or sniff.describe(fetched.body, fetched.content_type, fetched.user_agent)


def _failed(claim: Claim, failure: SourceFailure, floor: datetime | None = None) -> SourceUpdate:
    not_before = max(filter(None, (failure.not_before, floor)), default=None)
    failures = claim.failures if failure.network_down else claim.failures + 1
    moved = whereabouts.after_failure(claim, failure)
    wait = _wait_after(claim, failure, failures)
    # What was learned at an adopted address says nothing of the configured one.
    abandoned = moved.adopted_url != claim.whereabouts.adopted_url
    return SourceUpdate(
        source_id=claim.source.id,
        at=failure.at,
        state=failure.state,
        message=_bounded(failure.message) + _consequence(claim, failure, moved),
        next_poll=_next_poll(claim, failure.at, wait, not_before, claim.pace),
        not_before=not_before,
        failures=failures,
        validators=Validators() if abandoned else None,
        whereabouts=moved,
        # A page came even so: next time both User-Agents are tried.
        plain_agent=False if failure.state is SourceState.HTML_INSTEAD else None,
    )


def _wait_after(claim: Claim, failure: SourceFailure, failures: int) -> timedelta:
    if failure.network_down and not failures:
        return NETWORK_BACK
    conditional = claim.validators != Validators()
    wait = rhythm.backed_off(
        rhythm.interval(claim.source.interval, claim.pace, conditional=conditional), failures
    )
    return max(wait, whereabouts.GONE_AGAIN_AFTER) if failure.state is SourceState.GONE else wait


def _next_poll(
    claim: Claim, at: datetime, wait: timedelta, not_before: datetime | None, pace: Pace
) -> datetime:
    seed = f"{claim.source.id} {at.isoformat()}"
    return appointment.next_poll(at, wait, not_before=not_before, hints=pace.hints, seed=seed)


def _consequence(claim: Claim, failure: SourceFailure, moved: Whereabouts) -> str:
    """What a failure changes about whether and where we ask, for the operator."""
    if failure.network_down:
        return "; other servers cannot be reached either: our own network seems to be down"
    if failure.state is SourceState.GONE and moved.gone_count >= GONE_FOR_GOOD:
        return "; it said so twice, a day apart, and is asked no more"
    if claim.whereabouts.adopted_url and not moved.adopted_url:
        return f"; the redirect to it is given up, {claim.source.url} is asked again"
    return ""


def _pace(claim: Claim, reading: Reading, arrived: int) -> Pace:
    if claim.pace.entries_per_day is None:
        dates = (one.entry.published for one in reading.entries if not one.entry.date_guessed)
        return rhythm.first_met(dates, reading.at, reading.total, reading.hints)
    known = Pace(claim.pace.entries_per_day, reading.total, reading.hints)
    return rhythm.learned(known, arrived, _elapsed(claim, reading.at))


def _elapsed(claim: Claim, at: datetime) -> timedelta:
    return at - claim.last_success if claim.last_success else timedelta(0)


def _account(reading: Reading) -> str:
    parts = [f"{reading.total} entries, {len(reading.entries)} new or changed"]
    if reading.undated:
        parts.append(f"{reading.undated} of these without a readable date")
    if reading.warning:
        parts.append(reading.warning)
    return "; ".join(parts)


def _dates(reading: Reading) -> list[datetime]:
    """Dates of the entries, as far as the source itself gave them, be it a day without a time."""
    entries = [one.entry for one in reading.entries]
    return [one.published for one in entries if not one.date_guessed or one.published < reading.at]
