"""Asking an address of the settings: once, without following redirects, bounded in size and in all its time."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import closing, suppress
from urllib.parse import urlsplit

CONNECT_SECONDS = 5


class Unasked(OSError):
    """Nothing usable came: out of reach, too slow, too long, or another status than 200. The text says which."""


def ask(url: str, *, headers: dict[str, str], most: int, seconds: float, body: bytes | None = None) -> bytes:
    """What the address answers, at most `most` bytes within `seconds` and the time to resolve. Raises Unasked."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Unasked("The address is neither http nor https.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with closing(kind(parts.hostname, parts.port, timeout=CONNECT_SECONDS)) as connection:
            connection.connect()
            return _asked(connection, target, headers, body, most, seconds)
    except Unasked:
        raise
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise Unasked(f"It is out of reach: {type(problem).__name__}: {problem}") from problem


def _asked(
    connection: http.client.HTTPConnection,
    target: str,
    headers: dict[str, str],
    body: bytes | None,
    most: int,
    seconds: float,
) -> bytes:
    is_late = threading.Event()
    held = connection.sock  # stays when the answer takes the connection over
    held.settimeout(seconds)

    def cut() -> None:
        is_late.set()
        with suppress(OSError):
            held.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        connection.request("GET" if body is None else "POST", target, body=body, headers=headers)
        answer = connection.getresponse()
        found = answer.read(most + 1)
    except (OSError, http.client.HTTPException) as problem:
        if is_late.is_set() or isinstance(problem, TimeoutError):
            raise Unasked("It answers too slowly.") from None
        raise
    finally:
        timer.cancel()
    if is_late.is_set():  # what was cut for its slowness looks whole when nobody said how long it is
        raise Unasked("It answers too slowly.")
    if answer.status != 200:
        raise Unasked(f"It answers {answer.status} {answer.reason}.")
    if len(found) > most:
        raise Unasked(f"The answer is larger than {most:,} bytes.")
    return found
