"""Secrets for machines: make, revoke, and who speaks by one. Its rights are the person's of this moment, narrowed."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access, actors
from accounts.actors import Actor
from accounts.models import ApiToken, Organisation, User
from accounts.roles import TOKEN_LASTS, scopes_for
from workflow import events
from workflow.engine import NotAllowed

PREFIX = "euc_"  # so that scanners of source code know a secret when they see one
MOST_TOKENS = 20
USE_IS_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def make(
    *, by: Actor, name: str, scope: str, lasts: timedelta = TOKEN_LASTS, at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A token of `by` for their active organisation, and its secret, which is nowhere else.

    Raises NotAllowed for a scope beyond the person's roles, for one token too many and for who acts by a token.
    """
    at = at or timezone.now()
    if by.token or not by.may_have_tokens or scope not in scopes_for(by.roles):
        raise NotAllowed(_("You may not make a token that does this."))
    if not timedelta(0) < lasts <= TOKEN_LASTS:
        raise NotAllowed(_("A token lasts a year at most."))
    User.objects.select_for_update(no_key=True).get(pk=by.person.pk)
    if by.person.tokens.valid(at).count() >= MOST_TOKENS:
        raise NotAllowed(_("You have %(count)d valid tokens; revoke one first.") % {"count": MOST_TOKENS})
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name,
        person=by.person,
        organisation=by.organisation,
        scope=scope,
        secret_hash=_hashed(secret),
        made_at=at,
        expires_at=at + lasts,
    )
    _record("make", token, by=by, at=at)
    return token, secret


@transaction.atomic
def revoke(*, token: ApiToken, by: Actor, at: datetime | None = None) -> None:
    """End a token at once: one's own, or one of the organisation whose people one keeps."""
    at = at or timezone.now()
    if by.token or not ApiToken.objects.visible_to(by).filter(pk=token.pk).exists():
        raise NotAllowed(_("You may not revoke this token."))
    _end(token, by=by, at=at)


@transaction.atomic
def revoke_of_who_left(*, person: User, organisation: Organisation, by: Actor, at: datetime) -> None:
    """End the tokens of a person who has no role left in an organisation; with one left they are only narrower."""
    if actors.of(person, organisation).roles:
        return
    for token in person.tokens.filter(organisation=organisation, revoked_at=None):
        _end(token, by=by, at=at)


def _end(token: ApiToken, *, by: Actor, at: datetime) -> None:
    ended = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
    if ended.update(revoked_at=at, revoked_by=by.person):
        _record("revoke", token, by=by, at=at)


def find(secret: str, at: datetime | None = None) -> ApiToken | None:
    """The valid token with this secret."""
    found = ApiToken.objects.valid(at).select_related("person", "organisation")
    return found.filter(secret_hash=_hashed(secret)).first()


def speaker(token: ApiToken) -> Actor | None:
    """Who speaks by this token, with the roles they hold now; None when nobody may any more."""
    actor = actors.of(token.person, token.organisation)
    if not actor.may_have_tokens or access.needs_second_factor(actor):
        return None
    return replace(actor, token=token.reference)


def note_use(token: ApiToken, at: datetime | None = None) -> None:
    """Remember when it was last used, to the minute."""
    at = at or timezone.now()
    if token.last_used_at is None or token.last_used_at < at - USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


def _record(verb: str, token: ApiToken, *, by: Actor, at: datetime) -> None:
    details = {"name": token.name, "scope": token.scope, "expires_at": token.expires_at}
    events.record(
        book=token.book, subject=token, verb=f"accounts.apitoken.{verb}", by=by, at=at, details=details
    )


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
