"""Malware: what clamd finds is refused, and nothing is taken while it is silent, slow or unclear."""

import socket
import socketserver
import struct
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents import scanning, uploads
from euc.demonstration import picture

MARK = b"known-to-the-scanner"


class Clamd(socketserver.BaseRequestHandler):
    """Speaks INSTREAM as clamd does; what it answers besides is the server's choice."""

    def handle(self):
        body, line = b"", self.request.makefile("rb")
        assert line.read(10) == b"zINSTREAM\0"
        while length := struct.unpack("!L", line.read(4))[0]:
            body += line.read(length)
        self.server.seen.append(body)
        if self.server.answer is not None:
            self.request.sendall(self.server.answer)
        elif MARK in body:
            self.request.sendall(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
        else:
            self.request.sendall(b"stream: OK\0")


@pytest.fixture
def clamd(settings):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
    server.seen, server.answer = [], None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


def test_clean_bytes_pass_whole(clamd):
    content = bytes(range(256)) * 1000
    scanning.scan(content)
    assert clamd.seen == [content]


def test_malware_is_named(clamd):
    with pytest.raises(scanning.Infected, match="EICAR"):
        scanning.scan(b"x" * 70_000 + MARK)


@pytest.mark.parametrize(
    "answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK", b"OK\0", b"?" * 9000]
)
def test_any_other_answer_is_none(clamd, answer):
    clamd.answer = answer
    with pytest.raises(scanning.NotScanned):
        scanning.scan(b"x")


def test_silence_is_no_answer(settings, monkeypatch):
    monkeypatch.setattr(scanning, "WAIT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(scanning.NotScanned):
            scanning.scan(b"x")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl", "http://127.0.0.1"])
def test_who_is_not_there_fails_closed(settings, address):
    settings.CLAMD_URL = address
    with pytest.raises(uploads.UploadRefused, match="none is taken"):
        uploads.check(SimpleUploadedFile("a.png", picture("a")))


def test_an_upload_with_malware_is_refused_by_name(clamd):
    clamd.answer = b"stream: Win.Test.EICAR_HDB-1 FOUND\0"
    with pytest.raises(uploads.UploadRefused, match=r"malware \(Win\.Test\.EICAR_HDB-1\)"):
        uploads.check(SimpleUploadedFile("a.png", picture("a")))


def test_without_an_address_nothing_is_asked(settings):
    settings.CLAMD_URL = ""
    assert uploads.check(SimpleUploadedFile("a.png", picture("a"))).media_type == uploads.PNG
