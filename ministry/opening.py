"""What stands behind a figure: the very facts that it counts, and what they sum to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet

from ministry import folding, reading
from ministry.boards import Measures
from ministry.models import Fact
from ministry.reading import Ask, Reader


def settle() -> None:
    """Add what waits, so that the facts are what figures count."""
    if folding.pending(1):
        folding.fold()


@contextmanager
def behind(ask: Ask) -> Iterator[tuple[QuerySet[Fact], Measures]]:
    """The facts of a question and the sums of all of them, to be read inside: they are of one moment."""
    settle()
    with reading.snapshot():
        yield reading.facts_of(ask), Reader(()).total(ask)
