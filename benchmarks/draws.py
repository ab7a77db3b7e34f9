"""Draws on one hot line against draws on 200 lines, by sixteen clients; the balance of a short and of a long ledger.

What is drawn on, and how it is timed, is in `drawing`.
"""

import json

import django

from benchmarks import places

NAME = "draws"


def run() -> list[dict]:
    django.setup()
    rows = []
    for engine in places.engines():
        places.prepared(engine, NAME)
        said = places.python(engine, NAME, "-m", "benchmarks.drawing", engine.label)
        rows += json.loads(said.splitlines()[-1])
    return rows
