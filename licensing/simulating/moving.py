"""A clock that can be moved: what the product asks of `timezone.now` while a year is played in minutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from unittest import mock

TICK = timedelta(milliseconds=1)


class Moved:
    """The moment it is, in UTC. Each look at it is a little later than the one before."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        self.moment += TICK
        return self.moment

    def go_to(self, moment: datetime) -> None:
        """Later only: nothing here ever happens before what happened already."""
        self.moment = max(self.moment, moment)


@contextmanager
def clock(start: datetime) -> Iterator[Moved]:
    """Let it be another moment for all that asks Django what time it is, in this process."""
    moved = Moved(start)

    class MovedDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moved.now().astimezone(tz or UTC)

    # Columns hold the function `timezone.now` itself as their default: what it looks up is replaced.
    with mock.patch("django.utils.timezone.datetime", MovedDatetime):
        yield moved
