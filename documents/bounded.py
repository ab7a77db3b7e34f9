"""Reading hostile bytes in a child process with little memory, little time and no network."""

import json
import subprocess
import sys
import threading
from pathlib import Path

PROGRAM = Path(__file__).with_name("child.py")
WALL_SECONDS = 15
_SEATS = threading.BoundedSemaphore(2)


class TooCostly(Exception):
    """The child used up its time or memory, or fell over: the bytes are not worth reading."""


class Busy(Exception):
    """Too many children are at work; try again in a moment."""


def read(task: str, content: bytes, **given) -> dict:
    """Let a child do `task` (a function of child.py) on `content` and return its answer.

    Raises `TooCostly` or `Busy`. Whatever the bytes do, this process only ever sees a short JSON answer.
    """
    if not _SEATS.acquire(timeout=WALL_SECONDS):
        raise Busy
    try:
        return _ask(json.dumps({"task": task, **given}).encode() + b"\n" + content)
    finally:
        _SEATS.release()


def _ask(question: bytes) -> dict:
    try:
        answer = subprocess.run(  # noqa: S603 - our own program; the bytes go in by stdin
            [sys.executable, "-I", str(PROGRAM)],
            input=question,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=True,
            env={"LANG": "C.UTF-8"},
        )
        return json.loads(answer.stdout)
    except (subprocess.SubprocessError, ValueError) as problem:
        raise TooCostly from problem
