"""Which kinds of organisation there are and what a person may be in each. Pure Python, no database."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(TextChoices):
    IMPORTER = "IMPORTER", _("Importer")
    AUTHORITY = "AUTHORITY", pgettext_lazy("organisation", "Authority")
    MINISTRY = "MINISTRY", _("Ministry")
    PLATFORM = "PLATFORM", _("Platform")


class Role(TextChoices):
    DRAFTER = "DRAFTER", _("Drafter")
    SIGNATORY = "SIGNATORY", _("Authorised signatory")
    OFFICER = "OFFICER", _("Compliance officer")
    SENIOR = "SENIOR", _("Senior officer")
    AUDITOR = "AUDITOR", _("Auditor")
    ANALYST = "ANALYST", _("Analyst")
    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")
    CLOCK = "CLOCK", _("Clock (scheduled work)")


# CLOCK is in no list: nobody can be given it.
ROLES_OF_KIND = {
    Kind.IMPORTER: (Role.DRAFTER, Role.SIGNATORY),
    Kind.AUTHORITY: (Role.OFFICER, Role.SENIOR, Role.AUDITOR),
    Kind.MINISTRY: (Role.ANALYST,),
    Kind.PLATFORM: (Role.ADMINISTRATOR,),
}

# Drafters prepare; everyone whose word or eyes carry further proves themselves twice.
SECOND_FACTOR_ROLES = frozenset(
    {Role.SIGNATORY, Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST, Role.ADMINISTRATOR}
)


def fits(role: str, kind: str) -> bool:
    """Whether an organisation of this kind may give this role to a person."""
    return role in ROLES_OF_KIND.get(Kind(kind), ())
