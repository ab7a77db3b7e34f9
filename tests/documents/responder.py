"""A responder (OCSP) of the demonstration's certifying authority, well or badly behaved on demand."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from documents import importers_token

HOUR = timedelta(hours=1)
STATUSES = {"revoked": ocsp.OCSPCertStatus.REVOKED, "unknown": ocsp.OCSPCertStatus.UNKNOWN}
UNSUCCESSFUL = {
    "try later": ocsp.OCSPResponseStatus.TRY_LATER,
    "internal error": ocsp.OCSPResponseStatus.INTERNAL_ERROR,
    "unauthorised": ocsp.OCSPResponseStatus.UNAUTHORIZED,
}
APPOINTED = {
    "appointed": {},
    "appointed, to be asked about": {"no_check": False},
    "appointed for another purpose": {"use": ExtendedKeyUsageOID.TIME_STAMPING},
    "appointed by somebody else": {"own": True},
    "appointed long ago": {"until": -HOUR},
}


def answer(question: bytes, way: str, *, revoked_at: datetime | None = None) -> bytes:
    """What the responder says to a question (DER), as DER."""
    if way in UNSUCCESSFUL:
        return ocsp.OCSPResponseBuilder.build_unsuccessful(UNSUCCESSFUL[way]).public_bytes(Encoding.DER)
    asked, now = ocsp.load_der_ocsp_request(question), datetime.now(UTC)
    key, authority = importers_token._authority()
    since, until = {"expired": (-3 * HOUR, -HOUR), "future": (HOUR, 2 * HOUR)}.get(way, (-HOUR, HOUR))
    is_revoked = way == "revoked"
    built = ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=asked.issuer_name_hash,
        issuer_key_hash=bytes(20) if way == "other authority" else asked.issuer_key_hash,
        serial_number=asked.serial_number + (way == "wrong certificate"),
        algorithm=hashes.SHA1(),
        cert_status=STATUSES.get(way, ocsp.OCSPCertStatus.GOOD),
        this_update=now + since,
        next_update=None if way == "no end" else now + until,
        revocation_time=(revoked_at or now - HOUR) if is_revoked else None,
        revocation_reason=x509.ReasonFlags.key_compromise if is_revoked else None,
    )
    signer = authority
    if way in APPOINTED:
        key, signer = _appointed(**APPOINTED[way])
        built = built.certificates([signer])
    if way == "wrong signer":
        key, signer = _namesake(authority)
    nonce = {"replayed nonce": bytes(32), "no nonce": None}.get(way, _nonce(asked))
    if nonce is not None:
        built = built.add_extension(x509.OCSPNonce(nonce), critical=False)
    signed = built.responder_id(ocsp.OCSPResponderEncoding.HASH, signer).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.DER)


def _nonce(asked: ocsp.OCSPRequest) -> bytes:
    return asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce


def _appointed(use=ExtendedKeyUsageOID.OCSP_SIGNING, *, no_check=True, own=False, until=HOUR):
    """A key with a certificate for answering in the authority's name."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    authority_key, authority = importers_token._authority()
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Responder (test)")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 24 * HOUR)
        .not_valid_after(now + until)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    )
    if no_check:
        built = built.add_extension(x509.OCSPNoCheck(), critical=False)
    return key, built.sign(key if own else authority_key, hashes.SHA256())


def _namesake(authority: x509.Certificate):
    """A stranger's key under the authority's name."""
    key = ec.generate_private_key(ec.SECP256R1())
    built = (
        x509.CertificateBuilder()
        .subject_name(authority.subject)
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(authority.serial_number)
        .not_valid_before(authority.not_valid_before_utc)
        .not_valid_after(authority.not_valid_after_utc)
    )
    return key, built.sign(key, hashes.SHA256())


@contextlib.contextmanager
def serving(answered: Callable[[bytes], bytes], *, status: int = 200):
    """An address of this machine that answers questions; it yields the address and the questions that came."""
    questions: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            question = self.rfile.read(int(self.headers["Content-Length"]))
            questions.append(question)
            body = answered(question)
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            with contextlib.suppress(OSError):  # who asked may have hung up
                self.wfile.write(body)

        def log_message(self, *_given):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ocsp", questions
    finally:
        server.shutdown()
        server.server_close()
