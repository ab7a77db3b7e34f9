"""Adding to finished PDFs without chance and without the present moment: the same input gives the same bytes.

Without settings and database, so that the bounded child can use it.
"""

import hashlib
import io
from collections.abc import Iterable
from typing import Any


def writer_of(pdf: bytes) -> Any:
    """An incremental pyHanko writer whose file identifier follows from the file instead of from chance."""
    from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Writer(IncrementalPdfFileWriter):
        @classmethod
        def _handle_id(cls, prev: Any) -> ArrayObject:
            first, _random = super()._handle_id(prev)
            return ArrayObject([first, ByteStringObject(hashlib.sha256(pdf).digest()[:16])])

        def _update_meta(self) -> None:
            """Leave the metadata as printed; pyHanko would write the present moment into it."""

    return Writer(io.BytesIO(pdf))


def embed(
    writer: Any, certificates: Iterable[bytes], lists: Iterable[bytes], answers: Iterable[bytes] = ()
) -> None:
    """Put certificates, lists of revoked ones and OCSP answers (DER) into the document security store."""
    from asn1crypto import crl, ocsp, x509
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[x509.Certificate.load(one) for one in certificates],
        crls=[crl.CertificateList.load(one) for one in lists],
        ocsps=[ocsp.OCSPResponse.load(one) for one in answers],
    )


def with_evidence(
    pdf: bytes, certificates: Iterable[bytes], lists: Iterable[bytes], answers: Iterable[bytes] = ()
) -> bytes:
    """The file with one more revision that holds them; `pdf` is its exact beginning."""
    writer = writer_of(pdf)
    embed(writer, certificates, lists, answers)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
