"""RFC 3161 time-stamps: whom to ask, and whether the token that came says what it must. No token, no document.

Production names an authority by TIME_STAMP_URL. Elsewhere a demonstration authority answers inside the process with a
key of this machine. Without either, seals carry the signer's own time alone.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import cms, core, keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.conf import settings

DEMONSTRATION_KEY, DEMONSTRATION_ROOT = "time-stamp.p12", "time-stamp-trust.pem"
LONGEST_TOKEN = 64 * 1024
WAIT_SECONDS = 10
CLOCKS_DIFFER_AT_MOST = timedelta(minutes=5)
NO_PROBLEM = {"granted", "granted_with_mods"}


class NoTimeStamp(Exception):
    """The time-stamping authority is out of reach, refuses, or answers what does not check."""


def authority() -> Any | None:
    """Who gives time-stamps by the settings, as pyHanko asks them; None where none is configured.

    Raises NoTimeStamp when the demonstration's key cannot be read.
    """
    if settings.TIME_STAMP_URL:
        return _by_address(settings.TIME_STAMP_URL)
    file = Path(settings.KEYS_DIR) / DEMONSTRATION_KEY
    if settings.PRODUCTION or not file.exists():
        return None
    try:
        return _demonstration(file, Path(settings.SEAL_PASSPHRASE_FILE), file.stat().st_mtime_ns)
    except (OSError, ValueError) as problem:
        raise NoTimeStamp(f"The demonstration's time-stamping key cannot be read: {problem}") from problem


def roots_file() -> Path:
    """The PEM file of the roots that time-stamps must lead to."""
    chosen = settings.TIME_STAMP_TRUST_ROOTS
    return Path(chosen) if chosen else Path(settings.KEYS_DIR) / DEMONSTRATION_ROOT


def roots() -> list[x509.Certificate]:
    """The certificates in that file; none when it is absent."""
    file = roots_file()
    return x509.load_pem_x509_certificates(file.read_bytes()) if file.is_file() else []


def check(signer_info: cms.SignerInfo, at: datetime | None = None) -> datetime:
    """The moment the time-stamp on a signature tells; it must be intact, trusted, of this signature and of now.

    Raises NoTimeStamp.
    """
    at = at or datetime.now(UTC)
    try:
        token = _token(signer_info)
        found = asyncio.run(_judged(token, signer_info["signature"].native))
    except NoTimeStamp:
        raise
    except Exception as problem:  # whatever is wrong with the token, it is no time-stamp
        raise NoTimeStamp(f"The time-stamp cannot be read: {type(problem).__name__}: {problem}") from problem
    if not (found.intact and found.valid):
        raise NoTimeStamp("The time-stamp belongs to other bytes, or its signature does not check.")
    if not found.trusted:
        raise NoTimeStamp("The time-stamp leads to no root in TIME_STAMP_TRUST_ROOTS.")
    if abs(found.timestamp - at) > CLOCKS_DIFFER_AT_MOST:
        raise NoTimeStamp(
            f"The time-stamp says {found.timestamp:%d-%m-%Y %H:%M:%S} UTC, our clock another time."
        )
    return found.timestamp


def _token(signer_info: cms.SignerInfo) -> cms.SignedData:
    attributes = signer_info["unsigned_attrs"]
    found = [one for one in attributes if one["type"].native == "signature_time_stamp_token"]
    if len(found) != 1 or len(found[0]["values"]) != 1:
        raise NoTimeStamp("The seal does not carry exactly one time-stamp.")
    return found[0]["values"][0]["content"]


async def _judged(token: cms.SignedData, signature: bytes) -> Any:
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko.sign.validation.status import TimestampSignatureStatus
    from pyhanko_certvalidator import ValidationContext

    roots = list(load_certs_from_pemder_data(roots_file().read_bytes()))
    context = ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")
    found = await validate_tst_signed_data(
        token, context, lambda algorithm: hashlib.new(algorithm, signature).digest()
    )
    return TimestampSignatureStatus(**found)


# --- by address ----------------------------------------------------------------------------------


@functools.lru_cache(maxsize=2)
def _by_address(url: str) -> Any:
    from pyhanko.sign.timestamps import TimeStamper

    class ByAddress(TimeStamper):
        """Asks over HTTP once, without following redirects; the errand that seals tries again."""

        async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
            response = _asked(url, req.dump())
            told = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
            if told["nonce"].native != req["nonce"].native:
                raise NoTimeStamp("The time-stamping authority answers another question.")
            return response

    return ByAddress()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given: Any, **_more: Any) -> None:
        """An authority that moved is looked up by a person."""


def _asked(url: str, question: bytes) -> tsp.TimeStampResp:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    request = urllib.request.Request(url, data=question, headers=headers)  # noqa: S310 - the address is a setting
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=WAIT_SECONDS) as answer:
            body = answer.read(LONGEST_TOKEN + 1)
        if len(body) > LONGEST_TOKEN:
            raise NoTimeStamp("The time-stamping authority answers too much.")
        response = tsp.TimeStampResp.load(body, strict=True)
        status = response["status"]["status"].native
    except (OSError, ValueError, urllib.error.URLError) as problem:
        raise NoTimeStamp(
            f"The time-stamping authority is out of reach, or gives no token: {problem}"
        ) from problem
    if status not in NO_PROBLEM:
        raise NoTimeStamp(f"The time-stamping authority refuses: {status}.")
    return response


# --- the demonstration's own -----------------------------------------------------------------------


@functools.lru_cache(maxsize=2)
def _demonstration(file: Path, passphrase_file: Path, _stamp: int) -> Any:
    """Answers inside this process; pyHanko's own checks the RSA key anew each time, which costs 100 ms."""
    from pyhanko.sign.general import as_signing_certificate, simple_cms_attribute
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    passphrase = passphrase_file.read_bytes().strip()
    key, certificate, chain = pkcs12.load_key_and_certificates(file.read_bytes(), passphrase)
    if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
        raise ValueError("it holds no RSA key with its certificate")
    rsa_key: rsa.RSAPrivateKey = key
    der = key.private_bytes(Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    class Demonstration(DummyTimeStamper):
        def _sign_tst_info(
            self, tst_info_data: bytes, md_algorithm: str, dt: datetime
        ) -> tuple[bytes, cms.CMSAttributes]:
            attributes = cms.CMSAttributes(
                [
                    simple_cms_attribute("content_type", "tst_info"),
                    simple_cms_attribute("signing_time", cms.Time({"utc_time": core.UTCTime(dt)})),
                    simple_cms_attribute("signing_certificate", as_signing_certificate(self.tsa_cert)),
                    simple_cms_attribute("message_digest", hashlib.sha256(tst_info_data).digest()),
                ]
            )
            return rsa_key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256()), attributes

    own, *above = (
        asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in (certificate, *chain)
    )
    return Demonstration(
        tsa_cert=own,
        tsa_key=keys.PrivateKeyInfo.load(der),
        certs_to_embed=SimpleCertificateStore.from_certs(above),
        override_md="sha256",
    )
