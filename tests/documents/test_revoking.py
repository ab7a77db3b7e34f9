"""Lists of revoked certificates: fetched and judged, embedded where one seals or signs, and what they refuse."""

import io
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from documents import countersigning, importers_token, keys, revoking, signing, stamping, verifying
from documents.importers_token import Token
from tests.documents import poppler

FIRM = "Sahyadri EV Motors Private Limited"
NOW = datetime.now(UTC)


@pytest.fixture
def own_keys(settings, tmp_path, key_settings):
    """Keys and lists of this test alone, for it changes lists."""
    for name, value in key_settings.items():
        setattr(settings, name, tmp_path / "keys" / (value.name if name != "KEYS_DIR" else ""))
    keys.make()


@pytest.fixture
def file(unsealed, own_keys):
    return signing.seal(unsealed, reason="EUC", at=NOW, leaves_field=countersigning.FIELD).content


def store_of(content):
    return DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(content)))


def check(content, file):
    return countersigning.check(content, sealed=file, sealed_at=NOW, organisation=FIRM)


def certificate():
    return signing.current_signer().certificate


def test_a_sealed_file_holds_the_lists_of_the_seal_and_of_the_time(file):
    store = store_of(file)
    lists = [x509.load_der_x509_crl(one.get_object().data) for one in store.crls]
    named = {one.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value for one in lists}
    assert named == {"DEMONSTRATION root", "DEMONSTRATION time-stamping root"}
    assert len(store.certs) == 3  # the seal, its root, and the root of the time


def test_the_seal_covers_the_lists(file):
    (seal,) = verifying.signatures_of(file)
    assert all((seal.whole_file, seal.intact, seal.valid, seal.trusted, seal.unchanged))
    assert file.count(b"/ByteRange") == 1


def test_poppler_accepts_the_file(file, tmp_path):
    told = poppler.signatures(file, tmp_path)
    assert "Signature is Valid" in told
    assert "Total document signed" in told


def judged_without_network(content, number, *, roots, store=None):
    """What pyHanko says of a signature when no certificate may be revoked and lists come from the file alone."""
    given = {
        "trust_roots": [signing._asn1(one) for one in roots],
        "allow_fetching": False,
        "revocation_mode": "require",
    }
    context = store.as_validation_context(given) if store else ValidationContext(**given, crls=[])
    signature = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures[number]
    return validate_pdf_signature(signature, context, context)


def test_another_program_finds_all_it_needs_in_the_file(file):
    roots = [*signing.current_signer().chain, *stamping.roots()]
    found = judged_without_network(file, 0, roots=roots, store=store_of(file))
    assert found.bottom_line
    assert found.timestamp_validity.trusted


def test_it_does_not_trust_the_seal_without_them(file):
    roots = [*signing.current_signer().chain, *stamping.roots()]
    assert not judged_without_network(file, 0, roots=roots).bottom_line


def test_a_file_without_lists_is_sealed_as_before(unsealed, own_keys, settings, tmp_path):
    settings.REVOCATION_LISTS = str(tmp_path / "none")
    assert b"/DSS" not in signing.seal(unsealed, reason="EUC", at=NOW).content


def test_a_missing_list_stops_the_seal_where_lists_are_required(unsealed, own_keys, settings, tmp_path):
    settings.REVOCATION_LISTS = str(tmp_path / "none")
    settings.REVOCATION_LIST_URLS = ["https://ca.invalid/list.crl"]
    with pytest.raises(revoking.NoList, match="not at hand"):
        signing.seal(unsealed, reason="EUC", at=NOW)


def test_a_list_past_its_day_does_not_count(own_keys, settings):
    issuer = certificate().issuer.public_bytes()
    late = revoking.at_hand(issuer).next_update_utc + timedelta(seconds=1)
    assert revoking.current(issuer, late) is None
    settings.REVOCATION_LIST_URLS = ["https://ca.invalid/list.crl"]
    with pytest.raises(revoking.NoList, match="outdated"):
        revoking.current(issuer, late)


def test_a_revoked_sealing_certificate_seals_nothing(unsealed, own_keys):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (root,) = signing.current_signer().chain
    revoking.issue(key, root, [(certificate().serial_number, NOW - timedelta(days=1))])
    with pytest.raises(signing.NoKey, match="revoked"):
        signing.seal(unsealed, reason="EUC", at=NOW)


class TestTheImportersSignature:
    def test_stays_as_it_was_brought(self, file):
        brought = importers_token.sign(file, Token(FIRM))
        assert check(brought, file).content == brought

    def test_is_refused_when_its_certificate_is_revoked(self, file):
        brought = importers_token.sign(file, Token(FIRM, revoked_at=NOW + timedelta(minutes=1)))
        with pytest.raises(countersigning.Refused, match="revoked by its certifying authority"):
            check(brought, file)

    def test_made_before_the_revocation_holds_where_a_trusted_time_says_so(self, file):
        token = Token(FIRM, revoked_at=NOW + timedelta(days=1), is_stamped=True)
        assert check(importers_token.sign(file, token), file).stamped_at is not None

    def test_made_after_the_revocation_is_refused_with_a_trusted_time_too(self, file):
        token = Token(FIRM, revoked_at=NOW - timedelta(days=1), is_stamped=True)
        with pytest.raises(countersigning.Refused, match="revoked by its certifying authority"):
            check(importers_token.sign(file, token), file)

    def test_waits_for_a_list_that_must_be_there(self, file, settings):
        brought = importers_token.sign(file, Token(FIRM))
        for one in revoking.folder().glob("*.crl"):
            one.unlink()
        settings.REVOCATION_LIST_URLS = ["https://ca.invalid/list.crl"]
        with pytest.raises(countersigning.Refused, match="not at hand just now"):
            check(brought, file)


class TestFetching:
    @pytest.fixture
    def served(self, settings):
        """`served(content)`: an address of this machine that answers with these bytes."""
        servers = []

        def start(content, status=200):
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(status)
                    self.send_header("Location", "http://127.0.0.1:9/")
                    self.end_headers()
                    self.wfile.write(content)

                def log_message(self, *_given):
                    pass

            server = HTTPServer(("127.0.0.1", 0), Handler)
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            servers.append(server)
            settings.REVOCATION_LIST_URLS = [f"http://127.0.0.1:{server.server_port}/"]

        yield start
        for server in servers:
            server.shutdown()
            server.server_close()

    def list_of_the_seal(self):
        return revoking.at_hand(certificate().issuer.public_bytes())

    @pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
    def test_a_list_is_kept_once(self, own_keys, served, encoding):
        own = self.list_of_the_seal()
        for one in revoking.folder().glob("*.crl"):
            one.unlink()
        served(own.public_bytes(encoding))
        assert [(one.is_new, one.problem) for one in revoking.fetch()] == [(True, "")]
        assert [(one.is_new, one.problem) for one in revoking.fetch()] == [(False, "")]
        assert self.list_of_the_seal() == own

    def test_an_older_list_does_not_replace_a_newer_one(self, own_keys, served):
        older = self.list_of_the_seal()
        key, authority = importers_token._authority()
        mine = revoking.at_hand(authority.subject.public_bytes())
        served(mine.public_bytes(Encoding.DER))
        later = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.subject)
            .last_update(NOW)
            .next_update(NOW + timedelta(days=1))
        )
        revoking.keep(later.sign(key, hashes.SHA256()))
        assert not revoking.fetch()[0].is_new
        assert revoking.at_hand(authority.subject.public_bytes()).last_update_utc > mine.last_update_utc
        assert self.list_of_the_seal() == older

    @pytest.mark.parametrize(
        ("content", "status", "words"),
        [
            (b"<html>sign in</html>", 200, "no list"),
            (b"", 200, "no list"),
            (b"gone", 404, "404"),
            (b"", 302, "302"),
        ],
    )
    def test_what_is_no_list_is_refused(self, own_keys, served, content, status, words):
        served(content, status)
        (found,) = revoking.fetch()
        assert words in found.problem
        assert not found.is_new

    def test_a_list_of_a_stranger_or_with_a_foreign_signature_is_refused(self, own_keys):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        (root,) = signing.current_signer().chain
        genuine = self.list_of_the_seal()
        revoking.issue(key, root)
        forged = self.list_of_the_seal().public_bytes(Encoding.DER)
        with pytest.raises(revoking.Unfit, match="signature of the list"):
            revoking.judged(forged, [root], NOW)
        with pytest.raises(revoking.Unfit, match="none of the authorities"):
            revoking.judged(genuine.public_bytes(Encoding.DER), stamping.roots(), NOW)
        after = genuine.next_update_utc + timedelta(days=1)
        with pytest.raises(revoking.Unfit, match="to be replaced"):
            revoking.judged(genuine.public_bytes(Encoding.DER), [root], after)

    def test_a_list_that_is_too_large_is_not_read_whole(self, own_keys, served, monkeypatch):
        monkeypatch.setattr(revoking, "LONGEST_LIST", 100)
        served(b"x" * 1000)
        assert "larger" in revoking.fetch()[0].problem

    def test_the_command_fails_when_an_address_does(self, own_keys, settings):
        settings.REVOCATION_LIST_URLS = ["http://127.0.0.1:9/list.crl"]
        with pytest.raises(CommandError, match="those at hand stay"):
            call_command("fetch_revocation_lists", stdout=io.StringIO())
