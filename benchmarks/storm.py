"""Draws, releases and reversals on one goods line by sixteen clients; beside them a control that over-draws.

Whole verbs are in `storming` (STORM draws), the ledger's own steps alone in `drawing_only` (DRAWS of them).
"""

import json

import django

from benchmarks import places


def run() -> list[dict]:
    django.setup()
    rows = []
    for engine in places.engines():
        for module in ("storming", "drawing_only"):
            places.prepared(engine, module)
            said = places.python(engine, module, "-m", f"benchmarks.{module}", engine.label)
            rows += json.loads(said.splitlines()[-1])
    return rows
