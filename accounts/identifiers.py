"""Identifiers of Indian and Chinese firms and goods: each function takes what was typed, returns the normal
form, and raises ValidationError with a sentence. A right form does not prove that the firm exists.

Pure functions, no database. Spaces and case are forgiven; anything that is not ASCII is not.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import luhn
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.iso7064 import mod_97_10

BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# First two digits of a GSTIN. 25 merged into 26 and 28 was Andhra Pradesh before 2014: both are still met.
STATES = {
    "01": "Jammu and Kashmir", "02": "Himachal Pradesh", "03": "Punjab", "04": "Chandigarh",
    "05": "Uttarakhand", "06": "Haryana", "07": "Delhi", "08": "Rajasthan", "09": "Uttar Pradesh",
    "10": "Bihar", "11": "Sikkim", "12": "Arunachal Pradesh", "13": "Nagaland", "14": "Manipur",
    "15": "Mizoram", "16": "Tripura", "17": "Meghalaya", "18": "Assam", "19": "West Bengal",
    "20": "Jharkhand", "21": "Odisha", "22": "Chhattisgarh", "23": "Madhya Pradesh", "24": "Gujarat",
    "25": "Daman and Diu", "26": "Dadra and Nagar Haveli and Daman and Diu", "27": "Maharashtra",
    "28": "Andhra Pradesh (before division)", "29": "Karnataka", "30": "Goa", "31": "Lakshadweep",
    "32": "Kerala", "33": "Tamil Nadu", "34": "Puducherry", "35": "Andaman and Nicobar Islands",
    "36": "Telangana", "37": "Andhra Pradesh", "38": "Ladakh", "97": "Other Territory",
}  # fmt: skip

# Fourth letter: C company, F firm or LLP, P person, H family, T trust and so on.
PAN_HOLDERS = frozenset("ABCFGHJKLPT")

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
GB11714_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def iec(text: str) -> str:
    """Importer-Exporter Code: ten digits (issued before GST) or the firm's PAN (since)."""
    code = _compact(text)
    if re.fullmatch(r"[0-9]{10}", code):
        if code == "0000000000":
            raise ValidationError(_("An IEC cannot be all zeros."), code="iec")
        return code
    if re.fullmatch(r"[A-Z]{5}[0-9]{4}[A-Z]", code):
        return pan(code)
    raise ValidationError(
        _("An IEC is ten digits, or the firm's PAN: five letters, four digits, one letter."), code="iec"
    )


def pan(text: str) -> str:
    """Permanent Account Number. Its last letter is a check letter whose rule is not published."""
    code = _compact(text)
    if not re.fullmatch(r"[A-Z]{5}[0-9]{4}[A-Z]", code):
        raise ValidationError(
            _("A PAN is five letters, four digits and one letter, for example AAACE1234F."), code="pan"
        )
    if code[3] not in PAN_HOLDERS:
        raise ValidationError(
            _("The fourth letter of a PAN says who holds it, such as C for a company; %(letter)s is none.")
            % {"letter": code[3]},
            code="pan",
        )
    if code[5:9] == "0000":
        raise ValidationError(_("The four digits of a PAN cannot be 0000."), code="pan")
    return code


def gstin(text: str) -> str:
    """GST number: state, PAN, entity, a letter (mostly Z), check character (Luhn modulo 36).

    python-stdnum refuses states 38 and 97 and any 14th character but Z; the register has them.
    """
    code = _compact(text)
    if not re.fullmatch(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][Z1-9ABD-J][0-9A-Z]", code):
        raise ValidationError(
            _("A GSTIN has 15 characters: two digits for the state, the PAN, and three more."), code="gstin"
        )
    if code[:2] not in STATES:
        raise ValidationError(
            _("%(code)s is not the code of a state at the start of a GSTIN.") % {"code": code[:2]},
            code="gstin",
        )
    pan(code[2:12])
    try:
        luhn.validate(code, BASE36)
    except StdnumError:
        raise ValidationError(
            _("The last character of this GSTIN does not match the rest: look for a typing error."),
            code="gstin",
        ) from None
    return code


def gstin_check_character(first_fourteen: str) -> str:
    """The 15th character that belongs to the first fourteen of a GSTIN."""
    return luhn.calc_check_digit(first_fourteen, BASE36)


def cin(text: str) -> str:
    """Corporate Identity Number of a company."""
    code = _compact(text)
    if not re.fullmatch(r"[LU][0-9]{5}[A-Z]{2}(1[89]|20)[0-9]{2}[A-Z]{3}[0-9]{6}", code):
        raise ValidationError(
            _("A CIN has 21 characters: L or U, five digits, state, year, type and six digits."), code="cin"
        )
    return code


def llpin(text: str) -> str:
    """LLP identification number, normal form AAA-1234."""
    code = _compact(text)
    if not re.fullmatch(r"[A-Z]{3}[0-9]{4}", code):
        raise ValidationError(
            _("An LLPIN is three letters and four digits, for example AAA-1234."), code="llpin"
        )
    return f"{code[:3]}-{code[3:]}"


def udyam(text: str) -> str:
    """Udyam registration of a small enterprise, normal form UDYAM-MH-26-0000001."""
    code = _compact(text)
    if not re.fullmatch(r"UDYAM[A-Z]{2}[0-9]{9}", code):
        raise ValidationError(_("A Udyam number reads UDYAM-MH-26-0000001."), code="udyam")
    return f"UDYAM-{code[5:7]}-{code[7:9]}-{code[9:]}"


def lei(text: str) -> str:
    """Legal Entity Identifier, ISO 17442. python-stdnum tests the remainder only, so the length is ours."""
    code = _compact(text)
    if not re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", code):
        raise ValidationError(_("An LEI has 18 letters or digits and two check digits."), code="lei")
    if not mod_97_10.is_valid(code):
        raise ValidationError(
            _("The check digits of this LEI do not match the rest: look for a typing error."), code="lei"
        )
    return code


def uscc(text: str) -> str:
    """Unified Social Credit Code, GB 32100-2015.

    python-stdnum refuses codes whose first two characters are letters (collectives and others);
    other common code fails where the remainder is 0.
    """
    code = _compact(text)
    if not re.fullmatch(r"[0-9A-Z]{18}", code):
        raise ValidationError(
            _("A Unified Social Credit Code has 18 letters or digits, not %(length)s.")
            % {"length": len(code)},
            code="uscc",
        )
    if set(code) - set(USCC_ALPHABET):
        raise ValidationError(
            _("A Unified Social Credit Code never has I, O, S, V or Z: look for 1, 0, 5, U or 2."),
            code="uscc",
        )
    if not re.fullmatch(r"[0-9]{6}", code[2:8]):
        raise ValidationError(
            _("Characters 3 to 8 of a Unified Social Credit Code are digits: the region."), code="uscc"
        )
    if code[17] != uscc_check_character(code[:17]):
        raise ValidationError(
            _("The last character of this code does not match the rest: look for a typing error."),
            code="uscc",
        )
    return code


def uscc_check_character(first_seventeen: str) -> str:
    """The 18th character that belongs to the first seventeen of a USCC."""
    total = sum(w * USCC_ALPHABET.index(c) for w, c in zip(USCC_WEIGHTS, first_seventeen, strict=True))
    return USCC_ALPHABET[-total % 31]


def uscc_warning(code: str) -> str:
    """A sentence when the organisation code inside a valid USCC fails its own check (GB 11714), else ""."""
    if code[16] == organisation_code_check_character(code[8:16]):
        return ""
    return _("The organisation code inside (characters 9 to 17) does not match its own check character.")


def organisation_code_check_character(first_eight: str) -> str:
    """The ninth character that belongs to the first eight of a Chinese organisation code (GB 11714)."""
    total = sum(w * BASE36.index(c) for w, c in zip(GB11714_WEIGHTS, first_eight, strict=True))
    return "0123456789X"[-total % 11]


def chinese_customs_code(text: str) -> str:
    """Registration of a firm with China Customs: ten characters without a check digit."""
    code = _compact(text)
    if not re.fullmatch(r"[0-9A-Z]{10}", code):
        raise ValidationError(
            _("A Chinese customs code has ten letters or digits."), code="chinese_customs_code"
        )
    return code


def chinese_customs_code_warning(code: str) -> str:
    """A sentence when the code is unlike those seen so far (six digits first), else ""."""
    if re.fullmatch(r"[0-9]{6}[0-9A-Z]{4}", code):
        return ""
    return _("Chinese customs codes mostly begin with six digits: compare this one with the paper.")


def postcode(text: str, country: str = "IN") -> str:
    """PIN code of India, postal code of China, or up to 12 letters and digits elsewhere."""
    if country == "IN":
        code = _compact(text)
        if not re.fullmatch(r"[1-9][0-9]{5}", code):
            raise ValidationError(_("A PIN code has six digits and does not begin with 0."), code="postcode")
        return code
    if country == "CN":
        code = _compact(text)
        if not re.fullmatch(r"[0-9]{6}", code):
            raise ValidationError(_("A Chinese postal code has six digits."), code="postcode")
        return code
    code = " ".join(_ascii(text).upper().split())
    if not re.fullmatch(r"[0-9A-Z][0-9A-Z -]{0,11}", code):
        raise ValidationError(_("A postal code has at most 12 letters and digits."), code="postcode")
    return code


def state_code(text: str) -> str:
    """State as the first two digits of a GSTIN name it."""
    code = _compact(text, drop=" ").zfill(2)
    if code not in STATES:
        raise ValidationError(
            _("%(code)s is not the code of an Indian state.") % {"code": code}, code="state_code"
        )
    return code


def ad_code(text: str) -> str:
    """A bank's authorised-dealer code: 14 digits, or the seven that are printed on a Bill of Entry."""
    code = _compact(text)
    if not re.fullmatch(r"[0-9]{7}|[0-9]{14}", code):
        raise ValidationError(_("An AD code has 7 or 14 digits."), code="ad_code")
    return code


def air_waybill(text: str) -> str:
    """An IATA air waybill as NNN-NNNNNNNN: airline, serial and a check digit (the serial modulo 7)."""
    digits = _compact(text)
    if not re.fullmatch(r"[0-9]{11}", digits):
        raise ValidationError(_("An air waybill has 11 digits: three of the airline, eight of the number."))
    if int(digits[3:10]) % 7 != int(digits[10]):
        raise ValidationError(_("The check digit of this air waybill is wrong; compare it with the paper."))
    return f"{digits[:3]}-{digits[3:]}"


def e_stamp(text: str) -> str:
    """The unique number of an Indian e-stamp certificate: IN-, two letters of the state, digits, a letter."""
    code = _compact(text, drop=" ").upper()
    if not re.fullmatch(r"IN-[A-Z]{2}[0-9]{8,18}[A-Z]", code):
        raise ValidationError(
            _(
                "An e-stamp number begins with IN-, two letters of the state and digits, and ends with a letter."
            )
        )
    return code


def itc_hs(text: str) -> str:
    """Indian tariff item: eight digits. Never derived from a Chinese code."""
    return _tariff(text, lengths=(8,), sentence=_("An ITC-HS code has eight digits, for example 85051190."))


def cn_hs(text: str) -> str:
    """Chinese tariff item: eight digits, or ten with two for statistics. Never derived from ITC-HS."""
    return _tariff(
        text,
        lengths=(8, 10),
        sentence=_("A Chinese HS code has eight or ten digits, for example 8505111000."),
    )


def disagreements(*, iec="", pan="", gstin="", state_code="", cin="", llpin="") -> dict[str, str]:
    """Sentences, by field, where identifiers of one firm contradict each other. Takes normal forms."""
    found = {}
    if pan and iec and not iec.isdigit() and iec != pan:
        found["iec"] = _("An IEC in the form of a PAN must be the firm's own PAN.")
    if pan and gstin and gstin[2:12] != pan:
        found["gstin"] = _("This GSTIN belongs to another PAN (%(pan)s).") % {"pan": gstin[2:12]}
    elif gstin and iec and not pan and not iec.isdigit() and gstin[2:12] != iec:
        found["gstin"] = _("This GSTIN and the IEC belong to different PANs.")
    elif gstin and state_code and gstin[:2] not in (state_code, "97"):
        found["gstin"] = _("This GSTIN is of another state (%(state)s).") % {"state": STATES[gstin[:2]]}
    if cin and pan and pan[3] != "C":
        found["cin"] = _("A CIN is a company's, but the fourth letter of the PAN is not C.")
    if llpin and pan and pan[3] != "F":
        found["llpin"] = _("An LLPIN is a partnership's, but the fourth letter of the PAN is not F.")
    if cin and llpin:
        found["llpin"] = _("A firm has a CIN or an LLPIN, not both.")
    return found


def check_together(**identifiers: str) -> None:
    """Raise ValidationError, by field, where identifiers of one firm contradict each other."""
    found = disagreements(**identifiers)
    if found:
        raise ValidationError(found)


def _tariff(text, *, lengths, sentence):
    code = _compact(text, drop=" .-")
    if not (code.isdigit() and len(code) in lengths):
        raise ValidationError(sentence, code="hs")
    if not 1 <= int(code[:2]) <= 98 or code[:2] == "77":
        raise ValidationError(_("No tariff has a chapter %(chapter)s.") % {"chapter": code[:2]}, code="hs")
    return code


def _compact(text, drop=" -"):
    return _ascii(text).upper().translate(str.maketrans("", "", drop))


def _ascii(text):
    """The text without outer spaces; refuses what is too long or not printable ASCII."""
    text = str(text).strip(" ")
    if len(text) > 60:
        raise ValidationError(_("This is too long to be an identifier."), code="too_long")
    if not text.isascii() or not text.isprintable():
        raise ValidationError(_("Use the letters A to Z and the digits 0 to 9 only."), code="not_ascii")
    return text
