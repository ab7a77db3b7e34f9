"""Looking for malware in what people bring, by clamd. Where one is set and gives no answer, nothing is taken."""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlsplit

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

WAIT_SECONDS = 20
PIECE = 64 * 1024
LONGEST_ANSWER = 4096
CLEAN, FOUND = b"stream: OK", b" FOUND"


class Infected(Exception):
    """The bytes carry something known; the argument is clamd's name of it."""


class NotScanned(Exception):
    """clamd cannot be reached, or its answer is no yes and no no."""


def scan(content: bytes) -> None:
    """Return when clamd calls the bytes clean, or when no CLAMD_URL is set. Raises Infected or NotScanned."""
    if not settings.CLAMD_URL:
        return
    try:
        answer = _asked(content)
    except (OSError, ValueError) as problem:
        log.error("clamd_unreachable", problem=str(problem))
        raise NotScanned(str(problem)) from problem
    if answer.endswith(FOUND):
        name = answer.removesuffix(FOUND).removeprefix(b"stream: ").decode("ascii", "replace")
        log.warning("malware_refused", name=name, size=len(content))
        raise Infected(name)
    if answer != CLEAN:
        log.error("clamd_unclear", answer=answer.decode("ascii", "replace")[:200])
        raise NotScanned(answer.decode("ascii", "replace")[:200])


def _asked(content: bytes) -> bytes:
    """Send the bytes by INSTREAM and return the whole answer, without its ending zero."""
    with _connected() as line:
        line.settimeout(WAIT_SECONDS)
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0"):
            more = line.recv(LONGEST_ANSWER)
            if not more or len(answer) > LONGEST_ANSWER:
                raise ValueError("clamd ended without an answer.")
            answer += more
    return answer.rstrip(b"\0")


def _connected() -> socket.socket:
    address = urlsplit(settings.CLAMD_URL)
    if address.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(WAIT_SECONDS)
        line.connect(address.path)
        return line
    if address.scheme != "tcp":
        raise ValueError("CLAMD_URL must begin with tcp:// or unix://.")
    return socket.create_connection((address.hostname or "", address.port or 3310), WAIT_SECONDS)
