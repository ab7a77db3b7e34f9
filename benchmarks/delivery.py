"""From the decision to the signed document: how long after `issue` is committed anybody can see the file.

Web server, worker and clock run as `make run` starts them, on SQLite with the file queue and on PostgreSQL with
Redis. What is asked of them, and what is timed, is in `delivering`.
"""

import contextlib
import json
import signal

import django

from benchmarks import places
from scripts import services

NAME = "delivery"


def run() -> list[dict]:
    django.setup()
    return [row for engine in places.engines() for row in _on(engine)]


def _on(engine) -> list[dict]:
    from config.management.commands import up

    places.prepared(engine, NAME)
    listeners = up.listen(0)
    port = listeners[0].getsockname()[1]
    with contextlib.ExitStack() as stack:
        running = {}
        for child in up.Command().children(listeners, port):
            log = stack.enter_context((places.folder() / f"{engine.label}-{child.name}.log").open("ab"))
            started = services.running(
                child.command,
                signal.SIGTERM,
                env=places.env(engine, NAME),
                cwd=places.ROOT,
                stderr=log,
                pass_fds=child.pass_fds,
            )
            running[child.name] = stack.enter_context(started)
        for listener in listeners:
            listener.close()
        words = ("-m", "benchmarks.delivering", engine.label, str(port), str(running["worker"].pid))
        return json.loads(places.python(engine, NAME, *words).splitlines()[-1])
