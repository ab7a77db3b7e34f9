"""Strict form fields: what a person types is taken exactly or refused with the reason, never guessed.

Numbers: ASCII digits, a point, commas only in right Indian (12,34,567.5) or western (1,234,567.5) groups.
Dates: 2025-10-05, 05-10-2025 or 05/10/2025, the last two day first.
"""

import datetime
import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import text as texts

MG_PER_KG = 1_000_000
# No group begins with 0, so a decimal comma ("0,125") is never read as a thousand.
INDIAN_GROUPS = r"[1-9][0-9]?(?:,[0-9]{2})*,[0-9]{3}"
WESTERN_GROUPS = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+"
NUMBER = re.compile(rf"(-?)({INDIAN_GROUPS}|{WESTERN_GROUPS}|[0-9]+)(?:\.([0-9]+))?")
DATES = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
    re.compile(r"(?P<day>[0-9]{2})-(?P<month>[0-9]{2})-(?P<year>[0-9]{4})"),
    re.compile(r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})"),
)


class LineField(forms.CharField):
    """One line of text. Keyword `max_length` is required."""

    def __init__(self, *, max_length, **given):
        self.most = max_length
        super().__init__(strip=False, max_length=None, **given)

    def to_python(self, value):
        return self.empty_value if value in self.empty_values else self.cleaned(value)

    def cleaned(self, value):
        return texts.clean_line(value, max_length=self.most)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "maxlength": str(self.most)}


class TextField(LineField):
    """Text of several lines. The browser's own length limit counts line ends otherwise, so it is not set."""

    widget = forms.Textarea

    def cleaned(self, value):
        return texts.clean_text(value, max_length=self.most)

    def widget_attrs(self, widget):
        return {**forms.CharField.widget_attrs(self, widget), "rows": "4"}


class IdentifierField(forms.CharField):
    """An identifier checked and put into normal form by a function of `accounts.identifiers`."""

    def __init__(self, check, **given):
        self.check = check
        super().__init__(strip=True, **given)

    def to_python(self, value):
        value = super().to_python(value)
        return value if value in self.empty_values else self.check(value)


class StrictDecimalField(forms.Field):
    """A Decimal with at most `decimal_places` decimals between `min_value` and `max_value`, both needed."""

    widget = forms.TextInput

    def __init__(self, *, min_value, max_value, decimal_places, **given):
        self.least, self.most = Decimal(min_value), Decimal(max_value)
        self.decimal_places = decimal_places
        super().__init__(**given)

    def widget_attrs(self, widget):
        return {"inputmode": "decimal" if self.decimal_places else "numeric", "autocomplete": "off"}

    def prepare_value(self, value):
        return format(value, "f") if isinstance(value, Decimal) else value

    def to_python(self, value):
        if value in self.empty_values or not str(value).strip(" "):
            return None
        number = _decimal(str(value), self.decimal_places)
        if number < self.least:
            raise ValidationError(
                _("This must be at least %(limit)s.") % {"limit": _plain(self.least)}, code="min_value"
            )
        if number > self.most:
            raise ValidationError(
                _("This must be at most %(limit)s.") % {"limit": _plain(self.most)}, code="max_value"
            )
        return number


class StrictIntegerField(StrictDecimalField):
    """A whole number; "1.0" is refused. The limits keep it within the database's integers."""

    def __init__(self, *, min_value=0, max_value=2**31 - 1, **given):
        super().__init__(min_value=min_value, max_value=max_value, decimal_places=0, **given)

    def to_python(self, value):
        number = super().to_python(value)
        return None if number is None else int(number)


class KilogramField(StrictDecimalField):
    """Kilograms as typed, up to six decimals; gives whole milligrams as int. Limits are in milligrams."""

    def __init__(self, *, min_mg=1, max_mg=10**15, **given):
        super().__init__(
            min_value=Decimal(min_mg) / MG_PER_KG,
            max_value=Decimal(max_mg) / MG_PER_KG,
            decimal_places=6,
            **given,
        )

    def prepare_value(self, value):
        """Shows an int, which is milligrams, as kilograms with three decimals or as many as it needs."""
        if not isinstance(value, int) or isinstance(value, bool):
            return value
        whole, rest = divmod(abs(value), MG_PER_KG)
        decimals = f"{rest:06d}".rstrip("0").ljust(3, "0")
        return f"{'-' if value < 0 else ''}{whole}.{decimals}"

    def to_python(self, value):
        if isinstance(value, int) and not isinstance(value, bool):
            return value  # a disabled field hands its initial value back
        number = super().to_python(value)
        return None if number is None else int(number * MG_PER_KG)


class StrictDateField(forms.Field):
    """A date. 05/10/2025 is 5 October; years run from `min_year` to `max_year`."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": gettext_lazy("Write the date as DD-MM-YYYY, for example 05-10-2025 for 5 October 2025."),
    }

    def __init__(self, *, min_year=1990, max_year=2100, **given):
        self.min_year, self.max_year = min_year, max_year
        super().__init__(**given)

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "autocomplete": "off", "placeholder": _("DD-MM-YYYY")}

    def prepare_value(self, value):
        return value.strftime("%d-%m-%Y") if isinstance(value, datetime.date) else value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value
        text = str(value).strip(" ")
        _refuse_other_digits(text)
        found = next((m for m in (pattern.fullmatch(text) for pattern in DATES) if m), None)
        if not found:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return self._date(**{part: int(digits) for part, digits in found.groupdict().items()})

    def _date(self, *, year, month, day):
        if not self.min_year <= year <= self.max_year:
            raise ValidationError(
                _("The year must lie between %(first)s and %(last)s.")
                % {"first": self.min_year, "last": self.max_year},
                code="year",
            )
        try:
            return datetime.date(year, month, day)
        except ValueError:
            raise ValidationError(_("There is no such day in the calendar."), code="no_such_day") from None


def _decimal(text, decimal_places):
    """The number as typed; raises ValidationError in words for every other thing that looks like one."""
    text = text.strip(" ")
    if len(text) > 40:
        raise ValidationError(_("This number is too long."), code="too_long")
    _refuse_other_digits(text)
    found = NUMBER.fullmatch(text)
    if not found:
        raise ValidationError(_why_not_a_number(text), code="invalid")
    sign, whole, decimals = found.groups()
    if decimals is not None and decimal_places == 0:
        raise ValidationError(_("Write a whole number, without a decimal point."), code="whole")
    if len(decimals or "") > decimal_places:
        raise ValidationError(
            _("At most %(places)s decimals are kept.") % {"places": decimal_places}, code="max_decimal_places"
        )
    number = Decimal(sign + whole.replace(",", "") + (f".{decimals}" if decimals else ""))
    if sign and not number:
        raise ValidationError(_("Write 0 without a minus sign."), code="negative_zero")
    return number


def _why_not_a_number(text):
    if re.fullmatch(r"-?[0-9,]+(\.[0-9]*)?", text) and "," in text:
        return _("The commas do not group the digits rightly: write 12,34,567 or 1,234,567, or no commas.")
    if re.fullmatch(r"[-+]?[0-9.,]+[eE][-+]?[0-9]+", text):
        return _("Write the number out in full, without an exponent.")
    return _("Write a number with the digits 0 to 9 and at most one point, for example 1250.5.")


def _refuse_other_digits(text):
    if any(character.isdigit() and not character.isascii() for character in text):
        raise ValidationError(
            _("Type the digits 0 1 2 3 4 5 6 7 8 9 of the international form; other numerals are not taken."),
            code="other_digits",
        )


def _plain(number):
    """A limit as a person would type it: no exponent, no needless zeros."""
    shown = format(number, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
