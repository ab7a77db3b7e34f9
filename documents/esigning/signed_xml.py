"""XML signatures (XML-DSig, enveloped, RSA with SHA-256) under what ASP and ESP tell each other. Knows no Django.

What is verified is given back as it was signed; the bytes that came are read no further.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

METHODS = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512})
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"


class Unreadable(ValueError):
    """No XML, or XML that brings a document type, and with it entities."""


class Forged(ValueError):
    """No signature, more than one, or none by a key that is known here."""


def parsed(content: bytes) -> Any:
    """The root element. Raises Unreadable."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise Unreadable(str(problem)[:200]) from problem
    if root.getroottree().docinfo.doctype:
        raise Unreadable("It brings a document type.")
    return root


def signed(root: Any, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    """The element with a signature over all of it inside, as bytes."""
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0)
    return etree.tostring(
        signer.sign(root, key=key, cert=[certificate]), xml_declaration=True, encoding="UTF-8"
    )


def verified(content: bytes, certificates: Iterable[x509.Certificate]) -> Any:
    """What one of these certificates signed, and nothing else: the root as it was signed.

    The certificate that a document brings along says nothing: only those given here count. Raises Unreadable, Forged.
    """
    root = parsed(content)
    if len(root.findall(SIGNATURE)) != 1 or sum(1 for _ in root.iter(SIGNATURE)) != 1:
        raise Forged("It does not carry exactly one signature.")
    wanted = SignatureConfiguration(
        location="./", signature_methods=METHODS, digest_algorithms=DIGESTS, ignore_ambiguous_key_info=True
    )
    for certificate in certificates:
        try:
            found = XMLVerifier().verify(root, x509_cert=certificate, expect_config=wanted)
        except Exception:  # noqa: S112 - whatever is wrong with it, this key did not sign it
            continue
        if isinstance(found, VerifyResult) and found.signed_xml is not None:
            return found.signed_xml
    raise Forged("Its signature is by none of the keys known here.")
