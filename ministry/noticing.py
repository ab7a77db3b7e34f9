"""What rules about figures tell."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Notice
from accounts.notices import Telling, declare
from ministry import warning


def _crossed(way: str, text: Any) -> Telling:
    return Telling(f"figure-{way}", (), Notice.Kind.WAITING, text, warning.readers, warning.address)


declare(
    _crossed("above", _("%(figure)s: %(value)s is more than %(threshold)s.")),
    _crossed("below", _("%(figure)s: %(value)s is less than %(threshold)s.")),
)
