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

from celery import current_app

log = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE = 30.0  # seconds

_hints: queue.Queue[int] = queue.Queue(maxsize=1000)
_thread: threading.Thread | None = None
_pid: int | None = None
_lock = threading.Lock()


def ring(errand_id: int) -> None:
    """Hint that an errand is due; returns at once whatever the broker does."""
    _ensure_thread()
    try:
        _hints.put_nowait(errand_id)
    except queue.Full:
        log.warning("the broker is slow; errand %s is left to the sweep", errand_id)


def publish(errand_id: int) -> None:
    """Send the hint to the broker now; may block or raise. For workers and the ringing thread."""
    current_app.send_task("workflow.tasks.run_errand", (errand_id,), retry=False)


def _ensure_thread() -> None:
    global _thread, _pid
    with _lock:
        if _thread is None or not _thread.is_alive() or _pid != os.getpid():
            _pid = os.getpid()
            _thread = threading.Thread(target=_forward, name="doorbell", daemon=True)
            _thread.start()


def _forward() -> None:
    silent_until = 0.0
    while True:
        errand_id = _hints.get()
        if time.monotonic() < silent_until:
            continue
        try:
            publish(errand_id)
        except Exception:
            silent_until = time.monotonic() + PAUSE_AFTER_FAILURE
            log.exception("the broker does not answer; hints pause for %s seconds", PAUSE_AFTER_FAILURE)
