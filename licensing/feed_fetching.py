"""Asking an address for a feed: bounded in time and size, never a private address, never another than was entered.

The name is resolved once, every address of it is judged, and the connection goes to the one that was judged.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from licensing import feed_records

CONNECT_SECONDS = 4
TOTAL_SECONDS = 12
CHUNK = 64 * 1024
AGENT = "euc-feeds/1"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotFetched(Exception):
    """The feed was not fetched; `code` is one of PROBLEMS of the models, `words` say more."""

    def __init__(self, code: str, words: str = "") -> None:
        self.code, self.words = code, words
        super().__init__(f"{code} {words}")


@dataclass(frozen=True)
class Fetched:
    """What came: a body with what the server calls it, or that nothing changed (`content` is None)."""

    content: bytes | None
    etag: str = ""
    last_modified: str = ""


def fetch(url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
    """Ask once. Raises NotFetched, also for what is too large, within TOTAL_SECONDS and the time of the resolver."""
    parts = checked(url)
    address = resolved(parts)
    with _connected(parts, address) as (connection, is_late):
        try:
            found = _asked(connection, parts, etag, last_modified)
        except feed_records.Unreadable as refused:
            raise NotFetched(refused.code, refused.words) from None
        except (OSError, http.client.HTTPException, ValueError) as problem:
            if is_late() or isinstance(problem, TimeoutError):
                raise NotFetched("TOO_SLOW") from None
            if isinstance(problem, http.client.IncompleteRead):
                raise NotFetched("CUT") from None
            raise NotFetched("UNREACHABLE", f"{type(problem).__name__}: {problem}"[:200]) from None
        if is_late():  # what was cut for its slowness looks whole when nobody said how long it is
            raise NotFetched("TOO_SLOW")
        return found


def checked(url: str) -> SplitResult:
    """The parts of an address that may be asked: https, in trials http to this machine too. Raises NotFetched."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotFetched("ADDRESS", "") from None
    host = parts.hostname or ""
    is_odd = parts.username is not None or parts.password is not None or parts.fragment or not host
    if is_odd or not url.isascii() or not url.isprintable() or " " in url or port == 0:
        raise NotFetched("ADDRESS")
    is_trial = (
        parts.scheme == "http" and not settings.PRODUCTION and host in {"localhost", "127.0.0.1", "::1"}
    )
    if parts.scheme != "https" and not is_trial:
        raise NotFetched("ADDRESS", "https")
    return parts


def resolved(parts: SplitResult) -> str:
    """The address to connect to. One that is not public among a name's addresses refuses the name."""
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched("NO_NAME") from None
    addresses = [str(sockaddr[0]) for *_rest, sockaddr in found]
    if not addresses or not all(may_ask(address) for address in addresses):
        raise NotFetched("ADDRESS")
    return addresses[0]


def may_ask(address: str) -> bool:
    """Whether an IP address is public; trials may ask their own machine too."""
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if ip.is_loopback and not settings.PRODUCTION:
        return True
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in _NAT64
    ):
        return False  # an IPv4 address in disguise: whoever means one can write it
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was judged, under the name that was entered."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        self.is_secure = parts.scheme == "https"
        super().__init__(str(parts.hostname), parts.port or (443 if self.is_secure else 80))
        self.address = address
        self.held: socket.socket | None = None  # stays when the answer takes the connection over

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), timeout=CONNECT_SECONDS)
        self.sock = self.held = plain
        if self.is_secure:
            secured = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
            self.sock = self.held = secured


@contextmanager
def _connected(parts: SplitResult, address: str) -> Iterator[tuple[_Pinned, Callable[[], bool]]]:
    """A connection that is cut when its time is over, however slowly the other side sends."""
    connection = _Pinned(parts, address)
    until = time.monotonic() + TOTAL_SECONDS

    def cut() -> None:
        if connection.held is not None:
            with suppress(OSError):
                connection.held.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(TOTAL_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield connection, lambda: time.monotonic() >= until
    finally:
        timer.cancel()
        connection.close()


def _asked(connection: _Pinned, parts: SplitResult, etag: str, last_modified: str) -> Fetched:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": AGENT}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": last_modified} if last_modified else {}
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    if answer.status == 304 and (etag or last_modified):
        return Fetched(None, etag, last_modified)
    if 300 <= answer.status < 400:
        raise NotFetched("REDIRECT", str(answer.status))
    if answer.status != 200:
        raise NotFetched("STATUS", str(answer.status))
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotFetched("CODED")
    tags = _short(answer.headers.get("ETag"), 200), _short(answer.headers.get("Last-Modified"), 100)
    return Fetched(_body(answer), *tags)


def _body(answer: http.client.HTTPResponse) -> bytes:
    meter, found = feed_records.Meter(), bytearray()
    meter.expect(answer.length or 0)
    while chunk := answer.read1(CHUNK):
        meter.count(chunk)
        found += chunk
    if answer.length:
        raise NotFetched("CUT")
    return bytes(found)


def _short(header: str | None, longest: int) -> str:
    """A header to be sent back as it came; one that is too long, or not plain, is none."""
    text = header or ""
    return text if len(text) <= longest and text.isascii() and text.isprintable() else ""
