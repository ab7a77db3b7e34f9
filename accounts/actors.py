"""Who acts, and for which organisation. Every verb takes an Actor as `by`; rights never add up."""

from dataclasses import dataclass

from accounts.models import Membership, Organisation, User
from accounts.roles import TOKEN_ROLES, Role, fits

SESSION_KEY = "organisation"
CLOCK_EMAIL = "clock@system.invalid"


@dataclass(frozen=True)
class Actor:
    """A person acting for one organisation with the roles they hold in it, and no others."""

    person: User
    organisation: Organisation
    roles: frozenset[str]
    designation: str = ""
    authority_reference: str = ""
    token: str = ""  # the reference of the API token a machine acts by

    def has(self, *roles: str) -> bool:
        """Whether the actor holds at least one of these roles in the active organisation."""
        return not self.roles.isdisjoint(roles)

    @property
    def may_have_tokens(self) -> bool:
        """Whether machines may speak for this person here."""
        return self.has(*TOKEN_ROLES)

    @property
    def name(self) -> str:
        return self.person.full_name or self.person.email

    def __str__(self):
        return f"{self.name}, {self.organisation}"


def of(person: User, organisation: Organisation) -> Actor:
    """The person as they stand in this organisation now; without a membership, an actor with no roles."""
    held = person.memberships.active().filter(organisation=organisation).select_related("organisation")
    return _actor(person, organisation, list(held))


def organisations_of(person: User) -> dict[Organisation, list[Membership]]:
    """The organisations a person may act for, with the memberships that say so. One query."""
    found: dict[Organisation, list[Membership]] = {}
    held = person.memberships.active().select_related("organisation")
    for membership in held.order_by("organisation__name", "organisation_id", "pk"):
        if fits(membership.role, membership.organisation.kind):
            found.setdefault(membership.organisation, []).append(membership)
    return found


def for_session(request) -> Actor | None:
    """The actor of this request, read afresh from the memberships; None when none can be named.

    The only organisation is taken without asking. A chosen one that no longer stands is
    forgotten, and never replaced by another behind the person's back.
    """
    if not request.user.is_authenticated:
        return None
    found = organisations_of(request.user)
    chosen = request.session.get(SESSION_KEY)
    if chosen is None:
        return _only(request.user, found)
    for organisation, held in found.items():
        if organisation.pk == chosen:
            return _actor(request.user, organisation, held)
    del request.session[SESSION_KEY]
    return None


def system_person(email: str, full_name: str) -> User:
    """A named system user, for what no person of the product did. It can never sign in."""
    person, _made = User.objects.get_or_create(
        email=email,
        defaults={"full_name": full_name, "is_system": True, "is_active": False, "password": "!"},
    )
    return person


def clock_person() -> User:
    """The system user itself, for what no organisation did."""
    return system_person(CLOCK_EMAIL, "Clock")


def clock() -> Actor:
    """The named system user that scheduled work acts as."""
    return Actor(
        clock_person(), Organisation.objects.platform(), frozenset({Role.CLOCK.value}), "Scheduled work"
    )


def _only(person, found):
    if len(found) != 1:
        return None
    ((organisation, held),) = found.items()
    return _actor(person, organisation, held)


def _actor(person, organisation, held):
    held = [membership for membership in held if fits(membership.role, organisation.kind)]
    return Actor(
        person=person,
        organisation=organisation,
        roles=frozenset(membership.role for membership in held),
        designation=next((m.designation for m in held if m.designation), ""),
        authority_reference=next((m.authority_reference for m in held if m.authority_reference), ""),
    )
