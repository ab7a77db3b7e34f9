"""Time-stamps: from an authority by address or the demonstration's own, checked, and never left out."""

import asyncio
import hashlib
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from asn1crypto import cms, tsp
from pyhanko.sign.timestamps.common_utils import get_nonce

from config import checks
from documents import keys, signing, stamping
from documents.models import Document, StoredFile
from tests.documents.conftest import AT


def seal(unsealed):
    return signing.seal(unsealed, reason="r", at=AT)


def signer_info(sealed):
    _covered, signature = signing._covered(sealed.content)
    return cms.ContentInfo.load(signature)["content"]["signer_infos"][0]


@pytest.fixture
def granting(sealing_key):
    """The demonstration's authority, as others may ask it."""
    return stamping.authority()


@pytest.fixture
def authority(settings, granting):
    """`authority(answer)`: an authority at an address of this machine; `answer` makes bytes of a question."""
    servers = []

    def start(answer=None, status=200, **headers):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                question = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
                body = (answer or granted)(question)
                self.send_response(status)
                for name, value in {"Content-Type": "application/timestamp-reply", **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_given):
                pass

        def granted(question):
            return response_to(granting, question)

        server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        settings.TIME_STAMP_URL = f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def response_to(granting, question):
    return asyncio.run(granting.async_request_tsa_response(question)).dump()


class TestDemonstration:
    def test_stamps_every_seal_with_the_time_of_sealing(self, unsealed, sealing_key):
        told = stamping.check(signer_info(seal(unsealed)))
        assert abs(told - datetime.now(UTC)) < timedelta(seconds=30)

    def test_says_everywhere_that_it_is_a_demonstration(self, granting):
        assert "DEMONSTRATION" in granting.tsa_cert.subject.human_friendly

    def test_is_none_in_production(self, sealing_key, settings):
        settings.PRODUCTION = True
        assert stamping.authority() is None

    def test_is_made_for_a_seal_that_was_made_earlier(self, sealing_key, settings, tmp_path):
        settings.KEYS_DIR = tmp_path
        assert stamping.authority() is None
        assert keys.make() is True
        assert stamping.authority() is not None
        assert keys.make() is False
        assert (tmp_path / stamping.DEMONSTRATION_KEY).stat().st_mode & 0o077 == 0

    def test_is_no_authority_with_a_damaged_key(self, unsealed, sealing_key, settings, tmp_path):
        settings.KEYS_DIR = tmp_path
        (tmp_path / stamping.DEMONSTRATION_KEY).write_bytes(b"damaged")
        with pytest.raises(stamping.NoTimeStamp, match="cannot be read"):
            seal(unsealed)


class TestByAddress:
    def test_stamps_the_seal(self, unsealed, authority):
        authority()
        assert stamping.check(signer_info(seal(unsealed)))

    def test_is_asked_in_production_too(self, unsealed, authority, settings):
        settings.PRODUCTION = True
        authority()
        assert stamping.check(signer_info(seal(unsealed)))


class TestFailsClosed:
    """Whatever is wrong with the authority, nothing comes out and nothing is stored."""

    @pytest.fixture(autouse=True)
    def nothing_is_stored(self, db):
        yield
        assert not StoredFile.objects.exists()
        assert not Document.objects.exists()

    def refused(self, unsealed, match):
        with pytest.raises(stamping.NoTimeStamp, match=match):
            seal(unsealed)

    def test_when_nobody_listens(self, unsealed, sealing_key, settings):
        settings.TIME_STAMP_URL = "http://127.0.0.1:9/"
        self.refused(unsealed, "out of reach")

    def test_when_the_name_is_unknown(self, unsealed, sealing_key, settings):
        settings.TIME_STAMP_URL = "http://time-stamps.invalid/"
        self.refused(unsealed, "out of reach")

    def test_when_it_is_too_slow(self, unsealed, authority, monkeypatch):
        monkeypatch.setattr(stamping, "WAIT_SECONDS", 0.1)
        authority(lambda question: time.sleep(0.4) or b"")
        self.refused(unsealed, "out of reach")

    @pytest.mark.parametrize("status", [302, 403, 500, 503])
    def test_when_it_answers_with_an_error(self, unsealed, authority, status):
        authority(status=status, Location="http://127.0.0.1:9/")
        self.refused(unsealed, "out of reach")

    @pytest.mark.parametrize("body", [b"", b"<html>", b"\x30\x03\x02\x01\x00"])
    def test_when_it_answers_something_else(self, unsealed, authority, body):
        authority(lambda question: body)
        with pytest.raises(stamping.NoTimeStamp):
            seal(unsealed)

    def test_when_it_answers_without_end(self, unsealed, authority):
        authority(lambda question: b"\x30" * (stamping.LONGEST_TOKEN + 2))
        self.refused(unsealed, "too much")

    def test_when_it_refuses(self, unsealed, authority):
        rejection = bytes.fromhex("30053003020102")  # a status alone, as RFC 3161 has it
        authority(lambda question: rejection)
        self.refused(unsealed, "gives no token")

    def test_when_it_answers_another_question(self, unsealed, authority, granting):
        authority(lambda question: response_to(granting, changed(question, nonce=get_nonce())))
        self.refused(unsealed, "another question")

    def test_when_it_stamps_other_bytes(self, unsealed, authority, granting):
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(b"x").digest()}
        authority(lambda question: response_to(granting, changed(question, message_imprint=imprint)))
        self.refused(unsealed, "other bytes")

    def test_when_it_is_of_another_root(self, unsealed, authority, settings):
        settings.TIME_STAMP_TRUST_ROOTS = str(settings.SEAL_TRUST_ROOTS)
        authority()
        self.refused(unsealed, "no root")

    def test_when_no_root_is_known(self, unsealed, authority, settings, tmp_path):
        settings.TIME_STAMP_TRUST_ROOTS = str(tmp_path / "none.pem")
        authority()
        self.refused(unsealed, "cannot be read")

    @pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 365])
    def test_when_its_clock_and_ours_differ(self, unsealed, authority, granting, monkeypatch, minutes):
        monkeypatch.setattr(granting, "fixed_dt", datetime.now(UTC) + timedelta(minutes=minutes))
        authority()
        with pytest.raises(stamping.NoTimeStamp, match=r"another time|no root"):
            seal(unsealed)

    def test_when_the_token_was_left_out(self, unsealed, sealing_key, monkeypatch):
        with monkeypatch.context() as without:
            without.setattr(stamping, "authority", lambda: None)
            plain = seal(unsealed)
        with pytest.raises(stamping.NoTimeStamp):
            signing.confirm(plain.content, signing.current_signer().certificate, stamped=True)


def changed(question, **members):
    asked = {name: question[name].native for name in ("version", "message_imprint", "nonce", "cert_req")}
    return tsp.TimeStampReq(asked | members)


class TestSettings:
    def test_warn_where_production_has_no_authority(self, settings):
        settings.TIME_STAMP_URL = ""
        assert [warning.id for warning in checks._time_stamps()] == ["config.W002"]

    def test_refuse_an_authority_without_its_roots(self, settings, tmp_path):
        settings.TIME_STAMP_URL, settings.TIME_STAMP_TRUST_ROOTS = (
            "https://tsa.example/",
            str(tmp_path / "no.pem"),
        )
        assert [error.id for error in checks._time_stamps()] == ["config.E008"]
