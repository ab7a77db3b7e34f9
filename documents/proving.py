"""What a validator needs in ten years, put behind the importer's signature (PAdES B-LT).

The file that was brought stays the exact beginning of the one that is kept.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from documents import bounded, revoking, stamping


def evidence(
    chain: Sequence[x509.Certificate], at: datetime, *, stamped: bool, needed: bool | None = None
) -> tuple[list[bytes], list[bytes]]:
    """The certificates of a chain and the lists of revoked ones that count for them, with those of the time-stamps.

    Both as DER. Raises `revoking.NoList` as `revoking.current`.
    """
    tellers = stamping.roots() if stamped else []
    issuers = [one.issuer for one in chain] + [one.subject for one in tellers]
    lists = revoking.of((name.public_bytes() for name in issuers), at, needed=needed)
    return [one.public_bytes(Encoding.DER) for one in (*chain, *tellers)], lists


def kept(
    content: bytes,
    chain: Sequence[x509.Certificate],
    at: datetime,
    *,
    stamped: bool,
    answers: Sequence[bytes] = (),
) -> bytes:
    """The brought file with its evidence behind: certificates, lists at hand, `answers` by OCSP.

    Empty where there is none, or the file would become too long. Raises `bounded.TooCostly`, `bounded.Busy`.
    """
    certificates, lists = evidence(chain, at, stamped=stamped, needed=False)
    if not (lists or answers) or len(content) + sum(map(len, lists)) > settings.VERIFY_MAX_BYTES:
        return b""
    answer = bounded.read(
        "evidence", content, certificates=_hex(certificates), lists=_hex(lists), answers=_hex(answers)
    )
    if "added" not in answer:
        raise bounded.TooCostly
    return content + base64.b64decode(answer["added"])


def _hex(several: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in several]
