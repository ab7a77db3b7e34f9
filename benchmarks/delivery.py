"""From the decision to the signed document: how long after `issue` is committed anybody can see the file.

Web server, worker and clock run as `make run` starts them, on SQLite with the file queue and on PostgreSQL with
Redis. What is asked of them, and what is timed, is in `delivering`.
"""

import json

import django

from benchmarks import places

NAME = "delivery"


def run() -> list[dict]:
    django.setup()
    return [row for engine in places.engines() for row in _on(engine)]


def _on(engine) -> list[dict]:
    with places.product(engine, NAME) as (port, running):
        words = ("-m", "benchmarks.delivering", engine.label, str(port), str(running["worker"].pid))
        return json.loads(places.python(engine, NAME, *words).splitlines()[-1])
