"""Template tags that decide how weights, money, moments and statuses look; no business rule belongs here."""

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils import formats
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext

register = template.Library()

IST = ZoneInfo("Asia/Kolkata")
MG_PER_KG = 1_000_000
LAKH = 100_000
CRORE = 10_000_000

TONES = {
    "DRAFT": "neutral",
    "RETURNED": "warning",
    "SUBMITTED": "info",
    "SIGNED": "info",
    "APPROVED": "info",
    "ISSUED": "success",
    "IN_FORCE": "success",
    "ACTIVE": "success",
    "DONE": "success",
    "GENUINE": "success",
    "PENDING": "info",
    "RUNNING": "info",
    "WAITING": "info",
    "EXPIRED": "neutral",
    "EXHAUSTED": "neutral",
    "SUPERSEDED": "neutral",
    "RELEASED": "neutral",
    "WITHDRAWN": "neutral",
    "INACTIVE": "neutral",
    "REVOKED": "danger",
    "REJECTED": "danger",
    "BREACHED": "danger",
    "DEAD": "danger",
    "FAILED": "danger",
}
TONE_ICONS = {
    "neutral": "circle",
    "info": "half",
    "success": "check",
    "warning": "alert",
    "danger": "stop",
}


def group_indian(digits: str) -> str:
    """Group a string of digits as lakh and crore do: 1234567 becomes 12,34,567."""
    head, tail = digits[:-3], digits[-3:]
    groups = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*groups, tail])


def _grouped(number: Decimal, places: int) -> str:
    """The number with Indian grouping and exactly `places` decimals."""
    sign = "-" if number < 0 else ""
    whole, _, fraction = f"{abs(number):.{places}f}".partition(".")
    return f"{sign}{group_indian(whole)}{'.' + fraction if fraction else ''}"


def format_kg(milligrams: int) -> str:
    """Whole milligrams as kilograms: three decimals, up to six where fewer would round."""
    kilograms = Decimal(int(milligrams)) / MG_PER_KG
    places = max(3, -kilograms.normalize().as_tuple().exponent)
    return f"{_grouped(kilograms, places)} kg"


def format_weight(milligrams: int) -> str:
    """For sums: tonnes to the kilogram, else kilograms to the gram, never zero for something."""
    if abs(int(milligrams)) >= MG_PER_KG * 1000:
        tonnes = _grouped(Decimal(int(milligrams)) / (MG_PER_KG * 1000), 3)
        return gettext("%(number)s t") % {"number": tonnes}
    kilograms = round(Decimal(int(milligrams)) / MG_PER_KG, 3)
    return f"{_grouped(kilograms, 3)} kg" if kilograms or not int(milligrams) else "<0.001 kg"


def format_short_weight(milligrams: int) -> str:
    """For a narrow place: whole kilograms or tonnes, one decimal below ten, never zero for something."""
    kilograms = Decimal(int(milligrams)) / MG_PER_KG
    if abs(kilograms) >= 1000:
        return gettext("%(number)s t") % {"number": _shortened(kilograms / 1000)}
    if 0 < kilograms < Decimal("0.05"):
        return "<0.1 kg"
    return f"{_shortened(kilograms)} kg"


def format_short_count(number: int) -> str:
    """For a narrow place: as it is, in lakhs from one on."""
    if number < LAKH:
        return _grouped(Decimal(int(number)), 0)
    return pgettext("lakh", "%(number)s L") % {"number": _shortened(Decimal(int(number)) / LAKH)}


def _shortened(number: Decimal) -> str:
    return _grouped(
        number, 0 if abs(number) >= Decimal("9.95") or number == number.to_integral_value() else 1
    )


def format_inr(rupees) -> str:
    """Rupees and paise: ₹12,34,567.00, the sign before the rupee sign when negative."""
    amount = Decimal(str(rupees))
    return f"{'-' if amount < 0 else ''}₹{_grouped(abs(amount), 2)}"


def format_money(amount, currency: str) -> str:
    """An amount in its currency; rupees in lakh and crore, every other grouped by thousands."""
    if currency == "INR":
        return format_inr(amount)
    return f"{currency} {Decimal(str(amount)):,.2f}"


def format_lakh_crore(rupees) -> str:
    """A large sum in words of scale: ₹12.35 lakh, ₹306.00 crore; below a lakh the full sum."""
    amount = Decimal(str(rupees))
    if abs(amount) >= CRORE:
        return gettext("₹%(number)s crore") % {"number": _grouped(amount / CRORE, 2)}
    if abs(amount) >= LAKH:
        return gettext("₹%(number)s lakh") % {"number": _grouped(amount / LAKH, 2)}
    return format_inr(amount)


def to_day(value) -> datetime.date | None:
    """A date from a date, an aware datetime (its day in IST) or an ISO string; None when empty."""
    if isinstance(value, str):
        value = parse_date(value) if len(value) == 10 else parse_datetime(value)
    if isinstance(value, datetime.datetime):
        return value.astimezone(IST).date()
    return value or None


def to_moment(value) -> datetime.datetime | None:
    """An aware datetime in IST from a datetime or an ISO string with offset; None when empty."""
    if isinstance(value, str):
        value = parse_datetime(value)
    return value.astimezone(IST) if value else None


@register.filter
def kg(milligrams):
    return "" if milligrams in (None, "") else format_kg(milligrams)


@register.filter
def weight(milligrams):
    """Kilograms, and tonnes from a thousand of them on; what is exact stands in rows and files."""
    return "" if milligrams in (None, "") else format_weight(milligrams)


@register.filter
def short_weight(milligrams):
    return "" if milligrams in (None, "") else format_short_weight(milligrams)


@register.filter
def short_count(number):
    return "" if number in (None, "") else format_short_count(number)


@register.filter
def inr(rupees):
    return "" if rupees in (None, "") else format_inr(rupees)


@register.filter
def lakh_crore(rupees):
    return "" if rupees in (None, "") else format_lakh_crore(rupees)


@register.filter
def money(amount, currency="INR"):
    return "" if amount in (None, "") else format_money(amount, currency)


@register.filter
def count(number):
    """A whole number grouped in lakhs and crores."""
    return "" if number in (None, "") else _grouped(Decimal(int(number)), 0)


@register.filter
def day(value):
    """DD-MM-YYYY; year first in Chinese."""
    found = to_day(value)
    return formats.date_format(found, "SHORT_DATE_FORMAT") if found else ""


@register.filter
def legal_day(value):
    """The form legal texts use, 05-Oct-2025, with the month in English whatever the locale."""
    found = to_day(value)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{found:%d}-{months[found.month - 1]}-{found:%Y}" if found else ""


@register.filter
def moment(value):
    """DD-MM-YYYY HH:MM IST (year first in Chinese), inside <time> so that machines read the exact moment."""
    found = to_moment(value)
    if not found:
        return ""
    zone = pgettext("Indian Standard Time", "IST")
    shown = formats.date_format(found, "SHORT_DATETIME_FORMAT")
    return format_html('<time datetime="{}">{} {}</time>', found.isoformat(), shown, zone)


@register.filter
def iso_day(value):
    found = to_day(value)
    return found.isoformat() if found else ""


@register.filter
def reference_slug(reference):
    """A reference as it stands in addresses: hyphens for slashes."""
    return str(reference).replace("/", "-")


@register.filter
def tone_of(status):
    """The tone of a status; an unknown one is neutral."""
    return TONES.get(str(status), "neutral")


@register.filter
def file_size(size):
    """Bytes as B, kB or MB (decimal units)."""
    size = int(size or 0)
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


@register.simple_tag
def icon(name, label=""):
    """One icon of static/img/icons.svg: decoration unless it is given a label."""
    address = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.inclusion_tag("components/status_badge.html")
def status_badge(status, label="", tone=""):
    """A badge that tells a status by words and shape, not by colour alone."""
    tone = tone or tone_of(status)
    return {"status": status, "label": label or status, "tone": tone}


@register.filter
def tone_icon(tone):
    return TONE_ICONS.get(tone, "circle")


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """The current query string with some parameters changed; None or "" removes one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value not in (None, ""):
            parameters[name] = value
    return f"?{parameters.urlencode()}" if parameters else "?"
