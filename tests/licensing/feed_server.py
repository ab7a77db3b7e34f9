"""A feed's other side on this machine, with faults: slow, failing, broken, doubled, endless, without memory."""

import hashlib
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Feed:
    """What the server says, how it misbehaves, and the requests it has seen."""

    records: list = field(default_factory=list)
    fault: str = ""
    encoding: str = "utf-8"
    url: str = ""
    seen: list = field(default_factory=list)  # headers of each request
    sent: int = 0  # bytes of bodies

    @property
    def body(self) -> bytes:
        return json.dumps({"records": self.records}, ensure_ascii=False).encode(self.encoding)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        return

    def do_GET(self):
        feed = self.server.feed
        feed.seen.append(dict(self.headers))
        try:
            getattr(self, f"_{feed.fault or 'well'}")(feed)
        except OSError:
            self.close_connection = True

    def _answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.server.feed.sent += len(body)

    def _well(self, feed):
        etag = f'"{hashlib.sha256(feed.body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            return self._answer(304, ETag=etag)
        return self._answer(200, feed.body, ETag=etag, Last_Modified="Thu, 26 Nov 2026 04:00:00 GMT")

    def _without_etag(self, feed):
        self._answer(200, feed.body)

    def _failing(self, feed):
        self._answer(500, b"down")

    def _redirect(self, feed):
        self._answer(302, Location="http://169.254.169.254/latest/")

    def _broken(self, feed):
        self._answer(200, feed.body[:-5])

    def _cut(self, feed):
        self._answer(200, feed.body[:-5], Content_Length=str(len(feed.body)))
        self.close_connection = True

    def _zipped(self, feed):
        self._answer(200, feed.body, Content_Encoding="gzip")

    def _huge(self, feed):
        """Promises 50 MB."""
        self._answer(200, b"[", Content_Length=str(50 * 1024 * 1024))
        self.close_connection = True

    def _endless(self, feed):
        """Never says how long it is and never ends."""
        self._stream(b"x" * 65536)

    def _million(self, feed):
        """A million rows and more, piece by piece."""
        self._stream(b'{"id":1},' * 1000)

    def _stream(self, piece):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.server.feed.sent += len(piece)

    def _drip(self, feed):
        """A byte now and then: no single read is ever too slow."""
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def _silent(self, feed):
        self.server.stopped.wait(30)


@contextmanager
def feed_server(context=None):
    """A running server and what it says; behind TLS with an SSL context."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads, server.block_on_close = True, False
    server.stopped = threading.Event()
    server.feed = Feed(url=f"http://127.0.0.1:{server.server_port}/feed?list=1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.feed
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
