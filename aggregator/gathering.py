"""Many small questions to the store, asked together: group commit.

Whoever asks while the store is busy waits for the next turn, which takes all that have gathered. While many
ask, a turn waits a moment for more of them; a question that comes alone is asked at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

MOST_TOGETHER = 500
"""Questions in one turn: what one transaction should hold."""
GATHERED_FOR = 0.002
"""Seconds that a turn waits for others to come along, when the last one was not asked alone."""


class Gathering(Generic[Question, Answer]):
    """Puts questions of many tasks to one function that answers them all, each time in a thread."""

    def __init__(
        self, ask_all: Callable[[Sequence[Question]], Sequence[Answer]], most: int = MOST_TOGETHER
    ) -> None:
        """`ask_all` returns an answer per question, in order; what it raises goes to all who asked.

        `most`: questions in one turn.
        """
        self._ask_all = ask_all
        self._most = most
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._turns: asyncio.Task[None] | None = None
        self._last = 0
        """How many were asked in the last turn."""

    async def ask(self, question: Question) -> Answer:
        """The answer to one question, once it is there."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._turns is None or self._turns.done():
            self._turns = asyncio.create_task(self._take_turns())
        return await answer

    async def settled(self) -> None:
        """Wait until nothing is asked any more."""
        if self._turns is not None:
            await asyncio.wait({self._turns})

    async def _take_turns(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHERED_FOR if self._last > 1 else 0)
            turn, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._last = len(turn)
            try:
                answers = await asyncio.to_thread(self._ask_all, [question for question, _ in turn])
            except Exception as error:
                for _, answer in turn:
                    if not answer.done():
                        answer.set_exception(error)
            else:
                for (_, answer), given in zip(turn, answers, strict=True):
                    if not answer.done():
                        answer.set_result(given)
