"""What the ASP asks of the ESP: an `Esign` element in the shape of version 2.1 of CCA's eSign API, signed.

Source: eSign API Specifications 2.1 (CCA, 4 May 2018, last update 7 February 2023) as others quote it; the text
itself was not at hand. What is doubtful about it stands in docs/esign.md.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from lxml import etree

from documents.esigning import provider, signed_xml

VERSION = "2.1"
INDIA = ZoneInfo("Asia/Kolkata")
BY_OTP, PKCS7 = "1", "pkcs7"


def request(*, txn: str, sha256: str, about: str, answer_to: str, at: datetime) -> str:
    """The signed XML that the browser posts to the ESP. The person is not named in it. Raises `provider.Unusable`."""
    root = etree.Element(
        "Esign",
        {
            "ver": VERSION,
            "sc": "Y",  # the person's consent, given on our page before this is sent
            "ts": at.astimezone(INDIA).strftime("%Y-%m-%dT%H:%M:%S"),
            "txn": txn,
            "ekycId": "",  # never known here: the person types it at the ESP
            "ekycIdType": "A",
            "aspId": settings.ESIGN_ASP_ID,
            "AuthMode": BY_OTP,
            "responseSigType": PKCS7,
            "responseUrl": answer_to,
        },
    )
    hashes = etree.SubElement(root, "Docs")
    one = etree.SubElement(hashes, "InputHash", {"id": "1", "hashAlgorithm": "SHA256", "docInfo": about})
    one.text = sha256
    return signed_xml.signed(root, *provider.own_key()).decode()
