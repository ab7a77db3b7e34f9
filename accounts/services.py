"""Who joins and leaves an organisation: invite, send again, cancel, accept, remove. One verb, one event."""

import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors, tokens
from accounts.models import Invitation, Membership, User
from accounts.roles import KEEPERS_OF_PEOPLE, ROLES_OF_KIND, Kind, Role
from workflow import errands, events
from workflow.engine import NotAllowed

INVITATION_LASTS = timedelta(days=14)
SEND_INVITATION = "accounts.send_invitation"


def grantable_roles(by, organisation) -> tuple[Role, ...]:
    """The roles this actor may give, and take away, in this organisation."""
    if by.has(Role.ADMINISTRATOR):
        return ROLES_OF_KIND[Kind(organisation.kind)]
    at_home = by.organisation.pk == organisation.pk
    if at_home and by.has(*KEEPERS_OF_PEOPLE):
        return ROLES_OF_KIND[Kind(organisation.kind)]
    return ()


@transaction.atomic
def invite(*, by, organisation, email, role, designation="", authority_reference="", at=None) -> Invitation:
    """Offer one role to one address and owe the mail; replaces an open offer of the same role.

    Raises NotAllowed when `by` may not give the role, ValidationError when it is held already or when a
    signatory's authority is not named.
    """
    at = at or timezone.now()
    email = email.strip().lower()
    _refuse_unless_grantable(by, organisation, role)
    if Membership.objects.active().filter(organisation=organisation, role=role, person__email=email).exists():
        raise ValidationError({"email": _("This person has this role already.")})
    if role == Role.SIGNATORY and not authority_reference:
        raise ValidationError({"authority_reference": _("Name the resolution that authorises them to sign.")})
    for earlier in Invitation.objects.open(at).filter(organisation=organisation, role=role, email=email):
        cancel(invitation=earlier, by=by, at=at)
    invitation = Invitation.objects.create(
        email=email,
        organisation=organisation,
        role=role,
        designation=designation,
        authority_reference=authority_reference,
        token_hash=_hashed(secrets.token_urlsafe(20)),  # of no use: the mail carries a fresh one
        invited_by=by.person,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    _record("invite", invitation, by=by, at=at, details={"email": email, "role": role})
    errands.owe(SEND_INVITATION, subject=invitation)
    return invitation


@transaction.atomic
def cancel(*, invitation, by, at=None) -> None:
    """Take an open offer back. Raises NotAllowed; an offer that is over already stays as it is."""
    at = at or timezone.now()
    _refuse_unless_grantable(by, invitation.organisation, invitation.role)
    changed = Invitation.objects.open(at).filter(pk=invitation.pk)
    if changed.update(cancelled_at=at, cancelled_by=by.person):
        _record(
            "cancel", invitation, by=by, at=at, details={"email": invitation.email, "role": invitation.role}
        )


def find_open(token: str, at=None) -> Invitation | None:
    """The open offer this token belongs to."""
    offers = Invitation.objects.open(at).filter(organisation__is_active=True)
    return offers.select_related("organisation", "invited_by").filter(token_hash=_hashed(token)).first()


def renew_token(invitation, at=None) -> str | None:
    """A fresh secret for the mail, which voids the one before; None when the offer is over."""
    token = secrets.token_urlsafe(20)
    renewed = Invitation.objects.open(at).filter(pk=invitation.pk).update(token_hash=_hashed(token))
    return token if renewed else None


@transaction.atomic
def accept_as_new_person(*, invitation, full_name, password, at=None) -> User:
    """Make the account the offer was sent to, with the address proven by the mail, and join.

    Raises NotAllowed when the offer is over, also when the same form was sent twice at once.
    """
    if Invitation.objects.open(at).select_for_update(no_key=True).filter(pk=invitation.pk).first() is None:
        raise NotAllowed(_("This invitation is not valid any more."))
    person = User.objects.create_user(invitation.email, password, full_name=full_name)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    accept(invitation=invitation, person=person, at=at)
    return person


@transaction.atomic
def accept(*, invitation, person, at=None) -> Membership:
    """Join as the offer says. Raises NotAllowed for another person's offer and for one that is over."""
    at = at or timezone.now()
    if person.email != invitation.email or not person.is_active:
        raise NotAllowed(_("This invitation was sent to another address."))
    taken = Invitation.objects.open(at).filter(pk=invitation.pk)
    if not taken.update(accepted_at=at, accepted_by=person):
        raise NotAllowed(_("This invitation is not valid any more."))
    membership, _made = Membership.objects.update_or_create(
        person=person,
        organisation=invitation.organisation,
        role=invitation.role,
        defaults={
            "designation": invitation.designation,
            "authority_reference": invitation.authority_reference,
            "is_active": True,
        },
    )
    by = actors.of(person, invitation.organisation)
    _record("accept", invitation, by=by, at=at, details={"email": person.email, "role": invitation.role})
    return membership


@transaction.atomic
def remove(*, membership, by, at=None) -> None:
    """End a membership, effective with the person's next request. Nobody removes themselves."""
    at = at or timezone.now()
    _refuse_unless_grantable(by, membership.organisation, membership.role)
    if membership.person_id == by.person.pk:
        raise NotAllowed(_("You cannot remove yourself: ask a colleague or the administrator."))
    if Membership.objects.filter(pk=membership.pk, is_active=True).update(is_active=False):
        details = {"person": membership.person.full_name, "role": membership.role}
        _record("remove", membership, by=by, at=at, details=details)
        tokens.revoke_of_who_left(
            person=membership.person, organisation=membership.organisation, by=by, at=at
        )


@transaction.atomic
def reset_second_factors(*, person, by, at=None) -> int:
    """Remove every second factor of a person who lost theirs, so that they set up anew; how many went.

    Only for administrators, who must have made sure by another way whom they speak to.
    """
    if not by.has(Role.ADMINISTRATOR) or by.person == person:
        raise NotAllowed(_("Only another administrator may do this."))
    count, _by_model = Authenticator.objects.filter(user=person).delete()
    note_change(subject=person, by=by, verb="reset_second_factors", details={"removed": count}, at=at)
    return count


def note_change(*, subject, by, verb, details, at=None) -> None:
    """Record what the back office did to a person or an organisation, in the book it belongs to."""
    book = getattr(subject, "book", None) or by.organisation.book
    events.record(
        book=book,
        subject=subject,
        verb=f"{subject._meta.label_lower}.{verb}",
        by=by,
        at=at,
        reference=str(subject)[:80],
        details=details,
    )


def _refuse_unless_grantable(by, organisation, role):
    if role not in grantable_roles(by, organisation):
        raise NotAllowed(_("You may not decide about this role in this organisation."))


def _record(verb, subject, *, by, at, details):
    name = f"{subject._meta.label_lower}.{verb}"
    events.record(book=subject.book, subject=subject, verb=name, by=by, at=at, details=details)


def _hashed(token):
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
