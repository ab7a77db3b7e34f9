"""Whether anybody at the web server waits while a thousand sources are asked, some of which say nothing at all.

Web server, worker and clock run as `make run` starts them. What is asked, and what is timed, is in `polled`.
"""

import json

import django

from benchmarks import places

NAME = "polling"


def run() -> list[dict]:
    django.setup()
    return [row for engine in places.engines() for row in _on(engine)]


def _on(engine) -> list[dict]:
    with places.product(engine, NAME) as (port, _running):
        words = ("-m", "benchmarks.polled", engine.label, str(port))
        return json.loads(places.python(engine, NAME, *words).splitlines()[-1])
