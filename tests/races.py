"""Doing several things at once, each on a database connection of its own; for tests marked `services`."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

PATIENCE_SECONDS = 30


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Start all calls at one moment; their results in order, an exception where one was raised."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(position: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(PATIENCE_SECONDS)
            results[position] = call()
        except Exception as error:  # the caller judges it
            results[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=given, daemon=True) for given in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "a call never came back"
    return results
