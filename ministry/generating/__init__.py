"""Invented certificates, applications, licences, voyages and visits by the ten thousand, in bounded memory.

For trials, screenshots and benchmarks. The rows keep every constraint of the database and agree with each other to
the gram, but nobody took their steps: they have no history and no documents. Volumes follow what was published of the
trade (870 t in 2024-25), weights in whole milligrams.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from ministry import rebuilding
from ministry.generating.papers import Batch
from ministry.generating.visits import Visits
from ministry.generating.world import World

BATCH = 500


def generate(
    *, certificates: int, years: int, seed: int, say: Callable[[str], None] = lambda text: None
) -> int:
    """Write so many certificates over the last years and all that hangs on them, then the figures; how many facts."""
    world = World(certificates, years, seed)
    for done in range(0, certificates, BATCH):
        with transaction.atomic():
            Batch(world).write(min(BATCH, certificates - done))
            world.numbers.keep()
        if done % 10_000 == 0:
            say(f"{done} of {certificates} certificates")
    with transaction.atomic():
        Visits(world).write()
    return rebuilding.rebuild()
