"""Asking an authority, while a signature is judged, whether it took a certificate back (OCSP, RFC 6960).

Only addresses in OCSP_URLS are asked, and of them the one that the certificate names. What is not a fresh answer to
our own question, signed by the authority or by whom it appointed, is none.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID
from django.conf import settings

from documents import outside, revoking

log = logging.getLogger(__name__)

LONGEST_ANSWER = 64 * 1024
WAIT_SECONDS = 6.0
CLOCKS_DIFFER_AT_MOST = timedelta(minutes=5)
STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class NoAnswer(Exception):
    """Whether the certificate was revoked is not known just now; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What the authority said, and its signed words (DER) for whoever checks later."""

    der: bytes
    revoked_at: datetime | None

    def counts_against(self, signed_by: datetime | None) -> bool:
        """Whether it was revoked, and not only after a moment that somebody trusted told."""
        return self.revoked_at is not None and (signed_by is None or self.revoked_at <= signed_by)


def address_of(certificate: x509.Certificate) -> str:
    """The responder that the certificate names, if it stands in OCSP_URLS; else nothing."""
    try:
        named = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    allowed = {url.rstrip("/"): url for url in settings.OCSP_URLS}
    found = [
        allowed.get(one.access_location.value.rstrip("/"), "")
        for one in named
        if one.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    ]
    return next(filter(None, found), "")


def asked(certificate: x509.Certificate, issuer: x509.Certificate) -> Answer | None:
    """What the responder of the certificate says; None where none of OCSP_URLS is its. Raises NoAnswer."""
    url = address_of(certificate)
    if not url:
        return None
    question = question_about(certificate, issuer)
    headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
    try:
        body = outside.ask(
            url,
            body=question.public_bytes(Encoding.DER),
            headers=headers,
            most=LONGEST_ANSWER,
            seconds=WAIT_SECONDS,
        )
        return judged(body, question, issuer, datetime.now(UTC))
    except (outside.Unasked, NoAnswer) as problem:
        log.warning("No answer by OCSP from %s: %s", url, problem)
        raise NoAnswer(str(problem)) from problem


def question_about(certificate: x509.Certificate, issuer: x509.Certificate) -> ocsp.OCSPRequest:
    """A question with a nonce of its own. The name is hashed by SHA-1, the one that every responder knows."""
    about = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 - a name
    return about.add_extension(x509.OCSPNonce(secrets.token_bytes(32)), critical=False).build()


# --- judging ---------------------------------------------------------------------------------------


def judged(body: bytes, question: ocsp.OCSPRequest, issuer: x509.Certificate, at: datetime) -> Answer:
    """The answer, if it is one to this question, of now, and signed by whom it must be. Raises NoAnswer."""
    try:
        response = ocsp.load_der_ocsp_response(body)
        if response.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise NoAnswer(f"The responder says: {response.response_status.name}.")
        _refuse_unsigned(response, issuer, at)
        _refuse_replayed(response, question)
        single = _about(response, question)
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise NoAnswer(f"The answer cannot be read: {problem}") from problem
    _refuse_old(single, at)
    if single.certificate_status == ocsp.OCSPCertStatus.UNKNOWN:
        raise NoAnswer("The responder does not know the certificate.")
    return Answer(body, single.revocation_time_utc)


def _about(response: ocsp.OCSPResponse, question: ocsp.OCSPRequest) -> ocsp.OCSPSingleResponse:
    def named(one: ocsp.OCSPSingleResponse | ocsp.OCSPRequest) -> tuple[str, int, bytes, bytes]:
        return one.hash_algorithm.name, one.serial_number, one.issuer_name_hash, one.issuer_key_hash

    found = [one for one in response.responses if named(one) == named(question)]
    if len(found) != 1:
        raise NoAnswer("The answer is about another certificate.")
    return found[0]


def _refuse_replayed(response: ocsp.OCSPResponse, question: ocsp.OCSPRequest) -> None:
    try:
        told = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        raise NoAnswer("The answer does not repeat our nonce: it may be an old one.") from None
    if told != question.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce:
        raise NoAnswer("The answer is one to another question.")


def _refuse_old(single: ocsp.OCSPSingleResponse, at: datetime) -> None:
    since, until = single.this_update_utc, single.next_update_utc
    if since > at + CLOCKS_DIFFER_AT_MOST:
        raise NoAnswer("The answer is of the future.")
    if (until or since) < at - CLOCKS_DIFFER_AT_MOST:
        raise NoAnswer("The answer is past its time.")


def _refuse_unsigned(response: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> None:
    """The authority signs itself, or by a certificate that it issued for that purpose."""
    algorithm = response.signature_hash_algorithm
    if not isinstance(algorithm, STRONG):
        raise NoAnswer("The answer is signed too weakly.")
    signers = [issuer, *(one for one in response.certificates if _is_appointed(one, issuer, at))]
    if not any(_has_signed(one, response, algorithm) for one in signers):
        raise NoAnswer("The answer is signed by nobody who may.")


def _is_appointed(certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    is_valid = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    return is_valid and ExtendedKeyUsageOID.OCSP_SIGNING in uses and not _is_withdrawn(certificate, at)


def _is_withdrawn(certificate: x509.Certificate, at: datetime) -> bool:
    """Whether the authority took the appointment back; one marked as never asked about is good while it lasts."""
    try:
        certificate.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except x509.ExtensionNotFound:
        try:
            name = certificate.issuer.public_bytes()
            return revoking.is_revoked(name, certificate.serial_number, at, needed=True)
        except revoking.NoList:
            return True
    return False


def _has_signed(
    certificate: x509.Certificate, response: ocsp.OCSPResponse, algorithm: hashes.HashAlgorithm
) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True
