"""What rules about figures tell."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models import Notice
from accounts.notices import Telling, declare
from ministry import warning

declare(
    Telling(
        "figure-crossed",
        (),
        Notice.Kind.WAITING,
        _("%(figure)s: %(value)s is %(way)s %(threshold)s."),
        warning.readers,
        warning.address,
    )
)
