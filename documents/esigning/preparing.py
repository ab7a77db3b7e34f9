"""The sealed file with room for one more signature: what is hashed for the ESP, and what its signature goes into.

The same file, moment and name give the same bytes, so that nothing has to be kept while a person is away signing.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms

from documents import countersigning, stamping, writing
from documents.esigning.refusing import Refused

# Hexadecimal digits: 32 kB for certificate, chain, lists of revoked certificates and a time-stamp.
DIGITS_RESERVED = 2 * 32 * 1024


@dataclass(frozen=True)
class Prepared:
    """A file that waits for a signature, the SHA-256 of all of it but the waiting room, and where that room is."""

    content: bytes
    sha256: str
    start: int
    end: int


def prepare(sealed: bytes, *, at: datetime, name: str) -> Prepared:
    """Put an empty signature of `name`, dated `at`, into the field that the seal left. Raises Refused without one."""
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    writer = writing.writer_of(sealed)
    steps = PdfCMSEmbedder().write_cms(countersigning.FIELD, writer, existing_fields_only=True)
    try:
        next(steps)
    except SigningError:
        raise Refused("NO_FIELD") from None
    # Not the PAdES kind: what the ESP signs need not name its certificate in the signed attributes.
    waiting = SignatureObject(timestamp=at, name=name, bytes_reserved=DIGITS_RESERVED)
    steps.send(SigObjSetup(sig_placeholder=waiting))
    digest, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    return Prepared(
        content=output.getvalue(),
        sha256=digest.document_digest.hex(),
        start=digest.reserved_region_start,
        end=digest.reserved_region_end,
    )


def complete(prepared: Prepared, signature: bytes) -> bytes:
    """The file with the ESP's signature (CMS, DER) inside, stamped with the time of our authority where there is one.

    The certificate lives for minutes, so that only the time-stamp tells later that it was valid then. Raises Refused,
    `stamping.NoTimeStamp`.
    """
    parsed = _parsed(signature)
    (signer,) = parsed["content"]["signer_infos"]
    if _digest_in(signer) != bytes.fromhex(prepared.sha256):
        raise Refused("HASH")
    _stamp(signer)
    digits = parsed.dump(force=True).hex().encode()
    room = prepared.end - prepared.start - 2  # without the brackets
    if len(digits) > room:
        raise Refused("SIGNATURE")
    content = io.BytesIO(prepared.content)
    content.seek(prepared.start + 1)
    content.write(digits)
    return content.getvalue()


def certificates_in(signature: bytes) -> list[bytes]:
    """The certificates (DER) the signature brings, the signer's first. Raises Refused."""
    parsed = _parsed(signature)["content"]
    (signer,) = parsed["signer_infos"]
    brought = [one.chosen for one in parsed["certificates"] if one.name == "certificate"]
    own = [one for one in brought if _is_of(signer["sid"], one)]
    if len(own) != 1:
        raise Refused("SIGNATURE")
    return [one.dump() for one in (*own, *(other for other in brought if other is not own[0]))]


def _parsed(signature: bytes) -> Any:
    try:
        parsed = cms.ContentInfo.load(signature, strict=True)
        content = parsed["content"] if parsed["content_type"].native == "signed_data" else None
        if content is None or len(content["signer_infos"]) != 1:
            raise Refused("SIGNATURE")
        content.native  # noqa: B018 - parsed lazily otherwise, and then it fails elsewhere
    except (ValueError, KeyError, TypeError) as problem:
        raise problem if isinstance(problem, Refused) else Refused("SIGNATURE") from problem
    return parsed


def _digest_in(signer: Any) -> bytes | None:
    found = [one["values"].native for one in signer["signed_attrs"] if one["type"].native == "message_digest"]
    return found[0][0] if len(found) == 1 and len(found[0]) == 1 else None


def _is_of(signer_id: Any, certificate: Any) -> bool:
    if signer_id.name == "issuer_and_serial_number":
        named = signer_id.chosen
        is_same_issuer = named["issuer"].dump() == certificate.issuer.dump()
        return bool(is_same_issuer and named["serial_number"].native == certificate.serial_number)
    return bool(signer_id.native == certificate.key_identifier)


def _stamp(signer: Any) -> None:
    from pyhanko.sign.general import simple_cms_attribute

    authority = stamping.authority()
    attributes = list(signer["unsigned_attrs"])
    if authority is None or any(one["type"].native == "signature_time_stamp_token" for one in attributes):
        return
    digest = hashlib.sha256(signer["signature"].native).digest()
    token = asyncio.run(authority.async_timestamp(digest, "sha256"))
    attributes.append(simple_cms_attribute("signature_time_stamp_token", token))
    signer["unsigned_attrs"] = cms.CMSAttributes(attributes)
    stamping.check(signer)
