"""The address of each case: who knows it was given it. Its tag is derived, so that no table holds one.

`cases+lic-0388000001-2026-27-0001.k3v…@example.org`: the tag is HMAC-SHA256 of the case's reference with the
installation's SECRET_KEY; who changes that key changes every address.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from licensing.converters import CaseConverter
from licensing.models import LicenceCase

_TAGGED = re.compile(rf"({CaseConverter.regex})\.([a-z2-7]{{16}})", re.IGNORECASE)


def address_of(case: LicenceCase) -> str:
    """Where mail about this case is sent; empty where no mailbox is set up."""
    name, _at, domain = settings.MAIL_ADDRESS.partition("@")
    return f"{name}+{case.slug.lower()}.{tag_of(case.reference)}@{domain}" if domain else ""


def tag_of(reference: str) -> str:
    """Eighty bits of the HMAC, in letters that survive being written small."""
    found = salted_hmac("licensing.mail.tag", reference, algorithm="sha256").digest()
    return base64.b32encode(found[:10]).decode().lower()


@dataclass(frozen=True)
class Tagged:
    """The cases whose address stands among some addresses, and whether one of them was made up."""

    references: tuple[str, ...] = ()
    is_made_up: bool = False


def read(addresses: Iterable[str]) -> Tagged:
    """What the addresses of a mail name. Addresses of other mailboxes are nobody's business."""
    name, _at, domain = settings.MAIL_ADDRESS.lower().partition("@")
    ours = [one for one in addresses if domain and one.startswith(f"{name}+") and one.endswith(f"@{domain}")]
    found = [reference_of(one[len(name) + 1 : -len(domain) - 1]) for one in ours]
    return Tagged(tuple(dict.fromkeys(one for one in found if one)), is_made_up="" in found)


def reference_of(said: str) -> str:
    """The reference whose tag this is; empty when it is none. Takes as long for a wrong tag as for a right one."""
    match = _TAGGED.fullmatch(said)
    reference = CaseConverter().to_python(match[1].upper()) if match else ""
    given = match[2] if match else ""
    return reference if constant_time_compare(tag_of(reference), given) else ""


def is_own(address: str) -> bool:
    """Whether an address is one that this system sends from or receives at."""
    name, _at, domain = settings.MAIL_ADDRESS.lower().partition("@")
    own = domain and address.endswith(f"@{domain}") and re.split("[+@]", address)[0] == name
    return bool(own) or address == settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">").strip().lower()
