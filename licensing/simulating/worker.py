"""Who does the errands of licence cases while a year is played in one process."""

from __future__ import annotations

from collections.abc import Callable

from workflow import errands
from workflow.models import Errand

Work = Callable[[], None]


def work() -> None:
    """Do every errand of ours that is owed and due, and what these owe in turn."""
    while True:
        ids = list(
            Errand.objects.runnable()
            .filter(kind__startswith="licensing.")
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        if not any([errands.run(pk) for pk in ids]):
            return
