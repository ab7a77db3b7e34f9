"""A small HTTP client that costs little itself, so that the server is what is measured."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count


class Failed(Exception):
    """The server closed the connection or answered with another status than 200."""


class Connection:
    """One kept-alive connection to 127.0.0.1."""

    def __init__(self, port: int):
        self.port = port
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def get(self, path: str) -> int:
        """Ask for a page; the length of its body. Raises Failed."""
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        self.socket.sendall(request)
        head = self._until(b"\r\n\r\n")
        if b" 200 " not in head[:16]:
            raise Failed(f"{path}: {head[:80]!r}")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        self._take(length)
        if b"connection: close" in head.lower():
            self.socket.close()
            self._open()
        return length

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.rest:
            self._receive()
        head, _, self.rest = self.rest.partition(mark)
        return head

    def _take(self, length: int) -> None:
        while len(self.rest) < length:
            self._receive()
        self.rest = self.rest[length:]

    def _receive(self) -> None:
        received = self.socket.recv(65536)
        if not received:
            raise Failed("the server closed the connection")
        self.rest += received

    def close(self) -> None:
        self.socket.close()


def milliseconds(connection: Connection, path: str) -> float:
    before = time.perf_counter()
    connection.get(path)
    return (time.perf_counter() - before) * 1000


def rate(port: int, paths: Callable[[int], str], *, seconds: float, connections: int) -> float:
    """Requests a second over so many connections at once; `paths(n)` names the n-th page."""
    numbers, until, done = count(), time.perf_counter() + seconds, []
    workers = [
        threading.Thread(target=lambda: done.append(_ask_until(port, paths, numbers, until)))
        for _ in range(connections)
    ]
    before = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if len(done) < connections:
        raise Failed("a connection broke; the message stands above")
    return sum(done) / (time.perf_counter() - before)


def _ask_until(port: int, paths: Callable[[int], str], numbers: Iterator[int], until: float) -> int:
    connection, asked = Connection(port), 0
    while time.perf_counter() < until:
        connection.get(paths(next(numbers)))
        asked += 1
    connection.close()
    return asked
