"""An exporter's own server on this machine: the list of records that a feed fetches, with its bad days."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ExportersServer(ThreadingHTTPServer):
    """Says `body`; with a `fault` it fails, breaks off in the middle, or speaks no known encoding."""

    daemon_threads = True
    body = b"[]"
    fault = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/records"


class _Handler(BaseHTTPRequestHandler):
    server: ExportersServer

    def log_message(self, *_args: object) -> None:
        return

    def do_GET(self) -> None:
        body, fault = self.server.body, self.server.fault
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if fault == "down":
            self._answer(500, b"")
        elif fault == "cut":
            self._answer(200, body[:-3], len(body))
        elif fault == "garbled":
            self._answer(200, b"\xff" + body)
        elif self.headers.get("If-None-Match") == etag:
            self._answer(304, b"", etag=etag)
        else:
            self._answer(200, body, etag=etag)

    def _answer(self, status: int, body: bytes, length: int | None = None, etag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served() -> Iterator[ExportersServer]:
    """A running server."""
    server = ExportersServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
