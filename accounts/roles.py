"""Which kinds of organisation there are and what a person may be in each. Pure Python, no database."""

from collections.abc import Iterable
from datetime import timedelta

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

# Who may decide about the people of their own organisation.
KEEPERS_OF_PEOPLE = (Role.SIGNATORY, Role.SENIOR)

# Whose machines may speak for them. Administrators have no business in the API.
TOKEN_ROLES = tuple(role for role in Role if role not in {Role.ADMINISTRATOR, Role.CLOCK})
TOKEN_LASTS = timedelta(days=365)


class Scope(TextChoices):
    """What a token may do of what its person may do. Steps such as submit are in no scope."""

    READ = "READ", _("Read")
    DRAFT = "DRAFT", _("Read and draft")


def scopes_for(held: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes a person with these roles may give a token: only an importer's people draft."""
    drafts = set(held) & set(ROLES_OF_KIND[Kind.IMPORTER])
    return (Scope.READ, Scope.DRAFT) if drafts else (Scope.READ,)


def fits(role: str, kind: str) -> bool:
    """Whether an organisation of this kind may give this role to a person."""
    return role in ROLES_OF_KIND.get(Kind(kind), ())
