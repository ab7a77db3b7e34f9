"""Draws, releases and reversals on one goods line by sixteen clients; beside them a control that over-draws.

What the clients do is in `storming`. STORM says how many draws are written: 1,000,000 takes a night.
"""

import json

import django

from benchmarks import places

NAME = "storm"


def run() -> list[dict]:
    django.setup()
    rows = []
    for engine in places.engines():
        places.prepared(engine, NAME)
        said = places.python(engine, NAME, "-m", "benchmarks.storming", engine.label)
        rows += json.loads(said.splitlines()[-1])
    return rows
