"""Telling a worker that an errand waits, without ever making a request wait for the broker.

Hints go through a small queue to a daemon thread. When the broker fails or hangs the thread waits, the queue
fills and further hints are dropped: the sweep finds the errands.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from typing import Any

from celery import current_app

log = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE = 30.0  # seconds

# How long a broker reached by network has, in seconds, and how often it is asked again.
ANSWER_WITHIN = {"socket_connect_timeout": 2, "socket_timeout": 5, "max_retries": 0}

_hints: queue.Queue[int]
_thread: threading.Thread | None
_lock: threading.Lock


def _begin() -> None:
    """A process starts with no hints and no thread: what a fork copied belongs to the parent."""
    global _hints, _thread, _lock
    _hints, _thread, _lock = queue.Queue(maxsize=1000), None, threading.Lock()


_begin()
os.register_at_fork(after_in_child=_begin)


def ring(errand_id: int) -> None:
    """Hint that an errand is due; returns at once whatever the broker does."""
    _ensure_thread()
    try:
        _hints.put_nowait(errand_id)
    except queue.Full:
        log.warning("the broker is slow; errand %s is left to the sweep", errand_id)


def publish(errand_id: int, **through: Any) -> None:
    """Send the hint to the broker now; may block or raise. For workers and the ringing thread."""
    current_app.send_task("workflow.tasks.run_errand", (errand_id,), retry=False, **through)


def _ensure_thread() -> None:
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_forward, args=(_hints,), name="doorbell", daemon=True)
            _thread.start()


def _forward(hints: queue.Queue[int]) -> None:
    """Send hint after hint, over a connection that gives up on a silent broker; pause after a failure."""
    connection, silent_until = None, 0.0
    while True:
        errand_id = hints.get()
        if time.monotonic() < silent_until:
            continue
        try:
            connection = connection or current_app.connection_for_write(transport_options=ANSWER_WITHIN)
            publish(errand_id, connection=connection)
        except Exception:
            connection, silent_until = None, time.monotonic() + PAUSE_AFTER_FAILURE
            log.exception("the broker does not answer; hints pause for %s seconds", PAUSE_AFTER_FAILURE)
