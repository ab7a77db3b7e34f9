"""Import of many consignments against raw COPY of the same rows and against planning them one by one.

What is imported, and how it is timed, is in `importing`.
"""

import json

import django

from benchmarks import places

NAME = "imports"


def run() -> list[dict]:
    django.setup()
    rows = []
    for engine in places.engines():
        places.prepared(engine, NAME)
        said = places.python(engine, NAME, "-m", "benchmarks.importing", engine.label)
        rows += json.loads(said.splitlines()[-1])
    return rows
