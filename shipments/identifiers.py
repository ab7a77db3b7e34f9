"""Numbers of transport and customs papers: checked by their own rules, kept in normal form. Pure Python."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
WAYBILL = re.compile(r"([0-9]{3})-?([0-9]{7})([0-9])")
PORT_IN_INDIA = re.compile(r"IN[A-Z]{3}[1-9]")
LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
BILL_OF_ENTRY = re.compile(r"[0-9]{1,7}")
MOST_CONTAINERS = 20

# ISO 6346: letters count from 10 on, leaving out the multiples of 11.
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [n for n in range(10, 39) if n % 11], strict=True))


def container(text: str) -> str:
    """One container number of ISO 6346, its check digit right. Raises ValidationError."""
    number = re.sub(r"[\s-]", "", text).upper()
    if not CONTAINER.fullmatch(number):
        raise ValidationError(_("A container number has four letters, the last U, J or Z, and seven digits."))
    values = [_LETTERS[sign] if sign.isalpha() else int(sign) for sign in number[:10]]
    check = sum(value << place for place, value in enumerate(values)) % 11 % 10
    if check != int(number[10]):
        text = _("The check digit of container %(number)s is wrong; it would be %(check)s.")
        raise ValidationError(text % {"number": number, "check": check})
    return number


def containers(text: str) -> str:
    """Container numbers between commas or spaces, in normal form between ", ". Raises ValidationError."""
    parts = [part for part in re.split(r"[,;\n]+", text) if part.strip()]
    if len(parts) > MOST_CONTAINERS:
        raise ValidationError(_("At most %(most)d containers."), params={"most": MOST_CONTAINERS})
    return ", ".join(dict.fromkeys(container(part) for part in parts))


def air_waybill(text: str) -> str:
    """A master air waybill as NNN-NNNNNNNN, its last digit right (modulo 7). Raises ValidationError."""
    found = WAYBILL.fullmatch(re.sub(r"\s", "", text))
    if not found:
        raise ValidationError(_("An air waybill number has eleven digits, for example 160-12345675."))
    prefix, serial, check = found.groups()
    if int(serial) % 7 != int(check):
        raise ValidationError(_("The check digit of this air waybill is wrong; please compare it again."))
    return f"{prefix}-{serial}{check}"


def port_in_india(text: str) -> str:
    """An Indian customs location, for example INNSA1. Raises ValidationError."""
    code = text.strip().upper()
    if not PORT_IN_INDIA.fullmatch(code):
        raise ValidationError(
            _("A customs location in India has the form INNSA1: IN, three letters, one digit.")
        )
    return code


def locode(text: str) -> str:
    """A UN/LOCODE of five signs, for example CNNGB. Raises ValidationError."""
    code = re.sub(r"\s", "", text).upper()
    if not LOCODE.fullmatch(code):
        raise ValidationError(_("A UN/LOCODE has five signs, for example CNNGB for Ningbo."))
    return code


def bill_of_entry(text: str) -> str:
    """The number of a Bill of Entry, at most seven digits, written with seven. Raises ValidationError."""
    number = text.strip()
    if not BILL_OF_ENTRY.fullmatch(number) or not int(number):
        raise ValidationError(_("A Bill of Entry has a number of at most seven digits."))
    return number.zfill(7)
