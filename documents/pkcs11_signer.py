"""A signer whose key lies in a hardware module, reached by PKCS#11. The key never leaves it."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True)
class Place:
    """The module's library, token and key by label, the PIN's file, the certificate with its chain (PEM)."""

    module: str
    token: str
    key: str
    pin_file: Path
    certificate: Path


class Unusable(Exception):
    """The module, the token, the key or its certificate cannot be used; the message says which."""


class Pkcs11Signer:
    """Signs inside the module, one signature at a time. A session that was lost is opened again once."""

    def __init__(self, place: Place):
        self._place = place
        self._session: Any = None
        self._key: Any = None
        self._turn = threading.Lock()
        try:
            found = x509.load_pem_x509_certificates(place.certificate.read_bytes())
        except (OSError, ValueError) as problem:
            raise Unusable(f"The sealing certificate cannot be read: {problem}") from problem
        self.certificate, *chain = found
        self.chain = tuple(chain)
        with self._turn:
            self._key = self._open()

    def sign(self, data: bytes) -> bytes:
        """The RSA PKCS#1 v1.5 signature over SHA-256 of `data`. Raises Unusable."""
        from pkcs11 import Mechanism
        from pkcs11.exceptions import PKCS11Error

        with self._turn:
            try:
                return bytes(self._key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
            except PKCS11Error:
                self._key = self._open()
            try:
                return bytes(self._key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
            except PKCS11Error as problem:
                raise Unusable(f"The module does not sign: {_said(problem)}") from problem

    def close(self) -> None:
        """End the session, also one that is lost already."""
        from pkcs11.exceptions import PKCS11Error

        session, self._session, self._key = self._session, None, None
        if session is not None:
            with contextlib.suppress(PKCS11Error):
                session.close()

    def _open(self) -> Any:
        """The private key in a session that is logged in."""
        try:
            import pkcs11
        except ImportError as problem:
            raise Unusable("PKCS#11 needs the package python-pkcs11.") from problem
        place = self._place
        try:
            self.close()
            token = pkcs11.lib(place.module).get_token(token_label=place.token)
            self._session = _logged_in(token, place.pin_file.read_text().strip())
            key = self._session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=place.key)
            modulus = int.from_bytes(key[pkcs11.Attribute.MODULUS], "big")
        except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError, KeyError) as problem:
            raise Unusable(f"The sealing key cannot be reached: {_said(problem)}") from problem
        public = self.certificate.public_key()
        if not isinstance(public, rsa.RSAPublicKey) or public.public_numbers().n != modulus:
            raise Unusable("The sealing key does not belong to its certificate.")
        return key


def _logged_in(token: Any, pin: str) -> Any:
    """A session that may use private keys; the PIN is asked of a process once, whatever opens further sessions."""
    from pkcs11.exceptions import UserAlreadyLoggedIn

    try:
        return token.open(user_pin=pin)
    except UserAlreadyLoggedIn:
        return token.open()


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__} {problem}".strip()
